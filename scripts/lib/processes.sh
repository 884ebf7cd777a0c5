# shellcheck shell=bash
# Processes and folders that do not outlive a script.
# shellcheck disable=SC2034 # the scripts that source this use the variables

# Starts a command in a process group of its own, so that all that it starts can be ended together, and sets
# GROUP to the group's id.
start_group() {
	setsid "$@" </dev/null &
	GROUP=$!
}

# Ends a process group: in order, then by force.
end_group() {
	local group=$1 tries
	kill -TERM -- "-$group" 2>/dev/null || return 0
	for ((tries = 0; tries < 100; tries++)); do
		kill -0 -- "-$group" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$group" 2>/dev/null || true
}

# Ends the script in order on a signal, so that the trap for its exit runs.
exit_on_signals() {
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# Runs a command in a process group and ends what is left of it: run_with_folder NAME FUNCTION [argument ...]
# The function finds a new folder in FOLDER and starts the command with start_group; logs of nodes are in its folder
# network, or in folders of that. The folder is removed when all went well, and named else, with the warnings in the logs.
run_with_folder() {
	local name=$1 code=0
	shift
	GROUP=
	FOLDER=$(mktemp -d -t "consilium-$name-XXXXXX")
	trap end_with_folder EXIT
	exit_on_signals
	"$@"
	wait "$GROUP" || code=$?
	return "$code"
}

end_with_folder() {
	local code=$? folder
	trap - EXIT
	trap '' INT TERM HUP
	[ -z "$GROUP" ] || end_group "$GROUP"
	if [ "$code" -eq 0 ]; then
		rm -rf "$FOLDER"
	else
		for folder in "$FOLDER"/network "$FOLDER"/network/*/; do print_warnings "$folder" >&2; done
		printf 'The logs of the nodes are in %s\n' "$FOLDER" >&2
	fi
	exit "$code"
}

# Most lines of one log that are printed, and most characters of a line.
WARNING_LINES=30
WARNING_WIDTH=400

# Prints the last warnings, errors and panics of each node's log in a folder: print_warnings FOLDER
# Only logs of nodes with --detailed-log-output tell warnings and errors from other lines.
print_warnings() {
	local log found
	for log in "$1"/*.log; do
		[ -f "$log" ] || continue
		found=$(grep -aE '^[0-9-]+ [0-9:.]+ +(WARN|ERROR) |panicked at|^Error: ' "$log" | tail -n "$WARNING_LINES" | cut -c "1-$WARNING_WIDTH") || continue
		printf 'Last warnings and errors of %s:\n%s\n\n' "$(basename "$log" .log)" "$found"
	done
}
