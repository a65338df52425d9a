#include <tartan/core/atomic_file.hpp>
#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/run_directory.hpp>

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <map>
#include <ranges>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace tartan::train {
namespace fs = std::filesystem;
namespace {

std::string read_text(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail_io("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::string> keys_of(std::string const& ini) {
  std::map<std::string, std::string> result;
  std::istringstream lines(ini);
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("["))
      section = line.substr(1, line.find(']') - 1);
    else if (auto const equals = line.find('='); equals != std::string::npos && !line.starts_with("#"))
      result[section + "." + line.substr(0, line.find_first_of(" ="))] = line.substr(equals + 1);
  }
  return result;
}

//! Where a run goes on, these may be others: no number depends on them.
std::set<std::string> const free_keys = {"run.checkpoint_every", "run.comm", "run.comm_timeout_minutes", "run.reuse"};

//! Names of keys whose values differ, at most three.
std::string differences(std::string const& before, ResolvedConfig const& now) {
  auto const old_keys = keys_of(before), new_keys = keys_of(now.ini);
  std::vector<std::string> found;
  auto const note = [&](std::string const& key) {
    if (!free_keys.contains(key)) found.push_back(key);
  };
  for (auto const& [key, value] : new_keys)
    if (auto const was = old_keys.find(key); was == old_keys.end() ? !now.defaults.contains(key) : was->second != value)
      note(key);
  for (auto const& [key, value] : old_keys)
    if (!new_keys.contains(key)) note(key);
  std::string const names = joined(found | std::views::take(3));
  return found.size() > 3 ? names + " and " + std::to_string(found.size() - 3) + " more" : names;
}

[[noreturn]] void refuse_second(fs::path const& path) {
  fail_usage(path.string() + " already holds a run; continue it with --resume, or name another run.output");
}

bool is_finished(fs::path const& run_json) {
  if (!fs::exists(run_json)) return false;
  auto const json = nlohmann::json::parse(read_text(run_json), nullptr, false);
  return json.is_object() && json.contains("result");
}

}  // namespace

RunDirectory::State RunDirectory::look(fs::path const& path, Resume resume, ResolvedConfig const& config) {
  RunDirectory const run(path);
  if (!fs::exists(run.config())) {
    for (auto const& mine : {run.metrics(), run.best(), run.exports(), run.checkpoints(), run.run_json()})
      if (fs::exists(fs::symlink_status(mine)))
        fail_usage(mine.string() + " is there, but no config.ini of a run beside it; name another run.output");
    return State::fresh;
  }
  if (resume == Resume::no) refuse_second(path);
  std::string const changed = differences(read_text(run.config()), config);
  if (!changed.empty())
    fail_usage("the run in " + path.string() + " was started with other settings (" + changed +
               "); restore them, or name another run.output");
  return is_finished(run.run_json()) ? State::finished : State::started;
}

void RunDirectory::create() const {
  std::error_code code;
  fs::create_directories(path_, code);
  if (code)
    fail_usage("cannot create run.output = " + path_.string() + " (" + code.message() + "); name another directory");
}

void RunDirectory::claim(ResolvedConfig const& resolved) const {
  if (!create_file(config(), resolved.ini)) refuse_second(path_);
}

MetricsLog::MetricsLog(fs::path const& path, std::uint64_t bytes)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_ < 0) fail_io("cannot write " + path.string());
  auto const found = static_cast<std::uint64_t>(::lseek(file_, 0, SEEK_END));
  if (found < bytes) warn(path.string() + " is shorter than the checkpoint remembers: some of its past is lost");
  if (::ftruncate(file_, static_cast<off_t>(std::min(found, bytes))) != 0) fail_io("cannot shorten " + path.string());
}

MetricsLog::~MetricsLog() { ::close(file_); }

void MetricsLog::write(nlohmann::ordered_json const& event) {
  std::string const line = event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    fail_io("cannot write " + path_.string());
}

std::uint64_t MetricsLog::sync() {
  if (::fsync(file_) != 0) fail_io("cannot sync " + path_.string());
  return static_cast<std::uint64_t>(::lseek(file_, 0, SEEK_END));
}

}  // namespace tartan::train
