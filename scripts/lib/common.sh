# shellcheck shell=bash
# What all scripts share: where things are, how they speak, how they stop.
# shellcheck disable=SC2034 # the scripts that source this use the variables

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
POLKADOT_JS=$REPOSITORY/scripts/polkadot-js
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/consilium/target}
BINARIES=$CARGO_TARGET_DIR/release

# Tells what is being done.
say() { printf '==> %s\n' "$*" >&2; }

# Stops with what is wrong and what helps.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Whether the version $1 is at least $2.
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# The value of an option, or an error when it is missing: value_of --option "$@"
value_of() {
	[ $# -ge 3 ] || die "$1 needs a value; see --help"
	printf '%s' "$3"
}

# Whether somebody listens on a local port.
port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
