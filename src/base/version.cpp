#include "lengthwise/version.h"

namespace lengthwise {

const char* Version() {
  return LENGTHWISE_VERSION;
}

}  // namespace lengthwise
