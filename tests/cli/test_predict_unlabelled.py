"""The way of a user with new text and a trained model: prepare.py --unlabelled --labels-from, then predict."""

import json
import subprocess
import sys
from pathlib import Path

import launch

PREPARE = Path(__file__).resolve().parents[2] / "jobs" / "prepare.py"


def test_new_text_is_predicted_like_the_same_text_with_labels(world, trained, tmp_path):
    labelled = [json.loads(line) for line in (world.model.parent / "test.jsonl").read_text().splitlines()]
    new = tmp_path / "new.csv"
    new.write_text("doc,body\n" + "".join(f'{record["id"]},"{record["text"]}"\n' for record in labelled))
    subprocess.run([sys.executable, PREPARE, "class", "--tokenizer", world.model, "--input", new, "--output", tmp_path / "new",
                    "--map", "text=body", "id=doc", "--unlabelled", "--labels-from", f"{trained.best}:toy"],
                   check=True, capture_output=True)
    rows = []
    for name, data in (("new", tmp_path / "new"), ("known", world.task / "test.h5")):
        output = tmp_path / f"{name}.jsonl"
        launch.run_well("predict", "--model", trained.best, "--task", "toy", "--data", data, "--output", output)
        rows.append([json.loads(line) for line in output.read_text().splitlines()])
    assert len(rows[0]) == len(labelled) and rows[0] == rows[1]
