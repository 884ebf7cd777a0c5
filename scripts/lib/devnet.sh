# shellcheck shell=bash
# Four hospitals under zombienet, and four nodes that only compute: shared by devnet.sh and the zombienet tests.
# shellcheck disable=SC2034 # the scripts that source this use the variables

HOSPITALS=(alice bob charlie dave)
COMPUTE_NODES=(eve ferdie one two)

# The members without whose nodes the network is not up; with separate compute nodes, those too.
MEMBERS=("${HOSPITALS[@]}")

# Makes the devnet's folder and its members, and sets SCHEMA_HASH, FEATURES, CLASSES and ROOT_SET, a file or "-".
# prepare_devnet FOLDER [option of prepare-hospitals.mjs ...]
prepare_devnet() {
	local folder=$1 answer
	shift
	# zombienet joins commands by spaces.
	[[ $folder =~ ^[A-Za-z0-9/._@+-]+$ ]] || die "the folder $folder has a character that zombienet cannot handle; give one of letters, digits and / . _ @ + - with --dir"
	say "Preparing the hospitals in $folder"
	answer=$(node "$POLKADOT_JS/prepare-hospitals.mjs" --dir "$folder" --binaries "$BINARIES" "$@") || exit 1
	read -r SCHEMA_HASH FEATURES CLASSES ROOT_SET <<<"$answer"
	BLOB_STORE=$folder/blobs
	export SCHEMA_HASH FEATURES CLASSES ROOT_SET BLOB_STORE
}

# Sets what the files in zombienet/ take from the environment: network_environment FOLDER FIRST_PORT
network_environment() {
	local folder=$1 first=$2 index port name
	export CONSILIUM_NODE=$BINARIES/consilium-node CONSILIUM_HOSPITALS=$folder/hospitals
	URLS=()
	for index in "${!MEMBERS[@]}"; do
		port=$((first + index))
		if port_is_taken "$port"; then
			die "port $port is taken; end what listens there, or choose ${#MEMBERS[@]} others with --rpc-port"
		fi
		name=${MEMBERS[index]^^}_RPC_PORT
		export "$name=$port"
		URLS+=("ws://127.0.0.1:$port")
	done
}

# The first of as many free ports in a row as there are members.
free_port_block() {
	local first=21000 offset=0
	while ((offset < ${#MEMBERS[@]})); do
		if port_is_taken $((first + offset)); then
			first=$((first + offset + 1))
			offset=0
		else
			offset=$((offset + 1))
		fi
	done
	printf '%d' "$first"
}

ZOMBIENET=$REPOSITORY/node_modules/.bin/zombienet
