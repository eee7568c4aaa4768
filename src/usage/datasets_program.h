// The sets that a Python program builds from packages (datasets/ in the source tree).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace lengthwise {

// The folder that holds datasets.json and build_dataset: LENGTHWISE_DATASETS, or where it is installed, or in
// the build folder. Throws kIo, naming where it was looked for.
std::filesystem::path DatasetsFolder();

// A set that can be built.
struct Dataset {
  std::string name;
  std::string task;
  std::size_t documents = 0;
  std::vector<std::string> packages;
  std::string licence;
  std::string about;
};

// Those of datasets.json. Throws kIo or kBadInput.
std::vector<Dataset> ReadDatasets(const std::filesystem::path& folder);

// Runs build_dataset by python3, with this process's standard output and error. Throws kIo where there is no
// python3 or it fails; what it printed says why.
void RunBuildDataset(const std::filesystem::path& folder, const std::vector<std::string>& arguments);

}  // namespace lengthwise
