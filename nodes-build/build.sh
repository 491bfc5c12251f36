#!/bin/sh
# Builds geth and kubo from the sources the Go module proxy serves, at the versions go.mod names and go.sum pins by hash,
# into .nodes/ beside this folder. Takes about two minutes each; a build that is there is left alone.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
out="$here/../.nodes"

if ! command -v go >/dev/null 2>&1; then
    echo "Go is missing: install Go 1.26 or newer (https://go.dev/dl) to build geth and kubo; without them their tests are skipped by name" >&2
    exit 1
fi

mkdir -p "$out"
stamp=$(cat "$here/go.mod" "$here/go.sum" | cksum)
if [ -x "$out/geth" ] && [ -x "$out/ipfs" ] && [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

cd "$here"
for build in geth=github.com/ethereum/go-ethereum/cmd/geth ipfs=github.com/ipfs/kubo/cmd/ipfs; do
    echo "building ${build%%=*}"
    nice -n 10 go build -mod=readonly -trimpath -buildvcs=false -o "$out/${build%%=*}.new" "${build#*=}"
    mv "$out/${build%%=*}.new" "$out/${build%%=*}"
done
echo "$stamp" > "$out/stamp"
