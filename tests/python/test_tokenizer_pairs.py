"""Byte pairs (BPE), and the ways to split a text before them: token ids and byte offsets against the `tokenizers` library."""

import itertools
import json
import pathlib
import random
import sysconfig

import pytest
from tokenizer_reference import check, hostile_texts, tokenize, write_json  # noqa: F401
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers


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
