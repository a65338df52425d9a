#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace tartan::train {

enum class Resume { no, yes };

//! RUN: config.ini, run.json, metrics.jsonl, checkpoints/, exports/, best (DESIGN 8). Only rank 0 writes.
class RunDirectory {
 public:
  //! What `open` found.
  enum class State { fresh, started, finished };

  //! Creates the directory or looks at what is there. Throws ExitStatus::usage where it holds a run and `resume` is no,
  //! or where the run was started with other settings (naming the first key that differs).
  static State open(std::filesystem::path const& path, Resume resume, std::string const& resolved_config);

  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path const& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.ini"; }
  std::filesystem::path run_json() const { return path_ / "run.json"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path exports() const { return path_ / "exports"; }
  std::filesystem::path best() const { return path_ / "best"; }

 private:
  std::filesystem::path path_;
};

//! metrics.jsonl: one JSON object per event, flushed as it is written.
class MetricsLog {
 public:
  //! Cuts the file to `bytes` first: what a resumed run writes again. Throws ExitStatus::io.
  MetricsLog(std::filesystem::path const& path, std::uint64_t bytes);
  ~MetricsLog();
  MetricsLog(MetricsLog const&) = delete;
  MetricsLog& operator=(MetricsLog const&) = delete;
  void write(nlohmann::ordered_json const& event);
  std::uint64_t sync();  //!< fsync; returns the size in bytes

 private:
  std::filesystem::path path_;
  int file_;
};

}  // namespace tartan::train
