"""Whatever is mistaken in a command, the files of its user stand as they stood, and the message says what to do."""
from careless import Row, check, table

OUTPUTS = [
    Row("embed over its input", "lengthwise embed --model $MODEL --input texts.jsonl --output texts.jsonl",
        says="texts.jsonl.* is (the|both)"),
]


@table(OUTPUTS)
def test_outputs(row, user, tmp_path):
    check(row, tmp_path, user)
