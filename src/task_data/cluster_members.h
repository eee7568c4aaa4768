// The member "cluster" of the lines of a task's files.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace lengthwise {

// A member that names something: a text that is not empty, or a whole number. Throws kBadInput, naming
// `where`.
std::string ReadName(const Json& object, const char* member, const std::string& where);

class ClusterMembers {
 public:
  // Of the next line. Throws kBadInput where some lines have a cluster and some have none.
  void Add(const Json& object, const std::string& where);
  // By line; empty: none has one.
  const std::vector<std::string>& clusters() const { return clusters_; }

 private:
  std::vector<std::string> clusters_;
  std::size_t lines_ = 0;
};

}  // namespace lengthwise
