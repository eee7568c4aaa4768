"""Prompts: what stands before a text, as sentence-transformers puts it there."""
import json
import shutil

import numpy as np
import pytest

TEXTS = ["how is the weather", "  a text that begins with spaces", "", "Length: the report, in words and 24 numbers. " * 30, "x"]
PROMPTS = {"query": "query: ", "document": "the passage, which is: ", "other": "other"}


@pytest.fixture(scope="module")
def prompted(root, tmp_path_factory):
    """The small model, with prompts."""
    folder = tmp_path_factory.mktemp("models") / "prompted"
    shutil.copytree(root / "tests/data/tiny_bert", folder)
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": PROMPTS, "default_prompt_name": None}))
    return folder


def embed(run_lengthwise, tmp_path, model, texts, *options):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    done = run_lengthwise("embed", "--model", model, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", "--json", *options)
    return np.load(tmp_path / "v.npy"), json.loads(done.stdout), [json.loads(line) for line in (tmp_path / "v.tokens.jsonl").read_text().splitlines()]


def reference(folder):
    from sentence_transformers import SentenceTransformer
    return SentenceTransformer(str(folder), device="cpu")


def expect_equal(found, expected):
    assert np.abs(found - expected).max() < 2e-5


@pytest.mark.parametrize("model", ["prompted", "e5"])
def test_roles_have_the_prompts_that_sentence_transformers_gives_them(run_lengthwise, request, tmp_path, model):
    folder = request.getfixturevalue(model)
    theirs = reference(folder)
    expect_equal(embed(run_lengthwise, tmp_path, folder, TEXTS, "--role", "query")[0], theirs.encode_query(TEXTS))
    expect_equal(embed(run_lengthwise, tmp_path, folder, TEXTS, "--role", "document")[0], theirs.encode_document(TEXTS))
    expect_equal(embed(run_lengthwise, tmp_path, folder, TEXTS, "--prompt", "")[0], theirs.encode(TEXTS))
    expect_equal(embed(run_lengthwise, tmp_path, folder, TEXTS, "--prompt", "Instruct: find it\nQuery: ")[0], theirs.encode(TEXTS, prompt="Instruct: find it\nQuery: "))


def test_a_prompt_is_chosen_by_name_and_said(run_lengthwise, prompted, tmp_path):
    vectors, summary, _ = embed(run_lengthwise, tmp_path, prompted, TEXTS, "--prompt-name", "other")
    expect_equal(vectors, reference(prompted).encode(TEXTS, prompt_name="other"))
    assert summary["prompt"] == "other"


def test_the_default_prompt_stands_where_a_role_has_none(run_lengthwise, prompted, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(prompted, folder)
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"instruction": "represent this: "}, "default_prompt_name": "instruction"}))
    expected = reference(folder).encode(TEXTS)
    for role in ("query", "document"):
        expect_equal(embed(run_lengthwise, tmp_path, folder, TEXTS, "--role", role)[0], expected)


def test_every_window_has_the_prompt_and_it_counts_in_its_length(run_lengthwise, prompted, tmp_path):
    """A window is a text: what it says is cut from the whole, and embedded behind the prompt as any text is."""
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(str(prompted / "tokenizer.json"))
    tokenizer.no_truncation()
    words = [word for word in ("the a of and long short text model head attention token layer length is not " * 12).split() if len(tokenizer.encode(word, add_special_tokens=False)) == 1]
    prompt = len(tokenizer.encode(PROMPTS["document"].strip(), add_special_tokens=False))
    size = 30 - 2 - prompt
    vectors, _, tokens = embed(run_lengthwise, tmp_path, prompted, [" ".join(words)], "--long-input", "windows", "--window", 30)
    windows = [words[begin:begin + size] for begin in range(0, len(words), size)]
    assert [row["used"] for row in tokens][:-1] == [30] * (len(windows) - 1) or len({row["used"] for row in tokens}) <= 2
    assert sum(row["used"] - 2 - prompt for row in tokens) == len(words)
    begin = 0
    for row, vector in zip(tokens, vectors):
        count = row["used"] - 2 - prompt
        alone, _, _ = embed(run_lengthwise, tmp_path, prompted, [" ".join(words[begin:begin + count])])
        expect_equal(vector, alone[0])
        begin += count


def test_a_task_is_searched_with_both_and_the_cache_tells_them_apart(run_lengthwise, prompted, root, man_pages, tmp_path):
    import subprocess
    subprocess.run([root / "scripts/sample_task", man_pages.parent, "50", tmp_path / "task"], check=True)

    def scored(model, *options):
        run_lengthwise("evaluate", "--model", model, "--task", tmp_path / "task", "--cache", tmp_path / "cache", "--replicates", 20, "--quiet", "--output", tmp_path / "e.json", *options)
        return json.loads((tmp_path / "e.json").read_text())

    found = scored(prompted)
    assert found["model"]["prompts"] == {"document": PROMPTS["document"], "query": PROMPTS["query"]}
    without = scored(prompted, "--prompt", "")
    assert "prompts" not in without["model"]
    corpus = [json.loads(line) for line in (tmp_path / "task/corpus.jsonl").read_text().splitlines()]
    queries = [json.loads(line) for line in (tmp_path / "task/queries.jsonl").read_text().splitlines()]
    theirs = reference(prompted)
    documents = theirs.encode_document([f"{row['title']} {row['text']}".strip() if row.get("title") else row["text"] for row in corpus], normalize_embeddings=True)
    asked = theirs.encode_query([row["text"] for row in queries], normalize_embeddings=True)
    relevant = dict(line.split("\t")[:2] for line in (tmp_path / "task/qrels.tsv").read_text().splitlines())
    ids = [row["_id"] for row in corpus]
    scores = asked @ documents.T
    gains = []
    for row, of in zip(queries, scores):
        rank = int((of > of[ids.index(relevant[row["_id"]])]).sum())
        gains.append(1 / np.log2(rank + 2) if rank < 10 else 0)
    assert found["tasks"][0]["runs"][0]["metrics"]["ndcg_at_10"]["estimate"] == pytest.approx(np.mean(gains), abs=0.02)
    assert found["tasks"][0]["runs"][0]["metrics"] != without["tasks"][0]["runs"][0]["metrics"]


@pytest.mark.parametrize(("options", "exit", "says"), [
    (("--prompt-name", "clustering"), 2, "no prompt named clustering; it has: document, other, query"),
    (("--prompt-name", "query", "--prompt", "x"), 2, "contradict"),
    (("--prompt", "many words " * 40), 2, "those of the prompt included"),
])
def test_a_prompt_that_cannot_be_used_is_refused(binary, prompted, tmp_path, options, exit, says):
    import subprocess
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    done = subprocess.run([binary, "embed", "--model", prompted, "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy", *options], capture_output=True, text=True)
    assert done.returncode == exit and says in done.stderr, done.stderr
    assert not (tmp_path / "v.npy").exists()


def unpooled(prompted, folder, mode):
    """The model, whose vectors leave the prompt's tokens out."""
    shutil.copytree(prompted, folder)
    modes = {f"pooling_mode_{name}": name == mode for name in ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")}
    (folder / "1_Pooling/config.json").write_text(json.dumps({"word_embedding_dimension": 36, "include_prompt": False, **modes}))
    return folder


@pytest.mark.parametrize("mode", ["mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "cls_token", "lasttoken"])
def test_a_prompt_that_is_read_and_not_pooled(run_lengthwise, prompted, tmp_path, mode):
    folder = unpooled(prompted, tmp_path / "model", mode)
    theirs = reference(folder)
    # Alone, as padding would hide what is masked.
    for role, encode in (("query", theirs.encode_query), ("document", theirs.encode_document)):
        found = embed(run_lengthwise, tmp_path, folder, TEXTS, "--role", role)[0]
        expect_equal(found, encode(TEXTS, batch_size=1))
        if mode == "mean_tokens":
            assert np.abs(found - embed(run_lengthwise, tmp_path, prompted, TEXTS, "--role", role)[0]).max() > 0.01


@pytest.mark.parametrize(("mode", "options", "says"), [("weightedmean_tokens", (), "pooling weightedmean"), ("mean_tokens", ("--long-input", "windows", "--window", "16", "--late-chunking"), "late chunking")])
def test_what_cannot_leave_a_prompt_out_is_refused(binary, prompted, tmp_path, mode, options, says):
    import subprocess
    folder = unpooled(prompted, tmp_path / "model", mode)
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    done = subprocess.run([binary, "embed", "--model", folder, "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy", *options], capture_output=True, text=True)
    assert done.returncode != 0 and "include_prompt is false" in done.stderr and says in done.stderr and not (tmp_path / "v.npy").exists()
