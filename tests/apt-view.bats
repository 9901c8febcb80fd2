#!/usr/bin/env bats
# Views of type apt: suites and repositories as one that apt reads.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load apt

setup_file() {
	apt_setup_file
	apt_archive
}

teardown_file() { www_teardown_file; }

setup() {
	apt_setup
	upstream
	FILTERED=("feed: file://$W/up/" "$VERIFY" "$SIGN")
}

teardown() { www_teardown; }

# filtered ID SUITE [KEY IN apt]...: a repository of mode filtered
filtered() {
	local id=$1 suite=$2 keys=
	shift 2
	for key; do keys+=", $key"; done
	repository "$id" filtered "${FILTERED[@]}" "apt: {distribution: $suite$keys}"
}

# view LINE...: the view all of these keys, of "stable" and "updates" unless
# they say; and all is synced
view() {
	{
		printf 'views:\n  - name: all\n    %s\n' "$SIGN"
		case "$*" in *repos:*) ;; *) printf '    repos: [stable, updates]\n' ;; esac
		printf '    %s\n' "$@"
	} >>"$W/config.yaml"
	chantal -q repo sync --all
}

# published SUITE COMPONENT...: the view, for apt
published() {
	chantal -q publish view --name all
	source_line deb '[mirror]' "$URL/www/views/all/latest" "$@"
	apt_update
}

# versions NAME: all that apt knows of it, oldest first
versions() {
	apt apt-cache madison "$1" | awk '{ print $3 }' | sort -Vu | paste -sd' '
}

# other_bytes NAME VERSION: a second upstream in $W/other, whose suite stable
# has this package with bytes of its own
other_bytes() {
	local root=$W/other
	mkdir -p "$root"
	make_deb "$root/pool/main/h/$1/$1_$2_amd64.deb" "$1" "$2" amd64 \
		'Section: utils' 'Priority: optional' 'Description: of the other'
	mkdir "$root/lists"
	(cd "$root" && find pool -type f >lists/stable_main)
	make_index "$root" stable main amd64 || return 1
	make_release "$root" stable main amd64 other || return 1
}

@test "a suite and its updates are one suite, and apt takes the newer" {
	filtered stable stable
	filtered updates stable-updates
	view 'apt: {distribution: everything, origin: Us}'
	published everything main
	[ "$(versions hello)" = '1.0-1 1.1-1' ]
	apt_names >names
	grep -x 'hello 1.1-1 amd64' names
	grep -x 'hello-data 1.0-1 all' names
	grep '^Origin: Us$' "$W/www/views/all/latest/dists/everything/InRelease"
	grep '^Components: main$' "$W/www/views/all/latest/dists/everything/InRelease"
	cd "$W" && apt apt-get download hello=1.1-1 hello-data
	cmp hello_1.1-1_amd64.deb up/pool/main/h/hello/hello_1.1-1_amd64.deb
	chantal-publish --check "$W/www/views/all/latest"
}

@test "each repository can be a component of its own" {
	filtered stable stable 'components: [main, contrib]'
	filtered updates stable-updates
	view 'apt: {distribution: everything, view_components: repository}'
	published everything updates
	[ "$(apt_names)" = 'hello 1.1-1 amd64' ]
	grep '^Components: stable updates$' "$W/www/views/all/latest/dists/everything/InRelease"
	source_line deb '[mirror]' "$URL/www/views/all/latest" everything stable
	apt_update
	apt_names | grep -x 'extra 0.5-1 all'
	[ "$(versions hello)" = '1.0-1 1.1-1' ]
}

@test "suites that the view does not name stay apart in one tree" {
	filtered stable stable
	filtered updates stable-updates
	view
	published stable main
	[ "$(versions hello)" = 1.0-1 ]
	source_line deb '[mirror]' "$URL/www/views/all/latest" stable-updates main
	apt_update
	[ "$(versions hello)" = '1.0-1 1.1-1' ]
}

@test "repositories with translations become one flat folder" {
	filtered stable stable
	filtered updates stable-updates
	view 'apt: {distribution: ./}'
	published ./
	[ "$(versions hello)" = '1.0-1 1.1-1' ]
	[ ! -e "$W/www/views/all/latest/dists" ]
}

@test "a mirror's Release and one that is made are not for the same suite" {
	filtered stable stable
	repository exact mirror "feed: file://$W/up/" "$VERIFY" 'apt: {distribution: stable}'
	view 'repos: [exact, stable]'
	run -2 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *'exact: is a mirror and has the suite stable'*'mode: filtered'* ]]
	[ ! -e "$W/www/views" ]
}

@test "what both have with the same bytes is there once" {
	filtered stable stable
	filtered updates stable
	view 'apt: {distribution: everything}'
	published everything main
	[ -z "$(apt_names | uniq -d)" ]
	chantal -q publish repo --repo-id stable
	for tree in www/stable/dists/stable www/views/all/latest/dists/everything; do
		apt apt-helper cat-file "$W/$tree/main/binary-amd64/Packages.xz" |
			grep '^Package:' | sort >"$W/of.${tree##*/}"
	done
	cmp "$W/of.stable" "$W/of.everything"
}

@test "one version with other bytes is refused until a policy decides" {
	other_bytes hello 1.0-1
	filtered stable stable
	repository other filtered "feed: file://$W/other/" "$VERIFY" 'apt: {distribution: stable}'
	view 'repos: [stable, other]' 'apt: {distribution: everything}'
	run -3 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"hello 1.0-1 amd64: repositories stable and other have it with other bytes"* ]]
	[ ! -e www/views ]
	sed -i 's/repos: \[stable, other\]/&\n    policy: last/' config.yaml
	published everything main
	run -0 apt apt-cache show hello=1.0-1
	[[ "$output" == *'of the other'* ]]
	cd "$W" && apt apt-get download hello=1.0-1
	cmp hello_1.0-1_amd64.deb other/pool/main/h/hello/hello_1.0-1_amd64.deb
	sed -i 's/policy: last/policy: first/' config.yaml
	chantal -q publish view --name all
	apt_update
	run -0 apt apt-cache show hello=1.0-1
	[[ "$output" != *'of the other'* ]]
}

@test "a snapshot of a view is a suite that stays" {
	filtered stable stable
	filtered updates stable-updates
	view 'apt: {distribution: everything}'
	chantal -q snapshot create --view all --name spring
	sed -i 's/distribution: stable-updates/&, architectures: [arm64]/' config.yaml
	chantal -q repo sync --repo-id updates
	chantal -q publish snapshot --view all --snapshot spring
	source_line deb '[mirror]' "$URL/www/views/all/snapshots/spring" everything main
	apt_update
	[ "$(versions hello)" = '1.0-1 1.1-1' ]
	rm "$APTROOT/etc/apt/sources.list"
	published everything main
	[ "$(versions hello)" = 1.0-1 ]
}

@test "sources of a view go with the binaries that a filter keeps" {
	FILTERED+=('filters: {deb: {source_packages: matching, sections: {include: [libs]}}}')
	filtered stable stable 'include_source_packages: true'
	filtered updates stable-updates
	view 'apt: {distribution: everything, include_source_packages: true}'
	published everything main
	source_line deb-src '[mirror]' "$URL/www/views/all/latest" everything main
	apt_update
	[ "$(apt_names)" = 'libfoo1 1:2.0-1 amd64' ]
	[ "$(apt apt-cache dumpavail | grep -c ^Package:)" -eq 1 ]
	mkdir "$W/src"
	cd "$W/src" && apt apt-get source --download-only libfoo1
	[ -e foo_2.0-1.dsc ]
	run ! apt apt-get source --download-only hello
}

@test "phased updates can stay out of a mirror that is frozen" {
	filtered stable stable
	FILTERED+=('filters: {deb: {phased: {min: 100}}}')
	filtered updates stable-updates
	view 'apt: {distribution: everything}'
	published everything main
	[ "$(versions hello)" = 1.0-1 ]
}

@test "any field of the stanza chooses packages for apt" {
	repository stable filtered "${FILTERED[@]}" 'apt: {distribution: stable}' \
		"filters: {where: ['stanza.Depends~hello-data|^$', 'stanza.Enhances=world']}"
	chantal -q repo sync --repo-id stable
	[ "$(packages_of stable | cut -d' ' -f2)" = hello ]
}

@test "a view of one repository has the suite it names, and another one joins it without further words" {
	filtered stable stable
	filtered updates stable-updates
	view 'repos: [stable]' 'apt: {distribution: both, view_components: one}'
	published both one
	grep '^Codename: both$' "$W/www/views/all/latest/dists/both/InRelease"
	[ ! -e "$W/www/views/all/latest/dists/stable" ]
	sed -i 's/repos: \[stable\]/repos: [stable, updates]/' config.yaml
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"shows repositories stable,updates from now on, not stable"* ]]
	apt_update
	[ "$(versions hello)" = '1.0-1 1.1-1' ]
}
