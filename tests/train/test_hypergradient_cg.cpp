// What conjugate gradients do where they cannot solve, and what any method does with what it cannot use.
#include "hypergradient_quadratics.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>
#include <limits>

namespace tartan::train {
namespace {

using namespace quadratics;

//! x' diag(curvature) x / 2 + x' u, so that `through` gives minus what stands for H^-1 v.
struct Bowl {
  explicit Bowl(std::vector<double> const& curvature)
      : hessian(diagonal(curvature)),
        x(at::zeros({hessian.size(0)}, at::kDouble).requires_grad_()),
        u(at::zeros_like(x).requires_grad_()) {}
  at::Tensor inverse(std::vector<double> const& v, HypergradientOptions const& options) {
    Level const level{{x}, [this](Key) { return x.dot(at::mv(hessian, x)) / 2 + x.dot(u); }, Key()};
    return -through(level, {vector(v)}, {u}, options, report)[0];
  }
  at::Tensor hessian, x, u;
  PathReport report;
};

HypergradientOptions cg(std::int64_t iterations, double damping = 0) {
  return {.inverse = InverseHessian::cg, .iterations = iterations, .tolerance = 1e-12, .damping = damping};
}

TEST(hypergradient_cg, StopsAtACurvatureThatIsNotPositive) {
  for (double const curvature : {-1.0, 0.0}) {
    Bowl bowl({1, curvature});
    EXPECT_TRUE(at::equal(bowl.inverse({0, 1}, cg(10)), vector({0, 0})));
    EXPECT_EQ(bowl.report.end, PathEnd::curvature);
    EXPECT_EQ(bowl.report.residual, 1);
    EXPECT_EQ(bowl.report.products, 1);
  }
}

TEST(hypergradient_cg, KeepsWhatItHadSolvedBefore) {
  Bowl bowl({1, -1});
  double const factor = 1.25 / 0.75;  // |v|^2 / v'Hv: one exact step along v
  EXPECT_LT(distance(bowl.inverse({1, 0.5}, cg(10)), factor * vector({1, 0.5})), 1e-14);
  EXPECT_EQ(bowl.report.end, PathEnd::curvature);
  EXPECT_EQ(bowl.report.products, 2);
  double const left = std::hypot(1 - factor, 0.5 + 0.5 * factor) / std::sqrt(1.25);
  EXPECT_NEAR(bowl.report.residual, left, 1e-14);
}

TEST(hypergradient_cg, DampingMakesItSolvable) {
  Bowl bowl({1, -1});
  EXPECT_LT(distance(bowl.inverse({1, 0.5}, cg(10, 3)), vector({1 / 4., 0.5 / 2})), 1e-14);
  EXPECT_EQ(bowl.report.end, PathEnd::done);
  HypergradientOptions series = neumann(500, 0.3);
  series.damping = 3;
  EXPECT_LT(distance(bowl.inverse({1, 0.5}, series), vector({1 / 4., 0.5 / 2})), 1e-14);
}

TEST(hypergradient_cg, SaysThatItsIterationsWereTooFew) {
  Bowl bowl({1, 10, 100});
  bowl.inverse({1, 1, 1}, cg(2));
  EXPECT_EQ(bowl.report.end, PathEnd::iterations);
  EXPECT_GT(bowl.report.residual, 1e-3);
  EXPECT_LT(distance(bowl.inverse({1, 1, 1}, cg(3)), vector({1, 0.1, 0.01})), 1e-13);
  EXPECT_EQ(bowl.report.end, PathEnd::done);
}

TEST(hypergradient, RefusesAVectorThatIsNotFinite) {
  Bowl bowl({1, 2});
  for (auto const& options : {HypergradientOptions(), identity(), cg(3)}) try {
      bowl.inverse({1, std::numeric_limits<double>::quiet_NaN()}, options);
      ADD_FAILURE() << "accepted";
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::diverged);
    }
}

//! A head that the outer loss does not know, and one that has no curvature.
TEST(hypergradient, UndefinedTensorsCountAsZero) {
  at::Tensor const x = vector({1, 2}).requires_grad_(), head = vector({3}).requires_grad_(),
                   linear = vector({4}).requires_grad_(), u = vector({5, 6}).requires_grad_(),
                   stranger = vector({7}).requires_grad_();
  Level const level{{x, head, linear}, [&](Key) { return (x * x).dot(u) + head.pow(2).sum() + linear.sum(); }, Key()};
  for (auto const inverse : {InverseHessian::identity, InverseHessian::finite_difference, InverseHessian::neumann}) {
    PathReport report;
    Tensors const found =
        through(level, {vector({1, -1}), {}, {}}, {u, stranger}, {.inverse = inverse, .terms = 1, .step = 1}, report);
    EXPECT_LT(distance(found[0], vector({-2, 4})), 1e-12);
    EXPECT_TRUE(at::equal(found[1], vector({0})));
  }
}

}  // namespace
}  // namespace tartan::train
