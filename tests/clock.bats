#!/usr/bin/env bats
# A clock that steps while the store is worked on: what is referred to, or is
# being added, stays.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	mkdir up
	echo one >up/hello-1.0.tar.gz
	cat >config.yaml <<-END
		storage: {base_path: $PWD/store, published_path: $PWD/www}
		repositories:
		  - {id: tools, type: http, feed: $PWD/up, mode: mirror}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	echo orphan >orphan
	ORPHAN=$(chantal-pool import orphan | cut -d' ' -f1)
	echo new >new
	NEW=$(sha256_of new)
}

teardown() {
	exec 9>&-
	[ -z "${ADD-}" ] || kill "$ADD" 2>/dev/null || :
}

has() { [ -e "$(chantal-pool path "$1")" ]; }

# A run that has added the object new and is waiting for more.
start_add() {
	mkfifo stream
	chantal-pool add -q --repo tools --allow-file "$PWD" <stream >added &
	ADD=$!
	exec 9>stream
	repo_line tools http >&9
	pkg_line tools new 1 '' new "\"url\":\"file://$PWD/new\",\"size\":4,\"sha256\":\"$NEW\"" >&9
	wait_for has "$NEW"
}

end_add() {
	end_line tools >&9
	exec 9>&-
	wait "$ADD"
	ADD=
}

@test "under a clock that is a year behind gc removes nothing, and is right again later" {
	run -0 faketime -f -1y chantal-pool gc --yes
	has "$ORPHAN"
	run -0 faketime -f +2d chantal-pool gc --yes
	run ! has "$ORPHAN"
	chantal-pool fsck --full
	chantal-publish --check www/tools
}

@test "a clock that steps a year ahead takes nothing from a run that is adding" {
	start_add
	run -0 faketime -f +1y chantal-pool gc --yes
	run ! has "$ORPHAN"
	has "$NEW"
	end_add
	chantal-catalog -q save tools --allow-shrink <added
	run -0 chantal-catalog ls tools
	[[ "$output" == *new* ]]
	chantal-pool fsck --full
	chantal-publish --check www/tools
}

@test "a clock that steps back while a run is adding takes nothing from it" {
	start_add
	run -0 faketime -f -1y chantal-pool gc --yes
	has "$NEW"
	has "$ORPHAN"
	end_add
	run -0 faketime -f -1y chantal-pool gc --yes
	chantal-catalog -q save tools --allow-shrink <added
	run -0 faketime -f +1y chantal-pool gc --yes
	has "$NEW"
	run ! has "$ORPHAN"
}

@test "what a clock far ahead swept comes back when something refers to it again" {
	faketime -f +1y chantal-pool gc --yes
	run ! has "$ORPHAN"
	cp orphan up/orphan-1.0.tar.gz
	chantal -q repo sync --repo-id tools
	has "$ORPHAN"
	run -0 chantal-pool gc --yes
	has "$ORPHAN"
	chantal-pool fsck --full
}

@test "a clock that is days behind publishes nothing" {
	echo two >up/other-1.0.tar.gz
	chantal -q repo sync --repo-id tools
	run -75 --separate-stderr faketime -f -3d chantal publish repo --repo-id tools
	[[ "$stderr" == *"the clock is over a day behind"* ]]
	[ ! -e www/tools/other-1.0.tar.gz ]
	chantal -q publish repo --repo-id tools
	[ -e www/tools/other-1.0.tar.gz ]
}
