#!/usr/bin/env bats
# Real clients on real packages: a large real suite, filtered, and a part of it,
# mirrored exactly; updated from, downloaded from and installed from.

load helpers
load apt

setup_file() {
	apt_archive
	apt_upstream
	apt_setup_file
	COMPONENT=$(cat "$KEEP/upstream/component")
	ARCH=$(cd "$UPSTREAM/dists/$SUITE/$COMPONENT" && echo binary-*)
	ARCH=${ARCH#binary-}
	export COMPONENT ARCH
	publish_real
}

teardown_file() { www_teardown_file; }

setup() {
	apt_setup
	OURS=$WWW/ours/www OURS_URL=http://127.0.0.1:$PORT/ours/www
	PICKED=$KEEP/upstream/picked
	REAL=$UPSTREAM/dists/$SUITE/$COMPONENT PUBLISHED=$OURS/real/dists/$SUITE/$COMPONENT
}

teardown() { www_teardown; }

# exactly FILE: a pattern for the names in the first column, before "=".
exactly() {
	printf '^(%s)$' "$(sed 's/=.*//; s/[+.]/[&]/g' "$1" | paste -sd'|')"
}

# machine_keys: the files of keys that the machine trusts its suites by.
machine_keys() {
	sed -n 's/^Signed-By: *//p' /etc/apt/sources.list.d/*.sources | grep '^/' | sort -u | paste -sd,
}

# The real suite with the packages and the sources that were picked.
publish_real() {
	local W=$WWW/ours apt
	mkdir "$W"
	apt="distribution: $SUITE, components: [$COMPONENT], architectures: [$ARCH]"
	SIGN="gpg: {enabled: true, key_file: $KEYS/mirror.sec}"
	VERIFY="verify: {enabled: true, key_files: [$(machine_keys)]}"
	repository real filtered "feed: $UPSTREAM" "$VERIFY" "$SIGN" "apt: {$apt}" \
		"filters: {patterns: {include: ['$(exactly "$KEEP/upstream/picked")']}}"
	repository sources filtered "feed: $UPSTREAM" "$VERIFY" "$SIGN" "apt: {$apt, include_source_packages: true}" \
		"filters: {deb: {kinds: {include: [source]}}, patterns: {include: ['$(exactly "$KEEP/upstream/picked-sources")']}}"
	mirror real
	mirror sources
	unset CHANTAL_CONFIG
}

# real_client: a client of the filtered real suite.
real_client() {
	client_root "$W/client" "$ARCH"
	source_line deb '[mirror]' "$OURS_URL/real" "$SUITE" "$COMPONENT"
	apt_update
}

# installable FIELD VALUE: picked packages that need no other package.
installable() {
	xz -dc "$PUBLISHED/binary-$ARCH/Packages.xz" | awk -v arch="$1" '
		function done() { if (name != "" && !needs && (arch == "" || a == arch)) print name; name = a = needs = "" }
		/^Package:/ { name = $2 }
		/^Architecture:/ { a = $2 }
		/^(Depends|Pre-Depends|Conflicts|Breaks):/ { needs = 1 }
		/^$/ { done() }
		END { done() }'
}

@test "what was picked of a large real suite, signed by its own archive, is published" {
	[ "$(xz -dc "$REAL/binary-$ARCH/Packages.xz" | grep -c ^Package:)" -gt 10000 ]
	[ "$(wc -l <"$PICKED")" -ge 200 ]
	"$BATS_TEST_DIRNAME/bin/apt-tree" --only-listed --keyring "$KEYS/mirror.gpg" "$OURS/real" "$SUITE"
	"$BATS_TEST_DIRNAME/bin/apt-tree" --only-listed --keyring "$KEYS/mirror.gpg" "$OURS/sources" "$SUITE"
	real_client
	[ "$(apt_names | wc -l)" -eq "$(wc -l <"$PICKED")" ]
}

@test "clients download each of the real packages" {
	real_client
	mkdir down
	# shellcheck disable=SC2046 # a list of names
	(cd down && apt apt-get -q download $(cut -d' ' -f1 "$PICKED"))
	[ "$(find down -name '*.deb' | wc -l)" -eq "$(wc -l <"$PICKED")" ]
	(cd down && sha256sum -- *.deb | cut -d' ' -f1 | sort) >ours
	(cd "$UPSTREAM" && cut -d' ' -f3 "$PICKED" | xargs sha256sum | cut -d' ' -f1 | sort) | diff - ours
}

@test "apt-get install --download-only takes real packages" {
	real_client
	installable '' >names
	[ "$(wc -l <names)" -ge 5 ]
	# shellcheck disable=SC2046
	apt apt-get -qy install --download-only $(head -n 20 names)
	[ "$(find "$APTROOT/var/cache/apt/archives" -name '*.deb' | wc -l)" -ge 5 ]
}

# scratch_root DIR: where dpkg installs to.
scratch_root() {
	mkdir -p "$1/var/lib/dpkg/info" "$1/var/lib/dpkg/updates" "$1/var/lib/dpkg/triggers" "$1/var/log"
	: >"$1/var/lib/dpkg/status"
	: >"$1/var/lib/dpkg/available"
	cat >>"$APTROOT/apt.conf" <<-END
	Dir::State::status "$1/var/lib/dpkg/status";
	DPkg::Options:: "--root=$1";
	DPkg::Options:: "--force-script-chrootless";
	DPkg::Options:: "--force-not-root";
	DPkg::Use-Pty "false";
	END
}

@test "apt-get installs real packages into a root of its own" {
	real_client
	scratch_root "$W/root"
	for name in $(installable all); do
		# Only those that bring data: scripts would run here.
		deb=$(awk -v n="$name" '{ split($1, p, "=") } p[1] == n { print $3 }' "$PICKED")
		if ! dpkg-deb -I "$UPSTREAM/$deb" | grep -qE 'postinst|preinst|triggers|config'; then echo "$name"; fi
	done | head -n 5 >names
	[ -s names ]
	# shellcheck disable=SC2046
	apt apt-get -qy install $(cat names)
	while read -r name; do
		[ "$(dpkg-query --admindir="$W/root/var/lib/dpkg" -W -f '${db:Status-Status}' "$name")" = installed ]
		dpkg --root="$W/root" -V "$name" | diff /dev/null -
		[ -s "$W/root/var/lib/dpkg/info/$name.list" ]
	done <names
}

@test "apt-get installs a package with what it depends on" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" 'apt: {distribution: stable, components: [main, contrib]}'
	mirror syn
	source_line deb '[mirror]' "$URL/www/syn" stable main contrib
	apt_update
	scratch_root "$W/root"
	apt apt-get -qy install extra
	dpkg-query --admindir="$W/root/var/lib/dpkg" -W -f '${Package} ${Version}\n' >installed
	diff - installed <<-'END'
	extra 0.5-1
	hello 1.0-1
	hello-data 1.0-1
	libfoo1 1:2.0-1
	END
	[ "$(cat root/usr/share/hello/data*)" = 'hello 1.0-1 amd64' ]
}

@test "apt-get source brings real source packages" {
	client_root "$W/client" "$ARCH"
	source_line deb-src '[mirror]' "$OURS_URL/sources" "$SUITE" "$COMPONENT"
	apt_update
	mkdir src
	while read -r spec folder; do
		rm -rf src/*
		(cd src && apt apt-get -q source --download-only "${spec%%=*}")
		for file in src/*; do cmp "$file" "$UPSTREAM/$folder/${file##*/}"; done
		ls src/*.dsc
	done <"$KEEP/upstream/picked-sources"
}

@test "each stanza of the real suite that is published is upstream's, field by field" {
	run "$BATS_TEST_DIRNAME/bin/apt-fields" --part "$REAL/binary-$ARCH/Packages.xz" "$PUBLISHED/binary-$ARCH/Packages.xz"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[ "$output" = "$(wc -l <"$PICKED") equal" ]
	"$BATS_TEST_DIRNAME/bin/apt-fields" --part "$REAL/source/Sources.xz" \
		"$OURS/sources/dists/$SUITE/$COMPONENT/source/Sources.xz"
}

@test "all stanzas of the real suite come through list and index, field by field" {
	repository all filtered "feed: $UPSTREAM" "verify: {enabled: true, key_files: [$(machine_keys)]}" \
		"apt: {distribution: $SUITE, components: [$COMPONENT], architectures: [$ARCH], include_source_packages: true}" "$SIGN"
	chantal-fetch -q --repo all apt "$UPSTREAM" >records
	chantal-index -q --repo all <records >index
	for path in "binary-$ARCH/Packages" source/Sources i18n/Translation-en; do
		sha=$(jq -r --arg p "dists/$SUITE/$COMPONENT/$path.xz" 'select(.record == "file" and .path == $p).sha256' index)
		chantal-pool get "$sha" >ours.xz
		# Translation-en has the descriptions of other architectures, too.
		[ "$path" = i18n/Translation-en ] && part=--part || part=
		run "$BATS_TEST_DIRNAME/bin/apt-fields" $part "$REAL/$path.xz" ours.xz
		[ "$status" -eq 0 ] || { echo "$path: $output" | head -n 20; false; }
		echo "$path: $output"
	done
}

@test "long descriptions of real packages are shown" {
	xz -dc "$REAL/i18n/Translation-en.xz" >all
	xz -dc "$PUBLISHED/i18n/Translation-en.xz" >ours
	"$BATS_TEST_DIRNAME/bin/apt-fields" --part all ours
	real_client
	for name in $(cut -d= -f1 "$PICKED" | sed -n '1p;100p;200p'); do
		apt apt-cache show "$name" | sed -n '/^Description/,/^[A-Z]/p' >shown
		[ "$(grep -c '^ ' shown)" -ge 1 ]
	done
}

@test "a real suite with its sources is mirrored byte for byte" {
	repository cut mirror "feed: $CUT" "$VERIFY" \
		"apt: {distribution: $SUITE, components: [$COMPONENT], architectures: [$ARCH], include_source_packages: true}"
	mirror cut
	diff -r "$CUT/dists" www/cut/dists
	diff -r "$CUT/pool" www/cut/pool
	"$BATS_TEST_DIRNAME/bin/apt-tree" --only-listed --mirror --keyring "$KEYS/archive.gpg" www/cut "$SUITE"
	client_root "$W/client" "$ARCH"
	source_line deb '[archive]' "$URL/www/cut" "$SUITE" "$COMPONENT"
	source_line deb-src '[archive]' "$URL/www/cut" "$SUITE" "$COMPONENT"
	apt_update
	[ "$(apt_names | wc -l)" -eq "$(wc -l <"$PICKED")" ]
}

@test "sources follow the real binaries that a filter keeps" {
	repository cut filtered "feed: $CUT" "$VERIFY" "$SIGN" \
		"apt: {distribution: $SUITE, components: [$COMPONENT], architectures: [$ARCH], include_source_packages: true}" \
		"filters: {patterns: {include: ['^[a-m]']}, deb: {source_packages: matching}}"
	mirror cut
	packages_of cut | awk '$1 == "source" { print $2 }' | sort >got
	awk '$1 ~ /^[a-m]/ { print $4 }' "$PICKED" | sort -u |
		join - <(sed 's/=.*//' "$KEEP/upstream/picked-sources" | sort) | diff - got
	[ -s got ]
	"$BATS_TEST_DIRNAME/bin/apt-tree" --keyring "$KEYS/mirror.gpg" www/cut "$SUITE"
}

@test "pins by Origin, Label and Suite go on working" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	repository new filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" 'apt: {distribution: stable-updates}'
	mirror syn
	mirror new
	source_line deb '[mirror]' "$URL/www/syn" stable main
	source_line deb '[mirror]' "$URL/www/new" stable-updates main
	cat >"$APTROOT/etc/apt/preferences" <<-END
	Package: *
	Pin: release o=Synthetic, l=Synthetic, a=stable, n=synth
	Pin-Priority: 990
	END
	apt_update
	run apt apt-cache policy hello
	[[ $output == *'Candidate: 1.0-1'* && $output == *'1.1-1 500'* && $output == *'1.0-1 990'* ]] || { echo "$output"; false; }
}

@test "two architectures install side by side" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" 'apt: {distribution: stable, architectures: [amd64, arm64]}'
	mirror syn
	client_root "$W/two" arm64 amd64
	source_line deb '[mirror]' "$URL/www/syn" stable main
	apt_update
	apt apt-get -qy install --download-only libfoo1 libfoo1:amd64 hello-data
	[ "$(find "$APTROOT/var/cache/apt/archives" -name '*.deb' | wc -l)" -eq 3 ]
}

@test "apt-file finds files in our Contents" {
	for id in cut exact; do
		[ "$id" = cut ] && mode=filtered || mode=mirror
		repository $id $mode "feed: $ARCHIVE" "$VERIFY" "$SIGN" \
			'apt: {distribution: stable, components: [main, contrib], include_contents: true}'
		mirror $id
		[ "$id" = cut ] && key=mirror || key=archive
		client_root "$W/$id-client"
		cp /etc/apt/apt.conf.d/50apt-file.conf "$APTROOT/etc/apt/apt.conf.d/"
		source_line deb "[$key]" "$URL/www/$id" stable main contrib
		apt_update
		run apt apt-file search 'usr/share/hello/data file'
		[ "$output" = 'hello: /usr/share/hello/data file' ] || { echo "$output"; false; }
		run apt apt-file list extra
		[ "${#lines[@]}" -eq 2 ]
	done
}

@test "the published key is one that apt takes" {
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
	mirror syn
	curl -sf -o "$W/key.gpg" "$URL/www/syn/key.gpg"
	echo "deb [signed-by=$W/key.gpg] $URL/www/syn stable main" >"$APTROOT/etc/apt/sources.list"
	apt_update
}

@test "trees that two keys signed are good for who trusts one of them" {
	cat "$KEYS/mirror.sec" "$KEYS/mirror2.sec" >both.sec
	repository syn filtered "feed: $ARCHIVE" "$VERIFY" 'apt: {distribution: stable}'
	chantal -q repo sync --repo-id syn
	chantal-catalog cat syn | chantal-index -q --gnupg-home "$GPG" --sign-key "$(cat "$KEYS/mirror.fpr")" \
		--sign-key "$(cat "$KEYS/mirror2.fpr")" | chantal-publish -q --repo syn "$W/two"
	for key in mirror mirror2; do
		client $key "$URL/two"
		fresh_client
		apt_update
	done
	client stranger "$URL/two"
	fresh_client
	run ! apt_update
}

@test "an upstream on a web server is mirrored over HTTP, by hash" {
	web "$ARCHIVE"
	repository exact mirror "feed: $FEED" "$VERIFY" \
		'apt: {distribution: [stable, stable-updates], components: [main, contrib], architectures: [amd64, arm64], include_source_packages: true, include_installer: true}'
	mirror exact
	cp -R "$ARCHIVE/dists/stable" expected
	rm -r expected/updates
	diff -r expected www/exact/dists/stable
	diff -r "$ARCHIVE/dists/stable-updates" www/exact/dists/stable-updates
	diff -r "$ARCHIVE/pool" www/exact/pool
	grep -q 'c%2B%2Btool_1.0~rc1%2Bdfsg-1_amd64.deb 200' "$ASKED"
	grep -q 'colon_1%253a1.0_amd64.deb 200' "$ASKED"
}
