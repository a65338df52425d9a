"""Which data set stands for each kind of task, and how long both systems train on it: enough to learn visibly."""

import gzip
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import masked_pair
import pair
from words_of_spans import words_of_spans

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "minilm"
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class KindTrial:
    name: str
    data: str
    kind: str  # of prepare.py
    objective: str
    metrics: tuple[str, ...]
    max_length: int
    steps: int
    batch: int = 16
    lr: float = 1e-4
    head_lr: float = 1e-3
    warmup: float = 0.1
    dev: int = 1000  # the first examples of dev
    words: bool = False  # answers about a text become labels of its words

    def settings(self, seed: int, dropout: str) -> dict[str, object]:
        """Of tartan's configuration."""
        stage = {key: getattr(self, key) for key in ("steps", "lr", "head_lr", "warmup")}
        return {
            "run.seed": seed,
            "model.path": MODEL.resolve(),
            "train.dropout": dropout,
            "task.end.objective": self.objective,
            "task.end.metric": self.metrics[0],
            "task.end.batch": self.batch,
        } | {f"stage.finetune.{key}": value for key, value in stage.items()}

    def run_pair(self, seed: int, dropout: str, data: Path, folder: Path, threads: int) -> dict[str, dict]:
        return pair.run_pair(self.settings(seed, dropout), data, self.max_length, folder, threads)

    def facts(self) -> dict:
        return json.loads(json.dumps(asdict(self)))

    def prepare(self, folder: Path) -> Path:
        """train.jsonl, dev.jsonl and `prepared` in `folder`, made once."""
        if (folder / "prepared" / "manifest.json").exists():
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        inputs = [folder / "train.jsonl", folder / "dev.jsonl"]
        for path in inputs:
            path.write_text("".join(f"{line}\n" for line in self.lines(path.stem)), encoding="utf-8")
        command = [sys.executable, ROOT / "jobs" / "prepare.py", self.kind, "--tokenizer", MODEL, "--workers", 1,
                   "--max-length", self.max_length, "--input", *inputs, "--output", folder / "prepared"]
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
        return folder

    def lines(self, split: str) -> list[str]:
        lines = (SHARED / self.data / f"{split}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        lines = words_of_spans(lines) if self.words else lines
        return lines[: self.dev] if split == "dev" else lines


class MaskedTrial(KindTrial):
    """Masks are each system's own, those of dev the same for both; dev: the last records of a corpus."""

    def settings(self, seed: int, dropout: str) -> dict[str, object]:
        stage = {f"stage.dapt.{key}": getattr(self, key) for key in ("steps", "lr", "warmup")}
        return stage | {"run.seed": seed, "model.path": MODEL.resolve(), "train.dropout": dropout, "task.text.batch": self.batch}

    def run_pair(self, seed: int, dropout: str, data: Path, folder: Path, threads: int) -> dict[str, dict]:
        return masked_pair.run_pair(self.settings(seed, dropout), data, self.max_length, folder, threads)

    def lines(self, split: str) -> list[str]:
        with gzip.open(SHARED / "corpora" / f"{self.data}.jsonl.gz", "rt", encoding="utf-8") as file:
            lines = file.read().split("\n")[:-1]
        return lines[-self.dev :] if split == "dev" else lines[: -self.dev]


TRIALS = {trial.name: trial for trial in (
    KindTrial("single", "trec", "class", "classification", ("accuracy", "macro-f1"), 64, steps=80),
    KindTrial("pair", "snli_small", "class", "classification", ("accuracy", "macro-f1"), 64, steps=80),
    KindTrial("multilabel", "goemotions", "multilabel", "multilabel", ("roc-auc",), 64, steps=80),
    KindTrial("regression", "stsb", "regression", "regression", ("pearson", "spearman"), 96, steps=60),
    KindTrial("choice", "commonsenseqa", "choice", "choice", ("accuracy",), 64, steps=40),
    KindTrial("span", "squad_small", "span", "span", ("f1", "exact-match"), 192, steps=40, dev=500),
    KindTrial("words", "restaurant8k", "token-class", "token-classification", ("f1", "macro-f1"), 64, steps=60, words=True),
    MaskedTrial("masked", "acl_papers", "text", "mlm", ("accuracy", "cross-entropy"), 64, steps=120, lr=5e-4, dev=500),
)}
