// What a user gave in place of a model folder.
#pragma once

#include <filesystem>

namespace lengthwise {

// Throws kIo, saying what to give instead, for what is not there (a link that leads nowhere, a model's name,
// a mistyped folder), for a file, and for a folder above or below that of a model.
void CheckModelFolder(const std::filesystem::path& folder);

}  // namespace lengthwise
