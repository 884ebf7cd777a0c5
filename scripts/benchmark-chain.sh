#!/usr/bin/env bash
# Measures what the chain adds to training: seconds per round, finality, memory. Options go to benchmark-chain.mjs.

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
Measures, on four nodes of its own: seconds per round beyond training, finality, memory per node.

Usage: scripts/benchmark-chain.sh [--rounds N] [--scheme committee|plain] [--json]
EOF
}

main() {
	case ${1:-} in
	--help | -h)
		usage
		exit 0
		;;
	esac
	set_up
	build_binaries
	run_with_folder benchmark start_benchmark "$@"
}

start_benchmark() {
	start_group node "$POLKADOT_JS/benchmark-chain.mjs" --dir "$FOLDER/network" --binaries "$BINARIES" "$@"
}

main "$@"
