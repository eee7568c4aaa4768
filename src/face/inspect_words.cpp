#include "face/inspect_words.h"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace lengthwise {
namespace {

std::size_t Count(const OrderedJson& object, const char* name) {
  return object.at(name).get<std::size_t>();
}

std::string Text(const OrderedJson& object, const char* name) {
  return object.at(name).get<std::string>();
}

// "a, b"; `none` where there are none.
std::string List(const OrderedJson& list, std::string_view none = "none") {
  std::string text;
  for (const OrderedJson& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text.empty() ? std::string(none) : text;
}

std::string Bytes(std::size_t bytes) {
  constexpr double kMegabyte = 1e6;
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / kMegabyte);
}

std::string LimitWords(const OrderedJson& document) {
  const OrderedJson& limits = document.at("limits");
  std::string text;
  if (limits.at("in_force_from").is_null()) {
    text = fmt::format("none: {} tokens are taken, and no text is as long; ", Count(limits, "in_force"));
  } else if (document.at("attention").is_null()) {
    text = fmt::format("{} tokens in force ({}), of {} that any text may have; ", Count(limits, "in_force"),
                       Text(limits, "in_force_from"), Count(limits, "positions"));
  } else {
    text =
        fmt::format("{} tokens in force ({}); positions for {} ({}); ", Count(limits, "in_force"),
                    Text(limits, "in_force_from"), Count(limits, "positions"),
                    limits.at("positions_from").is_null() ? "what is prepared: the model itself names no end"
                                                          : Text(limits, "positions_from"));
  }
  if (limits.at("sentence_transformers").is_null()) {
    text += "no other limit is named";
  } else {
    text += fmt::format("sentence-transformers' limit is {} ({})", Count(limits, "sentence_transformers"),
                        Text(limits, "sentence_transformers_from"));
  }
  text += fmt::format("; each counts {} special tokens", Count(limits, "special_tokens"));
  if (limits.at("trained").is_null()) return text;
  return text + fmt::format("; trained to {} as far as is known (tokenizer.json)", Count(limits, "trained"));
}

std::string PositionWords(const OrderedJson& positions) {
  const std::string kind = Text(positions, "kind");
  if (!kind.starts_with("learned")) return kind;
  return fmt::format("{}, {} rows, the first {} reserved", kind, Count(positions, "rows"),
                     Count(positions, "reserved_rows"));
}

std::string AttentionWords(const OrderedJson& document) {
  if (document.at("attention").is_null()) return "none: a text's vector is the mean of its words' vectors";
  const OrderedJson& attention = document.at("attention");
  std::string text = attention.at("causal").get<bool>() ? "a token sees those before it" : "a token sees all";
  if (const std::size_t local = Count(attention, "local_layers"); local > 0) {
    text += fmt::format("; in {} of {} layers no more than {} away", local, Count(document, "layers"),
                        Count(attention, "window"));
  }
  if (const std::size_t shared = Count(attention, "key_value_heads"); shared < Count(document, "heads"))
    text += fmt::format("; heads share {} of keys and values", shared);
  return text;
}

std::string LayerWords(const OrderedJson& document) {
  const OrderedJson& inner = document.at("feed_forward");
  const OrderedJson& norms = document.at("norms");
  return fmt::format("{}{} over {}; {} {} each sublayer{}", Text(inner, "activation"),
                     inner.at("gated").get<bool>() ? ", gated," : "", Count(inner, "size"),
                     Text(norms, "kind"), Text(norms, "place"),
                     norms.at("queries_and_keys").get<bool>() ? ", and of queries and keys" : "");
}

std::string ModuleWords(const OrderedJson& modules) {
  std::string text;
  for (const OrderedJson& module : modules) {
    const bool pools = module.contains("mode");
    text += fmt::format("{}{} ({}{})", text.empty() ? "" : ", ", Text(module, "kind"),
                        pools ? Text(module, "mode") + ", " : "", Count(module, "dimension"));
  }
  return text;
}

std::string PromptWords(const OrderedJson& prompts) {
  if (prompts.at("by_name").empty()) return "none";
  return fmt::format("\"{}\" before queries, \"{}\" before documents", Text(prompts, "queries"),
                     Text(prompts, "documents"));
}

std::string RepairWords(const OrderedJson& repairs) {
  std::string text;
  std::string not_here;
  for (const OrderedJson& repair : repairs) {
    if (repair.at("applies").get<bool>()) {
      text += fmt::format("{}{}{}", text.empty() ? "" : ", ", Text(repair, "option"),
                          repair.at("folds").get<bool>() ? "*" : "");
    } else {
      not_here += fmt::format("; not {}: {}", Text(repair, "option"), Text(repair, "note"));
    }
  }
  return text + " (*: can be exported as a folder)" + not_here;
}

std::string SpeedWords(const OrderedJson& speed) {
  std::string text;
  for (const OrderedJson& at : speed.at("by_length")) {
    text += fmt::format("{}{:.1f} texts of {} tokens", text.empty() ? "" : ", ",
                        at.at("texts_per_second").get<double>(), Count(at, "tokens"));
  }
  return fmt::format("{} a second, with {} threads of {}", text, Count(speed, "threads"),
                     Text(speed, "instructions"));
}

}  // namespace

std::string InspectionWords(const OrderedJson& document) {
  const OrderedJson& tokenizer = document.at("tokenizer");
  const OrderedJson& weights = document.at("weights");
  const OrderedJson& memory = document.at("memory");
  std::string text;
  const auto line = [&](std::string_view heading, const std::string& what) {
    text += fmt::format("{:<13}{}\n", heading, what);
  };
  const std::string name = fmt::format("{}: {}", Text(document, "name"), Text(document, "architecture"));
  if (document.at("attention").is_null()) {
    line("model", name + ", no layers");
    line("attention", AttentionWords(document));
  } else {
    line("model", fmt::format("{}, {} layers of {} heads of {}", name, Count(document, "layers"),
                              Count(document, "heads"), Count(document, "head_size")));
    line("attention", AttentionWords(document));
    line("feed-forward", LayerWords(document));
  }
  line("vectors", fmt::format("{} components{}", Count(document, "dimension"),
                              document.at("normalize").get<bool>() ? ", of unit length" : ""));
  line("limits", LimitWords(document));
  line("positions", PositionWords(document.at("positions")));
  line("tokenizer",
       fmt::format("{} of {} tokens for {} embeddings; normalisers: {}; pre-tokenisers: {}",
                   Text(tokenizer, "model"), Count(tokenizer, "vocabulary"), Count(document, "vocabulary"),
                   List(tokenizer.at("normalizers")), List(tokenizer.at("pre_tokenizers"))));
  line("", fmt::format("before a text: {}; after it: {}", List(tokenizer.at("before"), "nothing"),
                       List(tokenizer.at("after"), "nothing")));
  line("modules", ModuleWords(document.at("modules")));
  line("prompts", PromptWords(document.at("prompts")));
  line("weights", fmt::format("{} parameters, {} in {}", Count(weights, "parameters"),
                              Bytes(Count(weights, "bytes")), List(weights.at("files"))));
  line("memory",
       fmt::format("{} packed, and {} of word embeddings read from the file",
                   Bytes(Count(memory, "packed_bytes")), Bytes(Count(memory, "word_embeddings_bytes"))));
  line("repairs", RepairWords(document.at("repairs")));
  if (!document.at("speed").is_null()) line("speed", SpeedWords(document.at("speed")));
  return text;
}

}  // namespace lengthwise
