#!/usr/bin/env bash
# Sets up, builds and runs every test: ctest first, then pytest, both whatever the first says. Status 0 if both passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ((EUID == 0)); then # mpirun refuses root otherwise
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

./jobs/setup.sh

status=0
(cd build && ctest --output-on-failure --no-tests=error) || status=1
.venv/bin/python -m pytest tests -q || status=1
exit "$status"
