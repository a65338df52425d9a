#!/usr/bin/env bash
# From a bare Debian 12 machine to a small comparison: which section of Debian's archive does a package belong to, told
# from its description with 15 labelled texts a section? Fine-tuning alone against META-TARTAN, which also learns from
# unlabelled descriptions. Set-up aside, it takes about ten minutes on 2 cores.
#
#   jobs/quickstart.sh [--fresh]      --fresh forgets earlier data and runs
#
# Stopped half-way, it goes on where it was when called again; after success it only shows the results.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Settings to edit. Those of the training itself stand in jobs/quickstart/*.ini.
runs=(finetune meta-tartan)     # names of jobs/quickstart/NAME.ini, in the order they run
ranks=$(($(nproc) > 1 ? 2 : 1)) # MPI processes; each takes its share of the cores
max_length=128                  # tokens kept of a description; takes effect with --fresh

data=data/quickstart
results=runs/quickstart # as run.output in the .ini files says

step() { printf 'quick start: %s\n' "$*" >&2; }

prepare() {
  .venv/bin/python jobs/prepare.py "$@" --tokenizer models/minilm --max-length "$max_length"
}

make_data() {
  if [[ -e $data/complete ]]; then step "data: $data is there"; return; fi
  step "data: descriptions of Debian packages into $data"
  .venv/bin/python jobs/quickstart/debian_sections.py --output "$data"
  rm -rf "$data"/{sections,task_text,other_text}
  prepare class --input "$data"/text/sections/{train,dev,test}.jsonl --output "$data/sections"
  prepare text --input "$data/text/task_text.jsonl" --output "$data/task_text"
  prepare text --input "$data/text/other_text.jsonl" --output "$data/other_text"
  touch "$data/complete"
}

# --resume starts an empty run, goes on with an interrupted one and leaves a finished one alone.
train() {
  step "$1: training on $ranks rank(s), log and weights in $results/$1"
  mpirun -n "$ranks" --bind-to none build/tartan train "jobs/quickstart/$1.ini" --resume
}

evaluate() {
  local answer=$results/$1/test.json
  if [[ -e $answer ]]; then return; fi
  step "$1: evaluating its best encoder on the test texts"
  build/tartan evaluate --model "$results/$1/best" --task sections --data "$data/sections/test.h5" --json >"$answer.part"
  mv "$answer.part" "$answer"
}

show_results() {
  step "results, and everything that was logged in $results/*/metrics.jsonl"
  .venv/bin/python jobs/quickstart/table.py "${runs[@]/#/$results/}"
  .venv/bin/python jobs/report.py "${runs[@]/#/$results/}" --output "$results/report.html" >/dev/null
  step "curves, labels and warnings: open $results/report.html in a browser"
  step "best encoders: ${runs[*]/%//best} below $results; 'jobs/quickstart.sh --fresh' starts over"
}

allow_mpi() {
  if ((EUID == 0)); then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
  export OMPI_MCA_btl_vader_single_copy_mechanism=none # containers often forbid reading another process's memory
  export OMPI_MCA_rmaps_base_oversubscribe=1 # two hyperthreads of one core count as one slot
}

main() {
  case ${1:-} in
    '') ;;
    --fresh) rm -rf "$data" "$results" ;;
    *) step "unknown argument '$1'; the only one is --fresh"; exit 2 ;;
  esac
  ./jobs/setup.sh
  make_data
  allow_mpi
  local run
  for run in "${runs[@]}"; do
    train "$run"
    evaluate "$run"
  done
  show_results
}

main "$@"
