#pragma once

#include <vector>

namespace tartan::weighting {

// TapWeight's hypergradient from products of gradients (Zhang et al., arXiv 2410.10006; derivation: ALGORITHMS 4). With
// levels L_I = sum_m lambda_m L_m(theta), L_II = L_ft(phi) + gamma |phi - theta|^2, L_III = L_val(phi) and inverse
// Hessians replaced by the identity, the mixed derivative of level II is -2 gamma, and nothing is left to differentiate
// twice. All products are over body parameters, which theta and phi share.

//! dL_III / dlambda_m = -2 gamma <grad L_m(theta), grad L_val(phi)>. `with_validation` (tasks): these products.
std::vector<double> tapweight_slopes(std::vector<double> const& with_validation, double gamma);

//! The same where level III contains the proximal term too (the published language runs):
//! <grad L_m(theta), -2 gamma grad L_val(phi) + (2 gamma - 4 gamma^2)(phi - theta)>.
//! `with_distance` (tasks): <grad L_m(theta), phi - theta>. L_val is without the term.
std::vector<double> tapweight_slopes(std::vector<double> const& with_validation,
                                     std::vector<double> const& with_distance, double gamma);

//! Gradient by the logits of weights = softmax(logits) from that by the weights: lambda_m (d_m - sum_j lambda_j d_j).
std::vector<double> through_softmax(std::vector<double> const& weights, std::vector<double> const& slopes);

}  // namespace tartan::weighting
