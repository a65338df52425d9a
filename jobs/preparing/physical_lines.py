"""Lines as they stand in a file, none of them larger than a record may be."""

import io
from collections.abc import Iterator

from . import stopping

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
RECORD_BYTES = 16 << 20  # a tokenizer needs some 50 times as much while it works on one text


def physical_lines(stream: io.BufferedIOBase) -> Iterator[bytes]:
    """With their line ends, without the byte order mark that some editors put first.

    A line of more than RECORD_BYTES is cut behind them, for the reader of records to see and refuse.
    """
    line = stream.readline(RECORD_BYTES + 1 + len(BYTE_ORDER_MARK)).removeprefix(BYTE_ORDER_MARK)
    while line:
        yield line
        stopping.check()
        line = stream.readline(RECORD_BYTES + 1)
