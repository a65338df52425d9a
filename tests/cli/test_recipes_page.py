"""jobs/recipes/README.md: its table names every file, and its five commands do, word for word, what they say."""

import csv
import random
import re
import subprocess
import sys
import tomllib

import launch
import pytest
import tiny_world
from recipes import FOLDER, RECIPES

PAGE = (FOLDER / "README.md").read_text()
COMMANDS = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)[0]
SETUP, CLASS, TEXT, HEAD, SWEEP = COMMANDS.splitlines()[1:-1]


def test_the_front_page_has_the_same_commands():
    assert COMMANDS in (launch.ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", RECIPES)
def test_the_table_has_it(name):
    row = re.search(rf"^\| \[`{re.escape(name)}`\]\({re.escape(name)}\.(ini|md)\) \|.*$", PAGE, re.MULTILINE)
    assert row, f"jobs/recipes/README.md has no row for {name}.ini"
    needs = re.findall(r"^data = data/(\w+)$", (FOLDER / f"{name}.ini").read_text(), re.MULTILINE)
    assert not needs or row[0].split("|")[3].strip().split(", ") == needs


def test_every_link_leads_somewhere():
    for link in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (FOLDER / link).exists(), link


@pytest.fixture(scope="module")
def place(program, tmp_path_factory):
    """A checkout after the first command, with a tiny encoder, and the user's two files."""
    pytest.importorskip("torch")
    root, rng = tmp_path_factory.mktemp("checkout"), random.Random(0)
    (root / "jobs").symlink_to(launch.ROOT / "jobs")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (root / ".venv" / "bin" / "python").chmod(0o755)
    (root / "build").mkdir()
    (root / "build" / "tartan").symlink_to(program)
    words = tiny_world.make_words(rng)
    texts = [tiny_world.sentence(words, rng) for _ in range(200)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny_world, "MAX_LENGTH", 128)  # as many tokens as the commands ask for
        tiny_world.write_encoder(root / "models" / "minilm", tiny_world.write_tokenizer(root / "models" / "minilm", texts))
    (root / "domain.txt").write_text("".join(text + "\n" for text in texts))
    with open(root / "reviews.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["when", "review", "stars"])
        for record in tiny_world.labelled(words, tiny_world.CLASSES, 400, rng):
            table.writerow(["today", record["text"], record["label"]])
    return root


def sh(command, place):
    result = subprocess.run(["sh", "-ec", command], cwd=place, env=launch.environment(), capture_output=True, text=True)
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.toml")))
def test_every_specification_lists_its_runs(place, tmp_path, name):
    for link in (".venv", "build", "jobs"):
        (tmp_path / link).symlink_to(place / link)
    test = tmp_path / tomllib.loads((FOLDER / name).read_text())["test"]
    test.parent.mkdir(parents=True)
    test.touch()
    assert "seed_1" in sh(f".venv/bin/python jobs/sweep.py local jobs/recipes/{name} --dry-run", tmp_path)


def test_the_commands_work_word_for_word(place):
    assert SETUP == "./jobs/setup.sh"
    told = sh(CLASS, place)
    assert re.search(r"^test +40 .* 0 in train, 0 in dev$", told, re.MULTILINE), told
    sh(TEXT, place)
    sh(HEAD, place)
    for recipe in ("finetune", "tapt", "mt-tartan", "meta-tartan"):
        sh(f"build/tartan train jobs/recipes/{recipe}.ini --dry-run", place)
    local, collect = SWEEP.split(" && ")
    listing = sh(f"{local} --dry-run", place)
    assert all(f"{method}/" in listing for method in ("finetune", "tapt", "mt-tartan", "meta-tartan", "tuned")), listing
    sh(f"{local} --seeds 1 --only finetune meta-tartan", place)
    table = sh(collect, place)
    assert re.search(r"^meta-tartan +1 ", table, re.MULTILINE), table
