// Where the bytes of an output go: links are followed, and what is no regular file is known.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace lengthwise {

// A file, whatever names it has.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

struct OutputTarget {
  enum class Kind {
    kFile,        // a regular file, or none yet: it is replaced as a whole
    kNode,        // a device or a named pipe: it is written through
    kDescriptor,  // /dev/stdout and the like: what is open already is written through, from where it stands
  };
  Kind kind = Kind::kFile;
  std::filesystem::path path;  // links followed, so that what a link names is replaced and the link stays
  int descriptor = -1;         // kDescriptor
  std::optional<FileIdentity> identity;  // of what is there
  bool device = false;                   // a character device, in which nothing can be overwritten
};

// Follows links, also one that leads to a place where nothing is yet, which is then the target. Throws kIo
// for a folder, links in a circle, a descriptor that is not open for writing and what the system refuses,
// kBadInput for sockets and block devices.
OutputTarget FindOutputTarget(const std::filesystem::path& path);

// What a link leads to in the end, whether there is anything or not. Throws kIo for links in a circle.
std::filesystem::path FollowLinks(const std::filesystem::path& path);

// Nothing where there is nothing.
std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path);
std::optional<FileIdentity> IdentityOf(int descriptor);

}  // namespace lengthwise
