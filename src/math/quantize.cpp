#include "math/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/quantize.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "math/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
using D = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;

RowCode QuantizeRowImpl(const float* x, std::size_t count, std::uint8_t* q) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  auto low_vector = hn::Zero(d);
  auto high_vector = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    low_vector = hn::Min(low_vector, v);
    high_vector = hn::Max(high_vector, v);
  }
  float low = hn::GetLane(hn::MinOfLanes(d, low_vector));
  float high = hn::GetLane(hn::MaxOfLanes(d, high_vector));
  for (; i < count; ++i) {
    low = std::min(low, x[i]);
    high = std::max(high, x[i]);
  }
  RowCode code;
  code.scale = (high - low) / 255.0F;
  const float inverse = code.scale > 0 ? 1.0F / code.scale : 0.0F;
  code.zero = static_cast<std::int32_t>(std::lrint(-low * inverse));
  const auto zero = static_cast<float>(code.zero);
  const hn::Rebind<std::uint8_t, D> du;
  for (i = 0; i + lanes <= count; i += lanes) {
    const auto v = hn::MulAdd(hn::LoadU(d, x + i), hn::Set(d, inverse), hn::Set(d, zero));
    hn::StoreU(hn::DemoteTo(du, hn::NearestInt(v)), du, q + i);  // saturates at 0 and 255
  }
  for (; i < count; ++i) {
    q[i] = static_cast<std::uint8_t>(std::clamp(std::lrint(x[i] * inverse + zero), 0L, 255L));
  }
  return code;
}

void RoundToBf16Impl(const float* HWY_RESTRICT x, std::size_t count, std::uint16_t* HWY_RESTRICT out) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, x + i, sizeof(bits));
    out[i] = static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
  }
}

// y = epilogue of `load(d, r, c)`, vectors first, then lane by lane.
template <class Load>
HWY_INLINE void StoreTile(std::size_t rows, std::size_t columns, const Epilogue& epilogue, float* y,
                          std::size_t ldy, const Load& load) {
  const D d;
  const One d1;
  const auto store = [&](auto tag, std::size_t r, std::size_t c) HWY_ATTR {
    auto v = load(tag, r, c);
    if (epilogue.bias != nullptr) v = hn::Add(v, hn::LoadU(tag, epilogue.bias + c));
    if (epilogue.add_to_output) v = hn::Add(v, hn::LoadU(tag, y + r * ldy + c));
    if (epilogue.gelu) v = Gelu(tag, v);
    hn::StoreU(v, tag, y + r * ldy + c);
  };
  for (std::size_t r = 0; r < rows; ++r) {
    std::size_t c = 0;
    for (; c + hn::Lanes(d) <= columns; c += hn::Lanes(d)) store(d, r, c);
    for (; c < columns; ++c) store(d1, r, c);
  }
}

void StoreFloatTileImpl(const float* sums, std::size_t rows, std::size_t columns, const Epilogue& epilogue,
                        float* y, std::size_t ldy) {
  StoreTile(rows, columns, epilogue, y, ldy, [&](auto d, std::size_t r, std::size_t c) HWY_ATTR {
    return hn::LoadU(d, sums + r * columns + c);
  });
}

void StoreInt8TileImpl(const std::int32_t* sums, const RowCode* codes, const float* column_scale,
                       const std::int32_t* column_sum, std::size_t rows, std::size_t columns,
                       const Epilogue& epilogue, float* y, std::size_t ldy) {
  StoreTile(rows, columns, epilogue, y, ldy, [&](auto d, std::size_t r, std::size_t c) HWY_ATTR {
    const hn::RebindToSigned<decltype(d)> di;
    const auto shift = hn::Mul(hn::LoadU(di, column_sum + c), hn::Set(di, codes[r].zero));
    const auto sum = hn::ConvertTo(d, hn::Sub(hn::LoadU(di, sums + r * columns + c), shift));
    return hn::Mul(sum, hn::Mul(hn::LoadU(d, column_scale + c), hn::Set(d, codes[r].scale)));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(QuantizeRowImpl);
HWY_EXPORT(RoundToBf16Impl);
HWY_EXPORT(StoreFloatTileImpl);
HWY_EXPORT(StoreInt8TileImpl);

RowCode QuantizeRow(const float* x, std::size_t count, std::uint8_t* q) {
  return HWY_DYNAMIC_DISPATCH(QuantizeRowImpl)(x, count, q);
}

void RoundToBf16(const float* x, std::size_t count, std::uint16_t* out) {
  HWY_DYNAMIC_DISPATCH(RoundToBf16Impl)(x, count, out);
}

void StoreFloatTile(const float* sums, std::size_t rows, std::size_t columns, const Epilogue& epilogue,
                    float* y, std::size_t ldy) {
  HWY_DYNAMIC_DISPATCH(StoreFloatTileImpl)(sums, rows, columns, epilogue, y, ldy);
}

void StoreInt8Tile(const std::int32_t* sums, const RowCode* codes, const float* column_scale,
                   const std::int32_t* column_sum, std::size_t rows, std::size_t columns,
                   const Epilogue& epilogue, float* y, std::size_t ldy) {
  HWY_DYNAMIC_DISPATCH(StoreInt8TileImpl)
  (sums, codes, column_scale, column_sum, rows, columns, epilogue, y, ldy);
}

}  // namespace lengthwise
#endif
