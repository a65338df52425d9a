#include "comm/cores.hpp"
#include "core/temporary_directory.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace tartan::comm {
namespace {

using testing::TemporaryDirectory;
using testing::write_text;

std::vector<int> cores(std::initializer_list<int> allowed) {
  std::vector<int> result(8, 0);
  for (int const core : allowed) result[static_cast<std::size_t>(core)] = 1;
  return result;
}

std::vector<int> users_of(std::vector<std::vector<int>> const& processes) {
  std::vector<int> users(8, 0);
  for (auto const& process : processes)
    for (std::size_t core = 0; core < users.size(); ++core) users[core] += process[core];
  return users;
}

TEST(Cores, UnboundRanksShareAll) {
  auto const all = cores({0, 1, 2, 3});
  EXPECT_EQ(fair_share(all, users_of({all, all})), 2);
}

TEST(Cores, BoundRanksKeepTheirOwn) {
  auto const first = cores({0, 1}), second = cores({2, 3});
  EXPECT_EQ(fair_share(first, users_of({first, second})), 2);
}

TEST(Cores, RanksBoundToASocketShareItInPairs) {
  auto const left = cores({0, 1, 2, 3}), right = cores({4, 5, 6, 7});
  EXPECT_EQ(fair_share(right, users_of({left, left, right, right})), 2);
}

TEST(Cores, PartOfTheMachineIsDividedToo) {
  auto const granted = cores({1, 4, 6});  // taskset, cpusets
  EXPECT_DOUBLE_EQ(fair_share(granted, users_of({granted, granted})), 1.5);
}

TEST(Cores, ThisProcessMayUseSome) { EXPECT_GE(std::ranges::count(allowed_cores(), 1), 1); }

TEST(Cores, TheTightestGroupCounts) {
  TemporaryDirectory const root;
  std::filesystem::create_directories(root / "job/step");
  EXPECT_EQ(cpu_quota(root.path(), "/job/step"), 0);
  write_text(root / "cpu.max", "max 100000\n");
  write_text(root / "job/cpu.max", "250000 100000\n");
  write_text(root / "job/step/cpu.max", "400000 100000\n");
  EXPECT_EQ(cpu_quota(root.path(), "/job/step"), 2.5);
  EXPECT_EQ(cpu_quota(root.path(), "/"), 0);
  EXPECT_EQ(within_quota(4, 2.5), 2.5);
  EXPECT_EQ(within_quota(2, 2.5), 2);
  EXPECT_EQ(within_quota(2, 0), 2);
}

}  // namespace
}  // namespace tartan::comm
