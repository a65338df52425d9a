"""A world that fits into a second: an encoder with made-up words, a task whose words reveal the class, and plain text."""

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

JOBS = Path(__file__).resolve().parents[2] / "jobs"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CLASSES = ["ant", "bee", "cat", "dog"]
MAX_LENGTH = 32
VOCABULARY = 250


@dataclass(frozen=True)
class World:
    model: Path
    task: Path  # manifest.json, train.h5, dev.h5, test.h5; no test example is of the last class
    text: Path


def make_words(rng: random.Random) -> list[str]:
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    return sorted({"".join(rng.choices(syllables, k=rng.choice([1, 2, 3]))) for _ in range(120)})


def sentence(words: list[str], rng: random.Random) -> str:
    return " ".join(rng.choices(words, k=rng.randint(4, 14)))


def labelled(words: list[str], classes: list[str], count: int, rng: random.Random) -> list[dict]:
    """A sentence with two words of its class; each class owns ten."""
    records = []
    for number in range(count):
        label = classes[number % len(classes)]
        first = 10 * CLASSES.index(label)
        inside = rng.choices(words[40:], k=rng.randint(3, 8)) + rng.choices(words[first : first + 10], k=2)
        rng.shuffle(inside)
        records.append({"id": f"example-{rng.randrange(10**9)}", "text": " ".join(inside), "label": label})
    rng.shuffle(records)
    return records


def vocabulary(texts: list[str]) -> list[str]:
    """Letters, syllables and three of four words as a whole. Made rather than trained: a trainer breaks ties as it likes."""
    words = sorted({word for text in texts for word in text.split()})
    letters = sorted(set("".join(words)))
    syllables = sorted({word[i : i + 2] for word in words for i in range(0, len(word), 2)} - set(letters))
    pieces = [mark + piece for mark in ("", "##") for piece in letters + syllables]
    found = list(dict.fromkeys([*SPECIAL, *pieces, *(word for number, word in enumerate(words) if number % 4)]))
    return found + [f"[unused{number}]" for number in range(VOCABULARY - len(found))]


def write_tokenizer(directory: Path, texts: list[str]) -> int:
    """A WordPiece tokenizer; returns the size of its vocabulary."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    ids = {piece: number for number, piece in enumerate(vocabulary(texts))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
    names = {name.strip("[]").lower() + "_token": name for name in SPECIAL}
    (directory / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"} | names))
    return tokenizer.get_vocab_size()


def write_encoder(directory: Path, vocab_size: int) -> None:
    """Random weights without a masked-LM head, as sentence encoders come; with a pooler."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=vocab_size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=MAX_LENGTH,
    )
    BertModel(config).save_pretrained(directory)


def prepare(kind: str, model: Path, inputs: list[Path], output: Path) -> Path:
    arguments = [kind, "--tokenizer", model, "--input", *inputs, "--output", output, "--workers", 1]
    subprocess.run([sys.executable, JOBS / "prepare.py", *map(str, arguments)], check=True, capture_output=True)
    return output


def write_lines(path: Path, records: list[dict]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def make_world(root: Path) -> World:
    rng = random.Random(0)
    words = make_words(rng)
    texts = [sentence(words, rng) for _ in range(200)]
    model = root / "model"
    write_encoder(model, write_tokenizer(model, texts))
    splits = [("train", CLASSES, 64), ("dev", CLASSES, 40), ("test", CLASSES[:-1], 45)]
    inputs = [write_lines(root / f"{name}.jsonl", labelled(words, known, count, rng)) for name, known, count in splits]
    corpus = write_lines(root / "text.jsonl", [{"text": text} for text in texts])
    return World(
        model=model,
        task=prepare("class", model, inputs, root / "task"),
        text=prepare("text", model, [corpus], root / "text"),
    )
