#!/usr/bin/env bats
# The rules for Debian packages: their attributes, their stanza, their sources.
# shellcheck disable=SC2154 # run sets $stderr

bats_require_minimum_version 1.5.0
load helpers

setup() {
	common_setup
	{
		repo_line deb apt
		deb libssl3 3.0.11-1 amd64 '"section":"libs","source":"openssl","multi_arch":"same"' \
			'Depends: libc6 (>= 2.34)\n'
		deb openssl 3.0.11-1 amd64 '"section":"utils","multi_arch":"foreign"' \
			'Depends: libc6,\n libssl3 (>= 3.0.9)\nMaintainer: A B <a@example.org>\n'
		deb bash 5.2-2+b1 amd64 '"section":"shells","source_version":"5.2-2","tags":["role::program","interface::shell"]' \
			'Essential: yes\n'
		deb nginx 1.22-9 amd64 '"section":"httpd","phased":10' 'Depends: libssl3\n'
		deb halted 1.0-1 amd64 '"section":"net","phased":0' ''
		deb netcfg 1.187 amd64 '"section":"debian-installer","kind":"udeb"' ''
		src openssl 3.0.11-1
		src openssl 3.0.9-1
		src bash 5.2-2
		src nginx 1.22-9
		src halted 1.0-1
		src netcfg 1.187
		src orphan 1.0-1
		end_line deb
	} >stream
}

# deb NAME VERSION ARCH APT STANZA: a binary package
deb() {
	pkg_line "${REPO:-deb}" "$1" "$2" "$3" "pool/$1_$2_$3.deb" \
		"\"apt\":{\"component\":\"main\",$4},\"stanza\":\"Package: $1\\nVersion: $2\\n$5\"" |
		sed 's/"type":"http"/"type":"apt"/'
}

# src NAME VERSION: a source package
src() {
	pkg_line "${REPO:-deb}" "$1" "$2" source "pool/$1_$2.dsc" \
		'"apt":{"component":"main","kind":"source"}' |
		sed 's/"type":"http"/"type":"apt"/'
}

# names OPTION...: what the filter keeps, NAME, or NAME/VERSION for a source
names() {
	chantal-filter -q "$@" <stream | jq -r 'select(.record == "package") |
		if .arch == "source" then "\(.name)/\(.version)" else .name end' | paste -sd' '
}

# config FILTERS: a configuration with this filters block
config() {
	printf 'repositories:\n- {id: deb, type: apt, feed: "http://h/", filters: %s}\n' "$1" >conf.yaml
}

# kept_by FILTERS
kept_by() {
	config "$1"
	names --config conf.yaml --repo deb
}

@test "any field of the stanza can be asked for, in any case" {
	[ "$(names --where 'stanza.Depends~libssl')" = "openssl nginx" ]
	[ "$(names --where 'stanza.DEPENDS~^libc6, libssl3 \(>= 3')" = openssl ]
	[ "$(names --where 'stanza.Essential=yes')" = bash ]
	[ "$(names --where 'stanza.Package=bash' --where 'stanza.Version~^5')" = bash ]
	[ "$(names --where 'stanza.maintainer=A B <a@example.org>')" = openssl ]
	[ "$(names --not-arch source --where 'stanza.Depends!~libc6')" = "bash nginx halted netcfg" ]
}

@test "a field that is not there drops, a stanza that is none too" {
	[ -z "$(names --where 'stanza.Nothing~.')" ]
	[ -z "$(names --where 'stanza.Depend~.')" ]
	[ "$(names --where 'stanza.Nothing!=x')" = "$(names)" ]
}

@test "a stanza that is not UTF-8 is looked into as well" {
	stanza=$(printf 'Package: odd\nVersion: 1\nMaintainer: J\xf6rg\nTask: x,\n y\n' | base64 -w0)
	{
		repo_line deb apt
		pkg_line deb odd 1 amd64 p "\"stanza64\":\"$stanza\"" | sed 's/http/apt/'
		end_line deb
	} >stream
	[ "$(names --where 'stanza.task=x, y')" = odd ]
	sed -i 's/"stanza64":"/&!/' stream
	run -3 --separate-stderr chantal-filter --where stanza.Task=x <stream
	[[ $stderr == *"line 2"*stanza64* ]]
}

@test "conditions on the stanza stand in the configuration too" {
	[ "$(kept_by '{where: ["stanza.Depends~libssl"]}')" = "openssl nginx" ]
}

@test "packages are chosen by the source they were built from" {
	[ "$(kept_by '{deb: {sources: {include: [openssl]}}}')" = \
		"libssl3 openssl openssl/3.0.11-1 openssl/3.0.9-1" ]
	[ "$(kept_by '{deb: {sources: {exclude: [openssl, halted, orphan, netcfg, nginx]}}}')" = \
		"bash bash/5.2-2" ]
	[ "$(names --where apt.source=bash)" = "bash bash/5.2-2" ]
	[ "$(names --where apt.source_version=5.2-2)" = "bash bash/5.2-2" ]
}

@test "packages are chosen by kind, Multi-Arch and tags" {
	[ "$(kept_by '{deb: {kinds: {include: [udeb]}}}')" = netcfg ]
	[ "$(kept_by '{deb: {kinds: {exclude: [udeb, source]}}}')" = \
		"libssl3 openssl bash nginx halted" ]
	[ "$(kept_by '{deb: {multi_arch: {include: [same, foreign]}}}')" = "libssl3 openssl" ]
	[ "$(kept_by '{deb: {multi_arch: {include: ["no"]}, kinds: {include: [deb]}}}')" = \
		"bash nginx halted" ]
	[ "$(kept_by '{deb: {tags: {include: ["interface::shell", "x::y"]}}}')" = bash ]
	[ "$(kept_by '{deb: {kinds: {include: [deb]}, tags: {exclude: ["role::program"]}}}')" = \
		"libssl3 openssl nginx halted" ]
}

@test "kinds and Multi-Arch are words that the configuration knows" {
	for block in '{deb: {kinds: {include: [rpm]}}}' '{deb: {multi_arch: {exclude: [maybe]}}}' \
		'{deb: {source_packages: some}}' '{deb: {phased: {min: 101}}}'; do
		config "$block"
		run -2 --separate-stderr chantal-filter --config conf.yaml --repo deb <stream
		[[ $stderr == *conf.yaml:2:*filters.deb* ]]
	done
}

@test "updates that are on their way can wait until they have arrived" {
	binaries="libssl3 openssl bash"
	[ "$(names --not-arch source --min-phased 100)" = "$binaries netcfg" ]
	[ "$(names --not-arch source --min-phased 1)" = "$binaries nginx netcfg" ]
	[ "$(names --not-arch source --min-phased 0)" = "$binaries nginx halted netcfg" ]
	[ "$(kept_by '{deb: {phased: {min: 11}, kinds: {include: [deb]}}}')" = "$binaries" ]
	run -0 --separate-stderr chantal-filter --explain --min-phased 100 <stream
	[[ $stderr == *"nginx 1.22-9 amd64: min-phased 100: has 10"* ]]
}

@test "matching keeps the sources of the binaries that are kept" {
	[ "$(names --include '^(libssl3|bash)$' --source-packages matching)" = \
		"libssl3 bash openssl/3.0.11-1 bash/5.2-2" ]
	[ "$(kept_by '{deb: {source_packages: matching, sections: {include: [httpd]}}}')" = \
		"nginx nginx/1.22-9" ]
	[ "$(names --arch amd64 --where apt.kind=udeb --source-packages matching)" = \
		"netcfg netcfg/1.187" ]
}

@test "none drops every source, all asks the rules of each" {
	[ "$(names --source-packages none)" = "libssl3 openssl bash nginx halted netcfg" ]
	[ "$(names --source-packages all --include ssl)" = \
		"libssl3 openssl openssl/3.0.11-1 openssl/3.0.9-1" ]
	[ "$(kept_by '{deb: {source_packages: none}, patterns: {include: [bash]}}')" = bash ]
}

@test "what matches does not depend on the order of the input" {
	names --include '^libssl3$' --source-packages matching >expected
	grep '"package"' stream | tac >packages
	tac stream >turned
	for order in turned packages; do
		chantal-filter -q --include '^libssl3$' --source-packages matching <$order |
			jq -r 'select(.record == "package") |
			if .arch == "source" then "\(.name)/\(.version)" else .name end' |
			paste -sd' ' | cmp - expected
	done
}

@test "a source of another repository does not match" {
	{
		cat stream
		repo_line other apt
		REPO=other src openssl 3.0.11-1
		REPO=other src bash 5.2-2
		REPO=other deb bash 5.2-2 amd64 '"section":"shells"' ''
		end_line other
	} >both
	chantal-filter --where apt.section=shells --source-packages matching <both >kept
	[ "$(jq -r 'select(.arch == "source") | "\(.repo) \(.name)"' kept | paste -sd,)" = \
		"deb bash,other bash" ]
	chantal-filter --where apt.source=openssl --source-packages matching <both >kept
	[ "$(jq -r 'select(.arch == "source") | "\(.repo) \(.name)"' kept)" = "deb openssl" ]
}

@test "latest decides before sources are matched" {
	{
		repo_line deb apt
		deb a 2.0 amd64 '"section":"x"' ''
		deb a 1.0 amd64 '"section":"x"' ''
		src a 1.0
		src a 2.0
		src a 3.0
		end_line deb
	} >stream
	[ "$(names --latest 1 --source-packages matching)" = "a a/2.0" ]
	[ "$(names --latest 2 --source-packages matching)" = "a a a/1.0 a/2.0" ]
}

@test "explain says which sources go" {
	run -0 --separate-stderr chantal-filter --explain --include '^bash$' \
		--source-packages matching <stream
	[[ $stderr == *"openssl 3.0.9-1 source: source-packages matching: no binary built from it is kept"* ]]
	[ "$(grep -c ' source: ' <<<"$stderr")" -eq 6 ]
	run -0 --separate-stderr chantal-filter --explain --source-packages none <stream
	[[ $stderr == *"bash 5.2-2 source: source-packages none"* ]]
}

@test "the program of through sees the sources, and what it drops counts" {
	[ "$(names --source-packages matching --through jq -c 'select(.name != "libssl3" and .name != "openssl")')" = \
		"bash nginx halted netcfg bash/5.2-2 nginx/1.22-9 halted/1.0-1 netcfg/1.187" ]
	[ "$(names --source-packages matching --through jq -c 'select(.name != "bash" or .arch != "source")')" = \
		"libssl3 openssl bash nginx halted netcfg openssl/3.0.11-1 nginx/1.22-9 halted/1.0-1 netcfg/1.187" ]
}

@test "the parts of shard together are the whole, though sources and binaries part" {
	chantal-filter --latest 1 --exclude nginx --source-packages matching <stream |
		grep '"package"' | sort >whole
	for i in 1 2 3; do
		chantal-filter --latest 1 --exclude nginx --source-packages matching --shard $i/3 \
			<stream >part$i
		[ "$(grep -c "\"shard\":\"$i/3\"" part$i)" -eq 2 ]
	done
	cat part1 part2 part3 | grep '"package"' | sort | cmp - whole
	[ "$(grep -c source whole)" -ge 4 ]
}

@test "sources that belong to nothing are told like all that rules drop" {
	{
		repo_line deb apt
		src a 1.0
		end_line deb
	} >stream
	run -0 --separate-stderr chantal-filter --source-packages matching <stream
	[[ $stderr == *"keep none of 1 packages"* ]]
	[ "$(wc -l <<<"$output")" -eq 2 ]
}

@test "packages of other types have no sources to be matched" {
	pkg_line r tool 1.0 source p >stream
	[ "$(names --source-packages matching)" = tool/1.0 ]
	[ "$(names --source-packages none)" = tool/1.0 ]
}
