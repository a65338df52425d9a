"""Writing that fails: status 74, and what was there stays."""

import launch
import pytest

# Files of more than so many KiB cannot be written: the encoder's cannot, the log's can.
SMALL_FILES = ("bash", "-c", 'trap "" XFSZ; ulimit -f 16; exec "$0" "$@"')


@pytest.mark.parametrize("ranks", [1, 2])
def test_export_that_does_not_fit(trial, ranks):
    result = launch.run("train", trial.ini(), ranks=ranks, before=SMALL_FILES)
    assert result.status == 74, result.err
    assert len(result.errors) == 1, result.err
    assert "cannot write" in result.errors[0] and "model.safetensors" in result.errors[0]
    assert "File too large" in result.errors[0]
    assert not (trial.folder / "run" / "best").exists()


def test_resumed_where_there_is_room_again(trial):
    undisturbed = trial.train(output="undisturbed")
    launch.run("train", trial.ini(), before=SMALL_FILES)
    resumed = trial.train({}, "--resume")
    assert resumed.parameters() == undisturbed.parameters()
    assert resumed.timeless_events() == undisturbed.timeless_events()
