#!/usr/bin/env bash
# Four hospitals train a model together on this machine, and a committee aggregates: builds, starts them under zombienet,
# opens the agreement and the study, and shows each round.

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
Four hospitals train a model together on this machine. What each of them learns is secret-shared: a committee, by default
the hospitals themselves, checks and sums it without seeing it.

Usage: scripts/devnet.sh [options]

  --rounds N           rounds to finalise (default 15)
  --exit-when-done     end the network after the last round (default: leave it running until Ctrl-C)
  --data DIR           records: the UCI heart disease files (with FLamby's flamby-split.csv, if it is there), or
                       schema.toml and four CSV files, with root.csv for a root set (default: made-up records)
  --scheme NAME        committee, or plain: every hospital reads every update (default committee)
  --compute-nodes      the committee is four more nodes, which have no records
  --quantum NAME       simulated quantum links between the members' key management entities: a star around Alice, a ring, or
                       none; without, shares are sealed with ML-KEM-768 alone (default star)
  --eavesdrop A-B      somebody listens on the quantum link between these two from the start, for example alice-bob, until
                       a try of the first round has failed
  --clip X             L2 norm that a hospital scales its update down to, and above which an update does not count (default
                       0.5, above the norms of honest updates on made-up records; 0.3 is their median on the heart
                       disease records)
  --direction NAME     what the committee does with an update by its angle to the root update, which it trains on the
                       root set: exclude, weight or off (default exclude, without a root set off)
  --seed N             seed of the first model and of the order of records (default 42)
  --seeds A-B          one study for each seed, all at the same time
  --learning-rate X    step size at the hospitals (default 0.01)
  --dir DIR            folder of the network, made anew (default ~/.local/state/consilium/devnet-<time>)
  --rpc-port N         JSON-RPC port of the first hospital; the others take the next ones (default 9944)
  --help               this text

Set-up is part of it: on Debian or Ubuntu it installs what is missing. CARGO_TARGET_DIR says where the build goes
(default ~/.cache/consilium/target).
EOF
}

ROUNDS=15
EXIT_WHEN_DONE=false
DATA=
SCHEME=committee
SEEDS=42
DIRECTION=exclude
QUANTUM=star
EAVESDROP=
LEARNING_RATE=0.01
CLIP=0.5
FOLDER=
RPC_PORT=9944

read_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--rounds) ROUNDS=$(value_of "$1" "$@") ;;
		--data) DATA=$(value_of "$1" "$@") ;;
		--seed | --seeds) SEEDS=$(value_of "$1" "$@") ;;
		--learning-rate) LEARNING_RATE=$(value_of "$1" "$@") ;;
		--dir) FOLDER=$(value_of "$1" "$@") ;;
		--rpc-port) RPC_PORT=$(value_of "$1" "$@") ;;
		--scheme) SCHEME=$(value_of "$1" "$@") ;;
		--clip) CLIP=$(value_of "$1" "$@") ;;
		--direction) DIRECTION=$(value_of "$1" "$@") ;;
		--quantum) QUANTUM=$(value_of "$1" "$@") ;;
		--eavesdrop) EAVESDROP=$(value_of "$1" "$@") ;;
		--compute-nodes)
			MEMBERS=("${HOSPITALS[@]}" "${COMPUTE_NODES[@]}")
			shift
			continue
			;;
		--exit-when-done)
			EXIT_WHEN_DONE=true
			shift
			continue
			;;
		--help | -h)
			usage
			exit 0
			;;
		*) die "unknown option $1; see --help" ;;
		esac
		shift 2
	done
	[[ $ROUNDS =~ ^[1-9][0-9]{0,5}$ ]] || die "--rounds $ROUNDS: expected a whole number from 1 on"
	[[ $SEEDS =~ ^[0-9]+(-[0-9]+)?$ ]] || die "--seeds $SEEDS: expected a number such as 42 or a range such as 42-46"
	[[ $SCHEME == committee || $SCHEME == plain ]] || die "--scheme $SCHEME: expected committee or plain"
	[[ $DIRECTION =~ ^(weight|exclude|off)$ ]] || die "--direction $DIRECTION: expected weight, exclude or off"
	[[ $QUANTUM =~ ^(star|ring|none)$ ]] || die "--quantum $QUANTUM: expected star, ring or none"
	if [ "$SCHEME" = plain ]; then QUANTUM=none; fi
	if [ -n "$EAVESDROP" ] && [ "$QUANTUM" = none ]; then die "--eavesdrop $EAVESDROP: there are no quantum links; leave --quantum none and --scheme plain out"; fi
	[[ $CLIP =~ ^[0-9]+(\.[0-9]{1,9})?$ ]] || die "--clip $CLIP: expected a number such as 0.5"
	if [ "$SCHEME" = plain ] && has_compute_nodes; then die "--compute-nodes are a committee, which --scheme plain does not have"; fi
	if ! [[ $RPC_PORT =~ ^[1-9][0-9]{0,4}$ ]] || ((RPC_PORT > 65536 - ${#MEMBERS[@]})); then
		die "--rpc-port $RPC_PORT: expected a number from 1 to $((65536 - ${#MEMBERS[@]}))"
	fi
	[[ $LEARNING_RATE =~ ^[0-9]+(\.[0-9]{1,9})?$ ]] || die "--learning-rate $LEARNING_RATE: expected a number such as 0.01"
	if [ -n "$DATA" ]; then
		[ -d "$DATA" ] || die "--data $DATA: there is no such folder"
		DATA=$(cd "$DATA" && pwd)
	fi
}

# Whether nodes beside the hospitals are the committee.
has_compute_nodes() { ((${#MEMBERS[@]} > ${#HOSPITALS[@]})); }

NETWORK_GROUP=
KME_GROUP=
TASK=

clean_up() {
	local code=$?
	trap - EXIT
	trap '' INT TERM HUP
	[ -z "$TASK" ] || kill "$TASK" 2>/dev/null || true
	if [ -n "$NETWORK_GROUP" ]; then
		say "Ending the network"
		end_group "$NETWORK_GROUP"
	fi
	[ -z "$KME_GROUP" ] || end_group "$KME_GROUP"
	exit "$code"
}

# Stops with the newest lines of logs, given by their names in the network's folder.
die_with_logs() {
	local message=$1 log
	shift
	for log in "${@/#/$FOLDER/network/}"; do
		[ -s "$log" ] || continue
		printf '\n--- %s\n' "$log" >&2
		tail -n 25 "$log" >&2
	done
	printf '\n' >&2
	die "$message"
}

# Stops when zombienet or a hospital's node has ended.
ensure_network_lives() {
	local line name pid
	[ -z "$KME_GROUP" ] || kill -0 "$KME_GROUP" 2>/dev/null || die_with_logs "a key management entity has ended; see the ends of their logs above" "${KME_LOGS[@]}"
	[ -z "$NETWORK_GROUP" ] || kill -0 "$NETWORK_GROUP" 2>/dev/null || die_with_logs "zombienet has ended; see the end of its log above" "../zombienet.log"
	for line in "${NODES[@]}"; do
		read -r name pid <<<"$line"
		kill -0 "$pid" 2>/dev/null || die_with_logs "the node of $name has ended; see the end of its log above" "$name.log"
	done
}

# Runs a command while the network lives.
guarded() {
	local code=0
	"$@" &
	TASK=$!
	while kill -0 "$TASK" 2>/dev/null; do
		ensure_network_lives
		sleep 0.5
	done
	wait "$TASK" || code=$?
	TASK=
	return "$code"
}

# Runs one of the polkadot.js scripts while the network lives; it must succeed.
script() {
	guarded node "$POLKADOT_JS/$1.mjs" "${@:2}" ||
		die_with_logs "$1 failed; see its message, and the ends of the logs, above" "${MEMBERS[@]/%/.log}"
}

# One for each member; the group ends when one of them ends.
start_kmes() {
	say "Starting ${#MEMBERS[@]} key management entities with simulated quantum links, $QUANTUM (logs: $FOLDER/kmes)"
	start_group bash -c 'for config; do "$0" run --config "$config" >"${config%.toml}.log" 2>&1 & done; wait -n' \
		"$BINARIES/consilium-kme" "$FOLDER"/kmes/*.toml
	KME_GROUP=$GROUP
	KME_LOGS=("${MEMBERS[@]/#/../kmes/kme-}")
	KME_LOGS=("${KME_LOGS[@]/%/.log}")
}

start_network() {
	say "Starting ${#MEMBERS[@]} nodes under zombienet (log: $FOLDER/zombienet.log)"
	NODES=()
	local network=local
	if has_compute_nodes; then network=committee; fi
	start_group "$ZOMBIENET" -p native -l text -d "$FOLDER/network" -f spawn "$REPOSITORY/zombienet/$network.toml" \
		>"$FOLDER/zombienet.log" 2>&1
	NETWORK_GROUP=$GROUP
	until [ -s "$FOLDER/network/zombie.json" ]; do
		ensure_network_lives
		sleep 0.5
	done
	mapfile -t NODES < <(node -e '
		const { client } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
		for (const [name, { pid }] of Object.entries(client.processMap)) if (pid) console.log(name, pid);
	' "$FOLDER/network/zombie.json")
	script wait-for-network "${NODE_FLAGS[@]}"
}

open_studies() {
	say "Opening the agreement and the study"
	cat >"$FOLDER/agreement.txt" <<-EOF
		The hospitals of this development network train models together. Records stay at their hospital; updates of
		models leave it. This text stands for the contract that real hospitals would sign.
	EOF
	local agreement committee=(--scheme "$SCHEME")
	if [ "$SCHEME" = committee ]; then committee+=(--clip "$CLIP"); fi
	if [ "$SCHEME" = committee ] && [ "$QUANTUM" = none ]; then committee+=(--weakest-suite ml-kem-768); fi
	if [ "$ROOT_SET" = - ]; then DIRECTION=off; fi
	if [ "$SCHEME" = committee ] && [ "$DIRECTION" != off ]; then
		committee+=(--direction "$DIRECTION" --root "$ROOT_SET" --blob-store "$BLOB_STORE")
	fi
	if has_compute_nodes; then
		committee+=(--party "Eve Computing" --party "Ferdie Computing" --party "One Computing" --party "Two Computing")
	fi
	script propose-agreement --dev Alice --document "$FOLDER/agreement.txt" --node "${URLS[0]}" --print-id >"$FOLDER/agreement-id"
	agreement=$(<"$FOLDER/agreement-id")
	script sign-agreement --agreement "$agreement" --dev Bob --dev Charlie --dev Dave --node "${URLS[0]}"
	script open-study --dev Alice --agreement "$agreement" --schema-hash "$SCHEMA_HASH" --features "$FEATURES" \
		--classes "$CLASSES" --rounds "$ROUNDS" --seeds "$SEEDS" --learning-rate "$LEARNING_RATE" --title "Devnet" \
		"${committee[@]}" --node "${URLS[0]}" --print-id >"$FOLDER/study-ids"
	mapfile -t STUDIES <"$FOLDER/study-ids"
	say "Study ${STUDIES[*]} under agreement $agreement: $ROUNDS rounds, seed $SEEDS, learning rate $LEARNING_RATE, scheme $SCHEME"
	if [ "$SCHEME" = committee ] && [ "$ROOT_SET" = - ]; then
		say "There are no records for a root set (root.csv): the committee does not look at the direction of updates"
	fi
}

# Measures the last models as the simulator does its own, on the test records of all hospitals.
evaluate() {
	local models
	script last-models "${STUDY_FLAGS[@]}" --node "${URLS[0]}" >"$FOLDER/last-models"
	mapfile -t models <"$FOLDER/last-models"
	printf '\nThe last models on the pooled test set (consilium-simulator evaluate):\n\n'
	(cd "$FOLDER/blobs" && "$BINARIES/consilium-simulator" evaluate --data "${DATA:-$FOLDER/records}" --parameters "${models[@]}") ||
		die "the models could not be evaluated; see the message above"
}

# The quantum links, and how the blobs were sealed.
show_sealing() {
	printf '\n'
	if [ "$QUANTUM" != none ]; then script list-links --kmes "$FOLDER/kmes.json"; fi
	script print-sealing "${STUDY_FLAGS[@]}" --node "${URLS[0]}"
}

audit() {
	local study=${STUDIES[0]}
	script print-audit-trail "study/$study" --node "${URLS[0]}" >"$FOLDER/audit-study-$study.txt"
	printf '\naudit trail of study %s: %s\n' "$study" "$(tail -n 1 "$FOLDER/audit-study-$study.txt")"
}

show_links() {
	cat <<EOF

polkadot.js Apps   https://polkadot.js.org/apps/?rpc=ws%3A%2F%2F127.0.0.1%3A$RPC_PORT
audit records      $FOLDER/audit-study-${STUDIES[0]}.txt
blob folder        $FOLDER/blobs
logs               $FOLDER/network/{$(IFS=,; printf '%s' "${MEMBERS[*]}")}.log
EOF
}

main() {
	read_options "$@"
	SECONDS=0
	trap clean_up EXIT
	exit_on_signals
	FOLDER=${FOLDER:-${XDG_STATE_HOME:-$HOME/.local/state}/consilium/devnet-$(date +%Y%m%d-%H%M%S)}
	[[ $FOLDER == /* ]] || FOLDER=$PWD/$FOLDER
	network_environment "$FOLDER" "$RPC_PORT"
	set_up
	build_binaries
	local url study options=()
	if [ -n "$DATA" ]; then options+=(--data "$DATA"); fi
	if has_compute_nodes; then options+=(--compute-nodes); fi
	if [ "$QUANTUM" != none ]; then options+=(--kmes "$QUANTUM"); fi
	if [ -n "$EAVESDROP" ]; then options+=(--eavesdrop "$EAVESDROP"); fi
	prepare_devnet "$FOLDER" "${options[@]}"
	if [ "$QUANTUM" != none ]; then start_kmes; fi
	NODE_FLAGS=()
	for url in "${URLS[@]}"; do NODE_FLAGS+=(--node "$url"); done
	start_network
	open_studies
	printf '\n'
	STUDY_FLAGS=()
	for study in "${STUDIES[@]}"; do STUDY_FLAGS+=(--study "$study"); done
	if [ -n "$EAVESDROP" ]; then
		say "Somebody listens on the quantum link $EAVESDROP"
		script lift-eavesdropper --kmes "$FOLDER/kmes.json" --link "$EAVESDROP" --study "${STUDIES[0]}" --node "${URLS[0]}"
		printf '\n'
	fi
	script watch-rounds "${STUDY_FLAGS[@]}" "${NODE_FLAGS[@]}"
	evaluate
	show_sealing
	audit
	show_links
	printf 'time               %d min %d s\n' $((SECONDS / 60)) $((SECONDS % 60))
	if [ "$EXIT_WHEN_DONE" = true ]; then return; fi
	printf '\nThe network runs on; Ctrl-C ends it.\n'
	while true; do
		ensure_network_lives
		sleep 1
	done
}

main "$@"
