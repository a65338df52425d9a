"""A Hugging Face directory for a tokenizer of SMILES, with the configuration of a small BERT that has no weights yet."""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from .disk import write_whole
from .hugging_face import SMILES
from .smiles import PIECE

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]  # ids 0 to 4
NUM_SPECIAL = 2  # around a single text
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")
TINY = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}  # BERT-tiny


def write_files(directory: Path, vocabulary: list[str], max_length: int) -> None:
    """Ids are places in the vocabulary, which begins with SPECIAL."""
    contents = {"config.json": _config(len(vocabulary), max_length), "tokenizer_config.json": _names(max_length),
                "tokenizer.json": json.loads(_tokenizer(vocabulary).to_str())}
    for name, content in contents.items():
        write_whole(directory / name, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def _tokenizer(vocabulary: list[str]) -> Tokenizer:
    """Nothing is lower-cased; white space at the ends goes, within a text it is unknown, for no SMILES has any."""
    tokenizer = Tokenizer(models.WordLevel({piece: number for number, piece in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Strip()
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PIECE), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, SPECIAL.index(name)) for name in ("[CLS]", "[SEP]")])
    return tokenizer


def _names(max_length: int) -> dict:
    names = {f"{name[1:-1].lower()}_token": name for name in SPECIAL}
    return names | {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": max_length,
                    "clean_up_tokenization_spaces": False, "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
                    "texts": SMILES}


def _config(vocab_size: int, max_length: int) -> dict:
    return {"architectures": ["BertForMaskedLM"], "model_type": "bert", "vocab_size": vocab_size, **TINY,
            "max_position_embeddings": max_length, "type_vocab_size": 2, "pad_token_id": SPECIAL.index("[PAD]"),
            "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
            "layer_norm_eps": 1e-12, "position_embedding_type": "absolute"}
