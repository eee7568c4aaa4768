#include "cli/resume.h"

#include "cli/console.h"

namespace lengthwise {

void SayResumed(std::size_t found, std::string_view what) {
  Say("{} {} were embedded already, by a run that was broken off\n", found, what);
}

}  // namespace lengthwise
