"""Worker processes that encode batches; results keep the order of the batches.

A pipe per worker rather than concurrent.futures: before Python 3.11.5 its pool hangs where a worker is killed while a
large batch is on its way (gh-94777).
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from . import stopping
from .batches import Batch, BatchEncoder, Encoded, Plan
from .errors import io_failure

AHEAD_PER_WORKER = 4  # results that may wait for an earlier one, so that memory stays bounded


@contextmanager
def encoding_workers(plan: Plan, workers: int) -> Iterator[Callable[[Iterator[Batch]], Iterator[Encoded]]]:
    """Gives a function from batches to encoded batches in the same order; one worker is this process itself."""
    if workers == 1:
        encoder = BatchEncoder(plan)
        yield lambda batches: map(encoder.encode, batches)
        return
    started = []
    try:
        for _ in range(workers):
            started.append(_start(plan))
        yield lambda batches: _encode_in_order([connection for _, connection in started], batches)
    finally:
        for process, _ in started:
            process.kill()
        for process, _ in started:
            process.join()


def _start(plan: Plan):
    context = get_context("spawn")  # not fork: the children start without this process's threads and memory
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(plan, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _encode_in_order(connections: list[Connection], batches: Iterator[Batch]) -> Iterator[Encoded]:
    numbered = enumerate(batches)
    idle, busy, done = list(connections), {}, {}
    num_yielded = 0
    while True:
        room = AHEAD_PER_WORKER * len(connections) - len(busy) - len(done)
        for number, batch in islice(numbered, min(len(idle), room)):
            connection = idle.pop()
            _send(connection, batch)
            busy[connection] = number
        if not busy:
            return
        for connection in wait(list(busy)):
            done[busy.pop(connection)] = _receive(connection)
            idle.append(connection)
        while num_yielded in done:
            yield done.pop(num_yielded)
            num_yielded += 1


def _send(connection: Connection, batch: Batch) -> None:
    try:
        connection.send(batch)
    except OSError:
        raise _killed() from None


def _receive(connection: Connection) -> Encoded:
    try:
        result = connection.recv()
    except (EOFError, OSError):
        raise _killed() from None
    if isinstance(result, Exception):
        raise result
    return result


def _killed() -> Exception:
    """Raises KeyboardInterrupt instead where a signal to the whole process group came, which also ended the worker."""
    stopping.check()
    return io_failure("a worker process was killed (most often for want of memory); use fewer --workers")


def _work(plan: Plan, connection: Connection) -> None:
    for number in stopping.STOPPING:
        signal.signal(number, signal.SIG_IGN)  # the parent decides
    try:
        encoder = BatchEncoder(plan)
        while True:
            connection.send(_result(encoder, connection.recv()))
    except (EOFError, OSError):
        return  # the parent is gone


def _result(encoder: BatchEncoder, batch: Batch) -> Encoded | Exception:
    try:
        return encoder.encode(batch)
    except Exception as error:
        return error
