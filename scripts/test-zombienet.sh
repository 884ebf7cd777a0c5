#!/usr/bin/env bash
# The zombienet tests: four hospitals under zombienet make and finalise blocks, also after a restart; and with four nodes
# that only compute they finalise a round.

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
Runs the zombienet tests.

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
	run_with_folder zombienet start_tests
}

# The first test to its end, and the second.
start_tests() {
	start_test 0001-devnet
	wait "$GROUP"
	end_group "$GROUP"
	rm -rf "$FOLDER/network"
	MEMBERS=("${HOSPITALS[@]}" "${COMPUTE_NODES[@]}")
	start_test 0002-committee --compute-nodes
}

# start_test NAME [option of prepare-hospitals.mjs ...]
start_test() {
	local name=$1
	shift
	prepare_devnet "$FOLDER/$name" "$@"
	network_environment "$FOLDER/$name" "$(free_port_block)"
	say "Running the zombienet test $name (nodes in $FOLDER)"
	start_group "$ZOMBIENET" -p native -l text -d "$FOLDER/network" -f test "$REPOSITORY/zombienet/$name.zndsl"
}

main "$@"
