#!/usr/bin/env python3
"""Writes src/text/unicode_ranges.inc: character classes as the `tokenizers` library sees them.

BERT models are trained on ids from that library, whose character tables are frozen: general categories of
Unicode 8, combining classes of Unicode 9, word characters of Unicode 16 and lower-casing of Unicode 17 in release
0.22. Newer tables, such as utf8proc's, would split and strip differently. So the classes are read out of the library
itself, one code point at a time, with probes that make it show one property each.

Usage: generate_unicode_ranges.py > src/text/unicode_ranges.inc     (needs tokenizers==0.22.*, about ten seconds)
"""

import tokenizers
from tokenizers import AddedToken, Tokenizer, models
from tokenizers.normalizers import NFD, BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CLEAN = BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
CHINESE = BertNormalizer(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False)
STRIP = BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
PRE_TOKENIZER = BertPreTokenizer()
DECOMPOSE = NFD()


def word_probe():
    """A tokenizer whose only token is found in the text unless a word character stands beside it."""
    tokenizer = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    tokenizer.add_tokens([AddedToken("\U000F0000", single_word=True, normalized=False)])
    return lambda text: len(tokenizer.encode(text + "\U000F0000").ids) == 1


def is_reordered(text):
    """A nonzero combining class: sorts before a mark of the last class (240) or after one of the first (1)."""
    last, first = "\u0345", "\u0334"
    return DECOMPOSE.normalize_str(last + text) != last + text or DECOMPOSE.normalize_str(text + first) != text + first


def classes():
    found = {
        name: []
        for name in ("Removed", "Whitespace", "Punctuation", "Chinese", "NonspacingMark", "Reordered", "WordCharacter")
    }
    in_word = word_probe()
    for code_point in CODE_POINTS:
        text = chr(code_point)
        pieces = [piece for piece, _ in PRE_TOKENIZER.pre_tokenize_str("a" + text + "a")]
        decomposes = DECOMPOSE.normalize_str(text) != text
        if CLEAN.normalize_str(text) == "":
            found["Removed"].append(code_point)
        if len(pieces) == 2:
            found["Whitespace"].append(code_point)
        if len(pieces) == 3:
            found["Punctuation"].append(code_point)
        if CHINESE.normalize_str(text) != text:
            found["Chinese"].append(code_point)
        if not decomposes and STRIP.normalize_str(text) == "":
            found["NonspacingMark"].append(code_point)
        if not decomposes and is_reordered(text):
            found["Reordered"].append(code_point)
        if in_word(text):
            found["WordCharacter"].append(code_point)
    return found


def ranges(code_points):
    result = []
    for code_point in code_points:
        # Surrogates are no characters; a range may run over them.
        if result and result[-1][1] in (code_point - 1, 0xD7FF if code_point == 0xE000 else -1):
            result[-1][1] = code_point
        else:
            result.append([code_point, code_point])
    return result


def main():
    print("// Character classes of the `tokenizers` library, as inclusive ranges of code points.")
    print(f"// Written by tests/text/generate_unicode_ranges.py from tokenizers {tokenizers.__version__}; do not edit.")
    print("// clang-format off")
    for name, code_points in classes().items():
        print(f"\nconstexpr CodePointRange k{name}Ranges[] = {{")
        line = "   "
        for first, last in ranges(code_points):
            item = f" {{0x{first:X}, 0x{last:X}}},"
            if len(line) + len(item) > 110:
                print(line)
                line = "   "
            line += item
        print(line)
        print("};")


if __name__ == "__main__":
    main()
