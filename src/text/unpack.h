// gzip and zstd, told by their first bytes and unpacked as they are read.
#pragma once

#include <memory>
#include <string>

#include "text/byte_source.h"

namespace lengthwise {

// What `source` holds, unpacked if it is gzip (any number of members) or zstd (any number of frames), and
// itself otherwise. `name` names it in messages. Reading throws kBadInput for an archive that is cut or
// damaged.
std::unique_ptr<ByteSource> Unpacked(std::unique_ptr<ByteSource> source, const std::string& name);

}  // namespace lengthwise
