#!/usr/bin/env bash
# Breaks the code on purpose, in a copy, and sees that a test goes red. See README.md.
# breaks/run.sh [--at-once N] [NAME | GUARANTEE]…
# breaks/run.sh --docs    writes the tables of docs/guarantees.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mvn -q -B -ntp test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath -pl it -am
exec java -Xmx512m -cp "it/target/test-classes:$(cat it/target/test.classpath)" io.errata.it.breaks.BreaksMain "$@"
