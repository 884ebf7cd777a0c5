#!/usr/bin/env bash
# Measures secure aggregation by a committee of four beside Flower's SecAgg+ and prio's SumVec, one after the
# other on the same core: encoding and sharing, checks, sums and reconstruction for 10^3 to 10^6 coordinates;
# every stage of SecAgg+'s client and server with 4 and 16 hospitals; and the client of Prio3SumVec, whose
# proof costs more, for 10^3 and 10^4. Prints all with ratios. Needs Python 3 with venv; installs flwr from
# PyPI into ~/.cache/consilium. Leave the machine idle while it runs.

set -euo pipefail

# shellcheck source=scripts/lib/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"

FLOWER_VERSION=1.41.0
FLOWER=${XDG_CACHE_HOME:-$HOME/.cache}/consilium/flower-$FLOWER_VERSION

main() {
	no_arguments "$@"
	set_up
	has python3 || die "python3 is missing; run apt-get install python3 python3-venv and try again"
	if ! [ -x "$FLOWER/bin/python" ] || ! "$FLOWER/bin/python" -c 'import flwr' 2>/dev/null; then
		say "Installing Flower $FLOWER_VERSION into $FLOWER"
		python3 -m venv "$FLOWER" && "$FLOWER/bin/pip" install -q "flwr==$FLOWER_VERSION" numpy ||
			die "Flower could not be installed; see the message above"
	fi
	cd "$REPOSITORY"
	cargo bench --locked --workspace --bench committee --no-run
	(cd "$SCRIPTS/comparisons/prio_sum_vec" &&
		cargo build --release --locked --target-dir "$CARGO_TARGET_DIR/comparisons")
	local results
	results=$(mktemp -d)
	say "Measuring Flower"
	taskset -c 0 "$FLOWER/bin/python" "$SCRIPTS/comparisons/flower_secaggplus.py" \
		--clients 4 16 --drop 0 --runs 5 >"$results/flower.jsonl"
	say "Measuring prio"
	taskset -c 0 "$CARGO_TARGET_DIR/comparisons/release/prio-sum-vec" >"$results/prio.jsonl"
	say "Measuring the committee"
	taskset -c 0 cargo bench --locked --workspace --bench committee -- 'd = 10{3,6}, n = 4' \
		>"$results/committee.log"
	"$FLOWER/bin/python" "$SCRIPTS/comparisons/compare_aggregation.py" --flower "$results/flower.jsonl" \
		--prio "$results/prio.jsonl" \
		--criterion "$CARGO_TARGET_DIR/criterion"
	rm -r "$results"
}

main "$@"
