#!/usr/bin/env bash
# Runs all tests: format, the rules of the repository, lints, Rust, JavaScript, zombienet, end to end.
# Continues after a failure and prints a summary. Set-up is part of it: on Debian or Ubuntu it installs what
# is missing.
# CARGO_TARGET_DIR is the folder of the build (default ~/.cache/consilium/target). CONTRIBUTING.md has the
# commands for one crate, one test and one end-to-end topic.

set -euo pipefail

# shellcheck source=scripts/lib/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
# shellcheck source=scripts/lib/summary.sh
source "$SCRIPTS/lib/summary.sh"

main() {
	no_arguments "$@"
	cd "$REPOSITORY"
	set_up
	set_up_test_tools
	start_summary
	# Clippy also builds the runtime's WebAssembly. Leaving that out here (SKIP_WASM_BUILD) would make the
	# runtime and the node stale, and the next step would compile them again.
	step "format" cargo fmt --all --check
	step "house" "$SCRIPTS/house.sh"
	step "clippy" cargo clippy --release --locked --workspace --all-targets -- -D warnings
	step "build" cargo build --release --locked --workspace --bins
	step "rust tests" cargo test --release --locked --workspace --no-fail-fast
	step "script tests" npm test --silent
	step "zombienet test" "$SCRIPTS/test-zombienet.sh"
	step "end-to-end tests" "$SCRIPTS/test-e2e.sh"
	summarise
}

main "$@"
