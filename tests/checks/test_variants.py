"""Planted changes of data: what changes, what stays, and that a seed names them."""

from collections import Counter

import pytest
from checking import variants

RECORDS = [{"text": f"text {at}", "label": "abc"[at % 3]} for at in range(60)]


def labels(records):
    return [record["label"] for record in records]


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 1])
def test_noise_moves_labels_of_its_share_alone(share):
    noisy = variants.noisy_labels(RECORDS, share, 0)
    assert Counter(labels(noisy)) == Counter(labels(RECORDS))
    assert [record["text"] for record in noisy] == [record["text"] for record in RECORDS]
    changed = sum(before != after for before, after in zip(labels(RECORDS), labels(noisy)))
    assert changed <= share * 60 and changed >= share * 60 / 3
    assert noisy == variants.noisy_labels(RECORDS, share, 0)
    assert share == 0 or noisy != variants.noisy_labels(RECORDS, share, 1)


def test_more_noise_changes_more_of_the_same_records():
    def changed(share):
        noisy = variants.noisy_labels([record | {"label": at} for at, record in enumerate(RECORDS)], share, 0)
        return {at for at, label in enumerate(labels(noisy)) if label != at}

    few, many = changed(0.25), changed(0.75)
    assert len(few & many) >= len(few) - 2  # some may meet their own label again
    assert len(few) < len(many)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_mixtures_have_their_share(share):
    inside, outside = ([{"text": f"{name} {at}"} for at in range(20)] for name in ("in", "out"))
    mixed = variants.mixed(inside, outside, share, 0)
    assert len(mixed) == 20 == len({record["text"] for record in mixed})
    assert sum(record["text"].startswith("in ") for record in mixed) == 20 * share


def test_shuffled_words_keep_vocabulary_and_lengths():
    records = [{"text": " ".join(f"w{at}-{n}" for n in range(at + 1))} for at in range(10)]
    shuffled = variants.shuffled_words(records, 0)
    assert [len(record["text"].split()) for record in shuffled] == list(range(1, 11))
    words = [sorted(" ".join(record["text"] for record in each).split()) for each in (records, shuffled)]
    assert words[0] == words[1] and records != shuffled


def test_halves_are_stratified_and_disjoint():
    dev = RECORDS + [{"text": "lonely", "label": "d"}]
    first, second = variants.halves(dev, 0)
    assert sorted(record["text"] for record in first + second) == sorted(record["text"] for record in dev)
    assert abs(len(first) - len(second)) <= 1
    for label in "abc":
        assert [labels(half).count(label) for half in (first, second)] == [10, 10]
    assert variants.halves(dev, 0) == (first, second) != variants.halves(dev, 1)


def test_halves_of_odd_classes_differ_by_one_at_most():
    first, second = variants.halves([{"text": str(at), "label": at % 5} for at in range(15)], 0)
    assert abs(len(first) - len(second)) <= 1
    assert all(abs(labels(first).count(label) - labels(second).count(label)) == 1 for label in range(5))
