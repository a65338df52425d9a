"""The output directory: written beside its place, moved there whole."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import stopping
from .disk import sync_directory, write_whole
from .errors import IO, Refusal, io_failure, usage
from .journal import FILES as JOURNAL_FILES
from .journal import PROGRESS, remove_journal
from .partial import beside, held

MANIFEST = "manifest.json"
MANIFEST_SCHEMA = "tartan.manifest"


@contextmanager
def whole_or_nothing(output: Path, overwrite: bool, refuse: Callable[[Path, bool], None] | None = None) -> Iterator[Path]:
    """Gives a temporary directory that becomes `output` at the end, or vanishes on any exception. `refuse` says whether
    what stands there may be replaced, otherwise refuse_existing.

    A run that a signal stopped or the machine failed leaves it where a shard is whole, and gets it back as it left it.
    Raises Refusal: 2 where `output` may not be written, 74 where it cannot.
    """
    output = output.absolute()
    replaced = beside(output, "replaced")
    (refuse or refuse_existing)(output, overwrite)
    try:
        _settle(output, replaced)
        with held(output) as partial, _removed_unless_worth_keeping(partial):
            yield partial
            stopping.ignore_from_here()
            _move(partial, output, replaced)
            remove_journal(output)
    except OSError as error:
        if error.errno is None:  # from h5py, not from the system: a bug
            raise
        raise io_failure(f"cannot write {output} ({error.strerror}); free some space or choose another --output") from None


@contextmanager
def removed_where_empty(directory: Path) -> Iterator[None]:
    """At the end, which most often is that of a failure."""
    try:
        yield
    finally:
        with suppress(OSError):
            directory.rmdir()


def goes_on(output: Path) -> bool:
    """Whether the directory of a run that ended early is still there, with a whole shard in it."""
    return (beside(output.absolute(), "preparing") / PROGRESS).exists()


def names_in(output: Path, overwrite: bool, flag: str = "--output") -> list[str]:
    """What would be replaced. Raises Refusal (2) where that is something, and not to be, or `output` is no directory."""
    if output.exists() and not output.is_dir():
        raise usage(f"{flag} {output} is not a directory")
    found = sorted(path.name for path in output.iterdir()) if output.exists() else []
    if found and not overwrite:
        raise usage(f"{flag} {output} exists already; choose another or add --overwrite")
    return found


def refuse_existing(output: Path, overwrite: bool, flag: str = "--output") -> None:
    """Raises Refusal (2) where `output` is there and may not be replaced."""
    found = names_in(output, overwrite, flag)
    foreign = [name for name in found if name not in (MANIFEST, *JOURNAL_FILES) and not name.endswith(".h5")]
    if found and (foreign or not _is_ours(output / MANIFEST)):
        raise usage(f"{flag} {output} holds {foreign[0] if foreign else 'no ' + MANIFEST + ' of ours'}, "
                    "so --overwrite does not remove it; choose another")


def _is_ours(manifest: Path) -> bool:
    try:
        return json.loads(manifest.read_bytes())["schema"] == MANIFEST_SCHEMA
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def _removed_unless_worth_keeping(partial: Path) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if not (_is_no_fault_of_the_command(error) and (partial / PROGRESS).exists()):
            shutil.rmtree(partial, ignore_errors=True)
        raise


def _is_no_fault_of_the_command(error: BaseException) -> bool:
    """A signal, a full disk, a killed worker: the same command can still succeed."""
    if isinstance(error, Refusal):
        return error.status == IO
    return isinstance(error, KeyboardInterrupt) or (isinstance(error, OSError) and error.errno is not None)


def _settle(output: Path, replaced: Path) -> None:
    """Ends what was killed between the two renames of _move."""
    if replaced.exists():
        shutil.rmtree(replaced) if output.exists() else replaced.rename(output)


def _move(partial: Path, output: Path, replaced: Path) -> None:
    sync_directory(partial)
    if output.exists():
        output.rename(replaced)
    partial.rename(output)
    sync_directory(output.parent)
    shutil.rmtree(replaced, ignore_errors=True)


def write_manifest(directory: Path, manifest: dict) -> None:
    """Writes manifest.json and flushes it to disk."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    write_whole(directory / MANIFEST, text.encode("utf-8"))
