#include "usage/datasets_program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Relative to the program: installed, and in a build folder.
constexpr std::array<const char*, 2> kPlaces = {LENGTHWISE_DATA_FROM_PROGRAM "/datasets",
                                                "share/lengthwise/datasets"};

bool HoldsProgram(const fs::path& folder) {
  return Exists(folder / "build_dataset") && Exists(folder / "datasets.json");
}

}  // namespace

fs::path DatasetsFolder() {
  if (const char* given = std::getenv("LENGTHWISE_DATASETS"); given != nullptr && *given != '\0') {
    if (HoldsProgram(given)) return given;
    Fail(ErrorCode::kIo, "LENGTHWISE_DATASETS is {}, which does not hold build_dataset and datasets.json",
         given);
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const char* place : kPlaces) {
    const fs::path folder = (program.parent_path() / place).lexically_normal();
    if (!error && HoldsProgram(folder)) return folder;
  }
  Fail(ErrorCode::kIo,
       "the folder datasets, with build_dataset and datasets.json, is not at {} of the program's folder; set "
       "LENGTHWISE_DATASETS to where it is",
       kPlaces[0]);
}

std::vector<Dataset> ReadDatasets(const fs::path& folder) {
  const std::string where = (folder / "datasets.json").string();
  const Json catalogue = ReadJsonObject(folder / "datasets.json", ErrorCode::kBadInput);
  std::vector<Dataset> datasets;
  for (const Json& set :
       RequiredJsonMember<std::vector<Json>>(catalogue, "datasets", where, ErrorCode::kBadInput)) {
    datasets.push_back(
        {RequiredJsonMember<std::string>(set, "name", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::string>(set, "task", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::size_t>(set, "documents", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::vector<std::string>>(set, "packages", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::string>(set, "licence", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::string>(set, "about", where, ErrorCode::kBadInput)});
  }
  return datasets;
}

void RunBuildDataset(const fs::path& folder, const std::vector<std::string>& arguments) {
  // -B: leaves no compiled files in a folder that may be another user's.
  std::vector<std::string> command = {"python3", "-B", (folder / "build_dataset").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& argument : command) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  // Signals as they are for any program: some are kept from this one's threads, and some ignored.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  ::sigemptyset(&none);
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::sigaddset(&defaults, SIGXFSZ);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, "python3", nullptr, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error == ENOENT) Fail(ErrorCode::kIo, "python3 is missing, which builds the sets; install it");
  if (error != 0) Fail(ErrorCode::kIo, "cannot run python3: {}", std::strerror(error));
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) Fail(ErrorCode::kIo, "cannot wait for python3: {}", std::strerror(errno));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  Fail(ErrorCode::kIo, "the sets were not all built; python3 ended with {}, and says above why",
       WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                         : fmt::format("signal {}", WTERMSIG(status)));
}

}  // namespace lengthwise
