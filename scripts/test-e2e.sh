#!/usr/bin/env bash
# The end-to-end tests: real nodes, real RPC, real scripts. The nodes get their own folder and free ports. All of them are
# two halves that run side by side: most of the time a network waits for its next block.

set -euo pipefail

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$SCRIPTS/lib/common.sh"
# shellcheck source=scripts/lib/processes.sh
source "$SCRIPTS/lib/processes.sh"
# shellcheck source=scripts/lib/setup.sh
source "$SCRIPTS/lib/setup.sh"

usage() {
	cat <<'EOF'
Runs the end-to-end tests against nodes of its own: all of them on two networks, some topics on one.

Usage: scripts/test-e2e.sh [topic ...]

Topics: rounds rpc scripts committee refusals rotation blobs records quantum restart (default: all)
EOF
}

main() {
	case ${1:-} in
	--help | -h)
		usage
		exit 0
		;;
	-*) die "unknown option $1; see --help" ;;
	esac
	set_up
	build_binaries
	run_with_folder e2e start_tests "$@"
}

start_tests() {
	say "Running the end-to-end tests (nodes in $FOLDER)"
	export E2E_FOLDER=$FOLDER/network E2E_BINARIES=$BINARIES E2E_TOPICS=$*
	local tests=$POLKADOT_JS/test/e2e
	if [ $# -gt 0 ]; then
		start_group node --test-reporter=spec "$tests/index.mjs"
	else
		mkdir "$E2E_FOLDER"
		start_group node "$tests/all.mjs"
	fi
}

main "$@"
