#include "repair/post_process_json.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/base64.h"

namespace lengthwise {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

// The widest vectors that are read: far beyond any model, and a map of them can still be held.
constexpr std::size_t kMostDimension = 65536;

}  // namespace

std::vector<float> ReadFloats(const Json& object, const char* name, std::size_t count,
                              const std::string& where) {
  const auto text = RequiredJsonMember<std::string>(object, name, where, ErrorCode::kBadInput);
  const std::optional<std::vector<std::byte>> bytes = DecodeBase64(text);
  if (!bytes) Fail(ErrorCode::kBadInput, "{}.{}: not base64", where, name);
  if (bytes->size() != count * sizeof(float)) {
    Fail(ErrorCode::kBadInput, "{}.{}: {} bytes where {} numbers of 4 bytes are expected", where, name,
         bytes->size(), count);
  }
  std::vector<float> values(count);
  std::memcpy(values.data(), bytes->data(), bytes->size());
  return values;
}

std::string FormatFloats(const std::vector<float>& values) {
  return EncodeBase64(std::as_bytes(std::span(values)));
}

namespace {

bool HasMap(PostProcessKind kind) {
  return kind == PostProcessKind::kWhiten || kind == PostProcessKind::kRemoveTop;
}

}  // namespace

std::size_t ReadCount(const Json& object, const char* name, const std::string& where) {
  const auto member = object.find(name);
  if (member == object.end()) return 0;
  if (!member->is_number_unsigned()) {
    Fail(ErrorCode::kBadInput, "{}.{}: not a whole number from 0", where, name);
  }
  return member->get<std::size_t>();
}

namespace {

PostProcessOrigin ReadOrigin(const Json& object, const std::string& where) {
  CheckKeys(object, {"model", "documents", "queries", "query_source"}, where);
  PostProcessOrigin origin;
  origin.model = JsonMember<std::string>(object, "model", "", where, ErrorCode::kBadInput);
  origin.documents = ReadCount(object, "documents", where);
  origin.queries = ReadCount(object, "queries", where);
  const auto source =
      JsonMember<std::string>(object, "query_source", "documents", where, ErrorCode::kBadInput);
  origin.query_source = ReadAt(where + ".query_source", [&] { return ParseQuerySource(source); });
  return origin;
}

}  // namespace

void ReadPostProcessing(const Json& object, const std::string& file, Repair* repair) {
  const std::string where = file + ": post_processing";
  CheckKeys(object, {"spec", "dimension", "document_mean", "query_mean", "map", "each_window", "fitted_on"},
            where);
  PostProcess post;
  post.spec = ReadAt(where + ".spec", [&] {
    return ParsePostProcessSpec(RequiredJsonMember<std::string>(object, "spec", where, ErrorCode::kBadInput));
  });
  if (post.spec.kind == PostProcessKind::kNone) {
    if (object.size() > 1) {
      Fail(ErrorCode::kBadInput, "{}: other members have no effect with spec \"none\"; take them out", where);
    }
    return;
  }
  post.dimension = ReadCount(object, "dimension", where);
  if (post.dimension == 0 || post.dimension > kMostDimension) {
    Fail(ErrorCode::kBadInput, "{}.dimension: must be a whole number from 1 to {}", where, kMostDimension);
  }
  post.document_mean = ReadFloats(object, "document_mean", post.dimension, where);
  post.query_mean = object.contains("query_mean") ? ReadFloats(object, "query_mean", post.dimension, where)
                                                  : post.document_mean;
  if (HasMap(post.spec.kind)) {
    post.map = ReadFloats(object, "map", post.dimension * post.dimension, where);
  } else if (object.contains("map")) {
    Fail(ErrorCode::kBadInput, "{}.map: has no effect with spec \"{}\"; take it out", where,
         FormatPostProcessSpec(post.spec));
  }
  post.each_window = JsonMember(object, "each_window", false, where, ErrorCode::kBadInput);
  ReadAt(where, [&] { post.Check(post.dimension); });
  if (object.contains("fitted_on")) {
    repair->origin = ReadOrigin(object["fitted_on"], where + ".fitted_on");
  }
  repair->post_process = std::move(post);
}

OrderedJson FormatPostProcessing(const Repair& repair) {
  const PostProcess& post = repair.post_process;
  OrderedJson object = {{"spec", FormatPostProcessSpec(post.spec)}};
  if (post.each_window) object["each_window"] = true;
  object["fitted_on"] = OrderedJson::object();
  if (!repair.origin.model.empty()) object["fitted_on"]["model"] = repair.origin.model;
  object["fitted_on"]["documents"] = repair.origin.documents;
  object["fitted_on"]["queries"] = repair.origin.queries;
  object["fitted_on"]["query_source"] = QuerySourceName(repair.origin.query_source);
  object["dimension"] = post.dimension;
  object["document_mean"] = FormatFloats(post.document_mean);
  if (post.NeedsRole()) object["query_mean"] = FormatFloats(post.query_mean);
  if (!post.map.empty()) object["map"] = FormatFloats(post.map);
  return object;
}

}  // namespace lengthwise
