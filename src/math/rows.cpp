#include "math/rows.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/rows.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "math/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;

// Sum over i < width of f(load i), the rest beyond whole vectors by a vector of one lane.
template <class F>
HWY_INLINE float SumOver(std::size_t width, const F& f) {
  const D d;
  const hn::CappedTag<float, 1> d1;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= width; i += lanes) sum = hn::Add(sum, f(d, i));
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < width; ++i) total += hn::GetLane(f(d1, i));
  return total;
}

bool LayerNormRowsImpl(const float* x, float* y, std::size_t rows, std::size_t width, const float* gain,
                       const float* bias, float epsilon) {
  float poison = 0;
  const float inverse_width = 1.0F / static_cast<float>(width);
  for (std::size_t r = 0; r < rows; ++r) {
    const float* const row = x + r * width;
    float* const out = y + r * width;
    const float mean =
        SumOver(width, [row](auto d, std::size_t i) HWY_ATTR { return hn::LoadU(d, row + i); }) *
        inverse_width;
    const float variance = SumOver(width,
                                   [row, mean](auto d, std::size_t i) HWY_ATTR {
                                     const auto centred = hn::Sub(hn::LoadU(d, row + i), hn::Set(d, mean));
                                     return hn::Mul(centred, centred);
                                   }) *
                           inverse_width;
    const float scale = 1.0F / std::sqrt(variance + epsilon);
    poison += 0.0F * scale;
    ForEachLanes(width, [row, out, mean, scale, gain, bias](auto d, std::size_t i) HWY_ATTR {
      const auto centred = hn::Sub(hn::LoadU(d, row + i), hn::Set(d, mean));
      hn::StoreU(
          hn::MulAdd(hn::Mul(centred, hn::Set(d, scale)), hn::LoadU(d, gain + i), hn::LoadU(d, bias + i)), d,
          out + i);
    });
  }
  return !std::isnan(poison);
}

bool RmsNormRowsImpl(const float* x, float* y, std::size_t rows, std::size_t width, const float* gain,
                     float epsilon) {
  float poison = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const float* const row = x + r * width;
    float* const out = y + r * width;
    const float square = SumOver(width,
                                 [row](auto d, std::size_t i) HWY_ATTR {
                                   const auto value = hn::LoadU(d, row + i);
                                   return hn::Mul(value, value);
                                 }) /
                         static_cast<float>(width);
    const float scale = 1.0F / std::sqrt(square + epsilon);
    poison += 0.0F * square;
    ForEachLanes(width, [row, out, scale, gain](auto d, std::size_t i) HWY_ATTR {
      const auto scaled = hn::Mul(hn::LoadU(d, row + i), hn::Set(d, scale));
      hn::StoreU(hn::Mul(scaled, hn::LoadU(d, gain + i)), d, out + i);
    });
  }
  return !std::isnan(poison);
}

void AddRowImpl(const float* x, float* y, std::size_t width) {
  ForEachLanes(width, [x, y](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::Add(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, y + i);
  });
}

float DotImpl(const float* x, const float* y, std::size_t width) {
  return SumOver(width, [x, y](auto d, std::size_t i)
                            HWY_ATTR { return hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, y + i)); });
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(LayerNormRowsImpl);
HWY_EXPORT(RmsNormRowsImpl);
HWY_EXPORT(AddRowImpl);
HWY_EXPORT(DotImpl);

bool LayerNormRows(const float* x, float* y, std::size_t rows, std::size_t width, const float* gain,
                   const float* bias, float epsilon) {
  return HWY_DYNAMIC_DISPATCH(LayerNormRowsImpl)(x, y, rows, width, gain, bias, epsilon);
}

bool RmsNormRows(const float* x, float* y, std::size_t rows, std::size_t width, const float* gain,
                 float epsilon) {
  return HWY_DYNAMIC_DISPATCH(RmsNormRowsImpl)(x, y, rows, width, gain, epsilon);
}

void AddRow(const float* x, float* y, std::size_t width) {
  HWY_DYNAMIC_DISPATCH(AddRowImpl)(x, y, width);
}

float Dot(const float* x, const float* y, std::size_t width) {
  return HWY_DYNAMIC_DISPATCH(DotImpl)(x, y, width);
}

}  // namespace lengthwise
#endif
