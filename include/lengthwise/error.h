// The one exception type of Lengthwise.
#pragma once

#include <stdexcept>
#include <string>

namespace lengthwise {

enum class ErrorCode {
  kBadInput,       // the user's text, option or data file
  kBadCheckpoint,  // a model folder that is cut, inconsistent or holds NaN
  kUnsupported,    // a valid model or option that this version does not implement
  kIo,             // the operating system refused: missing file, full disk, no permission
  kCancelled,      // the caller's Progress said to stop
  kInternal,       // a defect in Lengthwise
};

// The name used in messages and JSON: "bad_input", "bad_checkpoint", "unsupported", "io", "cancelled",
// "internal".
const char* ErrorCodeName(ErrorCode code);

// Every failure of the library. The message says what is wrong, where (file, line, tensor) and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace lengthwise
