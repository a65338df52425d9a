#include "answer_score.hpp"
#include "span_windows.hpp"
#include "token_objective.hpp"

#include <tartan/core/utf8.hpp>

#include <nlohmann/json.hpp>
#include <numeric>

namespace tartan::task {
namespace {

constexpr std::size_t numbers_of_answer = 3;  // first and end byte, probability

//! Where the answer to a question stands in a context: softmax over a window's tokens, once for the answer's first and
//! once for its last; a window that holds none points at its first token twice. An example's loss is the mean over its
//! windows (Devlin et al. 2019, section 4.2 and 4.3).
class Span final : public TokenObjective {
 public:
  explicit Span(ObjectiveOptions const& o) : TokenObjective(2, o) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    batch.rows.resize(batch.encoder.tokens.size());
    std::iota(batch.rows.begin(), batch.rows.end(), 0);
    batch.targets.clear();
    for (std::size_t e = 0; e < batch.examples.size(); ++e)
      batch.targets.push_back(batch.label_places[2 * static_cast<std::size_t>(batch.example_starts[e])] < 0 ? -1 : 0);
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.num_targets() == 0) return no_loss(hidden[0]);
    at::Tensor const scores = by_window(forward(place, hidden[0], batch), batch);  // (S, longest, 2)
    at::Tensor const places =
        at::tensor(batch.label_places, at::kLong).to(scores.device()).view({-1, 2});  // (S, 2), -1: unlabelled
    at::Tensor const costs =
        at::cross_entropy_loss(scores.transpose(1, 2).flatten(0, 1), places.flatten(), {}, at::Reduction::None, -1);
    return (costs.view({-1, 2}).mean(1) * weights(batch).to(costs.options())).sum();
  }

  Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const override {
    at::NoGradGuard no_grad;
    at::Tensor const scores = forward(place, hidden, batch).to(at::kDouble).cpu().contiguous();  // (T, 2)
    std::span const all(scores.const_data_ptr<double>(), static_cast<std::size_t>(scores.numel()));
    Predictions result(batch.examples.size());
    for (std::size_t e = 0; e < result.size(); ++e)
      for (Answer const& answer : best_answers(windows_of(batch, e, all)))
        result[e].insert(result[e].end(),
                         {static_cast<double>(answer.first), static_cast<double>(answer.end), answer.probability});
    return result;
  }

  std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                              std::vector<double> const& prediction) const override {
    data::Passage const& passage = batch.passages[example];
    AnswerScore const score = score_answer(text_of(passage, prediction, 0), passage.answers);
    return {score.exact, score.f1, passage.answers.empty() ? 0.0 : 1.0};
  }

  std::map<std::string, double> measure(Outcomes const& outcomes) const override { return answer_metrics(outcomes); }

  nlohmann::ordered_json describe(data::PackedBatch const& batch, std::size_t example,
                                  std::vector<double> const& prediction,
                                  std::vector<std::string> const&) const override {
    data::Passage const& passage = batch.passages[example];
    auto answers = nlohmann::ordered_json::array();
    for (std::size_t at = 0; at < prediction.size(); at += numbers_of_answer)
      answers.push_back({{"text", text_of(passage, prediction, at)},
                         {"start", start_of(passage, prediction, at)},
                         {"probability", prediction[at + 2]}});
    return {{"prediction", answers[0]["text"]}, {"start", answers[0]["start"]}, {"n_best", std::move(answers)}};
  }

 private:
  //! (S) of a window's loss in the sum over examples.
  at::Tensor weights(data::PackedBatch const& batch) const {
    std::vector<double> result;
    for (std::size_t e = 0; e < batch.examples.size(); ++e) {
      auto const lengths = window_lengths(batch, e);
      for (std::int64_t const tokens : lengths)
        result.push_back(1 / (static_cast<double>(lengths.size()) * divided_by(tokens)));
    }
    return at::tensor(result, at::kDouble);
  }

  static std::string_view text_of(data::Passage const& passage, std::vector<double> const& prediction, std::size_t at) {
    auto const first = static_cast<std::size_t>(prediction[at]), end = static_cast<std::size_t>(prediction[at + 1]);
    return passage.context.substr(first, end - first);
  }

  //! In code points; null: no answer.
  static nlohmann::ordered_json start_of(data::Passage const& passage, std::vector<double> const& prediction,
                                         std::size_t at) {
    if (prediction[at] == prediction[at + 1]) return nullptr;
    return num_code_points(passage.context.substr(0, static_cast<std::size_t>(prediction[at])));
  }
};

}  // namespace

ObjectiveTraits span_traits() {
  return {.make = make<Span>,
          .data = "span",
          .metrics = {"f1", "exact-match", "f1-has-answer", "no-answer-accuracy"},
          .head = HeadUse::common};
}

}  // namespace tartan::task
