// The one thread pool: dynamic shares, a short spin before sleeping, no allocation per call.
#pragma once

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

// A pool of `threads` threads, the caller included. A pool of one runs everything inline.
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

  // Calls fn(task, worker) once for every task in [0, count); worker < size() names the thread. Tasks are
  // handed out in order, one at a time. Returns when all are done; rethrows the first exception, after which
  // no further task is started. Must not be called from inside a task.
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

  void Run(std::size_t count, void* context, Call call);
  void Work(std::size_t worker);
  void Take(std::size_t worker);

  std::vector<std::thread> workers_;
  // The current call; written by the caller before `generation_` moves on.
  std::size_t count_ = 0;
  void* context_ = nullptr;
  Call call_ = nullptr;
  alignas(64) std::atomic<std::size_t> next_{0};
  alignas(64) std::atomic<std::uint32_t> generation_{0};
  alignas(64) std::atomic<std::uint32_t> busy_{0};  // workers that have not finished the current call
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::exception_ptr error_;
  bool stop_ = false;
};

}  // namespace lengthwise
