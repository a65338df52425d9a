#!/usr/bin/env python3
"""Turns text into tokenised HDF5 shards that tartan trains on.

prepare.py class --tokenizer models/minilm --input train.jsonl dev.jsonl test.jsonl --output data/acl_arc
prepare.py text  --tokenizer models/minilm --input corpus.jsonl.gz --output data/acl_text
prepare.py regression --tokenizer models/minilm --input train.jsonl dev.jsonl test.jsonl --output data/stsb
prepare.py multilabel --tokenizer models/minilm --input toxic.csv --map labels=toxic,rude --split 0.8,0.1,0.1 --output data/toxic
prepare.py choice --tokenizer models/minilm --input train.jsonl dev.jsonl test.jsonl --output data/copa
prepare.py span  --tokenizer models/minilm --input train.jsonl dev.jsonl test.jsonl --output data/squad
prepare.py token-class --tokenizer models/minilm --input train.jsonl dev.jsonl test.jsonl --output data/names
prepare.py text  --tokenizer models/minilm --input corpus.jsonl.gz --output data/parts --clusters 8
prepare.py text  --tokenizer models/minilm --input corpus.jsonl.gz --output data/near --retrieve-for train.jsonl --top-k 50
prepare.py class --tokenizer models/minilm --input all.csv --split 0.8,0.1,0.1 --output data/end --text-output data/task_text
prepare.py smiles-tokenizer --input smiles.jsonl.gz --output models/smiles
prepare.py molecules --derive descriptor:MolLogP --input smiles.jsonl.gz --output logp.jsonl.gz
prepare.py class --tokenizer models/minilm --input new.csv --map text=review --unlabelled \\
    --labels-from runs/x/best --output data/new

A run that was stopped, or that the machine failed (full disk, killed worker), goes on after its last whole shard when
the same command is given again.
"""

import argparse
import sys
import traceback
from pathlib import Path

from preparing import stopping
from preparing.deriving import MoleculeOptions, derive
from preparing.errors import BUG, IO, STOPPED, Refusal
from preparing.kinds import KINDS
from preparing.options import MOST_WORKERS, WHOLE, WORDS, Options
from preparing.output import goes_on
from preparing.pipeline import prepare
from preparing.retrieved_rows import TOP_K
from preparing.shards import SHARD_BYTES
from preparing.smiles_tokenizer import TokenizerOptions, write_tokenizer

Asked = Options | TokenizerOptions | MoleculeOptions
DEEDS = {Options: prepare, TokenizerOptions: write_tokenizer, MoleculeOptions: derive}
SMILES_TOKENIZER, MOLECULES = "smiles-tokenizer", "molecules"
SMILES_HELP = "not data, but a tokenizer: one token for each atom, bond, bracket and ring closure of molecules written as SMILES"
MOLECULES_HELP = "not shards, but records to make them of: molecules (SMILES) with labels that RDKit derives from their structure"
SEEDS = 1 << 32
MAP_HELP = "what the input calls our fields, such as text=smiles"


def parse(arguments: list[str] | None) -> Asked:
    parser = argparse.ArgumentParser(prog="prepare.py", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind in KINDS.values():
        command = kind.name.replace("_", "-")
        chosen = kinds.add_parser(command, aliases=[kind.name] * (kind.name != command), help=kind.help,
                                  description=kind.help, allow_abbrev=False)
        add_options(chosen)
        add_options_of_text(chosen) if kind.name == "text" else add_options_of_labels(chosen)
        if kind.has_windows:
            add_options_of_windows(chosen)
    for name, about, add in ((SMILES_TOKENIZER, SMILES_HELP, add_options_of_smiles), (MOLECULES, MOLECULES_HELP, add_options_of_molecules)):
        add(kinds.add_parser(name, help=about, description=about, allow_abbrev=False))
    given = vars(parser.parse_args(arguments))
    kind = given.pop("kind")
    if kind in (SMILES_TOKENIZER, MOLECULES):
        return (TokenizerOptions if kind == SMILES_TOKENIZER else MoleculeOptions)(**given)
    return Options(kind=kind.replace("-", "_"), **given)


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--tokenizer", type=Path, required=True, metavar="DIR",
        help="Hugging Face directory: config.json, tokenizer.json")
    add("--input", dest="inputs", type=Path, nargs="+", required=True, metavar="FILE",
        help="train, dev, test in this order, or train alone; .jsonl, .csv or .tsv with a header line (.csv quotes as "
             "RFC 4180 says, .tsv has no quoting), or plain .txt (where no label is needed); each also .gz")
    add("--output", type=Path, required=True, metavar="DIR", help="directory to make")
    add("--map", nargs="+", default=(), metavar="OURS=THEIRS",
        help="what the input calls our fields, such as text=review label=stars; without it, fields have our names; values stay "
             "as they are: places count from 0")
    add("--exclude", type=Path, nargs="+", default=(), metavar="FILE",
        help="evaluation files; examples of train (or of the only split) that share 8 words in a row with one of their "
             "texts (or halves of pairs), hold a whole one of 4 to 7 words, or are the same as a shorter one, are left out "
             "and counted; any format of --input; a word is a run of letters and digits, so in a language without spaces a "
             "whole clause is one")
    add("--exclude-by", choices=(WORDS, WHOLE),
        help="whole: of --exclude only what is one of the texts (or halves of pairs) letter for letter, or holds one as half of "
             "a pair, beside a question or among several texts; words, as above, is the default but for a tokenizer of SMILES, "
             "which have no words and whose case counts")
    add("--max-length", type=positive, metavar="N", help="tokens per sequence; default: what the encoder holds (of kind span at most 384)")
    add("--shard-tokens", type=positive, default=Options.shard_tokens, metavar="N",
        help="a new shard starts before one has more tokens (default: %(default)s) or takes more than "
             f"{SHARD_BYTES >> 20} MiB")
    add("--workers", type=positive, metavar="N",
        help=f"processes that tokenise, each in memory of its own; default: the cores at hand, at most {MOST_WORKERS}")
    add("--overwrite", action="store_true", help="replace an output that this program wrote before")


def add_options_of_labels(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--unlabelled", action="store_true",
        help="records have no label, or theirs is not read; one input becomes the split test, as tartan predict expects")
    add("--labels-from", metavar="PATH",
        help="label names, and their order, of a prepared directory (its train split), of a shard, or of a trained model "
             "such as runs/x/best (runs/x/best:TASK where it has several), so that new data fits a trained head")
    add("--split", metavar="SHARES",
        help="the one input holds all labelled texts: divide it into train, dev and test by shares such as 0.8,0.1,0.1, "
             "each label alike; texts with the same words (molecules written alike) stay together, records without a label go "
             "to train")
    add("--seed", type=seed, metavar="N", help="of --split: another seed, another division; default: 0")
    add("--text-output", type=Path, metavar="DIR",
        help="a second directory to make: the texts of train without their labels, as kind text writes them, for masked "
             "language modelling on the task's own text")


def add_options_of_text(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack-documents", action="store_true",
                        help="running text: join documents with the separator token and cut them into sequences of "
                             "--max-length, losing no token; a document is a record, or in .txt lines up to a blank line")
    parser.add_argument("--retrieve-for", type=Path, nargs="+", default=(), metavar="FILE",
                        help="texts of a task, such as its train file (any format of --input): keep of the corpus only what BM25 "
                             "ranks among the best for one of them, in the order of the corpus; words are those of --exclude, "
                             "which comes first; for 280 MB of text and 1,688 texts of a task it takes 830 MiB of memory and a minute")
    parser.add_argument("--top-k", type=positive, metavar="K",
                        help=f"of --retrieve-for: so many for each text of the task; default: {TOP_K}; texts that share no word "
                             "with it are never kept")
    parser.add_argument("--clusters", type=positive, metavar="K",
                        help="divide the corpus by its words into K data sets OUTPUT/cluster-0 ..., the largest first, "
                             "and print the [task.*] sections under which each gets a weight of its own; order and number "
                             "of the texts stay")
    parser.add_argument("--seed", type=seed, metavar="N", help="of --clusters: another seed, another division; default: 0")


def add_options_of_windows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stride", type=positive, metavar="N",
                        help="tokens that neighbouring windows of a long context share; at most half of a window is shared; "
                             "default: a third of --max-length")


def add_options_of_smiles(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--input", dest="inputs", type=Path, nargs="+", required=True, metavar="FILE",
        help="molecules to train on, one SMILES a record, in any format that other kinds take; their pieces are the vocabulary, "
             "and a piece of another molecule is [UNK]")
    add("--output", type=Path, required=True, metavar="DIR", help="directory to make: tokenizer.json, tokenizer_config.json, "
                                                                  "config.json (of a tiny BERT without weights)")
    add("--map", nargs="+", default=(), metavar="OURS=THEIRS", help=MAP_HELP)
    add("--max-length", type=positive, default=TokenizerOptions.max_length, metavar="N",
        help="tokens that the encoder is to hold (default: %(default)s)")
    add("--overwrite", action="store_true", help="replace a tokenizer that is there; a directory with weights is left alone")


def add_options_of_molecules(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--input", dest="inputs", type=Path, nargs="+", required=True, metavar="FILE",
        help="molecules, one SMILES a record, in any format that other kinds take")
    add("--derive", required=True, metavar="WHAT",
        help="descriptor:NAME, a number such as MolLogP, for kind regression; clusters:K, which of K clusters of Morgan "
             "fingerprints, for kind class; spellings, another SMILES of the same molecule beside the given, for kind text "
             "(objective contrast-pairs)")
    add("--output", type=Path, required=True, metavar="FILE", help="file to make, .jsonl or .jsonl.gz: the --input of that kind")
    add("--map", nargs="+", default=(), metavar="OURS=THEIRS", help=MAP_HELP)
    add("--seed", type=seed, metavar="N", help="of clusters and spellings: another seed, other ones; default: 0")
    add("--overwrite", action="store_true", help="replace a file that is there")


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def seed(text: str) -> int:
    """As scikit-learn takes them."""
    if not (text.isdecimal() and int(text) < SEEDS):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to {SEEDS - 1}")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 done, else one of preparing/errors.py."""
    options = parse(arguments)
    try:
        print(DEEDS[type(options)](options))
        return 0
    except Refusal as refusal:
        way_on = next_time(options) if refusal.status == IO else ""
        print(f"prepare.py: {refusal.message}{way_on}", file=sys.stderr)
        return refusal.status
    except KeyboardInterrupt:
        print(f"prepare.py: stopped by a signal; {options.output} was left as it was{next_time(options)}",
              file=sys.stderr)
        return STOPPED
    except OSError as error:
        if error.errno is None:  # from a library, not from the system
            return report_bug()
        what = f"use {error.filename}" if error.filename else "read or write"
        print(f"prepare.py: cannot {what} ({error.strerror}); check permissions and free space"
              f"{next_time(options)}", file=sys.stderr)
        return IO
    except Exception:
        return report_bug()


def next_time(options: Asked) -> str:
    """What the same command will do after a signal or a failure of the machine."""
    left = any(goes_on(output) for output in options.outputs)
    return "; the same command " + ("goes on after the last whole shard" if left else "starts anew")


def report_bug() -> int:
    """To be called where an exception is handled."""
    traceback.print_exc()
    print("prepare.py: this is a bug of prepare.py; please report it with the lines above", file=sys.stderr)
    return BUG


if __name__ == "__main__":
    stopping.listen()
    sys.exit(main())
