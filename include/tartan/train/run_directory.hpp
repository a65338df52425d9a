#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace tartan::train {

enum class Resume { no, yes };

//! Every setting of a run.
struct ResolvedConfig {
  std::string ini;                 //!< with every key, defaults included
  std::set<std::string> defaults;  //!< "section.key" of those that stand at their default
};

//! RUN: config.ini, run.json, metrics.jsonl, checkpoints/, exports/, best, lock (DESIGN 8). Only rank 0 writes.
class RunDirectory {
 public:
  //! What `look` found.
  enum class State { fresh, started, finished };

  //! Looks at what is there. Throws ExitStatus::usage where it holds a run and `resume` is no, or where the run was
  //! started with other settings (naming the keys that differ). Keys that change no number may differ; one that is
  //! newer than the run counts as its default.
  static State look(std::filesystem::path const& path, Resume resume, ResolvedConfig const& config);

  //! An empty directory where there is none. Throws ExitStatus::usage where that cannot be.
  void create() const;

  //! Writes config.ini: from now on the directory is this run's. Called when all input was found usable. Throws
  //! ExitStatus::usage where another process was faster.
  void claim(ResolvedConfig const& resolved) const;

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
