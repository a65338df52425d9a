#include "split_facts.hpp"

#include <tartan/data/labels.hpp>
#include <tartan/data/statistics.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

Facts shards_of(data::Dataset const& dataset) {
  Facts shards = Facts::array();
  for (auto const& path : dataset.files()) {
    data::Shard const shard(path);
    shards.push_back({{"path", path.string()},
                      {"bytes", fs::file_size(path)},
                      {"examples", shard.num_examples()},
                      {"sequences", shard.num_sequences()},
                      {"tokens", shard.num_tokens()}});
  }
  return shards;
}

Facts lengths_of(data::Lengths const& lengths, std::int64_t max_length) {
  Facts counts = Facts::array();
  for (auto const& [length, count] : lengths.counts()) counts.push_back({length, count});
  return {{"mean", lengths.mean()},
          {"median", lengths.median()},
          {"longest", lengths.longest()},
          {"at_max_length", lengths.of(max_length)},
          {"counts", counts}};
}

Facts labels_of(data::Statistics const& statistics, std::vector<std::string> const& names, char const* counted) {
  Facts labels = Facts::array();
  for (std::size_t i = 0; i < names.size(); ++i)
    labels.push_back({{"name", names[i]}, {counted, statistics.labels[i]}});
  return labels;
}

void add_labels(Facts& facts, data::Dataset const& dataset, data::Statistics const& statistics) {
  data::LabelLayout const layout = data::label_layout(dataset.info());
  auto const& names = dataset.info().label_names;
  if (layout.use == data::LabelUse::words)
    facts["word_labels"] = labels_of(statistics, names, "words");
  else if (layout.named)
    facts[layout.use == data::LabelUse::columns ? "columns" : "labels"] = labels_of(statistics, names, "examples");
  if (layout.use == data::LabelUse::places)
    facts["answers"] = {{"there", dataset.size() - statistics.unanswered - statistics.unlabelled},
                        {"none", statistics.unanswered}};
  if (layout.use != data::LabelUse::none) facts["unlabelled"] = statistics.unlabelled;
}

template <class T>
Facts or_null(std::optional<T> const& value) {
  return value ? Facts(*value) : Facts();
}

std::optional<std::uint64_t> unknown_tokens(data::Dataset const& dataset, data::ManifestSplit const& counted) {
  if (counted.unknown_tokens || dataset.info().unk_id < 0) return counted.unknown_tokens;
  return data::count_token(dataset, dataset.info().unk_id);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void add_losses(Facts& facts, data::Dataset const& dataset, data::ManifestSplit const& counted) {
  facts["truncated"] = or_null(counted.truncated);
  facts["truncated_share"] = counted.truncated ? Facts(share(*counted.truncated, dataset.size())) : Facts();
  auto const unknown = unknown_tokens(dataset, counted);
  facts["unknown_tokens"] = or_null(unknown);
  facts["unknown_share"] = counted.unknown_share ? Facts(*counted.unknown_share)
                           : unknown             ? Facts(share(*unknown, dataset.num_tokens()))
                                                 : Facts();
  facts["empty_lines"] = or_null(counted.empty_lines);
}

Facts attributes_of(data::ShardInfo const& info) {
  return {
      {"schema", "tartan.examples"},   {"version", info.version},           {"kind", info.kind},
      {"vocab_size", info.vocab_size}, {"max_length", info.max_length},     {"tokenizer_sha256", info.tokenizer_sha256},
      {"source", info.source},         {"created_with", info.created_with}, {"label_names", info.label_names}};
}

}  // namespace

Facts split_facts(data::Dataset const& dataset, data::ManifestSplit const& counted) {
  data::Statistics const statistics = data::measure(dataset);
  Facts facts = attributes_of(dataset.info());
  facts["examples"] = dataset.size();
  facts["sequences"] = dataset.num_sequences();
  facts["tokens"] = dataset.num_tokens();
  facts["shards"] = shards_of(dataset);
  add_labels(facts, dataset, statistics);
  facts["lengths"] = lengths_of(statistics.lengths, dataset.info().max_length);
  add_losses(facts, dataset, counted);
  return facts;
}

}  // namespace tartan::cli
