#!/usr/bin/env bats
# What apt does with trees that are wrong in known ways, shown with trees made by
# hand, and that the trees we publish are never wrong in these ways.

load helpers
load apt

setup_file() {
	apt_archive
	apt_setup_file
	publish_ours
}

teardown_file() { www_teardown_file; }

setup() {
	apt_setup
	OURS=$WWW/ours/www OURS_URL=http://127.0.0.1:$PORT/ours/www
}

teardown() { www_teardown; }

# The trees that all tests look at: the synthetic suite filtered and mirrored.
publish_ours() {
	local W=$WWW/ours feed
	mkdir "$W"
	feed="feed: $ARCHIVE"
	VERIFY="verify: {enabled: true, key_files: [$KEYS/archive.asc]}"
	SIGN="gpg: {enabled: true, key_file: $KEYS/mirror.sec}"
	repository filtered filtered "$feed" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, components: [main, contrib], architectures: [amd64, arm64]}' \
		'filters: {patterns: {exclude: ["^c[+][+]tool$"]}}'
	repository mirrored mirror "$feed" "$VERIFY" \
		'apt: {distribution: stable, components: [main, contrib], architectures: [amd64, arm64], include_source_packages: true, include_installer: true}'
	mirror filtered
	mirror mirrored
	unset CHANTAL_CONFIG
}

# refused REGEX: apt-get update fails with 100 and says so.
refused() {
	run -100 apt apt-get update
	grep -qE "$1" <<<"$output" || { echo "$output"; return 1; }
}

# not_found PATH_REGEX: requests of this test's server that were answered by 404.
not_found() {
	grep -E '" 404 ' "$STATE/access.log" | grep -E "$1"
}

@test "our trees hold together in every digest, form and package" {
	"$BATS_TEST_DIRNAME/bin/apt-tree" --only-listed --keyring "$KEYS/mirror.gpg" "$OURS/filtered" stable
	"$BATS_TEST_DIRNAME/bin/apt-tree" --mirror --keyring "$KEYS/archive.gpg" "$OURS/mirrored" stable
}

@test "apt finds the old indexes by hash when plain names are already new" {
	small
	client archive "$URL/up"
	cp "$W/up/dists/stable/InRelease" old
	cp -R "$W/up/dists/stable/main" old-main
	add_deb next 1
	reindex
	cp old "$W/up/dists/stable/InRelease"
	refused 'unexpected size|Hash Sum mismatch'
	cp -R old-main/. "$W/up/dists/stable/main"
	rm -r "$W"/up/dists/stable/main/binary-amd64/Packages*
	fresh_client
	apt_update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
}

@test "the indexes of our earlier publishes stay reachable by hash" {
	small
	repository tiny filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable}'
	mirror tiny
	cp www/tiny/dists/stable/InRelease old
	for v in 2 3; do
		add_deb tiny "$v"
		reindex
		mirror tiny
		# A client that read the first InRelease goes on now.
		cp -R www/tiny seen
		cp old seen/dists/stable/InRelease
		client mirror "$URL/seen"
		fresh_client
		apt_update
		[ "$(apt_names)" = 'tiny 1 amd64' ]
		# And so do its packages.
		apt apt-get -qy install --download-only tiny
		apt apt-get clean
		rm -r seen
	done
}

@test "apt falls back to plain names when by-hash is promised and missing" {
	small
	find "$W/up" -name by-hash -exec rm -r {} +
	client archive "$URL/up"
	apt apt-get update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
	[ "$(not_found "$BATS_TEST_NUMBER/up/.*by-hash/SHA256" | wc -l)" -ge 1 ]
}

@test "apt asks our trees for nothing that is not there" {
	for id in filtered mirrored; do
		[ "$id" = filtered ] && key=mirror || key=archive
		: >"$APTROOT/etc/apt/sources.list"
		source_line deb "[$key]" "$OURS_URL/$id" stable main contrib
		source_line deb-src "[$key]" "$OURS_URL/mirrored" stable main contrib
		[ "$id" = mirrored ] || sed -i '/^deb-src/d' "$APTROOT/etc/apt/sources.list"
		fresh_client
		apt_update
		run not_found "ours/www/$id/"
		[ -z "$output" ]
		grep -qE "ours/www/$id/.*by-hash/SHA256/.*\" 200 " "$STATE/access.log"
	done
}

@test "apt refuses an index of another size, and one of other bytes" {
	small
	client archive "$URL/up"
	find "$W/up" -name by-hash -exec rm -r {} +
	cp "$W/up/dists/stable/main/binary-amd64/Packages.xz" good
	printf x >>"$W/up/dists/stable/main/binary-amd64/Packages.xz"
	refused 'unexpected size'
	{
		printf '\0'
		tail -c +2 good
	} >"$W/up/dists/stable/main/binary-amd64/Packages.xz"
	refused 'Hash Sum mismatch'
}

@test "apt refuses weak digests; ours have MD5 and SHA256" {
	DIGESTS='MD5 SHA1' small
	client archive "$URL/up"
	refused 'weak security information'
	for id in filtered mirrored; do
		grep -qx 'SHA256:' "$OURS/$id/dists/stable/Release"
		grep -qx 'MD5Sum:' "$OURS/$id/dists/stable/Release"
	done
}

@test "an upstream with weak digests is refused in words" {
	DIGESTS='MD5 SHA1' small
	repository weak filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	run chantal repo sync --repo-id weak
	[ "$status" -eq 3 ] || [ "$status" -eq 4 ]
	[[ $output == *SHA256* ]]
}

@test "apt keeps what it has when an older Release comes" {
	small
	client archive "$URL/up"
	apt_update
	DATE='Mon, 01 Jun 2020 00:00:00 UTC' small other
	apt_update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
}

@test "clients see a restored generation of ours" {
	small
	repository tiny filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable}'
	mirror tiny
	client mirror "$URL/www/tiny"
	apt_update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
	rm -r "$W/up/pool"
	add_deb tiny 2
	reindex
	mirror tiny
	apt_update
	[ "$(apt_names)" = 'tiny 2 amd64' ]
	chantal-catalog restore tiny@1
	chantal -q publish repo --repo-id tiny
	apt_update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
}

@test "publishing an older generation of an exact mirror warns that clients keep the newer" {
	small
	repository tiny mirror "feed: $W/up" "$VERIFY" 'apt: {distribution: stable}'
	mirror tiny
	rm -r "$W/up/pool"
	add_deb tiny 2
	reindex
	mirror tiny
	chantal-catalog restore tiny@1
	run chantal publish repo --repo-id tiny
	[ "$status" -eq 0 ]
	grep -qiE 'warning.*(older|newer)' <<<"$output" || { echo "$output"; false; }
}

@test "apt refuses another Origin, Label, Codename or pin, and takes another Suite or Version" {
	small
	client archive "$URL/up"
	apt_update
	for field in Origin=Other Label=Other Codename=other NotAutomatic=yes; do
		release "$field"
		refused "changed its|default priority"
	done
	release Version=9
	apt_update
	release Suite=oldstable
	apt apt-get update
}

@test "ours have upstream's identity, so clients may move to them" {
	client archive "$URL/up"
	upstream
	apt_update
	mv "$W/up" "$W/gone"
	cp -R "$OURS/filtered" "$W/up"
	client mirror "$URL/up"
	touch "$W/up/dists/stable/InRelease"
	apt_update
	grep -qx 'Origin: Synthetic' "$OURS/filtered/dists/stable/Release"
	grep -qx 'Label: Synthetic' "$OURS/filtered/dists/stable/Release"
	grep -qx 'Suite: stable' "$OURS/filtered/dists/stable/Release"
	grep -qx 'Codename: synth' "$OURS/filtered/dists/stable/Release"
	grep -qx 'Version: 1.2' "$OURS/filtered/dists/stable/Release"
}

@test "a publish that would change what clients pin is refused without the flag" {
	small
	repository tiny filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable}'
	mirror tiny
	for field in Origin=Other Label=Other NotAutomatic=yes; do
		release "$field"
		chantal -q repo sync --repo-id tiny
		run chantal publish repo --repo-id tiny
		[ "$status" -ne 0 ]
		[[ $output == *--accept-identity-change* ]] || { echo "$output"; false; }
		grep -qx 'Origin: Synthetic' www/tiny/dists/stable/Release
	done
	chantal -q publish repo --repo-id tiny --accept-identity-change
	grep -qx 'NotAutomatic: yes' www/tiny/dists/stable/Release
	release NotAutomatic=yes Version=9
	mirror tiny
	grep -qx 'Version: 9' www/tiny/dists/stable/Release
}

@test "apt warns of a suite that is not what was asked for; ours are" {
	small
	cp -R "$W/up/dists/stable" "$W/up/dists/wrong"
	source_line deb '[archive]' "$URL/up" wrong main
	run apt apt-get update
	[[ $output == *'Conflicting distribution'* ]]
	client mirror "$OURS_URL/filtered"
	apt_update
}

@test "apt refuses a Release of the future, an expired one, and a Valid-Until it cannot read" {
	small
	client archive "$URL/up"
	dated Date "$(date -u -R -d '+2 hours' | sed 's/+0000/UTC/')"
	refused 'not valid yet'
	reindex
	dated Valid-Until 'Mon, 01 Jun 2020 00:00:00 UTC'
	fresh_client
	refused 'expired'
	fresh_client
	dated Valid-Until 'tomorrow or so'
	refused 'Valid-Until|weak security'
}

@test "the Date of ours is not of the future, in UTC, and they do not expire" {
	upstream
	sed -i 's/^Date:.*/Valid-Until: Fri, 01 Jan 2100 00:00:00 UTC\n&/' "$W/up/dists/stable/Release"
	sign "$W/up/dists/stable"
	repository syn filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	TZ=Asia/Tokyo mirror syn
	run ! grep -q '^Valid-Until' www/syn/dists/stable/Release
	date=$(sed -n 's/^Date: //p' www/syn/dists/stable/Release)
	[[ $date == *' UTC' || $date == *' +0000' || $date == *' GMT' ]]
	[ "$(date -d "$date" +%s)" -le "$(($(date +%s) + 5))" ]
	client mirror "$URL/www/syn"
	apt_update
}

@test "Valid-Until comes when the configuration says for how many days" {
	small
	repository tiny filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable, valid_until_days: 7}'
	mirror tiny
	date=$(date -d "$(sed -n 's/^Date: //p' www/tiny/dists/stable/Release)" +%s)
	until=$(date -d "$(sed -n 's/^Valid-Until: //p' www/tiny/dists/stable/Release)" +%s)
	[ $((until - date)) -eq $((7 * 86400)) ]
	client mirror "$URL/www/tiny"
	apt_update
}

@test "a tree with Valid-Until is renewed although nothing changed" {
	local now
	small
	repository tiny filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable, valid_until_days: 4}'
	chantal -q repo sync --repo-id tiny
	# Four days of which half is over.
	now=$(($(date +%s) / 172800 * 172800))
	SOURCE_DATE_EPOCH=$((now - 172800)) chantal -q publish repo --repo-id tiny
	SOURCE_DATE_EPOCH=$((now - 1)) run chantal publish repo --repo-id tiny
	[[ $output == *"nothing to do"* ]]
	SOURCE_DATE_EPOCH=$now chantal -q publish repo --repo-id tiny
	[ "$(date -d "$(sed -n 's/^Valid-Until: //p' www/tiny/dists/stable/Release)" +%s)" -eq $((now + 4 * 86400)) ]
}

@test "what was indexed last is taken again, unless its Date is of now" {
	small
	repository tiny filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable}'
	repository brief filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable, valid_until_days: 4}'
	chantal -q repo sync --all
	for id in tiny brief; do
		chantal-catalog cat "$id" >s
		chantal-index -q --repo "$id" <s >"$id.1"
		sleep 1.1 # signatures have their second in them
		chantal-index -q --repo "$id" <s >"$id.2"
	done
	cmp tiny.1 tiny.2
	run ! cmp -s brief.1 brief.2
}

@test "apt reads a component that Release does not name; ours list nothing of what was left out" {
	small
	sed -i 's/^Components: .*/Components: other/; s/^Architectures: .*/Architectures: arm64/' \
		"$W/up/dists/stable/Release"
	resign
	client archive "$URL/up"
	apt apt-get update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
	repository one filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, components: [main], architectures: [arm64]}'
	mirror one
	grep -qx 'Components: main' www/one/dists/stable/Release
	grep -qx 'Architectures: arm64' www/one/dists/stable/Release
	run ! grep -E 'contrib|amd64' www/one/dists/stable/Release
}

@test "apt loads nothing when only compressed forms are listed; ours list the plain one" {
	small
	sed -i '/Packages$/d' "$W/up/dists/stable/Release"
	resign
	client archive "$URL/up"
	apt_update
	[ -z "$(apt_names)" ]
	for id in filtered mirrored; do
		for path in main/binary-amd64 main/binary-arm64 contrib/binary-amd64; do
			[ "$(grep -cE " $path/Packages\$" "$OURS/$id/dists/stable/Release")" -eq 2 ]
		done
	done
}

@test "a filter that leaves one architecture or nothing at all gives a good, empty index" {
	repository one filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, components: [main, contrib], architectures: [amd64, arm64]}' \
		'filters: {patterns: {include: ["^colon$"]}}'
	repository none filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable}' 'filters: {patterns: {include: ["^nothing-is-called-so$"]}}'
	mirror one
	mirror none
	client_root "$W/both" amd64 arm64
	source_line deb '[mirror]' "$URL/www/one" stable main contrib
	apt_update
	[ "$(apt_names)" = 'colon 1:1.0 amd64' ]
	: >"$APTROOT/etc/apt/sources.list"
	source_line deb '[mirror]' "$URL/www/none" stable main
	fresh_client
	apt_update
	[ -z "$(apt_names)" ]
}

@test "apt refuses a Release without indexes; an empty upstream of ours lists an empty one" {
	small
	sed -i '/^ /d; /^MD5Sum/d; /^SHA256/d' "$W/up/dists/stable/Release"
	resign
	client archive "$URL/up"
	refused 'weak security information'
	rm -r "$W/up/dists"
	rm -r "$W/up/pool"
	reindex
	repository empty filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	mirror empty
	grep -qE '^ [0-9a-f]{64} +0 main/binary-amd64/Packages$' www/empty/dists/stable/Release
	client mirror "$URL/www/empty"
	fresh_client
	apt_update
}

@test "apt refuses what is not signed, and an InRelease that is none" {
	small
	client archive "$URL/up"
	cp "$W/up/dists/stable/Release" "$W/up/dists/stable/InRelease"
	refused 'NOSPLIT|not signed|clearsigned'
	rm "$W/up/dists/stable/InRelease" "$W/up/dists/stable/Release.gpg"
	refused 'is not signed'
}

@test "unsigned trees are published only when that is said" {
	small
	repository quiet filtered "feed: $W/up" 'apt: {distribution: stable}'
	chantal -q repo sync --repo-id quiet
	run chantal publish repo --repo-id quiet
	[ "$status" -ne 0 ]
	[[ $output == *gpg* ]] || { echo "$output"; false; }
	repository said filtered "feed: $W/up" 'apt: {distribution: stable}' 'gpg: {enabled: false}'
	mirror said
	[ -e www/said/dists/stable/Release ]
	[ ! -e www/said/dists/stable/InRelease ]
	echo "deb [trusted=yes] $URL/www/said stable main" >"$APTROOT/etc/apt/sources.list"
	apt apt-get -q update
	[ "$(apt_names)" = 'tiny 1 amd64' ]
}

@test "apt refuses a changed InRelease beside a good Release.gpg; so do we" {
	small
	sed -i 's/^Origin: .*/Origin: Evil/' "$W/up/dists/stable/InRelease"
	client archive "$URL/up"
	refused 'BADSIG'
	for mode in filtered mirror; do
		repository "bad-$mode" $mode "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
		run -4 chantal repo sync --repo-id "bad-$mode"
		[[ $output == *InRelease* ]] || { echo "$output"; false; }
		run ! chantal-catalog cat "bad-$mode"
	done
}

@test "InRelease and Release.gpg of ours are of one Release" {
	gpgv -q --keyring "$KEYS/mirror.gpg" --output text "$OURS/filtered/dists/stable/InRelease"
	diff <(cat text) "$OURS/filtered/dists/stable/Release"
	gpgv -q --keyring "$KEYS/mirror.gpg" "$OURS/filtered/dists/stable/Release.gpg" \
		"$OURS/filtered/dists/stable/Release"
}

@test "apt's cache breaks over a Description-md5 that is none; ours never have one" {
	small
	edit_index main/binary-amd64/Packages 's/^Description-md5: .*/Description-md5: no digest/'
	client archive "$URL/up"
	run apt apt-get update
	[ "$status" -ne 0 ] || run apt apt-cache show tiny
	[ "$status" -ne 0 ]
	repository tiny filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	run mirror tiny
	if [ -d www/tiny ]; then
		client mirror "$URL/www/tiny"
		fresh_client
		apt_update
		apt apt-cache policy
	else
		[[ $output == *Description-md5* ]] || { echo "$output"; false; }
	fi
}

@test "apt asks by-hash of the strongest digest only; ours have it" {
	DIGESTS='MD5 SHA256 SHA512' small
	rm -r "$W"/up/dists/stable/main/*/by-hash/SHA512
	client archive "$URL/up"
	apt apt-get update
	[ "$(not_found "$BATS_TEST_NUMBER/up/.*by-hash/SHA512" | wc -l)" -ge 1 ]
	run ! grep -qE "$BATS_TEST_NUMBER/up/.*by-hash/SHA256" "$STATE/access.log"
	repository strong mirror "feed: $W/up" "$VERIFY" 'apt: {distribution: stable}'
	repository filtered filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	for id in strong filtered; do
		[ "$id" = filtered ] && key=mirror || key=archive
		mirror "$id"
		client "$key" "$URL/www/$id"
		fresh_client
		apt_update
		run not_found "$BATS_TEST_NUMBER/www/$id/"
		[ -z "$output" ]
	done
	"$BATS_TEST_DIRNAME/bin/apt-tree" --mirror --keyring "$KEYS/archive.gpg" "$W/www/strong" stable
	"$BATS_TEST_DIRNAME/bin/apt-tree" --keyring "$KEYS/mirror.gpg" "$W/www/filtered" stable
	[ -d www/strong/dists/stable/main/binary-amd64/by-hash/SHA512 ]
}
