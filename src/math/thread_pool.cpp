#include "math/thread_pool.h"

#include <sched.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "base/fail.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lengthwise {
namespace {

// Long enough to bridge the gaps between the stages of one layer, short enough not to matter to a neighbour.
constexpr std::chrono::microseconds kSpin{50};

void Relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// Spins until `ready` or the time is up; tells whether it became ready.
template <typename Ready>
bool SpinUntil(Ready&& ready) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (ready()) return true;
      Relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return ready();
}

std::size_t UsableProcessors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    const int count = CPU_COUNT(&set);
    if (count > 0) return static_cast<std::size_t>(count);
  }
  return 1;
}

}  // namespace

ThreadPool::ThreadPool(std::size_t threads) {
  if (threads == 0) threads = UsableProcessors();
  workers_.reserve(threads - 1);
  try {
    for (std::size_t worker = 1; worker < threads; ++worker)
      workers_.emplace_back([this, worker] { Work(worker); });
  } catch (const std::system_error& error) {
    // Those that have started must end before the pool does.
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      generation_.fetch_add(1);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    Fail(ErrorCode::kIo,
         "cannot start {} threads: {}; there may be too little memory; give fewer with --threads", threads,
         error.code().message());
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    generation_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Take(std::size_t worker) {
  try {
    while (true) {
      const std::size_t task = next_.fetch_add(1, std::memory_order_relaxed);
      if (task >= count_) return;
      call_(context_, task, worker);
    }
  } catch (...) {
    next_.store(count_);
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

void ThreadPool::Work(std::size_t worker) {
  std::uint32_t seen = 0;
  while (true) {
    const auto moved_on = [&] { return generation_.load(std::memory_order_acquire) != seen; };
    if (!SpinUntil(moved_on)) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, moved_on);
    }
    seen = generation_.load(std::memory_order_acquire);
    if (stop_) return;
    Take(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const std::lock_guard lock(mutex_);
      done_.notify_one();
    }
  }
}

void ThreadPool::Run(std::size_t count, void* context, Call call) {
  if (workers_.empty() || count <= 1) {
    for (std::size_t task = 0; task < count; ++task) call(context, task, 0);
    return;
  }
  count_ = count;
  context_ = context;
  call_ = call;
  next_.store(0);
  busy_.store(static_cast<std::uint32_t>(workers_.size()));
  {
    const std::lock_guard lock(mutex_);
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  Take(0);
  const auto finished = [&] { return busy_.load(std::memory_order_acquire) == 0; };
  if (!SpinUntil(finished)) {
    std::unique_lock lock(mutex_);
    done_.wait(lock, finished);
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace lengthwise
