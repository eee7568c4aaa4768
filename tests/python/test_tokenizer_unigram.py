"""Pieces with scores (Unigram, as SentencePiece has it): token ids and byte offsets against the `tokenizers` library."""

import base64
import itertools
import json
import pathlib
import random
import struct
import sysconfig

import pytest
from tokenizer_reference import CODE_POINTS, check, hostile_texts, tokenize, write_json  # noqa: F401
from tokenizers import Tokenizer, models, pre_tokenizers, trainers


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
def e5_json(e5):
    return e5 / "tokenizer.json"


def test_real_pieces_of_real_and_hostile_text(check, e5_json, man_pages):
    check(e5_json, [f"a{chr(c)}b {chr(c)} A{chr(c)}e {chr(c)}s\u0301" for c in CODE_POINTS if c < 0x30000 or c % 61 == 0])
    pages = [json.loads(line)["text"] for line in man_pages.open()]
    check(e5_json, random.Random(2).sample(pages, min(len(pages), 150)))
    lines = [line for page in pages for line in page.splitlines()]
    check(e5_json, random.Random(3).sample(lines, min(len(lines), 20000)) + hostile_texts(4, 5000))
    check(e5_json, [word * (200_000 // len(word.encode())) for word in ["a", "ab,", "\u0416", "\u4e2d", "\u0301", "\U0001f600", "</s>", "each "]])
