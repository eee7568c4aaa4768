// The one thread pool: dynamic shares, a short spin before sleeping, no allocation per call.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace lengthwise {

// A pool of `threads` threads, the caller included. A pool of one runs everything inline. Several threads may
// call it at a time: each takes part in its own call, and the pool's own threads spread over the calls.
// libgomp's spinning barriers collapse when a neighbour takes a core; here an idle worker spins for some
// microseconds, so that the next stage of a small batch starts at once, and then sleeps.
class ThreadPool {
 public:
  // 0: as many threads as the process may run on.
  explicit ThreadPool(std::size_t threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t size() const { return workers_.size() + 1; }

  // Calls fn(task, worker) once for every task in [0, count); worker < size() names the thread among those of
  // this call, 0 the caller. Tasks are handed out in order, one at a time. Returns when all are done;
  // rethrows the first exception, after which no further task is started. Must not be called from inside a
  // task.
  template <typename Fn>
  void For(std::size_t count, Fn&& fn) {
    using Function = std::remove_reference_t<Fn>;
    Run(count, const_cast<std::remove_const_t<Function>*>(std::addressof(fn)),
        [](void* context, std::size_t task, std::size_t worker) {
          (*static_cast<Function*>(context))(task, worker);
        });
  }

 private:
  using Call = void (*)(void* context, std::size_t task, std::size_t worker);

  // One call. Its caller writes it while it is closed, and opens it; the pool's threads enter while it is
  // open and leave when no task is left.
  struct Job {
    std::size_t count = 0;
    void* context = nullptr;
    Call call = nullptr;
    std::exception_ptr error;  // the first; under the pool's mutex
    alignas(64) std::atomic<std::size_t> next{0};
    alignas(64) std::atomic<std::uint32_t> state{kClosed};  // threads inside, and kClosed
  };
  static constexpr std::uint32_t kClosed = std::uint32_t{1} << 31;
  // Calls at a time that the pool's threads take part in, one a bit of `claimed_`; further callers work
  // alone.
  static constexpr std::size_t kMostCalls = 32;

  void Run(std::size_t count, void* context, Call call);
  void Work(std::size_t worker);
  void Take(Job& job, std::size_t worker);
  Job* Claim();
  void GiveBack(const Job* job);
  void Enter(Job& job, std::size_t worker);
  void Wait(Job& job);

  std::vector<std::thread> workers_;
  std::array<Job, kMostCalls> jobs_;
  alignas(64) std::atomic<std::uint32_t> claimed_{0};
  alignas(64) std::atomic<std::uint32_t> generation_{0};  // moves on when a job is opened
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::atomic<bool> stop_{false};
};

}  // namespace lengthwise
