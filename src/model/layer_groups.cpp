#include <tartan/core/error.hpp>
#include <tartan/model/layer_groups.hpp>

#include <algorithm>
#include <string_view>

namespace tartan::model {
namespace {

//! 0: embeddings; n + 1: layer n.
std::size_t group_of(std::string const& parameter) {
  constexpr std::string_view layer = "encoder.layer.";
  if (auto const at = parameter.find(layer); at != std::string::npos)
    return std::stoul(parameter.substr(at + layer.size())) + 1;
  expects(parameter.find("embeddings.") != std::string::npos, "an encoder parameter outside embeddings and layers");
  return 0;
}

std::string name_of(std::size_t group) { return group == 0 ? "embeddings" : "layer." + std::to_string(group - 1); }

}  // namespace

// What pads one parameter to the next counts to the former: it holds zeros
LayerGroups layer_groups(Layout const& layout) {
  LayerGroups result;
  for (auto const& p : layout.parameters()) {
    if (layout.segments()[p.segment].owner != Owner::encoder) continue;
    std::size_t const group = group_of(p.name);
    while (result.names.size() <= group) result.names.push_back(name_of(result.names.size()));
    if (!result.stretches.empty()) result.stretches.back().end = p.offset;
    if (result.stretches.empty() || result.stretches.back().group != group)
      result.stretches.push_back({group, p.offset, p.offset});
  }
  if (!result.stretches.empty()) result.stretches.back().end = layout.body_size();
  return result;
}

std::vector<GroupStretch> within(std::vector<GroupStretch> const& stretches, std::int64_t begin, std::int64_t size) {
  std::vector<GroupStretch> result;
  for (auto const& s : stretches) {
    std::int64_t const first = std::max(s.begin, begin), last = std::min(s.end, begin + size);
    if (first < last) result.push_back({s.group, first - begin, last - begin});
  }
  return result;
}

}  // namespace tartan::model
