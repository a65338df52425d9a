"""prepare.py smiles-tokenizer, and data that is tokenised with what it makes."""

import gzip
import json
from collections import Counter

import pytest
from preparing.errors import DATA, USAGE
from preparing.smiles import pieces
from tokenizers import Tokenizer

MOLECULES = ["CCO", "c1ccccc1Br", "C[C@@H](N)C(=O)O", "ClC%12CC%12", "[Na+].[Cl-]", "N#Cc1ccc(F)cc1"]


@pytest.fixture
def make(prepare, tmp_path, capsys):
    """Runs prepare.py smiles-tokenizer: status, stdout, stderr, directory."""

    def call(*inputs, flags=(), output="smiles"):
        arguments = ["smiles-tokenizer", "--input", *inputs, "--output", tmp_path / output, *flags]
        status = prepare.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err, tmp_path / output

    return call


@pytest.fixture
def smiles(make, write):
    """A tokenizer of MOLECULES."""
    status, _, err, directory = make(write("molecules.txt", *MOLECULES), output="models")
    assert status == 0, err
    return directory


def tokenizer_of(directory) -> Tokenizer:
    return Tokenizer.from_file(str(directory / "tokenizer.json"))


@pytest.mark.parametrize("text, expected", [
    ("C[C@@H](N)C(=O)O", ["C", "[C@@H]", "(", "N", ")", "C", "(", "=", "O", ")", "O"]),
    ("BrC%12cCl", ["Br", "C", "%12", "c", "Cl"]), ("[13CH3][nH]", ["[13CH3]", "[nH]"]), ("B1N%1", ["B", "1", "N", "%", "1"]),
    ("C[N", ["C", "[", "N"]), ("F/C=C\\F", ["F", "/", "C", "=", "C", "\\", "F"]), ("", [])])
def test_pieces(text, expected):
    assert pieces(text) == expected


def test_the_directory(smiles):
    tokenizer, config = tokenizer_of(smiles), json.loads((smiles / "config.json").read_text())
    counts = Counter(piece for molecule in MOLECULES for piece in pieces(molecule))
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    assert [tokenizer.id_to_token(number) for number in range(5)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert vocabulary.keys() - counts.keys() == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    assert sorted(counts, key=vocabulary.get) == sorted(counts, key=lambda piece: (-counts[piece], piece))
    assert config["model_type"] == "bert" and config["vocab_size"] == len(vocabulary) and config["pad_token_id"] == 0
    assert config["max_position_embeddings"] == 128 and config["hidden_size"] % config["num_attention_heads"] == 0
    for molecule in MOLECULES:
        encoded = tokenizer.encode(molecule)
        assert encoded.tokens == ["[CLS]", *pieces(molecule), "[SEP]"]
        assert tokenizer.decode(encoded.ids) == molecule
    assert tokenizer.encode("C", "N").tokens == ["[CLS]", "C", "[SEP]", "N", "[SEP]"]
    assert tokenizer.encode("C", "N").type_ids == [0, 0, 0, 1, 1]


def test_what_was_not_met_is_unknown(smiles):
    assert tokenizer_of(smiles).encode("C[Xe]s C", add_special_tokens=False).tokens == ["C", "[UNK]", "[UNK]", "[UNK]", "C"]
    assert tokenizer_of(smiles).encode(" CO\n", add_special_tokens=False).tokens == ["C", "O"]


def test_what_is_told(make, write):
    status, out, err, _ = make(write("a.csv", "smiles,y", "CCO,1", "CN,2"), write("b.csv", "smiles,y", "c1ccc1,3"), flags=(
        "--map", "text=smiles", "--max-length", 7))
    assert status == 0, err
    assert "10 tokens: 5 special ones and 5 pieces of 3 molecules, 2 of them met once\n" in out
    assert "the longest molecule has 6 pieces; 1 have more than the 5 that --max-length 7 leaves room for\n" in out


def test_files_may_differ_in_their_fields(make, write):
    files = [write("a.csv", "smiles,y", "CCO,1"), write("b.jsonl", {"text": "CN"}), write("c.txt", "CCl")]
    status, out, err, _ = make(*files, flags=("--map", "text=smiles"))
    assert status == 0 and "pieces of 3 molecules" in out, err
    status, _, err, _ = make(files[0], write("d.csv", "SMILES", "CC"), flags=("--map", "text=smiles"), output="other")
    assert status == DATA and 'd.csv row 2 lacks "text"' in err
    status, _, err, _ = make(files[0], flags=("--map", "text=smile"), output="other")
    assert status == DATA and "did you mean smiles?" in err
    status, _, err, _ = make(files[2], files[2], flags=("--map", "text=smiles"), output="other")
    assert status == USAGE and "c.txt is plain text, which has no fields; leave out --map" in err


def contents(directory) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_the_same_bytes_whatever_the_order(make, write):
    one, other = write("one.txt", *MOLECULES), write("other.txt", *reversed(MOLECULES))
    assert contents(make(one, output="a")[3]) == contents(make(other, output="b")[3])


def test_transformers_loads_it(smiles):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    tokenizer = transformers.AutoTokenizer.from_pretrained(smiles)
    for molecule in MOLECULES:
        assert tokenizer(molecule).input_ids == tokenizer_of(smiles).encode(molecule).ids
        assert tokenizer.decode(tokenizer(molecule).input_ids, skip_special_tokens=True) == molecule
    assert (tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.mask_token_id) == (0, 1, 4)
    model = transformers.AutoModelForMaskedLM.from_config(transformers.AutoConfig.from_pretrained(smiles))
    assert model(**tokenizer(MOLECULES[:1], return_tensors="pt")).logits.shape == (1, 5, len(tokenizer))


def test_kinds_take_it(run, smiles, write, load):
    train = [{"text": "CCO", "target": 1.5}, {"text": "c1ccccc1", "target": None}]
    done = run("regression", smiles, [write("train.jsonl", *train)])
    assert done.status == 0, done.err
    found = load(done.output / "train.h5")
    names = [tokenizer_of(smiles).id_to_token(number) for number in found["tokens"]]
    assert names == ["[CLS]", "C", "C", "O", "[SEP]", "[CLS]", *"c1ccccc1", "[SEP]"] and found["max_length"] == 128
    done = run("multilabel", smiles, [write("labels.jsonl", {"text": "CCO", "labels": [1, None]})], output="other")
    assert done.status == 0 and load(done.output / "train.h5")["multilabel"] == [1, -1]


def test_a_split_holds_molecules_apart_that_differ_in_case(run, smiles, write, manifest):
    """Cyclohexane is not benzene: as words they would be one text, which cannot be divided."""
    rows = [{"text": molecule, "target": 1.0} for molecule in ("C1CCCCC1", "c1ccccc1")]
    done = run("regression", smiles, [write("all.jsonl", *rows)], "--split", "0.5,0.5")
    assert done.status == 0, done.err
    splits = manifest(done.output)["splits"]
    assert [splits[name]["examples"] for name in ("train", "dev")] == [1, 1]


ROWS = {"train": ["CCO", "cco", "CCO ", "CC=O", "OCC"], "dev": ["CCO"]}


@pytest.mark.parametrize("flags, left", [((), [1, 3, 4]), (("--exclude-by", "whole"), [1, 3, 4]), (("--exclude-by", "words"), [3, 4])])
def test_exclude_leaves_out_the_same_molecule_alone(run, smiles, write, load, manifest, flags, left):
    train, dev = (write(f"{split}.txt", *rows) for split, rows in ROWS.items())
    done = run("text", smiles, [train], "--exclude", dev, *flags)
    assert done.status == 0 and load(done.output / "train.h5")["example_id"] == left
    told = manifest(done.output)["splits"]["train"]["excluded"]
    assert told["files"] == {str(dev): 5 - len(left)} and told.get("whole", False) == (len(left) == 3)
    assert ("are the same, letter for letter, as a text of" in done.out) == (len(left) == 3)


def test_other_tokenizers_exclude_by_words_unless_told(run, bert, write, load):
    train, dev = (write(f"{split}.txt", *rows) for split, rows in ROWS.items())
    for flags, left in [((), [3, 4]), (("--exclude-by", "whole"), [1, 3, 4])]:
        done = run("text", bert, [train], "--exclude", dev, *flags, output=f"out{len(left)}")
        assert load(done.output / "train.h5")["example_id"] == left


CHOICES = {"question": "CO", "choices": ["CN", "CC"], "label": 0}
OTHERS = [{"question": "CF", "choices": ["N", "CN"], "label": 1}, {"question": "CS", "choices": ["CC", "O"], "label": 0}]


@pytest.mark.parametrize("excluded", [CHOICES, {"text": "CO CN CC"}, {"text": "CO CC"}, {"text_a": "CO", "text_b": "CN"},
                                      {"question": "CO", "choices": ["O", "CC"]}, {"text": "CO"}])
def test_choices_are_met_whole_and_in_parts(run, bert, write, load, excluded):
    """An answer that several questions have is no reason."""
    train, dev = write("train.jsonl", *OTHERS, CHOICES), write("dev.jsonl", excluded)
    done = run("choice", bert, [train], "--exclude", dev, "--exclude-by", "whole")
    assert done.status == 0 and load(done.output / "train.h5")["example_id"] == [0, 1], done.err


@pytest.mark.parametrize("text, left", [("CO CN CC", [3]), ("CO CN", [3]), ("CC", [3]), ("CO CC CN", [0, 3])])
def test_kind_text_meets_choices(run, bert, write, load, text, left):
    train, dev = write("train.jsonl", {"text": text}, CHOICES, {"text": " "}, {"text": "C"}), write("dev.jsonl", CHOICES)
    done = run("text", bert, [train], "--exclude", dev, "--exclude-by", "whole")
    assert done.status == 0 and load(done.output / "train.h5")["example_id"] == left, done.err


@pytest.mark.parametrize("excluded, left", [
    ({"text": "O"}, [1]), ({"text": "CN"}, [0, 2]), ({"text": "CO O"}, [1, 2]), ({"text_a": "C", "text_b": "O"}, [0, 1])])
def test_halves_of_train_are_met_by_whole_texts(run, bert, write, load, excluded, left):
    """Not by halves: the solvent of a pair is that of many."""
    train = write("train.jsonl", *({"text_a": first, "text_b": second, "target": 1} for first, second in [
        ("CO", "O"), ("CN", "CF"), ("O", "")]))
    done = run("regression", bert, [train], "--exclude", write("dev.jsonl", excluded), "--exclude-by", "whole")
    assert done.status == 0 and load(done.output / "train.h5")["example_id"] == left, done.err


def test_exclude_by_whole_halves_and_refusals(run, bert, write, load):
    train = write("train.txt", "CO", "CN", "CO CN", "C")
    pair = write("pair.jsonl", {"text_a": "CO", "text_b": "CN"})
    assert load(run("text", bert, [train], "--exclude", pair, "--exclude-by", "whole").output / "train.h5")["example_id"] == [3]
    for status, flags, words in [(USAGE, ["--exclude-by", "whole"], "--exclude-by is for --exclude only"),
                                 (DATA, ["--exclude", write("no.txt", " "), "--exclude-by", "whole"], "holds no text;"),
                                 (DATA, ["--exclude", train, "--exclude-by", "whole"], "each of its 4 examples is a text of")]:
        done = run("text", bert, [train], *flags, output="none")
        assert done.status == status and words in done.err and not done.output.exists(), done.err


@pytest.mark.parametrize("flag, value, way_out", [
    ("--retrieve-for", "molecules.txt", "leave it out\n"),
    ("--clusters", 2, "leave it out, or see prepare.py molecules --derive clusters:K\n")])
def test_molecules_have_no_words_to_compare(run, smiles, write, tmp_path, flag, value, way_out):
    done = run("text", smiles, [write("molecules.txt", *MOLECULES)], flag, value if flag == "--clusters" else tmp_path / value)
    assert done.status == USAGE and not done.output.exists()
    assert f"{flag} compares words, and molecules of {smiles}, a tokenizer of SMILES, have none; {way_out}" in done.err


def test_refusals(make, write, tmp_path):
    good = write("good.txt", *MOLECULES)
    for status, arguments, words in [
        (USAGE, [tmp_path / "no.txt"], "does not exist"),
        (DATA, [write("empty.txt", "", " ")], "empty.txt: no molecule at all"),
        (DATA, [write("masked.txt", "CCO", "C[MASK]O")], "masked.txt row 2 holds [MASK], which is a special token"),
        (DATA, [write("named.txt", "CCO ethanol")], "named.txt row 1 is no SMILES: it has white space"),
        (DATA, [write("bad.jsonl", {"smiles": "C"})], 'bad.jsonl row 1 lacks "text"'),
    ]:
        found, out, err, directory = make(*arguments)
        assert (found, out, err.count("\n")) == (status, "", 1) and words in err, err
        assert not directory.exists() and not list(tmp_path.glob(".smiles*"))
    found, _, err, _ = make(good, flags=("--map", "text=smiles"))
    assert found == USAGE and "good.txt is plain text, which has no fields; leave out --map" in err
    found, _, err, _ = make(good, flags=("--max-length", 2))
    assert found == USAGE and "leaves no room" in err


def test_what_is_there_is_kept_unless_it_may_go(make, write):
    first, second = write("one.txt", *MOLECULES), write("two.txt", "CC")
    _, _, _, directory = make(first)
    before = contents(directory)
    status, _, err, _ = make(second)
    assert status == USAGE and "exists already; choose another or add --overwrite" in err and contents(directory) == before
    assert make(second, flags=("--overwrite",))[0] == 0 and contents(directory) != before
    (directory / "model.safetensors").write_bytes(b"weights")
    status, _, err, _ = make(first, flags=("--overwrite",))
    assert status == USAGE and "holds model.safetensors" in err and (directory / "model.safetensors").exists()


def test_all_molecules_of_a_corpus_come_back(make, shared_data):
    corpus = shared_data / "corpora" / "smiles_chembl_50k.jsonl.gz"
    status, out, err, directory = make(corpus)
    assert status == 0, err
    texts = [json.loads(line)["text"] for line in gzip.open(corpus, "rt", encoding="utf-8")]
    tokenizer = tokenizer_of(directory)
    for text, encoded in zip(texts, tokenizer.encode_batch(texts, add_special_tokens=False)):
        assert "".join(encoded.tokens) == text and encoded.tokens == pieces(text)
        assert 1 not in encoded.ids
