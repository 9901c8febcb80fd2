#!/usr/bin/env bats
# What type apt lists: the Release file, what is taken of it, and the records.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load apt

setup_file() {
	apt_archive
	signing_home
}

teardown_file() { signing_home_end; }

setup() {
	common_setup
	W=$BATS_TEST_TMPDIR
	PIDS=()
	PLUGIN=$BUILD/libexec/chantal/plugins/apt
	upstream
}

teardown() {
	local pid
	for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || :; done
}

# settings MODE SUITE [LINE of the block apt...]: config.yaml for "up"
settings() {
	local line
	{
		printf 'repositories:\n  - id: r\n    type: apt\n    mode: %s\n' "$1"
		printf '    feed: file://%s/up/\n    apt:\n      distribution: %s\n' "$W" "$2"
		shift 2
		for line; do printf '      %s\n' "$line"; done
	} >config.yaml
}

# fetch [OPTION...]: what is listed, in "out"; what is said, in "err"
fetch() {
	chantal-fetch -q --config config.yaml --repo r "$@" >out 2>err || {
		local status=$?
		cat err >&2
		return $status
	}
}

# lists MODE SUITE [LINE...]: settings and fetch
lists() {
	settings "$@"
	fetch
}

# refused STATUS WORDS [OPTION of fetch...]: with the configuration that is there
refused() {
	local wanted=$1 words=$2
	shift 2
	run "-$wanted" --separate-stderr fetch "$@"
	[[ "$stderr" == *"$words"* ]] || {
		echo "stderr: $stderr"
		return 1
	}
	[ "$(jq -r 'select(.record == "end").status' out)" = failed ]
}

# packages: "name version arch" of what was listed
packages() {
	jq -r 'select(.record == "package") | "\(.name) \(.version) \(.arch)"' out | LC_ALL=C sort
}

# files ROLE: paths of the file records with it
files() {
	jq -r --arg role "$1" 'select(.record == "file" and .role == $role) | .path // .as' out |
		LC_ALL=C sort
}

member() { # MEMBER: of the repo line
	jq -r "select(.record == \"repo\") | $1" out
}

# release [FIELD=VALUE...]: the Release of stable again, after a change
release() {
	make_release up stable 'main contrib' 'amd64 arm64' synth "$@" 2>/dev/null
}

# flat_release DIR: a Release of a flat repository, signed
flat_release() {
	(cd "$1" && apt-ftparchive -o APT::FTPArchive::Release::Suite=flat release . >../flat.release)
	mv "$1/../flat.release" "$1/Release"
	sign "$1"
}

# flat: up becomes a flat repository without a Release
flat() {
	rm -rf up
	mkdir up
	make_deb up/one_1.0_amd64.deb one 1.0 amd64
	make_deb up/two_2.0_all.deb two 2.0 all
	(cd up && apt-ftparchive packages . >Packages 2>/dev/null && gzip -nk Packages)
}

@test "a filtered repository has the packages of its component and architecture" {
	lists filtered stable
	[ "$(packages)" = "c++tool 1.0~rc1+dfsg-1 amd64
colon 1:1.0 amd64
foo-bin 1:2.0-1+b1 amd64
hello 1.0-1 amd64
hello-data 1.0-1 all
libfoo1 1:2.0-1 amd64" ]
	[ "$(jq -r 'select(.record == "end").status' out)" = ok ]
	[ "$(files input)" = "dists/stable/InRelease
dists/stable/main/i18n/Translation-en.xz" ]
}

@test "a record has the stanza of upstream byte for byte, a mirror's has none" {
	lists filtered stable
	xz -dc up/dists/stable/main/binary-amd64/Packages.xz >wanted
	jq -j 'select(.record == "package") | .stanza + "\n"' out >got
	cmp wanted got
	lists mirror stable
	[ "$(packages | wc -l)" -gt 5 ]
	[ "$(jq -c 'select(.stanza)' out | wc -l)" -eq 0 ]
}

@test "names of files are encoded in addresses and plain in paths" {
	lists filtered stable
	jq -r 'select(.name == "c++tool" or .name == "colon") | .path, .url' out >got
	[ "$(sed "s|file://$W/up/||" got)" = 'pool/main/c/c++tool/c++tool_1.0~rc1+dfsg-1_amd64.deb
pool/main/c/c%2B%2Btool/c%2B%2Btool_1.0~rc1%2Bdfsg-1_amd64.deb
pool/main/c/colon/colon_1%3a1.0_amd64.deb
pool/main/c/colon/colon_1%253a1.0_amd64.deb' ]
}

@test "sources, udebs and other architectures are there when they are asked for" {
	lists filtered stable 'architectures: [amd64, arm64]' 'components: [main, contrib]' \
		'include_source_packages: true' 'include_udebs: true'
	[ "$(packages | grep -c ' source$')" -eq 3 ]
	[ "$(packages | grep -c '^foo-installer')" -eq 2 ]
	[ "$(packages | grep -c '^hello-data ')" -eq 1 ]
	[ "$(packages | grep -c '^extra .* all$')" -eq 1 ]
	[ "$(jq -r 'select(.name == "foo-installer") | .apt.kind' out | sort -u)" = udeb ]
	[ "$(jq -r 'select(.arch == "source" and .name == "foo") | .files | length' out)" -eq 2 ]
	settings filtered stable 'architectures: [source]'
	fetch
	[ "$(packages)" = "foo 1:2.0-1 source
hello 1.0-1 source" ]
}

@test "everything there is, with a star" {
	lists filtered stable "components: '*'" "architectures: '*'"
	[ "$(member '.apt.suites[0].components | join(" ")')" = 'main contrib' ]
	[ "$(member '.apt.suites[0].architectures | join(" ")')" = 'amd64 arm64' ]
}

@test "several suites, one with a slash and a component with a folder" {
	lists filtered '[stable, stable-updates, stable/updates]'
	[ "$(packages | grep -c '^hello ')" -eq 3 ]
	jq -r 'select(.name == "hello") | "\(.version) \(.apt.suite) \(.apt.component)"' out | sort >got
	[ "$(cat got)" = "1.0-1 stable main
1.1-1 stable-updates main
1.1-1 stable/updates updates/main" ]
	[ "$(member '[.apt.suites[].name] | join(" ")')" = 'stable stable-updates stable/updates' ]
	lists filtered stable/updates 'components: [updates/main]'
	[ "$(packages)" = 'hello 1.1-1 amd64' ]
}

@test "the repo record has dates, what clients pin, and the fields of Release" {
	release 'Valid-Until=x' NotAutomatic=yes
	sed -i '/^Valid-Until/d; s/^Date: .*/Date: Sat, 01 Jun 2024 12:00:00 UTC\nValid-Until: Sun, 02 Jun 2099 12:00:00 UTC/' \
		up/dists/stable/Release
	sign up/dists/stable
	lists filtered stable
	[ "$(member .date)" = 2024-06-01T12:00:00Z ]
	[ "$(member .expires)" = 2099-06-02T12:00:00Z ]
	[ "$(member '.identity.stable | [.Origin, .Label, .Codename, .NotAutomatic] | join(" ")')" = \
		'Synthetic Synthetic synth yes' ]
	[ "$(member '.apt.layout, .apt.suites[0].by_hash')" = "suites
true" ]
	member '.apt.suites[0].release | keys_unsorted[]' >got
	grep -oE '^[A-Z][A-Za-z0-9-]*' up/dists/stable/Release | grep -vE '^(MD5Sum|SHA[0-9]*)$' >wanted
	cmp wanted got
}

@test "a Valid-Until that is no date is refused, and so is local time" {
	local date
	for date in soon 'Sat, 01 Jun 2099 12:00:00 +0200'; do
		sed -i "/^Valid-Until/d; s/^Date: .*/&\nValid-Until: $date/" up/dists/stable/Release
		sign up/dists/stable
		settings filtered stable
		refused 3 'Valid-Until'
	done
}

@test "dates are read as apt reads them: days and hours of one digit, each name of UTC" {
	local date
	for date in 'Fri, 1 Jan 2100 9:00:00 GMT' 'Fri, 01 Jan 2100 09:00:00 Z' \
		'Fri, 1 Jan 2100 09:00:00 -0000' 'Fri, 01 Jan 2100 09:00:00 +0000'; do
		sed -i "/^Valid-Until/d; s/^Date: .*/&\nValid-Until: $date/" up/dists/stable/Release
		sign up/dists/stable
		settings filtered stable
		fetch
		[ "$(member .expires)" = 2100-01-01T09:00:00Z ]
	done
}

@test "a Release without a date warns" {
	sed -i '/^Date:/d' up/dists/stable/Release
	sign up/dists/stable
	settings filtered stable
	fetch
	grep -q 'Date: is missing' err
	[ "$(member .date)" = null ]
}

@test "InRelease is verified, and a bad one is final" {
	settings filtered stable
	fetch --keyring "$KEYS/archive.asc"
	refused 4 InRelease --keyring "$KEYS/stranger.asc"
	sed -i 's/^Suite: stable/Suite: stabbe/' up/dists/stable/InRelease
	refused 4 InRelease --keyring "$KEYS/archive.asc"
	[ -s up/dists/stable/Release.gpg ]
}

@test "Release with Release.gpg is verified where there is no InRelease" {
	rm up/dists/stable/InRelease
	settings filtered stable
	fetch --keyring "$KEYS/archive.asc"
	[ "$(packages | wc -l)" -eq 6 ]
	refused 4 Release --keyring "$KEYS/stranger.asc"
	echo 'X-More: text' >>up/dists/stable/Release
	refused 4 Release --keyring "$KEYS/archive.asc"
	rm up/dists/stable/Release.gpg
	refused 4 'Release.gpg' --keyring "$KEYS/archive.asc"
	fetch
}

@test "a suite that is not there is told with what to look at" {
	settings filtered stabel
	refused 3 'apt.distribution'
}

@test "indexes are fetched by hash, else by name" {
	settings filtered stable
	find up/dists/stable/main -maxdepth 2 -name 'Packages*' -delete
	fetch
	[ "$(packages | wc -l)" -eq 6 ]
	cp -R "$ARCHIVE"/dists/stable/main/binary-amd64 up/dists/stable/main/
	rm -r up/dists/stable/main/binary-amd64/by-hash
	rm -rf store
	fetch
	[ "$(packages | wc -l)" -eq 6 ]
	settings filtered stable 'by_hash: false'
	cp -R "$ARCHIVE"/dists/stable/main/binary-amd64/by-hash up/dists/stable/main/binary-amd64/
	find up/dists/stable/main -maxdepth 2 -name 'Packages*' -delete
	rm -rf store
	refused 75 'not there in any form'
}

@test "each compression is read, whichever is there" {
	local dir=up/dists/stable/main/binary-amd64 form
	xz -dc $dir/Packages.xz >plain
	for form in xz:xz gzip:gz zstd:zst bzip2:bz2 lz4:lz4 cat:; do
		rm -rf store
		rm -f $dir/Packages*
		if [ -n "${form#*:}" ]; then
			"${form%:*}" -c <plain >"$dir/Packages.${form#*:}"
		else
			cp plain "$dir/Packages"
		fi
		PLAIN=keep BY_HASH=no release
		settings filtered stable
		fetch
		[ "$(packages | wc -l)" -eq 6 ]
	done
}

@test "an index in no form is an upstream that changes; an empty one needs no file" {
	local dir=up/dists/stable/main/binary-amd64
	settings filtered stable
	rm -r $dir/by-hash $dir/Packages*
	refused 75 'main/binary-amd64/Packages'
	: >$dir/Packages
	PLAIN=keep release
	rm -r $dir/by-hash $dir/Packages
	fetch
	[ -z "$(packages)" ]
}

@test "an index that is not what Release says is refused" {
	local dir=up/dists/stable/main/binary-amd64
	settings filtered stable 'by_hash: false'
	printf x | dd of=$dir/Packages.xz conv=notrunc 2>/dev/null
	refused 4 Packages.xz
}

@test "only MD5 and SHA1 prove nothing; SHA512 alone will do" {
	settings filtered stable
	DIGESTS='MD5 SHA1' release
	refused 4 'prove nothing'
	DIGESTS=SHA512 release
	fetch
	[ "$(packages | wc -l)" -eq 6 ]
	rm -r up/dists/stable/main/binary-amd64/by-hash
	printf x | dd of=up/dists/stable/main/binary-amd64/Packages.xz conv=notrunc 2>/dev/null
	rm -rf store
	refused 4 Packages.xz
}

@test "what is configured and not there warns, and fails when nothing is left" {
	settings filtered stable 'components: [main, nope]' 'architectures: [amd64, s390x]'
	fetch
	grep -q '^chantal-fetch: warning: apt: apt.components: nope: not in stable' err
	grep -q 'apt.architectures: s390x: not in stable' err
	[ "$(packages | wc -l)" -eq 6 ]
	settings filtered stable 'components: [nope]'
	refused 2 'chantal-fetch: r: apt: list: apt.components: nope: not in stable of the upstream, which has main, contrib'
	settings filtered stable 'architectures: [s390x]'
	refused 2 'which has amd64, arm64'
}

@test "a Release with any number of components takes no time" {
	echo "s/^Components: .*/Components: main $(seq -s ' ' 200000)/" >edit
	sed -i -f edit up/dists/stable/Release
	resign
	# gpg cuts long lines off in a clear signature.
	rm up/dists/stable/InRelease
	settings filtered stable "components: ['*']"
	SECONDS=0
	refused 3 'stable: its Release has over 500 components or architectures'
	[ $SECONDS -lt 10 ]
}

@test "a mirror has every file of its components and architectures, and no other" {
	lists mirror stable 'include_source_packages: true'
	(cd up && find dists/stable -type f | grep -E 'InRelease|Release.gpg|stable/Release|/main/' |
		grep -vE 'arm64|installer-|by-hash|stable/updates') | LC_ALL=C sort >wanted
	files root >got
	files metadata | grep -v by-hash >>got
	# Uncompressed forms are there by hash alone; images are asked for.
	grep -vE 'installer-|/(Packages|Sources|Translation-en|Contents-amd64)$' got |
		LC_ALL=C sort >trees
	diff wanted trees
	grep -qx dists/stable/main/installer-amd64/current/images/SHA256SUMS got
	[ "$(files root)" = "dists/stable/InRelease
dists/stable/Release
dists/stable/Release.gpg" ]
}

@test "a mirror has its files by each listed hash" {
	local hex path
	DIGESTS='MD5 SHA256 SHA512' release
	lists mirror stable
	jq -r 'select(.keep) | "\(.sha256) \(.path)"' out >got
	[ "$(wc -l <got)" -gt 20 ]
	while read -r hex path; do
		[ "$(sha256_of "up/$path")" = "$hex" ]
	done <got
	files metadata | LC_ALL=C sort | uniq -d >twice
	[ ! -s twice ]
	grep -q by-hash/SHA512/ got
	grep -q by-hash/MD5Sum/ got
	BY_HASH=no release
	lists mirror stable
	[ "$(jq -c 'select(.keep)' out | wc -l)" -eq 0 ]
}

@test "a mirror's InRelease, Release and Release.gpg are of one state" {
	settings mirror stable
	cp up/dists/stable/Release old
	echo 'X-Newer: yes' >>up/dists/stable/Release
	refused 75 'do not say the same'
	cp old up/dists/stable/Release
	fetch --keyring "$KEYS/archive.asc"
	sign up/dists/stable stranger
	cp "$ARCHIVE/dists/stable/InRelease" up/dists/stable/
	refused 4 Release --keyring "$KEYS/archive.asc"
	rm up/dists/stable/Release.gpg
	fetch --keyring "$KEYS/archive.asc"
	rm up/dists/stable/Release
	fetch --keyring "$KEYS/archive.asc"
	[ "$(files root)" = dists/stable/InRelease ]
}

@test "a mirror leaves out what is switched off" {
	lists mirror stable 'include_contents: false' 'include_translations: false' \
		'include_udebs: false'
	run ! grep -qE 'Contents|Translation|debian-installer' out
	[ "$(packages | wc -l)" -eq 6 ]
}

@test "images of the installer come with their digests, and stay in their folder" {
	local dir=dists/stable/main/installer-amd64/current/images
	lists filtered stable 'include_installer: true'
	[ "$(files installer)" = "$dir/SHA256SUMS
$dir/boot.img
$dir/netboot/linux" ]
	[ "$(jq -r 'select(.path // "" | endswith("boot.img")).sha256' out)" = "$(sha256_of up/$dir/boot.img)" ]
	{
		printf '%s  ../../../../../escape\n' "$(sha256_of config.yaml)"
		printf '%s  /etc/passwd\n' "$(sha256_of config.yaml)"
		echo 'no digest at all'
	} >>up/$dir/SHA256SUMS
	release
	run -1 fetch
	[ "$(jq -r 'select(.record == "reject").code' out | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 1 malformed 2 unsafe-path ' ]
	[ "$(files installer | wc -l)" -eq 3 ]
}

@test "Contents are inputs of a filtered repository when they are asked for" {
	lists filtered stable 'include_contents: true' 'languages: [en, de]'
	files input | grep -qx dists/stable/main/Contents-amd64.gz
	run ! grep -q Contents-arm64 out
}

@test "a flat repository, signed" {
	flat
	flat_release up
	settings filtered ./
	fetch --keyring "$KEYS/archive.asc"
	[ "$(packages)" = "one 1.0 amd64
two 2.0 all" ]
	[ "$(jq -r 'select(.name == "one") | .path' out)" = one_1.0_amd64.deb ]
	[ "$(member '.apt.layout, .apt.suites[0].name')" = "flat
./" ]
	lists mirror /
	[ "$(files root)" = "InRelease
Release
Release.gpg" ]
	[ "$(files metadata)" = "Packages
Packages.gz" ]
}

@test "a flat repository in a folder: names are below the feed" {
	flat
	mkdir up/sub
	mv up/*.deb up/sub
	(cd up && rm Packages* && apt-ftparchive packages sub >sub/Packages 2>/dev/null)
	flat_release up/sub
	lists filtered sub/
	[ "$(jq -r 'select(.name == "one") | .path' out)" = sub/one_1.0_amd64.deb ]
	[ "$(jq -r 'select(.name == "one") | .url' out)" = "file://$W/up/sub/one_1.0_amd64.deb" ]
	[ "$(member '.apt.suites[0].name')" = sub/ ]
}

@test "a flat repository without a Release, unless signatures are wanted" {
	flat
	lists filtered ./
	[ "$(packages | wc -l)" -eq 2 ]
	refused 4 Packages --keyring "$KEYS/archive.asc"
	lists mirror ./
	[ "$(files root)" = "Packages
Packages.gz" ]
	rm up/Packages*
	refused 3 'no InRelease, Release or Packages'
}

@test "words that would become paths are refused" {
	local line
	for line in 'components: [../x]' 'components: [a b]' 'architectures: [x/y]' \
		'languages: ["-x"]' 'suite: ../x' 'origin: "a\nb"' 'components: []' \
		'valid_until_days: 0' 'pool_layout: new' 'nonsense: 1' \
		'but_automatic_upgrades: {a: 1}'; do
		settings filtered stable "$line"
		run -2 --separate-stderr fetch
	done
	for line in ../x 'a//b' '[stable, ./]' '"a b"' '"%2e%2e"'; do
		settings filtered "$line"
		run -2 --separate-stderr fetch
	done
	settings filtered stable
	sed -i '/distribution/d; s/ apt:/& {}/' config.yaml
	refused 2 'apt.distribution: is missing'
}

@test "paths of Release that leave the suite are refused" {
	sed -i 's|main/binary-arm64/Packages.gz|main/../../../x/Packages.gz|' up/dists/stable/Release
	sign up/dists/stable
	settings filtered stable
	refused 3 'line'
}

@test "help goes to stdout, wrong use is status 2, a full disk is 75" {
	run -0 --separate-stderr "$PLUGIN" --help
	[[ "$output" == *'apt list --config FILE'* ]] && [ -z "$stderr" ]
	local args
	for args in "" nope "list" "list --config x" "list --nope" "describe more"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr "$PLUGIN" $args
		[ -z "$output" ] && [ -n "$stderr" ]
	done
	run -0 --separate-stderr "$PLUGIN" describe
	jq -e '.type == "apt" and (.verbs | index("list")) and .version_order == "deb"' <<<"$output"
	run -75 --separate-stderr sh -c "'$PLUGIN' describe >/dev/full"
	[ -n "$stderr" ]
}

@test "a sync with nothing new asks for one file, with a condition" {
	local mode
	for mode in filtered mirror; do
		rm -rf store
		web up
		settings $mode stable
		sed -i "s|feed: .*|feed: $FEED/|" config.yaml
		fetch
		chantal-pool add -q --config config.yaml <out | chantal-catalog save r --config config.yaml
		: >"$ASKED"
		fetch --since r
		[ "$(jq -r 'select(.record == "end").status' out)" = unchanged ]
		[ "$(cat "$ASKED")" = '/dists/stable/InRelease 304' ]
	done
}

@test "an upstream that changes underway is read again, and states are not mixed" {
	cp -R up old
	make_deb up/pool/main/n/new/new_1.0_amd64.deb new 1.0 amd64 2>/dev/null
	(cd up && echo pool/main/n/new/new_1.0_amd64.deb >>lists/stable_main &&
		LC_ALL=C sort -o lists/stable_main lists/stable_main)
	make_index "$W/up" stable 'main contrib' 'amd64 arm64' 2>/dev/null || return 1
	release
	web --then 'InRelease' up old
	settings filtered stable
	sed -i "s|feed: .*|feed: $FEED/|" config.yaml
	fetch
	packages | grep -qx 'new 1.0 amd64'
	[ "$(grep -c '^/dists/stable/InRelease 200' "$ASKED")" -ge 2 ]
}
