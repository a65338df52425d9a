#pragma once

#include <tartan/config/section.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tartan::config {

//! A value as it was written, and where: "run.ini:12" or "--task.tapt.batch".
struct RawValue {
  std::string text;
  std::string origin;
};

struct RawLine;

//! A section as it was written; its origin is its first appearance.
struct RawSection {
  std::string name;
  std::string origin;
  std::vector<std::pair<std::string, RawValue>> values;  //!< key -> value, in the order of appearance
};

//! The keys that rooms have bound under one name.
struct BoundSection {
  std::string name;
  std::vector<Option> options;
};

//! A bound key as it stands: "run.seed", its value and its default as text.
struct Setting {
  std::string name, value, default_text;
};

//! All settings of one run: an INI file, then flags over it. Values stay text until a Section binds them.
class Settings {
 public:
  //! Parses the file (empty path: none) and the flags `--section.key value` or `--section.key=value`.
  //! Throws ExitStatus::usage naming the file and line, or the flag.
  static Settings read(std::filesystem::path const& file, std::vector<std::string> const& flags);

  //! NAME of each section `prefix.NAME`, in the order of the file (then of the flags).
  std::vector<std::string> names(std::string const& prefix) const;

  //! Converts and stores the values of one section, which may have none. A section bound again under the same name adds
  //! its keys, and takes over those it shares. Throws ExitStatus::usage naming key, value and what is allowed.
  void bind(Section const& section);

  //! Throws ExitStatus::usage for a section or key that no bound Section knows, with the nearest known name.
  void finish() const;

  //! The bound sections as INI, with their values after binding: parsed again it gives the same settings.
  std::string dump() const;

  //! Every bound key in the order of `dump`.
  std::vector<Setting> values() const;

  //! Whether the file or a flag sets this key.
  bool given(std::string const& section, std::string const& key) const;

  //! Where this key's value comes from: "run.ini:12", "--task.tapt.batch" or "the default of task.tapt.batch".
  std::string origin(std::string const& section, std::string const& key) const;

 private:
  void put(RawLine const& line);
  RawValue const* find(std::string const& section, std::string const& key) const;

  std::vector<RawSection> raw_;
  std::vector<BoundSection> bound_;
  mutable std::set<std::string> prefixes_;  // asked for by `names`: [taks.x] is told of [task.x] though none was bound
};

}  // namespace tartan::config
