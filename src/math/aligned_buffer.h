// Memory for the kernels: aligned to a cache line, not initialised, grown but never shrunk.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace lengthwise {

// A cache line, and the widest vector of any target.
inline constexpr std::size_t kAlignment = 64;

// Move-only array of trivial T. Resize keeps no contents.
template <typename T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) { Resize(size); }

  void Resize(std::size_t size) {
    if (size > capacity_) {
      const std::size_t bytes = (size * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
      data_.reset();
      data_.reset(static_cast<T*>(std::aligned_alloc(kAlignment, bytes)));
      if (data_ == nullptr) throw std::bad_alloc();
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
