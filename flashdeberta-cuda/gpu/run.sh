#!/usr/bin/env bash
# Runs what pack.sh collected:  run.sh FOLDER tests [console launcher's options] | benchmark base|large fp16|bf16|fp32 SHAPES
# JAVA names the java command, java by default. Tests run side by side and print a line each when they end; a run that is ended
# early (SIGTERM) still says how many passed and what was running.
set -euo pipefail
folder=$1
what=$2
shift 2
java=("${JAVA:-java}" -Xmx8g -cp "$folder/*")
case $what in
    tests)
        # Out of their jars: checkpoints are mapped into memory, and a small Java runtime cannot look into a jar for tests.
        tests=$(mktemp -d)
        for module in core cuda; do
            mkdir "$tests/$module"
            (cd "$tests/$module" && python3 -m zipfile -e "$(ls "$folder"/flashdeberta-$module-*-tests.jar)" .)
        done
        exec "${java[@]}" -Dflashdeberta.checkpoints="$tests/core/checkpoints" -Dflashdeberta.live-report=true \
            org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
            --scan-classpath "$tests/cuda" --include-engine junit-jupiter --include-tag gpu --details none \
            --config junit.jupiter.execution.parallel.enabled=true \
            --config junit.jupiter.execution.parallel.mode.default=concurrent "$@"
        ;;
    benchmark)
        exec "${java[@]}" io.flashdeberta.cuda.EncoderBenchmark "$@"
        ;;
    *)
        echo "tests or benchmark, not $what" >&2
        exit 2
        ;;
esac
