#pragma once

#include <tartan/core/file_map.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tartan::model {

//! One tensor of a safetensors file; `bytes` is little-endian, row-major.
struct StoredTensor {
  std::string dtype;  //!< "F64", "F32", "F16", "BF16", "I64", ...
  std::vector<std::int64_t> shape;
  std::span<std::byte const> bytes;  //!< owned by the file it was read from; of any alignment
};

//! A mapped safetensors file. Stricter than the reference reader (RELIABILITY 2): header <= min(16 MB, file), at most
//! 10,000 tensors and as many metadata entries, rank <= 8, element types of whole bytes, unknown or duplicate keys
//! refused, sizes and offsets checked against overflow, gaps, overlap and the file's end. Throws ExitStatus::data
//! naming file and tensor; ExitStatus::usage where the file does not exist.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(std::filesystem::path const& path);

  std::filesystem::path const& path() const { return map_.path(); }
  std::map<std::string, StoredTensor> const& tensors() const { return tensors_; }
  std::map<std::string, std::string> const& metadata() const { return metadata_; }

 private:
  FileMap map_;
  std::map<std::string, StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

//! Writes tensors behind a header whose end is 64-byte aligned: widest elements first, then by name, so that each
//! tensor is aligned to its element type. Equal arguments give equal bytes. `transformers` asks for metadata {"format",
//! "pt"}. Not atomic: call it within write_directory_atomically, never onto a file that is mapped. Throws
//! ExitStatus::io.
void write_safetensors(std::filesystem::path const& path, std::map<std::string, StoredTensor> const& tensors,
                       std::map<std::string, std::string> const& metadata);

}  // namespace tartan::model
