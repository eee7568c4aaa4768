// Vector functions for the kernels. Included once a target by Highway's foreach_target.
#if defined(LENGTHWISE_MATH_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENGTHWISE_MATH_SIMD_MATH_INL_H_
#undef LENGTHWISE_MATH_SIMD_MATH_INL_H_
#else
#define LENGTHWISE_MATH_SIMD_MATH_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The polynomials are minimax fits; bench/fit_polynomials.py makes them and prints their errors.

// 2^x for x <= 0: relative error below 2.5e-7 down to x = -126, and 2^-126 below that.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp2(D d, V x) {
  const hn::RebindToSigned<D> di;
  x = hn::Max(x, hn::Set(d, -126.0F));
  // Adding 1.5 * 2^23 rounds x to an integer, which is then in the low bits of the mantissa.
  const V magic = hn::Set(d, 12582912.0F);
  const V shifted = hn::Add(x, magic);
  const V f = hn::Sub(x, hn::Sub(shifted, magic));
  V p = hn::Set(d, 1.327647196e-03F);
  p = hn::MulAdd(p, f, hn::Set(d, 9.675541503e-03F));
  p = hn::MulAdd(p, f, hn::Set(d, 5.550713275e-02F));
  p = hn::MulAdd(p, f, hn::Set(d, 2.402211972e-01F));
  p = hn::MulAdd(p, f, hn::Set(d, 6.931469671e-01F));
  p = hn::MulAdd(p, f, hn::Set(d, 1.000000072e+00F));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
}

// GELU, x (1 + erf(x / sqrt 2)) / 2, with absolute error below 1e-6 for every x. On [-5.2, 5.2] it is
// x (1/2 + x P(u)), u = 2 x^2 / 5.2^2 - 1; beyond, max(x, 0), which is off by at most 5.2 Phi(-5.2) = 5.2e-7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Gelu(D d, V x) {
  const V limit = hn::Set(d, 5.2F);
  const V u = hn::MulSub(hn::Mul(x, hn::Set(d, 2.0F / (5.2F * 5.2F))), x, hn::Set(d, 1.0F));
  V p = hn::Set(d, -3.882430182e-04F);
  p = hn::MulAdd(p, u, hn::Set(d, 1.188689528e-03F));
  p = hn::MulAdd(p, u, hn::Set(d, -1.468752645e-03F));
  p = hn::MulAdd(p, u, hn::Set(d, 2.005170837e-03F));
  p = hn::MulAdd(p, u, hn::Set(d, -4.542333841e-03F));
  p = hn::MulAdd(p, u, hn::Set(d, 8.365104634e-03F));
  p = hn::MulAdd(p, u, hn::Set(d, -1.261965064e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, 1.803876930e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, -2.469884187e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, 3.197391703e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, -3.993198578e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, 5.002561506e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, -6.774361820e-02F));
  p = hn::MulAdd(p, u, hn::Set(d, 1.359499813e-01F));
  const V inside = hn::Mul(x, hn::MulAdd(x, p, hn::Set(d, 0.5F)));
  return hn::IfThenElse(hn::Le(hn::Abs(x), limit), inside, hn::Max(x, hn::Zero(d)));
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#endif
