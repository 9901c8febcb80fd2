#!/usr/bin/env bats
# What users of the Python tool ran into with Debian repositories, each as a
# rule that holds here: of the upstream, of what is published, of what clients see.

load helpers
load apt

setup_file() {
	apt_archive
	apt_setup_file
}

teardown_file() { www_teardown_file; }

setup() { apt_setup; }

teardown() { www_teardown; }

APT='apt: {distribution: stable}'
BOTH='apt: {distribution: stable, components: [main, contrib], architectures: [amd64, arm64], include_source_packages: true}'

# tree ID [KEY [SUITE]]: the published tree holds together; an exact mirror, which
# archive has signed, may be of a part.
tree() {
	local part=()
	[ "${2:-mirror}" = mirror ] || part=(--mirror)
	"$BATS_TEST_DIRNAME/bin/apt-tree" "${part[@]}" --keyring "$KEYS/${2:-mirror}.gpg" "$W/www/$1" "${3:-stable}"
}

# packages FILE...: name, version and arch of each stanza.
packages() {
	local file
	for file; do
		case $file in
		*.xz) xz -dc "$file" ;;
		*.gz) gzip -dc "$file" ;;
		*.bz2) bzip2 -dc "$file" ;;
		*.zst) zstd -dcq "$file" ;;
		*) cat "$file" ;;
		esac
	done | awk '/^Package:/ { n = $2 } /^Version:/ { v = $2 } /^Architecture:/ { a = $2 } /^$/ { show() }
		END { show() }
		function show() { if (n != "") print n, v, a; n = "" }'
}

# sync_fails STATUS ID WORDS: and nothing of it can be published.
sync_fails() {
	run "-$1" chantal repo sync --repo-id "$2"
	grep -qiE "$3" <<<"$output" || { echo "$output"; return 1; }
}

# --- reading upstream ---

@test "an upstream with one compression only is read, whichever it is" {
	upstream
	cd "$W/up/dists/stable"
	find . -name by-hash -exec rm -r {} +
	for dir in main/binary-amd64 main/source; do
		xz -dk "$dir"/*.xz
	done
	cd "$W"
	mv up/dists/stable plain
	for form in '' gz xz bz2 zst lz4 lzma; do
		rm -rf up/dists/stable
		cp -R plain up/dists/stable
		for file in up/dists/stable/main/binary-amd64/Packages up/dists/stable/main/source/Sources; do
			rm -f $file.*
			case $form in
			gz) gzip -n $file ;;
			xz) xz $file ;;
			bz2) bzip2 $file ;;
			zst) zstd -q --no-content-size <$file >$file.zst && rm $file ;;
			lz4) lz4 -q $file $file.lz4 && rm $file ;;
			lzma) xz --format=lzma $file ;;
			esac
		done
		BY_HASH=no PLAIN=keep make_release "$W/up" stable 'main contrib' 'amd64 arm64' synth
		repository "only-${form:-plain}" filtered "feed: $W/up" "$VERIFY" "$SIGN" \
			'apt: {distribution: stable, include_source_packages: true}'
		chantal -q repo sync --repo-id "only-${form:-plain}"
		packages_of "only-${form:-plain}" >"list-${form:-plain}"
		[ "$(wc -l <"list-${form:-plain}")" -eq 8 ]
		diff list-plain "list-${form:-plain}"
	done
}

@test "bytes that are no UTF-8 lose nothing of the index, and come out as they were" {
	small
	add_deb other 1
	reindex
	edit_index main/binary-amd64/Packages 's/^Maintainer: Jane/Maintainer: J\xe4ne/'
	repository latin filtered "feed: $W/up" "$SIGN" "$APT"
	mirror latin
	[ "$(packages www/latin/dists/stable/main/binary-amd64/Packages.xz)" = $'other 1 amd64\ntiny 1 amd64' ]
	[ "$(xz -dc www/latin/dists/stable/main/binary-amd64/Packages.xz | LC_ALL=C grep -c $'^Maintainer: J\xe4ne Doe')" -eq 2 ]
	client mirror "$URL/www/latin"
	apt_update
}

@test "a stanza that lacks what every package has is named and left, the others stay" {
	small
	add_deb broken 1
	reindex
	edit_index main/binary-amd64/Packages '/^Package: broken/,/^$/{/^Version:/d}'
	repository part filtered "feed: $W/up" "$SIGN" "$APT" 'on_reject: drop' 'drop_codes: [malformed]'
	run chantal repo sync --repo-id part
	[[ $output == *broken* ]] || { echo "$output"; false; }
	[ "$(packages_of part)" = 'amd64 tiny 1 pool/main/t/tiny/tiny_1_amd64.deb' ]
}

@test "a package listed twice with the same bytes is one; with other bytes it is a conflict" {
	small
	edit_index main/binary-amd64/Packages '$!N;H;$!d;x;s/^\n//;s/.*/&\n\n&/'
	xz -dc "$W/up/dists/stable/main/binary-amd64/Packages.xz" | grep -c ^Package: | grep -qx 2
	repository twice filtered "feed: $W/up" "$SIGN" "$APT"
	chantal -q repo sync --repo-id twice
	[ "$(packages_of twice | wc -l)" -eq 1 ]
	small
	mkdir -p "$W/up/pool/main/o"
	make_deb "$W/up/pool/main/o/tiny_1_amd64.deb" tiny 1 amd64 'Description: another'
	reindex
	repository clash filtered "feed: $W/up" "$SIGN" "$APT"
	run chantal repo sync --repo-id clash
	[ "$status" -ne 0 ]
	[[ $output == *conflict*tiny* || $output == *tiny*conflict* ]] || { echo "$output"; false; }
}

@test "the files of a source package are those of Checksums-Sha256" {
	repository src filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH"
	mirror src
	[ "$(chantal-catalog cat src | jq -r 'select(.name == "hello" and .arch == "source") | .path, .files[].path' | sort)" = \
		"$(printf 'pool/main/h/hello/%s\n' hello_1.0-1.debian.tar.xz hello_1.0-1.dsc hello_1.0.orig.tar.gz)" ]
	tree src
}

@test "a source package with weak digests only is named" {
	upstream
	edit_index main/source/Sources '/^Checksums-Sha/,/^[A-Z]*[a-z]*:/{/^Checksums-Sha/d;/^ /d}'
	repository weak filtered "feed: $W/up" "$SIGN" 'apt: {distribution: stable, include_source_packages: true}'
	run chantal repo sync --repo-id weak
	[[ $output == *hello* ]] || { echo "$output"; false; }
	run ! grep -q ' source' <(packages_of weak)
}

@test "packages that have SHA512 only are checked against it" {
	small
	edit_index main/binary-amd64/Packages '/^SHA256:/d; /^SHA1:/d; /^MD5sum:/d'
	repository strong filtered "feed: $W/up" "$SIGN" "$APT"
	mirror strong
	client mirror "$URL/www/strong"
	apt_update
	apt apt-get -qy install --download-only tiny
	edit_index main/binary-amd64/Packages 's/^SHA512: ../SHA512: 00/'
	sync_fails 1 strong 'digest-mismatch.*tiny|tiny.*digest-mismatch'
}

@test "a feed with a slash at its end is the same as one without" {
	web "$ARCHIVE"
	repository plain filtered "feed: $FEED" "$VERIFY" "$SIGN" "$APT"
	repository slash filtered "feed: $FEED/" "$VERIFY" "$SIGN" "$APT"
	mirror plain
	mirror slash
	diff -r www/plain/pool www/slash/pool
	diff -r www/plain/dists/stable/main www/slash/dists/stable/main
}

@test "indexes are asked for by hash, and by name when that is not there" {
	web "$ARCHIVE"
	repository direct filtered "feed: $FEED" "$VERIFY" "$SIGN" "$APT"
	chantal -q repo sync --repo-id direct
	grep -qE 'main/binary-amd64/by-hash/SHA256/.* 200' "$ASKED"
	run ! grep -E 'main/binary-amd64/Packages' "$ASKED"
	packages_of direct >direct
	rm -r store
	web --missing by-hash "$ARCHIVE"
	repository fallback filtered "feed: $FEED" "$VERIFY" "$SIGN" "$APT"
	chantal -q repo sync --repo-id fallback
	grep -qE 'main/binary-amd64/by-hash/SHA256/.* 404' "$ASKED"
	grep -qE 'main/binary-amd64/Packages.* 200' "$ASKED"
	diff direct <(packages_of fallback)
}

@test "a sync of an unchanged upstream asks for its InRelease only" {
	web "$ARCHIVE"
	repository same filtered "feed: $FEED" "$VERIFY" "$SIGN" "$APT"
	mirror same
	: >"$ASKED"
	chantal -q repo sync --repo-id same
	[ "$(cut -d' ' -f1 "$ASKED")" = /dists/stable/InRelease ]
	find www/same -printf '%p %T@ %i\n' | sort >before
	chantal -q publish repo --repo-id same
	find www/same -printf '%p %T@ %i\n' | sort | diff before -
}

@test "a suite and a component with a slash are read and published" {
	repository nested filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable/updates, components: [updates/main]}'
	mirror nested
	source_line deb '[mirror]' "$URL/www/nested" stable/updates main
	apt_update
	[ "$(apt_names)" = 'hello 1.1-1 amd64' ]
	grep -qx 'Components: updates/main' www/nested/dists/stable/updates/Release
}

@test "a flat repository is mirrored and filtered" {
	mkdir -p up/flat
	make_deb up/flat/one_1.0_amd64.deb one 1.0 amd64
	make_deb up/flat/two_1.0_all.deb two 1.0 all
	(
		cd up
		apt-ftparchive packages flat >flat/Packages
		gzip -nk flat/Packages
		apt-ftparchive -o APT::FTPArchive::Release::Origin=Flat -o APT::FTPArchive::Release::Suite=flat release flat >Release
		mv Release flat/Release
	)
	sign up/flat
	repository flat filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: flat/}'
	repository copy mirror "feed: $W/up" "$VERIFY" 'apt: {distribution: flat/}'
	mirror flat
	mirror copy
	diff -r up/flat www/copy/flat
	for id in flat copy; do
		[ "$id" = flat ] && key=mirror || key=archive
		echo "deb [signed-by=$KEYS/$key.gpg] $URL/www/$id flat/" >"$APTROOT/etc/apt/sources.list"
		fresh_client
		apt_update
		[ "$(apt_names)" = $'one 1.0 amd64\ntwo 1.0 all' ]
		rm -f "$APTROOT"/var/cache/apt/archives/*.deb
		apt apt-get -qy install --download-only one two
	done
}

@test "a flat repository at the feed itself is read" {
	mkdir up
	make_deb up/one_1.0_amd64.deb one 1.0 amd64
	(
		cd up
		apt-ftparchive packages . >Packages
		apt-ftparchive release . >../Release
		mv ../Release .
	)
	sign up
	repository flat filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: ./}'
	mirror flat
	echo "deb [signed-by=$KEYS/mirror.gpg] $URL/www/flat ./" >"$APTROOT/etc/apt/sources.list"
	apt_update
	[ "$(apt_names)" = 'one 1.0 amd64' ]
	apt apt-get -qy install --download-only one
	# Sources of vendors say it so.
	repository slash filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: /}'
	mirror slash
	echo "deb [signed-by=$KEYS/mirror.gpg] $URL/www/slash /" >"$APTROOT/etc/apt/sources.list"
	apt_update
	[ "$(apt_names)" = 'one 1.0 amd64' ]
}

# --- trust ---

@test "upstream without InRelease is verified by Release.gpg" {
	upstream
	rm up/dists/stable/InRelease
	repository detached filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror detached
	tree detached
	echo x >>up/dists/stable/Release
	sync_fails 4 detached 'Release'
	rm up/dists/stable/Release.gpg
	sync_fails 4 detached 'Release'
}

@test "a key that nobody named is refused, and nothing of it is published" {
	small
	resign stranger
	for mode in filtered mirror; do
		repository "strange-$mode" $mode "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
		sync_fails 4 "strange-$mode" 'InRelease'
		run chantal publish repo --repo-id "strange-$mode"
		[ "$status" -ne 0 ]
		[ ! -e "www/strange-$mode" ]
	done
}

@test "an InRelease that was refused does not replace the good one in the tree" {
	small
	repository guard mirror "feed: $W/up" "$VERIFY" "$APT"
	mirror guard
	cp www/guard/dists/stable/InRelease good
	add_deb other 1
	reindex
	resign stranger
	sync_fails 4 guard InRelease
	chantal -q publish repo --repo-id guard
	cmp good www/guard/dists/stable/InRelease
	resign archive
	mirror guard
	cmp up/dists/stable/InRelease www/guard/dists/stable/InRelease
}

@test "text around the signed one is not read" {
	small
	cp up/dists/stable/InRelease good
	{
		sed 's/^Suite:.*/Suite: evil/' up/dists/stable/Release
		echo
		cat good
	} >up/dists/stable/InRelease
	repository front filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	run chantal -q repo sync --repo-id front
	[ "$status" -eq 4 ] || run ! grep -q evil <(chantal-catalog cat front)
	{
		cat good
		echo 'Suite: evil'
	} >up/dists/stable/InRelease
	repository back filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	run chantal -q repo sync --repo-id back
	[ "$status" -eq 4 ] || run ! grep -q evil <(chantal-catalog cat back)
}

@test "one good signature of several is enough, and an expired key is not" {
	small
	resign archive stranger
	repository several filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror several
	small
	SIGNERS=expired release
	repository expired filtered "feed: $W/up" "$SIGN" "$APT" \
		"verify: {enabled: true, key_files: [$KEYS/expired.asc]}"
	sync_fails 4 expired 'InRelease|expired'
}

@test "keys that are named and not switched on are told" {
	repository stable filtered "feed: file://$W/up/" "$SIGN" 'apt: {distribution: stable}' \
		"verify: {key_files: [$KEYS/stranger.asc]}"
	upstream
	run -0 --separate-stderr chantal repo sync --repo-id stable
	[[ "$stderr" == *'stable: verify names keys, but not enabled: true: nothing of the upstream is verified'* ]]
	sed -i 's/{key_files/{enabled: true, key_files/' config.yaml
	run -4 --separate-stderr chantal repo sync --repo-id stable
	[[ "$stderr" == *'add it to verify.key_files'* ]]
	[[ "$stderr" != *'nothing of the upstream'* ]]
}

@test "a pin takes the whole fingerprint, and another key of the same file is refused" {
	small
	cat "$KEYS/archive.asc" "$KEYS/archive2.asc" >both.asc
	repository pinned filtered "feed: $W/up" "$SIGN" "$APT" \
		"verify: {enabled: true, key_files: [$W/both.asc], trusted_fingerprints: [$(cat "$KEYS/archive2.fpr")]}"
	sync_fails 4 pinned InRelease
	resign archive2
	mirror pinned
}

@test "an expired upstream is refused in words, a Valid-Until that cannot be read is warned of" {
	small
	dated Valid-Until 'Mon, 01 Jun 2020 00:00:00 UTC'
	repository old filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	sync_fails 4 old 'expired|Valid-Until'
	dated Valid-Until 'tomorrow or so'
	run chantal repo sync --repo-id old
	[[ $output == *Valid-Until* ]] || { echo "$output"; false; }
}

@test "an upstream from the future is refused in words" {
	small
	dated Date "$(date -u -d '+3 days' '+%a, %d %b %Y %T UTC')"
	repository future filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	run chantal repo sync --repo-id future
	[ "$status" -ne 0 ]
	[[ $output == *future* ]] || { echo "$output"; false; }
}

@test "an upstream older than what was accepted is refused unless that is allowed" {
	small
	repository back filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror back
	add_deb other 1
	DATE='Mon, 01 Jun 2020 00:00:00 UTC' reindex
	sync_fails 3 back 'allow-rollback'
	chantal -q repo sync --repo-id back --allow-rollback
	packages_of back | grep -q other
}

@test "the last lists are kept when upstream changes between its Release and its indexes" {
	small
	cp -R up one
	add_deb other 1
	reindex
	# The Release is of the first state, everything behind it of the second.
	find one up -name by-hash -exec rm -r {} +
	web --then InRelease "$W/up" "$W/one"
	repository moving filtered "feed: $FEED" "$VERIFY" "$SIGN" "$APT"
	mirror moving
	[ "$(packages_of moving | wc -l)" -eq 2 ]
	tree moving
	client mirror "$URL/www/moving"
	apt_update
}

@test "an upstream that never agrees with itself fails and leaves the published tree" {
	small
	repository torn filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror torn
	find www/torn -type f -exec sha256sum {} + | sort >before
	add_deb other 1
	reindex
	find up -name by-hash -exec rm -r {} +
	for file in up/dists/stable/main/binary-amd64/Packages.*; do echo >>"$file"; done
	run chantal -q repo sync --repo-id torn
	[ "$status" -eq 4 ]
	[[ $output == *Packages* ]]
	chantal -q publish repo --repo-id torn
	find www/torn -type f -exec sha256sum {} + | sort | diff before -
}

@test "a package that is not there fails the sync; on_reject drop names it and goes on" {
	small
	add_deb other 1
	reindex
	rm up/pool/main/o/other/*.deb
	repository strict filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	sync_fails 1 strict 'not-found.*other|other.*not-found'
	[[ $output == *'1 rejected: nothing was saved: on_reject: drop saves the rest'* ]]
	repository loose filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT" 'on_reject: drop'
	run chantal repo sync --repo-id loose
	[[ $output == *other* ]] || { echo "$output"; false; }
	chantal -q publish repo --repo-id loose
	[ "$(packages www/loose/dists/stable/main/binary-amd64/Packages.xz)" = 'tiny 1 amd64' ]
	tree loose
}

@test "an exact mirror fails when a package is not there, whatever on_reject says" {
	small
	add_deb other 1
	reindex
	rm up/pool/main/o/other/*.deb
	repository exact mirror "feed: $W/up" "$VERIFY" "$APT" 'on_reject: drop'
	run chantal repo sync --repo-id exact
	[ "$status" -ne 0 ]
	[[ $output == *other* ]] || { echo "$output"; false; }
	[[ $output == *"a mirror cannot leave them out: mode: filtered can"* ]]
	sed -i '/on_reject/d' "$W/config.yaml"
	sync_fails 1 exact 'a mirror has all that upstream lists: mode: filtered with on_reject: drop'
	run chantal publish repo --repo-id exact
	[ ! -e www/exact ]
}

@test "a repository whose packages are all gone is no success" {
	small
	rm -r up/pool
	repository gone filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT" 'on_reject: drop'
	run chantal repo sync --repo-id gone
	[ "$status" -ne 0 ]
}

# --- names and paths ---

@test "line ends in settings make no field of the signed Release" {
	small
	repository fold filtered "feed: $W/up" "$SIGN" \
		'apt: {distribution: stable, origin: "Good\nMD5Sum:\n 00 0 main/evil"}'
	run -2 chantal repo sync --repo-id fold
	[[ $output == *origin* ]] || { echo "$output"; false; }
	run -2 --separate-stderr chantal-config --check
	[[ $stderr == *"apt.origin: a line end or another control byte in it"* ]]
	sed -i 's|Good.*evil|Good|' config.yaml
	chantal-config --check
}

@test "components and architectures that are no plain words are refused" {
	small
	for words in 'components: ["../x"]' 'components: ["a b"]' 'architectures: ["a/../b"]' \
		'distribution: ../stable' 'distribution: /stable' 'architectures: ["a\nb"]'; do
		rm -f config.yaml
		case $words in
		distribution*) repository words filtered "feed: $W/up" "$SIGN" "apt: {$words}" ;;
		*) repository words filtered "feed: $W/up" "$SIGN" "apt: {distribution: stable, $words}" ;;
		esac
		run -2 chantal repo sync --repo-id words
		[[ $output == *"${words%%:*}"* ]] || { echo "$words: $output"; false; }
	done
}

@test "hostile components and architectures of upstream reach no path" {
	small
	sed -i 's|^Components: .*|Components: main ../../evil|; s|^Architectures: .*|Architectures: amd64 ../../evil|' \
		up/dists/stable/Release
	resign
	repository evil filtered "feed: $W/up" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, components: "*", architectures: "*"}'
	run chantal -q repo sync --repo-id evil
	if [ "$status" -eq 0 ]; then
		chantal -q publish repo --repo-id evil
		run ! grep -q evil www/evil/dists/stable/Release
	fi
	[ -z "$(find . -path ./up -prune -o -name '*evil' -path '*dists*' -print)" ]
}

@test "packages whose Filename leads out of the tree are refused" {
	for bad in ../../../evil.deb /etc/evil.deb pool/../../evil.deb 'pool/a\tb.deb'; do
		small
		edit_index main/binary-amd64/Packages "s|^Filename: .*|Filename: $bad|"
		rm -rf config.yaml store
		repository evil filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
		run chantal repo sync --repo-id evil
		[ "$status" -ne 0 ]
		[[ $output == *unsafe-path* || $output == *path* ]] || { echo "$bad: $output"; false; }
	done
	[ -z "$(find "$W" -name 'evil.deb')" ]
}

@test "a package where the metadata belongs is refused by name, and can be passed over" {
	local bad
	for bad in dists/stable/Release Release dists/x/tiny pool/.htaccess; do
		small
		add_deb other 1
		reindex
		edit_index main/binary-amd64/Packages "/^Package: tiny/,/^$/s|^Filename: .*|Filename: $bad|"
		rm -rf config.yaml store www
		repository evil filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
		run -1 --separate-stderr chantal repo sync --repo-id evil
		[[ $stderr == *"rejected: tiny 1 amd64: conflict: "*"$bad"* ]] || { echo "$bad: $stderr"; false; }
		rm config.yaml
		repository evil filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT" \
			'on_reject: drop' 'drop_codes: [conflict]'
		chantal -q repo sync --repo-id evil || [ $? -eq 1 ]
		chantal -q publish repo --repo-id evil
		run -0 chantal-catalog ls evil --format csv
		[ "$(cut -d, -f1 <<<"$output" | paste -sd' ')" = "name other" ]
	done
}

@test "packages may lie beside their indexes" {
	local suite=stable/db/7.0 dir=up/dists/stable/db/7.0/main/binary-amd64 mode key
	mkdir -p up/lists
	make_deb "$dir/db_7.0_amd64.deb" db 7.0 amd64
	(cd up && apt-ftparchive packages dists >"$W/Packages")
	mv Packages "$dir/Packages"
	gzip -nk "$dir/Packages"
	make_release "$W/up" $suite main amd64 $suite
	for mode in filtered:mirror mirror:archive; do
		key=${mode#*:}
		rm -rf store www config.yaml
		repository r "${mode%:*}" "feed: $W/up" "$VERIFY" "$SIGN" "apt: {distribution: $suite}"
		mirror r
		cmp "$dir/db_7.0_amd64.deb" "www/r/${dir#up/}/db_7.0_amd64.deb"
		"$BUILD/libexec/chantal/plugins/apt" check-tree www/r
		echo "deb [signed-by=$KEYS/$key.gpg] $URL/www/r $suite main" >"$APTROOT/etc/apt/sources.list"
		fresh_client
		apt_update
		apt apt-get -qy install --download-only db
		apt apt-get clean
	done
}

@test "a package below the name of an index is rejected alone" {
	local dir=up/dists/stable/main/binary-amd64 place
	for place in Release.old main/Contents-amd64 main/binary-amd64/by-hash; do
		rm -rf up store www config.yaml
		mkdir -p up/lists
		make_deb "up/dists/stable/$place/evil_1_amd64.deb" evil 1 amd64
		make_deb "$dir/good_1_amd64.deb" good 1 amd64
		(cd up && apt-ftparchive packages dists >"$W/Packages")
		mv Packages "$dir/Packages"
		make_release "$W/up" stable main amd64 stable
		repository r filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
		run -1 --separate-stderr chantal -q repo sync --repo-id r
		[[ $stderr == *"evil"*"conflict"* ]]
	done
}

@test "installer images whose names lead out of the tree are refused" {
	upstream
	cd up/dists/stable/main/installer-amd64/current/images
	echo evil >boot.img
	printf '%s  ../../../../../../../evil.img\n' "$(sha256_of boot.img)" >>SHA256SUMS
	cd "$W"
	make_release "$W/up" stable 'main contrib' 'amd64 arm64' synth
	cp up/dists/stable/main/installer-amd64/current/images/boot.img evil.img
	repository images mirror "feed: $W/up" "$VERIFY" \
		'apt: {distribution: stable, include_installer: true}'
	run chantal repo sync --repo-id images
	[ "$status" -ne 0 ]
	[[ $output == *evil* || $output == *path* ]] || { echo "$output"; false; }
}

@test "names of packages that are paths are refused" {
	for bad in ../evil 'a/b' 'x y'; do
		small
		edit_index main/binary-amd64/Packages "s|^Package: .*|Package: $bad|"
		rm -rf config.yaml store
		repository names filtered "feed: $W/up" "$VERIFY" "$SIGN" \
			'apt: {distribution: stable, pool_layout: original}'
		run chantal repo sync --repo-id names
		[ "$status" -ne 0 ] || run chantal publish repo --repo-id names
		[ "$status" -ne 0 ]
	done
	[ -z "$(find . -name 'evil*')" ]
}

# --- what is published ---

@test "packages are below pool, and Filename is relative to the root" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH"
	mirror syn
	tree syn
	for arch in amd64 arm64; do
		xz -dc www/syn/dists/stable/main/binary-$arch/Packages.xz | sed -n 's/^Filename: //p' >names
		[ "$(grep -c '^pool/' names)" -eq "$(wc -l <names)" ]
	done
	# Names with a plus, a tilde and a per cent sign are upstream's.
	[ -f 'www/syn/pool/main/c/c++tool/c++tool_1.0~rc1+dfsg-1_amd64.deb' ]
	[ -f 'www/syn/pool/main/c/colon/colon_1%3a1.0_amd64.deb' ]
	source_line deb '[mirror]' "$URL/www/syn" stable main
	apt_update
	apt apt-get -qy install --download-only c++tool colon
}

@test "an exact mirror signs nothing and changes no byte" {
	repository exact mirror "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: [stable, stable-updates], components: "*", architectures: "*", include_source_packages: true, include_installer: true}'
	mirror exact
	for suite in stable stable-updates; do
		cp -R "$ARCHIVE/dists/$suite" expected
		rm -rf expected/updates
		diff -r expected "www/exact/dists/$suite"
		rm -r expected
		tree exact archive "$suite"
	done
	(cd www/exact && find pool -type f | sort) >ours
	(cd "$ARCHIVE" && find pool -type f | sort) | diff - ours
	diff -r "$ARCHIVE/pool" www/exact/pool
}

@test "a mirror of one component and architecture has all that Release lists for them" {
	repository part mirror "feed: $ARCHIVE" "$VERIFY" 'apt: {distribution: stable}'
	mirror part
	cmp "$ARCHIVE/dists/stable/InRelease" www/part/dists/stable/InRelease
	cmp "$ARCHIVE/dists/stable/Release" www/part/dists/stable/Release
	cmp "$ARCHIVE/dists/stable/Release.gpg" www/part/dists/stable/Release.gpg
	for path in main/binary-amd64/Packages.gz main/binary-amd64/Packages.xz main/binary-amd64/Release \
		main/i18n/Translation-en.xz main/Contents-amd64.gz main/dep11/Components-amd64.yml.gz \
		main/cnf/Commands-amd64.xz main/debian-installer/binary-amd64/Packages.xz; do
		cmp "$ARCHIVE/dists/stable/$path" "www/part/dists/stable/$path"
		dir=$(dirname "www/part/dists/stable/$path")/by-hash
		cmp "www/part/dists/stable/$path" "$dir/SHA256/$(sha256_of "www/part/dists/stable/$path")"
	done
	[ ! -e www/part/dists/stable/contrib ]
	[ ! -e www/part/dists/stable/main/binary-arm64 ]
	[ -z "$(find www/part/pool -name '*arm64*')" ]
	[ -f www/part/pool/main/f/foo/foo-installer_2.0-1_amd64.udeb ]
}

@test "an origin that refuses what it does not have is mirrored, without what is uncompressed" {
	upstream
	rm "$W/up/dists/stable/Release" "$W/up/dists/stable/Release.gpg"
	web --refused 'stable/Release|by-hash|/(Packages|Sources|Translation-en|Contents-[a-z0-9]+|Commands-[a-z0-9]+)$' "$W/up"
	repository r mirror "feed: $FEED" "$VERIFY" "$APT"
	mirror r
	run -0 diff -r "$W/up/dists/stable/main/binary-amd64" www/r/dists/stable/main/binary-amd64
	[ -s www/r/dists/stable/InRelease ]
	[ ! -e www/r/dists/stable/Release.gpg ]
	client archive "$URL/www/r"
	apt_update
	# What is there by that name, and is refused, is not absent.
	web --refused 'Packages.xz|by-hash' "$W/up"
	sed -i "s,feed: .*,feed: $FEED," "$W/config.yaml"
	rm -rf store
	sync_fails 2 r 'Packages.xz.*403'
}

@test "a form that Release lists and upstream lacks is told" {
	upstream
	web --missing 'binary-amd64/Packages.xz|by-hash' "$W/up"
	repository r mirror "feed: $FEED" "$VERIFY" "$APT"
	run -0 --separate-stderr chantal -q repo sync --repo-id r
	[[ $stderr = *main/binary-amd64/Packages.xz*'not there upstream'* ]]
	[[ $stderr != *Packages:* && $stderr != *Translation* ]]
	chantal -q publish repo --repo-id r
	client archive "$URL/www/r"
	apt apt-get update
	[ "$(apt_names | wc -l)" = 6 ]
}

# pdiff OLD: what makes the Packages of $W/up of OLD, listed in its Release.
pdiff() {
	local dir=$W/up/dists/stable/main/binary-amd64
	xz -dc "$dir/Packages.xz" >new
	mkdir "$dir/Packages.diff"
	diff --ed "$1" new >patch || :
	gzip -nc patch >"$dir/Packages.diff/T-1.gz"
	claim() { echo "$(sha256_of "$1") $(stat -c %s "$1")"; }
	printf '%s\n' "SHA256-Current: $(claim new)" SHA256-History: " $(claim "$1") T-1" \
		SHA256-Patches: " $(claim patch) T-1" \
		SHA256-Download: " $(claim "$dir/Packages.diff/T-1.gz") T-1.gz" \
		'X-Patch-Precedence: merged' >"$dir/Packages.diff/Index"
	list_pdiff
}

list_pdiff() {
	local index=main/binary-amd64/Packages.diff/${1:-Index} dir=$W/up/dists/stable
	sed -i "\\,$index,d; s,^SHA256:,&\n $(sha256_of "$dir/$index") $(stat -c %s "$dir/$index") $index," \
		"$dir/Release"
	resign
}

@test "a mirror has the patches of indexes, and clients use them" {
	for n in 1 2 3 4 5 6 7 8 9; do add_deb "pkg$n" 1; done
	reindex
	xz -dc up/dists/stable/main/binary-amd64/Packages.xz >old
	repository r mirror "feed: $W/up" "$VERIFY" "$APT"
	mirror r
	echo 'Acquire::PDiffs "true";' >>"$APTROOT/apt.conf"
	client archive "$URL/www/r"
	apt_update
	add_deb new 1
	reindex
	pdiff old
	mirror r
	run -0 diff -r up/dists/stable/main/binary-amd64/Packages.diff www/r/dists/stable/main/binary-amd64/Packages.diff -x by-hash
	apt_update
	grep -q 'T-1.pdiff' "$APTROOT/update.log"
	[ "$(apt_names | wc -l)" = 10 ]
	"$BUILD/libexec/chantal/plugins/apt" check-tree www/r
	# Compressed forms beside it do not stand in for it.
	rm -rf store www
	gzip -nk up/dists/stable/main/binary-amd64/Packages.diff/Index
	list_pdiff Index.gz
	mirror r
	[ -e www/r/dists/stable/main/binary-amd64/Packages.diff/T-1.gz ]
	rm -rf store www up/dists/stable/main/binary-amd64/Packages.diff/Index
	mirror r 2>err
	grep 'Packages.diff/Index: it is not there uncompressed' err
	gzip -dk up/dists/stable/main/binary-amd64/Packages.diff/Index.gz
	# One that is gone upstream is gone here; clients have the whole index.
	rm -rf store www up/dists/stable/main/binary-amd64/Packages.diff/T-1.gz
	mirror r
	[ ! -e www/r/dists/stable/main/binary-amd64/Packages.diff/T-1.gz ]
	# A filtered repository lists no patches that it does not have.
	rm -rf store www
	sed -i "s,mode: mirror,mode: filtered," "$W/config.yaml"
	echo "    $SIGN" >>"$W/config.yaml"
	mirror r
	run -1 grep -rq '\.diff' www/r/dists/stable/Release
}

@test "an Index of patches that names other places, or nothing, is refused by name" {
	small
	xz -dc up/dists/stable/main/binary-amd64/Packages.xz >old
	add_deb new 1
	reindex
	pdiff old
	repository r mirror "feed: $W/up" "$VERIFY" "$APT"
	sed -i 's,T-1.gz,../../../../T-1.gz,' up/dists/stable/main/binary-amd64/Packages.diff/Index
	list_pdiff
	sync_fails 1 r 'unsafe-path'
	sed -i 's,[^ ]*T-1.gz,,' up/dists/stable/main/binary-amd64/Packages.diff/Index
	list_pdiff
	sync_fails 1 r 'malformed.*Index of patches'
}

@test "by-hash is made here when upstream promises it and lacks it" {
	upstream
	find up -name by-hash -exec rm -r {} +
	repository promise mirror "feed: $W/up" "$VERIFY" "$APT"
	mirror promise
	client archive "$URL/www/promise"
	apt_update
	run ! grep -E "$BATS_TEST_NUMBER/www/promise.*\" 404 " "$STATE/access.log"
}

@test "two names of the same bytes are both published" {
	# Two empty indexes are the same file.
	upstream
	: >up/lists/stable_contrib
	make_index "$W/up" stable 'main contrib' 'amd64 arm64' >/dev/null 2>&1
	make_release "$W/up" stable 'main contrib' 'amd64 arm64' synth
	cmp up/dists/stable/contrib/binary-amd64/Packages.gz up/dists/stable/contrib/binary-arm64/Packages.gz
	repository exact mirror "feed: $W/up" "$VERIFY" \
		'apt: {distribution: stable, components: [main, contrib], architectures: [amd64, arm64]}'
	repository cut filtered "feed: $W/up" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, components: [main, contrib], architectures: [amd64, arm64]}'
	for id in exact cut; do
		[ "$id" = cut ] && key=mirror || key=archive
		mirror "$id"
		for arch in amd64 arm64; do
			[ -f "www/$id/dists/stable/contrib/binary-$arch/Packages.gz" ]
			[ -f "www/$id/dists/stable/contrib/binary-$arch/Packages.xz" ]
		done
		client_root "$W/$id-client" amd64 arm64
		source_line deb "[$key]" "$URL/www/$id" stable main contrib
		apt_update
	done
}

@test "a package of architecture all is in the index of each architecture, and once in the pool" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH"
	mirror syn
	for arch in amd64 arm64; do
		packages www/syn/dists/stable/main/binary-$arch/Packages.xz | grep -qx 'hello-data 1.0-1 all'
		packages www/syn/dists/stable/contrib/binary-$arch/Packages.xz | grep -qx 'extra 0.5-1 all'
	done
	[ "$(find www/syn/pool -name 'hello-data_*' | wc -l)" -eq 1 ]
	[ "$(packages_of syn | grep -c ' hello-data ')" -eq 1 ]
	[ "$(sed -n 's/^Architectures: //p' www/syn/dists/stable/Release)" = 'amd64 arm64' ]
	run ! ls www/syn/dists/stable/main/binary-all
	client_root "$W/two" amd64 arm64
	source_line deb '[mirror]' "$URL/www/syn" stable main contrib
	apt_update
	apt apt-get -qy install --download-only hello-data libfoo1 libfoo1:arm64
}

@test "every compression of the configuration is published as Release says" {
	for form in auto gzip xz zstandard bzip2 none; do
		repository "form-$form" filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH" \
			"metadata: {compression: $form}"
		mirror "form-$form"
		tree "form-$form"
		(cd "www/form-$form/dists/stable/main/binary-amd64" && ls Packages*) | tr '\n' ' ' >"forms-$form"
	done
	grep -q 'Packages.gz' forms-auto
	grep -q 'Packages.xz' forms-auto
	grep -q 'Packages.bz2' forms-bzip2
	grep -q 'Packages.zst' forms-zstandard
	[ "$(cat forms-none)" = 'Packages ' ]
	for form in auto gzip xz bzip2 none; do
		fresh_client
		client mirror "$URL/www/form-$form"
		apt_update
		[ "$(apt_names | wc -l)" -eq 6 ]
	done
}

@test "Suite and Codename may differ, and are upstream's unless configured" {
	repository as filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$APT"
	repository own filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, origin: Ours, label: Local, suite: stable, codename: mine, version: "9.5", not_automatic: true, but_automatic_upgrades: true}'
	mirror as
	mirror own
	grep -qx 'Suite: stable' www/as/dists/stable/Release
	grep -qx 'Codename: synth' www/as/dists/stable/Release
	for line in 'Origin: Ours' 'Label: Local' 'Codename: mine' 'Version: 9.5' 'NotAutomatic: yes' \
		'ButAutomaticUpgrades: yes'; do
		grep -qx "$line" www/own/dists/stable/Release
	done
	client mirror "$URL/www/own"
	apt_update
	apt apt-cache policy | grep -q ' 100 .*127.0.0.1'
	apt apt-cache policy | grep -q 'o=Ours,a=stable,n=mine,l=Local'
}

@test "fields of the upstream's Release that lead elsewhere are left out of a filtered one" {
	small
	sed -i 's/^Date:/Changelogs: https:\/\/example.org\/@CHANGEPATH@\nSnapshots: https:\/\/example.org\/@SNAPSHOTID@\nSigned-By: AAAA\n&/' \
		up/dists/stable/Release
	resign
	repository tiny filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror tiny
	run ! grep -E '^(Signed-By|Snapshots):' www/tiny/dists/stable/Release
}

@test "a filtered tree has no Contents unless asked for, and then of its packages only" {
	repository bare filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$APT"
	repository full filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, include_contents: true}' \
		'filters: {patterns: {exclude: ["^hello"]}}'
	mirror bare
	mirror full
	run ! grep Contents www/bare/dists/stable/Release
	gzip -dc www/full/dists/stable/main/Contents-amd64.gz >ours
	gzip -dc "$ARCHIVE/dists/stable/main/Contents-amd64.gz" | grep -v hello | diff - ours
	tree full
}

@test "Contents of a whole suite are cut to those of each component" {
	upstream
	cd "$W/up/dists/stable"
	gzip -dc main/Contents-amd64.gz contrib/Contents-amd64.gz | LC_ALL=C sort -u | gzip -n >Contents-amd64.gz
	rm ./*/Contents-*
	cd "$W"
	make_release "$W/up" stable "main contrib" amd64 synth
	repository r filtered "feed: $W/up" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, components: [main, contrib], include_contents: true}' \
		'filters: {patterns: {exclude: ["^hello"]}}'
	mirror r
	for c in main contrib; do
		gzip -dc "www/r/dists/stable/$c/Contents-amd64.gz" >ours
		gzip -dc "$ARCHIVE/dists/stable/$c/Contents-amd64.gz" | grep -v hello | diff - ours
	done
	tree r
}

@test "long descriptions survive a filter, in Translation-en" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$APT" \
		'filters: {patterns: {include: ["^(hello|colon)$"]}}'
	mirror syn
	tree syn
	xz -dc www/syn/dists/stable/main/i18n/Translation-en.xz >ours
	[ "$(sed -n 's/^Package: //p' ours | sort | tr '\n' ' ')" = 'colon hello ' ]
	client mirror "$URL/www/syn"
	apt_update
	run apt apt-cache show colon
	[[ $output == *$'\n It is of version 1:1.0.\n .\n  Kept as it is.'* ]] || { echo "$output"; false; }
}

@test "long descriptions survive where the component's folder is in the paths too" {
	small
	mkdir up/dists/stable/updates
	mv up/dists/stable/main up/dists/stable/updates/
	make_release "$W/up" stable updates/main amd64 synth
	repository r filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror r
	client mirror "$URL/www/r"
	apt_update
	apt apt-cache show tiny | grep -x ' It is of version 1.'
}

@test "include_translations: false leaves them out of what is filtered" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, include_translations: false}'
	mirror syn
	run ! grep Translation www/syn/dists/stable/Release
	run ! grep -r Translation store/catalog
	client mirror "$URL/www/syn"
	apt_update
	run apt apt-cache show hello
	[[ $output == *$'\nDescription: '* ]]
}

@test "no field of a package or a source is lost" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH"
	repository updates filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" 'apt: {distribution: stable-updates}'
	mirror syn
	mirror updates
	for path in main/binary-amd64/Packages main/binary-arm64/Packages contrib/binary-amd64/Packages \
		main/source/Sources contrib/source/Sources main/i18n/Translation-en; do
		"$BATS_TEST_DIRNAME/bin/apt-fields" "$ARCHIVE/dists/stable/$path.xz" "www/syn/dists/stable/$path.xz"
	done
	"$BATS_TEST_DIRNAME/bin/apt-fields" "$ARCHIVE/dists/stable-updates/main/binary-amd64/Packages.xz" \
		www/updates/dists/stable-updates/main/binary-amd64/Packages.xz
	xz -dc www/syn/dists/stable/main/binary-amd64/Packages.xz >all
	for field in Breaks Enhances Multi-Arch Essential Source Built-Using Task Tag Description-md5 Protected \
		X-Unknown-Field; do
		grep -q "^$field: " all
	done
	xz -dc www/updates/dists/stable-updates/main/binary-amd64/Packages.xz | grep -q '^Phased-Update-Percentage: 20'
}

@test "what vanished upstream and what a filter now drops is gone from the index" {
	small
	add_deb other 1
	add_deb third 1
	reindex
	repository live filtered "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror live
	rm -r up/pool/main/o
	reindex
	mirror live
	[ "$(packages www/live/dists/stable/main/binary-amd64/Packages.xz)" = $'third 1 amd64\ntiny 1 amd64' ]
	sed -i '$a\    filters: {patterns: {exclude: ["^third$"]}}' config.yaml
	mirror live
	[ "$(packages www/live/dists/stable/main/binary-amd64/Packages.xz)" = 'tiny 1 amd64' ]
	tree live
}

@test "metadata that upstream no longer lists are gone from a mirror" {
	upstream
	repository live mirror "feed: $W/up" "$VERIFY" "$APT"
	mirror live
	[ -f www/live/dists/stable/main/dep11/Components-amd64.yml.gz ]
	rm -r up/dists/stable/main/dep11 up/dists/stable/main/binary-*/Packages.*
	make_index "$W/up" stable 'main contrib' 'amd64 arm64' '. xz' >/dev/null 2>&1
	make_release "$W/up" stable 'main contrib' 'amd64 arm64' synth
	mirror live
	tree live archive
	[ ! -e www/live/dists/stable/main/dep11/Components-amd64.yml.gz ]
	[ ! -e www/live/dists/stable/main/binary-amd64/Packages.gz ]
	rm up/dists/stable/InRelease
	mirror live
	[ ! -e www/live/dists/stable/InRelease ]
	client archive "$URL/www/live"
	apt apt-get -q update
}

@test "installer images are there once, however often it is synced" {
	upstream
	repository images mirror "feed: $W/up" "$VERIFY" 'apt: {distribution: stable, include_installer: true}'
	for _ in 1 2 3; do
		make_release "$W/up" stable 'main contrib' 'amd64 arm64' synth
		mirror images
	done
	[ "$(chantal-catalog cat images | jq -r '.path // empty' | grep -c 'boot.img')" -eq 1 ]
	diff -r up/dists/stable/main/installer-amd64 www/images/dists/stable/main/installer-amd64 |
		grep -v 'Only in www.*by-hash' | diff /dev/null -
	echo more >>up/dists/stable/main/installer-amd64/current/images/boot.img
	(cd up/dists/stable/main/installer-amd64/current/images && sha256sum ./boot.img ./netboot/linux >SHA256SUMS)
	make_release "$W/up" stable 'main contrib' 'amd64 arm64' synth
	mirror images
	cmp {up,www/images}/dists/stable/main/installer-amd64/current/images/boot.img
}

@test "a mode that was changed in the configuration holds at the next sync" {
	small
	repository modes mirror "feed: $W/up" "$VERIFY" "$SIGN" "$APT"
	mirror modes
	tree modes archive
	sed -i 's/mode: mirror/mode: filtered/' config.yaml
	mirror modes
	tree modes mirror
	sed -i 's/mode: filtered/mode: mirror/' config.yaml
	mirror modes
	tree modes archive
}

@test "two repositories may have one package at two paths" {
	mkdir -p a/pool/one b/pool/main/two
	make_deb a/pool/one/same_1_amd64.deb same 1 amd64
	cp a/pool/one/same_1_amd64.deb b/pool/main/two/same_1_amd64.deb
	for id in a b; do
		mkdir $id/lists
		(cd $id && find pool -name '*.deb' >lists/stable_main)
		make_index "$W/$id" stable main amd64 >/dev/null 2>&1
		make_release "$W/$id" stable main amd64 synth
		repository $id filtered "feed: $W/$id" "$VERIFY" "$SIGN" "$APT"
		mirror $id
		tree $id
	done
	[ -f www/a/pool/one/same_1_amd64.deb ] && [ ! -e www/a/pool/main ]
	[ -f www/b/pool/main/two/same_1_amd64.deb ] && [ ! -e www/b/pool/one ]
	[ "$(find store/pool -type f -size +0 -exec sha256sum {} + | grep -c "^$(sha256_of www/a/pool/one/same_1_amd64.deb)")" -eq 1 ]
}

@test "the same bytes may be in two components" {
	mkdir -p up/lists up/pool/main up/pool/contrib
	make_deb up/pool/main/same_1_amd64.deb same 1 amd64
	cp up/pool/main/same_1_amd64.deb up/pool/contrib/
	echo pool/main/same_1_amd64.deb >up/lists/stable_main
	echo pool/contrib/same_1_amd64.deb >up/lists/stable_contrib
	make_index "$W/up" stable 'main contrib' amd64 >/dev/null 2>&1
	make_release "$W/up" stable 'main contrib' amd64 synth
	repository two filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable, components: [main, contrib]}'
	mirror two
	tree two
	for c in main contrib; do
		xz -dc www/two/dists/stable/$c/binary-amd64/Packages.xz | grep -qx "Filename: pool/$c/same_1_amd64.deb"
	done
}

@test "the newest version is that of dpkg, of each name and architecture" {
	for v in 1.9 1.10 '1:0.5' '1:0.5~rc1' '1:0.5-1' 2.0; do add_deb tool "$v" amd64; done
	for v in 1.0 1.1 '1.1~beta'; do add_deb tool "$v" arm64; done
	ARCHS='amd64 arm64' reindex
	repository latest filtered "feed: $W/up" "$VERIFY" "$SIGN" \
		'apt: {distribution: stable, architectures: [amd64, arm64]}' \
		'filters: {post_processing: {only_latest_version: true}}'
	chantal -q repo sync --repo-id latest
	[ "$(packages_of latest | cut -d' ' -f1-3)" = $'amd64 tool 1:0.5-1\narm64 tool 1.1' ]
}

@test "an update in one architecture is one update, not a removal and an addition" {
	add_deb tool 1.0 amd64
	add_deb tool 1.0 arm64
	ARCHS='amd64 arm64' reindex
	repository diff filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable, architectures: [amd64, arm64]}'
	chantal -q repo sync --repo-id diff
	chantal -q snapshot create --repo-id diff --name before
	rm up/pool/main/t/tool/*_arm64.deb
	add_deb tool 1.1 arm64
	ARCHS='amd64 arm64' reindex
	chantal -q repo sync --repo-id diff
	run -5 chantal snapshot diff --repo-id diff before upstream --format json
	[ "$(jq -c '.summary.packages | [.updated, .added, .removed]' <<<"$output")" = '[1,0,0]' ] ||
		{ echo "$output"; false; }
}

@test "filters for components, sections, priorities and sources hold" {
	repository some filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH" \
		'filters: {deb: {components: {include: [main]}, sections: {exclude: [libs]}, priorities: {exclude: [required]}, source_packages: matching}}'
	mirror some
	tree some
	run packages_of some
	[[ $output != *extra* && $output != *libfoo1* && $output != *colon* ]]
	[[ $output == *'source hello 1.0-1'* && $output == *'source foo 1:2.0-1'* && $output == *foo-bin* ]] || { echo "$output"; false; }
}

@test "the same catalog gives the same bytes" {
	repository one filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" "$BOTH"
	chantal -q repo sync --repo-id one
	export SOURCE_DATE_EPOCH=1700000000
	chantal -q publish repo --repo-id one --target "$W/www/first"
	chantal -q cache clear
	TZ=America/Lima LC_ALL=C chantal -q publish repo --repo-id one --target "$W/www/second"
	diff -r www/first www/second
	run ! cmp -s "$ARCHIVE/dists/stable/Release" www/first/dists/stable/Release
}

@test "a snapshot keeps its metadata and packages when upstream has lost them" {
	small
	repository snap mirror "feed: $W/up" "$VERIFY" "$APT"
	mirror snap
	chantal -q snapshot create --repo-id snap --name old
	cp -R up/dists/stable expected
	add_deb other 1
	rm -r up/pool/main/t
	reindex
	mirror snap
	chantal -q publish snapshot --repo-id snap --snapshot old
	rm -r expected/main/source
	diff -r expected www/snapshots/snap/old/dists/stable
	client archive "$URL/www/snapshots/snap/old"
	apt_update
	apt apt-get -qy install --download-only tiny
}

# --- packages of one's own ---

@test "uploaded packages are published signed, and clients install them" {
	make_deb in/mine_1.0-1_amd64.deb mine 1.0-1 amd64 'Depends: mine-data' 'Section: admin' 'Priority: optional'
	make_deb in/mine-data_1.0-1_all.deb mine-data 1.0-1 all
	make_source in own 1.0-1
	repository own hosted "$SIGN" \
		'apt: {distribution: stable, components: [main], architectures: [amd64, arm64], include_source_packages: true, origin: Me}'
	chantal -q package upload --repo-id own --directory in
	chantal -q publish repo --repo-id own
	tree own
	find www/own/pool -name 'mine_1.0-1_amd64.deb' | grep -q .
	client_root "$W/two" amd64 arm64
	source_line deb '[mirror]' "$URL/www/own" stable main
	source_line deb-src '[mirror]' "$URL/www/own" stable main
	apt_update
	apt apt-get -qy install --download-only mine
	(cd "$W" && apt apt-get -q source --download-only own)
	run apt apt-cache show mine
	[[ $output == *'It is of version 1.0-1.'* ]]
	(cd www/own && apt-ftparchive packages pool) >theirs
	xz -dc www/own/dists/stable/main/binary-amd64/Packages.xz >ours
	"$BATS_TEST_DIRNAME/bin/apt-fields" --part --without SHA512 --without SHA1 --without Description-md5 theirs ours
}

@test "apt-ftparchive and dpkg-scanpackages read the same from our packages" {
	mkdir in
	find "$ARCHIVE/pool/main" -name '*_amd64.deb' ! -name 'hello_1.1*' -o -name '*_all.deb' | xargs -I{} cp {} in
	repository own hosted "$SIGN" 'apt: {distribution: stable}'
	chantal -q package upload --repo-id own --directory in
	chantal -q publish repo --repo-id own
	xz -dc www/own/dists/stable/main/binary-amd64/Packages.xz >ours
	(cd www/own && apt-ftparchive -o APT::FTPArchive::SHA512=false packages pool) >ftparchive
	(cd www/own && dpkg-scanpackages -m pool 2>/dev/null) >scanpackages
	"$BATS_TEST_DIRNAME/bin/apt-fields" --without Description-md5 --without SHA1 --without SHA512 ftparchive ours
	"$BATS_TEST_DIRNAME/bin/apt-fields" --without Description-md5 --without SHA1 --without SHA512 scanpackages ours
}

@test "other bytes of one version are refused without force, the same bytes are nothing new" {
	make_deb in/mine_1.0_amd64.deb mine 1.0 amd64
	make_deb other/mine_1.0_amd64.deb mine 1.0 amd64 'Description: other bytes'
	make_deb other/good_1.0_amd64.deb good 1.0 amd64
	repository own hosted "$SIGN" "$APT"
	chantal -q package upload --repo-id own --file in/mine_1.0_amd64.deb
	chantal -q package upload --repo-id own --file in/mine_1.0_amd64.deb
	run chantal package upload --repo-id own --directory other
	[ "$status" -ne 0 ]
	[[ $output == *mine* ]]
	packages_of own | grep -q ' good '
	chantal-catalog cat own | grep -q "$(sha256_of in/mine_1.0_amd64.deb)"
	chantal -q package upload --repo-id own --file other/mine_1.0_amd64.deb --force
	chantal-catalog cat own | grep -q "$(sha256_of other/mine_1.0_amd64.deb)"
}

@test "a file that is no package is named, and the others go on" {
	make_deb in/mine_1.0_amd64.deb mine 1.0 amd64
	echo no >in/bad_1.0_amd64.deb
	head -c 100 in/mine_1.0_amd64.deb >in/cut_1.0_amd64.deb
	repository own hosted "$SIGN" "$APT"
	run chantal package upload --repo-id own --directory in
	[ "$status" -ne 0 ]
	[[ $output == *bad_1.0_amd64.deb* && $output == *cut_1.0_amd64.deb* ]] || { echo "$output"; false; }
	[ "$(packages_of own | cut -d' ' -f1-3)" = 'amd64 mine 1.0' ]
}
