#include "usage/json_line.h"

#include "base/json.h"

namespace lengthwise {
namespace {

template <typename T>
std::string Dumped(const T& value) {
  // A path may be bytes of any kind.
  return OrderedJson(value).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

JsonLine& JsonLine::AddRaw(std::string_view name, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += Dumped(name);
  members_ += ':';
  members_ += json;
  return *this;
}

JsonLine& JsonLine::Add(std::string_view name, std::string_view value) {
  return AddRaw(name, Dumped(value));
}
JsonLine& JsonLine::Add(std::string_view name, bool value) {
  return AddRaw(name, Dumped(value));
}
JsonLine& JsonLine::Add(std::string_view name, std::size_t value) {
  return AddRaw(name, Dumped(value));
}
JsonLine& JsonLine::Add(std::string_view name, double value) {
  return AddRaw(name, Dumped(value));
}
JsonLine& JsonLine::Add(std::string_view name, const std::vector<std::string>& values) {
  return AddRaw(name, Dumped(values));
}

JsonLine& JsonLine::Add(std::string_view name,
                        const std::vector<std::pair<std::string, std::size_t>>& counts) {
  OrderedJson object = OrderedJson::object();
  for (const auto& [key, count] : counts) object[key] = count;
  return AddRaw(name, Dumped(object));
}

JsonLine& JsonLine::AddPath(std::string_view name, const std::string& path) {
  return path.empty() ? AddNull(name) : Add(name, std::string_view(path));
}

JsonLine& JsonLine::AddMembers(std::string_view object) {
  if (object.size() <= std::string_view("{}").size()) return *this;
  if (!members_.empty()) members_ += ',';
  members_ += object.substr(1, object.size() - 2);
  return *this;
}

JsonLine& JsonLine::AddNull(std::string_view name) {
  return AddRaw(name, "null");
}

}  // namespace lengthwise
