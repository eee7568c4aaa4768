#include "math/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace lengthwise {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceOnAWorkerItHas) {
  for (const std::size_t threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (const std::size_t count : {0, 1, 2, 1000}) {
      std::vector<std::atomic<int>> runs(count);
      pool.For(count, [&](std::size_t task, std::size_t worker) {
        ASSERT_LT(worker, threads);
        ++runs[task];
      });
      for (const auto& run : runs) EXPECT_EQ(run, 1);
    }
  }
}

TEST(ThreadPool, LetsNoTwoThreadsShareAWorkerNumber) {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> inside(4);
  pool.For(200, [&](std::size_t, std::size_t worker) {
    EXPECT_EQ(++inside[worker], 1);
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    --inside[worker];
  });
}

TEST(ThreadPool, RethrowsTheFirstExceptionAndWorksAfterwards) {
  ThreadPool pool(3);
  std::atomic<int> started = 0;
  EXPECT_THROW(pool.For(100000,
                        [&](std::size_t, std::size_t) {
                          ++started;
                          throw std::runtime_error("task");
                        }),
               std::runtime_error);
  EXPECT_LE(started, 3);  // each thread stops at its first
  std::atomic<int> runs = 0;
  pool.For(10, [&](std::size_t, std::size_t) { ++runs; });
  EXPECT_EQ(runs, 10);
}

TEST(ThreadPool, WakesWorkersThatSleep) {
  ThreadPool pool(2);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // past the spin
    std::atomic<int> runs = 0;
    pool.For(8, [&](std::size_t, std::size_t) { ++runs; });
    ASSERT_EQ(runs, 8);
  }
}

}  // namespace
}  // namespace lengthwise
