// Progress of long work on standard error, with the time left.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace lengthwise {

// The seconds that the rest of the work takes, at the rate of what was worked on; `found` of what is done
// cost nothing. Nothing while there is no rate.
std::optional<double> SecondsLeft(double elapsed, std::size_t done, std::size_t total, std::size_t found);

// On a terminal one line is redrawn; elsewhere (a log) a line appears about every ten seconds. The command
// line owns one of these; the library only calls back.
class ProgressLine {
 public:
  // Quiet: prints nothing.
  ProgressLine(std::string label, bool quiet);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // `total` 0: not known yet. `found`: how much of `done` was found done, and says nothing of the rest.
  void Update(std::size_t done, std::size_t total, std::size_t found = 0);

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace lengthwise
