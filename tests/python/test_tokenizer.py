"""WordPiece as BERT has it: token ids and byte offsets against the `tokenizers` library."""

import itertools
import json
import pathlib
import random
import sysconfig

import pytest
from tokenizer_reference import CODE_POINTS, check, expected_cases, hostile_texts, load, tokenize, write_json  # noqa: F401
from tokenizers import normalizers

SAMPLE = ["[SEP]", "[CLS]x", "x[MASK]", "[PAD][UNK]", "[sep]", "[ SEP ]", "[[SEP]]", "[SEP", "SEP]", "[CLS] [CLS]", ""]
EMOJI = ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "1️⃣", "🧑‍🚀", "❤️‍🔥"]


@pytest.fixture(scope="module")
def model_json(model_folder):
    return model_folder / "tokenizer.json"


@pytest.fixture(scope="module")
def model_document(model_json):
    return json.loads(model_json.read_text())


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
