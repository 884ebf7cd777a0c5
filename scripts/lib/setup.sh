# shellcheck shell=bash
# Sets up a fresh Debian or Ubuntu that has rustup. Each step reports what it does, does nothing when
# everything is in place, and stops with the remedy when it cannot go on.

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

RUST_MINIMUM=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$REPOSITORY/Cargo.toml")
NODE_MINIMUM=18.19.0
# Older ones, Debian's among them, fail on zombienet's dependency on a git repository, which package.json
# overrides.
NPM_MINIMUM=9.9.4
NPM_SUBSTITUTE=npm@10.9.4
WASM_TARGET=wasm32v1-none
NODE_REMEDY="install Node.js $NODE_MINIMUM or newer (https://nodejs.org/en/download) and run this again"

# Everything that building and running needs.
set_up() {
	set_up_system_packages
	set_up_rust
	set_up_npm_packages
}

# Sets up, and becomes one of the scripts in scripts/polkadot-js: run_with_setup NAME [argument ...]
run_with_setup() {
	# Help needs the npm packages and nothing else.
	case " $* " in
	*' --help '* | *' -h '*) npm_packages_are_installed || set_up ;;
	*) set_up ;;
	esac
	exec node "$POLKADOT_JS/$1.mjs" "${@:2}"
}

set_up_system_packages() {
	local missing=() pair
	for pair in protoc:protobuf-compiler clang:clang cmake:cmake pkg-config:pkg-config git:git make:make \
		g++:g++ ps:procps zstd:zstd; do
		has "${pair%%:*}" || missing+=("${pair#*:}")
	done
	if ! has pkg-config || ! pkg-config --exists openssl; then missing+=(libssl-dev); fi
	if ! compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null &&
		! compgen -G '/usr/lib/*/libclang*.so*' >/dev/null; then
		missing+=(libclang-dev)
	fi
	has node || missing+=(nodejs)
	has npm || missing+=(npm)
	if [ ${#missing[@]} -gt 0 ]; then install_system_packages "${missing[@]}"; fi

	local node_version
	node_version=$(node --version)
	version_at_least "${node_version#v}" "$NODE_MINIMUM" ||
		die "Node.js ${node_version#v} is too old; $NODE_REMEDY"
}

install_system_packages() {
	say "Installing system packages: $*"
	has apt-get ||
		die "these packages are missing, and so is apt-get: $*; install their equivalents and run this again"
	local as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		has sudo || die "these packages are missing: $*; run as root: apt-get update && apt-get install -y $*"
		as_root=(sudo)
	fi
	"${as_root[@]}" apt-get update -q >&2 || die "apt-get update failed; see its message above"
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends "$@" >&2 ||
		die "apt-get could not install: $*; see its message above"
}

set_up_rust() {
	if ! has cargo && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
		PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
	fi
	has rustup ||
		die "rustup is missing; install it (curl https://sh.rustup.rs -sSf | sh), and use a new shell"
	if ! rustc --version >/dev/null 2>&1; then
		say "Installing the stable Rust toolchain"
		rustup default stable >&2 || die "rustup could not install a toolchain; see its message above"
	fi
	local version
	version=$(cd "$REPOSITORY" && rustc --version | cut -d ' ' -f 2)
	version_at_least "$version" "$RUST_MINIMUM" ||
		die "Rust $version is too old; at least $RUST_MINIMUM is needed: run rustup update stable"
	local installed component
	installed=$(cd "$REPOSITORY" && rustup target list --installed)
	if ! grep -qx "$WASM_TARGET" <<<"$installed"; then
		say "Adding the WebAssembly target $WASM_TARGET"
		(cd "$REPOSITORY" && rustup target add "$WASM_TARGET") >&2 ||
			die "rustup could not add $WASM_TARGET; see its message above"
	fi
	for component in rustfmt clippy; do
		(cd "$REPOSITORY" && cargo "${component/rustfmt/fmt}" --version) >/dev/null 2>&1 && continue
		say "Adding $component"
		(cd "$REPOSITORY" && rustup component add "$component") >&2 ||
			die "rustup could not add $component; see its message above"
	done
}

NPM_LOCK=$REPOSITORY/package-lock.json
NPM_STAMP=$REPOSITORY/node_modules/.installed-lock.json

npm_packages_are_installed() { has node && cmp -s "$NPM_LOCK" "$NPM_STAMP"; }

set_up_npm_packages() {
	npm_packages_are_installed && return
	say "Installing npm packages (polkadot.js, zombienet) into node_modules"
	local npm=(npm)
	version_at_least "$(npm --version)" "$NPM_MINIMUM" || npm=(npm exec --yes -- "$NPM_SUBSTITUTE")
	(cd "$REPOSITORY" && "${npm[@]}" ci --no-progress) >&2 ||
		die "npm could not install the packages; see its message above"
	cp "$NPM_LOCK" "$NPM_STAMP"
}

# An independent client for key management entities, and its version.
QKD_CLIENT=etsi-qkd-014-client==0.9.0

# Needed only by tests: an independent client in its own Python environment, CONSILIUM_PYTHON, and tcpdump.
set_up_test_tools() {
	local missing=() python=$CARGO_TARGET_DIR/python
	has tcpdump || missing+=(tcpdump)
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
	if [ ${#missing[@]} -gt 0 ]; then install_system_packages "${missing[@]}"; fi
	if [ "$(cat "$python/installed" 2>/dev/null)" != "$QKD_CLIENT" ]; then
		say "Installing $QKD_CLIENT from PyPI into $python"
		rm -rf "$python"
		python3 -m venv "$python" || die "python3 could not make a virtual environment; see its message above"
		"$python/bin/pip" install --quiet --disable-pip-version-check "$QKD_CLIENT" >&2 ||
			die "pip could not install $QKD_CLIENT; see its message above"
		printf '%s' "$QKD_CLIENT" >"$python/installed"
	fi
	export CONSILIUM_PYTHON=$python/bin/python
	set_up_cargo_deny
}

CARGO_DENY=0.20.2
CARGO_DENY_ROOT=${XDG_CACHE_HOME:-$HOME/.cache}/consilium/tools

# cargo-deny, compiled without optimisation: crates.io has its source only, and it runs for seconds.
set_up_cargo_deny() {
	PATH=$CARGO_DENY_ROOT/bin:$PATH
	if has cargo-deny && [ "$(cargo-deny --version)" = "cargo-deny $CARGO_DENY" ]; then return; fi
	say "Installing cargo-deny $CARGO_DENY into $CARGO_DENY_ROOT (about three minutes on two cores)"
	local build=$CARGO_DENY_ROOT/build
	cargo install cargo-deny --version "$CARGO_DENY" --locked --debug --config profile.dev.debug=0 \
		--root "$CARGO_DENY_ROOT" --target-dir "$build" >&2 ||
		die "cargo-deny could not be installed; see cargo's message above"
	rm -r "$build"
}

# Builds the binaries. Cargo shows its own progress.
build_binaries() {
	local name time=''
	for name in node simulator kme; do
		[ -x "$BINARIES/consilium-$name" ] ||
			time=': the first build takes about 40 minutes on two cores, later ones a few minutes'
	done
	say "Building the binaries$time"
	(cd "$REPOSITORY" && cargo build --release --locked --workspace --bins) ||
		die "the build failed; see cargo's message above"
}
