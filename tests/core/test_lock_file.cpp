#include "core/temporary_directory.hpp"
#include "core/throws.hpp"

#include <tartan/core/lock_file.hpp>

#include <chrono>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace tartan {
namespace {

using namespace std::chrono_literals;
using testing::message_of;
using testing::TemporaryDirectory;
using testing::write_text;

//! A process of its own that holds the lock until it is killed.
class Holder {
 public:
  explicit Holder(std::filesystem::path const& path) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      LockFile const lock(path, 0ms);
      bool const told = ::write(ends[1], "x", 1) == 1;
      while (told) ::pause();
      ::_exit(1);
    }
    char sign = 0;
    if (::read(ends[0], &sign, 1) != 1) throw std::runtime_error("the other process has no lock");
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  ~Holder() { kill(); }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

TEST(LockFile, IsThereWhileItIsHeldAndGoesWithItsHolder) {
  TemporaryDirectory const scratch;
  {
    LockFile const lock(scratch / "lock", 0ms);
    EXPECT_EQ(lock_holder(scratch / "lock")->pid, ::getpid());
  }
  EXPECT_FALSE(std::filesystem::exists(scratch / "lock"));
  EXPECT_FALSE(lock_holder(scratch / "lock").has_value());
}

TEST(LockFile, RefusesASecondHolderByName) {
  TemporaryDirectory const scratch;
  Holder const other(scratch / "lock");
  std::string const message = message_of(ExitStatus::usage, [&] { LockFile(scratch / "lock", 200ms); });
  EXPECT_NE(message.find("in use by process " + std::to_string(other.pid()) + " on "), message.npos) << message;
  EXPECT_EQ(lock_holder(scratch / "lock")->pid, other.pid());
}

TEST(LockFile, OfADeadProcessIsTakenOver) {
  TemporaryDirectory const scratch;
  Holder other(scratch / "lock");
  other.kill();
  EXPECT_TRUE(std::filesystem::exists(scratch / "lock"));
  EXPECT_FALSE(lock_holder(scratch / "lock").has_value());
  LockFile const mine(scratch / "lock", 0ms);
  EXPECT_EQ(lock_holder(scratch / "lock")->pid, ::getpid());
}

TEST(LockFile, WaitsForAHolderWhoIsAboutToLeave) {
  TemporaryDirectory const scratch;
  Holder other(scratch / "lock");
  pid_t const killer = ::fork();
  if (killer == 0) {
    ::usleep(300'000);
    ::_exit(::kill(other.pid(), SIGKILL));
  }
  LockFile const mine(scratch / "lock", 60s);
  EXPECT_EQ(lock_holder(scratch / "lock")->pid, ::getpid());
  ::waitpid(killer, nullptr, 0);
}

TEST(LockFile, SurvivesWhatAnEarlierProcessLeftInIt) {
  for (std::string const left :
       {"", "garbage", "[]", "{\"host\":3}", "{\"host\":\"elsewhere\",\"pid\":1,\"job\":\"\"}"}) {
    TemporaryDirectory const scratch;
    write_text(scratch / "lock", left);
    LockFile const mine(scratch / "lock", 0ms);
    EXPECT_EQ(lock_holder(scratch / "lock")->pid, ::getpid());
  }
}

}  // namespace
}  // namespace tartan
