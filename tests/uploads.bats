#!/usr/bin/env bats
# chantal package list and remove, content list, search and show.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	mkdir up in
	echo one >up/hello-1.0.tar.gz
	echo two >up/adder-2.0.tar.gz
	for v in 1.0 1.1; do echo "own $v" >in/own-$v.tar.gz; done
	echo other >in/other-3.tar.gz
	cat >config.yaml <<-END
		storage: {base_path: $PWD/store, published_path: $PWD/www}
		repositories:
		  - {id: mine, type: http, mode: hosted}
		  - {id: both, type: http, feed: $PWD/up}
		views:
		  - {name: all, repos: [mine, both]}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
	chantal -q package upload --repo-id mine --directory in
}

# names REPO: NAME=VERSION of its packages in a line.
names() {
	chantal-catalog ls "$1" --format csv | awk -F, 'NR > 1 { print $1 "=" $2 }' | paste -sd' '
}

@test "an upload is taken out again, and is gone from the next tree" {
	chantal -q publish repo --repo-id mine
	run -0 --separate-stderr chantal package remove --repo-id mine own=1.0
	[[ "$output" == *"own "*1.0*own-1.0.tar.gz* ]]
	[ "${#lines[@]}" -eq 2 ]
	[[ "$stderr" == *"2 packages: 0 added, 1 removed, 0 updated"* ]]
	[ "$(names mine)" = "other=3 own=1.1" ]
	chantal -q publish repo --repo-id mine
	[ "$(jq -r '.packages[].filename' www/mine/metadata/index.json | sort | paste -sd' ')" = "packages/other-3.tar.gz packages/own-1.1.tar.gz" ]
	chantal-publish --check www/mine
	run -0 chantal repo history --repo-id mine --format json
	[ "$(jq -r '.[0].action' <<<"$output")" = drop ]
}

@test "a name without a version is all of them, several names are several" {
	run -0 chantal -q package remove --repo-id mine own other=3
	[ "${#lines[@]}" -eq 4 ]
	[ "$(names mine)" = "" ]
	run -0 chantal publish repo --repo-id mine
	run -0 chantal -q package upload --repo-id mine --file in/own-1.0.tar.gz
	[ "$(names mine)" = "own=1.0" ]
}

@test "what was removed comes back with the generation before" {
	chantal -q package remove --repo-id mine own
	chantal-catalog -q restore mine@1
	[ "$(names mine)" = "other=3 own=1.0 own=1.1" ]
}

@test "a shell pattern names several; --dry-run only says which" {
	run -0 --separate-stderr chantal package remove --repo-id mine --pattern 'o*=1.*' --dry-run
	[ "${#lines[@]}" -eq 3 ]
	[ "$(names mine)" = "other=3 own=1.0 own=1.1" ]
	[ -z "$stderr" ]
	chantal -q package remove --repo-id mine --pattern 'o*=1.*'
	[ "$(names mine)" = "other=3" ]
}

@test "a name that no upload has changes nothing, also beside one that is right" {
	run -2 --separate-stderr chantal package remove --repo-id mine own nowhere
	[[ "$stderr" == *"mine: nowhere: no upload is named so"*"nothing was removed"* ]]
	[ -z "$output" ]
	[ "$(names mine)" = "other=3 own=1.0 own=1.1" ]
	run -2 --separate-stderr chantal package remove --repo-id mine ow
	run -2 --separate-stderr chantal package remove --repo-id mine
	[[ "$stderr" == *"NAME[=VERSION][.ARCH] or --pattern"* ]]
	run -2 --separate-stderr chantal package remove --repo-id mine own --pattern 'o*'
	[[ "$stderr" == *"not both"* ]]
	run -2 chantal package remove --repo-id both own
}

@test "of a filtered repository only uploads are removed, upstream's are filtered" {
	chantal -q repo sync --repo-id both
	chantal -q package upload --repo-id both --file in/own-1.0.tar.gz
	run -2 --separate-stderr chantal package remove --repo-id both hello
	[[ "$stderr" == *"is upstream's, not an upload: filters.patterns.exclude"* ]]
	run -0 chantal package list --repo-id both
	[ "${#lines[@]}" -eq 2 ]
	[[ "${lines[1]}" == own* ]]
	chantal -q package remove --repo-id both --pattern '*'
	[ "$(names both)" = "adder=2.0 hello=1.0" ]
	chantal -q repo sync --repo-id both
	[ "$(names both)" = "adder=2.0 hello=1.0" ]
}

@test "a line for each architecture; .ARCH names one of them" {
	chantal-catalog -q save some --catalog cat < <(
		repo_line some http
		for a in amd64 arm64; do
			pkg_line some tool 1 $a tool_1_$a '"local":true,"sha256":"'"$(printf '%064d' 1)"'"'
		done
		end_line some
	)
	run -0 chantal-catalog -q drop some tool=1.arm64 --catalog cat
	run -0 chantal-catalog ls some --catalog cat --format csv
	[[ "$output" == *tool_1_amd64* && "$output" != *tool_1_arm64* ]]
	run -0 chantal-catalog -q drop some tool.amd64 --catalog cat
}

@test "content list and search go over all repositories, or those of one type or view" {
	chantal -q repo sync --repo-id both
	run -0 chantal content list --format csv
	[ "${#lines[@]}" -eq 6 ]
	run -0 chantal content list --type apt --format csv
	[ "${#lines[@]}" -eq 1 ]
	run -0 chantal content list --type http --repo-id mine --format csv
	[ "${#lines[@]}" -eq 4 ]
	run -0 chantal content list --view all --format csv
	[ "${#lines[@]}" -eq 6 ]
	run -0 chantal content search OWN --view all --type http --format json
	[ "$(jq -r '.[].version' <<<"$output" | paste -sd' ')" = "1.0 1.1" ]
	run -0 chantal content search OWN --repo-id both --format json
	[ "$(jq length <<<"$output")" -eq 0 ]
}

@test "content show tells all of a package, by name, version or digest" {
	run -0 chantal content show own@1.1
	[[ "$output" == *"name: own"*"version: 1.1"*"local: true"* ]]
	[ "$(grep -c '^name:' <<<"$output")" -eq 1 ]
	run -0 chantal content show "$(sha256_of in/own-1.0.tar.gz)" --format json
	[[ "$(jq -r '.[].path' <<<"$output")" == *own-1.0.tar.gz ]]
	run -0 chantal content show own --repo-id mine
	[ "$(grep -c '^name:' <<<"$output")" -eq 2 ]
	run -2 --separate-stderr chantal content show nowhere
	[[ "$stderr" == *"nowhere: no package has this SHA-256, name, or name@version"* ]]
	run -2 chantal content show own --format csv
}

@test "what a package says of itself does not reach the terminal as it is" {
	chantal-catalog -q save some --catalog cat < <(
		repo_line some http
		pkg_line some evil 1 '' evil '"sha256":"'"$(printf '%064d' 1)"'","stanza":"a: \u001b[31m\nb: 2\n","http":{"x":"\u001b]0;t\u0007"}'
		end_line some
	)
	run -0 chantal-catalog show evil --catalog cat
	[[ "$output" != *$'\e'* && "$output" != *$'\a'* ]]
	[[ "$output" == *"stanza: a: "*$'\n\tb: 2\n'*"http.x: "* ]]
}

# upload ID LINE...: package lines of repository some, merged.
merge() {
	chantal-catalog save some --merge --catalog cat "${FORCE[@]}" < <(
		repo_line some http
		printf '%s\n' "$@"
		end_line some
	)
}

# up NAME VERSION PATH DIGIT
up() {
	pkg_line some "$1" "$2" all "$3" '"local":true,"sha256":"'"$(printf "%064d" "$4")"'"'
}

@test "two uploads that want one path are refused by name, the others go on" {
	FORCE=()
	run -1 --separate-stderr merge "$(up foo 1.0 foo_1.0 1)" "$(up foo 1:1.0 foo_1.0 2)" "$(up bar 1 bar_1 3)"
	[ "$(grep -c 'rejected: foo 1:*1*:*1*.0 all: conflict: foo 1.0 all and foo 1:1.0 all would lie at one path' <<<"$stderr")" -eq 2 ]
	run -0 chantal-catalog ls some --catalog cat --format csv
	[ "${#lines[@]}" -eq 2 ]
	[[ "${lines[1]}" == bar* ]]
	run -0 merge "$(up foo 1.0 foo_1.0 1)"
	run -1 --separate-stderr merge "$(up foo 1:1.0 foo_1.0 2)" "$(up baz 1 baz_1 4)"
	[[ "$stderr" == *"rejected: foo 1:1.0 all: conflict: foo 1.0 all and foo 1:1.0 all would"* ]]
	run -0 chantal-catalog ls some --catalog cat --format csv
	[ "${#lines[@]}" -eq 4 ]
	[[ "$output" != *1:1.0* ]]
	# The same bytes, and other bytes of one package by force, are no matter of paths.
	run -0 merge "$(up foo 1:1.0 foo_1.0 1)"
	chantal-catalog -q drop some foo=1:1.0 --catalog cat
	FORCE=(--force)
	run -0 merge "$(up foo 1.0 foo_1.0 5)"
}

# at_path PATH: all packages that lie there, "name digit ...".
at_path() {
	chantal-catalog ls some --catalog cat --format json |
		jq -r --arg p "$1" 'map(select(.path == $p)) | map(.name + " " + .sha256[63:]) | join(" ")'
}

@test "bytes that were replaced by force want no path, those that came for them do" {
	FORCE=()
	run -0 merge "$(up foo 1 p 1)" "$(up bar 1 p 1)"
	FORCE=(--force)
	run -1 --separate-stderr merge "$(up foo 1 p 2)"
	[[ "$stderr" == *"rejected: foo 1 all: conflict: bar 1 all and foo 1 all would lie at one path"* ]]
	[ "$(at_path p)" = "bar 1 foo 1" ]
	# Three of one path: old bytes of one, new ones of it, and another's.
	run -0 merge "$(up one 1 q 1)"
	run -1 --separate-stderr merge "$(up one 1 q 2)" "$(up two 1 q 1)" "$(up ten 1 r 1)"
	[ "$(grep -c 'rejected: .*: conflict: one 1 all and two 1 all would lie at one path' <<<"$stderr")" -eq 2 ]
	[ "$(at_path q)" = "one 1" ]
	[ "$(at_path r)" = "ten 1" ]
	run -0 merge "$(up one 1 q 2)"
	run -0 merge "$(up one 1 q 3)" "$(up two 1 q 3)"
	[ "$(at_path q)" = "one 3 two 3" ]
}

@test "bytes that are refused want no path" {
	FORCE=()
	run -0 merge "$(up one 1 q 1)"
	run -1 --separate-stderr merge "$(up one 1 q 2)" "$(up two 1 q 1)"
	[[ "$stderr" == *"rejected: one 1 all: conflict: other bytes are there"* ]]
	[[ "$stderr" != *'one path'* ]]
	[ "$(at_path q)" = "one 1 two 1" ]
}
