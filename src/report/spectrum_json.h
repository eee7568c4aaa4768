// The members of a report that hold the exact spectra of heads (collapse/spectrum_table.h).
#pragma once

#include <string>

#include "attention/spectrum_table.h"
#include "base/json.h"

namespace lengthwise {

// Adds `spectrum_summary`, `spectrum` and `spectrum_trends`.
void AddSpectrum(const SpectrumTable& table, double confidence, OrderedJson& report);

// What the table shows, in words.
std::string SpectrumSentence(const SpectrumTable& table, double confidence);

}  // namespace lengthwise
