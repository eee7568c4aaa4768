// What every JSON document of the program shares: how numbers are rounded and how rows are laid out.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "statistics/interval.h"

namespace lengthwise {

// Rounded to 7 significant digits, and to 0 below 1e-12, so that rounding noise does not change the bytes.
// Throws kInternal for a number that is not finite.
OrderedJson JsonNumber(double value);
// Null where absent.
OrderedJson JsonNumber(const std::optional<double>& value);
// Null for 0, which stands for "not known".
OrderedJson CountOrNull(std::size_t count);
OrderedJson JsonInterval(const Interval& interval);
OrderedJson JsonInterval(const std::optional<Interval>& interval);
// Of each layer and head; null where there are none (AttentionPolicy::by_head).
OrderedJson TemperaturesJson(std::span<const std::vector<float>> by_head);

// For sentences: so many decimals, and never "-0.000".
std::string Decimals(double value, int decimals);
// The same with a sign: "+0.012".
std::string SignedDecimals(double value, int decimals);

// Text of a file: an indented object in which each row of the arrays named in `tables` stands on a line of
// its own. Invalid UTF-8 becomes U+FFFD.
std::string FormatDocument(const OrderedJson& document, std::initializer_list<std::string_view> tables);

}  // namespace lengthwise
