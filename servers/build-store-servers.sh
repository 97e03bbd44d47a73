#!/usr/bin/env bash
# Builds real object stores for tests, MinIO and fake-gcs-server, from their sources, once for a user and not once for a
# checkout: build-store-servers.sh prints the folder with both. --where only says where that is, and builds nothing.
# Takes 5 to 8 minutes of one core and Go 1.26 or newer.
set -euo pipefail

minio=v0.0.0-20260212201848-7aac2a2c5b7c
gcs=v1.56.1

home=${XDG_CACHE_HOME:-${HOME:?}/.cache}/errata
folder=$home/store-servers-$minio-$gcs

if [ "${1:-}" = --where ]; then
  printf '%s\n' "$folder"
  exit 0
fi

built() { [ -x "$folder/minio" ] && [ -x "$folder/fake-gcs-server" ]; }

if ! built; then
  command -v go >/dev/null || {
    echo "Cannot build the object stores of the tests: go is not in the PATH. Install Go 1.26 or newer." >&2
    exit 1
  }
  mkdir -p "$home"
  # One at a time: whoever comes second finds all built.
  exec 9>"$home/store-servers.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if ! built; then
    work=$(mktemp -d "$home/store-servers.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    export GOBIN=$work
    go install "github.com/minio/minio@$minio" 9>&-
    go install "github.com/fsouza/fake-gcs-server@$gcs" 9>&-
    mkdir -p "$folder"
    mv "$work/minio" "$work/fake-gcs-server" "$folder"
  fi
fi
printf '%s\n' "$folder"
