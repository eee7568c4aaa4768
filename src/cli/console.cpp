#include "cli/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "lengthwise/error.h"
#include "usage/flags.h"

namespace lengthwise {

void OpenClosedStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // Takes the lowest free number, which is this one. Opened the wrong way round, so that its use fails.
    if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) return;
  }
}

void SayText(std::string_view text) {
  const std::string written = WithFlags(text);
  std::fwrite(written.data(), 1, written.size(), stderr);
}

void FlushStandardOutput() {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;  // std::cout keeps nothing of its own
  if (flushed && std::ferror(stdout) == 0 && std::cout) return;
  throw Error(ErrorCode::kIo, fmt::format("cannot write standard output{}{}", errno == 0 ? "" : ": ",
                                          errno == 0 ? "" : std::strerror(errno)));
}

}  // namespace lengthwise
