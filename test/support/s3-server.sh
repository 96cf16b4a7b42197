#!/usr/bin/env bash
# Installs versitygw, an S3 server over a folder (Apache 2.0), through the Go module proxy, once. Needs Go 1.24 or newer.
# The last line of the output is the folder that holds the program:  PATH="$PATH:$(test/support/s3-server.sh)" npm test
# The tests look into that folder by themselves, too.
set -euo pipefail
version=v1.8.0
folder=${XDG_CACHE_HOME:-$HOME/.cache}/som3d-s3/$version

if [[ ! -x $folder/versitygw ]]; then
  command -v go >/dev/null || { echo 'go is not on the PATH' >&2; exit 1; }
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # From an empty folder: no module of whoever calls this has a say.
  (cd "$scratch" && GOBIN=$scratch GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
    go install "github.com/versity/versitygw/cmd/versitygw@$version") >&2
  mkdir -p "$folder"
  mv "$scratch/versitygw" "$folder/"
fi
echo "$folder"
