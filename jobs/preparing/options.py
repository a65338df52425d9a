"""What prepare.py was asked for."""

from dataclasses import dataclass
from pathlib import Path

SPLITS = ("train", "dev", "test")
WORDS, WHOLE = "words", "whole"  # what an excluded text shares with evaluation texts
MOST_WORKERS = 8  # unless more are asked for


@dataclass(frozen=True)
class Options:
    kind: str
    tokenizer: Path
    inputs: list[Path]  # train, dev, test
    output: Path
    map: tuple[str, ...] = ()  # OUR_NAME=FIELD
    exclude: tuple[Path, ...] = ()  # evaluation files
    exclude_by: str | None = None  # WORDS or WHOLE; whole for a tokenizer of SMILES, else words
    unlabelled: bool = False  # kinds with labels
    labels_from: str | None = None  # kinds whose labels have names: DIR, FILE or DIR:TASK
    split: str | None = None  # kinds with labels: shares of train, dev and test in the one input
    seed: int | None = None  # of the split, or of the clusters
    text_output: Path | None = None  # kinds with labels: directory for the texts of train as a data set of kind text
    pack_documents: bool = False  # kind text
    stride: int | None = None  # kind span: tokens that neighbouring windows share
    retrieve_for: tuple[Path, ...] = ()  # kind text: files of the task's texts
    top_k: int | None = None  # of retrieve_for
    clusters: int | None = None  # kind text: output/cluster-0 … instead of one data set
    max_length: int | None = None  # tokens; what the encoder holds
    shard_tokens: int = 64 << 20
    workers: int | None = None  # processes; the cores this process may use, at most MOST_WORKERS
    overwrite: bool = False

    @property
    def splits(self) -> tuple[str, ...]:
        """The one input without labels can only be predicted, and `tartan predict` looks for a test split."""
        return ("test",) if self.unlabelled and len(self.inputs) == 1 else SPLITS

    @property
    def files(self) -> list[Path]:
        """All that the texts of the output depend on."""
        return [*self.inputs, *self.exclude, *self.retrieve_for]

    @property
    def outputs(self) -> list[Path]:
        """The data sets to write, but for text_output."""
        return [self.output / f"cluster-{number}" for number in range(self.clusters)] if self.clusters else [self.output]

    @property
    def that_shape_the_output(self) -> dict:
        """As a JSON value, but for the contents of files."""
        passing = ("tokenizer", "output", "text_output", "workers", "overwrite")
        return {name: value if isinstance(value, int | str | None) else list(map(str, value))
                for name, value in vars(self).items() if name not in passing}
