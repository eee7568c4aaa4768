// What --json prints: one object, on one line of standard output.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lengthwise {

// Members in the order in which they are added.
class JsonLine {
 public:
  JsonLine& Add(std::string_view name, std::string_view value);
  JsonLine& Add(std::string_view name, const char* value) { return Add(name, std::string_view(value)); }
  JsonLine& Add(std::string_view name, bool value);
  JsonLine& Add(std::string_view name, std::size_t value);
  JsonLine& Add(std::string_view name, double value);
  JsonLine& Add(std::string_view name, const std::vector<std::string>& values);
  // An object of counts.
  JsonLine& Add(std::string_view name, const std::vector<std::pair<std::string, std::size_t>>& counts);
  JsonLine& AddNull(std::string_view name);
  // Null where it is empty.
  JsonLine& AddPath(std::string_view name, const std::string& path);
  // `json` is JSON already.
  JsonLine& AddRaw(std::string_view name, std::string_view json);
  // The members of `object`, which is JSON on one line.
  JsonLine& AddMembers(std::string_view object);

  // "{...}", without the end of the line.
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace lengthwise
