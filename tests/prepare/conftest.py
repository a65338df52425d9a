import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import h5py
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

sys.path.insert(0, str(Path(__file__).parent))

from killing import Killed  # noqa: E402
from preparing import shards  # noqa: E402

WORDS = "the cat sat on mat a dog ran far away red blue green good bad".split()
BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def save(directory: Path, tokenizer: Tokenizer, config: dict, names: dict) -> Path:
    directory.mkdir()
    tokenizer.enable_truncation(3)  # as MiniLM's file asks for; prepare.py must not follow
    tokenizer.enable_padding(length=3)
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "config.json").write_text(json.dumps(config))
    (directory / "tokenizer_config.json").write_text(json.dumps(names))
    return directory


@pytest.fixture(scope="session")
def bert(tmp_path_factory) -> Path:
    """Ids: [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4, then WORDS from 5."""
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(BERT_SPECIAL + WORDS)}, unk_token="[UNK]"))
    tokenizer.add_special_tokens(BERT_SPECIAL)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    config = {"model_type": "bert", "vocab_size": 20, "max_position_embeddings": 16, "type_vocab_size": 2}
    names = {"tokenizer_class": "BertTokenizer", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]",
             "mask_token": "[MASK]", "unk_token": "[UNK]"}
    return save(tmp_path_factory.mktemp("models") / "bert", tokenizer, config, names)


@pytest.fixture(scope="session")
def roberta(tmp_path_factory) -> Path:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([" ".join(WORDS)] * 3, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    config = {"model_type": "roberta", "vocab_size": 400, "max_position_embeddings": 18, "type_vocab_size": 1,
              "pad_token_id": 1}
    # Like roberta-base, whose tokenizer_config.json names no special token.
    return save(tmp_path_factory.mktemp("models") / "roberta", tokenizer, config, {"tokenizer_class": "RobertaTokenizer"})


@pytest.fixture
def write(tmp_path):
    """Writes lines, or records as JSON lines, and returns the path."""

    def to_file(name: str, *lines) -> Path:
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return to_file


@pytest.fixture(scope="session")
def prepare():
    """jobs/prepare.py as a module; by path, for this directory has its name."""
    spec = spec_from_file_location("prepare_program", Path(__file__).resolve().parents[2] / "jobs" / "prepare.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(prepare, tmp_path, capsys):
    """Runs prepare.py in this process: status, stdout, stderr, output directory."""

    def call(kind: str, model: Path, inputs, *flags, output: str = "out"):
        arguments = [kind, "--tokenizer", model, "--input", *inputs, "--output", tmp_path / output, "--workers", 1, *flags]
        status = prepare.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return SimpleNamespace(status=status, out=captured.out, err=captured.err, output=tmp_path / output)

    return call


def read(path: Path) -> dict:
    """Data sets as lists, strings decoded; attributes under their own names."""
    with h5py.File(path) as file:
        plain = {name: [value.decode() if isinstance(value, bytes) else value for value in data[()].tolist()]
                 for name, data in file.items()}
        return plain | {name: value.decode() if isinstance(value, bytes) else value for name, value in file.attrs.items()}


@pytest.fixture
def load():
    return read


@pytest.fixture
def manifest():
    return lambda directory: json.loads((directory / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def killed(run, monkeypatch):
    """A run that ends before its shard number `count` is noted, with its partial directory as SIGKILL would leave it."""

    def call(count: int, *arguments, output: str = "out"):
        keep = shards.SplitWriter._note
        notes = iter(range(count))

        def die(writer, *details, **named):
            if next(notes, None) is None:
                raise Killed
            keep(writer, *details, **named)

        with monkeypatch.context() as patch:
            patch.setattr(shards.SplitWriter, "_note", die)
            patch.setattr("preparing.output.shutil.rmtree", lambda *_, **__: None)
            with pytest.raises(Killed):
                run(*arguments, output=output)

    return call
