// A folder of text files, each a document.
#pragma once

#include <string>
#include <vector>

#include "lengthwise/documents.h"

namespace lengthwise {

// Every *.txt file, by name. Adds to `notes` what was left out: other names, and what is no file. Throws kIo
// for what cannot be read (a dangling link too), kBadInput for what is not UTF-8 text and for a folder
// without a *.txt file.
void ReadTextFolder(const std::string& folder, const DocumentCallback& callback,
                    std::vector<std::string>& notes);

}  // namespace lengthwise
