"""prepare.py molecules: labels that RDKit derives from structure; and the records of several texts that they may be."""

import gzip
import json
import sys

import pytest
from preparing.derived_file import whole_file
from preparing.errors import DATA, USAGE

MOLECULES = ["CCO", "c1ccccc1O", "CC(=O)Oc1ccccc1C(=O)O", "CCN(CC)CC", "C1CCCCC1"]
RINGS = [f"c1ccc({'C' * size})cc1" for size in range(1, 11)]
CHAINS = ["N" + "C" * size + "N" for size in range(2, 8)]


@pytest.fixture
def rdkit():
    return pytest.importorskip("rdkit", reason="RDKit is not there: pip install -r jobs/requirements-molecules.txt")


@pytest.fixture
def derive(prepare, tmp_path, capsys):
    """Runs prepare.py molecules: status, stdout, stderr, records."""

    def call(what, *inputs, flags=(), output="derived.jsonl"):
        arguments = ["molecules", "--derive", what, "--input", *inputs, "--output", tmp_path / output, *flags]
        status = prepare.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err, lines_of(tmp_path / output)

    return call


def lines_of(path):
    if not path.exists():
        return None
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_a_descriptor_is_rdkits(rdkit, derive, write):
    from rdkit.Chem import Crippen, MolFromSmiles

    status, out, err, records = derive("descriptor:MolLogP", write("molecules.txt", *MOLECULES))
    assert status == 0, err
    assert records == [{"text": smiles, "target": Crippen.MolLogP(MolFromSmiles(smiles))} for smiles in MOLECULES]
    assert f"5 records for prepare.py regression, derived by RDKit {rdkit.__version__}\n" in out and "left out" not in out


def test_what_is_no_molecule_is_left_out_and_counted(rdkit, derive, write):
    given = write("molecules.csv", "smiles,name", "CCO,a", "C1CC,b", "hello,c", "CN,d")
    status, out, err, records = derive("descriptor:MolWt", given, flags=("--map", "text=smiles"))
    assert status == 0 and [record["text"] for record in records] == ["CCO", "CN"]
    assert "2 records are no valid SMILES, the first of them C1CC; left out" in out and err == ""


@pytest.mark.parametrize("name, without", [("MaxPartialCharge", "C[Fe]"), ("SPS", "[H][H]")])
def test_values_that_are_not_finite_are_left_out(rdkit, derive, write, name, without):
    status, out, _, records = derive(f"descriptor:{name}", write("molecules.txt", "CCO", without))
    assert status == 0 and [record["text"] for record in records] == ["CCO"]
    assert f"1 molecules left out for which {name} is not finite" in out


def test_a_descriptor_that_no_molecule_has(rdkit, derive, write):
    status, _, err, records = derive("descriptor:MaxPartialCharge", write("molecules.txt", "C[Fe]"))
    assert status == DATA and records is None
    assert "nothing to write (1 molecules left out for which MaxPartialCharge is not finite); name other files" in err
    assert "nothing to write (there is no record); name" in derive("spellings", write("empty.txt", ""))[2]


def test_clusters_tell_skeletons_apart(rdkit, derive, write):
    mixed = [smiles for pair in zip(RINGS, CHAINS) for smiles in pair] + RINGS[len(CHAINS):]
    status, out, err, records = derive("clusters:2", write("molecules.txt", *mixed))
    assert status == 0, err
    assert [(record["text"], record["label"]) for record in records] == [(smiles, int(smiles in CHAINS)) for smiles in mixed]
    assert "2 clusters that are not empty, of 10 to 6 molecules" in out and "16 records for prepare.py class" in out


def test_spellings_are_of_the_same_molecule(rdkit, derive, write):
    from rdkit.Chem import CanonSmiles

    status, out, err, records = derive("spellings", write("molecules.txt", *MOLECULES, "C"))
    assert status == 0, err
    for smiles, record in zip([*MOLECULES, "C"], records):
        first, second = record["texts"]
        assert first == smiles and CanonSmiles(first) == CanonSmiles(second) and (second != first) == (smiles not in ("C", "C1CCCCC1"))
    assert "2 molecules have no other spelling (in 10 tries) and stand twice alike" in out


def test_no_more_spellings_are_drawn_than_needed(rdkit, derive, write, monkeypatch):
    from rdkit import Chem

    draw, drawn = Chem.MolToRandomSmilesVect, []
    monkeypatch.setattr(Chem, "MolToRandomSmilesVect", lambda *given, **named: drawn.append(given[1]) or draw(*given, **named))
    _, _, _, records = derive("spellings", write("molecules.txt", "CC(=O)Oc1ccccc1C(=O)O", "C"))
    assert drawn == [1, 1, 10] and records[0]["texts"][0] != records[0]["texts"][1]


@pytest.mark.parametrize("what", ["clusters:3", "spellings"])
def test_a_pure_function_of_the_seed(rdkit, derive, write, tmp_path, what):
    given = write("molecules.txt", *RINGS, *CHAINS, *MOLECULES)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert derive(what, given, flags=("--seed", seed), output=f"{name}.jsonl.gz")[0] == 0
    found = {name: (tmp_path / f"{name}.jsonl.gz").read_bytes() for name in "abc"}
    assert found["a"] == found["b"] and (what != "spellings" or found["a"] != found["c"])


def test_the_records_are_data(rdkit, derive, write, run, bert, load, tmp_path):
    given = write("molecules.txt", *MOLECULES)
    for what, kind, label in (("descriptor:TPSA", "regression", "regression"), ("clusters:2", "class", "class")):
        derive(what, given, output=f"{kind}.jsonl")
        done = run(kind, bert, [tmp_path / f"{kind}.jsonl"], output=kind)
        assert done.status == 0 and len(load(done.output / "train.h5")[label]) == 5, done.err
    derive("spellings", given, output="spellings.jsonl")
    done = run("text", bert, [tmp_path / "spellings.jsonl"], output="spellings")
    assert load(done.output / "train.h5")["example_starts"] == [0, 2, 4, 6, 8, 10]


def test_refusals(rdkit, derive, write, tmp_path):
    given = write("molecules.txt", "CCO", "CN")
    for status, what, flags, words in [
        (USAGE, "descriptor:MolLogp", (), "RDKit has no descriptor of this name; did you mean MolLogP?"),
        (USAGE, "clusters:1", (), "--derive clusters:1 is not descriptor:NAME"), (USAGE, "logP", (), "--derive logP is not"),
        (USAGE, "clusters:3", (), "is more than the 2 molecules that centres are fitted to; choose fewer"),
        (USAGE, "descriptor:MolWt", ("--seed", 1), "--seed is for clusters and spellings"),
    ]:
        found, out, err, records = derive(what, given, flags=flags)
        assert (found, out, err.count("\n"), records) == (status, "", 1, None) and words in err, err
    found, _, err, records = derive("spellings", write("none.txt", "hello", ""))
    assert found == DATA and records is None and "nothing to write (1 records are no valid SMILES" in err
    assert derive("spellings", given, output="a.csv")[2].endswith("name it .jsonl or .jsonl.gz\n")
    assert derive("spellings", given)[0] == 0
    assert "exists already" in derive("spellings", given)[2] and derive("spellings", given, flags=("--overwrite",))[0] == 0
    assert not list(tmp_path.glob(".*"))


def test_fingerprints_are_held_once(rdkit):
    from preparing.chemistry import Reader
    from preparing.fingerprints import _fingerprints

    found, packed = _fingerprints(iter(MOLECULES), Reader())
    assert found == MOLECULES and packed.shape == (5, 256) and packed.flags.writeable  # no copy as bytes


def test_no_more_clusters_than_molecules_in_the_sample(rdkit, derive, write, monkeypatch):
    monkeypatch.setattr("preparing.fingerprints.SAMPLE", 4)
    status, _, err, records = derive("clusters:5", write("molecules.txt", *MOLECULES, *RINGS))
    assert status == USAGE and records is None and "is more than the 4 molecules that centres are fitted to" in err


@pytest.mark.parametrize("name", ["molecules.jsonl", "linked.jsonl"])
def test_an_input_is_not_replaced(rdkit, derive, write, tmp_path, name):
    given = write("molecules.jsonl", {"text": "CCO"})
    (tmp_path / "linked.jsonl").symlink_to(given)
    status, _, err, _ = derive("spellings", write("more.txt", "CN"), given, flags=("--overwrite",), output=name)
    assert status == USAGE and f"{name} is also an --input, which it would replace; choose another output" in err
    assert lines_of(given) == [{"text": "CCO"}]


def test_two_runs_do_not_write_one_file(rdkit, derive, write, tmp_path):
    given = write("molecules.txt", "CCO")
    with whole_file(tmp_path / "derived.jsonl") as write_record:
        status, _, err, _ = derive("spellings", given)
        assert status == USAGE and "another prepare.py is writing" in err and "wait for it or choose another --output" in err
        write_record({"text": "CN"})
    assert lines_of(tmp_path / "derived.jsonl") == [{"text": "CN"}] and not list(tmp_path.glob(".*"))


def test_a_file_lasts_once_it_is_there(rdkit, derive, write, tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr("preparing.derived_file.sync_directory", lambda folder: flushed.append((folder, list(folder.glob("d*")))))
    derive("spellings", write("molecules.txt", "CCO"))
    assert flushed == [(tmp_path, [tmp_path / "derived.jsonl"])]


@pytest.mark.parametrize("flags", [(), ("--overwrite",)])
def test_a_directory_is_not_replaced(rdkit, prepare, write, tmp_path, capsys, flags):
    (tmp_path / "derived.jsonl").mkdir()
    status = prepare.main(["molecules", "--derive", "spellings", "--input", str(write("molecules.txt", "CCO")),
                           "--output", str(tmp_path / "derived.jsonl"), *flags])
    assert status == USAGE and "derived.jsonl is not a file; choose another" in capsys.readouterr().err


def test_without_rdkit(derive, write, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    status, _, err, records = derive("spellings", write("molecules.txt", "CCO"))
    assert status == USAGE and records is None and err == (
        "prepare.py: molecules are read by RDKit, which is not installed; call .venv/bin/python -m pip install -r "
        "jobs/requirements-molecules.txt\n")


SEVERAL = [{"texts": ["cat sat", "sat"]}, {"texts": ["dog"]}, {"text": "red blue"}]


def test_several_texts_are_sequences_of_one_example(run, bert, write, load):
    found = load(run("text", bert, [write("train.jsonl", *SEVERAL)]).output / "train.h5")
    assert found["example_starts"] == [0, 2, 3, 4] and found["tokens"] == [2, 6, 7, 3, 2, 7, 3, 2, 11, 3, 2, 15, 16, 3]


@pytest.mark.parametrize("record, tokens", [
    ({"tokens": ["cat", "sat"]}, [2, 6, 7, 3]), ({"question": "cat", "choices": ["sat"]}, [2, 6, 7, 3]),
    ({"question": "cat", "context": "sat"}, [2, 6, 7, 3]), ({"text": "cat sat"}, [2, 6, 7, 3])])
def test_other_fields_come_before_texts(run, bert, write, load, record, tokens):
    """A record of another kind may have a field of this name."""
    done = run("text", bert, [write("train.jsonl", record | {"texts": ["dog", "mat"]})])
    assert done.status == 0 and load(done.output / "train.h5")["tokens"] == tokens, done.err


@pytest.mark.parametrize("flags", [(), ("--exclude-by", "whole")])
def test_each_of_several_texts_is_met(run, bert, write, load, flags):
    train = write("train.jsonl", *SEVERAL)
    done = run("text", bert, [train], "--exclude", write("dev.txt", "sat", "blue"), *flags)
    assert load(done.output / "train.h5")["example_id"] == [1, 2]


def test_several_texts_are_found_for_a_task(run, bert, write, load):
    done = run("text", bert, [write("train.jsonl", *SEVERAL)], "--retrieve-for", write("task.txt", "sat"))
    assert load(done.output / "train.h5")["example_starts"] == [0, 2]


@pytest.mark.parametrize("record, flags, words", [
    ({"texts": []}, (), 'field "texts" is not a list of texts'), ({"texts": "cat"}, (), 'field "texts" is not a list of texts'),
    ({"texts": ["cat", " "]}, (), 'text 1 of "texts" is empty'), ({"texts": ["cat", 3]}, (), '"texts" is int, not a string'),
    ({"texts": ["cat", "dog"]}, ("--pack-documents",), 'row 2 holds several "texts", which cannot be packed')])
def test_several_texts_that_cannot_be_taken(run, bert, write, record, flags, words):
    done = run("text", bert, [write("train.jsonl", {"text": "cat"}, record)], *flags)
    assert done.status == DATA and words in done.err and "row 2" in done.err, done.err
