#!/bin/bash
# Trains both checkpoints at once, each on its own GPU, scores them, and leaves weights, scores and logs in a folder.
# usage: train_all.sh MINUTES FOLDER
set -u
cd "$(dirname "$0")"
minutes=$1 out=$2 work=$(mktemp -d)
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=8
mkdir -p "$out"
end=$(awk -v minutes="$minutes" -v now="$(date +%s)" 'BEGIN { print int(now + 60 * minutes) }')

left() { awk -v end="$end" -v now="$(date +%s)" 'BEGIN { print (end - now) / 60 }'; }

# one KIND GPU OPTIONS...: a failed first attempt is repeated without compiling, for the rest of the time
one() {
    local kind=$1 gpu=$2; shift 2
    local folder=$work/$kind source=../src/main/resources/io/flashdeberta/demo/$kind
    mkdir -p "$folder"
    cp "$source"/*token* "$folder"
    for extra in "" --plain; do
        CUDA_VISIBLE_DEVICES=$gpu timeout $((end - $(date +%s) + 30)) python3 train.py "$kind" "$folder" --minutes "$(left)" "$@" $extra && break
    done
    CUDA_VISIBLE_DEVICES= timeout 120 python3 evaluate.py "$folder" evaluation/*_"$kind".jsonl --out "$folder/scores_$kind.json" --verbose > "$folder/errors.txt"
    grep -E "F1|top-1|^      DATE" "$folder/errors.txt"
    tar -czf "$out/$kind.tar.gz" -C "$work" "$kind"
}

one reranker 0 --layers 5 --workers 12 > "$out/reranker.log" 2>&1 &
one ner 1 --rate 1e-3 --tokens 32768 --workers 12 > "$out/ner.log" 2>&1 &
wait
tail -n 20 "$out"/*.log
