#include "report/html_page.h"

#include <string_view>

#include "base/fail.h"
#include "report/page_bundle.h"

namespace lengthwise {
namespace {

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// JSON as the text of a <script>: "<" stands only inside strings there, and its escape is the same string.
// Without it no "</script>" or "<!--" can occur.
std::string ScriptJson(const OrderedJson& json) {
  std::string escaped;
  for (const char c : json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)) {
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// Text in valid UTF-8, by the JSON library's own replacement.
std::string PlainText(const OrderedJson& value) {
  if (!value.is_string()) return {};
  return OrderedJson::parse(value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace))
      .get<std::string>();
}

// Appends the bundle up to the next placeholder, then `content`; `bundle` keeps what follows.
void Fill(std::string_view& bundle, std::string_view name, std::string_view content, std::string& page) {
  const std::string placeholder = fmt::format("<!--lengthwise:{}-->", name);
  const std::size_t at = bundle.find(placeholder);
  if (at == std::string_view::npos)
    Fail(ErrorCode::kInternal, "the bundled page has no placeholder {}", placeholder);
  page += bundle.substr(0, at);
  page += content;
  bundle.remove_prefix(at + placeholder.size());
}

}  // namespace

void CheckPage() {
  if (!PageBundle().empty()) return;
  Fail(ErrorCode::kUnsupported,
       "this program was built without the report page, which takes node and npm: scripts/setup web, then "
       "build it "
       "again; the JSON document holds all that the page shows");
}

std::string HtmlPage(const OrderedJson& report) {
  CheckPage();
  std::string name;
  if (report.contains("model") && report["model"].contains("name")) name = PlainText(report["model"]["name"]);
  const std::string format = report.value("format", "");
  if (format == "lengthwise-theory") name = "theory";
  if (format == "lengthwise-answer" && report.contains("models") && !report["models"].empty())
    name = report["models"].size() > 1 ? "models compared" : PlainText(report["models"].front()["name"]);
  const std::string sentence = report.contains("sentence") ? PlainText(report["sentence"]) : std::string();
  const std::string json = ScriptJson(report);

  std::string_view bundle = PageBundle();
  std::string page;
  page.reserve(bundle.size() + json.size() + 2 * sentence.size() + name.size());
  Fill(bundle, "title", EscapeHtml("Lengthwise: " + name), page);
  Fill(bundle, "sentence", EscapeHtml(sentence), page);
  Fill(bundle, "report", json, page);
  page += bundle;
  return page;
}

}  // namespace lengthwise
