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

    def labelled(self, name: str, train: Records, dev: Records, test: Records) -> Path:
        return self._prepare("class", name, {"train": train, "dev": dev, "test": test})

    def text(self, name: str, records: Records) -> Path:
        return self._prepare("text", name, {"train": records})

    def _prepare(self, kind: str, name: str, splits: dict[str, Records]) -> Path:
        output = self.request.output / "data" / name
        inputs = [write(self.request.output / "text" / f"{name}.{split}.jsonl", records)
                  for split, records in splits.items()]
        manifest = output / "manifest.json"
        if manifest.exists() and all(manifest.stat().st_mtime >= path.stat().st_mtime for path in inputs):
            return output
        print(f"checks.py: preparing {output}", file=sys.stderr)
        prepare(Options(kind=kind, tokenizer=self.request.model, inputs=inputs, output=output,
                        max_length=self.request.max_length, overwrite=True))
        return output
