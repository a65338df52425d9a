"""What tartan draws, anew from its seed: the examples of each step, and which of an example's tokens it masks, and how."""

import struct
from collections import Counter

import xxhash

NO_TEXT = 0x74617274616E0001  # beside a number in what is hashed
WORD = 0xFFFFFFFF
IGNORED = -100  # what transformers' loss leaves out


def derived(key: int, *parts: str | int) -> int:
    for part in parts:
        told = part.encode() if isinstance(part, str) else struct.pack("<QQ", part, NO_TEXT)
        key = xxhash.xxh3_64_intdigest(told, key)
    return key


def philox(key: int, counter: int) -> tuple[int, int, int, int]:
    """Philox4x32-10 (Salmon et al., SC 2011)."""
    k0, k1 = key & WORD, key >> 32
    x0, x1, x2, x3 = counter & WORD, counter >> 32, 0, 0
    for _ in range(10):
        a, b = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = (b >> 32) ^ x1 ^ k0, b & WORD, (a >> 32) ^ x3 ^ k1, a & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return x0, x1, x2, x3


def permuted(key: int, size: int, index: int) -> int:
    """A Feistel network with as many bits as `size` needs, walked until it is below `size`."""
    half = (max(size - 1, 1).bit_length() + 1) // 2
    mask, value = (1 << half) - 1, index
    while True:
        left, right = value >> half, value & mask
        for turn in range(8):
            low, high, *_ = philox(key, (turn << 56) ^ right)
            left, right = right, left ^ ((high << 32 | low) & mask)
        value = left << half | right
        if value < size:
            return value


def examples(seed: int, stage: str, task: str, size: int, steps: int, batch: int) -> list[list[int]]:
    """Rows of train, of which there are `size`."""
    order = derived(seed, stage, task, "order")
    places = [divmod(place, size) for place in range(steps * batch)]
    rows = [permuted(derived(order, epoch), size, index) for epoch, index in places]
    return [rows[step * batch :][:batch] for step in range(steps)]


def masks(seed: int, stage: str, task: str, step: int, rows: list[int], sequences: list[list[int]], tokenizer) -> list[dict]:
    """The sequences of a step's examples as tartan masks them, and the tokens that were hidden."""
    key, met, made = derived(seed, stage, task, step), Counter(), []
    for row, tokens in zip(rows, sequences):
        made.append(masked(derived(key, row, met[row], "mask"), tokens, tokenizer))
        met[row] += 1
    return made


def masked(key: int, tokens: list[int], tokenizer, rate: float = 0.15) -> dict:
    """Of the chosen ones four fifths become the mask, a tenth another token."""
    changed, labels = list(tokens), [IGNORED] * len(tokens)
    for place, token in enumerate(tokens):
        chosen, what, high, low = philox(key, place)
        if chosen >= round(rate * 2**32) or token in tokenizer.all_special_ids:
            continue
        labels[place] = token
        if what < round(0.8 * 2**32):
            changed[place] = tokenizer.mask_token_id
        elif what < round(0.9 * 2**32):
            changed[place] = ((high << 32 | low) * len(tokenizer)) >> 64
    return {"input_ids": changed, "labels": labels}
