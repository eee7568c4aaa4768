#include "lengthwise/progress.h"

#include "lengthwise/error.h"

namespace lengthwise {

void Progress::operator()(std::size_t done, std::size_t total) const {
  if (update && !update(done, total)) throw Error(ErrorCode::kCancelled, "cancelled");
}

}  // namespace lengthwise
