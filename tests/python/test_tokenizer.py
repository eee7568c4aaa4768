"""Token ids and byte offsets against the `tokenizers` library, with the truncation and padding of its file off.

The program under test is tokenize_lines, which the developer build puts beside `lengthwise`.
"""

import base64
import collections
import itertools
import json
import pathlib
import random
import struct
import subprocess
import sysconfig

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
SAMPLE = ["[SEP]", "[CLS]x", "x[MASK]", "[PAD][UNK]", "[sep]", "[ SEP ]", "[[SEP]]", "[SEP", "SEP]", "[CLS] [CLS]", ""]
EMOJI = ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "1️⃣", "🧑‍🚀", "❤️‍🔥"]

Case = collections.namedtuple("Case", "ids offsets")


@pytest.fixture(scope="module")
def tokenize(binary):
    """Our tokens of byte strings, by a tokenizer.json."""
    program = binary.parent / "tokenize_lines"
    if not program.exists():
        pytest.fail(f"{program} is missing: build with LENGTHWISE_DEVELOPER", pytrace=False)

    def run(tokenizer_json, texts):
        stdin = b"".join(struct.pack("<I", len(text)) + text for text in texts)
        done = subprocess.run([program, tokenizer_json], input=stdin, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return [Case(*json.loads(line)) for line in done.stdout.splitlines()]

    return run


@pytest.fixture(scope="module")
def model_json(model_folder):
    return model_folder / "tokenizer.json"


@pytest.fixture(scope="module")
def model_document(model_json):
    return json.loads(model_json.read_text())


def read_with_byte_offsets(data):
    """The text that Python reads from the bytes, and where each of its characters begins in them."""
    text, starts, position = "", [0], 0
    while position < len(data):
        try:
            valid, end = data[position:].decode(), None
        except UnicodeDecodeError as error:
            valid, end = data[position : position + error.start].decode(), position + error.end
        text += valid
        starts += itertools.accumulate((len(c.encode()) for c in valid), initial=starts.pop())
        position = len(data)
        if end is not None:
            text += "\N{REPLACEMENT CHARACTER}"
            starts.append(end)
            position = end
    assert text == data.decode(errors="replace")
    return text, starts


def expected_cases(reference, texts):
    read = [read_with_byte_offsets(text) for text in texts]
    encodings = reference.encode_batch([text for text, _ in read], add_special_tokens=False)
    return [
        Case(encoding.ids, [starts[place] for offset in encoding.offsets for place in offset])
        for encoding, (_, starts) in zip(encodings, read)
    ]


def load(tokenizer_json):
    reference = Tokenizer.from_file(str(tokenizer_json))
    reference.no_truncation()
    reference.no_padding()
    return reference


@pytest.fixture(scope="module")
def check(tokenize):
    """Fails, showing the first text, where ours and the reference's tokens differ."""

    def run(tokenizer_json, texts):
        texts = [text if isinstance(text, bytes) else text.encode() for text in texts]
        ours = tokenize(tokenizer_json, texts)
        expected = expected_cases(load(tokenizer_json), texts)
        assert len(ours) == len(texts)
        wrong = [i for i in range(len(texts)) if ours[i] != expected[i]]
        if wrong:
            text = min((texts[i] for i in wrong), key=len)
            i = texts.index(text)
            shown = ascii(text[:300].decode(errors="replace"))
            pytest.fail(f"{len(wrong)} of {len(texts)} texts differ; the shortest is {shown}\n ours {ours[i]}\n "
                        f"reference {expected[i]}", pytrace=False)

    return run


@pytest.fixture(scope="module")
def write_json(tmp_path_factory):
    """Writes a changed tokenizer.json; gives its path."""
    folder = tmp_path_factory.mktemp("tokenizers")
    counter = itertools.count()

    def write(document):
        path = folder / f"{next(counter)}.json"
        path.write_text(json.dumps(document))
        return path

    return write


def normalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True):
    return {
        "type": "BertNormalizer",
        "clean_text": clean_text,
        "handle_chinese_chars": handle_chinese_chars,
        "strip_accents": strip_accents,
        "lowercase": lowercase,
    }


ALL_NORMALIZERS = [
    normalizer(*options)
    for options in itertools.product([True, False], [True, False], [None, True, False], [True, False])
]


def hostile_texts(seed, count):
    """Words of characters that do something: marks, compositions, controls, spaces, syllables, all planes."""
    generator = random.Random(seed)
    letters = [ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.!-'$#@[]"]
    marks = [*range(0x300, 0x370), *range(0x483, 0x488), *range(0x591, 0x5C8), *range(0x610, 0x620), *range(0x64B, 0x660),
             *range(0x8CA, 0x904), *range(0x93A, 0x950), *range(0xE31, 0xE4F), *range(0xF71, 0xF85), *range(0x1AB0, 0x1ACF),
             *range(0x1DC0, 0x1E00), *range(0x20D0, 0x20F1), *range(0x302A, 0x3030), 0x3099, 0x309A, *range(0xFE20, 0xFE30),
             *range(0x1D165, 0x1D183), 0x16FF0, 0x11938, *range(0x1E000, 0x1E02B)]  # fmt: skip
    composed = [*range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000), *range(0x2126, 0x2130), 0x344, 0xF73,
                0xF75, 0xF81, *range(0xAC00, 0xAD00), *range(0xF900, 0xF920), *range(0x1D15E, 0x1D165), *range(0x1D1BB, 0x1D1C1)]
    controls = [0, 1, 9, 10, 11, 12, 13, 0x1C, 0x7F, 0x85, 0xA0, 0xAD, 0x180E, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x3000,
                0xFEFF, 0xFFFD, 0xE000, 0xE0001]  # fmt: skip
    others = [0x130, 0x131, 0x3A3, 0x3C2, 0xDF, 0x1E9E, 0x4E00, 0x3042, 0x30A2, 0x1100, 0x1161, 0x11A8, 0x20000, 0x1F600]
    pools = [letters, letters, letters, marks, composed, controls, others, CODE_POINTS]
    texts = []
    for _ in range(count):
        length = generator.randrange(40)
        texts.append("".join(chr(generator.choice(generator.choice(pools))) for _ in range(length)))
    return texts


def test_ids_of_every_code_point_alone(check, write_json, model_document):
    """With a vocabulary of every character, so that a character dropped, split, decomposed or lowered otherwise than
    by the reference has another id."""
    for options in [normalizer(), normalizer(strip_accents=False), normalizer(clean_text=False, lowercase=False)]:
        arguments = {name: value for name, value in options.items() if name != "type"}
        reference = normalizers.BertNormalizer(**arguments)
        following = {c for code in CODE_POINTS for c in reference.normalize_str(chr(code)).strip()[1:]}
        tokens = ["[UNK]", *map(chr, CODE_POINTS), *("##" + c for c in sorted(following))]
        document = {**model_document, "normalizer": options, "added_tokens": [], "post_processor": None}
        document["model"] = {**model_document["model"], "vocab": {token: i for i, token in enumerate(tokens)}}
        texts = [" ".join(map(chr, CODE_POINTS[i : i + 200])) for i in range(0, len(CODE_POINTS), 200)]
        check(write_json(document), texts)


def test_every_code_point_within_words(check, model_json):
    check(model_json, [f"a{chr(c)}b A{chr(c)}e {chr(c)}s\u0301" for c in CODE_POINTS if c < 0x30000 or c % 61 == 0])


def test_real_lines(check, model_json):
    """The Python standard library: code, prose in docstrings, tables of other scripts."""
    files = [path for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).rglob("*.py")) if "-packages" not in str(path)]
    lines = [line for path in files for line in path.read_bytes().splitlines() if line.strip()]
    lines = random.Random(1).sample(lines, 20000) + [line for line in lines if not line.isascii()][:5000]
    assert len(lines) >= 20000
    check(model_json, lines)


def test_real_documents(check, model_json, man_pages):
    pages = [json.loads(line)["text"] for line in man_pages.open()]
    check(model_json, random.Random(2).sample(pages, min(len(pages), 150)))
    lines = [line for page in pages for line in page.splitlines()]
    check(model_json, random.Random(3).sample(lines, min(len(lines), 10000)))


def test_hostile_lines(check, model_json):
    check(model_json, hostile_texts(4, 15000))


def test_invalid_utf8(check, model_json):
    """One U+FFFD for each maximal invalid part, as Python's errors="replace" has it."""
    generator = random.Random(5)
    pieces = [b"a", b" ", b"The", b"\xe2", b"\x80", b"\x8d", b"\xcc", b"\x81", b"\xf0", b"\x9f", b"\x98", b"\xc0", b"\xc2",
              b"\xed\xa0\x80", b"\xf4\x90", b"\xf5", b"\xff", b"\xfe", b"\xe4\xb8\xad", b"[SEP]", b"\xef\xbf\xbd"]  # fmt: skip
    texts = [b"".join(generator.choice(pieces) for _ in range(generator.randrange(20))) for _ in range(4000)]
    texts += [generator.randbytes(generator.randrange(50)) for _ in range(3000)]
    check(model_json, texts)


def test_special_tokens_and_emoji_within_text(check, model_json):
    generator = random.Random(6)
    pieces = SAMPLE + EMOJI + [" ", "  ", "the", "THE", "\u0301", "\t", "中", "é", "_", "#", "##ing"]
    check(model_json, ["".join(generator.choice(pieces) for _ in range(generator.randrange(9))) for _ in range(3000)])
    check(model_json, [before + piece + after for piece in SAMPLE for before in ["", " ", "a"] for after in ["", "\n", "b"]])


def test_words_of_a_megabyte(check, model_json):
    words = ["a", "ab,", "é", "Ж", "中", "\u0301", "x\u0323\u0301", "\u200b", "😀", "[SEP]", "\x00", "each "]
    check(model_json, [word * (1_000_000 // len(word.encode())) for word in words])


@pytest.mark.parametrize("options", ALL_NORMALIZERS, ids=lambda o: "-".join(str(v) for v in list(o.values())[1:]))
def test_every_setting_of_the_normalizer(check, write_json, model_document, options):
    document = {**model_document, "normalizer": options}
    check(write_json(document), hostile_texts(7, 1500) + SAMPLE + EMOJI)


@pytest.mark.parametrize("strip_accents, limit", [(True, 100), (False, 100), (True, 3), (True, 1)])
def test_every_character_counts(check, write_json, model_document, strip_accents, limit):
    """A vocabulary of single characters: offsets of each one, through decomposition and reordering of marks."""
    texts = hostile_texts(8, 4000)
    reference = normalizers.NFD()
    characters = sorted({c for text in texts for c in text + reference.normalize_str(text) + text.lower()})
    tokens = ["[UNK]", *characters, *("##" + c for c in characters)]
    document = {**model_document, "normalizer": normalizer(strip_accents=strip_accents), "added_tokens": []}
    document["post_processor"] = None
    document["model"] = {**model_document["model"], "max_input_chars_per_word": limit}
    document["model"]["vocab"] = {token: i for i, token in enumerate(tokens)}
    check(write_json(document), texts)


@pytest.mark.parametrize("seed", range(60))
def test_added_tokens(check, write_json, model_document, seed):
    """Random sets of added tokens with random flags, in texts made of them and their neighbours."""
    generator = random.Random(seed)
    vocabulary = model_document["model"]["vocab"]
    contents = ["[SEP]", "[CLS]", "Foo", "foo", "foob", "fo", " bar", "bar ", "É", "é", "[MASK]", "<a>", "a", "中", "new",
                "ñandú", "Ñ", " ", "x.", "\t"]  # fmt: skip
    neighbours = ["FOO", "foobar", " bar ", "E\u0301", "x", "  ", "\u2003", "\u0301", "[mask]", "_", "1", ".", "\n", "\u200b", "ß"]
    chosen = generator.sample(contents, generator.randint(1, 9))
    new_ids = itertools.count(len(vocabulary))

    def added(content):
        flags = {name: generator.random() < 0.4 for name in ["single_word", "lstrip", "rstrip", "normalized", "special"]}
        # In white space that the token before it took, the reference panics over one of these.
        flags["lstrip"] &= not content.isspace()
        return {"id": vocabulary.get(content) or next(new_ids), "content": content, **flags}

    options = normalizer(*(generator.random() < 0.7 for _ in range(4)))
    processor = {"type": "RobertaProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}
    processor |= {"trim_offsets": generator.random() < 0.7, "add_prefix_space": generator.random() < 0.5}
    document = {**model_document, "normalizer": options, "post_processor": generator.choice([None, processor])}
    document["added_tokens"] = [added(content) for content in chosen]
    texts = ["".join(generator.choices(neighbours + chosen, k=generator.randrange(15))) for _ in range(300)]
    check(write_json(document), texts)


def test_the_comparison_can_fail(check, tokenize, model_json, write_json, model_document):
    """Ours by one tokenizer.json is not the reference's by another."""
    other = write_json({**model_document, "normalizer": normalizer(lowercase=False)})
    texts = [b"The End"]
    assert tokenize(other, texts) != expected_cases(load(model_json), texts)


def double_array(texts):
    """SentencePiece's trie of byte strings to numbers: units with a label, whether a leaf follows, and how far the children are."""
    tree = {}
    for text, value in texts.items():
        node = tree
        for byte in text:
            node = node.setdefault(byte, {})
        node[None] = value
    units, taken = {}, {0}

    def place(node, at, label):
        # A child's place is the parent's, its offset and its byte combined by exclusive or; a leaf has byte 0.
        labels = [0 if byte is None else byte for byte in node]
        offset = next(o for o in itertools.count(1) if not any((at ^ o ^ byte) in taken for byte in labels))
        assert offset < 1 << 21
        units[at] = offset << 10 | (None in node) << 8 | label
        taken.update(at ^ offset ^ byte for byte in labels)
        for byte, child in node.items():
            if byte is None:
                units[at ^ offset] = 0x80000000 | child
            else:
                place(child, at ^ offset ^ byte, byte)

    place(tree, 0, 0)
    return [units.get(i, 0x800000FF) for i in range(max(units) + 256)]


def character_map(replacements):
    """precompiled_charsmap, as base64."""
    texts, places = b"", {}
    for text, replacement in replacements.items():
        places[text.encode()] = len(texts)
        texts += replacement.encode() + b"\0"
    units = double_array(places)
    return base64.b64encode(struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + texts).decode()


MAP = {"\t": " ", "\n": " ", "\r": " ", "\x01": "", "\x07": "", "\u00a0": " ", "\ufb01": "fi", "\u00bd": "1\u20442", "\u00b2": "2", "\u0133": "ij",
       "A\u030a": "\u00c5", "e\u0301": "\u00e9", "\u0130": "i\u0307", "\u212b": "\u00c5", "\u200d": "", "\uff21": "A", "\u3231": "(\u682a)", "\u0600": "n"}  # fmt: skip

NORMALIZERS = {
    "none": None,
    "nmt-nfkc": {"type": "Sequence", "normalizers": [{"type": "Nmt"}, {"type": "NFKC"}, {"type": "Strip", "strip_left": True, "strip_right": False},
                                                     {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"}]},
    "precompiled": {"type": "Precompiled", "precompiled_charsmap": character_map(MAP)},
    "precompiled-replace": {"type": "Sequence", "normalizers": [
        {"type": "Precompiled", "precompiled_charsmap": character_map(MAP)}, {"type": "Strip", "strip_left": False, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
    "albert": {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": "``"}, "content": '"'}, {"type": "NFKD"},
                                                   {"type": "StripAccents"}, {"type": "Lowercase"}]},
    **{form.lower(): {"type": form} for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents")},
    "prepend": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581x"}, {"type": "Replace", "pattern": {"String": "ab"}, "content": "c"}]},
}  # fmt: skip

SPLITS = {
    **{f"{scheme}-{split}": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": split}
       for scheme in ("always", "first", "never") for split in (True, False)},
    "early": {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True},
    "xlm": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"}]},
    "bert": {"type": "BertPreTokenizer"},
    "none": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def unigram_document():
    """Pieces learnt from the standard library, with every letter that it has."""
    files = sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py"))[:60]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=1500, special_tokens=["<s>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator((path.read_text() for path in files), trainer)
    document = json.loads(tokenizer.to_str())
    document["model"]["vocab"] += [[piece, -12.0 - i / 7] for i, piece in enumerate("\u00e9 \u00c5 \u2581\u4e2d \u4e2d \u0301 fi \u0438 \u1100\u1161 \u0430\u0431".split())]
    return document


@pytest.mark.parametrize("normal", NORMALIZERS)
@pytest.mark.parametrize("split", SPLITS)
def test_unigram_by_every_part(check, write_json, unigram_document, normal, split):
    document = {**unigram_document, "normalizer": NORMALIZERS[normal], "pre_tokenizer": SPLITS[split]}
    document["model"] = {**document["model"], "byte_fallback": False}
    texts = hostile_texts(10, 400) + ["``quoted''  twice ", "  ", " a", "a ", "\u2581a \u2581", "</s> x <unk>y", "ab" * 300, "\r\n\r", "\u00b2\u0301", "\ufb01\u0600a"]
    texts += ["".join(pair) for pair in itertools.product([*MAP, " ", "a"], repeat=2)]
    check(write_json(document), texts)


def test_unigram_with_bytes_for_what_is_unknown(check, write_json, unigram_document):
    document = json.loads(json.dumps(unigram_document))
    document["model"]["byte_fallback"] = True
    document["model"]["vocab"] += [[f"<0x{byte:02X}>", -30.0] for byte in range(256)]
    check(write_json(document), hostile_texts(11, 3000))
    del document["model"]["vocab"][-3:]
    check(write_json(document), hostile_texts(12, 1000) + ["\U0010ffff"])


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Nmt", "Precompiled"])
def test_every_code_point_is_normalised_as_the_reference_does(check, write_json, unigram_document, form):
    """With pieces for all that comes out, so that another character has another id; between bases and marks, which may compose or join it."""
    if form == "Precompiled":
        normal = {"type": form, "precompiled_charsmap": character_map({"\u00b2": "2"})}
        texts = [f"\u00b2{chr(c)}\u00b2" for c in CODE_POINTS if c]
    else:
        normal = {"type": form}
        texts = [f"{chr(c)}\u0301 \u0345{chr(c)}\u0334" for c in CODE_POINTS if c < 0x30000 or c % 61 == 0]
    document = {**unigram_document, "normalizer": normal, "pre_tokenizer": SPLITS["never-True"], "added_tokens": []}
    reference = Tokenizer.from_str(json.dumps(document)).normalizer
    characters = sorted({c for text in texts for c in reference.normalize_str(text)} | set("".join(texts)))
    document["model"] = {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": [["<unk>", 0.0], *([c, -1.0] for c in characters)]}
    check(write_json(document), texts)


@pytest.mark.parametrize("seed", range(20))
def test_added_tokens_among_pieces(check, write_json, unigram_document, seed):
    generator = random.Random(seed)
    contents = ["<mask>", "Foo", "fo", " bar", "\u00c9", "\u00e9", "<a>", "\u4e2d", "\u2581x", "x.", "new one"]
    neighbours = ["FOO", "foobar", " bar ", "E\u0301", "x", "  ", "\u2003", "\u0301", "<MASK>", "1", ".", "\n", "\u00df"]
    chosen = generator.sample(contents, generator.randint(1, 7))
    flags = ["single_word", "lstrip", "rstrip", "normalized", "special"]
    added = [{"id": i, "content": content, **{name: generator.random() < 0.4 for name in flags}} for i, content in enumerate(chosen, 2000)]
    document = {**unigram_document, "normalizer": NORMALIZERS[generator.choice(["nmt-nfkc", "nfd", "lowercase", "none"])], "added_tokens": added}
    document["pre_tokenizer"] = SPLITS[generator.choice(list(SPLITS))]
    check(write_json(document), ["".join(generator.choices(neighbours + chosen, k=generator.randrange(15))) for _ in range(300)])


@pytest.fixture(scope="module")
def bpe_document():
    """Merges learnt from the standard library, over bytes."""
    files = sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py"))[:60]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=3000, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator((path.read_text() for path in files), trainer)
    return json.loads(tokenizer.to_str())


ENGLISH = ["it's they'll I'VE we'd 'tis ' '' 's", "  two  spaces \n\n and\tlines \n", "x1y22 3.14 \u00bd\u0663 \u2167", "\u00a0\u3000 wide", "a" * 500, "=" * 3000, "'s't're"]


@pytest.mark.parametrize("prefix", [True, False])
@pytest.mark.parametrize("regex", [True, False])
@pytest.mark.parametrize("form", [None, "NFC", "Lowercase"])
def test_bytes_in_pairs(check, write_json, bpe_document, man_pages, prefix, regex, form):
    document = {**bpe_document, "normalizer": form and {"type": form},
                "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}}
    lines = [line for row in itertools.islice(man_pages.open(), 0, None, 40) for line in json.loads(row)["text"].splitlines()]
    check(write_json(document), hostile_texts(21, 2000) + ENGLISH + random.Random(5).sample(lines, min(len(lines), 3000)))


# The patterns of Qwen2 and 3, and of Llama 3.
PATTERNS = [r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pieces_by_a_pattern(check, write_json, bpe_document, man_pages, pattern):
    document = {**bpe_document, "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}}
    pages = [json.loads(row)["text"] for row in itertools.islice(man_pages.open(), 0, None, 40)]
    lines = [line for page in pages for line in page.splitlines()]
    check(write_json(document), hostile_texts(24, 20000) + ENGLISH + random.Random(6).sample(lines, min(len(lines), 3000)) + random.Random(7).sample(pages, 20))


@pytest.mark.parametrize("behavior", ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"])
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("pattern", [{"String": "e."}, {"String": " "}, {"Regex": r"\s"}, {"Regex": "[aeiou]{1,2}|\\d"}])
def test_every_way_to_split(check, write_json, bpe_document, behavior, invert, pattern):
    document = {**bpe_document, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}}
    check(write_json(document), hostile_texts(25, 500) + ENGLISH + ["e.e.e. more. e", "eat 12 e.  aei ", "see."])


@pytest.mark.parametrize("split", [{"type": "Digits", "individual_digits": True}, {"type": "Digits", "individual_digits": False}, {"type": "Whitespace"}])
def test_digits_and_words_apart(check, write_json, bpe_document, split):
    document = {**bpe_document, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]}}
    check(write_json(document), hostile_texts(26, 3000) + ENGLISH)


def test_pairs_as_gemma_has_them(check, write_json):
    """Characters, spaces as marks that stay in their pieces, bytes for what is unknown."""
    files = sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py"))[:20]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    trainer = trainers.BpeTrainer(vocab_size=1500, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))], limit_alphabet=60, show_progress=False)
    tokenizer.train_from_iterator((line for path in files for line in path.read_text().splitlines()), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A <eos>", special_tokens=[("<bos>", 2), ("<eos>", 1)])
    document = json.loads(tokenizer.to_str())
    # Those of bytes are pieces, not marks.
    document["added_tokens"] = [token for token in document["added_tokens"] if not token["content"].startswith("<0x")]
    check(write_json(document), hostile_texts(27, 3000) + ENGLISH)


@pytest.mark.parametrize("trim", [True, False])
def test_pairs_as_roberta_has_them(check, write_json, bpe_document, trim):
    document = {**bpe_document, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
                "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": trim, "add_prefix_space": False}}
    document["added_tokens"] = [{**token, "lstrip": token["content"] == "<mask>"} for token in document["added_tokens"]]
    check(write_json(document), hostile_texts(22, 2000) + ENGLISH + ["a <mask> b", "<mask>", " <s> x"])


def test_pairs_of_characters(check, write_json):
    """Without bytes: characters that were not learnt are unknown, alone or together, or bytes."""
    files = sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py"))[:20]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator((path.read_text() for path in files), trainers.BpeTrainer(vocab_size=1500, special_tokens=["<unk>"], limit_alphabet=60, show_progress=False))
    document = json.loads(tokenizer.to_str())
    for fuse, fallback, ignore in itertools.product([True, False], repeat=3):
        made = json.loads(json.dumps(document))
        made["model"].update(fuse_unk=fuse, byte_fallback=fallback, ignore_merges=ignore)
        if fallback:
            made["model"]["vocab"].update({f"<0x{byte:02X}>": 5000 + byte for byte in range(256)})
        check(write_json(made), hostile_texts(23, 1000) + ENGLISH)


@pytest.fixture(scope="module")
def e5_json(e5):
    return e5 / "tokenizer.json"


def test_real_pieces_of_real_and_hostile_text(check, e5_json, man_pages):
    check(e5_json, [f"a{chr(c)}b {chr(c)} A{chr(c)}e {chr(c)}s\u0301" for c in CODE_POINTS if c < 0x30000 or c % 61 == 0])
    pages = [json.loads(line)["text"] for line in man_pages.open()]
    check(e5_json, random.Random(2).sample(pages, min(len(pages), 150)))
    lines = [line for page in pages for line in page.splitlines()]
    check(e5_json, random.Random(3).sample(lines, min(len(lines), 20000)) + hostile_texts(4, 5000))
    check(e5_json, [word * (200_000 // len(word.encode())) for word in ["a", "ab,", "\u0416", "\u4e2d", "\u0301", "\U0001f600", "</s>", "each "]])
