# shellcheck shell=bash
# Four hospitals under zombienet: shared by devnet.sh and the zombienet test.
# shellcheck disable=SC2034 # the scripts that source this use the variables

HOSPITALS=(alice bob charlie dave)

# Makes the devnet's folder and its hospitals, and sets SCHEMA_HASH, FEATURES and CLASSES.
# prepare_devnet FOLDER [option of prepare-hospitals.mjs ...]
prepare_devnet() {
	local folder=$1 answer
	shift
	# zombienet joins commands by spaces.
	[[ $folder =~ ^[A-Za-z0-9/._@+-]+$ ]] || die "the folder $folder has a character that zombienet cannot handle; give one of letters, digits and / . _ @ + - with --dir"
	say "Preparing four hospitals in $folder"
	answer=$(node "$POLKADOT_JS/prepare-hospitals.mjs" --dir "$folder" --binaries "$BINARIES" "$@") || exit 1
	read -r SCHEMA_HASH FEATURES CLASSES <<<"$answer"
	export SCHEMA_HASH FEATURES CLASSES
}

# Sets what zombienet/local.toml takes from the environment: network_environment FOLDER FIRST_PORT
network_environment() {
	local folder=$1 first=$2 index port name
	export CONSILIUM_NODE=$BINARIES/consilium-node CONSILIUM_HOSPITALS=$folder/hospitals
	URLS=()
	for index in "${!HOSPITALS[@]}"; do
		port=$((first + index))
		if port_is_taken "$port"; then
			die "port $port is taken; end what listens there, or choose four others with --rpc-port"
		fi
		name=${HOSPITALS[index]^^}_RPC_PORT
		export "$name=$port"
		URLS+=("ws://127.0.0.1:$port")
	done
}

# The first of as many free ports in a row as there are hospitals.
free_port_block() {
	local first=21000 offset=0
	while ((offset < ${#HOSPITALS[@]})); do
		if port_is_taken $((first + offset)); then
			first=$((first + offset + 1))
			offset=0
		else
			offset=$((offset + 1))
		fi
	done
	printf '%d' "$first"
}

ZOMBIENET=$POLKADOT_JS/node_modules/.bin/zombienet
