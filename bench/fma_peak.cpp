// The limit of this machine: fused multiply-adds on registers alone, as many a second as the cores retire.
//   fma_peak [THREADS [SECONDS]]        prints {"gflops": ..., "threads": ..., "target": "AVX3"}
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fma_peak.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Twelve independent sums: more than latency times throughput of an FMA on any core (4 cycles x 2), and with
// the two factors they fit into the 16 registers of AVX2.
constexpr std::size_t kSums = 12;

// Runs `rounds` steps of all sums; returns the floating point operations done (two an FMA and lane). The sums
// tend to 1, so that no step meets a denormal or infinite number.
double MultiplyAdd(std::size_t rounds, float* keep) {
  const hn::ScalableTag<float> d;
  const volatile float factor = 0.999F;
  const auto a = hn::Set(d, factor);
  const auto b = hn::Set(d, 1.0F - factor);
  hn::Vec<decltype(d)> sum[kSums];
  for (std::size_t i = 0; i < kSums; ++i) sum[i] = hn::Set(d, static_cast<float>(i) * factor);
  for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (std::size_t i = 0; i < kSums; ++i) sum[i] = hn::MulAdd(sum[i], a, b);
  }
  auto total = sum[0];
  for (std::size_t i = 1; i < kSums; ++i) total = hn::Add(total, sum[i]);
  *keep = hn::GetLane(hn::SumOfLanes(d, total));
  return 2.0 * static_cast<double>(rounds * kSums * hn::Lanes(d));
}

const char* TargetName() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {
namespace {

HWY_EXPORT(MultiplyAdd);
HWY_EXPORT(TargetName);

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

// All threads start together and run for the same time; their operations are added.
double MeasurePeak(std::size_t threads, double seconds) {
  std::atomic<std::size_t> ready{0};
  std::vector<double> rate(threads);
  const auto work = [&](std::size_t t) {
    constexpr std::size_t kRounds = 200'000;
    volatile float keep = 0;
    float sum = 0;
    HWY_DYNAMIC_DISPATCH(MultiplyAdd)(kRounds, &sum);  // wakes the core and its vector units
    ready.fetch_add(1);
    while (ready.load() < threads) std::this_thread::yield();
    const auto start = Clock::now();
    double operations = 0;
    while (Seconds(start) < seconds) operations += HWY_DYNAMIC_DISPATCH(MultiplyAdd)(kRounds, &sum);
    rate[t] = operations / Seconds(start);
    keep = sum;
    static_cast<void>(keep);
  };
  std::vector<std::thread> pool;
  for (std::size_t t = 1; t < threads; ++t) pool.emplace_back(work, t);
  work(0);
  for (std::thread& thread : pool) thread.join();
  double total = 0;
  for (const double r : rate) total += r;
  return total;
}

}  // namespace
}  // namespace lengthwise

int main(int argc, char** argv) {
  const std::size_t threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 0.5;
  if (threads == 0 || threads > 1024 || !(seconds > 0)) {
    std::fprintf(stderr, "usage: fma_peak [THREADS [SECONDS]]\n");
    return 2;
  }
  using namespace lengthwise;
  std::printf("{\"gflops\": %.3f, \"threads\": %zu, \"target\": \"%s\"}\n",
              MeasurePeak(threads, seconds) * 1e-9, threads, HWY_DYNAMIC_DISPATCH(TargetName)());
  return 0;
}
#endif
