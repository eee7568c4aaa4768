#include "usage/signals.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <thread>

#include "base/partial.h"

namespace lengthwise {
namespace {

bool IsIgnored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Removing files takes more than a signal handler may do, so a thread waits for the signals.
[[noreturn]] void WaitAndEnd(sigset_t signals) {
  int signal = 0;
  while (::sigwait(&signals, &signal) != 0) {
  }
  RemovePartialsForGood();
  // Again, with its own effect, so that whoever waits for the process knows what ended it.
  ::signal(signal, SIG_DFL);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  ::raise(signal);
  ::_Exit(128 + signal);
}

}  // namespace

void CleanUpOnSignals() {
  ::signal(SIGXFSZ, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // By nohup, or a shell that has put the process into the background.
    if (!IsIgnored(signal)) ::sigaddset(&signals, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    std::thread(WaitAndEnd, signals).detach();
  } catch (const std::system_error&) {
    // Without the memory for it they end the process at once.
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  }
}

}  // namespace lengthwise
