// Under which heading of --help an option stands, the same under every command.
#pragma once

#include <cstddef>
#include <string>

namespace lengthwise {

struct OptionPlace {
  std::string group;
  bool rare = false;  // shown by --help-all alone
};

// An option that the table does not name says what to compute.
OptionPlace PlaceOf(const std::string& option);

// Whether the table names it.
bool IsListed(const std::string& option);

// Where a group stands among the others.
std::size_t GroupOrder(const std::string& group);

}  // namespace lengthwise
