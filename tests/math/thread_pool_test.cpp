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

// More callers than the pool takes part in at a time, each with calls of many sizes; one of them fails.
TEST(ThreadPool, ServesSeveralCallersEachAsIfAlone) {
  for (const std::size_t threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    constexpr std::size_t kCallers = 40;
    std::vector<std::size_t> failures(kCallers);
    std::vector<std::thread> callers;
    for (std::size_t caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (std::size_t round = 0; round < 30; ++round) {
          const std::size_t count = (caller * 7 + round * 13) % 50;
          std::vector<std::atomic<int>> runs(count);
          std::vector<std::atomic<int>> inside(threads);
          std::atomic<int> wrong = 0;
          const auto task = [&](std::size_t i, std::size_t worker) {
            if (worker >= threads || ++inside[worker] != 1) ++wrong;
            if (i % 8 == 0) std::this_thread::yield();
            ++runs[i];
            --inside[worker];
            if (caller == 3 && i == 20) throw std::runtime_error("task");
          };
          try {
            pool.For(count, task);
            if (caller == 3 && count > 20) ++failures[caller];
            for (const auto& run : runs) failures[caller] += run == 1 ? 0 : 1;
          } catch (const std::runtime_error&) {
            if (caller != 3) ++failures[caller];
          }
          failures[caller] += static_cast<std::size_t>(wrong.load());
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    for (std::size_t caller = 0; caller < kCallers; ++caller)
      EXPECT_EQ(failures[caller], 0U) << "caller " << caller << " of a pool of " << threads;
  }
}

// Neither waits for the other's call to end: each is in it until the other is too.
TEST(ThreadPool, RunsTheCallsOfTwoCallersAtTheSameTime) {
  ThreadPool pool(2);
  std::atomic<int> begun = 0;
  const auto call = [&] {
    std::atomic<bool> first = true;
    pool.For(4, [&](std::size_t, std::size_t) {
      if (first.exchange(false)) ++begun;
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (begun < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    });
  };
  std::thread other(call);
  call();
  other.join();
  EXPECT_EQ(begun, 2);
}

// Callers have helpers though another's call came first: eight tasks that wait for one another in pairs.
TEST(ThreadPool, SpreadsItsThreadsOverTheCalls) {
  ThreadPool pool(3);
  std::atomic<int> callers = 0;
  std::atomic<int> helped = 0;
  const auto call = [&] {
    ++callers;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (callers < 2) std::this_thread::yield();
    std::atomic<bool> by_helper = false;
    while (!by_helper && std::chrono::steady_clock::now() < end) {
      pool.For(64, [&](std::size_t, std::size_t worker) {
        if (worker > 0) by_helper = true;
        std::this_thread::yield();
      });
    }
    if (by_helper) ++helped;
  };
  std::thread other(call);
  call();
  other.join();
  EXPECT_EQ(helped, 2);
}

}  // namespace
}  // namespace lengthwise
