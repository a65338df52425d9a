#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace tartan::train {

enum class Resume { no, yes };

//! RUN: config.ini, run.json, metrics.jsonl, checkpoints/, exports/, best, lock (DESIGN 8). Only rank 0 writes.
class RunDirectory {
 public:
  //! What `look` found.
  enum class State { fresh, started, finished };

  //! Looks at what is there, or creates an empty directory. Throws ExitStatus::usage where it holds a run and `resume`
  //! is no, or where the run was started with other settings (naming the keys that differ).
  static State look(std::filesystem::path const& path, Resume resume, std::string const& resolved_config);

  //! Writes config.ini: from now on the directory is this run's. Called when all input was found usable. Throws
  //! ExitStatus::usage where another process was faster.
  void claim(std::string const& resolved_config) const;

  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path const& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.ini"; }
  std::filesystem::path run_json() const { return path_ / "run.json"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path exports() const { return path_ / "exports"; }
  std::filesystem::path best() const { return path_ / "best"; }
  std::filesystem::path lock() const { return path_ / "lock"; }

 private:
  std::filesystem::path path_;
};

//! metrics.jsonl: one JSON object per event, flushed as it is written.
class MetricsLog {
 public:
  //! Cuts the file to `bytes` first: what a resumed run writes again. Warns where it is shorter. Throws ExitStatus::io.
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
