#!/usr/bin/env bash
# Builds a real Kubernetes API server for tests, kube-apiserver with the etcd that it keeps its objects in, kubectl and
# kustomize, from their sources, once for a user and not once for a checkout: build-kube-apiserver.sh prints the folder with
# the four. --where only says where that is, and builds nothing. Takes 8 minutes of two cores and Go 1.24 or newer.
set -euo pipefail

kubernetes=v1.34.1
staging=v0.34.1
etcd=v3.6.5
kustomize=v5.7.1

home=${XDG_CACHE_HOME:-${HOME:?}/.cache}/errata
folder=$home/kubernetes-$kubernetes-$etcd-$kustomize

if [ "${1:-}" = --where ]; then
  printf '%s\n' "$folder"
  exit 0
fi

programs=(kustomize etcd kubectl kube-apiserver)

missing() {
  local program
  for program in "${programs[@]}"; do
    [ -x "$folder/$program" ] || printf '%s\n' "$program"
  done
}

# Modules that Kubernetes takes from its own tree: it names them by replace directives that only a main module may have, so
# the module made here is the main one, and takes them by their published version.
build_kube-apiserver() {
  local go_mod
  mkdir "$work/apiserver"
  cd "$work/apiserver"
  printf 'module apiserver\n' >go.mod
  go_mod=$(go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  {
    printf 'module apiserver\ngo 1.24.0\nrequire k8s.io/kubernetes %s\n' "$kubernetes"
    sed -nE 's/^[[:space:]]+(k8s\.io\/[a-z0-9-]+) v0\.0\.0( .*)?$/\1/p' "$go_mod" |
      awk -v version="$staging" '{ print "require " $1 " v0.0.0"; print "replace " $1 " => " $1 " " version }'
    sed -nE 's/^[[:space:]]*(k8s\.io\/[a-z0-9-]+) => \.\/staging.*/\1/p' "$go_mod" |
      awk -v version="$staging" '{ print "replace " $1 " => " $1 " " version }'
  } | awk '!seen[$0]++' >"$work/go.mod"
  mv "$work/go.mod" go.mod
  cat >main.go <<'G'
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
G
  go mod tidy
  go build -o "$work/kube-apiserver" .
}

build_etcd() {
  mkdir "$work/etcd-main"
  cd "$work/etcd-main"
  printf 'module etcd\ngo 1.24.0\n' >go.mod
  cat >main.go <<'G'
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
G
  go get "go.etcd.io/etcd/server/v3@$etcd"
  go mod tidy
  go build -o "$work/etcd" .
}

build_kubectl() {
  mkdir "$work/kubectl-main"
  cd "$work/kubectl-main"
  printf 'module kubectl\ngo 1.24.0\n' >go.mod
  cat >main.go <<'G'
package main

import (
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
G
  go get "k8s.io/kubectl@$staging" "k8s.io/component-base@$staging"
  go mod tidy
  go build -o "$work/kubectl" .
}

build_kustomize() {
  GOBIN=$work go install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize"
}

if [ -n "$(missing)" ]; then
  command -v go >/dev/null || {
    echo "Cannot build the Kubernetes API server of the tests: go is not in the PATH. Install Go 1.24 or newer." >&2
    exit 1
  }
  mkdir -p "$home"
  # One at a time: whoever comes second finds all built.
  exec 9>"$home/kubernetes.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if [ -n "$(missing)" ]; then
    work=$(mktemp -d "$home/kubernetes.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    needed=$(missing)
    for program in $needed; do
      ("build_$program") 9>&-
    done
    # Once all are built: a folder that is there counts as whole.
    mkdir -p "$folder"
    for program in $needed; do
      mv "$work/$program" "$folder"
    done
  fi
fi
printf '%s\n' "$folder"
