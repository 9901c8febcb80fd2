#!/usr/bin/env bats
# The keys that sign a published apt tree, as the configuration names them.
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
	FEED="feed: file://$ARCHIVE/"
	SUITE='apt: {distribution: stable}'
}

# signers FILE...: the fingerprints whose signatures gpg finds good
signers() {
	gpg --homedir "$GPG" --batch --status-fd 1 --verify "$@" 2>/dev/null |
		awk '$2 == "VALIDSIG" { print $NF }' | LC_ALL=C sort
}

# prints NAME...: fingerprints of these keys
prints() {
	local name
	for name; do cat "$KEYS/$name.fpr"; done | LC_ALL=C sort
}

# signed_by NAME...: both signatures of what is published, and the public keys
signed_by() {
	local suite=$W/www/r/dists/stable
	diff <(signers "$suite/InRelease") <(prints "$@")
	diff <(signers "$suite/Release.gpg" "$suite/Release") <(prints "$@")
	diff <(gpg --batch --with-colons --show-keys "$W/www/r/key.gpg" |
		awk -F: '$1 == "pub" { pub = 1 } $1 == "fpr" && pub { print $10; pub = 0 }' |
		LC_ALL=C sort) <(prints "$@")
}

@test "several key files sign, and a new one is published without a change upstream" {
	cp "$KEYS/mirror2.sec" second.sec
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_file: $KEYS/mirror.sec, key_files: [$W/second.sec]}"
	mirror r
	signed_by mirror mirror2
	cp "$KEYS/stranger.sec" second.sec
	mirror r
	signed_by mirror stranger
	cp -p www/r/dists/stable/InRelease before
	mirror r
	cmp before www/r/dists/stable/InRelease
}

@test "of a file with several keys the named ones sign" {
	cat "$KEYS"/{mirror,archive2,mirror2}.sec >keys.sec
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_file: $W/keys.sec, key_ids: [mirror2@example.org, '$(cat "$KEYS/mirror.fpr")']}"
	mirror r
	signed_by mirror mirror2
}

@test "a key that is named and not there fails, also beside one that is" {
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_file: $KEYS/mirror.sec, key_ids: [mirror@example.org, nobody@example.org]}"
	chantal -q repo sync --repo-id r
	run -2 --separate-stderr chantal -q publish repo --repo-id r
	[[ "$stderr" == *"nobody@example.org"*"mirror.sec"* ]]
	[ ! -e www/r ]
	chantal-catalog cat r >s
	run -2 --separate-stderr chantal-index --gnupg-home "$GPG" \
		--sign-key mirror@example.org --sign-key nobody@example.org <s
	[[ "$stderr" == *"nobody@example.org"* ]]
}

@test "a full disk below gpg is one to try again" {
	repository r filtered "$FEED" "$SUITE" "gpg: {key_file: $KEYS/mirror.sec}"
	chantal -q repo sync --repo-id r
	mkdir bin
	printf '#!/bin/sh\necho "gpg: cannot close: No space left on device"\nexit 2\n' >bin/gpg
	chmod +x bin/gpg
	run -75 --separate-stderr env PATH="$W/bin:$PATH" chantal -q publish repo --repo-id r
	[[ "$stderr" == *'No space left on device'* ]]
	[ ! -e www/r ]
}

@test "a mirror needs no key, and none is made for it" {
	repository r mirror "$FEED" "$SUITE" "gpg: {generate_key: true}"
	mirror r
	[ ! -e store/keys ]
	[ ! -e www/r/key.gpg ]
	cmp "$ARCHIVE/dists/stable/InRelease" www/r/dists/stable/InRelease
	sed -i 's,generate_key: true,key_file: /nowhere/key.sec,' config.yaml
	chantal -q publish repo --repo-id r --recreate
}

@test "keys that clients reject are told, whatever signs with them" {
	repository r filtered "$FEED" "$SUITE" "gpg: {key_files: [$KEYS/mirror.sec, $KEYS/weak.sec]}"
	chantal -q repo sync --repo-id r
	run -0 --separate-stderr chantal -q publish repo --repo-id r
	[[ "$stderr" == *"$(cat "$KEYS/weak.fpr"): RSA with fewer than 2048 bits"* ]]
	[[ "$stderr" != *"$(cat "$KEYS/mirror.fpr"): "* ]]
}
