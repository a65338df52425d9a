#!/usr/bin/env bash
# Data and start of PROTOCOL.md: end tasks, their texts, the candidates of `tartan rank`, and the encoder with a warmed-up MLM
# head. What is there is left alone. No text that is trained on shares 8 words in a row with a dev or test text of an end task.
#
#   jobs/recipes/prepare.sh FOLDER [TASK…]     TASK: an end task, or `candidates`; citation_intent alone where none is named.
#                                              FOLDER holds TASK/{train,dev,test}.jsonl and corpora/*.jsonl.gz
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly source=${1:?usage: jobs/recipes/prepare.sh FOLDER [TASK…]} output=data/recipes model=models/minilm start=models/minilm-mlm
shift
readonly tasks=("${@:-citation_intent}") ends=(citation_intent sciie scicite)
readonly candidates=(sst2 trec ag_news_small tweet_emotion subj)

step() { echo "recipes: $*" >&2; }

prepare() { # KIND NAME OPTIONS…
  local kind=$1 name=$2
  shift 2
  if [[ -e $output/$name/manifest.json ]]; then step "$output/$name is there"; return; fi
  .venv/bin/python jobs/prepare.py "$kind" --tokenizer "$model" --max-length 128 --output "$output/$name" "$@"
}

held_out() { # the dev and test texts of every end task that is there
  local end split
  for end in "${ends[@]}"; do
    for split in dev test; do [[ ! -e $source/$end/$split.jsonl ]] || echo "$source/$end/$split.jsonl"; done
  done
}

corpus() { prepare text "$1" --input "$source/corpora/$2.jsonl.gz" --exclude "${excluded[@]}" "${@:3}"; }

prepare_end() {
  local task=$1 train=$source/$1/train_no_overlap.jsonl
  [[ -e $train ]] || train=$source/$task/train.jsonl
  prepare class "$task" --input "$train" "$source/$task"/{dev,test}.jsonl
  prepare text "${task}_text" --input "$train" --exclude "${excluded[@]}"
  [[ ! -e $source/corpora/tartan_${task}_domain_1x.jsonl.gz ]] || corpus "${task}_domain" "tartan_${task}_domain_1x"
}

prepare_candidates() {
  local name
  corpus acl_papers acl_papers --pack-documents
  corpus smiles smiles_chembl_50k
  prepare class scicite_train --input "$source/scicite/train.jsonl" --exclude "${excluded[@]}"
  for name in "${candidates[@]}"; do prepare class "$name" --input "$source/$name/train.jsonl" --exclude "${excluded[@]}"; done
}

prepare_start() {
  if [[ -e $start/model.safetensors ]]; then step "$start is there"; return; fi
  build/tartan train jobs/recipes/mlm_head_start.ini --resume
  build/tartan export --model runs/recipes/mlm-head/best --as masked-lm --output "$start"
}

mapfile -t excluded < <(held_out)
for task in "${tasks[@]}"; do
  if [[ $task == candidates ]]; then prepare_candidates; else prepare_end "$task"; fi
done
[[ -e data/quickstart/text/other_text.jsonl ]] || .venv/bin/python jobs/quickstart/debian_sections.py --output data/quickstart
prepare text debian --input data/quickstart/text/other_text.jsonl --exclude "${excluded[@]}"
corpus movie_reviews movie_reviews --pack-documents
corpus biomed_abstracts biomed_abstracts --pack-documents
prepare_start
