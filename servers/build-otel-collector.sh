#!/usr/bin/env bash
# Builds a real OpenTelemetry collector for tests from its sources, with what they need alone (OTLP in, a file of JSON
# out), once for a user and not once for a checkout: build-otel-collector.sh prints the folder with otelcol. --where only
# says where that is, and builds nothing. Takes 2 minutes of one core and Go 1.24 or newer.
set -euo pipefail

# Of newer releases, some modules can't be had from Go's public proxy.
version=0.120.0
providers=1.26.0

home=${XDG_CACHE_HOME:-${HOME:?}/.cache}/errata
folder=$home/otel-collector-v$version

if [ "${1:-}" = --where ]; then
  printf '%s\n' "$folder"
  exit 0
fi

built() { [ -x "$folder/otelcol" ]; }

if ! built; then
  command -v go >/dev/null || {
    echo "Cannot build the collector of the tests: go is not in the PATH. Install Go 1.24 or newer." >&2
    exit 1
  }
  mkdir -p "$home"
  # One at a time: whoever comes second finds all built.
  exec 9>"$home/otel-collector.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if ! built; then
    work=$(mktemp -d "$home/otel-collector.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    GOBIN=$work go install "go.opentelemetry.io/collector/cmd/builder@v$version" 9>&-
    cat >"$work/manifest.yaml" <<END
dist: { name: otelcol, output_path: $work/source }
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v$version
exporters:
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter v$version
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v$providers
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v$providers
END
    # Its own step of `go mod tidy` would fetch the tests of all modules as well.
    "$work/builder" --config "$work/manifest.yaml" --skip-get-modules --skip-compilation >"$work/log" 2>&1 9>&- || {
      cat "$work/log" >&2
      exit 1
    }
    (cd "$work/source" && go build -mod=mod -trimpath -ldflags="-s -w" -o "$work/otelcol" . 9>&-)
    mkdir -p "$folder"
    mv "$work/otelcol" "$folder"
  fi
fi
printf '%s\n' "$folder"
