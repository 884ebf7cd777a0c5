#!/usr/bin/env bash
# The end-to-end tests: real nodes, real RPC, real scripts. The nodes get their own folder and free ports.

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
Runs the end-to-end tests against four nodes of its own.

Usage: scripts/test-e2e.sh [topic ...]

Topics: rounds rpc scripts committee refusals blobs records quantum restart (default: all)
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
	start_group node --test-reporter=spec "$POLKADOT_JS/test/e2e/index.mjs"
}

main "$@"
