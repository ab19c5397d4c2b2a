#!/bin/bash
# Makes the tokenizers and the generated evaluation sets anew.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
$python make_tokenizer.py reranker tokenizers/reranker --vocabulary 4352 &
$python make_tokenizer.py ner tokenizers/ner --vocabulary 6144 &
$python make_heldout.py reranker
$python make_heldout.py ner
wait
