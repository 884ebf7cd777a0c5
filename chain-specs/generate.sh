#!/usr/bin/env bash
# Writes the chain specifications in this folder from the node's presets. They contain the runtime
# that was built: generate them again when it changes.

set -euo pipefail

FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/setup.sh
source "$FOLDER/../scripts/lib/setup.sh"

# generate PRESET FILE
generate() {
	local target=$FOLDER/$2 partial
	partial=$(mktemp "$target.XXXXXX")
	"$BINARIES/consilium-node" export-chain-spec --chain "$1" >"$partial" || {
		rm -f "$partial"
		die "the node could not write the chain specification $1; see its message above"
	}
	chmod 644 "$partial"
	mv "$partial" "$target"
	say "Wrote chain-specs/$2"
}

set_up
build_binaries
generate dev development.json
generate local local.json
generate committee committee.json
