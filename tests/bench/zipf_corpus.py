#!/usr/bin/env python3
"""Writes generated text: whole words of a tokenizer's vocabulary, as frequent as Zipf's law says, in JSON lines.

    .venv/bin/python tests/bench/zipf_corpus.py --tokenizer models/minilm --megabytes 1000 --output corpus.jsonl
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

TEXTS_AT_ONCE = 2_000
MEAN_WORDS = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True, metavar="DIR")
    parser.add_argument("--megabytes", type=float, required=True, help="of text lines, before compression")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".jsonl, or .jsonl.gz")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_corpus(options.tokenizer, int(options.megabytes * 1e6), options.output, options.seed)


def write_corpus(tokenizer: Path, num_bytes: int, output: Path, seed: int = 1) -> None:
    """Texts of 20 to 220 words until `num_bytes` are written; the same bytes for the same arguments."""
    random = np.random.default_rng(seed)
    words = whole_words(tokenizer)
    shares = 1 / np.arange(1, len(words) + 1)
    cumulated = np.cumsum(shares / shares.sum())
    with gzip.open(output, "wb", compresslevel=6) if output.suffix == ".gz" else open(output, "wb") as file:
        while num_bytes > 0:
            num_bytes -= file.write(lines(words, cumulated, random))


def whole_words(tokenizer: Path) -> np.ndarray:
    """In an order that has nothing to do with the alphabet: by id."""
    vocabulary = Tokenizer.from_file(str(tokenizer / "tokenizer.json")).get_vocab(with_added_tokens=False)
    in_order = sorted(vocabulary, key=vocabulary.__getitem__)
    return np.array([word for word in in_order if word.isalpha() and len(word) > 1])


def lines(words: np.ndarray, cumulated: np.ndarray, random: np.random.Generator) -> bytes:
    lengths = random.integers(MEAN_WORDS - 100, MEAN_WORDS + 101, TEXTS_AT_ONCE)
    drawn = words[np.minimum(np.searchsorted(cumulated, random.random(lengths.sum())), len(words) - 1)]
    texts = np.split(drawn, np.cumsum(lengths)[:-1])
    return b"".join(json.dumps({"text": " ".join(text)}).encode("ascii") + b"\n" for text in texts)


if __name__ == "__main__":
    main()
