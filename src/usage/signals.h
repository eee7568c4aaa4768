// Ending by a signal.
#pragma once

namespace lengthwise {

// From now on SIGINT, SIGTERM and SIGHUP, unless they are ignored, end the process as they would without
// this, but nothing that is not complete stays on the disk. Writing to a closed pipe, or a file that may grow
// no further, is a failed write and not a death. To be called before any thread starts.
void CleanUpOnSignals();

}  // namespace lengthwise
