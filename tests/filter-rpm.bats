#!/usr/bin/env bats
# The rules for RPM packages: streams, advisories, the newest of modules.
# shellcheck disable=SC2154 # run sets $stderr

bats_require_minimum_version 1.5.0
load helpers

setup() {
	common_setup
	{
		repo_line r rpm
		rpm bash 5.1-1
		rpm bash 5.2-1 "$(advisories 'A-1 security Important 2024-03-01')"
		rpm zlib 1.2-9 "$(advisories 'A-2 bugfix None 2024-01-01' 'A-3 security Low 2024-02-01')"
		rpm curl 8.0-1 "$(advisories 'A-4 security Critical 2020-01-01')"
		rpm gcc 12-1 "$(advisories 'A-5 bugfix Critical')"
		rpm nodejs 16.1-1 "$(streams nodejs:16@100)"
		rpm nodejs 16.2-1 "$(streams nodejs:16@200)"
		rpm nodejs 18.0-1 "$(streams nodejs:18@150)"
		rpm npm 9.0-1 "$(streams nodejs:16@200 nodejs:18@150)"
		end_line r
	} >stream
}

# rpm NAME VERSION [ATTRIBUTES]
rpm() {
	pkg_line r "$1" "$2" x86_64 "$1-$2.rpm" "\"rpm\":{\"epoch\":0${3:+,$3}}" |
		sed 's/"type":"http"/"type":"rpm"/'
}

# streams NAME:STREAM@VERSION...
streams() {
	jq -nc --args '{module: ($ARGS.positional | map(sub("@.*"; ""))), latest: $ARGS.positional}' \
		"$@" | sed 's/^{//; s/}$//'
}

# advisories "ID TYPE SEVERITY [DATE]"...
advisories() {
	jq -nc --args '[$ARGS.positional[] | split(" ")] | {
		advisory: map(.[0]), advisory_type: map(.[1]), advisory_severity: map(.[2]),
		advisory_date: map(if .[3] then "\(.[3])T00:00:00Z" | fromdate else 0 end)
		}' "$@" | sed 's/^{//; s/}$//'
}

# kept OPTION...: NAME-VERSION of what stays
kept() {
	chantal-filter -q "$@" <stream |
		jq -r 'select(.record == "package") | "\(.name)-\(.version)"' | paste -sd' '
}

# kept_by FILTERS
kept_by() {
	printf 'repositories:\n- {id: r, type: rpm, feed: "http://h/", filters: %s}\n' "$1" >conf.yaml
	kept --config conf.yaml --repo r
}

PLAIN="bash-5.1-1 bash-5.2-1 zlib-1.2-9 curl-8.0-1 gcc-12-1"

@test "streams that are wanted stay, with all that is in none" {
	[ "$(kept_by '{rpm: {streams: {include: ["nodejs:18"]}}}')" = "$PLAIN nodejs-18.0-1 npm-9.0-1" ]
	[ "$(kept_by '{rpm: {streams: {include: [perl]}}}')" = "$PLAIN" ]
	[ "$(kept_by '{rpm: {streams: {include: [nodejs]}}}')" = "$(kept)" ]
}

@test "what a kept stream has too stays when another one goes" {
	[ "$(kept_by '{rpm: {streams: {exclude: ["nodejs:16"]}}}')" = "$PLAIN nodejs-18.0-1 npm-9.0-1" ]
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}}}')" = "$PLAIN" ]
}

@test "advisories choose by id, type, severity and date" {
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {ids: [A-3, A-5]}}}')" = \
		"bash-5.1-1 zlib-1.2-9 gcc-12-1" ]
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {types: [Security]}}}')" = \
		"bash-5.1-1 bash-5.2-1 zlib-1.2-9 curl-8.0-1" ]
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {severities: [critical]}}}')" = \
		"bash-5.1-1 curl-8.0-1 gcc-12-1" ]
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {newer_than: 2024-02-01}}}')" = \
		"bash-5.1-1 bash-5.2-1 zlib-1.2-9" ]
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {older_than: 2023-01-01}}}')" = \
		"bash-5.1-1 curl-8.0-1" ]
}

@test "one advisory has to be all that is asked of advisories" {
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {types: [security], severities: [Critical, Low]}}}')" = \
		"bash-5.1-1 zlib-1.2-9 curl-8.0-1" ]
	[ "$(kept_by '{rpm: {streams: {exclude: [nodejs]}, advisories: {types: [bugfix], newer_than: 2024-01-15}}}')" = \
		"bash-5.1-1" ]
}

@test "explain names the stream or the advisory of what goes" {
	kept_by '{rpm: {streams: {include: ["nodejs:18"]}, advisories: {ids: [A-1]}}}' >/dev/null
	run -0 --separate-stderr chantal-filter --explain --config conf.yaml --repo r <stream
	[[ "$stderr" == *"nodejs 16.1-1 x86_64: filters.rpm.streams: is of nodejs:16"* ]]
	[[ "$stderr" == *"curl 8.0-1 x86_64: filters.rpm.advisories: is in A-4"* ]]
}

@test "the newest of a module are those of each stream's newest version" {
	[ "$(kept --latest 1)" = \
		"bash-5.2-1 zlib-1.2-9 curl-8.0-1 gcc-12-1 nodejs-16.2-1 nodejs-18.0-1 npm-9.0-1" ]
	[ "$(kept --latest 2)" = "$(kept)" ]
}

@test "a stream's version that has the highest package stays with all of it" {
	{
		repo_line r rpm
		rpm perl 5.30-1 "$(streams perl:5@300)"
		rpm perl 5.32-1 "$(streams perl:5@200)"
		rpm perl-libs 5.29-1 "$(streams perl:5@200)"
		rpm perl-libs 5.30-1 "$(streams perl:5@300)"
		rpm perl 5.28-1 "$(streams perl:5@100)"
		rpm perl 5.40-1
		rpm perl 5.39-1
		end_line r
	} >stream
	[ "$(kept --latest 1)" = "perl-5.30-1 perl-5.32-1 perl-libs-5.29-1 perl-libs-5.30-1 perl-5.40-1" ]
	tac stream >turned
	mv turned stream
	[ "$(kept --latest 1 | tr ' ' '\n' | sort | paste -sd' ')" = \
		"perl-5.30-1 perl-5.32-1 perl-5.40-1 perl-libs-5.29-1 perl-libs-5.30-1" ]
}

@test "a package of several versions of a stream counts for the highest" {
	{
		repo_line r rpm
		rpm lib 1-1 "$(streams s:1@100 s:1@200)"
		rpm app 2-1 "$(streams s:1@200)"
		rpm app 1-1 "$(streams s:1@100)"
		end_line r
	} >stream
	[ "$(kept --latest 1)" = "lib-1-1 app-2-1" ]
}

@test "groups of one name in two repositories are two" {
	{
		repo_line r rpm
		rpm app 2-1 "$(streams s:1@200)"
		end_line r
		{ repo_line r rpm && rpm app 1-1 "$(streams s:1@100)" && end_line r; } |
			sed 's/"repo":"r"/"repo":"q"/'
	} >stream
	[ "$(kept --latest 1)" = "app-2-1 app-1-1" ]
}

@test "a latest that is no list of group@rank is refused" {
	sed -i 's/"latest":\[[^]]*\]/"latest":["nothing"]/' stream
	run -3 --separate-stderr chantal-filter --latest 1 <stream
	[[ "$stderr" == *"rpm: latest: an element is not GROUP@RANK"* ]]
}

@test "a filter that names no such key is refused" {
	printf 'repositories:\n- {id: r, type: rpm, feed: "http://h/", filters: {rpm: {advisories: {kind: x}}}}\n' >conf.yaml
	run -2 --separate-stderr chantal-filter --config conf.yaml --repo r <stream
	[[ "$stderr" == *"filters.rpm.advisories.kind"* ]]
}
