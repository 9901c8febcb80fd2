#!/usr/bin/env bats
# What the type rpm makes of an upstream: its list, from repomd.xml to records.
# shellcheck disable=SC2154 # run sets $stderr

bats_require_minimum_version 1.5.0
load helpers
load rpm

setup_file() { rpm_setup_file; }
teardown_file() { www_teardown_file; }
setup() { rpm_setup; }
teardown() { www_teardown; }

EDIT=$BATS_TEST_DIRNAME/bin/rpm-edit

# lists MODE [LINE...]: the stream of the repository r, whose feed is $W/up, in
# $W/out; more lines of its block may follow.
lists() {
	rm -f config.yaml
	case "$*" in *verify:*) repository r "$@" ;; *) repository r "$@" 'verify: {enabled: false}' ;; esac
	chantal-fetch -q --repo r >out 2>err || return
}

# fails STATUS WORDS MODE [LINE...]: it does not, and says why.
fails() {
	local status=$1 words=$2 got=0
	shift 2
	lists "$@" || got=$?
	[ "$got" = "$status" ] || { echo "status $got" && cat err; } >&2
	[ "$got" = "$status" ]
	grep -Eq -- "$words" err || cat err >&2
	grep -Eq -- "$words" err
}

# of KIND JQ: from each line of this kind.
of() { jq -rc "select(.record == \"$1\") | $2" out; }

names() { of package '"\(.name)-\(.version).\(.arch)"' | LC_ALL=C sort | paste -sd' '; }

# package NAME JQ
package() { jq -rc "select(.record == \"package\" and .name == \"$1\") | $2" out; }

@test "a package's record says what primary says of it" {
	upstream
	lists filtered
	[ "$(package libfoo 'del(.sha256, .size) | del(.rpm.advisory, .rpm.advisory_type, .rpm.advisory_severity, .rpm.advisory_date)')" = \
		"{\"record\":\"package\",\"name\":\"libfoo\",\"arch\":\"x86_64\",\"version\":\"1:2.0-1\",\"path\":\"Packages/l/libfoo-2.0-1.x86_64.rpm\",\"url\":\"file://$W/up/Packages/l/libfoo-2.0-1.x86_64.rpm\",\"time\":1600000000,\"rpm\":{\"epoch\":1,\"group\":\"System/Libraries\",\"license\":\"LGPLv2+\",\"vendor\":\"Example\",\"sourcerpm\":\"libfoo-2.0-1.src.rpm\"},\"repo\":\"r\",\"type\":\"rpm\"}" ]
	file=$(package libfoo .path)
	[ "$(package libfoo .sha256)" = "$(sha256_of "up/$file")" ]
	[ "$(package libfoo .size)" = "$(stat -c %s "up/$file")" ]
	[ "$(package hello 'select(.arch == "src") | .rpm.sourcerpm')" = "" ]
}

@test "every package of the upstream is there once" {
	upstream
	lists filtered
	[ "$(of package .sha256 | sort)" = "$(find up -name '*.rpm' -exec sha256sum {} + | cut -d' ' -f1 | sort)" ]
	[ "$(of package .path | sort)" = "$(cd up && find . -name '*.rpm' | sed 's,^\./,,' | sort)" ]
	[ "$(of end .status)" = ok ]
}

@test "modules and advisories are said of the packages that they name" {
	upstream
	lists filtered
	[ "$(package greet 'select(.version | startswith("1.10")) | [.rpm.module, .rpm.latest, .rpm.advisory]')" = \
		'[["greet:1.10"],["greet:1.10@20200201"],["FIX-2020:3"]]' ]
	[ "$(package greet 'select(.version | startswith("2.0")) | .rpm.latest')" = '["greet:2.0@20200301"]' ]
	[ "$(package epochal 'select(.rpm.advisory) | .version')" = 1:1.0-1 ]
	[ "$(package libfoo '[.rpm.advisory, .rpm.advisory_type, .rpm.advisory_severity, .rpm.advisory_date]')" = \
		'[["FIX-2020:2"],["bugfix"],["None"],[1591056000]]' ]
	[ "$(package caret '.rpm | has("module") or has("advisory")')" = false ]
}

@test "modular packages of which no modules.yaml tells are never the older ones" {
	mkdir up
	cp "$RPMS"/signed/greet-* up
	again
	lists filtered
	[ "$(package greet-lib .rpm.latest)" = '["module+el9+2@"]' ]
	[ "$(chantal-filter -q --latest 1 <out | jq -r 'select(.record == "package").name' | sort | paste -sd' ')" = \
		"greet greet greet greet-lib" ]
}

@test "of a filtered repository the metadata are inputs, those of the whole set are left out" {
	small hello
	repodata up --database --zck
	lists filtered
	[ "$(of file .role | sort -u)" = input ]
	[ "$(of file .as | grep -v repomd.xml | sed 's/.*-//' | sort | paste -sd' ')" = "filelists.xml.gz other.xml.gz primary.xml.gz" ]
	[ "$(of repo '.rpm.data | map(select(has("as") | not).type) | sort | join(" ")')" = \
		"filelists_db filelists_zck other_db other_zck primary_db primary_zck" ]
	[ "$(of repo '.rpm.revision, .date' | paste -sd' ')" = "1600000000 2020-09-13T12:26:40Z" ]
}

@test "of a mirror every file is a file, databases and zchunk too" {
	small hello
	repodata up --database --zck && sign_repomd up/repodata
	lists mirror
	[ "$(of file .path | sort)" = "$(cd up && find repodata -type f | sort)" ]
	for path in $(of file .path); do
		[ "$(of file "select(.path == \"$path\").sha256")" = "$(sha256_of "up/$path")" ]
	done
	[ "$(of file 'select(.role == "root").path' | paste -sd' ')" = \
		"repodata/repomd.xml repodata/repomd.xml.asc repodata/repomd.xml.key" ]
	[ "$(of file 'select(.role != "root").keep' | sort -u)" = true ]
}

@test "tags and what comes with them are kept" {
	small hello
	sed -i 's,</revision>,&<contenthash type="sha256">abc</contenthash><tags><content>binary \&amp; more</content><repo>base</repo><distro cpeid="cpe:/o:x:y:9">Y 9</distro></tags>,' up/repodata/repomd.xml
	lists filtered
	[ "$(of repo '.rpm | [.tags, .content_hash, .content_hash_type]')" = \
		'[{"content":["binary & more"],"repo":["base"],"distro":[{"name":"Y 9","cpeid":"cpe:/o:x:y:9"}]},"abc","sha256"]' ]
}

@test "metadata are read in every compression, whatever their name says (T1, T2)" {
	small hello libfoo
	lists filtered
	want=$(names)
	[ -n "$want" ]
	for pack in 'gzip -c' 'xz -c' 'bzip2 -c' 'zstd -qc' 'zstd -qc --no-content-size' cat 'xz --format=lzma -c'; do
		for name in primary.xml.gz.zck plain; do
			rm -rf up && small hello libfoo
			"$EDIT" --pack "$pack" --name "$name" up primary
			lists filtered
			[ "$(names)" = "$want" ]
		done
	done
}

@test "digests may be sha1 to sha512, and sha is sha1 (T20)" {
	small hello-data
	for kind in sha1 sha224 sha256 sha384 sha512; do
		again -s "$kind"
		lists filtered
		sum=$("${kind}sum" up/hello-data-1.0-1.noarch.rpm | cut -d' ' -f1)
		got=$(package hello-data 'select(.version == "1.0-1") | .digest // "sha256:\(.sha256)"')
		[ "$got" = "$kind:$sum" ]
		[ "$kind" = sha256 ] || [ "$(package hello-data 'select(.version == "1.0-1").rpm.pkgid')" = "$sum" ]
	done
	again -s sha1
	"$EDIT" --sum sha up primary sed 's/type="sha1"/type="sha"/'
	lists filtered
	sum=$(sha1sum up/hello-data-1.0-1.noarch.rpm | cut -d' ' -f1)
	[ "$(package hello-data 'select(.version == "1.0-1").digest')" = "sha1:$sum" ]
}

@test "md5 is refused in words, and so is what nobody knows (T20)" {
	small hello-data
	"$EDIT" --sum md5 up primary
	fails 4 "data of type 'primary': its checksum is md5" filtered
	rm -rf up && small hello-data
	"$EDIT" up primary sed 's/<checksum type="sha256" pkgid="YES">[0-9a-f]*/<checksum type="md5" pkgid="YES">0123456789abcdef0123456789abcdef/'
	lists filtered || [ $? = 1 ]
	[ "$(of reject .code | sort -u)" = weak-digest ]
	[ "$(of package .name)" = "" ]
	rm -rf up && small hello-data
	sed -i 's/type="sha256"/type="crc99"/' up/repodata/repomd.xml
	fails 3 "unknown type 'crc99'" filtered
	sed -i 's/type="crc99"/type=""/' up/repodata/repomd.xml
	fails 3 "unknown type ''" filtered
}

@test "bytes that are not those of repomd.xml are refused" {
	small hello-data
	printf x >>"up/$(href up primary)"
	fails 4 'primary' filtered
	rm -rf up && small hello-data
	sed -i 's/<size>[0-9]*/<size>7/' up/repodata/repomd.xml
	fails 4 '7' filtered
}

@test "what unpacks to something else than repomd.xml says is a warning" {
	local type
	upstream
	repodata=$(cat up/repodata/repomd.xml) other=$(printf a%.0s {1..64})
	lists filtered
	for type in primary updateinfo modules; do
		awk -v t="$type" '/<data type=/ { here = index($0, "\"" t "\"") } here && /open-size/ { sub(/>[0-9]+/, ">7") } { print }' \
			<<<"$repodata" >up/repodata/repomd.xml
		lists filtered
		grep -q "warning: .*$type.*bytes, but repomd.xml says 7 .open-size" err
		awk -v t="$type" -v x="$other" '/<data type=/ { here = index($0, "\"" t "\"") } here && /open-checksum/ { sub(/>[0-9a-f]+/, ">" x) } { print }' \
			<<<"$repodata" >up/repodata/repomd.xml
		lists filtered
		grep -q "warning: .*$type.*not what repomd.xml says .open-checksum" err
		awk -v t="$type" '/<data type=/ { here = index($0, "\"" t "\"") } !(here && /open-/) { print }' \
			<<<"$repodata" >up/repodata/repomd.xml
		lists filtered
		run ! grep open- err
	done
	awk '/<data type=/ { here = /filelists"/ } here && /open-size/ { sub(/>[0-9]+/, ">77") } { print }' \
		<<<"$repodata" >up/repodata/repomd.xml
	rm -f config.yaml
	repository r filtered 'verify: {enabled: false}' 'gpg: {enabled: false}'
	chantal -q repo sync --repo-id r
	chantal publish repo --repo-id r >published 2>err
	[[ $(<err) == *filelists*'repomd.xml says 77 (open-size)'* ]]
	chantal-publish --check www/r
}

@test "a signed repomd.xml is verified, byte for byte (T21)" {
	small hello-data
	lists filtered "$VERIFY"
	printf '<!-- -->\n' >>up/repodata/repomd.xml
	fails 4 'repomd.xml' filtered "$VERIFY"
	sign_repomd up/repodata stranger
	fails 4 'repomd.xml' filtered "$VERIFY"
	rm up/repodata/repomd.xml.asc
	fails 4 "its signature 'repodata/repomd.xml.asc' is not there" filtered "$VERIFY"
	lists filtered
}

@test "with a .treeinfo too a signed upstream is verified, and its changes are seen" {
	small hello-data
	treeinfo
	lists mirror "$VERIFY"
	[ "$(of file 'select(.path == ".treeinfo").role')" = root ]
	before=$(of repo .revision)
	echo '# changed' >>up/.treeinfo
	lists mirror "$VERIFY"
	[ "$(of repo .revision)" != "$before" ]
}

@test "an upstream without repomd.xml is told how a feed has to be" {
	mkdir up
	fails 3 'repodata/repomd.xml: is not there upstream: the feed has to be the folder' filtered
	printf '<html></html>' >up/x
	mkdir up/repodata
	printf '<html></html>' >up/repodata/repomd.xml
	fails 3 "repomd.xml: its root element is 'html'" filtered
	printf '<repomd' >up/repodata/repomd.xml
	fails 3 'repomd.xml: line 1' filtered
}

@test "a namespace prefix, of which clients read nothing, is refused" {
	small hello-data
	sed -i 's,<repomd ,<r:repomd xmlns:r="http://linux.duke.edu/metadata/repo" ,; s,</repomd,</r:repomd,' up/repodata/repomd.xml
	fails 3 'namespace prefix' filtered
	rm -rf up && small hello-data
	"$EDIT" up primary sed 's,<metadata xmlns=,<c:metadata xmlns:c=,; s,</metadata,</c:metadata,; s,<\(/*\)package\b,<\1c:package,g'
	fails 3 'primary' filtered
}

@test "a repomd.xml that lacks what is needed is refused in words" {
	small hello-data
	cp up/repodata/repomd.xml good
	sed 's/type="primary"/type="secondary"/' good >up/repodata/repomd.xml
	fails 3 'it names no primary' filtered
	sed 's/<data type="other"/<data/' good >up/repodata/repomd.xml
	fails 3 'a data element without a type' filtered
	sed '0,/<location/s/<location[^>]*>//' good >up/repodata/repomd.xml
	fails 3 'has no location' filtered
	sed '0,/<checksum/s/<checksum.*//' good >up/repodata/repomd.xml
	fails 3 'has no checksum' filtered
	{ head -1 good && echo '<!DOCTYPE repomd [<!ENTITY x "y">]>' && tail -n +2 good; } >up/repodata/repomd.xml
	fails 3 'document type' filtered
}

@test "metadata that are outside of the repository are refused (R18)" {
	small hello-data
	cp up/repodata/repomd.xml good
	for bad in ../x /etc/passwd repodata/../../x repodata/repomd.xml 'repodata/a\\b' ''; do
		sed "0,/href=/s,href=\"[^\"]*,href=\"$bad," good >up/repodata/repomd.xml
		fails 3 'its location' filtered
	done
}

@test "packages that are outside of the repository are rejected (R18)" {
	small hello-data libfoo
	for bad in ../x.rpm /etc/x.rpm a/../../x.rpm repodata/x.rpm a//x.rpm '%2e%2e/x.rpm' 'ftp://h/x.rpm' 'file:///etc/passwd'; do
		rm -rf up && small hello-data libfoo
		"$EDIT" up primary sed "/libfoo/s,href=\"[^\"]*,href=\"$bad,"
		lists filtered || [ $? = 1 ]
		[ "$(names)" = "hello-data-1.0-1.noarch hello-data-1.1-1.noarch" ]
		[ "$(of reject '.code + " " + .ref.name')" = "unsafe-path libfoo" ]
	done
}

@test "locations are asked for encoded, and as they are when they are" {
	mkdir -p up/a+b
	cp "$RPMS"/signed/c++tool* up/a+b
	cp "$RPMS"/signed/caret* "up/caret^~100%.rpm"
	cp "$RPMS"/signed/libfoo* "up/lib+foo.rpm"
	again
	"$EDIT" up primary sed 's/href="lib+foo/href="lib%2Bfoo/'
	web "$W/up"
	lists filtered "feed: $FEED" 'allow_hosts: [127.0.0.1]'
	[ "$(of package .path | sort | paste -sd' ')" = 'a+b/c++tool-1.0~rc1-1.x86_64.rpm caret^~100%.rpm lib+foo.rpm' ]
	[ "$(of package .url | sed 's,.*:[0-9]*/,,' | sort | paste -sd' ')" = \
		'a%2Bb/c%2B%2Btool-1.0~rc1-1.x86_64.rpm caret%5E~100%25.rpm lib%2Bfoo.rpm' ]
	for url in $(of package .url); do chantal-fetch -q --get "$url" >/dev/null; done
}

@test "two packages of one file name in two folders are two (L51)" {
	upstream
	lists filtered
	[ "$(package epochal .path | sort | paste -sd' ')" = "Packages/e/epochal-1.0-1.noarch.rpm Rebuilt/epochal-1.0-1.noarch.rpm" ]
}

@test "what is elsewhere is fetched from there, and published here (L51)" {
	small hello-data libfoo
	web "$W/up"
	for base in "$FEED/" "$FEED"; do
		rm -rf up && small hello-data libfoo
		"$EDIT" up primary sed "/libfoo/s,<location ,&xml:base=\"$base\" ,"
		lists filtered
		[ "$(package libfoo '.path + " " + .url')" = "libfoo-2.0-1.x86_64.rpm $FEED/libfoo-2.0-1.x86_64.rpm" ]
		fails 3 "package libfoo is elsewhere .*mode filtered" mirror
	done
	rm -rf up && small hello-data libfoo
	"$EDIT" up primary sed "/libfoo/s,href=\",&$FEED/deep/er/,"
	lists filtered
	[ "$(package libfoo '.path + " " + .url')" = "libfoo-2.0-1.x86_64.rpm $FEED/deep/er/libfoo-2.0-1.x86_64.rpm" ]
	fails 3 "package libfoo is elsewhere" mirror
	rm -rf up && small hello-data libfoo
	mkdir up/deep
	"$EDIT" up primary sed "/libfoo/s,href=\",&file://$W/up/deep/,"
	lists filtered
	[ "$(package libfoo .url)" = "file://$W/up/deep/libfoo-2.0-1.x86_64.rpm" ]
}

@test "metadata that are elsewhere are fetched from there, but for a mirror" {
	small hello-data
	mkdir -p away/repodata
	mv "up/$(href up primary)" away/repodata
	web "$W/away"
	sed -i "0,/<location/s,<location,& xml:base=\"$FEED\"," up/repodata/repomd.xml
	lists filtered 'allow_hosts: [127.0.0.1]'
	[ "$(names)" = "hello-data-1.0-1.noarch hello-data-1.1-1.noarch" ]
	fails 3 "data of type 'primary' is elsewhere .*mode filtered" mirror
}

@test "a package that makes no sense is left out, the others stay (T10)" {
	small hello-data libfoo
	cp -R up good
	for bad in 's,<name>libfoo</name>,,' 's,<name>libfoo,<name>,' '/<arch>x86_64/d' 's,ver="2.0",ver="",' 's,ver="2.0",ver="2-0",' \
		's,epoch="1",epoch="x",' 's,package="[0-9]*" installed,package="x" installed,' 's,href="libfoo[^"]*",href="",'; do
		rm -rf up && cp -R good up
		"$EDIT" up primary sed "/<name>libfoo/,/<\/package>/{$bad}"
		lists filtered || [ $? = 1 ]
		[ "$(names)" = "hello-data-1.0-1.noarch hello-data-1.1-1.noarch" ] || { echo "$bad" >&2 && false; }
		[ "$(of reject .code | wc -l)" = 1 ]
		[ "$(of end .status)" = partial ]
	done
}

@test "what is absent is not what is empty (T11)" {
	small hello-data
	"$EDIT" up primary sed 's,<rpm:group>.*,,; s,<rpm:vendor>.*,<rpm:vendor/>,'
	lists filtered
	[ "$(package hello-data '.rpm | [has("group"), .vendor]' | sort -u)" = '[false,""]' ]
}

@test "of packages with one name and version the one built last is taken" {
	small libfoo
	mkdir up/older up/newer
	cp up/libfoo-2.0-1.x86_64.rpm up/older
	cp "$RPMS/plain/libfoo-2.0-1.x86_64.rpm" up/newer
	again
	for newest in up/newer up/older; do
		again
		"$EDIT" up primary awk -v here="${newest#up/}" '
			/<time / { held = $0; next }
			/<size / { size = $0; next }
			/<location / { sub(/build="[0-9]*"/, "build=\"" ($0 ~ here ? 17 : 15) "00000000\"", held)
				print held; print size }
			{ print }'
		lists filtered
		[ "$(of package .path)" = "${newest#up/}/libfoo-2.0-1.x86_64.rpm" ]
		grep -q 'libfoo-1:2.0-1.x86_64 is there more than once' err || lists filtered
		[ "$(of end .status)" = ok ]
	done
	lists mirror
	[ "$(of package .path | wc -l)" = 3 ]
}

@test "a path has one content" {
	small hello-data
	"$EDIT" up primary sed 's,href="[^"]*",href="same.rpm",'
	lists filtered || [ $? = 1 ]
	[ "$(of package .path)" = same.rpm ]
	[ "$(of reject .code)" = conflict ]
}

@test "data of an unknown type are passed on, unless they are by package" {
	small hello-data
	printf 'x\n' >notes.txt
	modifyrepo_c --mdtype=notes notes.txt up/repodata
	printf '<?xml version="1.0"?>\n<sizes packages="1"><package pkgid="abc" name="x"/></sizes>\n' >sizes.xml
	modifyrepo_c --mdtype=sizes sizes.xml up/repodata
	printf 'x\n' >deltas.xml
	modifyrepo_c --mdtype=prestodelta deltas.xml up/repodata
	lists filtered
	[ "$(of repo '.rpm.data | map(select(.as).type) | sort | join(" ")')" = "filelists notes other primary" ]
	chantal-fetch --repo r 2>&1 >/dev/null | grep "data of type 'sizes' is by package"
	lists mirror
	[ "$(of file .path | grep -cE 'notes|sizes|deltas')" = 3 ]
}

@test "a mirror has the deltas that upstream has, with their checksums" {
	small hello-data
	local file sum none
	none=$(printf 0%.0s {1..64})
	mkdir up/drpms
	echo delta >up/drpms/hello-data-1.0-1_1.1-1.noarch.drpm
	{
		echo '<prestodelta><newpackage name="hello-data" epoch="0" version="1.1" release="1" arch="noarch">'
		for file in drpms/hello-data-1.0-1_1.1-1.noarch.drpm drpms/gone.drpm drpms/hello-data-1.0-1_1.1-1.noarch.drpm ../out.drpm repodata/x; do
			echo "<delta oldepoch=\"0\" oldversion=\"1.0\" oldrelease=\"1\"><filename>$file</filename><sequence>hello-data-1.0-1-00</sequence>"
			case $file in *gone*) sum=$none ;; *) sum=$(sha256_of up/drpms/*.drpm) ;; esac
			echo "<size>6</size><checksum type=\"sha256\">$sum</checksum></delta>"
		done
		echo '</newpackage></prestodelta>'
	} >prestodelta.xml
	modifyrepo_c --mdtype=prestodelta prestodelta.xml up/repodata
	rm up/repodata/repomd.xml.asc
	lists mirror || [ $? = 1 ]
	[ "$(of file 'select(.role == "extra") | "\(.path) \(.size) \(.sha256)"')" = \
		"drpms/hello-data-1.0-1_1.1-1.noarch.drpm 6 $(sha256_of up/drpms/*.drpm)"$'\n'"drpms/gone.drpm 6 $none" ]
	[ "$(of reject '"\(.code) \(.ref.path)"' | paste -sd,)" = 'unsafe-path ../out.drpm,unsafe-path repodata/x' ]
	sed -i '/out.drpm\|repodata.x/,/<.delta>/d' prestodelta.xml
	again && modifyrepo_c --mdtype=prestodelta prestodelta.xml up/repodata && sign_repomd up/repodata
	rm -f config.yaml
	repository r mirror 'verify: {enabled: false}'
	mirror r
	cmp up/drpms/*.drpm www/r/drpms/hello-data-1.0-1_1.1-1.noarch.drpm
	[ ! -e www/r/drpms/gone.drpm ]
	lists filtered
	[ "$(of file .as | grep -c delta)" = 0 ]
	[ "$(of file 'select(.role == "extra").path')" = "" ]
}

@test "what SUSE adds is there" {
	cp -R "$SUSE" up
	lists filtered
	[ "$(of repo '.rpm.data | map(select(.as).type) | sort | join(" ")')" = "$(types up | sort | grep -vE '_db$|deltainfo' | paste -sd' ')" ]
	mkdir -p up/media.1
	echo 'openSUSE' >up/media.1/media
	lists mirror
	[ "$(of file 'select(.path == "media.1/media").sha256')" = "$(sha256_of up/media.1/media)" ]
}

@test "what a mirror lacks ends it (L14)" {
	small hello-data
	repodata up --database
	rm "up/$(href up other_db)"
	fails 75 'other.sqlite' mirror || fails 3 'other.sqlite' mirror
	lists filtered
}

# treeinfo [LINE...]: a kickstart tree in $W/up, with more lines of [checksums].
treeinfo() {
	mkdir -p up/images/PXEboot up/LiveOS
	echo kernel >up/images/PXEboot/vmlinuz
	echo initrd >"up/images/PXEboot/initrd%s.img"
	echo boot >up/images/boot.iso
	echo stage2 >up/LiveOS/squashfs.img
	{
		cat <<-END
		[checksums]
		images/PXEboot/vmlinuz = sha256:$(sha256_of up/images/PXEboot/vmlinuz)
		images/boot.iso = SHA1:$(sha1sum up/images/boot.iso | cut -d' ' -f1 | tr a-f A-F)
		images/PXEboot/initrd%s.img = md5:$(md5sum "up/images/PXEboot/initrd%s.img" | cut -d' ' -f1)
		repodata/repomd.xml = sha256:$(sha256_of up/repodata/repomd.xml)
		END
		for line; do echo "$line"; done
		cat <<-'END'
		; a comment
		[general]
		arch = x86_64
		; nothing here is a file
		repository = .
		[images-x86_64]
		boot.iso = images/boot.iso
		kernel = images/PXEboot/vmlinuz
		initrd = images/PXEboot/initrd%s.img
		[images-xen]
		kernel = images/PXEboot/vmlinuz
		[stage2]
		mainimage = LiveOS/squashfs.img
		[variant-AppStream]
		repository = ../../../AppStream/x86_64/os
		END
	} >up/.treeinfo
}

@test "a kickstart tree is found, with all its files and their digests (T84, T118, L50)" {
	small hello-data
	treeinfo
	lists mirror
	[ "$(of file 'select(.role == "installer") | "\(.path) \(.sha256 // .digest // "none" | .[0:9])"')" = "$(
		cat <<-END
		LiveOS/squashfs.img none
		images/PXEboot/initrd%s.img md5:$(md5sum "up/images/PXEboot/initrd%s.img" | cut -c1-5)
		images/PXEboot/vmlinuz $(sha256_of up/images/PXEboot/vmlinuz | cut -c1-9)
		images/boot.iso sha1:$(sha1sum up/images/boot.iso | cut -c1-4)
		END
	)" ]
	[ "$(of file 'select(.path == ".treeinfo") | "\(.role) \(.sha256)"')" = "root $(sha256_of up/.treeinfo)" ]
	chantal-pool add --allow-file up <out >added
	[ "$(jq -r 'select(.record == "reject")' added)" = "" ]
	lists filtered
	[ "$(of file 'select(.as == ".treeinfo").role')" = input ]
	[ "$(of repo '.rpm.treeinfo')" = '[".treeinfo"]' ]
}

@test "a feed without a slash at its end has a tree too, and none is normal (T45, T118)" {
	small hello-data
	treeinfo
	web "$W/up"
	lists filtered "feed: $FEED"
	[ "$(of file 'select(.path == "images/boot.iso").url')" = "$FEED/images/boot.iso" ]
	[ "$(grep -c '^/treeinfo 404' "$ASKED")" = 1 ]
	rm up/.treeinfo
	lists filtered "feed: $FEED"
	[ "$(of file .role | sort -u)" = input ]
	[ "$(of end .status)" = ok ]
}

@test "what nothing names may be refused instead of missing, what is named may not" {
	small hello-data
	rm up/repodata/repomd.xml.asc
	web --refused 'treeinfo|media|repomd.xml.(asc|key)' "$W/up"
	lists mirror "feed: $FEED"
	[ "$(of end .status)" = ok ]
	[ "$(of file .path | grep -c repodata)" = 4 ]
	chantal-fetch -v --repo r 2>&1 >/dev/null | grep -q "/.treeinfo: it was refused (403)"
	fails 4 "its signature 'repodata/repomd.xml.asc' is not there" mirror "feed: $FEED" "$VERIFY"
	rm -rf store
	web --refused primary "$W/up"
	fails 2 'primary.*403' mirror "feed: $FEED"
	web --refused 'repomd.xml$' "$W/up"
	fails 2 'repomd.xml.*403' mirror "feed: $FEED"
}

@test "files of a tree may be left out, or may be missing" {
	small hello-data
	treeinfo
	lists mirror 'rpm: {include_installer: false}'
	[ "$(of file .path | grep -cE 'treeinfo|images')" = 0 ]
	lists mirror 'rpm: {optional_installer: true}'
	[ "$(of file 'select(.role == "installer").optional' | sort -u)" = true ]
}

@test "files of a tree that lead out of it are rejected" {
	small hello-data
	treeinfo
	sed -i 's,^kernel = .*,kernel = ../../etc/passwd,; s,^initrd = .*,initrd = /etc/passwd,' up/.treeinfo
	lists filtered || [ $? = 1 ]
	[ "$(of reject '.code + " " + .ref.path')" = $'unsafe-path ../../etc/passwd\nunsafe-path /etc/passwd' ]
	printf '[images-x]\nnonsense\n' >up/.treeinfo
	fails 3 '.treeinfo: line 2' filtered
}

# metalink DIGEST... -- URL...: a metalink of these; the first digest is the newest's.
metalink() {
	local kind=verification
	echo '<?xml version="1.0"?>'
	echo '<metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager">'
	echo '<files><file name="repomd.xml"><mm0:timestamp>1</mm0:timestamp><size>1</size>'
	while [ "$1" != -- ]; do
		[ $kind = verification ] || echo '<mm0:alternates><mm0:alternate>'
		echo "<verification><hash type=\"md5\">0</hash><hash type=\"sha256\">$1</hash></verification>"
		[ $kind = verification ] || echo '</mm0:alternate></mm0:alternates>'
		kind=alternate
		shift
	done
	shift
	echo '<resources maxconnections="1">'
	local preference=100
	for url; do
		echo "<url protocol=\"http\" preference=\"$preference\">$url/repodata/repomd.xml</url>"
		preference=$((preference - 1))
	done
	echo '<url protocol="rsync">rsync://127.0.0.1/x/repodata/repomd.xml</url></resources></file></files></metalink>'
}

# Two mirrors, and where nothing is: $GOOD, $STALE, $DOWN; $FEED has the lists.
mirrors() {
	small hello-data
	cp -R up old
	printf '<!-- newer -->\n' >>up/repodata/repomd.xml
	mkdir lists
	web "$W/old" && STALE=$FEED
	web "$W/up" && GOOD=$FEED GOOD_LOG=$ASKED
	web "$W/lists"
	DOWN=http://127.0.0.1:1
	NEW=$(sha256_of up/repodata/repomd.xml) OLD=$(sha256_of old/repodata/repomd.xml)
	ALLOW='allow_hosts: [127.0.0.1]'
	RETRY='download: {retry_attempts: 0}'
}

@test "a metalink's mirrors are tried in turn, and its digest pins repomd.xml" {
	mirrors
	metalink "$NEW" -- $DOWN "$STALE" "$GOOD" >lists/metalink
	lists mirror "feed: $FEED" "$ALLOW" "$RETRY" "rpm: {metalink: 'metalink?repo=x&arch=y'}"
	[ "$(of file 'select(.path == "repodata/repomd.xml").sha256')" = "$NEW" ]
	[ "$(of package .url | sed 's,/[^/]*$,,' | sort -u)" = "$GOOD" ]
	grep -q '^/metalink?repo=x&arch=y 200' "$ASKED"
	chantal-pool add --allow-host 127.0.0.1 <out >added
	[ "$(jq -r 'select(.record == "reject")' added)" = "" ]
}

@test "an older repomd.xml that the metalink knows is good, one that it does not know is not" {
	mirrors
	metalink "$NEW" "$OLD" -- "$STALE" "$GOOD" >lists/metalink
	lists mirror "feed: $FEED" "$ALLOW" "$RETRY" 'rpm: {metalink: metalink}'
	[ "$(of file 'select(.path == "repodata/repomd.xml").sha256')" = "$OLD" ]
	metalink "$NEW" -- "$STALE" >lists/stale
	fails 4 "sha256 is $OLD" mirror "feed: $FEED" "$ALLOW" "$RETRY" 'rpm: {metalink: stale}'
}

@test "mirrors at hosts that are not allowed are not asked" {
	mirrors
	metalink "$NEW" -- "${GOOD/127.0.0.1/127.0.0.2}" "$STALE" >lists/metalink
	fails 4 "sha256 is $OLD" mirror "feed: $FEED" "$ALLOW" "$RETRY" 'rpm: {metalink: metalink}'
	metalink "$NEW" -- "${GOOD/127.0.0.1/127.0.0.2}" >lists/away
	fails 2 'allow_hosts' mirror "feed: $FEED" "$ALLOW" "$RETRY" 'rpm: {metalink: away}'
}

@test "a package that a mirror lacks comes from the next one (metalink)" {
	mirrors
	small hello libfoo
	cp -R up bad
	dd if=/dev/zero of=bad/libfoo-2.0-1.x86_64.rpm bs=1 seek=300 count=9 conv=notrunc 2>/dev/null
	echo >>bad/hello-data-1.1-1.noarch.rpm
	web --missing hello-1 --refused hello-data-1.0 "$W/bad" && BAD=$FEED BAD_LOG=$ASKED
	web "$W/lists"
	metalink "$(sha256_of up/repodata/repomd.xml)" -- "$BAD" $DOWN "${GOOD/127.0.0.1/127.0.0.2}" "$GOOD" >lists/metalink
	repository r mirror "feed: $FEED" "$ALLOW" "$RETRY" 'verify: {enabled: false}' 'rpm: {metalink: metalink}'
	mirror r
	diff <(cd up && find . -type f | sort) <(cd www/r && find -L . -type f | sort)
	[ "$(chantal-catalog cat r | jq -rc 'select(.record == "repo").mirrors' )" = "[\"$BAD/\",\"$DOWN/\",\"${GOOD/127.0.0.1/127.0.0.2}/\",\"$GOOD/\"]" ]
	chantal-catalog cat r | jq -e 'select(.record == "end").status == "ok"'
}

@test "what no mirror has is told with what the first one said" {
	mirrors
	web --missing hello-data-1.0 "$W/up" && BAD=$FEED
	web "$W/lists"
	metalink "$NEW" -- "$BAD" "${GOOD/127.0.0.1/127.0.0.2}" >lists/metalink
	rm up/hello-data-1.1-1.noarch.rpm
	lists filtered "feed: $FEED" "$ALLOW" "$RETRY" 'rpm: {metalink: metalink}'
	run chantal-pool add --repo r <out
	[ "$status" = 1 ]
	mapfile -t rejects < <(grep '"record":"reject"' <<<"$output" | jq -r '"\(.code) \(.message)"')
	[ "${#rejects[@]}" = 2 ]
	for line in "${rejects[@]}"; do [[ "$line" == "not-found $BAD/"*"; 1 other mirror tried, the last: "*127.0.0.2* ]]; done
}

@test "only what has a digest comes from another mirror, and mirrors are web folders" {
	mirrors
	repo="{\"record\":\"repo\",\"repo\":\"r\",\"type\":\"rpm\",\"feed\":\"$GOOD/\",\"mirrors\":[\"$DOWN/\",\"$GOOD/\"]}"
	line="{\"record\":\"file\",\"repo\":\"r\",\"path\":\"x\",\"url\":\"$DOWN/repodata/repomd.xml\"}"
	end='{"record":"end","repo":"r","status":"ok"}'
	export CHANTAL_HOME=$W/store
	run chantal-pool add --allow-host 127.0.0.1 --retries 0 <<<"$repo"$'\n'"$line"$'\n'"$end"
	[ "$status" = 1 ]
	[[ "$output" == *'"reject"'* ]]
	line=${line%\}},\"sha256\":\"$NEW\"}
	chantal-pool add --allow-host 127.0.0.1 --retries 0 <<<"$repo"$'\n'"$line"$'\n'"$end" >added
	grep -q "\"sha256\":\"$NEW\"" added
	for bad in '"x"' '["file:///etc/"]' '["http://u:p@h/"]' '["http://h/x"]' '["http://h/?x/"]' '[1]' '[["http://h/"]]'; do
		run chantal-pool add --allow-host 127.0.0.1 <<<"$(jq -c ".mirrors = $bad" <<<"$repo")"$'\n'"$end"
		[ "$status" = 3 ]
		[[ "$stderr$output" == *mirrors* ]]
	done
}

@test "a list of mirrors is taken too, as it is" {
	mirrors
	printf '# mirrors\n\n%s/\n%s\nftp://x/y\n' $DOWN "$GOOD" >lists/mirrorlist
	lists filtered "feed: $FEED" "$ALLOW" "$RETRY" 'rpm: {mirrorlist: mirrorlist}'
	[ "$(names)" = "hello-data-1.0-1.noarch hello-data-1.1-1.noarch" ]
	[ "$(of package .url | sed 's,/[^/]*$,,' | sort -u)" = "$GOOD" ]
	printf 'nothing\n' >lists/none
	fails 3 'none: there is no http or https mirror in it' filtered "feed: $FEED" "$ALLOW" 'rpm: {mirrorlist: none}'
	metalink md5only -- "$GOOD" >lists/metalink
	fails 3 'metalink: it has no digest' filtered "feed: $FEED" "$ALLOW" 'rpm: {metalink: metalink}'
	fails 2 'rpm.mirrorlist: there is rpm.metalink already' filtered "feed: $FEED" 'rpm: {metalink: a, mirrorlist: b}'
}

@test "keys of the block rpm are checked" {
	small hello-data
	fails 2 'rpm.nonsense' filtered 'rpm: {nonsense: 1}'
	fails 2 'rpm.include_installer' filtered 'rpm: {include_installer: 1}'
	fails 2 'rpm.metalink' filtered 'rpm: {metalink: "a b"}'
}

# entitlement NAME END: a certificate until then, and its key, in certs/
entitlement() {
	mkdir -p certs ca
	: >ca/index.txt
	printf '%s\n' '[ca]' default_ca=d '[d]' "database=$W/ca/index.txt" "new_certs_dir=$W/ca" policy=p \
		default_md=sha256 rand_serial=yes '[p]' commonName=supplied >ca/conf
	openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "certs/$1-key.pem" -out ca/request 2>/dev/null
	openssl ca -config ca/conf -batch -selfsign -notext -startdate 20200101000000Z -enddate "$2" \
		-keyfile "certs/$1-key.pem" -in ca/request -out "certs/$1.pem" 2>/dev/null
}

@test "an entitlement certificate has a readable key, and one that expired is named with its date (L36)" {
	small hello-data
	auth="auth: {type: client_cert, cert_dir: $W/certs}"
	entitlement 200 20210203040506Z
	fails 2 '200.pem: this certificate expired on 2021-02-03T04:05:06Z' filtered "$auth"
	entitlement 300 20990101000000Z
	lists filtered "$auth"
	rm certs/300-key.pem
	fails 2 'cert_dir' filtered "$auth"
}

@test "the type passes all checks of the kit" {
	local name n=0
	mkdir -p fixture/local
	cp -R "$TREE" fixture/upstream
	cp "$RPMS"/signed/hello-1.0-1.x86_64.rpm "$RPMS"/signed/libfoo-* fixture/local
	small ''
	"$EDIT" up primary awk '
		BEGIN { n = split("../../etc/x|/etc/x|a/../b|repodata/repomd.xml|a\\b|%2e%2e/z|a%00b|http://h/x.rpm| |a//b", bad, "|") }
		/<location / { sub(/href="[^"]*"/, "href=\"" bad[i++ % n + 1] "\"") }
		{ print }'
	rm -f up/*.rpm
	mv up fixture/hostile
	"$BUILD/libexec/chantal/plugin-check" --update "$BUILD/libexec/chantal/plugins/rpm" fixture >tap 2>&1 || cat tap >&2
	# Sanitizers take memory of their own.
	[[ "$BUILD" != */san ]] || sed -i '/records within a memory bound/d' tap
	[ "$(grep -c '^not ok' tap)" = 0 ]
	[ "$(grep -c '^ok' tap)" -gt 20 ]
}
