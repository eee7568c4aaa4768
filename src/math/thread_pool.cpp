#include "math/thread_pool.h"

#include <sched.h>

#include <bit>
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
    Fail(ErrorCode::kIo, "cannot start {} threads: {}; there may be too little memory; ask for fewer",
         threads, error.code().message());
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

void ThreadPool::Take(Job& job, std::size_t worker) {
  try {
    while (true) {
      const std::size_t task = job.next.fetch_add(1, std::memory_order_relaxed);
      if (task >= job.count) return;
      job.call(job.context, task, worker);
    }
  } catch (...) {
    job.next.store(job.count);
    const std::lock_guard lock(mutex_);
    if (!job.error) job.error = std::current_exception();
  }
}

void ThreadPool::Enter(Job& job, std::size_t worker) {
  // Whoever finds the job closed leaves it untouched: it is over, or not yet written.
  if ((job.state.fetch_add(1, std::memory_order_acq_rel) & kClosed) == 0) Take(job, worker);
  if (job.state.fetch_sub(1, std::memory_order_acq_rel) == (kClosed | 1)) {
    const std::lock_guard lock(mutex_);
    done_.notify_all();
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
    // What is opened from here on moves the generation on once more.
    seen = generation_.load(std::memory_order_acquire);
    if (stop_) return;
    std::array<Job*, kMostCalls> open{};
    std::size_t count = 0;
    for (std::uint32_t rest = claimed_.load(std::memory_order_acquire); rest != 0; rest &= rest - 1)
      open[count++] = &jobs_[static_cast<std::size_t>(std::countr_zero(rest))];
    // Each thread begins with another job, so that every caller has helpers.
    for (std::size_t i = 0; i < count; ++i) Enter(*open[(worker + i) % count], worker);
  }
}

ThreadPool::Job* ThreadPool::Claim() {
  std::uint32_t claimed = claimed_.load(std::memory_order_relaxed);
  while (~claimed != 0) {
    const int free = std::countr_one(claimed);
    if (claimed_.compare_exchange_weak(claimed, claimed | (std::uint32_t{1} << free),
                                       std::memory_order_acq_rel, std::memory_order_relaxed)) {
      return &jobs_[static_cast<std::size_t>(free)];
    }
  }
  return nullptr;
}

void ThreadPool::GiveBack(const Job* job) {
  claimed_.fetch_and(~(std::uint32_t{1} << (job - jobs_.data())), std::memory_order_release);
}

// Closes the job and waits for those that are inside.
void ThreadPool::Wait(Job& job) {
  if (job.state.fetch_or(kClosed, std::memory_order_acq_rel) == 0) return;
  const auto finished = [&] { return job.state.load(std::memory_order_acquire) == kClosed; };
  if (SpinUntil(finished)) return;
  std::unique_lock lock(mutex_);
  done_.wait(lock, finished);
}

void ThreadPool::Run(std::size_t count, void* context, Call call) {
  Job* const job = workers_.empty() || count <= 1 ? nullptr : Claim();
  if (job == nullptr) {
    for (std::size_t task = 0; task < count; ++task) call(context, task, 0);
    return;
  }
  job->count = count;
  job->context = context;
  job->call = call;
  job->next.store(0, std::memory_order_relaxed);
  job->state.fetch_and(~kClosed, std::memory_order_release);
  {
    const std::lock_guard lock(mutex_);
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  Take(*job, 0);
  Wait(*job);
  const std::exception_ptr error = std::exchange(job->error, nullptr);
  GiveBack(job);
  if (error) std::rethrow_exception(error);
}

}  // namespace lengthwise
