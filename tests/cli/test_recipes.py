"""The ready configurations, jobs/recipes/*.ini, as they are, with tiny data where they look for theirs."""

import configparser
import json
import random
import re
from pathlib import Path

import launch
import pytest

from recipes import FOLDER, NAMES, RECIPES
from task_kinds import MAKE
from tiny_world import CLASSES, labelled, make_words, prepare, sentence, write_encoder, write_lines, write_tokenizer
from trial import Run

SPLITS = (("train", 48), ("dev", 100), ("test", 20))  # dev has enough for the probe's two draws
EXPORTED = Path("models", "minilm-mlm")


def texts(words, count, rng):
    return [{"text": sentence(words, rng)} for _ in range(count)]


@pytest.fixture(scope="module")
def place(program, tmp_path_factory):
    """A working directory that holds what the five commands make: models/minilm and below data/ one folder a task."""
    pytest.importorskip("torch")
    root, rng = tmp_path_factory.mktemp("place"), random.Random(0)
    words = make_words(rng)
    model = root / "models" / "minilm"
    corpus = texts(words, 200, rng)
    write_encoder(model, write_tokenizer(model, [record["text"] for record in corpus]))
    for name, classes in (("end", CLASSES), ("labelled", CLASSES[:2])):
        files = [write_lines(root / f"{split}.jsonl", labelled(words, classes, n, rng)) for split, n in SPLITS]
        prepare("class", model, files, root / "data" / name)
    for kind in ("multilabel", "regression", "choice", "span"):
        files = [write_lines(root / f"{split}.jsonl", [MAKE[kind](words, rng, at) for at in range(n)]) for split, n in SPLITS]
        prepare(kind, model, files, root / "data" / kind)
    for name, records in (("task_text", corpus[:48]), ("domain", corpus)):
        prepare("text", model, [write_lines(root / f"{name}.jsonl", records)], root / "data" / name)
    return root


def settings(name):
    parser = configparser.ConfigParser(delimiters="=", comment_prefixes="#", interpolation=None)
    parser.read(FOLDER / f"{name}.ini")
    return parser


def end_task(name):
    return next(section for section in settings(name).values() if section.get("role") == "end")


@pytest.fixture(autouse=True)
def there(place, monkeypatch):
    """In the working directory; an experiment's data are where its file looks for them."""
    monkeypatch.chdir(place)
    for section in (section for name in NAMES for section in settings(name).values() if "data" in section):
        name = {"classification": "labelled", "mlm": "domain"}.get(section["objective"], section["objective"])
        link(Path(section["data"]), place / "data" / ("end" if section.get("role") == "end" and name == "labelled" else name))
    for model in {settings(name)["model"]["path"] for name in NAMES} - {str(EXPORTED)}:
        link(Path(model), place / "models" / "minilm")


def link(path, to):
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(to)


@pytest.fixture(scope="module")
def with_mlm_head(place):
    """models/minilm-mlm, made as the comment in mlm-head.ini says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        short = ("--model.mlm_head_warmup_steps", 3, "--run.output", "runs/warm")
        launch.run_well("train", FOLDER / "mlm-head.ini", *short)
        launch.run_well("export", "--model", "runs/warm/best", "--as", "masked-lm", "--output", EXPORTED)
    return place / EXPORTED


def forecast(name, ranks=1):
    return json.loads(launch.run_well("train", FOLDER / f"{name}.ini", "--dry-run", "--json", ranks=ranks).out)


def shortened(name, output):
    """Flags for three steps a stage."""
    stages = [stage["stage"] for stage in forecast(name)["stages"]]
    steps = {"model.mlm_head_warmup_steps" if stage == "mlm_head_warmup" else f"stage.{stage}.steps" for stage in stages}
    short = [word for key in steps for word in (f"--{key}", 3)]
    return [*short, "--run.output", output], stages


def test_there_are_some():
    assert {"finetune", "mlm-head", "tapt", "dapt", "dapt+tapt", "mt-tartan", "meta-tartan"} < set(RECIPES)


@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_has_nothing_to_say_against_it(with_mlm_head, name):
    result = launch.run_well("train", FOLDER / f"{name}.ini", "--dry-run")
    assert result.errors == [] and "in all: up to" in result.out


@pytest.mark.parametrize("name", RECIPES)
def test_it_writes_where_its_name_says(name):
    assert settings(name)["run"]["output"] == f"runs/{name}"


@pytest.mark.parametrize("name", ["dapt+tapt", "meta-tartan"])
def test_two_ranks_do_the_same_stages(with_mlm_head, name):
    def steps(ranks):
        return [(stage["stage"], stage["steps"], list(stage["tasks"])) for stage in forecast(name, ranks)["stages"]]
    assert steps(1) == steps(2)


@pytest.mark.parametrize("name", NAMES)
def test_three_steps_of_every_stage_end_well(with_mlm_head, name, tmp_path):
    flags, stages = shortened(name, tmp_path / "run")
    launch.run_well("train", FOLDER / f"{name}.ini", *flags)
    run = Run(tmp_path / "run")
    assert [stage["stage"] for stage in run.result()["stages"]] == stages
    one_more = settings(name).get("train", "compat", fallback="none") == "official"  # the published joint stage has it
    for stage in stages:
        steps = [event for event in run.events("step") if event["stage"] == stage]
        assert len(steps) == 3 + (one_more and stage == "joint")
    assert (run.best / "model.safetensors").exists()
    if "finetune" not in stages:
        return
    assert run.evaluations("finetune")
    end = end_task(name)
    task, shard = end.name.removeprefix("task."), Path(end["data"], "test.h5")
    answer = json.loads(launch.run_well("evaluate", "--model", run.best, "--task", task, "--data", shard, "--json").out)
    assert answer["metrics"]["rmse"] >= 0 if end["objective"] == "regression" else 0 <= answer["metrics"][end["metric"]] <= 1


@pytest.mark.parametrize("name", RECIPES)
def test_its_head_says_how_to_run_it(name):
    head = (FOLDER / f"{name}.ini").read_text().split("\n\n")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert f"build/tartan train jobs/recipes/{name}.ini" in head
    assert "Change first:" in head and re.search(r"\b(stage|stages): ", head)


def test_seeds_share_one_pretraining(with_mlm_head, tmp_path):
    """As the comment in tapt.ini says."""
    flags, _ = shortened("tapt", tmp_path / "run")

    def train(output, *more):
        own_seed = ("--stage.tapt.seed", 1, "--run.output", tmp_path / output)
        launch.run_well("train", FOLDER / "tapt.ini", *flags[:-2], *own_seed, *more)
        return Run(tmp_path / output)

    share = ("--run.reuse", tmp_path / "shared")
    first, second = (train(f"seed-{seed}", *share, "--run.seed", seed) for seed in (1, 2))
    alone = train("alone", "--run.seed", 2)
    assert [len(run.events("reused")) for run in (first, second)] == [0, 1]
    assert "tapt-" in second.events("reused")[0]["from"]
    assert first.parameters() != second.parameters() == alone.parameters()
