#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tartan::task {

//! All objectives. src/task/NAME.cpp has one and tells of it in NAME_traits; configurations write a dash for each
//! underscore.
#define TARTAN_OBJECTIVES(X) \
  X(mlm)                     \
  X(sentence_order)          \
  X(replaced_tokens)         \
  X(contrast)                \
  X(contrast_pairs)          \
  X(classification)          \
  X(multilabel)              \
  X(regression)              \
  X(choice)                  \
  X(span)                    \
  X(token_classification)

#define TARTAN_ENUMERATOR(NAME) NAME,
enum class ObjectiveKind { TARTAN_OBJECTIVES(TARTAN_ENUMERATOR) };
#undef TARTAN_ENUMERATOR

class Objective;
struct ObjectiveOptions;

//! Whose parameters lie between the encoder and the loss.
enum class HeadUse {
  own,        //!< a task's, unless its configuration has it share another's
  common,     //!< the same, but all members of a run share one
  masked_lm,  //!< the encoder's own MLM head
};

//! What there is to know of an objective without making one.
struct ObjectiveTraits {
  std::unique_ptr<Objective> (*make)(ObjectiveOptions const&) = nullptr;
  std::string data = "text";           //!< kind that it reads, see data::known_kinds; "text": tokens of any kind
  std::vector<std::string> metrics{};  //!< the default first; empty: it predicts nothing
  std::string question{};              //!< that it asks of texts alone, for help
  HeadUse head = HeadUse::own;
  bool whole_texts = false;         //!< predicts for texts of kind "text", too, which have no labels
  bool exports = false;             //!< its head and labels are those of transformers' sequence classification
  std::int64_t least_examples = 1;  //!< in a micro-batch
};

ObjectiveTraits const& traits(ObjectiveKind kind);

//! As in configurations.
std::map<std::string, ObjectiveKind> const& objective_names();
std::string objective_name(ObjectiveKind kind);

//! Names of its metrics, the default first; empty: it predicts nothing.
std::vector<std::string> const& metrics_of(ObjectiveKind kind);

//! Whether its data hold labels, which it predicts; else it makes its targets from the texts themselves.
bool has_labels(ObjectiveKind kind);

//! Whether it learns on the encoder's MLM head.
bool is_masked_lm(ObjectiveKind kind);

//! Whether its outputs stand for label names.
bool has_label_names(ObjectiveKind kind);

//! Whether its labels are numbers, whose mean and spread are then recorded with its head.
bool has_values(ObjectiveKind kind);

}  // namespace tartan::task
