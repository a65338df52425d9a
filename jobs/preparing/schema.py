"""Checks a shard against its schema in hdf5_schemas/."""

import json
import re
from pathlib import Path

import h5py
import numpy as np

from .errors import bad_data

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "hdf5_schemas" / "tartan.examples.v1.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
ALIGNMENT = SCHEMA["layout"]["alignment_bytes"]
BLOCK_VALUES = 1 << 20


def check_file(path: Path) -> None:
    """Checks attributes, data sets, their layout and every value. Raises Refusal (65) naming the first thing wrong."""
    try:
        with h5py.File(path, "r") as file:
            Check(path, file).run()
    except OSError as error:
        raise bad_data(f"{path} is not a whole HDF5 file ({error})") from None


class Check:
    def __init__(self, path: Path, file: h5py.File):
        self._path, self._file = path, file
        self._attributes: dict = {}

    def run(self) -> None:
        for name, wanted in SCHEMA["attributes"].items():
            self._attribute(name, wanted)
        for name in self._file:
            self._require(name in SCHEMA["datasets"], f"data set {name} is not in the schema")
        for name, wanted in SCHEMA["datasets"].items():
            self._dataset(name, wanted)
        for rule in SCHEMA["rules"]:
            if rule["dataset"] in self._file:
                getattr(self, f"_rule_{rule['rule']}")(self._file[rule["dataset"]], rule)

    def _require(self, holds: bool, problem: str) -> None:
        if not holds:
            raise bad_data(f"{self._path}: {problem} (schema {SCHEMA['schema']}, version {SCHEMA['version']})")

    def _attribute(self, name: str, wanted: dict) -> None:
        if name not in self._file.attrs:
            return self._require(not wanted["required"], f"attribute {name} is missing")
        raw = self._file.attrs.get_id(name)
        self._require(raw.shape == () and type_name(raw.dtype) == wanted["type"], f"attribute {name} is not one {wanted['type']}")
        value = self._attributes[name] = self._plain(self._file.attrs[name])
        self._require(value in wanted.get("one_of", [value]), f"attribute {name} is {value!r}")
        self._require(re.fullmatch(wanted.get("pattern", "(?s).*"), str(value)) is not None, f"attribute {name} is {value!r}")
        self._require(value >= self._bound(wanted["from"]) if "from" in wanted else True, f"attribute {name} is {value}")
        self._require(value < self._bound(wanted["below"]) if "below" in wanted else True, f"attribute {name} is {value}")

    @staticmethod
    def _plain(value):
        return value.decode("utf-8") if isinstance(value, bytes) else value if isinstance(value, str) else int(value)

    def _dataset(self, name: str, wanted: dict) -> None:
        of_this_kind = self._attributes["kind"] in wanted.get("kinds", [self._attributes["kind"]])
        if name not in self._file:
            must = wanted["required"] and of_this_kind or self._attributes["kind"] in wanted.get("required_kinds", ())
            return self._require(not must, f"data set {name} is missing")
        data = self._file[name]
        self._require(of_this_kind, f"data set {name} does not belong to kind {self._attributes['kind']}")
        self._require(isinstance(data, h5py.Dataset) and self._file.get(name, getlink=True).__class__ is h5py.HardLink,
                      f"{name} is not a data set of this file")
        self._require(type_name(data.dtype) in wanted["types"], f"data set {name} is of type {data.dtype}")
        self._require(data.ndim == wanted["rank"] and data.size > 0, f"data set {name} has shape {data.shape}")
        self._layout(name, data)

    def _layout(self, name: str, data: h5py.Dataset) -> None:
        contiguous = data.id.get_create_plist().get_layout() == h5py.h5d.CONTIGUOUS
        self._require(contiguous and not data.external, f"data set {name} is not contiguous in this file")
        offset = data.id.get_offset()
        self._require(offset is not None and offset % ALIGNMENT == 0, f"data set {name} does not start at a multiple of {ALIGNMENT} bytes")

    def _bound(self, bound) -> int:
        if isinstance(bound, int):
            return bound
        length = re.fullmatch(r"length\((\w+)\)", bound)
        if length:
            return self._file[length[1]].size if length[1] in self._file else 0
        return self._attributes[bound]

    def _rule_offsets(self, data: h5py.Dataset, rule: dict) -> None:
        end = self._bound(rule["end"]) - rule.get("end_minus", 0)
        values = data[()]
        self._require(values[0] == 0 and values[-1] == end and bool((values[1:] > values[:-1]).all()),
                      f"data set {rule['dataset']} does not rise from 0 to {end}")

    def _rule_steps_at_most(self, data: h5py.Dataset, rule: dict) -> None:
        longest, bound = int(np.diff(data[()]).max(initial=0)), self._bound(rule["bound"])
        self._require(longest <= bound, f"a sequence has {longest} tokens, more than {rule['bound']} {bound}")

    def _rule_range(self, data: h5py.Dataset, rule: dict) -> None:
        first, below = self._bound(rule["from"]), self._bound(rule["below"])
        for start in range(0, data.size, BLOCK_VALUES):
            block = data[start:start + BLOCK_VALUES]
            self._require(int(block.min()) >= first and int(block.max()) < below,
                          f"data set {rule['dataset']} has values outside [{first}, {below})")

    def _rule_length(self, data: h5py.Dataset, rule: dict) -> None:
        wanted = (self._bound(rule["equals"]) - rule.get("equals_minus", 0)) * self._bound(rule.get("times", 1))
        self._require(data.size == wanted, f"data set {rule['dataset']} has {data.size} values, not {wanted}")

    def _rule_not_infinite(self, data: h5py.Dataset, rule: dict) -> None:
        self._require(not np.isinf(data[()]).any(), f"data set {rule['dataset']} has values that are not finite")

    def _rule_below_steps(self, data: h5py.Dataset, rule: dict) -> None:
        steps = np.diff(self._file[rule["steps_of"]][()].astype(np.int64))
        self._require(bool((data[()] >= rule["from"]).all() and (data[()] < steps).all()),
                      f"data set {rule['dataset']} has values outside the steps of {rule['steps_of']}")

    def _rule_pairs_below_steps(self, data: h5py.Dataset, rule: dict) -> None:
        first, last = data[()].astype(np.int64).reshape(-1, 2).T
        steps = np.diff(self._file[rule["steps_of"]][()].astype(np.int64))
        unlabelled = (first == last) & (first == rule["from"])
        self._require(bool((unlabelled | ((first >= 0) & (first <= last) & (last < steps))).all()),
                      f"data set {rule['dataset']} has pairs outside the steps of {rule['steps_of']}")

    def _rule_pairs_within_contexts(self, data: h5py.Dataset, rule: dict) -> None:
        texts, starts = (self._file[name][()].astype(np.int64) for name in ("example_texts", "text_starts"))
        tokens = self._file["sequence_starts"][()].astype(np.int64)[self._file["example_starts"][()].astype(np.int64)]
        lengths = starts[texts[:-1] + 1] - starts[texts[:-1]] - 1
        first, end = data[()].reshape(-1, 2).T
        self._require(bool(((first <= end) & (end <= np.repeat(lengths, np.diff(tokens)))).all()),
                      f"data set {rule['dataset']} has pairs outside their contexts")


def type_name(dtype: np.dtype) -> str:
    """The schema's name of a stored type; NumPy's own where the schema has none."""
    string = h5py.check_string_dtype(dtype)
    if string is not None:
        return "string" if string.encoding == "utf-8" and string.length is not None else "other string"
    return str(dtype)
