"""recipes/muppet.py: prepares members once, and tells where what is there was prepared with something else."""

import json
import shutil

import pytest
from prefinetuning.members import members


@pytest.fixture
def prepare(muppet, folder, config, tokenizer, capfd):
    def call(*flags):
        words = [folder, "--config", config, "--tokenizer", tokenizer, "--max-length", 32, *flags]
        status = muppet.main([str(word) for word in words])
        return status, capfd.readouterr().err
    return call


@pytest.fixture
def manifest(tmp_path):
    return lambda name: json.loads((tmp_path / "data" / name / "manifest.json").read_text())


def shards(tmp_path):
    return {path: path.stat().st_mtime_ns for path in sorted((tmp_path / "data").rglob("*.h5"))}


def test_a_second_call_does_nothing(prepare, tmp_path, manifest):
    status, told = prepare()
    assert status == 0 and "muppet: 4 tasks are prepared, 4 of them now" in told
    assert manifest("one")["splits"]["train"]["examples"] == 32 and manifest("one")["kind"] == "class"
    before = shards(tmp_path)
    status, told = prepare()
    assert status == 0 and "muppet: 4 tasks are prepared, 0 of them now" in told and shards(tmp_path) == before


def test_what_is_missing_is_prepared_beside_what_is_there(prepare, tmp_path):
    prepare()
    for path in (tmp_path / "data" / "two").iterdir():
        path.unlink()
    assert "4 tasks are prepared, 1 of them now" in prepare()[1]


def test_another_exclusion_is_told_and_nothing_is_written(prepare, tmp_path, folder):
    prepare()
    before = shards(tmp_path)
    status, told = prepare("--exclude", folder / "one" / "dev.jsonl")
    assert status == 65 and shards(tmp_path) == before
    assert f"{tmp_path}/data/one was prepared with another exclude (none, and now {folder}/one/dev.jsonl); add --again" in told


@pytest.mark.parametrize("flags, words", [
    (("--max-length", 16), "another max-length (32, and now 16)"),
    (("--most-dev", 5), "another number of dev examples (12, and now 5)"),
    (("--max-length", 16, "--most-dev", 5), "another max-length (32, and now 16); another number of dev examples"),
])
def test_other_settings_are_told(prepare, flags, words):
    prepare()
    status, told = prepare(*flags)
    assert status == 65 and words in told and "; add --again to prepare it anew" in told


def test_another_tokenizer_is_told(prepare, tokenizer, tmp_path):
    prepare()
    other = tmp_path / "other"
    other.mkdir()
    for path in tokenizer.iterdir():
        (other / path.name).write_text(path.read_text() + ("\n" if path.name == "tokenizer.json" else ""))
    status, told = prepare("--tokenizer", other)
    assert status == 65 and "was prepared with another tokenizer (" in told


def test_again_prepares_anew_what_differs(prepare, folder, manifest):
    prepare()
    exclude = folder / "one" / "train.jsonl"  # all of it
    more = folder / "more.jsonl"
    more.write_text(exclude.read_text().splitlines()[0] + "\n")
    status, told = prepare("--exclude", more, "--again")
    assert status == 0 and "4 tasks are prepared, 4 of them now" in told
    assert manifest("one")["splits"]["train"]["excluded"]["files"] == {str(more): 1}
    assert "0 of them now" in prepare("--exclude", more)[1]  # and then it is as asked for


@pytest.fixture
def prepared(prepare, folder, tmp_path):
    """All tasks, less the first text of task one's train; gives the file of --exclude."""
    more = tmp_path / "more.jsonl"
    more.write_text((folder / "one" / "train.jsonl").read_text().splitlines()[0] + "\n")
    assert prepare("--exclude", more)[0] == 0
    return more


def swap(path, first=0, second=1):
    """Two lines of a file: its size and number of examples stay."""
    lines = path.read_text().splitlines(keepends=True)
    lines[first], lines[second] = lines[second], lines[first]
    path.write_text("".join(lines))


@pytest.mark.parametrize("split", ["train", "dev"])
def test_changed_contents_are_told(prepare, prepared, folder, tmp_path, split):
    before = shards(tmp_path)
    swap(folder / "two" / f"{split}.jsonl")
    status, told = prepare("--exclude", prepared)
    assert status == 65 and shards(tmp_path) == before
    assert f"{tmp_path}/data/two was prepared with another content of {folder}/two/{split}.jsonl (" in told
    assert "1 of them now" in prepare("--exclude", prepared, "--again")[1]
    assert "0 of them now" in prepare("--exclude", prepared)[1]


def test_changed_contents_of_an_excluded_file_are_told(prepare, prepared, folder):
    prepared.write_text((folder / "one" / "train.jsonl").read_text().splitlines()[1] + "\n")
    status, told = prepare("--exclude", prepared)
    assert status == 65 and f"was prepared with another content of {prepared} (" in told
    assert "4 of them now" in prepare("--exclude", prepared, "--again")[1]


def test_another_folder_counts_by_its_contents(prepare, muppet, folder, config, tokenizer, tmp_path, capfd):
    prepare()
    other = shutil.copytree(folder, tmp_path / "other")
    words = [str(word) for word in (other, "--config", config, "--tokenizer", tokenizer, "--max-length", 32)]
    assert muppet.main(words) == 0 and "0 of them now" in capfd.readouterr().err
    swap(other / "three" / "train.jsonl")
    assert muppet.main(words) == 65
    assert f"{tmp_path}/data/three was prepared with another content of {other}/three/train.jsonl (" in capfd.readouterr().err


def test_dev_examples_that_are_not_read_do_not_count(prepare, folder):
    prepare("--most-dev", 5)
    swap(folder / "one" / "dev.jsonl", 6, 7)
    assert "0 of them now" in prepare("--most-dev", 5)[1]
    swap(folder / "one" / "dev.jsonl", 3, 4)
    assert f"another content of {folder}/one/dev.jsonl (" in prepare("--most-dev", 5)[1]


def test_an_earlier_manifest_tells_no_contents(prepare, tmp_path, manifest):
    prepare()
    old = manifest("two")
    for split in old["splits"].values():
        del split["input_xxh3"]
    (tmp_path / "data" / "two" / "manifest.json").write_text(json.dumps(old))
    status, told = prepare()
    assert status == 65 and "train.jsonl (unknown, and now " in told and "add --again" in told
    assert "1 of them now" in prepare("--again")[1]


@pytest.mark.parametrize("objective, kind", [
    ("classification", "class"), ("token-classification", "token_class"), ("multilabel", "multilabel"), ("span", "span"), ("mlm", "text"),
    ("replaced-tokens", "text"), ("an-objective-to-come", "text")])
def test_an_objective_reads_its_kind_of_data(tmp_path, objective, kind):
    config = tmp_path / "one.ini"
    config.write_text(f"[task.one]\nrole = member\nobjective = {objective}\ndata = x\n")
    assert [member.kind for member in members(config)] == [kind]


def test_another_objective_is_told(prepare, config):
    prepare()
    config.write_text(config.read_text().replace("classification", "mlm", 1))
    status, told = prepare()
    assert status == 65 and "data/one was prepared with another kind (class, and now text); add --again" in told
    assert "1 of them now" in prepare("--again")[1]


def test_a_few_dev_examples(prepare, manifest):
    prepare("--most-dev", 5)
    assert manifest("one")["splits"]["dev"]["examples"] == 5 and "0 of them now" in prepare("--most-dev", 5)[1]


def test_data_that_does_not_tell_is_named(prepare, tmp_path):
    prepare()
    (tmp_path / "data" / "two" / "manifest.json").write_text('{"schema": "tartan.manifest"}')
    status, told = prepare()
    assert status == 65 and f"{tmp_path}/data/two does not tell what it was prepared with; remove it" in told


def test_refusals(muppet, tmp_path, folder, config, capsys):
    assert muppet.main([str(tmp_path), "--config", str(config)]) == 2
    assert "train.jsonl is missing; FOLDER must hold" in capsys.readouterr().err
    (tmp_path / "none.ini").write_text("[task.a]\nobjective = mlm\ndata = x\n")
    assert muppet.main([str(folder), "--config", str(tmp_path / "none.ini")]) == 2
    assert "has no task with role = member; name another --config" in capsys.readouterr().err
