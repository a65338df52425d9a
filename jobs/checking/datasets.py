"""Variants as HDF5 data sets below a check's directory. What is there already is left alone."""

import sys
from pathlib import Path

from preparing.options import Options
from preparing.pipeline import prepare

from .records import Records, write
from .request import Request


class Datasets:
    """DIRECTORY/data/NAME, prepared from DIRECTORY/text/NAME.*.jsonl."""

    def __init__(self, request: Request):
        self.request = request

    def labelled(self, name: str, train: Records, dev: Records, test: Records, labels_from: Path | None = None) -> Path:
        """`labels_from`: a data set whose label names it has, whatever labels its own train has."""
        return self._prepare("class", name, {"train": train, "dev": dev, "test": test}, labels_from)

    def only(self, name: str, records: Records, labels_from: Path) -> Path:
        """A labelled data set of one split."""
        return self._prepare("class", name, {"train": records}, labels_from)

    def text(self, name: str, records: Records) -> Path:
        return self._prepare("text", name, {"train": records})

    def _prepare(self, kind: str, name: str, splits: dict[str, Records], labels_from: Path | None = None) -> Path:
        output = self.request.output / "data" / name
        inputs = [write(self.request.output / "text" / f"{name}.{split}.jsonl", records)
                  for split, records in splits.items()]
        manifest, stamp = output / "manifest.json", self.request.output / "text" / f"{name}.prepared"
        made_by = f"model {self.request.model.resolve()}\nmax_length {self.request.max_length}\n"
        current = manifest.exists() and stamp.exists() and stamp.read_text() == made_by
        if current and all(manifest.stat().st_mtime >= path.stat().st_mtime for path in inputs):
            return output
        print(f"checks.py: preparing {output}", file=sys.stderr)
        prepare(Options(kind=kind, tokenizer=self.request.model, inputs=inputs, output=output,
                        labels_from=str(labels_from) if labels_from else None, max_length=self.request.max_length,
                        overwrite=True))
        stamp.write_text(made_by)
        return output
