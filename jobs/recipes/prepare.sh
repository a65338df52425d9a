#!/usr/bin/env bash
# Data and start of PROTOCOL.md: end tasks, their texts and the encoder with a warmed-up MLM head. What is there is left alone.
#
#   jobs/recipes/prepare.sh FOLDER [TASK…]     FOLDER holds TASK/{train,dev,test}.jsonl and corpora/*.jsonl.gz
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly source=${1:?usage: jobs/recipes/prepare.sh FOLDER [TASK…]} output=data/recipes model=models/minilm start=models/minilm-mlm
shift
readonly tasks=("${@:-citation_intent}")

step() { echo "recipes: $*" >&2; }

prepare() { # KIND NAME OPTIONS…
  local kind=$1 name=$2
  shift 2
  if [[ -e $output/$name/manifest.json ]]; then step "$output/$name is there"; return; fi
  .venv/bin/python jobs/prepare.py "$kind" --tokenizer "$model" --max-length 128 --output "$output/$name" "$@"
}

held_out() { # the dev and test texts of every end task that is there
  local task split
  for task in citation_intent sciie scicite; do
    for split in dev test; do [[ ! -e $source/$task/$split.jsonl ]] || echo "$source/$task/$split.jsonl"; done
  done
}

prepare_task() {
  local task=$1 train=$source/$1/train_no_overlap.jsonl domain=$source/corpora/tartan_$1_domain_1x.jsonl.gz
  [[ -e $train ]] || train=$source/$task/train.jsonl
  prepare class "$task" --input "$train" "$source/$task"/{dev,test}.jsonl
  prepare text "${task}_text" --input "$train" --exclude "$source/$task"/{dev,test}.jsonl
  [[ ! -e $domain ]] || prepare text "${task}_domain" --input "$domain" --exclude "$source/$task"/{dev,test}.jsonl
}

prepare_start() {
  if [[ -e $start/model.safetensors ]]; then step "$start is there"; return; fi
  local -a excluded
  mapfile -t excluded < <(held_out)
  [[ -e data/quickstart/text/other_text.jsonl ]] || .venv/bin/python jobs/quickstart/debian_sections.py --output data/quickstart
  prepare text debian --input data/quickstart/text/other_text.jsonl --exclude "${excluded[@]}"
  prepare text movie_reviews --pack-documents --input "$source/corpora/movie_reviews.jsonl.gz" --exclude "${excluded[@]}"
  prepare text biomed_abstracts --pack-documents --input "$source/corpora/biomed_abstracts.jsonl.gz" --exclude "${excluded[@]}"
  build/tartan train jobs/recipes/mlm_head_start.ini --resume
  build/tartan export --model runs/recipes/mlm-head/best --as masked-lm --output "$start"
}

for task in "${tasks[@]}"; do prepare_task "$task"; done
prepare_start
