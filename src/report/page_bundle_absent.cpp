// Of a build without node and npm.
#include "report/page_bundle.h"

namespace lengthwise {

std::string_view PageBundle() {
  return {};
}

}  // namespace lengthwise
