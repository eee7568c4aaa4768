#include "base/output_target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "base/fail.h"
#include "base/file.h"
#include "base/parse_number.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// As many as the kernel follows.
constexpr int kMostLinks = 40;

FileIdentity IdentityIn(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

// The number of a descriptor of this process, where `path` is its name below /proc/self/fd. What the link
// there reads is no path, or one of a file that is written from where the shell has left off, so it is not
// followed.
std::optional<int> DescriptorNamed(const fs::path& path) {
  const std::string name = path.filename().string();
  const std::optional<int> descriptor = NumberOf<int>(name);
  if (!descriptor || *descriptor < 0) return std::nullopt;
  std::error_code none, no_proc;
  const fs::path folder = fs::canonical(path.has_parent_path() ? path.parent_path() : fs::path("."), none);
  const fs::path descriptors = fs::canonical("/proc/self/fd", no_proc);
  if (none || no_proc || folder != descriptors) return std::nullopt;
  return descriptor;
}

OutputTarget DescriptorTarget(const fs::path& path, int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) errno = EBADF;
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) FailWrite(path);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) FailWrite(path);
  return {OutputTarget::Kind::kDescriptor, path, descriptor, IdentityIn(status), S_ISCHR(status.st_mode)};
}

OutputTarget TargetOf(const fs::path& path, const struct stat& status) {
  OutputTarget target{OutputTarget::Kind::kFile, path, -1, IdentityIn(status), S_ISCHR(status.st_mode)};
  if (S_ISREG(status.st_mode)) {
    // Its owner has protected it, which replacing it would get around.
    if (::access(path.c_str(), W_OK) != 0) FailWrite(path);
    return target;
  }
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    FailWrite(path);
  }
  if (!S_ISCHR(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    Fail(ErrorCode::kBadInput, "cannot write {}: it is a {}; choose a file, a pipe or a terminal",
         path.string(), S_ISBLK(status.st_mode) ? "block device" : "socket");
  }
  target.kind = OutputTarget::Kind::kNode;
  return target;
}

// Follows links from `path` to the first that is none, or at which `stop` says so.
template <typename Stop>
fs::path Follow(const fs::path& path, Stop&& stop) {
  fs::path at = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    std::error_code error;
    if (stop(at) || fs::symlink_status(at, error).type() != fs::file_type::symlink) return at;
    const fs::path next = fs::read_symlink(at, error);
    if (error) {
      errno = error.value();
      FailWrite(path);
    }
    at = next.is_absolute() ? next : at.parent_path() / next;
  }
  errno = ELOOP;
  FailWrite(path);
}

}  // namespace

OutputTarget FindOutputTarget(const fs::path& path) {
  errno = ENOENT;
  if (path.empty()) FailWrite("an output without a name");
  std::optional<int> descriptor;
  const fs::path at = Follow(path, [&](const fs::path& link) {
    descriptor = DescriptorNamed(link);
    return descriptor.has_value();
  });
  if (descriptor) return DescriptorTarget(path, *descriptor);
  struct stat status {};
  if (::lstat(at.c_str(), &status) == 0) return TargetOf(at, status);
  if (errno != ENOENT) FailWrite(path);
  return {OutputTarget::Kind::kFile, at, -1, std::nullopt, false};
}

fs::path FollowLinks(const fs::path& path) {
  return Follow(path, [](const fs::path&) { return false; });
}

std::optional<FileIdentity> IdentityOf(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return IdentityIn(status);
}

std::optional<FileIdentity> IdentityOf(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  return IdentityIn(status);
}

}  // namespace lengthwise
