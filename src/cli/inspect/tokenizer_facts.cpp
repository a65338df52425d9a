#include "tokenizer_facts.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/vocabulary.hpp>
#include <tartan/model/hf_directory.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;

Facts tokenizer_facts(fs::path const& directory, model::HfConfig const& config) {
  fs::path const path = directory / "tokenizer.json";
  if (!fs::exists(path)) return nullptr;
  Facts facts = {{"sha256", model::tokenizer_sha256(directory)}};
  try {
    auto const vocabulary = data::Vocabulary::read(path);
    facts["tokens"] = vocabulary.size();
    facts["highest_id"] = vocabulary.highest_id();
    facts["fits"] = vocabulary.highest_id() < config.vocab_size;
  } catch (Error const& error) {
    if (error.status() != ExitStatus::data) throw;
    facts["problem"] = error.what();
  }
  return facts;
}

}  // namespace tartan::cli
