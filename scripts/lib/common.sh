# shellcheck shell=bash
# What all shell scripts share: places, messages, errors.
# shellcheck disable=SC2034 # the scripts that source this use the variables

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SCRIPTS=$REPOSITORY/scripts
POLKADOT_JS=$SCRIPTS/polkadot-js
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/consilium/target}
BINARIES=$CARGO_TARGET_DIR/release

# Reports what is being done.
say() { printf '==> %s\n' "$*" >&2; }

# Stops with an error and its remedy.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Whether the version $1 is at least $2.
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# For a script without arguments: --help prints the comment at its top, anything else is an error.
no_arguments() {
	case ${1:-} in
	'') ;;
	--help | -h)
		sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	*) die "unknown argument $1; see --help" ;;
	esac
}
