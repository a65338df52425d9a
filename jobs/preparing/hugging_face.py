"""What a Hugging Face directory says about its encoder and tokenizer."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # processes are the parallelism here; threads would oversubscribe

from tokenizers import Tokenizer  # noqa: E402

from .errors import bad_data, io_failure, usage  # noqa: E402

# Positions of these start behind the padding id, so that their table holds fewer.
POSITIONS_AFTER_PAD = ("roberta", "xlm-roberta", "camembert")
SMILES = "smiles"  # in tokenizer_config.json, what its texts are
USUAL_NAMES = {
    "pad": ("[PAD]", "<pad>"),
    "cls": ("[CLS]", "<s>"),
    "sep": ("[SEP]", "</s>"),
    "mask": ("[MASK]", "<mask>"),
    "unk": ("[UNK]", "<unk>"),
}


@dataclass(frozen=True)
class ModelDirectory:
    path: Path
    tokenizer_sha256: str
    vocab_size: int
    longest: int  # tokens the encoder holds
    token_types: int
    special_ids: dict[str, int]  # pad, cls, sep, mask and, where there is one, unk
    of_smiles: bool = False  # made by prepare.py smiles-tokenizer

    @property
    def tokenizer_file(self) -> Path:
        return self.path / "tokenizer.json"


def open_model_directory(path: Path) -> ModelDirectory:
    """Reads config.json and the tokenizer's files. Raises Refusal: 2 where they are missing, 65 where they do not fit."""
    if not path.is_dir():
        raise usage(f"--tokenizer {path} is not a directory; give a Hugging Face directory with config.json and tokenizer.json")
    config, tokenizer_bytes = _parse(path / "config.json"), _read(path / "tokenizer.json")
    vocab_size = _count(config, "vocab_size", path)
    ids = load_tokenizer(path / "tokenizer.json").get_vocab(with_added_tokens=True)
    if max(ids.values()) >= vocab_size:
        raise bad_data(f"{path}: tokenizer.json has token id {max(ids.values())}, but config.json says vocab_size {vocab_size}; "
                       "resize the model's embeddings first")
    special_ids = _special_ids(path, ids)
    return ModelDirectory(path, hashlib.sha256(tokenizer_bytes).hexdigest(), vocab_size,
                          _longest(config, special_ids["pad"], path), _token_types(config, path), special_ids, _of_smiles(path))


def load_tokenizer(file: Path) -> Tokenizer:
    """The fast tokenizer, without the padding and truncation that the file may ask for. Raises Refusal (65)."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more special
        raise bad_data(f"{file} cannot be used as a tokenizer ({error})") from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise usage(f"{path} does not exist; save it with AutoTokenizer.save_pretrained and the model's save_pretrained") from None
    except OSError as error:
        raise io_failure(f"cannot read {path} ({error.strerror})") from None


def _parse(path: Path) -> dict:
    try:
        value = json.loads(_read(path))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise bad_data(f"{path} is not a JSON object")
    return value


def _count(config: dict, key: str, path: Path) -> int:
    value = config.get(key)
    if not isinstance(value, int) or value < 1:
        raise bad_data(f"{path / 'config.json'}: {key} is {value!r}, not a positive whole number")
    return value


def _longest(config: dict, pad_id: int, path: Path) -> int:
    positions = _count(config, "max_position_embeddings", path)
    if config.get("model_type") not in POSITIONS_AFTER_PAD:
        return positions
    declared = config.get("pad_token_id")
    return positions - (pad_id if declared is None else declared) - 1


def _token_types(config: dict, path: Path) -> int:
    if "type_vocab_size" in config:
        return _count(config, "type_vocab_size", path)
    return 2 if config.get("model_type") == "bert" else 1


def _of_smiles(path: Path) -> bool:
    names = path / "tokenizer_config.json"
    return names.exists() and _parse(names).get("texts") == SMILES


def _special_ids(path: Path, ids: dict[str, int]) -> dict[str, int]:
    declared: dict = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        if (path / name).exists():
            declared |= {key: value for key, value in _parse(path / name).items() if value is not None}
    found = {role: _special_id(declared.get(f"{role}_token"), usual, ids) for role, usual in USUAL_NAMES.items()}
    absent = [role for role, token_id in found.items() if token_id is None and role != "unk"]
    if absent:
        raise bad_data(f"{path}: the tokenizer has no {' and no '.join(absent)} token, which a masked encoder needs; "
                       "name it in tokenizer_config.json")
    return {role: token_id for role, token_id in found.items() if token_id is not None}


def _special_id(declared, usual: tuple[str, ...], ids: dict[str, int]) -> int | None:
    if isinstance(declared, dict):
        declared = declared.get("content")
    names = (declared,) if isinstance(declared, str) else usual
    return next((ids[name] for name in names if name in ids), None)
