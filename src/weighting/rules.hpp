#pragma once

#include <tartan/weighting/weighting.hpp>

namespace tartan::weighting {

std::vector<double> softmax(std::vector<double> const& logits);

//! shares_i exp(rate a_i) / Z, by way of logs, so that a large alignment does not overflow.
std::vector<double> mirror_step(std::vector<double> shares, double rate, std::vector<double> const& alignment);

//! Throws ExitStatus::diverged naming the task where a value is not finite; absent tasks are not looked at.
void check_finite(std::vector<double> const& values, std::vector<bool> const& present, char const* what);

//! As the rule compares gradients; 0 where absent.
std::vector<double> similarities(Similarity similarity, Alignments const& alignments);

//! Throws ExitStatus::bug where a list does not name every task once.
void check_shape(Alignments const& alignments, std::size_t tasks);
void check_losses(std::vector<double> const& losses, std::size_t tasks);

//! Throws ExitStatus::usage.
void check_rate(double rate);

//! A number of each task, kept under the task's name and this ending.
struct Part {
  std::string ending;
  std::vector<double>* values;
};

void update(MetaTartan& rule, Alignments const& alignments, std::vector<double> const& losses);

// Each further rule, in a file of its own.
void update(LayeredTartan& rule, Alignments const& alignments, std::vector<double> const& losses);
void update(Dga& rule, Alignments const& alignments, std::vector<double> const& losses);
void update(Tawt& rule, Alignments const& alignments, std::vector<double> const& losses);
void update(Gcs& rule, Alignments const& alignments, std::vector<double> const& losses);
void update(GradNorm& rule, Alignments const& alignments, std::vector<double> const& losses);
void update(Uncertainty& rule, Alignments const& alignments, std::vector<double> const& losses);
void update(TapWeight& rule, Alignments const& alignments, std::vector<double> const& losses);

std::vector<double> weights(LayeredTartan const& rule);
std::vector<double> weights(Dga const& rule);
std::vector<double> weights(Gcs const& rule);
std::vector<double> weights(Uncertainty const& rule);
std::vector<double> weights(TapWeight const& rule);

double gate(Gcs const& rule, std::size_t task, double cosine, bool end, bool present);
void begin_step(Random& rule, std::int64_t step);

}  // namespace tartan::weighting
