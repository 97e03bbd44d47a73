#!/usr/bin/env bash
# Installs a real Airflow and a real Dagster for tests, once for a user and not once for a checkout: install-orchestrators.sh
# prints the folder with both, each an environment of Python. --where only says where that is, and installs nothing.
# Takes a minute or two, 600 MB, and Python 3.10 or newer with venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

airflow=3.3.2
dagster=1.13.29

home=${XDG_CACHE_HOME:-${HOME:?}/.cache}/errata
# Other constraints are another folder.
locked=$(cat deploy/airflow/constraints.txt deploy/dagster/constraints.txt | sha256sum | cut -c 1-8)
folder=$home/orchestrators-$airflow-$dagster-$locked

if [ "${1:-}" = --where ]; then
  printf '%s\n' "$folder"
  exit 0
fi

install() {
  local name=$1
  shift
  python3 -m venv "$folder/$name"
  # Versions of the file where it names one, and whatever fits for what another Python needs besides.
  "$folder/$name/bin/python" -m pip install --quiet --disable-pip-version-check -c "deploy/$name/constraints.txt" "$@"
}

installed() { [ -e "$folder/complete" ]; }

if ! installed; then
  python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || {
    echo "Cannot install Airflow and Dagster: no Python 3.10 or newer with venv. Install python3 and python3-venv." >&2
    exit 1
  }
  mkdir -p "$home"
  # One at a time: whoever comes second finds all installed.
  exec 9>"$home/orchestrators.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if ! installed; then
    rm -rf "$folder"
    install airflow "apache-airflow==$airflow" flit_core mypy pytest ruff >&2 9>&-
    install dagster "dagster==$dagster" >&2 9>&-
    touch "$folder/complete"
  fi
fi
printf '%s\n' "$folder"
