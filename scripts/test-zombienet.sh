#!/usr/bin/env bash
# The zombienet test: four hospitals under zombienet make and finalise blocks, also after a restart.

set -euo pipefail

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$SCRIPTS/lib/common.sh"
# shellcheck source=scripts/lib/processes.sh
source "$SCRIPTS/lib/processes.sh"
# shellcheck source=scripts/lib/setup.sh
source "$SCRIPTS/lib/setup.sh"
# shellcheck source=scripts/lib/devnet.sh
source "$SCRIPTS/lib/devnet.sh"

usage() {
	cat <<'EOF'
Runs the zombienet test.

Usage: scripts/test-zombienet.sh
EOF
}

main() {
	case ${1:-} in
	'') ;;
	--help | -h)
		usage
		exit 0
		;;
	*) die "unknown argument $1; see --help" ;;
	esac
	set_up
	build_binaries
	run_with_folder zombienet start_test
}

start_test() {
	prepare_devnet "$FOLDER/devnet"
	network_environment "$FOLDER/devnet" "$(free_port_block)"
	say "Running the zombienet test (nodes in $FOLDER)"
	start_group "$ZOMBIENET" -p native -l text -d "$FOLDER/network" -f test "$REPOSITORY/zombienet/0001-devnet.zndsl"
}

main "$@"
