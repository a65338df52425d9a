"""A corpus divided by prepare.py text --clusters: the sections that it prints train, and each cluster gets a weight."""

import random
import subprocess
import sys

import launch
from tiny_world import JOBS, make_words
from trial import Run


def test_each_cluster_gets_a_weight(trial):
    corpus = trial.folder / "corpus.txt"
    words = make_words(random.Random(0))
    topics = [words[10 * topic : 10 * topic + 6] for topic in range(4)]
    corpus.write_text("".join(" ".join(random.Random(at).choices(topics[at % 4], k=6)) + "\n" for at in range(80)))
    command = [sys.executable, JOBS / "prepare.py", "text", "--tokenizer", trial.world.model, "--input", corpus, "--output",
               trial.folder / "parts", "--clusters", "4", "--workers", "1"]
    told = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    sections = told[told.index("[task.parts-0]"):]
    ini = trial.ini({"weighting.rate": 1, "task.words.objective": None, "task.words.data": None, "task.words.batch": None})
    ini.write_text(ini.read_text() + sections)
    launch.run_well("train", ini)
    weights = [event["weights"] for event in Run(trial.folder / "run").events("step") if event["stage"] == "joint"]
    assert set(weights[-1]) == {"toy", *(f"parts-{number}" for number in range(4))}
    assert len(set(weights[-1].values())) == 5 and abs(sum(weights[-1].values()) - 1) < 1e-9
