"""Our tokens beside those of the `tokenizers` library, with the truncation and padding of its file off: fixtures and texts of the tests of tokenizers.

The program under test is tokenize_lines, which the developer build puts beside `lengthwise`.
"""

import collections
import itertools
import json
import random
import struct
import subprocess

import pytest
from tokenizers import Tokenizer

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]

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
