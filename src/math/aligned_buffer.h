// Memory for the kernels: aligned to a cache line, not initialised, grown but never shrunk.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace lengthwise {

// A cache line, and the widest vector of any target.
inline constexpr std::size_t kAlignment = 64;

// The larger page of x86 and of most Arm systems.
inline constexpr std::size_t kLargePage = std::size_t{2} << 20;

// Move-only array of trivial T. Resize keeps no contents.
template <typename T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) { Resize(size); }

  void Resize(std::size_t size) {
    if (size > capacity_) {
      // Large buffers are read from end to end again and again: fewer, larger pages spare address
      // translations.
      const bool large = size * sizeof(T) >= kLargePage;
      const std::size_t alignment = large ? kLargePage : kAlignment;
      const std::size_t bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
      data_.reset();
      data_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
      if (data_ == nullptr) throw std::bad_alloc();
      if (large) madvise(data_.get(), bytes, MADV_HUGEPAGE);
      capacity_ = size;
    }
    size_ = size;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace lengthwise
