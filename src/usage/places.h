// What a command reads and what it writes, told before anything is read or written.
#pragma once

#include <string>
#include <vector>

namespace lengthwise {

// An option, or what else to call it, and the path given; an empty path is none.
struct Place {
  std::string option;
  std::string path;
};

struct CommandPlaces {
  std::vector<Place> inputs;          // files, folders of .txt files, - for standard input
  std::vector<Place> folders;         // of models and tasks, which are inputs with all that is in them
  std::vector<Place> outputs;         // files, and what else can be written to
  std::vector<Place> folder_outputs;  // new folders
  bool prints = false;                // on standard output, which is then an output too
};

// Throws kBadInput for an output that is an input, whatever name, link or hard link leads to it, for one
// inside a folder that is an input, and for two outputs that are the same file; kIo for an output that cannot
// be one. Devices hold nothing that could be lost, and may be written to by several outputs.
void CheckPlaces(const CommandPlaces& places);

}  // namespace lengthwise
