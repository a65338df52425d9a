"""recipes/muppet_scale.py: the sweeps it writes, and its data."""

import json
import tomllib

import pytest
from prefinetuning.members import members
from prefinetuning.stability import Size, share_of


@pytest.fixture
def write(muppet_scale, folder, config, tokenizer, tmp_path, capfd):
    def call(*flags):
        words = [folder, "--config", config, "--model", tokenizer, "--output", tmp_path / "scale", "--max-length", 32,
                 "--probes", "two", "--sizes", 1, 2, "--nestings", 2, "--steps", 10, "--reference", 2,
                 "--stability-members", 2, *flags]
        status = muppet_scale.main([str(word) for word in words])
        return status, capfd.readouterr().err
    return call


@pytest.fixture
def written(write, tmp_path):
    assert write()[0] == 0
    return {name: tomllib.loads((tmp_path / "scale" / f"{name}.toml").read_text()) for name in ("sizes", "labels", "stability")}


def test_probes_are_never_members(written, tmp_path):
    assert [member.name for member in members(tmp_path / "scale" / "scale.ini")] == ["one", "three", "four"]
    drawn = {word for method in written["sizes"]["method"].values()
             for word in method["set"].get("stage.prefinetune.tasks", "").split()}
    assert drawn == {"one", "three", "four"}
    assert written["sizes"]["cross"] == {"task.end.data": [str(tmp_path / "scale" / "data" / "two")]}


def test_sets_are_nested_in_the_sweep(written):
    for nesting in (1, 2):
        sets = [set(written["sizes"]["method"][f"constant-{size:02d}-{nesting}"]["set"]["stage.prefinetune.tasks"].split())
                for size in (1, 2, 3)]
        assert sets[0] < sets[1] < sets[2] and len(sets[2]) == 3


def test_part_of_the_labels_is_crossed(written):
    assert written["labels"]["cross"]["task.end.fraction"] == [0.03, 0.1]
    assert list(written["labels"]["method"]) == ["none-1", "proportional-03-1", "none-2", "proportional-03-2"]


def test_stability_crosses_scaling_mixing_and_rate(written, tmp_path):
    assert len(written["stability"]["method"]) == 6 and len(written["stability"]["cross"]["stage.prefinetune.lr"]) == 6
    assert len(members(tmp_path / "scale" / "stability.ini")) == 2


def test_an_epoch_of_stability_fits_into_its_steps():
    sizes = [Size(1000, 2, 8), Size(5000, 150, 8), Size(300, 0, 4)]
    share = share_of(20, sizes, 4)
    assert 0.02 < share < 0.1 and share < share_of(60, sizes, 4) < 1 and share_of(400, sizes, 4) == 1


def test_evaluation_texts_of_probes_are_kept_out(written, tmp_path, folder):
    for name in ("one", "two", "three", "four"):
        manifest = json.loads((tmp_path / "scale" / "data" / name / "manifest.json").read_text())
        assert set(manifest["splits"]["train"]["excluded"]["files"]) == {str(folder / "two" / f"{split}.jsonl") for split in ("dev", "test")}
        assert manifest["splits"]["dev"]["examples"] == (12 if name == "two" else 8)


def test_the_same_call_writes_the_same(written, write, tmp_path):
    before = {path: path.read_text() for path in (tmp_path / "scale").glob("*.*")}
    status, told = write()
    assert status == 0 and "0 of them now" in told
    assert before == {path: path.read_text() for path in (tmp_path / "scale").glob("*.*")}


@pytest.mark.parametrize("flags, words", [
    (("--probes", "nobody"), "--probes nobody is no member of"),
    (("--sizes", 1, 9), "--sizes 9 is more than the 3 members beside the probes; give at most 3"),
])
def test_refusals(write, flags, words):
    status, told = write(*flags)
    assert status == 2 and words in told
