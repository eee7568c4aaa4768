// What may be done to an attention head, to see what it does.
#pragma once

namespace lengthwise {

// What a head hands on of its output O [n x head_size].
enum class HeadOutput {
  kKeep,
  kDc,    // every row becomes the mean row
  kHc,    // the mean row is taken from every row
  kZero,  // nothing
};
const char* HeadOutputName(HeadOutput output);  // "keep", "dc", "hc", "zero"

}  // namespace lengthwise
