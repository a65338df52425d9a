#include <tartan/train/progress.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace tartan::train {
namespace {

constexpr std::int64_t bar_columns = 24;
constexpr double longest_seconds = 1e8;  // three years: later is not worth saying

template <class... T>
std::string format(char const* pattern, T... values) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

//! 75 → "1:15", 3675 → "1:01:15".
std::string clock_text(double seconds) {
  auto const whole = static_cast<long long>(std::lround(std::clamp(seconds, 0.0, longest_seconds)));
  long long const hours = whole / 3600;
  long long const minutes = whole / 60 % 60;
  return hours > 0 ? format("%lld:%02lld:%02lld", hours, minutes, whole % 60)
                   : format("%lld:%02lld", minutes, whole % 60);
}

std::string bar_text(double share) {
  auto const filled = static_cast<std::size_t>(std::floor(std::clamp(share, 0.0, 1.0) * bar_columns));
  std::string bar(bar_columns, ' ');
  std::fill_n(bar.begin(), filled, '=');
  return "[" + bar + "]";
}

std::string rate_text(double per_second) {
  return per_second >= 1 || per_second <= 0 ? format("%.1f/s", per_second) : format("%.1f s each", 1 / per_second);
}

bool is_terminal(std::string const& path) {
  int const file = ::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  bool const answer = file >= 0 && ::isatty(file) == 1;
  if (file >= 0) ::close(file);
  return answer;
}

//! mpirun hands on standard error through a pipe: then what counts is where its own leads.
bool ends_in_terminal() {
  if (::isatty(STDERR_FILENO) == 1) return true;
  bool const through_mpirun = std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr;
  return through_mpirun && is_terminal("/proc/" + std::to_string(::getppid()) + "/fd/2");
}

}  // namespace

ProgressSink standard_progress_sink() {
  return {[](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); },
          [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); },
          ends_in_terminal()};
}

Progress::Progress(std::string title, std::int64_t total, bool enabled, std::int64_t already_done)
    : Progress(std::move(title), total, standard_progress_sink(), already_done) {
  enabled_ = enabled;
}

Progress::Progress(std::string title, std::int64_t total, ProgressSink sink, std::int64_t already_done)
    : title_(std::move(title)),
      total_(total),
      enabled_(true),
      sink_(std::move(sink)),
      already_done_(already_done),
      done_(already_done),
      start_seconds_(sink_.seconds()),
      next_seconds_(start_seconds_ + (sink_.terminal ? 0 : log_interval_seconds)) {}

void Progress::end_within(double seconds) { end_seconds_ = sink_.seconds() + seconds; }

//! Of the steps or of the time, whichever ends first.
double Progress::share(double now) const {
  double const steps = static_cast<double>(done_) / static_cast<double>(total_);
  return end_seconds_ > 0 ? std::max(steps, (now - start_seconds_) / (end_seconds_ - start_seconds_)) : steps;
}

double Progress::seconds_left(double now, double rate) const {
  double const steps = rate > 0 ? static_cast<double>(total_ - done_) / rate : longest_seconds;
  return end_seconds_ > 0 ? std::clamp(end_seconds_ - now, 0.0, steps) : steps;
}

std::string Progress::line(double now, std::string const& note, bool last) const {
  double const elapsed = now - start_seconds_;
  double const rate = elapsed > 0 ? static_cast<double>(done_ - already_done_) / elapsed : 0;
  std::string text = title_ + " ";
  if (total_ > 0) text += bar_text(share(now)) + " ";
  text += std::to_string(done_);
  if (total_ > 0) text.append("/").append(std::to_string(total_));
  text += ", " + rate_text(rate);
  text += ", " + clock_text(elapsed) + " so far";
  if (!last && total_ > done_ && rate > 0) text += ", " + clock_text(seconds_left(now, rate)) + " left";
  return note.empty() ? text : text + ", " + note;
}

void Progress::show(double now, std::string const& note, bool last) {
  std::string const text = line(now, note, last);
  if (!sink_.terminal) {
    sink_.write(text + "\n");
  } else {
    // Without wrapping, so that a narrow terminal cuts the line instead of scrolling.
    sink_.write("\r\x1b[?7l" + text + "\x1b[K\x1b[?7h" + (last ? "\n" : ""));
  }
  next_seconds_ = now + (sink_.terminal ? terminal_interval_seconds : log_interval_seconds);
}

void Progress::update(std::int64_t done, std::string const& note) {
  done_ = done;
  if (!enabled_) return;
  double const now = sink_.seconds();
  if (now >= next_seconds_) show(now, note, false);
}

void Progress::clear() {
  if (enabled_ && sink_.terminal) sink_.write("\r\x1b[K");
}

void Progress::finish(std::string const& note) {
  if (enabled_) show(sink_.seconds(), note, true);
  enabled_ = false;
}

}  // namespace tartan::train
