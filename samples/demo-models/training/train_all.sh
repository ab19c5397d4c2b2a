#!/bin/bash
# Makes and trains both checkpoints at once, each on its own GPU where there are two, scores them, and leaves them with their evaluation sets, scores and logs in a folder.
# usage: train_all.sh MINUTES FOLDER [OPTIONS OF train.py...]
set -u
mkdir -p "$2"
minutes=$1 out=$(realpath "$2") work=$(mktemp -d)
cd "$(dirname "$0")"
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=8
end=$(awk -v minutes="$minutes" -v now="$(date +%s)" 'BEGIN { print int(now + 60 * minutes) }')
last=$(($(nvidia-smi -L | wc -l) - 1))

left() { awk -v end="$end" -v now="$(date +%s)" 'BEGIN { print (end - now) / 60 }'; }

# one KIND GPU VOCABULARY OPTIONS...
one() {
    local kind=$1 gpu=$2 vocabulary=$3 folder=$work/$1; shift 3
    python3 make_tokenizer.py "$kind" "$folder" --vocabulary "$vocabulary"
    python3 make_heldout.py "$kind" --folder "$folder/evaluation"
    cp evaluation/blind*_"$kind".jsonl "$folder/evaluation"
    CUDA_VISIBLE_DEVICES=$gpu timeout $((end - $(date +%s) + 30)) python3 train.py "$kind" "$folder" --minutes "$(left)" "$@"
    CUDA_VISIBLE_DEVICES= timeout 120 python3 evaluate.py "$folder" "$folder"/evaluation/*.jsonl --out "$folder/scores_$kind.json" --verbose > "$folder/errors.txt"
    grep -E "F1|top-1|^      DATE" "$folder/errors.txt"
    tar -czf "$out/$kind.tar.gz" -C "$work" "$kind"
}

one reranker 0 6144 --workers 14 --steps 11000 "${@:3}" > "$out/reranker.log" 2>&1 &
one ner "$last" 6144 --workers 12 --rate 1e-3 --tokens 32768 --steps 11000 "${@:3}" > "$out/ner.log" 2>&1 &
wait
tail -n 25 "$out"/*.log
