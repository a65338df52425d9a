from concurrent.futures import ThreadPoolExecutor

import pytest

from trial import Trial

AT_ONCE = 4  # a refused job mostly waits for mpirun to take notice


@pytest.fixture(scope="module")
def refused(request, world, tmp_path_factory):
    """Carries out all refusals of the module that were asked for, several at once: (name, ranks) -> result."""
    wanted = [item.callspec.params for item in request.session.items if item.module is request.module]
    pairs = [(params["name"], params["ranks"]) for params in wanted if "name" in params]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        trials = [Trial(world, tmp_path_factory.mktemp("refused")) for _ in pairs]
        jobs = {pair: pool.submit(request.module.refusals.run, *pair, trial) for pair, trial in zip(pairs, trials)}
        yield lambda *pair: jobs[pair].result()
