// How far long work has got, and the way to end it early.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace lengthwise {

// Given to whatever takes long. Made of a function of (work done, work in all; 0: not known) that returns
// whether to go on, or nothing. It is called now and then, from any thread but never from two at a time, and
// must not call what it was given to. Where it returns false, or throws, the work ends with that: with
// Error(kCancelled), and with nothing half-written left behind.
struct Progress {
  std::function<bool(std::size_t done, std::size_t total)> update;

  Progress() = default;
  template <typename Fn>
  requires(std::invocable<Fn&, std::size_t, std::size_t> && !std::is_same_v<std::decay_t<Fn>, Progress>)
      Progress(Fn fn) {
    if constexpr (std::is_void_v<std::invoke_result_t<Fn&, std::size_t, std::size_t>>) {
      update = [call = std::move(fn)](std::size_t done, std::size_t total) mutable {
        call(done, total);
        return true;
      };
    } else {
      update = std::move(fn);
    }
  }

  explicit operator bool() const { return static_cast<bool>(update); }

  // Throws kCancelled where `update` returns false. Does nothing without one.
  void operator()(std::size_t done, std::size_t total) const;
};

}  // namespace lengthwise
