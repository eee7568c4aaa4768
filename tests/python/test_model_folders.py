"""Model folders that are not whole, or not of one piece: refused by name, or used with one warning of what was assumed.

SPOILED, ASSUMED, DANGLING, POINTERS, MISTYPED, ELSEWHERE and MERGED hold what was once wrong in silence, or refused without a
word of help; STILL and MERGED_STILL hold what always was right.
"""

from careless import TEXTS, Row, check, table

# Changes of a model folder: prepare runs `python3 -c 'from spoil import *; ...'`.
SPOIL = '''
import json, pathlib, struct

def members(file, **changes):
    path = pathlib.Path(file)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))

def config(folder="model", **changes):
    members(f"{folder}/config.json", **changes)

def tensors(change, folder="model"):
    """change(header, data), data a bytearray."""
    path = pathlib.Path(folder) / "model.safetensors"
    contents = path.read_bytes()
    (length,) = struct.unpack("<Q", contents[:8])
    header, data = json.loads(contents[8 : 8 + length]), bytearray(contents[8 + length :])
    change(header, data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)

def add(name, shape=(1,), folder="model"):
    def change(header, data):
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [len(data), len(data) + size]}
        data.extend(bytes(size))
    tensors(change, folder)

def rename(new_name, folder="model"):
    def change(header, data):
        renamed = {name if name == "__metadata__" else new_name(name): entry for name, entry in header.items()}
        header.clear()
        header.update(renamed)
    tensors(change, folder)

def normalizer(file="model/tokenizer.json", **changes):
    path = pathlib.Path(file)
    tokenizer = json.loads(path.read_text())
    tokenizer["normalizer"] |= changes
    path.write_text(json.dumps(tokenizer))

def vocabulary(change, file="model/tokenizer.json"):
    path = pathlib.Path(file)
    tokenizer = json.loads(path.read_text())
    change(tokenizer["model"]["vocab"])
    path.write_text(json.dumps(tokenizer))
'''
FILES = {"texts.jsonl": TEXTS, "spoil.py": SPOIL}
EMBED = "lengthwise embed --model model --input texts.jsonl --output v.npy --quiet"
EMBEDDED = ("v.npy", "v.tokens.jsonl")
MPNET = "cp -r $SHARED/tiny_mpnet mpnet && "


def once(words):
    """A regular expression of messages with one warning of the model, which begins so."""
    return rf"(?s)\A(?:(?!warning: model).)*warning: {words}(?:(?!warning: model).)*\Z"


def spoil(code):
    return f"python3 -c 'from spoil import *; {code}'"


def refused(name, code, says, **more):
    return Row(name, EMBED, says=says, files=FILES, prepare=spoil(code), **more)


def refused_mpnet(name, code, says):
    return Row(name, EMBED.replace("--model model", "--model mpnet"), says=says, files=FILES, prepare=MPNET + spoil(code))


LAYER = "encoder.layer.0.attention.self."
SPOILED = [
    refused("fewer layers than are stored", "config(num_hidden_layers=1)",
            r'model.safetensors: 16 stored tensors.*"encoder.layer.1.*and 13 more.*"num_hidden_layers" 1, but 2 layers are stored'),
    refused_mpnet("fewer layers of mpnet", 'config("mpnet", num_hidden_layers=1)',
                  r'16 stored tensors.*"encoder.layer.1.*"num_hidden_layers" 1, but 2 layers are stored'),
    refused("more layers than are stored", "config(num_hidden_layers=3)",
            r'tensor "encoder.layer.2.*is missing, and so are 15 more.*"num_hidden_layers" 3, but 2 layers are stored'),
    refused("relative keys whose option is not set", 'add("encoder.layer.0.attention.self.distance_embedding.weight", (159, 12))',
            '1 stored tensor that .*no place for: "encoder.layer.0.attention.self.distance_embedding.weight"'),
    refused("a tensor of no known part", 'add("adapter.down.weight")', '1 stored tensor that .*"adapter.down.weight"'),
    refused("some tensors under a prefix", f'rename(lambda name: "bert." + name if name.startswith("{LAYER}") else name)',
            r'tensor "encoder.layer.0.attention.self.key.bias" is missing'),
    refused("the encoder twice, once under a prefix", 'add("bert.embeddings.LayerNorm.bias", (36,))',
            '1 stored tensor that .*"bert.embeddings.LayerNorm.bias"'),
    refused_mpnet("token types stored beside mpnet", 'add("embeddings.token_type_embeddings.weight", (2, 36), "mpnet")',
                  '1 stored tensor that .*"embeddings.token_type_embeddings.weight"'),
    refused("more token ids than rows", 'vocabulary(lambda vocab: vocab.update(surplus=58))',
            r"tokenizer.json: token ids go up to 58, but the model has embeddings of 58 tokens"),
    refused("pooling of another dimension", 'members("model/1_Pooling/config.json", word_embedding_dimension=35)',
            '"hidden_size" is 36, but the module Pooling is of 35 components'),
    refused("pooling of another dimension, as it is called later",
            'members("model/1_Pooling/config.json", word_embedding_dimension=None, embedding_dimension=48)',
            '"hidden_size" is 36, but the module Pooling is of 48 components'),
    *(refused(f"an epsilon of {value}", f"config(layer_norm_eps={value})", '"layer_norm_eps" is .*expected more than 0 and at most 0.01')
      for value in ("1e300", "1.0", "0", "-1e-12")),
    refused("cross attention", "config(add_cross_attention=True)", '"add_cross_attention" is true'),
    refused("an encoder of a decoder", "config(is_encoder_decoder=True)", '"is_encoder_decoder" is true'),
    refused_mpnet("a decoder of mpnet", 'config("mpnet", is_decoder=True)', '"is_decoder" is true'),
    refused("heads left out", 'config(pruned_heads={"0": [1]})', '"pruned_heads" is given'),
    refused("code of its own", 'config(auto_map={"AutoModel": "own.OwnModel"})', '"auto_map" is given'),
    refused("quantised weights", 'config(quantization_config={"bits": 4})', '"quantization_config" is given'),
]

STILL = [
    refused("another hidden size", "config(hidden_size=24)", r"has shape|Pooling is of 36"),
    refused("another intermediate size", "config(intermediate_size=53)", r"has shape \[52, 36\], but config.json asks for \[53, 36\]|has shape"),
    refused("another vocabulary", "config(vocab_size=60)", r"has shape \[58, 36\], but config.json asks for \[60, 36\]"),
    refused("other positions", "config(max_position_embeddings=64)", r"has shape \[80, 36\], but config.json asks for \[64, 36\]"),
    refused("other token types", "config(type_vocab_size=1)", r"has shape \[2, 36\], but config.json asks for \[1, 36\]"),
    refused_mpnet("other buckets of mpnet", 'config("mpnet", relative_attention_num_buckets=16)',
                  r"has shape \[32, 3\], but config.json asks for \[16, 3\]"),
    refused_mpnet("other heads of mpnet", 'config("mpnet", num_attention_heads=4)', r"has shape \[32, 3\], but config.json asks for \[32, 4\]"),
    refused("heads that do not divide", "config(num_attention_heads=5)", "hidden size 36 is not a multiple of 5 heads"),
    refused("another activation", 'config(hidden_act="relu")', '"hidden_act" is "relu"'),
    refused("relative positions", 'config(position_embedding_type="relative_key")', '"position_embedding_type" is "relative_key"'),
    refused("weights of bert for mpnet", 'config(model_type="mpnet")', "is missing"),
    refused("cased by the config alone", 'members("model/tokenizer_config.json", do_lower_case=False)',
            '"do_lower_case" is false, but "lowercase" of the normaliser in tokenizer.json is true'),
    refused("cased by tokenizer.json alone", 'normalizer(lowercase=False, strip_accents=False)',
            r'"do_lower_case" is true \(it is not given\), but "lowercase"'),
    refused("accents", 'members("model/tokenizer_config.json", strip_accents=False)', '"strip_accents" is false, but'),
    refused("Chinese characters", 'normalizer(handle_chinese_chars=False)', '"tokenize_chinese_chars" is true'),
    refused("a decoder", "config(is_decoder=True)", '"is_decoder" is true'),
    Row("tensors beside the encoder", f"{EMBED} && cmp v.npy before.npy", exit=0, says=r"(?s)\A(?!.*warning(?!: \d+ of \d+ tokens)).*", files=FILES, changed=EMBEDDED,
        prepare=EMBED.replace("v.npy", "before.npy") + " && " + spoil(
            'add("pooler.dense.weight", (36, 36)); add("pooler.dense.bias", (36,)); add("embeddings.position_ids", (1, 80)); '
            'add("cls.predictions.bias", (58,)); add("classifier.weight", (2, 36))')),
    Row("all tensors under a prefix", f"{EMBED} && cmp v.npy before.npy", exit=0, files=FILES, changed=EMBEDDED,
        prepare=EMBED.replace("v.npy", "before.npy") + " && " + spoil(
            'rename(lambda name: "bert." + name); add("bert.pooler.dense.bias", (36,)); add("cls.predictions.bias", (58,))')),
]

NO_MODULES = r"model has no modules\.json: vectors are the mean of the token states, not normalised"
NO_LIMIT = r"no sentence_bert_config\.json: texts may have the 80 tokens of tokenizer_config\.json"


def assumed(name, prepare, words, command=EMBED, changed=EMBEDDED, **more):
    return Row(name, command, exit=0, says=once(words), files=FILES | more, prepare=prepare, changed=changed)


def printed_by(command, *changed, **files):
    return assumed(f"{command.split()[0]} warns once", "rm model/modules.json", NO_MODULES, f"lengthwise {command}", changed, **files)


TASK = {"task/docs.jsonl": "".join(f'{{"text": "text {i} of the {"length" if i % 2 else "head"}", "label": "{i % 2}"}}\n' for i in range(40))}
ASSUMED = [
    assumed("no modules.json", "rm model/modules.json", NO_MODULES + "[^;]*, as sentence-transformers"),
    assumed("no limit", "rm model/sentence_bert_config.json", "model has " + NO_LIMIT),
    assumed("neither", "rm model/modules.json model/sentence_bert_config.json", NO_MODULES + "; " + NO_LIMIT),
    assumed("no limit at all", "rm model/sentence_bert_config.json model/tokenizer_config.json",
            r"model has no sentence_bert_config\.json: texts may be as long as the model has positions"),
    assumed("a limit beyond the positions", spoil('members("model/sentence_bert_config.json", max_seq_length=512)'),
            "model: a limit of 512 tokens is named, but the model has positions for 80"),
    assumed("far fewer token ids than rows", spoil("vocabulary(lambda vocab: [vocab.pop(w) for w, i in list(vocab.items()) if i >= 50])"),
            "model/tokenizer.json: token ids go up to 49, but the model has embeddings of 58 tokens"),
    printed_by("measure --model model --input texts.jsonl --output r.json --quiet --replicates 0", "r.json"),
    printed_by("attention --model model --input texts.jsonl --output h.jsonl --quiet", "h.jsonl"),
    printed_by("fit --model model --input texts.jsonl --postprocess center --output f.json --quiet", "f.json"),
    printed_by("export --model model --temperature 0.9 --output e --quiet", "e"),
    assumed("export with a fit warns once", "rm model/modules.json", NO_MODULES,
            "lengthwise export --model model --input texts.jsonl --postprocess center --query-mean documents --output e --quiet", ("e",)),
    printed_by("evaluate --model model --task task --output e.json --no-cache --quiet", "e.json", **TASK),
]

READ = ["modules.json", "config.json", "model.safetensors", "tokenizer.json", "1_Pooling/config.json", "sentence_bert_config.json",
        "config_sentence_transformers.json"]
DANGLING = [
    *(Row(f"a dangling {name}", EMBED, says=rf"model/{name}: a link to absent, which is not there",
          prepare=f"rm -f model/{name}; ln -s absent model/{name}") for name in READ),
    Row("a dangling tokenizer_config.json", EMBED, says="tokenizer_config.json: a link to absent, which is not there",
        prepare="rm model/sentence_bert_config.json; ln -sf absent model/tokenizer_config.json"),
    Row("a dangling folder", EMBED.replace("--model model", "--model link"), says="link: a link to absent, which is not there", links={"link": "absent"}),
    Row("a dangling model.safetensors beside a pickle", EMBED, says="model.safetensors: a link to absent, which is not there",
        prepare="cp model/model.safetensors model/pytorch_model.bin; ln -sf absent model/model.safetensors"),
    Row("a pipe", f"timeout 20 {EMBED}", says="config.json is not a regular file", prepare="rm model/config.json; mkfifo model/config.json"),
]

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 90\n"
POINTERS = [Row(f"a pointer for {name}", EMBED, says=rf"model/{name}: a Git LFS pointer.*git -C 'model.*' lfs pull",
                files=FILES | {"pointer": POINTER}, prepare=f"cp pointer model/{name}") for name in READ]

MISTYPED = [
    Row(f"{given} for {name}", EMBED, says=rf"model/{name}: No such file or directory; did you mean {given}\?", prepare=f"cd model && mv {name} {to}")
    for name, given, to in (
        ("config.json", "config.jsn", "config.jsn"), ("modules.json", "module.json", "module.json"),
        ("tokenizer.json", "tokeniser.json", "tokeniser.json"), ("model.safetensors", "model.safetensor", "model.safetensor"),
        ("model.safetensors", "Model.SafeTensors", "Model.SafeTensors"),
        ("sentence_bert_config.json", "sentence_bert_confg.json", "sentence_bert_confg.json"),
        ("1_Pooling/config.json", "cofnig.json", "1_Pooling/cofnig.json"),
    )
]


def elsewhere(name, given, says, prepare=""):
    return Row(name, f"lengthwise embed --model {given} --input texts.jsonl --output v.npy --quiet", says=says, prepare=prepare)


ELSEWHERE = [
    elsewhere("a folder too high", "models", r"models holds no model itself; did you mean models/tiny\?", "mkdir models; cp -r model models/tiny"),
    elsewhere("a folder of several models", "models", r"did you mean models/one or models/two\?",
              "mkdir models; cp -r model models/one; cp -r model models/two"),
    elsewhere("a cache of downloads", "models--some--name", r"did you mean models--some--name/snapshots/0123abc\?",
              "mkdir -p models--some--name/snapshots; cp -r model models--some--name/snapshots/0123abc"),
    elsewhere("a part of a model", "model/1_Pooling", r"model/1_Pooling is a part of a model; did you mean the whole of it, model/?\?"),
    elsewhere("a file of a model", "model/config.json", r"config.json is not a folder.*did you mean model\?"),
    elsewhere("the name of the model of the demo", "all-MiniLM-L6-v2", "scripts/setup model fetches all-MiniLM-L6-v2 into .cache/models/all-MiniLM-L6-v2"),
    elsewhere("its full name", "sentence-transformers/all-MiniLM-L6-v2", "scripts/setup model fetches all-MiniLM-L6-v2"),
    elsewhere("the name of the second model", "all-mpnet-base-v2", "scripts/setup mpnet fetches all-mpnet-base-v2"),
    elsewhere("a name that was fetched", "all-MiniLM-L6-v2", r"did you mean .cache/models/all-MiniLM-L6-v2\?",
              "mkdir -p .cache/models; cp -r model .cache/models/all-MiniLM-L6-v2"),
    elsewhere("the name of any model", "someone/some-model", "if someone/some-model is the name of a model: download its folder"),
    elsewhere("a mistyped folder", "modle", r"modle: No such file or directory; did you mean model\?"),
    elsewhere("a mistyped folder in another", "in/modle/", r"No such file or directory; did you mean in/model\?", "mkdir in; cp -r model in"),
    Row("a folder too high for needles", "lengthwise datasets needle --model models --filler texts.jsonl --output n",
        says=r"did you mean models/tiny\?", prepare="mkdir models; cp -r model models/tiny", changed=("n",)),
]

LINES = TEXTS.splitlines(keepends=True)
PARTS = {"a.jsonl": "".join(LINES[:7]), "b.jsonl": "".join(LINES[7:]), "c.jsonl": "".join(LINES[6:]), "backwards.jsonl": "".join(reversed(LINES[:7])),
         "one.txt": "the head of a text\n\nthe length of a text\n\n", "two.txt": "\nanother text\n  \nand a long one\n"}


def measured(*names):
    return " && ".join(f"lengthwise measure --model model --input {name} --output {name}.json --statistics {name}.st --quiet --replicates 0"
                       for name in names)


def merged(name, files, prepare, says, exit=1, options="", **more):
    return Row(name, f"lengthwise merge {files} --output m.json {options}", exit=exit, says=says, files=PARTS, prepare=prepare,
               changed=("m.json",) if exit == 0 else (), **more)


MERGED = [
    merged("a file and itself", "a.jsonl.st a.jsonl.st", measured("a.jsonl"), "a.jsonl.st is given twice"),
    merged("a file and itself elsewhere", "a.jsonl.st b.jsonl.st ./a.jsonl.st", measured("a.jsonl", "b.jsonl"),
           "a.jsonl.st and ./a.jsonl.st are the same file"),
    merged("a file and its hard link", "a.jsonl.st a2.st", measured("a.jsonl") + "; ln a.jsonl.st a2.st", "a.jsonl.st and a2.st are the same file"),
    merged("a file and its copy", "a.jsonl.st a2.st", measured("a.jsonl") + "; cp a.jsonl.st a2.st",
           "a.jsonl.st and a2.st are statistics of the same 7 documents"),
    merged("the same documents in another order", "a.jsonl.st backwards.jsonl.st", measured("a.jsonl", "backwards.jsonl"),
           "a.jsonl.st and backwards.jsonl.st are statistics of the same 7 documents"),
    merged("one shared document", "a.jsonl.st b.jsonl.st c.jsonl.st", measured("a.jsonl", "b.jsonl", "c.jsonl"),
           "a.jsonl.st and c.jsonl.st share documents, at least 1 of 7 and 6"),
    merged("shared documents in a merge", "c.jsonl.st ab.st",
           measured("a.jsonl", "b.jsonl", "c.jsonl") + " && lengthwise merge a.jsonl.st b.jsonl.st --output ab.json --statistics ab.st",
           "c.jsonl.st and ab.st share documents, at least 6 of 6 and 12"),
    merged("statistics that do not say what they are of", "a.jsonl.st old.st",
           measured("a.jsonl") + """ && python3 -c 'import json
old = json.load(open("a.jsonl.st"))
old["version"] = 1
json.dump(old, open("old.st", "w"))'""", "old.st: statistics of version 1, which do not say which documents"),
]
MERGED_STILL = [
    merged("parts", "a.jsonl.st b.jsonl.st", measured("a.jsonl", "b.jsonl"), "", exit=0, after="grep -Eq '\"documents\": ?12' m.json"),
    merged("parts that share blank lines alone", "one.txt.st two.txt.st", measured("one.txt", "two.txt"), "", exit=0),
]
OVERLAP = [
    merged("one shared document, as was asked for", "a.jsonl.st c.jsonl.st", measured("a.jsonl", "c.jsonl"), "", exit=0, options="--allow-overlap",
           after="grep -q 'c.jsonl.st: at least 1 of its documents stand in the parts before it too' m.json"),
]


@table(SPOILED + STILL)
def test_a_config_and_weights_that_contradict_each_other_are_refused(row, user, tmp_path):
    check(row, tmp_path, user)


@table(ASSUMED)
def test_what_is_assumed_is_said_in_one_warning(row, user, tmp_path):
    check(row, tmp_path, user)


@table(DANGLING + POINTERS)
def test_what_stands_in_the_place_of_a_file_is_said(row, user, tmp_path):
    check(row, tmp_path, user)


@table(MISTYPED + ELSEWHERE)
def test_what_was_meant_is_named(row, user, tmp_path):
    check(row, tmp_path, user)


@table(MERGED + MERGED_STILL + OVERLAP)
def test_no_document_counts_twice(row, user, tmp_path):
    check(row, tmp_path, user)
