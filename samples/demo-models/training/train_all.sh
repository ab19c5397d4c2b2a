#!/bin/bash
# Trains both checkpoints at once, each on its own GPU, scores them, and leaves them with their scores and logs in a folder.
# The tokenizers and evaluation sets must be there: prepare.sh makes them.
# usage: train_all.sh MINUTES FOLDER [OPTIONS OF train.py...]; scoring takes up to a minute of the MINUTES
set -u
mkdir -p "$2"
end=$(awk -v minutes="$1" -v now="$(date +%s)" 'BEGIN { print int(now + 60 * minutes) }')
out=$(realpath "$2") work=$(mktemp -d)
cd "$(dirname "$0")"
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=8

left() { awk -v end="$end" -v now="$(date +%s)" 'BEGIN { print (end - now - 45) / 60 }'; }

# one KIND GPU OPTIONS...: a failed attempt is repeated without compiling, for the rest of the time
one() {
    local kind=$1 gpu=$2 folder=$work/$1; shift 2
    cp -r "tokenizers/$kind" "$folder"
    for extra in "" --plain; do
        CUDA_VISIBLE_DEVICES=$gpu timeout $((end - $(date +%s) - 30)) python3 train.py "$kind" "$folder" --minutes "$(left)" "$@" $extra && break
    done
    CUDA_VISIBLE_DEVICES= timeout 90 python3 evaluate.py "$folder" evaluation/*_"$kind".jsonl --out "$folder/scores_$kind.json" --verbose > "$folder/errors.txt"
    grep -E "F1|top-1|^      DATE" "$folder/errors.txt"
    tar -czf "$out/$kind.tar.gz" -C "$work" "$kind"
}

one reranker 0 --inner 768 --rate 5e-4 --workers 14 "${@:3}" > "$out/reranker.log" 2>&1 &
one ner 1 --rate 1e-3 --tokens 32768 --workers 12 "${@:3}" > "$out/ner.log" 2>&1 &
wait
tail -n 25 "$out"/*.log
