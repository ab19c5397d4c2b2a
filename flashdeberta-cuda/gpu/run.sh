#!/usr/bin/env bash
# Runs what pack.sh collected:  run.sh FOLDER tests [console launcher's options] | benchmark base|large fp16|bf16|fp32 SHAPES
# JAVA names the java command, java by default.
set -euo pipefail
folder=$1
what=$2
shift 2
java=("${JAVA:-java}" -Xmx8g -cp "$folder/*")
case $what in
    tests)
        # Out of their jars: checkpoints are mapped into memory, and a small Java runtime cannot look into a jar for tests.
        tests=$(mktemp -d)
        trap 'rm -rf "$tests"' EXIT
        for module in core cuda; do
            mkdir "$tests/$module"
            (cd "$tests/$module" && python3 -m zipfile -e "$(ls "$folder"/flashdeberta-$module-*-tests.jar)" .)
        done
        "${java[@]}" -Dflashdeberta.checkpoints="$tests/core/checkpoints" \
            org.junit.platform.console.ConsoleLauncher execute --disable-banner \
            --scan-classpath "$tests/cuda" --include-engine junit-jupiter --include-tag gpu \
            --details summary "$@"
        ;;
    benchmark)
        "${java[@]}" io.flashdeberta.cuda.EncoderBenchmark "$@"
        ;;
    *)
        echo "tests or benchmark, not $what" >&2
        exit 2
        ;;
esac
