// Files of a model folder: whether they are there, and whether they are what their names say.
#pragma once

#include <filesystem>
#include <string>

namespace lengthwise {

// Whether an optional file is there. Throws kIo for a link that leads nowhere, for a place that cannot be
// looked at, for what is no file, and where the folder holds a file whose name is a slip of the keyboard
// away; kBadCheckpoint for a Git LFS pointer in the file's place.
bool HasModelFile(const std::filesystem::path& path);

// The same for a file that must be there: throws kIo if it is not, naming the file that may have been meant;
// where there is none, the message ends with `advice`.
void RequireModelFile(const std::filesystem::path& path, const std::string& advice = "");

}  // namespace lengthwise
