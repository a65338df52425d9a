#include "safetensors_header.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/safetensors.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace tartan::model {
namespace {

std::string_view header_text(std::span<std::byte const> file, std::filesystem::path const& path) {
  std::uint64_t length = 0;
  if (file.empty()) refuse_safetensors(path, "the file is empty");
  if (file.size() < sizeof length) refuse_safetensors(path, "the file is shorter than 8 bytes");
  std::memcpy(&length, file.data(), sizeof length);
  if (length > max_header_bytes || length > file.size() - sizeof length)
    refuse_safetensors(path, "the header's length " + std::to_string(length) + " is beyond the file or 16 MB");
  return {reinterpret_cast<char const*>(file.data()) + sizeof length, static_cast<std::size_t>(length)};
}

//! Bytes that shape and type ask for. Dimensions of 0 do not hide an overflow of the others.
std::uint64_t checked_bytes(std::string const& name, HeaderEntry const& entry, std::filesystem::path const& path) {
  std::uint64_t const element = element_bytes(entry.dtype);
  if (element == 0)
    refuse_safetensors(path, "tensor " + printable(name) + " has the unknown type " + printable(entry.dtype));
  std::int64_t extent = static_cast<std::int64_t>(element);
  bool empty = false;
  for (std::uint64_t const dimension : entry.shape) {
    empty = empty || dimension == 0;
    if (dimension > std::uint64_t{std::numeric_limits<std::int64_t>::max()} ||
        __builtin_mul_overflow(extent, static_cast<std::int64_t>(std::max<std::uint64_t>(dimension, 1)), &extent))
      refuse_safetensors(path, "the shape of tensor " + printable(name) + " overflows");
  }
  return empty ? 0 : static_cast<std::uint64_t>(extent);
}

void check_entry(std::string const& name, HeaderEntry const& entry, std::uint64_t data_bytes,
                 std::filesystem::path const& path) {
  std::uint64_t const begin = entry.offsets[0];
  std::uint64_t const end = entry.offsets[1];
  if (begin > end || end > data_bytes)
    refuse_safetensors(path, "the offsets of tensor " + printable(name) + " lie outside the file");
  if (end - begin != checked_bytes(name, entry, path))
    refuse_safetensors(path, "tensor " + printable(name) + " has " + std::to_string(end - begin) +
                                 " bytes, which is not what its shape and type ask for");
}

//! Tensors in the order of their places must cover the data exactly.
void check_coverage(SafetensorsHeader const& header, std::uint64_t data_bytes, std::filesystem::path const& path) {
  std::vector<std::pair<std::vector<std::uint64_t>, std::string const*>> places;
  for (auto const& [name, entry] : header.tensors) places.emplace_back(entry.offsets, &name);
  std::sort(places.begin(), places.end());
  std::uint64_t covered = 0;
  for (auto const& [offsets, name] : places) {
    if (offsets[0] != covered)
      refuse_safetensors(path, "tensor " + printable(*name) +
                                   (offsets[0] < covered ? " overlaps" : " leaves a gap after") + " the one before it");
    covered = offsets[1];
  }
  if (covered != data_bytes)
    refuse_safetensors(path, std::to_string(data_bytes - covered) + " bytes at the end belong to no tensor");
}

}  // namespace

SafetensorsFile::SafetensorsFile(std::filesystem::path const& path) : map_(path, "name a safetensors file") {
  std::string_view const text = header_text(map_.bytes(), path);
  std::span<std::byte const> const data = map_.bytes().subspan(sizeof(std::uint64_t) + text.size());
  SafetensorsHeader header = parse_safetensors_header(text, path);
  for (auto const& [name, entry] : header.tensors) check_entry(name, entry, data.size(), path);
  check_coverage(header, data.size(), path);
  for (auto const& [name, entry] : header.tensors)
    tensors_[name] = {entry.dtype,
                      {entry.shape.begin(), entry.shape.end()},
                      data.subspan(entry.offsets[0], entry.offsets[1] - entry.offsets[0])};
  metadata_ = std::move(header.metadata);
}

}  // namespace tartan::model
