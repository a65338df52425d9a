#include "safetensors_header.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/safetensors.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

namespace tartan::model {
namespace {

using Tensor = std::pair<std::string const, StoredTensor>;

constexpr std::size_t alignment = 64;

void check_tensor(StoredTensor const& tensor) {
  expects(element_bytes(tensor.dtype) != 0, "a tensor to be written has an unknown type");
  expects(tensor.shape.size() <= max_rank, "a tensor to be written has more than 8 dimensions");
  std::int64_t const elements =
      std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1}, std::multiplies<>());
  expects(static_cast<std::uint64_t>(elements) * element_bytes(tensor.dtype) == tensor.bytes.size(),
          "a tensor to be written has bytes that do not fit its shape");
}

std::vector<Tensor const*> in_order(std::map<std::string, StoredTensor> const& tensors) {
  std::vector<Tensor const*> order;
  for (auto const& tensor : tensors) {
    check_tensor(tensor.second);
    order.push_back(&tensor);
  }
  std::stable_sort(order.begin(), order.end(), [](Tensor const* a, Tensor const* b) {
    return element_bytes(a->second.dtype) > element_bytes(b->second.dtype);
  });
  return order;
}

std::string header_text(std::vector<Tensor const*> const& order, std::map<std::string, std::string> const& metadata,
                        std::filesystem::path const& path) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (Tensor const* tensor : order) {
    auto const& [name, stored] = *tensor;
    std::size_t const end = offset + stored.bytes.size();
    header[name] = {{"dtype", stored.dtype}, {"shape", stored.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (nlohmann::json::exception const&) {
    fail_data(path.string() + ": a tensor's name or a metadata value is not UTF-8 (JSON cannot hold it); rename it");
  }
  std::size_t const start = sizeof(std::uint64_t) + text.size();
  text.append((alignment - start % alignment) % alignment, ' ');
  expects(text.size() <= max_header_bytes, "a safetensors header to be written exceeds 16 MB");
  return text;
}

class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path const& path) : path_(path), file_(open(path), &std::fclose) {}

  void write(void const* bytes, std::size_t size) {
    errno = 0;
    if (size > 0 && std::fwrite(bytes, 1, size, file_.get()) != size) fail_io("cannot write " + path_.string());
  }

  void close() {
    errno = 0;
    if (std::fclose(file_.release()) != 0) fail_io("cannot write " + path_.string());
  }

 private:
  static std::FILE* open(std::filesystem::path const& path) {
    std::FILE* const file = std::fopen(path.c_str(), "wbe");
    if (file == nullptr) fail_io("cannot create " + path.string());
    return file;
  }

  std::filesystem::path const& path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace

void write_safetensors(std::filesystem::path const& path, std::map<std::string, StoredTensor> const& tensors,
                       std::map<std::string, std::string> const& metadata) {
  expects(!tensors.contains("__metadata__"), "a tensor to be written is called __metadata__");
  expects(tensors.size() <= max_entries && metadata.size() <= max_entries, "more than 10,000 tensors to be written");
  std::vector<Tensor const*> const order = in_order(tensors);
  std::string const text = header_text(order, metadata, path);
  std::uint64_t const length = text.size();
  OutputFile file(path);
  file.write(&length, sizeof length);
  file.write(text.data(), text.size());
  for (Tensor const* tensor : order) file.write(tensor->second.bytes.data(), tensor->second.bytes.size());
  file.close();
}

}  // namespace tartan::model
