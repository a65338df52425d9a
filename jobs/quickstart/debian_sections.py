"""The quick start's data: from a Debian package's description, tell its section of the archive.

Writes below --output/text: sections/{train,dev,test}.jsonl (text and label), task_text.jsonl (the train texts) and
other_text.jsonl (descriptions of other packages), for masked language modelling. The same for the same lists and seed.

- A source package stands on one side only, by one of its packages: siblings' descriptions repeat each other.
- No labelled text shares over half of its 8-grams with another labelled text, nor any auxiliary text with dev or test.
- Classes are balanced as far as sources allow, in test too: with natural proportions the small sections would have a
  handful of test texts each, and macro-F1, which counts all sections alike, would hang on those.
"""

import argparse
import json
import random
from collections import Counter, defaultdict
from pathlib import Path

from debian_lists import Package, read_packages
from overlap import OverlapIndex

# Sections that say what a package is for. Left out: sections given by a package's form or language, which its name or
# a stock phrase tells (libs, libdevel, doc, fonts, introspection, kernel, perl, python, ruby, rust, golang, haskell,
# java, gnu-r ...), those that are no subject (misc, debug, oldlibs, metapackages, tasks, localization), and those with
# too few source packages.
SECTIONS = (
    "admin", "database", "devel", "editors", "electronics", "games", "gnome", "graphics", "interpreters", "kde",
    "mail", "math", "net", "science", "sound", "text", "utils", "video", "web", "x11",
)  # fmt: skip
TRAIN_PER_SECTION = 15
DEV_PER_SECTION = 15
TEST_EXAMPLES = 2_000
OTHER_TEXTS = 20_000
MAX_WORDS = 100  # 9 in 10 descriptions are shorter


def main() -> None:
    arguments = parse_arguments()
    packages = read_packages(arguments.output / "apt")
    labelled = draw_labelled(packages, random.Random(f"labelled {arguments.seed}"))
    splits = divide(labelled, random.Random(f"order {arguments.seed}"))
    other = draw_other(packages, splits, random.Random(f"other {arguments.seed}"))
    write(arguments.output / "text", splits, other)
    print_summary(splits, other)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("data/quickstart"))
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def shorten(text: str) -> str:
    return " ".join(text.split()[:MAX_WORDS])


def draw_labelled(packages: list[Package], rng: random.Random) -> dict[str, list[Package]]:
    """Candidates of each section in random order: one package of a source, no text close to an earlier one."""
    order = rng.sample(packages, len(packages))
    drawn: dict[str, list[Package]] = {section: [] for section in SECTIONS}
    sources: set[str] = set()
    index = OverlapIndex()
    limit = TRAIN_PER_SECTION + DEV_PER_SECTION + 2 * TEST_EXAMPLES // len(SECTIONS)
    for package in order:
        candidates = drawn.get(package.section)
        if candidates is None or len(candidates) == limit or package.source in sources:
            continue
        if not index.overlaps(text := shorten(package.text)):
            index.add(text)
            sources.add(package.source)
            candidates.append(package)
    return drawn


def share_evenly(total: int, available: dict[str, int]) -> dict[str, int]:
    """Shares of `total`, equal but for classes that have too little; the others take over what those lack."""
    shares: dict[str, int] = {}
    for place, name in enumerate(sorted(available, key=lambda name: (available[name], name))):
        shares[name] = min(available[name], (total - sum(shares.values())) // (len(available) - place))
    return shares


def divide(labelled: dict[str, list[Package]], rng: random.Random) -> dict[str, list[Package]]:
    for section, packages in labelled.items():
        if len(packages) <= TRAIN_PER_SECTION + DEV_PER_SECTION:
            raise SystemExit(f"section {section} has only {len(packages)} source packages; take it out of SECTIONS")
    train_end, test_begin = TRAIN_PER_SECTION, TRAIN_PER_SECTION + DEV_PER_SECTION
    shares = share_evenly(TEST_EXAMPLES, {name: len(packages) - test_begin for name, packages in labelled.items()})
    parts = {
        "train": [package for packages in labelled.values() for package in packages[:train_end]],
        "dev": [package for packages in labelled.values() for package in packages[train_end:test_begin]],
        "test": [p for name, packages in labelled.items() for p in packages[test_begin : test_begin + shares[name]]],
    }
    return {name: rng.sample(part, len(part)) for name, part in parts.items()}


def draw_other(packages: list[Package], splits: dict[str, list[Package]], rng: random.Random) -> list[str]:
    """Distinct descriptions from all sections, none from a source of dev or test nor close to a text of theirs."""
    held_out = splits["dev"] + splits["test"]
    sources = {package.source for package in held_out}
    index = OverlapIndex(shorten(package.text) for package in held_out)
    seen = {shorten(package.text) for package in splits["train"]}
    texts: list[str] = []
    for package in rng.sample(packages, len(packages)):
        text = shorten(package.text)
        if len(texts) == OTHER_TEXTS:
            break
        if package.source not in sources and text not in seen and not index.overlaps(text):
            seen.add(text)
            texts.append(text)
    return texts


def write(folder: Path, splits: dict[str, list[Package]], other: list[str]) -> None:
    for name, packages in splits.items():
        rows = [{"text": shorten(package.text), "label": package.section} for package in packages]
        write_lines(folder / "sections" / f"{name}.jsonl", rows)
    write_lines(folder / "task_text.jsonl", [{"text": shorten(package.text)} for package in splits["train"]])
    write_lines(folder / "other_text.jsonl", [{"text": text} for text in other])


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    part.rename(path)


def print_summary(splits: dict[str, list[Package]], other: list[str]) -> None:
    counts = defaultdict(Counter)
    for name, packages in splits.items():
        counts[name].update(package.section for package in packages)
    print(f"{'section':<14}{'train':>7}{'dev':>7}{'test':>7}")
    for section in SECTIONS:
        print(f"{section:<14}" + "".join(f"{counts[name][section]:>7}" for name in splits))
    print(f"{'all':<14}" + "".join(f"{len(packages):>7}" for packages in splits.values()))
    print(f"other texts for masked language modelling: {len(other)}")


if __name__ == "__main__":
    main()
