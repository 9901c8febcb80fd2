#!/usr/bin/env bats
# A sample of the sweep that "make faults" runs in full: two minutes.

load helpers

sweep() {
	run -0 "$TOP/tests/bin/fault-sweep" --build "$BUILD" --seed "$RANDOM" "$@"
	printf '%s\n' "$output" | sed 's/^/# /' >&3
	[[ $output != *"not ok"* ]]
}

setup() {
	common_setup
	BUILD=$TOP/build/faults
}

@test "killed or failed at any call of theirs, pool add, catalog save and publish keep the invariants" {
	sweep --seconds 90
}

@test "killed by strace at any system call they keep them too" {
	BUILD=${CHANTAL_BUILD:-$TOP/build}
	sweep --seconds 30 --strace --action KILL
}
