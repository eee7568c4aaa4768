// The member "post_processing" of a repair file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/fail.h"
#include "base/json.h"
#include "lengthwise/repair.h"

namespace lengthwise {

// Reads it into `repair`. Vectors and the map are base64 of little-endian float32, so that they come back bit
// for bit. Throws kBadInput, naming the member.
void ReadPostProcessing(const Json& object, const std::string& file, Repair* repair);

OrderedJson FormatPostProcessing(const Repair& repair);

// `count` numbers in base64 of little-endian float32. Throws kBadInput, naming the member.
std::vector<float> ReadFloats(const Json& object, const char* name, std::size_t count,
                              const std::string& where);
std::string FormatFloats(const std::vector<float>& values);

// A whole number from 0; 0 where it is absent. Throws kBadInput, naming the member.
std::size_t ReadCount(const Json& object, const char* name, const std::string& where);

// The value, for messages; an array or object may be nested too deeply to print.
std::string Shown(const Json& value);

// Every key of `object` is one of `known`, and it is an object. Throws kBadInput.
void CheckKeys(const Json& object, std::initializer_list<std::string_view> known, const std::string& where);

// What `read` gives; what it refuses is bad input at `place`, a member of the file.
template <typename Read>
auto ReadAt(const std::string& place, Read&& read) {
  try {
    return read();
  } catch (const Error& error) {
    Fail(ErrorCode::kBadInput, "{}: {}", place, error.what());
  }
}

}  // namespace lengthwise
