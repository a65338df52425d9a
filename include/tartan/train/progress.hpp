#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tartan::train {

//! Where progress goes, and the clock it is measured by.
struct ProgressSink {
  std::function<void(std::string_view)> write;
  std::function<double()> seconds;  //!< never runs backwards
  bool terminal = false;            //!< lines can be rewritten
};

//! Standard error and the steady clock.
ProgressSink standard_progress_sink();

//! How far a long loop is: title, bar, count, rate, time left and a note. On a terminal one line, rewritten at most 10
//! times a second; elsewhere a line every 30 s. The rate is that of the steps since construction, so that a resumed run
//! does not count what an earlier one did.
class Progress {
 public:
  static constexpr double terminal_interval_seconds = 0.1;
  static constexpr double log_interval_seconds = 30;

  //! `total` <= 0: unknown, then no bar and no time left. `already_done`: steps of an earlier process.
  Progress(std::string title, std::int64_t total, bool enabled, std::int64_t already_done = 0);
  Progress(std::string title, std::int64_t total, ProgressSink sink, std::int64_t already_done = 0);

  //! The loop ends after so many more seconds, if not before.
  void end_within(double seconds);

  void update(std::int64_t done, std::string const& note);  //!< writes where the interval has passed
  void clear();                          //!< takes the line from the terminal before another is written
  void finish(std::string const& note);  //!< writes the last line, once

 private:
  std::string line(double now, std::string const& note, bool last) const;
  double share(double now) const;
  double seconds_left(double now, double rate) const;
  void show(double now, std::string const& note, bool last);

  std::string title_;
  std::int64_t total_;
  bool enabled_;
  ProgressSink sink_;
  std::int64_t already_done_;
  std::int64_t done_;
  double start_seconds_;
  double next_seconds_;
  double end_seconds_ = 0;  //!< 0: no limit of time
};

}  // namespace tartan::train
