#pragma once

#include "core/temporary_directory.hpp"
#include "core/throws.hpp"

#include <tartan/config/settings.hpp>

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tartan::config {

//! Runs each test in an empty working directory, where settings stand in run.ini.
class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() : home_(std::filesystem::current_path()) { std::filesystem::current_path(scratch_.path()); }
  ~SettingsTest() override { std::filesystem::current_path(home_); }

  static Settings read(std::string const& ini, std::vector<std::string> const& flags = {}) {
    tartan::testing::write_text("run.ini", ini);
    return Settings::read("run.ini", flags);
  }

  static std::string refused(std::string const& ini, std::vector<std::string> const& flags = {}) {
    return tartan::testing::message_of(ExitStatus::usage, [&] { read(ini, flags); });
  }

 private:
  std::filesystem::path home_;
  tartan::testing::TemporaryDirectory scratch_;
};

enum class Role { end, auxiliary, member };

//! One key of each kind.
struct TaskOptions {
  std::int64_t batch = 32;
  double rate = 1e-4;
  bool fuse = true;
  std::string label;
  std::filesystem::path data;
  Role role = Role::auxiliary;
  bool operator==(TaskOptions const&) const = default;
};

inline Section task_section(std::string const& name, TaskOptions& options) {
  Section section(name);
  section.add("batch", options.batch, "examples of one optimiser step", at_least(1))
      .add("rate", options.rate, "learning rate", positive())
      .add("fuse", options.fuse, "pack all tasks into one forward")
      .add("label", options.label, "")
      .add("data", options.data, "holds train.h5\nand perhaps dev.h5, test.h5")
      .choice("role", options.role, {{"end", Role::end}, {"auxiliary", Role::auxiliary}, {"member", Role::member}},
              "what the task is for");
  return section;
}

}  // namespace tartan::config
