// The fields of documents, picked out of JSON as it is parsed. Other values are passed over, however large or
// deep.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "text/document_readers.h"

namespace lengthwise {

// Names of other members that are told where the text is missing.
inline constexpr std::size_t kNamesTold = 6;

// What is found in one object, or string.
struct FoundFields {
  std::optional<std::string> text, title, id;
  std::vector<std::string> others;  // names of the first members
};

// Picks the fields out of objects that stand `depth` containers deep: 0, a line; 1, elements of an array.
class DocumentHandler : public nlohmann::json_sax<Json> {
 public:
  DocumentHandler(const FieldNames& fields, std::size_t depth) : fields_(fields), document_depth_(depth) {}
  virtual ~DocumentHandler() = default;

  // A document has ended.
  virtual void End(FoundFields&& found) = 0;
  // What stands where a document should: the name of its type.
  [[noreturn]] virtual void FailType(const char* type) = 0;
  virtual std::string Where() const = 0;

  bool null() override {
    if (depth_ <= document_depth_) FailType("null");
    if (field_ != nullptr && depth_ == document_depth_ + 1) field_->reset();  // the same as none
    return true;
  }
  bool boolean(bool) override { return Value("boolean"); }
  bool number_integer(number_integer_t value) override { return Number(value); }
  bool number_unsigned(number_unsigned_t value) override { return Number(value); }
  bool number_float(number_float_t, const string_t&) override { return Value("number"); }
  bool binary(binary_t&) override { return true; }
  bool string(string_t& value) override {
    if (depth_ == 1 && document_depth_ == 1) {
      FoundFields found;
      found.text = std::move(value);
      End(std::move(found));
    } else if (depth_ <= document_depth_) {
      FailType("string");
    } else if (field_ != nullptr && depth_ == document_depth_ + 1) {
      *field_ = std::move(value);
    }
    return true;
  }
  bool start_object(std::size_t) override {
    if (depth_ == document_depth_) {
      found_ = {};
    } else {
      Open("object");
    }
    ++depth_;
    field_ = nullptr;
    return true;
  }
  bool end_object() override {
    if (--depth_ == document_depth_) End(std::move(found_));
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ == 0 && document_depth_ == 1) {
      depth_ = 1;
      return true;
    }
    if (depth_ == document_depth_) FailType("array");
    Open("array");
    ++depth_;
    field_ = nullptr;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ != document_depth_ + 1) return true;
    field_ = name == fields_.text          ? &found_.text
             : name == fields_.TitleName() ? &found_.title
             : name == fields_.IdName()    ? &found_.id
                                           : nullptr;
    name_ = field_ != nullptr ? name : std::string();
    if (field_ == nullptr && found_.others.size() < kNamesTold) found_.others.push_back(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    too_large_ = dynamic_cast<const nlohmann::json::out_of_range*>(&error) != nullptr;
    invalid_utf8_ = std::string_view(error.what()).find("UTF-8") != std::string_view::npos;
    return false;
  }

 protected:
  bool too_large() const { return too_large_; }
  bool invalid_utf8() const { return invalid_utf8_; }
  std::size_t depth() const { return depth_; }

 private:
  [[noreturn]] void FailField(const char* type) {
    Fail(ErrorCode::kBadInput, "{}: \"{}\" is {}, not a string", Where(), name_, type);
  }
  // An array or object inside a document.
  void Open(const char* type) {
    if (depth_ == 0) FailType(type);
    if (field_ != nullptr && depth_ == document_depth_ + 1) FailField(type);
  }
  // A value that is no text.
  bool Value(const char* type) {
    if (depth_ <= document_depth_) FailType(type);
    if (field_ != nullptr && depth_ == document_depth_ + 1) FailField(type);
    return true;
  }
  // An id may be a whole number, as data bases have them.
  template <typename Integer>
  bool Number(Integer value) {
    if (depth_ == document_depth_ + 1 && field_ == &found_.id) {
      *field_ = fmt::to_string(value);
      return true;
    }
    return Value("number");
  }

  const FieldNames& fields_;
  std::size_t document_depth_;
  std::size_t depth_ = 0;
  FoundFields found_;
  std::optional<std::string>* field_ = nullptr;  // the value of the member at hand, if it is a field
  std::string name_;
  bool too_large_ = false;
  bool invalid_utf8_ = false;
};

}  // namespace lengthwise
