#include "math/gating.h"

#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/gating.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "math/lanes-inl.h"
#include "math/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// 1 / (1 + e^-z)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sigmoid(D d, V z) {
  const V power = Exp2(d, hn::Mul(hn::Abs(z), hn::Set(d, -std::numbers::log2e_v<float>)));
  const V one = hn::Set(d, 1.0F);
  const V above = hn::Div(one, hn::Add(one, power));
  return hn::IfThenElse(hn::Lt(z, hn::Zero(d)), hn::Mul(power, above), above);
}

struct GeluOf {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return Gelu(d, x);
  }
};
struct GeluTanhOf {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    // (1 + tanh u) / 2 = sigmoid(2 u)
    const V factor = hn::Set(d, 2.0F * 0.79788456080286536F);
    const V cubic = hn::MulAdd(hn::Mul(x, x), hn::Set(d, 0.044715F), hn::Set(d, 1.0F));
    return hn::Mul(x, Sigmoid(d, hn::Mul(factor, hn::Mul(x, cubic))));
  }
};
struct SiluOf {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Mul(x, Sigmoid(d, x));
  }
};
struct ReluOf {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Max(x, hn::Zero(d));
  }
};

template <class F>
HWY_INLINE void ApplyAll(float* x, std::size_t count, const F& f) {
  ForEachLanes(count,
               [x, &f](auto d, std::size_t i) HWY_ATTR { hn::StoreU(f(d, hn::LoadU(d, x + i)), d, x + i); });
}

void ActivateImpl(InnerActivation activation, float* x, std::size_t count) {
  switch (activation) {
    case InnerActivation::kGelu:
      return ApplyAll(x, count, GeluOf{});
    case InnerActivation::kGeluTanh:
      return ApplyAll(x, count, GeluTanhOf{});
    case InnerActivation::kSilu:
      return ApplyAll(x, count, SiluOf{});
    case InnerActivation::kRelu:
      return ApplyAll(x, count, ReluOf{});
  }
}

void MultiplyImpl(float* gate, const float* up, std::size_t count) {
  ForEachLanes(count, [gate, up](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, gate + i), hn::LoadU(d, up + i)), d, gate + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(ActivateImpl);
HWY_EXPORT(MultiplyImpl);

void Activate(InnerActivation activation, float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(ActivateImpl)(activation, x, count);
}

void Multiply(float* gate, const float* up, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(MultiplyImpl)(gate, up, count);
}

}  // namespace lengthwise
#endif
