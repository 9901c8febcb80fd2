#!/usr/bin/env bats
# What goes wrong in a pipeline is said once, whoever finds it.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	unset CHANTAL_HOME
	mkdir up
	echo one >up/hello-1.0.tar.gz
	echo junk >junk.deb
	cat >config.yaml <<-END
		storage: {base_path: $PWD/store, published_path: $PWD/www}
		download: {retry_attempts: 0}
		repositories:
		  - {id: good, type: http, feed: $PWD/up}
		  - {id: gone, type: http, feed: $PWD/gone}
		  - {id: dead, type: http, feed: "http://127.0.0.1:1/"}
		  - {id: empty, type: rpm, feed: $PWD/up}
		  - {id: locked, type: http, feed: $PWD/up, gpg: {enabled: true, key_file: $PWD/none.sec}}
		  - {id: debs, type: apt, mode: hosted, apt: {distribution: stable}}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
}

# says STATUS TEXT WORDS...: chantal ends so, and its one line has the text.
says() {
	local want=$1 text=$2
	shift 2
	run "-$want" --separate-stderr chantal -q "$@"
	echo "$stderr"
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"$text"* ]]
}

@test "a misspelt command is told the one that may have been meant" {
	meant() { # WORDS MEANT...
		local text=$2
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr chantal $1
		[[ "${stderr_lines[0]}" == "chantal: $1: unknown command$text" ]]
	}
	meant "rpeo" "; did you mean repo?"
	meant "repo snyc" "; did you mean repo sync?"
	meant "repo check" "; did you mean repo check-updates?"
	meant "publish vew" "; did you mean publish view?"
	meant "snapshot creat" "; did you mean snapshot create?"
	meant "package uplaod" "; did you mean package upload?"
	meant "view lits" "; did you mean view list?"
	meant "plugin chekc" "; did you mean plugin check?"
	meant "pool stat" "; did you mean pool stats?"
	meant "cache claer" "; did you mean cache clear?"
	meant "content serach" "; did you mean content search?"
	meant "content xyzzy" ""
	meant "frobnicate" ""
}

@test "a feed that is not there is said once, with the repository that has it" {
	says 2 "chantal-fetch: gone: $PWD/gone: No such file" repo sync --repo-id gone
	says 75 "chantal-fetch: dead: http://127.0.0.1:1/: Failed to connect" repo sync --repo-id dead
	says 3 "chantal-fetch: empty: rpm: list: repodata/repomd.xml: is not there" repo sync --repo-id empty
	says 2 "chantal-fetch: gone: $PWD/gone: No such file" repo check-updates --repo-id gone
	run -0 chantal repo history --repo-id dead --format json
	[[ $(jq -r '.[0].message' <<<"$output") == "dead: http://127.0.0.1:1/: Failed to connect"* ]]
}

@test "of several repositories each says its own, and a last line which failed" {
	run -2 --separate-stderr chantal -q repo sync --pattern 'g*'
	[ "$stderr" = "chantal-fetch: gone: $PWD/gone: No such file or directory
chantal: failed: gone" ]
}

@test "a key to sign with that is not there is said once" {
	chantal -q repo sync --repo-id locked
	says 2 "chantal-index: locked: $PWD/none.sec: signing key: cannot be read" publish repo --repo-id locked
	[ ! -e www/locked ]
}

@test "a catalog that was damaged is said once when it is published" {
	chantal -q repo sync --repo-id good
	chmod u+w store/catalog/good/00000001.ndjson
	truncate -s -9 store/catalog/good/00000001.ndjson
	says 3 'catalog/good/00000001.ndjson: the file is damaged' publish repo --repo-id good
	[ ! -e www/good ]
}

@test "a pool that is none is said once when it is published" {
	chantal -q repo sync --repo-id good
	mv store/pool away
	: >store/pool
	says 2 "chantal-index: good: $PWD/store/pool: not a folder" publish repo --repo-id good
}

@test "a tree that is none of ours is said once when it is to be replaced" {
	chantal -q repo sync --repo-id good
	mkdir -p www/good
	: >www/good/mine
	says 2 "chantal-publish: $PWD/www/good: not a tree that chantal-publish made" publish repo --repo-id good
}

@test "a package that is refused is said once when it is uploaded" {
	says 1 'chantal-catalog: warning: debs: rejected: junk.deb: malformed' package upload --repo-id debs --file junk.deb
}

@test "a name or a configuration that is wrong is said once" {
	for verb in 'repo sync' 'publish repo' 'repo check-updates'; do
		# shellcheck disable=SC2086 # two words
		says 2 'chantal-config: goood: not in repositories: did you mean "good"?' $verb --repo-id goood
	done
	says 2 'chantal-config: goood: not in repositories' package upload --repo-id goood --file junk.deb
	echo 'colour: red' >>config.yaml
	says 2 'config.yaml:10:1: colour: unknown key' repo sync --repo-id good
	says 2 'config.yaml:10:1: colour: unknown key' publish repo --repo-id good
}

@test "who commits says it when what failed had another place for messages" {
	run -2 --separate-stderr sh -c 'chantal-fetch --repo gone 2>/dev/null | chantal-catalog save gone'
	[ "$stderr" = "chantal-catalog: gone: $PWD/gone: No such file or directory" ]
	run -2 --separate-stderr sh -c 'chantal-fetch --repo gone | chantal-catalog save gone 2>said'
	[ "$stderr" = "chantal-fetch: gone: $PWD/gone: No such file or directory" ]
	[ "$(cat said)" = "chantal-catalog: gone: $PWD/gone: No such file or directory" ]
	chantal-fetch --repo gone >stream 2>/dev/null || [ $? = 2 ]
	jq -e '.status == "failed" and .exit == 2 and (.told | length > 0)' stream
}

@test "two stages that fail for different reasons both say theirs" {
	: >file
	run -2 --separate-stderr sh -c "chantal-fetch --repo gone | chantal-pool add --repo good --pool '$PWD/file' | chantal-catalog save gone"
	echo "$stderr"
	[ "$(wc -l <<<"$stderr")" -eq 2 ]
	[[ $stderr == *'chantal-fetch: gone: '* ]]
	[[ $stderr == *"chantal-pool: $PWD/file: not a folder"* ]]
}

@test "-v shows how it was passed on" {
	run -2 --separate-stderr chantal -v repo sync --repo-id gone
	[[ $stderr == *"chantal-catalog: gone: $PWD/gone: No such file"* ]]
}

# meant WANTED WORDS...: the first line about these words is the wanted one.
meant() {
	local want=$1
	shift
	run -2 --separate-stderr "$@" </dev/null
	echo "$stderr"
	[ -z "$output" ]
	[ "${stderr%%$'\n'*}" = "$want" ]
}

@test "an option that is misspelt is told together with the one that was meant" {
	meant 'chantal-catalog: --foramt: unknown option; did you mean --format?' chantal-catalog ls --foramt=json x
	meant 'chantal-config: --lsit: unknown option; did you mean --list?' chantal-config --lsit
	meant 'chantal-fetch: --keyrnig: unknown option; did you mean --keyring?' chantal-fetch --keyrnig x
	meant 'chantal-filter: --inclde: unknown option; did you mean --include?' chantal-filter --inclde x
	meant 'chantal-index: --taget: unknown option; did you mean --target?' chantal-index --taget x
	meant 'chantal-pool: --knwon: unknown option; did you mean --known?' chantal-pool add --knwon x
	meant 'chantal-publish: --chekc: unknown option; did you mean --check?' chantal-publish --chekc x
	meant 'chantal: --confg: unknown option; did you mean --config?' chantal --confg=x repo list
	meant 'chantal: --patern: unknown option here; did you mean --pattern?' chantal repo sync --patern x
	meant 'apt: --mata: unknown option; did you mean --meta?' "$BUILD/libexec/chantal/plugins/apt" list --mata x
}

@test "so is a verb" {
	meant 'chantal-catalog: svae: no such command; did you mean save?' chantal-catalog svae x
	meant 'chantal-catalog: colours: no such command' chantal-catalog colours
	meant 'chantal-pool: imprt: not a verb; did you mean import?' chantal-pool imprt x
	meant 'chantal-pool: frobnicate: not a verb' chantal-pool frobnicate
	meant 'chantal-pool: nothing: not a verb' chantal-pool
}

@test "an option like none, of several, without its value or with one too many is named" {
	meant 'chantal-pool: --colour: unknown option' chantal-pool --colour=red
	meant 'chantal: --colour: unknown option' chantal --colour=red
	meant 'chantal-pool: -X: unknown option' chantal-pool --yes -vX
	meant 'chantal-pool: --rep: which of --repo, --repair?' chantal-pool --rep
	meant 'chantal-pool: --known: wants a value' chantal-pool --known
	meant 'chantal-index: -o: wants a value' chantal-index -o
	meant 'chantal-pool: --yes: takes no value' chantal-pool --yes=1
}
