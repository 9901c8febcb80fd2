#!/usr/bin/env bats
# Type apt, the verb index: records into Packages, Sources, Release.
# shellcheck disable=SC2154,SC2012,SC2030,SC2031 # bats sets stderr; tests are subshells

load helpers

APT=$BUILD/libexec/chantal/plugins/apt

setup() {
	common_setup
	mkdir meta feed
	config
	RELEASE='{"Origin":"Debian","Label":"Debian","Suite":"stable","Version":"12.9","Codename":"bookworm","Changelogs":"https://c.example/","Description":"Debian 12"}'
}

# config [JSON of apt] [JSON of metadata]: the FILE of the host
config() {
	printf '{"id":"r","type":"apt","mode":"filtered","apt":%s,"metadata":%s}\n' \
		"${1:-{\}}" "${2:-{\}}" >config.json
}

# suites NAME COMPONENTS ARCHITECTURES: the member "apt" of a repo line
suites() {
	jq -cn --arg n "$1" --arg c "$2" --arg a "$3" --argjson r "$RELEASE" \
		'{layout:"suites",suites:[{name:$n,components:($c/" "),architectures:($a/" "),by_hash:true,release:$r}]}'
}

# repo [ID] [APT] [MODE]
repo() {
	jq -cn --arg id "${1:-r}" --argjson apt "${2:-$(suites bookworm main amd64)}" --arg mode "${3:-filtered}" \
		'{record:"repo",repo:$id,v:1,type:"apt",mode:$mode,feed:"http://up.example/",date:"2024-11-09T10:10:10Z",apt:$apt}'
}

# package NAME VERSION ARCH [FIELD]...: a line; REPO, SUITE, COMPONENT and KIND
# say where it belongs, BYTES what is in it
package() {
	local name=$1 version=$2 arch=$3 path sum stanza
	shift 3
	path=pool/${name:0:1}/$name/${name}_${version}_$arch.deb
	mkdir -p "feed/${path%/*}"
	printf '%s' "${BYTES:-$name $version $arch}" >"feed/$path"
	sum=$(sha256_of "feed/$path")
	stanza=$(printf '%s\n' "Package: $name" "Version: $version" "Architecture: $arch" "$@" \
		"Filename: ${FILENAME:-$path}" "Size: $(stat -c %s "feed/$path")" "SHA256: $sum")$'\n'
	jq -cn --arg repo "${REPO:-r}" --arg n "$name" --arg v "$version" --arg a "$arch" \
		--arg p "$path" --arg sum "$sum" --arg st "$stanza" --arg suite "${SUITE:-bookworm}" \
		--arg c "${COMPONENT:-main}" --arg k "${KIND:-deb}" --arg url "file://$PWD/feed/$path" \
		--argjson size "$(stat -c %s "feed/$path")" \
		'{record:"package",repo:$repo,name:$n,arch:$a,version:$v,path:$p,type:"apt",url:$url,size:$size,sha256:$sum,stanza:$st,apt:{suite:$suite,component:$c,kind:$k}}'
}

# source NAME VERSION: likewise, with a tarball
source_package() {
	local name=$1 version=$2 dir=pool/${1:0:1}/$1 sum stanza
	printf 'dsc of %s' "$name" >dsc
	printf 'tar of %s' "$name" >tar
	sum=$(sha256_of dsc)
	stanza=$(printf '%s\n' "Package: $name" "Version: $version" "Architecture: any" "Directory: $dir" \
		"Build-Depends: debhelper" "Checksums-Sha256:" " $sum $(stat -c %s dsc) ${name}_$version.dsc" \
		" $(sha256_of tar) $(stat -c %s tar) ${name}_$version.tar.gz")$'\n'
	jq -cn --arg n "$name" --arg v "$version" --arg dir "$dir" --arg sum "$sum" --arg st "$stanza" --arg tar "$(sha256_of tar)" \
		'{record:"package",repo:"r",name:$n,arch:"source",version:$v,path:($dir+"/"+$n+"_"+$v+".dsc"),type:"apt",size:9,sha256:$sum,stanza:$st,
		files:[{path:($dir+"/"+$n+"_"+$v+".tar.gz"),size:9,sha256:$tar,role:"source"}],apt:{suite:"bookworm",component:"main",kind:"source"}}'
}

# index FILE [OPTION...]: the plugin's output is lines, its files are in out
index() {
	local file=$1
	shift
	rm -rf out
	mkdir out
	"$APT" index --config "$PWD/config.json" --meta "$PWD/meta" --out "$PWD/out" "$@" <"$file" >lines
}

packages() {
	xz -dc "out/dists/${2:-bookworm}/$1/Packages.xz"
}

# names_in DIR [SUITE]: "name version" of each stanza
names_in() {
	packages "$@" | awk '/^Package:/ { n = $2 } /^Version:/ { print n, $2 }' | tr '\n' ','
}

# field NAME [SUITE]: of Release, all its lines
field() {
	awk -v f="$1:" '/^[^ ]/ { on = $1 == f } on' "out/dists/${2:-bookworm}/Release"
}

listed() {
	awk '/^[^ ]/ { on = $1 == "SHA256:" } on && /^ / { print $3 }' out/dists/bookworm/Release | tr '\n' ' '
}

@test "an index has the stanzas byte for byte, and a Release that vouches for it" {
	{ repo; package hello 1.0 amd64 'X-Odd:  two  blanks ' 'Description: a' ' b' '  .c'; package tree 2-1 amd64; } >s
	index s
	jq -j 'select(.name=="hello").stanza' s >want
	printf '\n' >>want
	jq -j 'select(.name=="tree").stanza' s >>want
	packages main/binary-amd64 | cmp - want
	gzip -dc out/dists/bookworm/main/binary-amd64/Packages.gz | cmp - want
	[ "$(listed)" = "main/binary-amd64/Packages main/binary-amd64/Packages.gz main/binary-amd64/Packages.xz main/binary-amd64/Release " ]
	[ ! -e out/dists/bookworm/main/binary-amd64/Packages ]
	cat >want <<-END
	Origin: Debian
	Label: Debian
	Suite: stable
	Version: 12.9
	Codename: bookworm
	Date: Sat, 09 Nov 2024 10:10:10 UTC
	Acquire-By-Hash: yes
	Architectures: amd64
	Components: main
	Description: Debian 12
	END
	sed '/^MD5Sum/,$d' out/dists/bookworm/Release | cmp - want
	[ "$(cat out/dists/bookworm/main/binary-amd64/Release)" = "$(printf '%s\n' 'Archive: stable' 'Origin: Debian' 'Label: Debian' 'Version: 12.9' 'Acquire-By-Hash: yes' 'Component: main' 'Architecture: amd64')" ]
}

@test "digests and sizes are those that apt-ftparchive finds" {
	{ repo; package hello 1.0 amd64; package tree 2-1 all; } >s
	index s
	packages main/binary-amd64 >out/dists/bookworm/main/binary-amd64/Packages
	(cd out/dists/bookworm && mv Release ../ours && apt-ftparchive -o APT::FTPArchive::Release::SHA1=false -o APT::FTPArchive::Release::SHA512=false release .) >theirs
	for section in MD5Sum SHA256; do
		for file in out/dists/ours theirs; do
			awk -v f="$section:" '/^[^ ]/ { on = $1 == f } on && /^ / && $3 != "Release" { print $1, $2, $3 }' "$file" | LC_ALL=C sort -k3 >"${file##*/}.$section"
		done
		[ "$(wc -l <"ours.$section")" -eq 4 ]
		cmp "ours.$section" "theirs.$section"
	done
}

@test "any order of lines gives the same bytes" {
	{ for i in $(seq 30); do
		package "p$i" "$i" amd64
		package "q$i" "$i" all
		package "p$i" "$i~rc1" amd64
	done; } >p
	{ repo; LC_ALL=C sort p; } >s
	index s
	mv out first
	for order in tac 'sort -k2' shuf; do
		{ repo; $order p; } >s
		index s
		diff -r first out
	done
}

@test "63,000 packages take less than 32 MB, sorted or not, and come out the same" {
	repo >s
	awk 'BEGIN {
		for (i = 1; i <= 63000; i++) {
			n = sprintf("package-%05d", i); p = "pool/p/" n "_1.0-" i "_amd64.deb"
			sum = sprintf("%064x", i)
			st = "Package: " n "\\nVersion: 1.0-" i "\\nArchitecture: amd64\\nDepends: libc6 (>= 2." i ")\\n"
			st = st "Description: package " i "\\nFilename: " p "\\nSize: 1\\nSHA256: " sum "\\n"
			printf "{\"record\":\"package\",\"repo\":\"r\",\"name\":\"%s\",\"arch\":\"amd64\",\"version\":\"1.0-%d\",\"path\":\"%s\",\"type\":\"apt\",\"size\":1,\"sha256\":\"%s\",\"stanza\":\"%s\",\"apt\":{\"suite\":\"bookworm\",\"component\":\"main\"}}\n", n, i, p, sum, st
		}
	}' >p
	cat p >>s
	APT="/usr/bin/time -f %M -o kb $APT"
	# shellcheck disable=SC2034 # used by index
	index() {
		rm -rf out
		mkdir out
		$APT index --config config.json --meta meta --out "$PWD/out" <"$1" >/dev/null
	}
	index s
	[[ "$BUILD" == */san ]] || [ "$(cat kb)" -lt 32768 ]
	packages main/binary-amd64 | grep -c ^Package: | grep -qx 63000
	mv out first
	{ head -1 s; shuf p; } >t
	index t
	[[ "$BUILD" == */san ]] || [ "$(cat kb)" -lt 32768 ]
	diff -r first out
}

@test "the zone, the language and the mask change nothing" {
	{ repo; package hello 1.0 amd64; } >s
	index s
	mv out first
	mv lines first.lines
	(umask 077 && export TZ=Asia/Tokyo LC_ALL=C && index s)
	diff -r first out
	cmp lines first.lines
}

@test "an empty repository lists an empty Packages for each architecture" {
	repo r "$(suites bookworm 'main contrib' 'amd64 arm64')" >s
	index s
	for dir in main contrib; do
		for arch in amd64 arm64; do
			[[ " $(listed)" == *" $dir/binary-$arch/Packages "* ]]
			[ "$(xz -dc "out/dists/bookworm/$dir/binary-$arch/Packages.xz" | wc -c)" -eq 0 ]
		done
	done
	grep -q '^ e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  *0 main/binary-amd64/Packages$' out/dists/bookworm/Release
	# Two files with the same bytes are two files.
	[ "$(jq -r 'select(.path and (.path|test("/Packages.gz$"))).path' lines | wc -l)" -eq 4 ]
	[ "$(field Architectures)" = "Architectures: amd64 arm64" ]
	[ "$(field Components)" = "Components: main contrib" ]
}

@test "a package for all architectures is in the index of each" {
	{ repo r "$(suites bookworm main 'amd64 arm64')"; package one 1 amd64; package two 1 all; package two 2 amd64; package three 1 arm64; } >s
	index s
	[ "$(names_in main/binary-amd64)" = "one 1,two 1,two 2," ]
	[ "$(names_in main/binary-arm64)" = "three 1,two 1," ]
	[ "$(field Architectures)" = "Architectures: amd64 arm64" ]
	[ -z "$(field No-Support-for-Architecture-all)" ]
	[ ! -e out/dists/bookworm/main/binary-all ]
}

@test "sources and packages of the installer have indexes of their own" {
	{ repo; package one 1 amd64; KIND=udeb package net 1 amd64; source_package src 1.2; } >s
	index s
	[ "$(names_in main/binary-amd64)" = "one 1," ]
	[ "$(names_in main/debian-installer/binary-amd64)" = "net 1," ]
	xz -dc out/dists/bookworm/main/source/Sources.xz >sources
	jq -j 'select(.name=="src").stanza' s | cmp - sources
	[ "$(grep ^Architecture out/dists/bookworm/main/source/Release)" = "Architecture: source" ]
	[[ " $(listed)" == *" main/source/Sources "* ]]
}

@test "what was asked for has an index without packages too" {
	config '{"distribution":"bookworm","include_udebs":true,"include_source_packages":true}'
	repo >s
	index s
	[[ " $(listed)" == *" main/debian-installer/binary-amd64/Packages "* ]]
	[[ " $(listed)" == *" main/source/Sources "* ]]
	[ "$(xz -dc out/dists/bookworm/main/debian-installer/binary-amd64/Packages.xz | wc -c)" -eq 0 ]
}

@test "packages come back as they came" {
	{ repo; package one 1 amd64 | jq -c '.odd={"a":[1]}'; source_package src 1.2; echo '{"record":"other","x":1}'; } >s
	index s
	tail -n +2 s | LC_ALL=C sort >want
	jq -c 'select(.record=="package" or .record=="other")' lines | LC_ALL=C sort | cmp - want
}

@test "every stored form is published by its digest too" {
	{ repo; package one 1 amd64; } >s
	index s
	jq -r 'select(.copy_of)|[.copy_of,.path,.sha256,.keep]|@tsv' lines >copies
	[ "$(wc -l <copies)" -eq 6 ]
	while read -r of path sum keep; do
		[ "$(sha256_of "out/$of")" = "$sum" ]
		md5=$(md5sum "out/$of" | cut -d' ' -f1)
		[ "$path" = "${of%/*}/by-hash/SHA256/$sum" ] ||
			[ "$path" = "${of%/*}/by-hash/MD5Sum/$md5" ]
		[ "$keep" = true ]
	done <copies
	config '{"by_hash":false}'
	index s
	run -1 grep -c by-hash lines
	run -1 grep -i by-hash out/dists/bookworm/Release
}

@test "metadata.compression chooses the forms" {
	{ repo; package one 1 amd64; } >s
	config '{}' '{"compression":"none"}'
	index s
	[ "$(cd out/dists/bookworm/main/binary-amd64 && echo *)" = "Packages Release" ]
	config '{}' '{"compression":"bzip2"}'
	index s
	[ "$(cd out/dists/bookworm/main/binary-amd64 && echo *)" = "Packages.bz2 Release" ]
	bzip2 -dc out/dists/bookworm/main/binary-amd64/Packages.bz2 | grep -q '^Package: one$'
	# Not every apt reads zst, so it never stands alone.
	config '{}' '{"compression":"zstandard"}'
	index s
	[ "$(cd out/dists/bookworm/main/binary-amd64 && echo *)" = "Packages.gz Packages.zst Release" ]
	zstd -dcq out/dists/bookworm/main/binary-amd64/Packages.zst | grep -q '^Package: one$'
}

@test "an unchanged index is taken from the cache, a damaged one is made anew" {
	mkdir cache
	{ repo; for i in $(seq 40); do package "p$i" "$i" amd64; done; } >s
	index s --cache "$PWD/cache"
	mv out first
	[ "$(ls cache | wc -l)" -eq 2 ]
	ls -i cache >before
	index s --cache "$PWD/cache"
	diff -r first out
	ls -i cache | cmp - before
	xz=$(ls -d cache/*.xz-*)
	[ "$(stat -c %i out/dists/bookworm/main/binary-amd64/Packages.xz)" -eq "$(stat -c %i "$xz")" ]
	rm -rf out
	printf x | dd of="$xz" bs=1 seek=60 conv=notrunc status=none
	index s --cache "$PWD/cache"
	rm -rf cache.old && cp -r cache cache.old
	packages main/binary-amd64 | grep -c '^Package:' | grep -qx 40
	[ "$(sha256_of "$xz")" = "${xz##*-}" ]
	: >"$xz"
	index s --cache "$PWD/cache"
	packages main/binary-amd64 | grep -c '^Package:' | grep -qx 40
}

@test "the cache has what the last run used, and nothing else" {
	mkdir cache
	{ repo; package one 1 amd64; } >s
	index s --cache "$PWD/cache"
	{ repo; package two 1 amd64; } >s
	index s --cache "$PWD/cache"
	[ "$(ls cache | wc -l)" -eq 2 ]
	[ "$(ls cache | cut -c1-64 | sort -u)" = "$(packages main/binary-amd64 | sha256sum | cut -d' ' -f1)" ]
	rm -rf cache
	index s --cache "$PWD/cache"
}

@test "no value makes a field or a stanza of its own" {
	local good=$RELEASE bad
	RELEASE=$(jq -c '.Description="a\n \n .\n b\u0001c"|.Extra="kept"' <<<"$good")
	{ repo; package one 1 amd64; } >s
	index s
	[ "$(field Description)" = "$(printf 'Description: a\n .\n .\n b c')" ]
	[ "$(field Extra)" = "Extra: kept" ]
	run -1 grep -E '^ *$' out/dists/bookworm/Release
	[ "$(grep -c '^SHA256:' out/dists/bookworm/Release)" -eq 1 ]
	for bad in '.Label="x\nSHA256:\n 00 1 y"' '.Description="a\n\nInjected: yes"' '.["Bad: name"]="v"'; do
		RELEASE=$(jq -c "$bad" <<<"$good")
		{ repo; package one 1 amd64; } >s
		run -3 --separate-stderr index s
		[[ "$stderr" == *"is no field of a Release file"* ]]
	done
	config '{"label":"x\nSHA256: y"}'
	run -2 --separate-stderr index s
	[[ "$stderr" == *apt.label* ]]
}

@test "what only upstream can promise is not copied" {
	RELEASE=$(jq -c '.["Valid-Until"]="Sat, 01 Jan 2022 00:00:00 UTC"|.Snapshots="https://s"|.["Signed-By"]="ABCD"|.Date="Sat, 01 Jan 2022 00:00:00 UTC"|.SHA512="x"|.["No-Support-for-Architecture-all"]="Packages"' <<<"$RELEASE")
	{ repo; package one 1 amd64; } >s
	index s
	run -1 grep -E '^(Valid-Until|Snapshots|Signed-By|Changelogs|SHA512|No-Support)' out/dists/bookworm/Release
	[ "$(grep -c ^Date: out/dists/bookworm/Release)" -eq 1 ]
}

@test "the configuration has the last word on Release" {
	config '{"origin":"Acme","label":"L","suite":"s","codename":"c","version":"9","description":"d","not_automatic":true,"but_automatic_upgrades":true}'
	{ repo; package one 1 amd64; } >s
	index s
	[ "$(sed '/^MD5Sum/,$d' out/dists/bookworm/Release | grep -vE '^(Acquire|Arch|Comp)')" = "$(printf '%s\n' 'Origin: Acme' 'Label: L' 'Suite: s' 'Version: 9' 'Codename: c' 'Date: Sat, 09 Nov 2024 10:10:10 UTC' 'NotAutomatic: yes' 'ButAutomaticUpgrades: yes' 'Description: d')" ]
	[ "$(jq -c 'select(.record=="repo").identity' lines)" = '{"bookworm":{"Origin":"Acme","Label":"L","Codename":"c","NotAutomatic":"yes","ButAutomaticUpgrades":"yes"}}' ]
}

@test "SOURCE_DATE_EPOCH is the date, and Valid-Until counts from it" {
	{ repo; package one 1 amd64; } >s
	SOURCE_DATE_EPOCH=1700000000 index s
	[ "$(field Date)" = "Date: Tue, 14 Nov 2023 22:13:20 UTC" ]
	config '{"valid_until_days":7}'
	SOURCE_DATE_EPOCH=1700000000 index s
	[ "$(field Valid-Until)" = "Valid-Until: Tue, 21 Nov 2023 22:13:20 UTC" ]
	# A Release of long ago would be born expired.
	index s
	[ "$(date -d "$(field Valid-Until | cut -d' ' -f2-)" +%s)" -gt "$(date +%s)" ]
}

@test "an upstream of the future does not make ours one that clients refuse" {
	{ repo | jq -c '.date="2099-01-01T00:00:00Z"'; package one 1 amd64; } >s
	index s
	[ "$(date -d "$(field Date | cut -d' ' -f2-)" +%s)" -le "$(date +%s)" ]
}

@test "clients of the tree never see an older date" {
	{ repo; package one 1 amd64; } >s
	jq -c '.not_before=1800000000' config.json >c && mv c config.json
	index s
	[ "$(field Date)" = "Date: Fri, 15 Jan 2027 08:00:00 UTC" ]
	[ "$(jq -r 'select(.record=="repo").date' lines)" = 2027-01-15T08:00:00Z ]
	jq -c '.not_before=1000000000' config.json >c && mv c config.json
	index s
	[ "$(field Date)" = "Date: Sat, 09 Nov 2024 10:10:10 UTC" ]
	[ "$(jq -r 'select(.record=="repo").date' lines)" = 2024-11-09T10:10:10Z ]
}

@test "packages without an upstream are as old as the newest of them" {
	config '{"distribution":"stable"}'
	{ jq -cn '{record:"repo",repo:"r",v:1,type:"apt",mode:"hosted"}'
	SUITE=stable package one 1 amd64 | jq -c '.time=1600000000'
	SUITE=stable package two 1 amd64 | jq -c '.time=1500000000'; } >s
	index s
	[ "$(field Date stable)" = "Date: Sun, 13 Sep 2020 12:26:40 UTC" ]
}

@test "suites and components with a slash are folders, the last part counts" {
	{ repo r "$(suites bookworm/updates updates/main amd64)"; SUITE=bookworm/updates COMPONENT=updates/main package one 1 amd64; } >s
	index s
	[ "$(names_in main/binary-amd64 bookworm/updates)" = "one 1," ]
	[ "$(field Components bookworm/updates)" = "Components: updates/main" ]
}

@test "a flat repository has its index in its folder" {
	repo r '{"layout":"flat","suites":[{"name":"sub/","components":[],"architectures":[],"by_hash":false,"release":{"Origin":"Flat"}}]}' >s
	{ FILENAME=./p/one_1_amd64.deb SUITE=sub/ package one 1 amd64 | jq -c '.path="sub/p/one_1_amd64.deb"'; SUITE=sub/ KIND=udeb package two 1 all; } >>s
	index s
	[ "$(xz -dc out/sub/Packages.xz | grep -E '^(Package|Filename)' | tr '\n' ,)" = "Package: one,Filename: ./p/one_1_amd64.deb,Package: two,Filename: pool/t/two/two_1_all.deb," ]
	grep -q '^Origin: Flat$' out/sub/Release
	run -1 grep -E '^(Components|Suite|Codename)' out/sub/Release
	[ "$(jq -c 'select(.path=="sub/Release").sign|map(.to)' lines)" = '["sub/Release.gpg","sub/InRelease"]' ]
}

@test "an edited path is the Filename that clients get" {
	{ repo; package one 1 amd64 'Description: x' | jq -c '.path="other/" + .path'; FILENAME=./pool//t/two/two_1_amd64.deb package two 1 amd64; } >s
	index s
	[ "$(packages main/binary-amd64 | grep ^Filename)" = "$(printf 'Filename: other/pool/o/one/one_1_amd64.deb\nFilename: ./pool//t/two/two_1_amd64.deb')" ]
	packages main/binary-amd64 | sed 's,^Filename: .*,,' >ours
	{ jq -j 'select(.name=="one").stanza' s; echo; jq -j 'select(.name=="two").stanza' s; } | sed 's,^Filename: .*,,' | cmp - ours
}

@test "pool_layout: original puts packages where the first Chantal had them" {
	config '{"pool_layout":"original"}'
	{ repo; package one 1 amd64; source_package src 1.2; } >s
	index s
	[ "$(jq -r 'select(.record=="package")|.path,(.files[]?.path)' lines | tr '\n' ' ')" = "pool/main/one_1_amd64.deb pool/main/src_1.2.dsc pool/main/src_1.2.tar.gz " ]
	packages main/binary-amd64 | grep -qx 'Filename: pool/main/one_1_amd64.deb'
	xz -dc out/dists/bookworm/main/source/Sources.xz | grep -qx 'Directory: pool/main'
}

# descriptions NAME...: upstream's Translation-en.xz, plain in t, and its line
descriptions() {
	local name path=dists/bookworm/main/i18n/Translation-en.xz
	mkdir -p "meta/r/${path%/*}"
	for name; do
		printf 'Package: %s\nDescription-md5: %s\nDescription-en: about %s\n more of %s\n\n' \
			"$name" "$(printf '%s' "$name" | md5sum | cut -d' ' -f1)" "$name" "$name"
	done >t
	xz -c t >"meta/r/$path"
	jq -cn --arg path "$path" --arg sum "$(sha256_of "meta/r/$path")" \
		'{record:"file",repo:"r",as:$path,role:"input",size:1,sha256:$sum}'
}

# described NAME: a package of which upstream has a long description
described() {
	package "$1" 1 amd64 "Description-md5: $(printf '%s' "$1" | md5sum | cut -d' ' -f1)"
}

@test "long descriptions stay for what stays" {
	{ repo; described one; descriptions one two; } >s
	index s
	[ "$(xz -dc out/dists/bookworm/main/i18n/Translation-en.xz)" = "$(sed '/^$/,$d' t)" ]
	[[ " $(listed)" == *" main/i18n/Translation-en main/i18n/Translation-en.gz main/i18n/Translation-en.xz "* ]]
	grep -q '"role":"input"' lines
}

@test "descriptions are read again when the choice or upstream's file is another" {
	local i18n=dists/bookworm/main/i18n
	mkdir cache
	{ repo; described one; descriptions one two three; } >s
	index s --cache "$PWD/cache"
	cp -r out first
	mv "meta/r/$i18n/Translation-en.xz" away
	index s --cache "$PWD/cache"
	diff -r first out
	mv away "meta/r/$i18n/Translation-en.xz"
	echo damage >>"$(ls -d cache/"$(xz -dc "out/$i18n/Translation-en.xz" | sha256sum | cut -c1-64)"*.gz-*)"
	index s --cache "$PWD/cache"
	diff -r first out
	{ cat s; described two; } >s2
	index s2 --cache "$PWD/cache"
	[ "$(xz -dc "out/$i18n/Translation-en.xz" | grep ^Package)" = "Package: one
Package: two" ]
	{ repo; described one; descriptions one; } >s
	sed -i 's/about one/all about one/' t
	xz -c t >"meta/r/$i18n/Translation-en.xz"
	sed -i '/"record":"file"/s/"sha256":"[^"]*"/"sha256":"'"$(sha256_of "meta/r/$i18n/Translation-en.xz")"'"/' s
	index s --cache "$PWD/cache"
	xz -dc "out/$i18n/Translation-en.xz" | grep 'all about one'
}

@test "Contents are cut to what stays; Contents-all makes all an architecture" {
	mkdir -p meta/r/dists/bookworm/main
	printf '%s\t%s\n' bin/one admin/one bin/both admin/one,admin/two bin/two admin/two | gzip >meta/r/dists/bookworm/main/Contents-all.gz
	{ repo; package one 1 all
	echo '{"record":"file","repo":"r","as":"dists/bookworm/main/Contents-all.gz","role":"input","size":1,"sha256":"'"$(sha256_of s)"'"}'; } >s.new
	mv s.new s
	index s
	[ "$(xz -dc out/dists/bookworm/main/Contents-all.xz | tr -s ' \t' ' ' | tr '\n' ';')" = "bin/one admin/one;bin/both admin/one;" ]
	[ "$(field Architectures)" = "Architectures: all amd64" ]
	[ "$(field No-Support-for-Architecture-all)" = "No-Support-for-Architecture-all: Packages" ]
}

@test "hosted packages get Contents of what is in them, and a Release of their own" {
	config '{"distribution":"stable","components":["main","extra"],"architectures":["amd64","arm64"]}'
	mkdir -p meta/r/contents
	{ jq -cn '{record:"repo",repo:"r",v:1,type:"apt",mode:"hosted",date:"2024-01-02T03:04:05Z"}'
	for n in one two; do
		SUITE=stable package $n 1 "$([ $n = one ] && echo amd64 || echo all)" "Section: admin" >line
		sum=$(jq -r .sha256 line)
		printf 'usr/bin/%s\nusr/share/doc\n' $n >"meta/r/contents/$sum"
		jq -c --arg c "contents/$sum" '.files=[{as:$c,role:"input",size:1,sha256:.sha256}]|.local=true' line
	done; } >s
	index s
	[ "$(xz -dc out/dists/stable/main/Contents-amd64.xz | tr -s ' \t' ' ' | tr '\n' ';')" = "usr/bin/one admin/one;usr/bin/two admin/two;usr/share/doc admin/one,admin/two;" ]
	[ "$(xz -dc out/dists/stable/main/Contents-arm64.xz | tr -s ' \t' ' ' | tr '\n' ';')" = "usr/bin/two admin/two;usr/share/doc admin/two;" ]
	[ "$(names_in main/binary-arm64 stable)" = "two 1," ]
	[ "$(names_in extra/binary-amd64 stable)" = "" ]
	[ "$(sed '/^Date/,$d' out/dists/stable/Release)" = "$(printf 'Origin: Chantal\nLabel: r\nSuite: stable\nCodename: stable')" ]
	config '{"distribution":"stable","include_contents":false}'
	index s
	[ ! -e out/dists/stable/main/Contents-amd64.xz ]
}

@test "an uploaded architecture that nobody configured gets its index" {
	config '{"distribution":"stable"}'
	{ jq -cn '{record:"repo",repo:"r",v:1,type:"apt",mode:"hosted",date:"2024-01-02T03:04:05Z"}'
	SUITE=stable COMPONENT=extra package one 1 riscv64; } >s
	index s
	[ "$(names_in extra/binary-riscv64 stable)" = "one 1," ]
	[ "$(field Architectures stable)" = "Architectures: amd64 riscv64" ]
	[ "$(field Components stable)" = "Components: main extra" ]
}

@test "packages for all alone are readable by any client" {
	repo r '{"layout":"suites","suites":[{"name":"bookworm","components":["main"],"architectures":[],"by_hash":true,"release":{}}]}' >s
	package one 1 all >>s
	index s
	[ "$(names_in main/binary-all)" = "one 1," ]
	[ "$(field Architectures)" = "Architectures: all" ]
	[ -z "$(field No-Support-for-Architecture-all)" ]
	[ "$(field Codename)" = "Codename: bookworm" ]
}

@test "a view merges repositories into one suite" {
	config '{"distribution":"all","origin":"Us"}'
	{ repo a "$(suites bookworm 'main contrib' amd64)"; repo b "$(suites stable main 'amd64 arm64')"
	REPO=a package one 1 amd64; REPO=b SUITE=stable package two 1 all; REPO=b SUITE=stable package one 1 amd64 'Section: other'; } >s
	index s
	[ "$(ls out/dists)" = all ]
	[ "$(names_in main/binary-amd64 all)" = "one 1,two 1," ]
	[ "$(field Components all)" = "Components: main contrib" ]
	[ "$(sed '/^Date/,$d' out/dists/all/Release)" = "$(printf 'Origin: Us\nLabel: r\nSuite: all\nCodename: all')" ]
	mv out first
	{ sed -n 1,2p s; sed -n '3,$p' s | tac; } >t
	index t
	diff -r first out
	[ "$(jq -c 'select(.record=="repo").identity.all.Origin' lines | tr '\n' ' ')" = '"Us" "Us" ' ]
	config '{"distribution":"all","view_components":"repository"}'
	index s
	[ "$(field Components all)" = "Components: a b" ]
	[ "$(names_in b/binary-amd64 all)" = "one 1,two 1," ]
	config '{"distribution":"all","view_components":"everything"}'
	index s
	[ "$(field Components all)" = "Components: everything" ]
	[ "$(names_in everything/binary-amd64 all)" = "one 1,two 1," ]
}

@test "a view that names no suite keeps those of its repositories" {
	{ repo a "$(suites bookworm main amd64)"; repo b "$(suites bookworm extra amd64)"; repo c "$(suites trixie main amd64)"
	REPO=a package one 1 amd64; REPO=b COMPONENT=extra package two 1 amd64; REPO=c SUITE=trixie package one 2 amd64; } >s
	index s
	[ "$(field Components)" = "Components: main extra" ]
	[ "$(field Origin)" = "Origin: Debian" ]
	[ "$(names_in main/binary-amd64 trixie)" = "one 2," ]
}

@test "one version with two contents in an index is refused" {
	{ repo; package one 1 amd64; BYTES=other package one 1 amd64; } >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"one amd64 1: twice in one index"* ]]
}

@test "lines of a mirror pass as they came" {
	{ repo r "$(suites bookworm main amd64)" mirror
	package one 1 amd64 | jq -c 'del(.stanza)'
	echo '{"record":"file","repo":"r","path":"dists/bookworm/Release","role":"root","size":1,"sha256":"'"$(sha256_of config.json)"'"}'; } >s
	index s
	LC_ALL=C sort s >want
	LC_ALL=C sort lines | cmp - want
	[ -z "$(ls out)" ]
}

# hostile JQ PATTERN: a stream whose package was changed so is refused
hostile() {
	{ repo; package one 1 amd64 | jq -c "$1"; } >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"$2"* ]]
	[ -z "$(find . -name 'evil*')" ]
}

@test "hostile names and stanzas are refused by name" {
	hostile '.apt.suite="../evil"' "suite '../evil'"
	hostile '.apt.suite="a\nb"' "cannot be the name of a folder"
	hostile '.apt.component="../../evil"' "component '../../evil'"
	hostile '.apt.component=""' "component ''"
	hostile '.apt.kind="evil"' "apt.kind"
	hostile '.arch="../evil"' "architecture '../evil'"
	hostile '.name="a\u0001b"' '"name": is no word'
	hostile '.version="1 2"' '"version": is no word'
	hostile '.path="../evil"' "one:"
	hostile '.stanza+="\nPackage: evil\nVersion: 1\n"' "followed by something else"
	hostile '.stanza="\n"+.stanza' "followed by something else"
	hostile '.stanza="no field"' "its stanza"
	hostile '.stanza+="#Package: evil\n"' "a comment"
	hostile '.stanza=""' "its stanza is empty"
	hostile 'del(.stanza)' "no stanza"
	hostile '.repo="other"' "no repo line"
	hostile '.sha256="00"' "sha256"
	repo ../evil >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"repository id"* ]]
}

# Each architecture has an index of its own, with all that is for all of them.
@test "an upstream cannot make any number of indexes" {
	{ repo; for i in {1..70}; do package one 1 amd64 | jq -c ".arch=\"a$i\""; done; } >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"packages of over 64 architectures: filter"* ]]
	{ repo; for i in {1..510}; do package one 1 amd64 | jq -c ".apt.component=\"c$i\""; done; } >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"over 500 components"* ]]
}

@test "a stanza that is no UTF-8 comes out as it was" {
	{ repo; package one 1 amd64 'Maintainer: Ren@' | jq -c '.stanza64=(.stanza|@base64)|del(.stanza)'; } >s
	python3 - <<-'END'
	import base64, json
	lines = open("s").read().splitlines()
	r = json.loads(lines[1])
	raw = base64.b64decode(r["stanza64"]).replace(b"@", b"\xe9")
	open("want", "wb").write(raw)
	r["stanza64"] = base64.b64encode(raw).decode()
	open("s", "w").write(lines[0] + "\n" + json.dumps(r) + "\n")
	END
	index s
	packages main/binary-amd64 | cmp - want
}

@test "indexed, signed and published, the tree is whole and its signatures hold" {
	mkdir -m 700 gpg
	gpg --homedir gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-gen-key 'me <me@example.org>' ed25519 sign never 3>&-
	gpg --homedir gpg --batch --export me@example.org >key.gpg
	{ repo; package one 1 amd64; package two 1 all; source_package src 1 | head -0; end_line r; } >s
	chantal-pool add -q --allow-file feed <s |
		chantal-index -q --gnupg-home "$PWD/gpg" --sign-key me@example.org >indexed
	gpgconf --homedir gpg --kill all
	chantal-publish -q "$PWD/tree" <indexed
	"$BATS_TEST_DIRNAME/bin/apt-tree" --keyring "$PWD/key.gpg" tree bookworm
	for form in gz xz; do
		file=tree/dists/bookworm/main/binary-amd64/Packages.$form
		cmp "$file" "tree/dists/bookworm/main/binary-amd64/by-hash/SHA256/$(sha256_of "$file")"
	done
	gpgv --keyring ./key.gpg tree/dists/bookworm/Release.gpg tree/dists/bookworm/Release
}

@test "wrong use is status 2, a full disk is 75" {
	run -2 --separate-stderr "$APT" index --config config.json --meta meta </dev/null
	[[ "$stderr" == *"--out DIR is missing"* ]]
	{ repo; package one 1 amd64; } >s
	mkdir -p out
	run -75 bash -c "'$APT' index --config config.json --meta meta --out '$PWD/out' <s >/dev/full"
	rm -rf out
	mkdir out
	TMPDIR=/proc/nowhere run -75 "$APT" index --config config.json --meta meta --out "$PWD/out" <s
}
