#include "task_data/cluster_members.h"

#include "base/fail.h"
#include "task_data/json_lines.h"

namespace lengthwise {

std::string ReadName(const Json& object, const char* member, const std::string& where) {
  const auto name = object.find(member);
  if (name == object.end() || name->is_null())
    Fail(ErrorCode::kBadInput, "{}: \"{}\" is missing", where, member);
  if (name->is_number_integer()) return name->dump();
  if (name->is_string() && !IsBlank(name->get<std::string>())) return name->get<std::string>();
  Fail(ErrorCode::kBadInput, "{}: \"{}\" must be a text that is not empty or a whole number", where, member);
}

void ClusterMembers::Add(const Json& object, const std::string& where) {
  const auto found = object.find("cluster");
  const bool has_one = found != object.end() && !found->is_null();
  if (has_one) clusters_.push_back(ReadName(object, "cluster", where));
  ++lines_;
  if (!clusters_.empty() && clusters_.size() != lines_) {
    Fail(ErrorCode::kBadInput, "{}: some lines have a \"cluster\" and some have none", where);
  }
}

}  // namespace lengthwise
