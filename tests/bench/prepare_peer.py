#!/usr/bin/env python3
"""What Hugging Face's datasets do with the same corpus: tokenise in `map` and keep the result as Arrow files.

    PYTHON tests/bench/prepare_peer.py --tokenizer models/minilm --input corpus.jsonl --output DIR --workers 2

PYTHON is an interpreter that has `datasets` and `tokenizers`; neither the network nor the home directory is used.
"""

import argparse
import os
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}

import datasets  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

MAX_LENGTH = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--workers", type=int, required=True)
    options = parser.parse_args()
    datasets.disable_progress_bars()
    tokenizer = Tokenizer.from_file(str(options.tokenizer / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH)
    texts = datasets.load_dataset("json", data_files=str(options.input), split="train",
                                  cache_dir=str(options.output / "cache"))
    features = datasets.Features({"input_ids": datasets.Sequence(datasets.Value("int32"))})
    encoded = texts.map(Encode(tokenizer), batched=True, remove_columns=["text"], num_proc=options.workers,
                        features=features)
    encoded.save_to_disk(str(options.output / "data"))
    print(sum(map(len, encoded.select(range(1000))["input_ids"])))


class Encode:
    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer

    def __call__(self, batch: dict) -> dict:
        return {"input_ids": [encoding.ids for encoding in self._tokenizer.encode_batch_fast(batch["text"])]}


if __name__ == "__main__":
    main()
