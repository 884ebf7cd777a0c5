#!/usr/bin/env bash
# The rules of this repository that no compiler checks: lines, files, words, scripts, dependencies.

set -euo pipefail

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$SCRIPTS/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
source "$SCRIPTS/lib/setup.sh"

usage() {
	cat <<'EOF'
Checks the rules of this repository and prints file:line and the remedy for each offence:

  text          lines of at most 110 characters, source files of at most 500 lines, no word that
                docs/glossary.md lists as not to be used
  scripts       formatted and linted
  advisories    no known vulnerability in Cargo.lock beyond those that deny.toml gives a reason for
  dependencies  licences, duplicate versions and sources (cargo deny)

Usage: scripts/house.sh [--fast]

  --fast        leave out dependencies, which needs cargo-deny
EOF
}

FAST=false
FAILED=()

# Runs a check: check NAME COMMAND [argument ...]. After a failure the next check runs.
check() {
	local name=$1
	shift
	say "house: $name"
	"$@" || FAILED+=("$name")
}

check_scripts() {
	local failed=false
	npm run --silent --prefix "$REPOSITORY" format:check || {
		say "Format the scripts: npm run format"
		failed=true
	}
	npm run --silent --prefix "$REPOSITORY" lint || failed=true
	[ "$failed" = false ]
}

check_dependencies() {
	cargo deny --manifest-path "$REPOSITORY/Cargo.toml" --locked --log-level error \
		check --deny unmatched-skip --deny unnecessary-skip licenses bans sources
}

main() {
	case ${1:-} in
	'') ;;
	--fast) FAST=true ;;
	--help | -h)
		usage
		exit 0
		;;
	*) die "unknown argument $1; see --help" ;;
	esac
	set_up_npm_packages
	check text python3 "$SCRIPTS/house/text.py" "$REPOSITORY"
	check scripts check_scripts
	check advisories python3 "$SCRIPTS/house/advisories.py" "$REPOSITORY"
	if [ "$FAST" = false ]; then
		set_up_cargo_deny
		check dependencies check_dependencies
	fi
	[ ${#FAILED[@]} -eq 0 ] || die "these checks failed: ${FAILED[*]}; see above"
}

main "$@"
