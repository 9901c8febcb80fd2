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

# gpg_through SCRIPT: a gpg on PATH that notes its arguments in "started", runs
# these lines of sh, and becomes gpg.
gpg_through() {
	mkdir -p bin
	{
		printf '#!/bin/sh\necho "$*" >>%s\n' "$W/started"
		printf 'wait_for() {\n\tfor _ in $(seq 100); do "$@" && return; sleep 0.1; done; exit 9\n}\n'
		printf '%s\nexec %s "$@"\n' "$1" "$(command -v gpg)"
	} >bin/gpg
	chmod +x bin/gpg
	: >started
}

@test "gpg is started once for the keys, and for both signatures at the same time" {
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_file: $KEYS/mirror.sec, key_files: [$KEYS/mirror2.sec]}"
	chantal -q repo sync --repo-id r
	gpg_through "both() { [ \"\$(grep -c -e '-sign ' $W/started)\" = 2 ]; }
		case \$* in *-sign\ *) wait_for both ;; esac"
	PATH="$W/bin:$PATH" chantal -q publish repo --repo-id r
	[ "$(wc -l <started)" = 3 ]
	grep -c -e '--import ' started
	signed_by mirror mirror2
}

@test "while gpg reads the keys the index is made" {
	repository r filtered "$FEED" "$SUITE" "gpg: {key_file: $KEYS/mirror.sec}"
	chantal -q repo sync --repo-id r
	gpg_through "made() { ls -d $W/store/cache/work/index.*/out/dists/stable/main; }
		case \$* in *--import\ *) wait_for made >/dev/null 2>&1 ;; esac"
	PATH="$W/bin:$PATH" chantal -q publish repo --repo-id r
	signed_by mirror
}

@test "the public key is the one that gpg would export" {
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_files: [$KEYS/mirror.sec, $KEYS/weak.sec]}"
	mirror r
	gpg --homedir "$GPG" --batch --export "$(cat "$KEYS/mirror.fpr")" "$(cat "$KEYS/weak.fpr")" >exported
	diff <(gpg --homedir "$GPG" --batch --list-packets www/r/key.gpg | grep '^:' | LC_ALL=C sort) \
		<(gpg --homedir "$GPG" --batch --list-packets exported | grep '^:' | LC_ALL=C sort)
	[ "$(stat -c %s www/r/key.gpg)" = "$(stat -c %s exported)" ]
}

# secret_key NAME PASSPHRASE KIND USE [EXPIRES]: NAME.sec, NAME.asc and NAME.fpr of
# a key that was made in 2020; its home is NAME.home.
secret_key() {
	local name=$1 home=$W/$1.home
	local gpg=(gpg --homedir "$home" --batch --quiet --pinentry-mode loopback --passphrase "$2")
	mkdir -m 700 "$home"
	"${gpg[@]}" --faked-system-time 20200101T000000 \
		--quick-generate-key "$name <$name@example.org>" "$3" "$4" "${5:-never}" 2>/dev/null
	"${gpg[@]}" --with-colons -k 2>/dev/null | awk -F: '$1 == "fpr" { print $10; exit }' >"$name.fpr"
	"${gpg[@]}" --armor --export >"$name.asc"
	"${gpg[@]}" --armor --export-secret-keys >"$name.sec"
	gpgconf --homedir "$home" --kill all
}

@test "a key with a passphrase signs with it alone, whatever the keys beside it have" {
	secret_key one 'open sesame' ed25519 sign
	secret_key other 'something else' ed25519 sign
	gpg --homedir "$GPG" --batch --quiet --import one.asc
	printf 'open sesame\n' >passphrase
	cat one.sec other.sec >keys.sec
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_file: $W/one.sec, passphrase_file: $W/passphrase}"
	mirror r
	KEYS=. signed_by one
	sed -i "s|key_file: .*/one.sec|key_id: one@example.org, key_file: $W/keys.sec|" config.yaml
	chantal -q publish repo --repo-id r --recreate
	KEYS=. signed_by one
	echo wrong >passphrase
	run -2 --separate-stderr chantal -q publish repo --repo-id r --recreate
	[[ "$stderr" == *'signing: gpg: '*[Pp]assphrase* ]]
	KEYS=. signed_by one
}

@test "a key that expired, was revoked or cannot sign is told with its fingerprint" {
	secret_key gone '' ed25519 sign 1d
	secret_key cert '' ed25519 cert
	secret_key revoked '' ed25519 sign
	sed 's/^:-----/-----/' revoked.home/openpgp-revocs.d/*.rev >rev
	gpg --homedir revoked.home --batch --quiet --import rev
	gpg --homedir revoked.home --batch --armor --export-secret-keys >revoked.sec
	gpgconf --homedir revoked.home --kill all
	repository r filtered "$FEED" "$SUITE" "gpg: {key_file: $W/key.sec}"
	chantal -q repo sync --repo-id r
	while read -r name words; do
		cp "$name.sec" key.sec
		run -2 --separate-stderr chantal -q publish repo --repo-id r
		[[ "$stderr" == *"signing key $(cat "$name.fpr"): $words"* ]]
	done <<-'END'
		gone it has expired
		revoked it was revoked
		cert it cannot sign
	END
	[ ! -e www/r ]
}

@test "of several key files the one that is none is named" {
	echo 'no key' >broken.sec
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_files: [$KEYS/mirror.sec, $W/broken.sec, $KEYS/mirror2.sec]}"
	chantal -q repo sync --repo-id r
	run -2 --separate-stderr chantal -q publish repo --repo-id r
	[[ "$stderr" == *"$W/broken.sec: gpg: no valid OpenPGP data found"* ]]
	cat "$KEYS/mirror.asc" >broken.sec
	chantal -q publish repo --repo-id r
	signed_by mirror mirror2
}

@test "a key that is in two of the files signs once" {
	cat "$KEYS"/{mirror,mirror2}.sec >both.sec
	repository r filtered "$FEED" "$SUITE" \
		"gpg: {key_file: $KEYS/mirror.sec, key_files: [$W/both.sec]}"
	mirror r
	signed_by mirror mirror2
}

@test "keys of a home that no one has used yet sign one after another" {
	repository r filtered "$FEED" "$SUITE" "gpg: {gnupg_home: $W/keys, key_id: mirror@example.org}"
	mkdir -m 700 keys
	gpg --homedir keys --batch --quiet --import "$KEYS"/mirror.sec 3>&-
	chantal -q repo sync --repo-id r
	gpg_through "case \$* in *-sign\\ *) [ ! -e $W/signs ] || exit 9; : >$W/signs
		$(command -v gpg) \"\$@\"; status=\$?; rm $W/signs; exit \$status ;; esac"
	PATH="$W/bin:$PATH" chantal -q publish repo --repo-id r
	signed_by mirror
	gpgconf --homedir keys --kill all
}

@test "what was published with a key that was made for it is not published again" {
	repository r filtered "$FEED" "$SUITE" "gpg: {generate_key: true}"
	mirror r
	cp -p www/r/dists/stable/InRelease before
	run -0 --separate-stderr chantal publish repo --repo-id r
	[[ "$stderr" == *'nothing to do'* ]]
	[ "$(wc -l <store/trees/*/history.ndjson)" = 1 ]
	cmp before www/r/dists/stable/InRelease
}

# tree_key: the fingerprint of the published key that signed what is published.
tree_key() {
	gpgv --status-fd 1 --keyring "$W/www/r/key.gpg" "$W/www/r/dists/stable/InRelease" 2>/dev/null |
		awk '$2 == "VALIDSIG" { print $NF }'
}

@test "a generated key that was removed is made anew, and its tree signed again" {
	local first second
	repository r filtered "$FEED" "$SUITE" "gpg: {generate_key: true}"
	mirror r
	first=$(tree_key)
	rm store/keys/signing-key.asc
	chantal -q publish repo --repo-id r
	second=$(tree_key)
	[ -n "$second" ]
	[ "$first" != "$second" ]
	run -0 --separate-stderr chantal publish repo --repo-id r
	[[ "$stderr" == *'nothing to do'* ]]
}

@test "a mirror that would make a key has nothing to do the second time" {
	repository r mirror "$FEED" "$SUITE" "gpg: {generate_key: true}"
	mirror r
	run -0 --separate-stderr chantal publish repo --repo-id r
	[[ "$stderr" == *'nothing to do'* ]]
}
