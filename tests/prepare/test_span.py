"""Kind span: windows, where answers and tokens stand in bytes, and what is refused."""

import json
import random
import unicodedata

import pytest
from preparing.errors import DATA, USAGE
from preparing.placing import byte_places, trimmed, windows


def texts_of(shard) -> list[list[str]]:
    """Context and right answers of each example."""
    content, starts, first = bytes(shard["texts"]), shard["text_starts"], shard["example_texts"]
    texts = [content[begin:end - 1].decode() for begin, end in zip(starts, starts[1:])]
    assert all(content[end - 1] == 0 for end in starts[1:])
    return [texts[begin:end] for begin, end in zip(first, first[1:])]


def windows_of(shard):
    """Of each example, of each window: tokens, bytes of each token, first and last token of the answer."""
    starts, offsets, spans = shard["sequence_starts"], shard["token_offsets"], shard["span"]
    of = [(shard["tokens"][begin:end], list(zip(offsets[2 * begin:2 * end:2], offsets[2 * begin + 1:2 * end:2])),
           tuple(spans[2 * at:2 * at + 2])) for at, (begin, end) in enumerate(zip(starts, starts[1:]))]
    return [of[begin:end] for begin, end in zip(shard["example_starts"], shard["example_starts"][1:])]


def cut_out(context: str, places, span) -> str:
    return context.encode()[places[span[0]][0]:places[span[1]][1]].decode()


def record(context: str, *answers: str, question: str = "cat") -> dict:
    return {"context": context, "question": question, "answers": [{"text": text, "start": context.index(text)} for text in answers]}


def test_a_short_context_is_one_window(run, bert, write, load):
    shard = load(run("span", bert, [write("a.jsonl", record("the dog sat", "dog sat"))]).output / "train.h5")
    assert shard["tokens"] == [2, 6, 3, 5, 11, 7, 3] and shard["segments"] == [0, 0, 0, 1, 1, 1, 1]
    assert shard["span"] == [4, 5] and texts_of(shard) == [["the dog sat", "dog sat"]]
    assert windows_of(shard)[0][0][1] == [(0, 0)] * 3 + [(0, 3), (4, 7), (8, 11), (0, 0)]


def test_no_answer_and_unknown(run, bert, write, load):
    rows = write("a.jsonl", record("the dog"), record("the dog") | {"answers": None}, record("dog", "dog"))
    shard = load(run("span", bert, [rows]).output / "train.h5")
    assert shard["span"] == [0, 0, -1, -1, 3, 3] and texts_of(shard) == [["the dog"], ["the dog"], ["dog", "dog"]]
    unlabelled = load(run("span", bert, [rows], "--unlabelled", output="un").output / "test.h5")
    assert unlabelled["span"] == [-1] * 6 and texts_of(unlabelled) == [["the dog"], ["the dog"], ["dog"]]


def test_windows_overlap_and_lose_nothing():
    for length, room, overlap in ((0, 5, 2), (1, 5, 2), (5, 5, 2), (6, 5, 2), (8, 5, 2), (9, 5, 2), (10_000, 361, 128), (3, 1, 0)):
        cuts = windows(length, room, overlap)
        assert [place for cut in cuts for place in range(cut.start, cut.stop) if place >= (0 if cut is cuts[0] else cut.start + overlap)] \
            == list(range(length))
        assert cuts[-1].stop == length and all(cut.stop - cut.start <= room for cut in cuts)


def test_a_long_context_is_several_windows(run, bert, write, load):
    words = "the cat sat on mat a dog ran far away red blue green good bad".split()
    context = " ".join(words)
    shard = load(run("span", bert, [write("a.jsonl", record(context, "dog ran", "bad"))], "--max-length", 9, "--stride", 2).output
                 / "train.h5")
    found = windows_of(shard)[0]
    assert [tokens[3:-1] for tokens, _, _ in found] == [list(range(at + 5, min(at + 10, 20))) for at in (0, 3, 6, 9, 12)]
    assert [span for _, _, span in found] == [(0, 0), (6, 7), (3, 4), (0, 0), (5, 5)]  # the first that lies wholly inside
    assert {cut_out(context, places, span) for _, places, span in found if span != (0, 0)} == {"dog ran", "bad"}


def test_a_long_question_leaves_half_of_the_room(run, bert, write, load, manifest):
    done = run("span", bert, [write("a.jsonl", record("the dog sat", "sat", question="cat " * 50))])
    shard = load(done.output / "train.h5")
    assert shard["tokens"] == [2] + [6] * 6 + [3, 5, 11, 7, 3] and shard["span"] == [10, 10]
    assert manifest(done.output)["splits"]["train"]["truncated"] == 1


@pytest.mark.parametrize("context", ["", " \n", "\x07"])
def test_a_context_without_a_token(run, bert, write, load, context):
    shard = load(run("span", bert, [write("a.jsonl", record(context, question=""))]).output / "train.h5")
    assert shard["tokens"] == [2, 3, 3] and shard["span"] == [0, 0] and texts_of(shard) == [[context]]


ODD = ["the", "THE", "cat", "Caf\u00e9", "cafe\u0301s", "\U0001f642", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u4e2d\u6587", "\u0130stanbul",
       "\u039f\u0394\u039f\u03a3", "a-b", "U.S.", "\u00a0", "  ", "\t", "\ufb01ne", "\u2028", "x" * 50, "\u200b", "[SEP]", "</s>", "\u00ad"]


def visible(text: str) -> str:
    """Without what BERT's tokenizer takes out, which no token stands for."""
    return " ".join("".join(sign for sign in text if sign.isspace() or unicodedata.category(sign)[0] != "C").split())


@pytest.mark.parametrize("model", ["bert", "roberta"])
def test_places_are_bytes_of_the_context(run, write, load, request, model):
    """Whatever the tokenizer does to characters, what is cut out is the answer, blown up to whole tokens."""
    rng = random.Random(0)
    records = [record(" ".join(rng.choices(ODD, k=12))) for _ in range(60)]
    for each in records:
        words = each["context"].split(" ")
        first = rng.randrange(12)
        text, start = " ".join(words[first:first + 2]), sum(len(word) + 1 for word in words[:first])
        each["answers"] = [{"text": text, "start": start}] if text else []
    shard = load(run("span", request.getfixturevalue(model), [write("a.jsonl", *records)]).output / "train.h5")
    found = 0
    for each, of_windows in zip(records, windows_of(shard)):
        context = each["context"]
        for _, places, span in of_windows:
            for begin, end in places:
                context.encode()[begin:end].decode()  # whole characters
            if span != (0, 0):
                assert visible(each["answers"][0]["text"]) in visible(cut_out(context, places, span))
                found += 1
    assert found > 30


def test_marks_and_spaces_at_the_ends_of_tokens():
    assert trimmed("a cafe\u0301 b", (1, 6)) == (2, 7)
    assert trimmed("  ", (0, 2)) == (2, 2)
    assert byte_places("a\u00e9\u4e2d\U0001f642").tolist() == [0, 1, 3, 6, 10]


def test_other_ways_to_write_answers(run, bert, write, load):
    context = "the dog sat"
    hf = {"context": context, "question": "cat", "answers": {"text": ["dog", "sat"], "answer_start": [4, 8]}}
    squad = {"context": context, "question": "cat", "answers": [{"text": "dog", "answer_start": 4}]}
    none = {"context": context, "question": "cat", "answers": {"text": [], "answer_start": []}}
    shard = load(run("span", bert, [write("a.jsonl", hf, squad, none)]).output / "train.h5")
    assert texts_of(shard) == [[context, "dog", "sat"], [context, "dog"], [context]] and shard["span"] == [4, 4, 4, 4, 0, 0]


def test_answers_of_a_csv(run, bert, write, load):
    rows = write("a.csv", "passage,q,reply,at", "the dog sat,cat,dog,4", "the dog sat,cat,,")
    done = run("span", bert, [rows], "--map", "context=passage", "question=q", "answers=reply,at")
    assert texts_of(load(done.output / "train.h5")) == [["the dog sat", "dog"], ["the dog sat"]]


def test_several_shards_are_the_whole(run, bert, write, load, manifest):
    rows = write("a.jsonl", *(record("the dog sat " * (at % 7 + 1), "dog", "sat") for at in range(30)))
    whole = load(run("span", bert, [rows], output="whole").output / "train.h5")
    parts = run("span", bert, [rows], "--shard-tokens", 40)
    shards = [load(parts.output / entry["path"]) for entry in manifest(parts.output)["splits"]["train"]["shards"]]
    assert len(shards) > 5
    assert sum(map(texts_of, shards), []) == texts_of(whole) and sum(map(windows_of, shards), []) == windows_of(whole)


def test_a_split_gives_each_part_its_answers(run, bert, write, load):
    rows = [record(f"the dog {'sat ' * at}", *(["dog"] if at % 2 else [])) for at in range(40)]
    done = run("span", bert, [write("a.jsonl", *rows)], "--split", "0.5,0.25,0.25")
    for split, count in (("train", 20), ("dev", 10), ("test", 10)):
        texts = texts_of(load(done.output / f"{split}.h5"))
        assert len(texts) == count and sum(len(each) == 2 for each in texts) == count // 2


def test_as_text(run, bert, write, load, tmp_path):
    done = run("span", bert, [write("a.jsonl", record("the dog", "dog"))], "--text-output", tmp_path / "text")
    assert done.status == 0 and load(tmp_path / "text" / "train.h5")["tokens"] == [2, 6, 5, 11, 3]


TEXT = {"context": "the dog sat", "question": "cat"}
BAD = {
    "a start that counts bytes": (record("\u4e2d dog") | {"answers": [{"text": "dog", "start": 4}]},
                                  'the answer "dog" does not stand at 4 of its context, where "g" does (it first stands at 2; '),
    "a text that is nowhere": (TEXT | {"answers": [{"text": "red", "start": 0}]}, 'where "the" does (it stands nowhere in it; '),
    "beyond the end": (TEXT | {"answers": [{"text": "sat", "start": 10**9}]}, 'where "" does'),
    "a start before the first": (TEXT | {"answers": [{"text": "t", "start": -3}]}, 'has the "start" -3, not a place'),
    "no start": (TEXT | {"answers": [{"text": "sat"}]}, 'has the "start" None, not a place'),
    "no text": (TEXT | {"answers": [{"text": "", "start": 0}]}, 'an answer has no "text"'),
    "a text for answers": (TEXT | {"answers": "dog"}, '"answers" is not a list of'),
    "lists of two lengths": (TEXT | {"answers": {"text": ["dog"], "answer_start": []}}, "do not belong together"),
    "no answers": (TEXT, 'lacks "answers" (null where there is none'),
    "no context": ({"question": "cat", "answers": []}, 'lacks "context"'),
    "half of a pair": (TEXT | {"answers": [{"text": "\ud83d", "start": 0}]}, 'an answer has no "text"'),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(run, bert, write, name):
    wrong, message = BAD[name]
    done = run("span", bert, [write("bad.jsonl", record("dog", "dog"), wrong)])
    assert done.status == DATA and message in done.err and "bad.jsonl row 2" in done.err and not done.output.exists()


def test_all_unknown(run, bert, write):
    done = run("span", bert, [write("a.jsonl", TEXT | {"answers": None})])
    assert done.status == DATA and "has no label at all" in done.err


def test_a_sequence_too_short_for_both(run, bert, write):
    done = run("span", bert, [write("a.jsonl", record("dog", "dog"))], "--max-length", 4)
    assert done.status == USAGE and "leaves no room for text beside 3 special tokens" in done.err


def test_the_lines_are_json(write):
    assert json.loads(write("a.jsonl", record("dog", "dog")).read_text())["answers"] == [{"text": "dog", "start": 0}]
