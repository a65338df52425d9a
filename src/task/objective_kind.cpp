#include "objectives.hpp"

#include <tartan/data/labels.hpp>

#include <algorithm>

namespace tartan::task {
namespace {

struct Entry {
  std::string name;
  ObjectiveTraits traits;
};

//! In the order of ObjectiveKind.
std::vector<Entry> const& entries() {
#define TARTAN_ENTRY(NAME) {#NAME, NAME##_traits()},
  static std::vector<Entry> const all = [] {
    std::vector<Entry> listed = {TARTAN_OBJECTIVES(TARTAN_ENTRY)};
    for (Entry& one : listed) std::ranges::replace(one.name, '_', '-');
    return listed;
  }();
#undef TARTAN_ENTRY
  return all;
}

Entry const& entry(ObjectiveKind kind) { return entries().at(static_cast<std::size_t>(kind)); }

}  // namespace

ObjectiveTraits const& traits(ObjectiveKind kind) { return entry(kind).traits; }

std::map<std::string, ObjectiveKind> const& objective_names() {
  static auto const names = [] {
    std::map<std::string, ObjectiveKind> result;
    for (std::size_t i = 0; i < entries().size(); ++i) result[entries()[i].name] = static_cast<ObjectiveKind>(i);
    return result;
  }();
  return names;
}

std::string objective_name(ObjectiveKind kind) { return entry(kind).name; }

std::vector<std::string> const& metrics_of(ObjectiveKind kind) { return traits(kind).metrics; }

bool has_labels(ObjectiveKind kind) { return !metrics_of(kind).empty(); }

bool is_masked_lm(ObjectiveKind kind) { return traits(kind).head == HeadUse::masked_lm; }

bool has_label_names(ObjectiveKind kind) { return data::has_label_names(traits(kind).data); }

bool has_values(ObjectiveKind kind) { return data::label_use(traits(kind).data) == data::LabelUse::value; }

}  // namespace tartan::task
