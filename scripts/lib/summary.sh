# shellcheck shell=bash
# Steps of a test run and their results.

start_summary() {
	STEP_LOG=$(mktemp -t consilium-test-XXXXXX)
	trap 'rm -f "$STEP_LOG"' EXIT
	STEP_LINES=()
	PASSED=0
	FAILED=0
	SECONDS=0
}

# Runs a command as a step: step NAME COMMAND [argument ...]. A failure is noted, and the next step runs.
step() {
	local name=$1 begin=$SECONDS state=passed passed failed
	shift
	say "$name: $*"
	if ! "$@" 2>&1 </dev/null | tee "$STEP_LOG"; then state=FAILED; fi
	read -r passed failed < <(count_tests "$STEP_LOG")
	# A step without tests counts as one, and so does a failure that is none of a test.
	if [ "$state" = FAILED ] && [ "$failed" -eq 0 ]; then failed=1; fi
	if [ "$state" = passed ] && [ "$passed" -eq 0 ]; then passed=1; fi
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + failed))
	STEP_LINES+=("$(printf '%-18s %-7s %5d passed %4d failed %6d s' \
		"$name" "$state" "$passed" "$failed" $((SECONDS - begin)))")
}

# Passed and failed tests in a log of cargo test, of node's test runner or of zombienet (mocha).
count_tests() {
	sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
		/^test result: / { for (i = 3; i <= NF; i++) counts[$i] += $(i - 1) }
		/^(ℹ|#) pass [0-9]+$/ { passed += $3 }
		/^(ℹ|#) fail [0-9]+$/ { failed += $3 }
		/^(ℹ|#) cancelled [0-9]+$/ { failed += $3 }
		/^Result: [0-9]+\/[0-9]+$/ { split($2, of, "/"); passed += of[1]; failed += of[2] - of[1] }
		END { print passed + counts["passed;"], failed + counts["failed;"] }'
}

# Prints the result of each step, and the sums in the last line. Fails when anything failed.
summarise() {
	printf '\n'
	printf '%s\n' "${STEP_LINES[@]}"
	printf '%-18s %d min %d s\n\n' "all" $((SECONDS / 60)) $((SECONDS % 60))
	printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
	[ "$FAILED" -eq 0 ]
}
