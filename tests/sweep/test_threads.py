"""How many threads a sweep gives each run."""

import pytest
from sweeping import machine


@pytest.mark.parametrize("cores, processes, said, threads", [
    (8, 2, None, 4), (2, 4, None, 1), (8, 2, "1", 1), (8, 2, "16", 4), (8, 1, "many", 8), (8, 1, "0", 8),
])
def test_an_equal_share_and_no_more_than_asked_for(monkeypatch, cores, processes, said, threads):
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if said is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert machine.threads(processes) == threads
