"""A question and its context as windows: each is the question beside a stretch of the context.

A window's answer is the first of the right ones that lies wholly in it, else it has none: both places are 0 then.
"""

import numpy as np

from ..placing import Place, byte_places, tokens_within, trimmed, windows
from .base import UNLABELLED, Record
from .tokenised import Tokenised

MOST_SHARED = 2  # a window's room by the most that its neighbour may share, and by the most that a question may take


class SpanWindows:
    def __init__(self, encoder, stride: int | None):
        self._encoder, self._frame = encoder, encoder.pair_frame()
        self._room = encoder.max_length - self._frame.num_special
        self._stride = encoder.max_length // 3 if stride is None else stride

    def tokenise(self, records: list[Record]) -> Tokenised:
        self._offsets: list[np.ndarray] = []  # (T, 2) bytes of the context
        self._spans: list[Place] = []  # (S)
        result = Tokenised([], [], [], [])
        questions, contexts = ([record.sequences[0][half] for record in records] for half in (0, 1))
        encoded = zip(records, self._encoder.encode_placed(questions), self._encoder.encode_placed(contexts))
        for record, (question, _), (context, places) in encoded:
            self._add(result, record, question, context, [trimmed(record.sequences[0][1], place) for place in places])
        result.per_token["token_offsets"] = np.concatenate([np.empty((0, 2)), *self._offsets]).astype("<u4")
        result.per_sequence["span"] = np.array(self._spans, dtype="<i4").reshape(-1, 2)
        return result

    def _add(self, result: Tokenised, record: Record, question: list[int], context: list[int], places: list[Place]) -> None:
        text = record.sequences[0][1]
        kept = question[:self._room // MOST_SHARED]
        room = self._room - len(kept)
        cuts = windows(len(context), room, min(self._stride, room // MOST_SHARED))
        answers = [tokens_within(places, answer.start, answer.end) for answer in record.label or ()]
        in_bytes = byte_places(text)[np.array(places, dtype=np.int64).reshape(-1, 2)]
        for cut in cuts:
            ids, types, first = self._frame.filled(kept, context[cut])
            result.ids.append(ids)
            result.types.append(types)
            result.cut.append(len(kept) < len(question))
            self._offsets.append(np.zeros((len(ids), 2), dtype=np.int64))
            self._offsets[-1][first:first + cut.stop - cut.start] = in_bytes[cut]
            self._spans.append((UNLABELLED, UNLABELLED) if record.label is None else _within(cut, answers, first))
        result.example_sequences.append(len(cuts))
        result.texts.append(tuple(part.encode() for part in (text, *(answer.text for answer in record.label or ()))))


def _within(cut: slice, answers: list[Place | None], first: int) -> Place:
    """First and last token in the window, whose context begins at `first`."""
    for answer in answers:
        if answer and cut.start <= answer[0] and answer[1] < cut.stop:
            return answer[0] - cut.start + first, answer[1] - cut.start + first
    return 0, 0
