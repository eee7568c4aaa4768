// Copies of model folders.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lengthwise {

// Copies every file of a model folder, links as what they point to, except `rewritten` (relative to it),
// folders whose names begin with a dot, and weights in other formats than safetensors. Returns those weights,
// sorted. Throws kIo.
std::vector<std::string> CopyModelFolder(const std::filesystem::path& from,
                                         std::span<const std::filesystem::path> rewritten,
                                         const std::filesystem::path& to);

// Makes a folder whose parent exists; it may exist already. Throws kIo.
void MakeFolder(const std::filesystem::path& path);

}  // namespace lengthwise
