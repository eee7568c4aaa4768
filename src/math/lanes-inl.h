// A loop over floats, by vectors and then one by one. Included once a target by Highway's foreach_target.
#if defined(LENGTHWISE_MATH_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENGTHWISE_MATH_LANES_INL_H_
#undef LENGTHWISE_MATH_LANES_INL_H_
#else
#define LENGTHWISE_MATH_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

// f(tag, i) for i below `width` in steps of whole vectors, the rest by a tag of one lane.
template <class F>
HWY_INLINE void ForEachLanes(std::size_t width, const F& f) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> d1;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= width; i += lanes) f(d, i);
  for (; i < width; ++i) f(d1, i);
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#endif
