#!/usr/bin/env bash
# Sets up, builds and runs every test: ctest, its rooms without LibTorch once more under sanitizers, and pytest, each
# whatever the others say. Status 0 if all passed.
#
#   tests/run.sh [--quick]     --quick leaves the sanitizers out
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ((EUID == 0)); then # mpirun refuses root otherwise
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

sanitizers() {
  cmake --preset asan >/dev/null &&
    cmake --build --preset asan --parallel --target tests_without_torch &&
    ctest --preset asan --parallel "$(nproc)" --no-tests=error -R '^(core|config|comm|data)\.'
}

./jobs/setup.sh --tests

status=0
[[ ${1:-} == --quick ]] || sanitizers || status=1
ctest --preset default --parallel "$(nproc)" --no-tests=error || status=1
.venv/bin/python -m pytest tests -q || status=1
exit "$status"
