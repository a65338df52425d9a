#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tartan::model {

//! A task head that becomes the classifier of a transformers model.
struct ExportedHead {
  std::string task;
  std::vector<std::string> labels;
  std::optional<std::int64_t> max_length;  //!< tokens per sequence that it was trained with
};

//! Writes `to`, which exists: a directory for transformers' AutoModelForSequenceClassification made of the directory
//! `from` that tartan wrote. The head's hidden layer becomes BERT's pooler or the classifier's own layer in RoBERTa,
//! which compute the same. Throws ExitStatus::data where the head is not of that shape.
void export_sequence_classification(std::filesystem::path const& from, std::filesystem::path const& to,
                                    ExportedHead const& head);

//! The same for AutoModelForMaskedLM: encoder and MLM head without the task heads.
void export_masked_lm(std::filesystem::path const& from, std::filesystem::path const& to);

}  // namespace tartan::model
