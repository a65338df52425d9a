#include "safetensors_header.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace tartan::model {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 19> element_types = {{
    {"BOOL", 1},        {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E5M2FNUZ", 1}, {"F8_E8M0", 1},
    {"F8_E4M3FNUZ", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2},     {"BF16", 2},    {"U32", 4},         {"I32", 4},
    {"F32", 4},         {"U64", 8}, {"I64", 8}, {"F64", 8},     {"C64", 8},
}};

//! Takes the header event by event, so that duplicate keys are seen and nothing deep or long is ever stored.
class HeaderReader final : public nlohmann::json_sax<json> {
 public:
  explicit HeaderReader(std::filesystem::path const& path) : path_(path) {}
  SafetensorsHeader take() { return std::move(header_); }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a boolean"); }
  bool number_integer(json::number_integer_t) override { unexpected("a negative number"); }
  bool number_float(json::number_float_t, json::string_t const&) override {
    unexpected("a fraction or too large a number");
  }
  bool binary(json::binary_t&) override { unexpected("binary data"); }

  bool number_unsigned(json::number_unsigned_t value) override {
    if (place_ == Place::shape && entry_.shape.size() < max_rank) {
      entry_.shape.push_back(value);
    } else if (place_ == Place::offsets && entry_.offsets.size() < 2) {
      entry_.offsets.push_back(value);
    } else {
      unexpected(place_ == Place::shape ? "more than 8 dimensions" : "a number");
    }
    return true;
  }

  bool string(json::string_t& value) override {
    if (place_ == Place::metadata) {
      header_.metadata[field_] = value;
    } else if (place_ == Place::tensor && field_ == "dtype") {
      entry_.dtype = value;
    } else {
      unexpected("text");
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::file;
    } else if (place_ == Place::file) {
      place_ = name_ == "__metadata__" ? Place::metadata : Place::tensor;
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) store_tensor();
    place_ = place_ == Place::file ? Place::outside : Place::file;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || field_ == "dtype") unexpected("a list");
    place_ = field_ == "shape" ? Place::shape : Place::offsets;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::offsets && entry_.offsets.size() != 2) unexpected("not two numbers");
    place_ = Place::tensor;
    return true;
  }

  bool key(json::string_t& value) override {
    if (place_ == Place::file) {
      start_entry(value);
    } else {
      start_field(value);
    }
    return true;
  }

  bool parse_error(std::size_t position, std::string const&, nlohmann::detail::exception const&) override {
    refuse_safetensors(path_, "the header is not JSON at its byte " + std::to_string(position));
  }

 private:
  enum class Place { outside, file, metadata, tensor, shape, offsets };

  [[noreturn]] void unexpected(std::string const& what) const {
    refuse_safetensors(
        path_, "the header holds " + what + " where it must not, at " + printable(name_) + " " + printable(field_));
  }

  void start_entry(std::string const& name) {
    if (header_.tensors.contains(name) || (name == "__metadata__" && has_metadata_))
      refuse_safetensors(path_, "the header holds " + printable(name) + " twice");
    if (header_.tensors.size() >= max_entries) refuse_safetensors(path_, "the header holds more than 10,000 tensors");
    has_metadata_ = has_metadata_ || name == "__metadata__";
    name_ = name;
    field_.clear();
    fields_.clear();
    entry_ = {};
  }

  void start_field(std::string const& field) {
    field_ = field;
    if (place_ == Place::metadata) {
      if (header_.metadata.contains(field)) unexpected("a key twice");
      if (header_.metadata.size() >= max_entries) unexpected("more than 10,000 entries");
      return;
    }
    if (field != "dtype" && field != "shape" && field != "data_offsets") unexpected("an unknown key");
    if (std::find(fields_.begin(), fields_.end(), field) != fields_.end()) unexpected("a key twice");
    fields_.push_back(field);
  }

  void store_tensor() {
    if (fields_.size() != 3)
      refuse_safetensors(path_, "tensor " + printable(name_) + " lacks dtype, shape or data_offsets");
    header_.tensors.emplace(name_, std::move(entry_));
  }

  std::filesystem::path const& path_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  bool has_metadata_ = false;
  std::string name_;                 // of the entry being read
  std::string field_;                // of the field being read within it
  std::vector<std::string> fields_;  // of this tensor, so far
  HeaderEntry entry_;
};

}  // namespace

std::uint64_t element_bytes(std::string_view dtype) {
  auto const* const found =
      std::find_if(element_types.begin(), element_types.end(), [&](auto const& type) { return type.first == dtype; });
  return found == element_types.end() ? 0 : found->second;
}

std::string printable(std::string const& name) {
  std::string const shown = name.size() > 100 ? name.substr(0, 100) + "..." : name;
  return json(shown).dump(-1, ' ', true, json::error_handler_t::replace);
}

void refuse_safetensors(std::filesystem::path const& path, std::string const& problem) {
  fail_data(path.string() + ": " + problem + " (damaged, or not a safetensors file); fetch or export it again");
}

SafetensorsHeader parse_safetensors_header(std::string_view text, std::filesystem::path const& path) {
  if (text.empty() || text.front() != '{') refuse_safetensors(path, "the header does not start with {");
  if (text.find('\0') != std::string_view::npos)  // nlohmann would take it as the end of the text
    refuse_safetensors(path, "the header holds a zero byte");
  HeaderReader reader(path);
  json::sax_parse(text.begin(), text.end(), &reader);
  return reader.take();
}

}  // namespace tartan::model
