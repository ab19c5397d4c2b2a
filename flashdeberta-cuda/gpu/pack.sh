#!/usr/bin/env bash
# Collects the jars that run the GPU tests and the benchmark on a machine with a GPU and a Java 17, but without Maven.
#
#   flashdeberta-cuda/gpu/pack.sh FOLDER
#
# On that machine, which needs an NVIDIA driver and CUDA 13's libraries:
#
#   flashdeberta-cuda/gpu/run.sh FOLDER tests
#   flashdeberta-cuda/gpu/run.sh FOLDER benchmark base fp16 1x128,32x512
set -euo pipefail
folder=$(realpath -m "$1")
cd "$(dirname "$0")/../.."
dependencies=org.apache.maven.plugins:maven-dependency-plugin:3.9.0
console=org.junit.platform:junit-platform-console-standalone:6.0.3

rm -rf "$folder"
mkdir -p "$folder"
./mvnw -q -ntp -pl flashdeberta-cuda -am -DskipTests package \
    "$dependencies:copy-dependencies" -DincludeScope=test -DexcludeGroupIds=io.flashdeberta \
    -Dmdep.overWriteReleases=true -DoutputDirectory="$folder"
./mvnw -q -ntp -N "$dependencies:copy" -Dartifact="$console" -DoutputDirectory="$folder"
# The console holds JUnit itself. The CPU's native libraries and those of other platforms stay behind.
rm -f "$folder"/junit-jupiter*.jar "$folder"/junit-platform-{commons,engine,launcher}-*.jar \
    "$folder"/opentest4j-*.jar "$folder"/archunit*.jar \
    "$folder"/{dnnl,opencl}-*-{linux,macosx,windows}-*.jar \
    "$folder"/*-{linux-arm64,macosx-arm64,windows-x86_64}.jar
cp flashdeberta-{core,cuda}/target/flashdeberta-*-SNAPSHOT.jar \
    flashdeberta-{core,cuda}/target/flashdeberta-*-tests.jar "$folder"
cp flashdeberta-cuda/gpu/run.sh "$folder"
du -sh "$folder"
