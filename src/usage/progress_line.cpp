#include "usage/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace lengthwise {
namespace {

std::string TimeLeft(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::optional<double> SecondsLeft(double elapsed, std::size_t done, std::size_t total, std::size_t found) {
  if (done <= found || done > total) return std::nullopt;
  return elapsed * static_cast<double>(total - done) / static_cast<double>(done - found);
}

ProgressLine::ProgressLine(std::string label, bool quiet)
    : label_(std::move(label)),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

ProgressLine::~ProgressLine() {
  if (drawn_ && terminal_) std::fputc('\n', stderr);
}

void ProgressLine::Update(std::size_t done, std::size_t total, std::size_t found) {
  if (quiet_ || (done == 0 && total == 0)) return;
  const Clock::time_point now = Clock::now();
  const double since_last = std::chrono::duration<double>(now - last_).count();
  if (since_last < (terminal_ ? 0.1 : 10.0) && !(terminal_ && done == total)) return;
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string line = fmt::format("{}: {}", label_, done);
  if (total > 0) {
    line += fmt::format("/{} ({}%)", total, std::min(done, total) * 100 / total);
    if (const auto left = SecondsLeft(elapsed, done, total, found))
      line += fmt::format(", {} left", TimeLeft(*left));
  }
  line = fmt::format("{}{}{}", terminal_ ? "\r" : "", line, terminal_ ? "\033[K" : "\n");
  // Where it cannot be written it is not: it must not matter to the work.
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace lengthwise
