#include "base/partial.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/fail.h"
#include "base/file.h"
#include "base/parse_number.h"
#include "lengthwise/new_folder.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".partial-";

// What this process has to remove, and the lock under which it is made, published and removed. Never
// destroyed: a signal may come while the process ends.
struct Registry {
  std::mutex mutex;
  std::vector<fs::path> partials;
  std::vector<fs::path> parents;
};

Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

void Forget(std::vector<fs::path>& paths, const fs::path& path) {
  const auto found = std::find(paths.begin(), paths.end(), path);
  if (found != paths.end()) paths.erase(found);
}

// The process that a name "NAME.partial-PID" tells; nothing for any other name.
std::optional<pid_t> OwnerIn(std::string_view name, std::string_view target) {
  if (!name.starts_with(target)) return std::nullopt;
  name.remove_prefix(target.size());
  if (!name.starts_with(kMark)) return std::nullopt;
  name.remove_prefix(kMark.size());
  const std::optional<pid_t> owner = NumberOf<pid_t>(name);
  if (!owner || *owner <= 0 || std::to_string(*owner) != name) return std::nullopt;
  return owner;
}

// What the system tells of a process: fields of /proc/PID/stat from the third on, which follow its name in
// brackets.
std::vector<std::string> StatusOf(pid_t process) {
  std::vector<std::string> fields;
  try {
    const std::string stat = ReadFile(fmt::format("/proc/{}/stat", process));
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return fields;
    std::istringstream words(stat.substr(name_end + 1));
    for (std::string word; words >> word;) fields.push_back(word);
  } catch (const Error&) {
    // It is gone, or another's secret.
  }
  return fields;
}

// In seconds since 1970.
std::optional<double> StartOf(const std::vector<std::string>& status) {
  constexpr std::size_t kStartTime = 22 - 3;
  if (status.size() <= kStartTime) return std::nullopt;
  try {
    const double up = std::stod(ReadFile("/proc/uptime"));
    const double ticks = std::stod(status[kStartTime]);
    return static_cast<double>(std::time(nullptr)) - up + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// Whether the process that made this is gone. What is written by a process that lives is locked by it, also
// in another container, where its number says nothing; where locks cannot be had, its number must be free, or
// have gone to a process that began after the last write.
bool OwnerIsDead(int descriptor, const struct stat& status, pid_t owner) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return false;
  if (owner == ::getpid()) return true;
  if (::kill(owner, 0) != 0 && errno == ESRCH) return true;
  const std::vector<std::string> process = StatusOf(owner);
  // It has ended, and its parent does not ask how.
  if (!process.empty() && (process[0] == "Z" || process[0] == "X")) return true;
  constexpr double kClocksDiffer = 2;
  const std::optional<double> start = StartOf(process);
  return start && static_cast<double>(status.st_mtim.tv_sec) + kClocksDiffer < *start;
}

void RemoveIfLeftOver(const fs::path& path, pid_t owner, Partial::Kind kind) {
  const bool folder = kind == Partial::Kind::kFolder;
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (folder ? O_DIRECTORY : 0));
  if (descriptor < 0) return;
  struct stat status {};
  const bool ours = ::fstat(descriptor, &status) == 0 && status.st_uid == ::geteuid() &&
                    (folder || (S_ISREG(status.st_mode) && status.st_nlink == 1));
  if (ours && OwnerIsDead(descriptor, status, owner)) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  ::close(descriptor);
}

void RemoveLeftOvers(const fs::path& target, Partial::Kind kind) {
  const std::string name = target.filename().string();
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (const auto owner = OwnerIn(entry->path().filename().string(), name))
      RemoveIfLeftOver(entry->path(), *owner, kind);
  }
}

int Make(const fs::path& path, Partial::Kind kind) {
  if (kind == Partial::Kind::kFile) return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (::mkdir(path.c_str(), 0777) != 0) return -1;
  return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// False where another process took it for a left-over before it was locked.
bool LockNew(int descriptor, const fs::path& path) {
  // A file system without locks has none to lose.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

Partial::Partial(const fs::path& target, Kind kind) : target_(target), path_(target) {
  path_ += fmt::format("{}{}", kMark, ::getpid());
  RemoveLeftOvers(target_, kind);
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  while (descriptor_ < 0) {
    descriptor_ = Make(path_, kind);
    if (descriptor_ < 0) {
      if (kind == Kind::kFolder && errno != EEXIST && errno != ENOSPC && errno != EDQUOT) {
        Fail(ErrorCode::kIo, "cannot make the folder {}: {}", target_.string(), std::strerror(errno));
      }
      if (errno != EEXIST) FailWrite(target_);
      Fail(ErrorCode::kIo, "cannot write {}: {} stands in its way, which another process may be writing",
           target_.string(), path_.string());
    }
    if (!LockNew(descriptor_, path_)) {
      ::close(descriptor_);
      descriptor_ = -1;
    }
  }
  registry.partials.push_back(path_);
}

Partial::~Partial() {
  if (!published_) {
    Registry& registry = TheRegistry();
    const std::lock_guard lock(registry.mutex);
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    Forget(registry.partials, path_);
  }
  ::close(descriptor_);
}

void Partial::Publish() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  if (::rename(path_.c_str(), target_.c_str()) != 0) FailWrite(target_);
  Forget(registry.partials, path_);
  published_ = true;
}

ParentFolder::ParentFolder(const fs::path& path) : path_(path) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::error_code error;
  made_ = fs::create_directory(path_, error);
  if (error) Fail(ErrorCode::kIo, "cannot make the folder {}: {}", path_.string(), error.message());
  if (made_) registry.parents.push_back(path_);
}

ParentFolder::~ParentFolder() {
  if (!made_) return;
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  ::rmdir(path_.c_str());  // refused where it holds something
  Forget(registry.parents, path_);
}

void ParentFolder::Keep() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  Forget(registry.parents, path_);
  made_ = false;
}

void RemovePartialsForGood() {
  Registry& registry = TheRegistry();
  registry.mutex.lock();
  for (const fs::path& path : registry.partials) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  for (const fs::path& path : registry.parents) ::rmdir(path.c_str());
}

}  // namespace lengthwise
