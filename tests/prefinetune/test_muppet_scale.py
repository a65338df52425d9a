"""recipes/muppet_scale.py: the sweep it writes, and its data."""

import json
import tomllib

import pytest
from prefinetuning.members import members
from prefinetuning.stability import Size, share_of, stability_methods
from sweeping.plan import jobs_of
from sweeping.spec import read_spec
from tiny_world import write_lines


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
    return tomllib.loads((tmp_path / "scale" / "scale.toml").read_text())


def test_one_sweep_compares_all_methods_with_none(written, tmp_path):
    names = [f"{arm}-{size:02d}" for arm in ("constant", "proportional") for size in (1, 2, 3)]
    assert list(written["method"]) == [f"{name}-{nesting}" for nesting in (1, 2) for name in ("none", *names)] + list(stability_methods())
    assert written["baseline"] == "none-1" and written["output"] == str(tmp_path / "scale" / "runs")
    jobs = jobs_of(read_spec(tmp_path / "scale" / "scale.toml", []))
    assert len(jobs) == 2 * 7 + 2 * 2 * 2 + 6 * 6  # sizes, two parts of the labels with and without, rates


def test_probes_are_never_members(written, tmp_path):
    assert [member.name for member in members(tmp_path / "scale" / "scale.ini")] == ["one", "three", "four"]
    drawn = {word for method in written["method"].values() for word in method["set"].get("stage.prefinetune.tasks", "").split()}
    assert drawn == {"one", "three", "four"}
    assert written["cross"] == {"task.end.data": [str(tmp_path / "scale" / "data" / "two")], "task.end.fraction": [1.0]}


def test_sets_are_nested_in_the_sweep(written):
    for nesting in (1, 2):
        sets = [set(written["method"][f"constant-{size:02d}-{nesting}"]["set"]["stage.prefinetune.tasks"].split())
                for size in (1, 2, 3)]
        assert sets[0] < sets[1] < sets[2] and len(sets[2]) == 3


def test_parts_of_the_labels_are_for_none_and_all_members(written):
    crossed = {name: method["cross"]["task.end.fraction"] for name, method in written["method"].items()
               if "task.end.fraction" in method.get("cross", {})}
    assert crossed == dict.fromkeys(["none-1", "proportional-03-1", "none-2", "proportional-03-2"], [1.0, 0.03, 0.1])


def test_stability_crosses_scaling_mixing_and_rate(written, tmp_path):
    for name in stability_methods():
        method = written["method"][name]
        assert method["config"] == str(tmp_path / "scale" / "stability.ini")
        assert method["cross"] == {"stage.prefinetune.lr": [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]}
    assert len(members(tmp_path / "scale" / "stability.ini")) == 2


def test_what_is_named_twice_is_written_once(written, write, tmp_path):
    assert write("--probes", "two", "two", "--rates", 1e-4, "1e-4", 0.01)[0] == 0
    twice = tomllib.loads((tmp_path / "scale" / "scale.toml").read_text())
    assert twice["cross"] == written["cross"]
    assert twice["method"]["plain-heterogeneous"]["cross"] == {"stage.prefinetune.lr": [1e-4, 0.01]}


@pytest.mark.parametrize("objective, metric, known", [("regression", "macro-f1", "rmse, mae, pearson or spearman"),
                                                      ("classification", "pearson", "accuracy, macro-f1, micro-f1 or matthews")])
def test_a_metric_of_another_objective_is_refused_before_anything_is_prepared(write, config, program, tmp_path, objective, metric, known):
    head = "[task.two]\nrole = member\nobjective = "
    config.write_text(config.read_text().replace(f"{head}classification", f"{head}{objective}"))
    status, told = write("--metric", metric)
    assert status == 2 and f"--metric {metric} is none of objective {objective}; use {known}" in told
    assert not (tmp_path / "scale").exists()


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


def test_probes_keep_their_objective(write, config, folder, tmp_path):
    """Numbers in place of classes, of one probe alone."""
    for path in (folder / "two").iterdir():
        records = [json.loads(line) for line in path.read_text().splitlines()]
        write_lines(path, [{"text": record["text"], "target": len(record["text"])} for record in records])
    head = "[task.two]\nrole = member\nobjective = "
    config.write_text(config.read_text().replace(f"{head}classification", f"{head}regression"))
    status, told = write("--metric", "pearson")
    assert status == 0, told
    text = (tmp_path / "scale" / "scale.ini").read_text()
    assert "[task.end]\nrole = end\nobjective = regression\nmetric = pearson\n" in text
    assert json.loads((tmp_path / "scale" / "data" / "two" / "manifest.json").read_text())["kind"] == "regression"


@pytest.mark.parametrize("flags, words", [
    (("--probes", "nobody"), "--probes nobody is no member of"),
    (("--probes", "two", "texts"), "--probes texts has no labels"),
    (("--probes", "two", "scores"), "--probes scores is of objective regression, and two of classification; name tasks of one"),
    (("--metric", "rmse"), "--metric rmse falls where a probe gets better"),
    (("--sizes", 1, 9), "--sizes 9 is more than the 3 members beside the probes; give at most 3"),
])
def test_refusals(write, config, flags, words):
    other = {"texts": "mlm", "scores": "regression"}.get(flags[-1])
    if other:
        config.write_text(f"{config.read_text()}[task.{flags[-1]}]\nrole = member\nobjective = {other}\ndata = data\n")
    status, told = write(*flags)
    assert status == 2 and words in told
