#!/usr/bin/env bats
# Type apt: packages that are files here, read without dpkg, published for real
# clients.  Names of requirements stand behind the tests.
# shellcheck disable=SC2154,SC2030,SC2031,SC2102 # bats sets stderr; [mirror] is a key

bats_require_minimum_version 1.5.0
load helpers
load apt

setup_file() {
	apt_setup_file
	apt_upstream
	DEBS=$BATS_FILE_TMPDIR/debs
	export DEBS
	make_packages "$DEBS"
}

teardown_file() { www_teardown_file; }

setup() {
	apt_setup
	repository r hosted "apt: {distribution: stable, include_contents: true}" "$SIGN"
}

teardown() { www_teardown; }

# make_packages DIR: what packages can look like.
make_packages() {
	local dir=$1
	mkdir -p "$dir"
	for z in gzip xz zstd none; do
		DEB_XZ=$z make_deb "$dir/z-$z.deb" "z-$z" 1.0 amd64
	done
	make_deb "$dir/all.deb" all 1 all 'Priority: optional' 'Section: contrib/utils'
	make_deb "$dir/i386.deb" lib32 2.1-3 i386 'Multi-Arch: same' 'Source: bases (2.1-2)'
	make_deb "$dir/epoch.deb" libepoch++2 1:2.0~rc1+b2-1 amd64
	make_deb "$dir/lib.deb" lib 0 all
	make_deb "$dir/dbg.deb" z-xz-dbgsym 1.0 amd64 'Source: z-xz' 'Auto-Built-Package: debug-symbols' \
		'Section: debug' 'Build-Ids: 0123456789abcdef'
	make_deb "$dir/inst.udeb" inst 1 amd64 'Package-Type: udeb' 'Section: debian-installer' \
		'Installer-Menu-Item: 100'
	make_deb "$dir/symbols.ddeb" z-gzip-dbgsym 1.0 amd64 'Package-Type: ddeb'
	make_deb "$dir/latin.deb" latin 1 all "$(printf 'X-Name: J\xfcrgen')"
	make_deb "$dir/lists.deb" lists 1 all 'Tag: a::b, c::d,' ' e::f' 'Essential: yes' \
		'Phased-Update-Percentage: 20' "$(printf 'Depends: all (>= 1),\n\tlib32 | lib')" \
		'Description: with lines' ' one' ' .' '  two, verbatim' 'Homepage: https://example.org/?a=b'
	make_deb "$dir/odd.deb" odd 1 all 'Unknown-Field: kept' 'XB-Case: kept' 'Ruby-Versions: all' \
		'Filename: pool/evil' 'MD5sum: 0' 'Size: 1' 'SHA512: 0'
	make_deb_with_odd_files "$dir/files.deb"
}

make_deb_with_odd_files() {
	local root
	root=$(mktemp -d)
	mkdir -p "$root/DEBIAN" "$root/usr/bin" "$root/usr/ü" "$root/empty"
	printf 'Package: files\nVersion: 1\nArchitecture: all\nMaintainer: J <j@example.org>\nDescription: x\n' \
		>"$root/DEBIAN/control"
	echo a >"$root/usr/bin/with blank"
	echo a >"$root/usr/bin/Z"
	echo a >"$root/usr/bin/a"
	ln "$root/usr/bin/a" "$root/usr/bin/hard"
	ln -s a "$root/usr/bin/link"
	echo a >"$root/usr/ü/ä"
	echo a >"$root/usr/$(printf 'x%.0s' {1..150})"
	dpkg-deb --root-owner-group -b "$root" "$1" >/dev/null
	rm -rf "$root"
}

# ar FILE NAME=CONTENT_FILE...: an archive, also one that no tool would make.
make_ar() {
	python3 - "$@" <<'END'
import sys
with open(sys.argv[1], "wb") as out:
    out.write(b"!<arch>\n")
    for word in sys.argv[2:]:
        name, _, path = word.partition("=")
        data = open(path, "rb").read()
        size = str(len(data))
        if "@" in name:
            name, size = name.split("@")
        out.write(b"%-16s%-12s%-6s%-6s%-8s%-10s`\n" % (name.encode(), b"0", b"0", b"0", b"100644",
                  size.encode()))
        out.write(data + b"\n" * (len(data) % 2))
END
}

# parts: what a package is made of: bin, control.tar, data.tar in the test's folder.
parts() {
	printf '2.0\n' >bin
	printf 'Package: good\nVersion: 1\nArchitecture: all\nMaintainer: J <j@example.org>\nDescription: x\n' >control
	tar -c ./control >control.tar
	mkdir -p usr
	echo x >usr/x
	tar -c ./usr >data.tar
}

# inspected FILE...: its records and rejects, a line each.
inspected() {
	chantal-fetch --repo r --files apt "$@" >"$W/stream" 2>"$W/fetch.err" || :
	jq -c 'select(.record == "package" or .record == "reject")' "$W/stream"
}

# stanzas KIND: of $W/stream, as an index has them; KIND is one of apt.kind.
stanzas() {
	python3 - "$W/stream" "$1" <<'END'
import base64, json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    r = json.loads(line)
    if r["record"] == "package" and r["apt"]["kind"] == sys.argv[2]:
        data = base64.b64decode(r["stanza64"]) if "stanza64" in r else r["stanza"].encode()
        sys.stdout.buffer.write(data + b"\n")
END
}

# refused FILE WORDS: a reject that says so, and the package beside it is taken.
refused() {
	run inspected "$1" "$DEBS/all.deb"
	[ "${#lines[@]}" = 2 ]
	jq -e --arg words "$2" '.record == "reject" and (.message | contains($words)) and
		(.message | contains("\n") | not)' <<<"${lines[0]}"
	jq -e '.record == "package" and .name == "all"' <<<"${lines[1]}"
}

upload() { chantal -q package upload --repo-id r "$@"; }

@test "every package becomes a record: name, architecture, version, place" {
	inspected "$DEBS"/* | jq -r '[.name, .arch, .version, .path] | join(" ")' | LC_ALL=C sort >got
	cat >wanted <<-'END'
	all all 1 pool/main/a/all/all_1_all.deb
	files all 1 pool/main/f/files/files_1_all.deb
	inst amd64 1 pool/main/i/inst/inst_1_amd64.udeb
	latin all 1 pool/main/l/latin/latin_1_all.deb
	lib all 0 pool/main/l/lib/lib_0_all.deb
	lib32 i386 2.1-3 pool/main/b/bases/lib32_2.1-3_i386.deb
	libepoch++2 amd64 1:2.0~rc1+b2-1 pool/main/libe/libepoch++2/libepoch++2_2.0~rc1+b2-1_amd64.deb
	lists all 1 pool/main/l/lists/lists_1_all.deb
	odd all 1 pool/main/o/odd/odd_1_all.deb
	z-gzip amd64 1.0 pool/main/z/z-gzip/z-gzip_1.0_amd64.deb
	z-gzip-dbgsym amd64 1.0 pool/main/z/z-gzip-dbgsym/z-gzip-dbgsym_1.0_amd64.ddeb
	z-none amd64 1.0 pool/main/z/z-none/z-none_1.0_amd64.deb
	z-xz amd64 1.0 pool/main/z/z-xz/z-xz_1.0_amd64.deb
	z-xz-dbgsym amd64 1.0 pool/main/z/z-xz/z-xz-dbgsym_1.0_amd64.deb
	z-zstd amd64 1.0 pool/main/z/z-zstd/z-zstd_1.0_amd64.deb
	END
	diff wanted got
}

@test "two uploads that differ in their epoch only are refused by name, the others go on" {
	make_deb one.deb twin 1.0 all
	make_deb two.deb twin 2:1.0 all
	make_deb three.deb other 1 all
	run -1 --separate-stderr upload --file one.deb --file two.deb --file three.deb
	[ "$(grep -c 'rejected: twin .*: conflict: twin 1.0 all and twin 2:1.0 all would lie at one path' <<<"$stderr")" -eq 2 ]
	run -0 chantal-catalog ls r --format csv
	[ "$(cut -d, -f1 <<<"$output" | paste -sd' ')" = "name other" ]
}

@test "a udeb is known by its fields, whatever the file is called" {
	cp "$DEBS/inst.udeb" inst.deb
	inspected inst.deb | jq -e '.apt.kind == "udeb" and .path == "pool/main/i/inst/inst_1_amd64.udeb"'
}

@test "what filters go by is in the record" {
	inspected "$DEBS/lists.deb" "$DEBS/i386.deb" "$DEBS/inst.udeb" "$DEBS/all.deb" | jq -c .apt >got
	cat >wanted <<-'END'
	{"suite":"stable","component":"main","kind":"deb","source":"lists","tags":["a::b","c::d","e::f"],"phased":20,"essential":true}
	{"suite":"stable","component":"main","kind":"deb","source":"bases","source_version":"2.1-2","multi_arch":"same"}
	{"suite":"stable","component":"main","kind":"udeb","section":"debian-installer","source":"inst"}
	{"suite":"stable","component":"main","kind":"deb","section":"contrib/utils","priority":"optional","source":"all"}
	END
	diff wanted got
}

@test "stanzas agree with apt-ftparchive, field by field" {
	inspected "$DEBS"/*.deb >/dev/null
	stanzas deb >ours
	mkdir flat && cp "$DEBS"/*.deb flat
	# It believes a package that claims to have a digest.
	apt-ftparchive packages flat >theirs
	"$TOP/tests/bin/apt-fields" --without Filename --without SHA512 theirs ours
	[ "$(grep -c ^Package: ours)" = 13 ]
}

@test "stanzas agree with dpkg-scanpackages, field by field" {
	mkdir flat && cp "$DEBS"/*.deb flat
	# Which has no file names of packages that claim to have one.
	rm flat/odd.deb
	inspected flat/*.deb >/dev/null
	stanzas deb >ours
	dpkg-scanpackages -m flat >theirs 2>scan.err
	# It makes tabs at the begin of lines into blanks.
	"$TOP/tests/bin/apt-fields" --without Filename theirs <(tr '\t' ' ' <ours)
}

@test "stanzas of a udeb agree with dpkg-scanpackages" {
	inspected "$DEBS/inst.udeb" >/dev/null
	stanzas udeb >ours
	mkdir flat && cp "$DEBS/inst.udeb" flat
	dpkg-scanpackages -t udeb flat >theirs 2>scan.err
	"$TOP/tests/bin/apt-fields" --without Filename theirs ours
}

@test "fields of control that the index has of its own do not get through" { # T36
	inspected "$DEBS/odd.deb" >/dev/null
	stanzas deb >ours
	[ "$(grep -c -E '^(Filename|Size|MD5sum|SHA256):' ours)" = 4 ]
	run ! grep -E 'evil|SHA512' ours
	grep -x 'Unknown-Field: kept' ours
}

@test "packages of the real archive: stanzas and places are as apt-ftparchive has them" {
	local debs
	mapfile -t debs < <(find "$CUT/pool/" -name '*.deb' | LC_ALL=C sort)
	[ "${#debs[@]}" -gt 200 ]
	inspected "${debs[@]}" >/dev/null
	run ! grep '"record":"reject"' "$W/stream"
	stanzas deb >ours
	(cd "$CUT" && apt-ftparchive packages pool) >theirs
	"$TOP/tests/bin/apt-fields" --without SHA512 theirs ours
}

@test "sources of the real archive: stanzas are as apt-ftparchive has them" {
	local sources
	mapfile -t sources < <(find "$CUT/pool/" -name '*.dsc' | LC_ALL=C sort)
	inspected "${sources[@]}" >/dev/null
	# Not every mirror has the files of every source.
	run ! grep '"record":"reject"' <(grep -v 'has to lie beside it' "$W/stream")
	stanzas source >ours
	[ "$(grep -c '^Package:' ours)" -ge "$(wc -l <"$KEEP/upstream/picked-sources")" ]
	(cd "$CUT" && apt-ftparchive sources pool/) >theirs
	"$TOP/tests/bin/apt-fields" --part --without Checksums-Sha512 theirs ours
	(cd "$CUT" && dpkg-scansources pool/) >theirs 2>scan.err
	"$TOP/tests/bin/apt-fields" --part --without Priority --without Section theirs ours
}

@test "Contents are as apt-ftparchive has them, with the section in front" {
	upload --file "$DEBS/files.deb" --file "$DEBS/all.deb" --file "$DEBS/z-xz.deb" --file "$DEBS/i386.deb"
	chantal -q publish repo --repo-id r
	gzip -dc www/r/dists/stable/main/Contents-amd64.gz | sed 's/[ \t]*\([^ \t]*\)$/ \1/' >ours
	mkdir flat && cp "$DEBS/files.deb" "$DEBS/all.deb" "$DEBS/z-xz.deb" flat
	apt-ftparchive contents flat | sed 's/[ \t]*\([^ \t]*\)$/ \1/' |
		sed 's,^\(.*\) all$,\1 contrib/utils/all,' | LC_ALL=C sort >theirs
	grep -x 'usr/bin/with blank files' ours
	diff theirs ours
}

@test "no program of dpkg is needed to read a package" { # T128
	[[ "$BUILD" != */san ]] || skip "leaks of plugins cannot be looked for under strace"
	strace -f -qq -e trace=execve -o trace \
		chantal-fetch --repo r --files apt "$DEBS"/*.deb >stream
	grep -q 'plugins/apt' trace
	run ! grep -E 'dpkg|/(ar|tar|xz|gzip|zstd)"' trace
	[ "$(grep -c '"record":"package"' stream)" = 13 ]
}

@test "a source is its .dsc and the files that lie beside it" {
	make_source src hello 1:1.2-3 'Build-Depends: gcc'
	inspected src/hello_1.2-3.dsc >got
	jq -e '.name == "hello" and .arch == "source" and .version == "1:1.2-3" and
		.path == "pool/main/h/hello/hello_1.2-3.dsc" and .apt.kind == "source"' got
	jq -r '.files[] | .role + " " + .path' got >files
	printf 'source pool/main/h/hello/%s\n' hello_1.2.orig.tar.gz hello_1.2-3.debian.tar.xz >wanted
	diff wanted <(LC_ALL=C sort -r files)
	upload --file src/hello_1.2-3.dsc
	chantal -q publish repo --repo-id r
	cmp src/hello_1.2.orig.tar.gz www/r/pool/main/h/hello/hello_1.2.orig.tar.gz
}

@test "a signed .dsc is read as the text that is signed" {
	make_source src hello 1.2-3
	gpg --homedir "$GPG" --batch --quiet --local-user "archive@" --clearsign src/hello_1.2-3.dsc
	mv src/hello_1.2-3.dsc.asc src/hello_1.2-3.dsc
	inspected src/hello_1.2-3.dsc >/dev/null
	stanzas source >ours
	run ! grep -E 'PGP|^Hash|^Source' ours
	[ "$(head -n 1 ours)" = 'Package: hello' ]
	(cd src && apt-ftparchive sources .) >theirs
	"$TOP/tests/bin/apt-fields" --without Directory --without Checksums-Sha512 theirs ours
	printf 'Unsigned: evil\n' >>src/hello_1.2-3.dsc
	inspected src/hello_1.2-3.dsc >/dev/null
	stanzas source >ours
	run ! grep evil ours
}

@test "a source whose file is missing, changed or elsewhere is refused" {
	make_source src hello 1.2-3
	cp -R src gone && rm gone/*.orig.tar.gz
	refused gone/hello_1.2-3.dsc 'hello_1.2.orig.tar.gz has to lie beside it'
	cp -R src longer && echo >>longer/hello_1.2.orig.tar.gz
	refused longer/hello_1.2-3.dsc 'bytes, not'
	cp -R src other && printf '\1' | dd of=other/hello_1.2.orig.tar.gz bs=1 seek=30 conv=notrunc status=none
	refused other/hello_1.2-3.dsc 'is not the file that Files says'
	cp -R src linked && mv linked/*.orig.tar.gz . && ln -s ../hello_1.2.orig.tar.gz linked/
	refused linked/hello_1.2-3.dsc 'has to lie beside it'
	cp -R src up && sed -i 's, hello_1.2.orig, ../src/hello_1.2.orig,' up/hello_1.2-3.dsc
	refused up/hello_1.2-3.dsc 'none of its folder'
	cp -R src weak && sed -i '/^Checksums-Sha256/,/^Files/s/^ \(.\{63\}\)./ \10/' weak/hello_1.2-3.dsc
	refused weak/hello_1.2-3.dsc 'Checksums-Sha256'
}

@test "what is no package at all is refused, and the others go on" {
	echo hello >text.deb
	: >empty.deb
	cp "$DEBS/all.deb" all.rpm
	refused text.deb 'not an ar archive'
	refused empty.deb 'not an ar archive'
	refused all.rpm 'neither a .deb'
	cp "$DEBS/all.deb" all.changes
	refused all.changes 'upload those that it names'
	printf '!<arch>\n' >bare.deb
	refused bare.deb 'does not begin with debian-binary'
}

@test "a package that is cut off anywhere is refused" {
	local size n
	size=$(stat -c %s "$DEBS/z-xz.deb")
	for n in 1 8 40 68 72 100 140 200 $((size / 2)) $((size - 100)) $((size - 5)); do
		head -c "$n" "$DEBS/z-xz.deb" >cut.deb
		run inspected cut.deb
		jq -e '.record == "reject" and .code == "malformed"' <<<"$output"
	done
}

@test "a byte changed in what is compressed is refused" {
	local z
	for z in gzip xz zstd; do
		cp "$DEBS/z-$z.deb" changed.deb
		python3 -c 'import sys; f = open("changed.deb", "r+b"); d = bytearray(f.read())
d[-40] ^= 1; f.seek(0); f.write(d)'
		run inspected changed.deb
		jq -e '.record == "reject" and .code == "malformed"' <<<"$output"
	done
}

@test "sizes of ar that are negative, too large or no numbers are refused" { # T5
	parts
	for size in -4 -1 +4 0x4 4e1 '' ' 4' 9999999999 99999999999; do
		make_ar bad.deb debian-binary=bin "control.tar@$size=control.tar" data.tar=data.tar
		run timeout 5 chantal-fetch --repo r --files apt bad.deb
		[ "$status" = 1 ]
		grep -q '"code":"malformed"' <<<"$output"
	done
}

@test "members that are missing, twice or strange are refused" {
	parts
	make_ar no.deb debian-binary=bin data.tar=data.tar
	refused no.deb 'data.tar stands before control.tar'
	make_ar no.deb debian-binary=bin control.tar=control.tar
	refused no.deb 'there is no data.tar'
	make_ar two.deb debian-binary=bin control.tar=control.tar control.tar=control.tar data.tar=data.tar
	refused two.deb 'two members control.tar'
	make_ar two.deb debian-binary=bin control.tar=control.tar data.tar=data.tar data.tar=data.tar
	refused two.deb 'two members data.tar'
	make_ar x.deb debian-binary=bin control.tar=control.tar evil=bin data.tar=data.tar
	refused x.deb 'evil does not belong'
	printf '3.0\n' >three
	make_ar x.deb debian-binary=three control.tar=control.tar data.tar=data.tar
	refused x.deb 'another format'
	gzip -k control.tar
	make_ar x.deb debian-binary=bin control.tar.xz=control.tar.gz data.tar=data.tar
	refused x.deb 'control.tar.xz: is gzip'
	make_ar x.deb debian-binary=bin control.tar=bin data.tar=data.tar
	refused x.deb 'not a sound tar archive'
	make_ar fine.deb debian-binary=bin _note=bin control.tar=control.tar data.tar=data.tar signature=bin
	run inspected fine.deb
	jq -e '.record == "package" and .name == "good"' <<<"$output"
}

@test "a control.tar without control, with two, or with a link is refused" {
	parts
	tar -c ./usr >none.tar
	make_ar bad.deb debian-binary=bin control.tar=none.tar data.tar=data.tar
	refused bad.deb 'there is no control file'
	tar -c ./control ./control --hard-dereference >two.tar
	make_ar bad.deb debian-binary=bin control.tar=two.tar data.tar=data.tar
	refused bad.deb 'two control files'
	mkdir link && ln -s /etc/passwd link/control
	tar -C link -c ./control >link.tar
	make_ar bad.deb debian-binary=bin control.tar=link.tar data.tar=data.tar
	refused bad.deb 'control is not a file'
}

@test "a control file cannot make a field or a stanza of its own" { # T36
	parts
	printf 'Package: a\nVersion: 1\nArchitecture: all\n\nPackage: b\n' >control
	bad_control 'empty line'
	printf 'Package: a\nVersion: 1\nArchitecture: all\nVersion: 2\n' >control
	bad_control 'Version is there twice'
	printf 'Package: a\nVersion: 1\nArchitecture: all\nX: y\rSize: 3\n' >control
	bad_control 'carriage return'
	printf 'Package: a\nVersion: 1\nArchitecture: all\nX: y\0z\n' >control
	bad_control 'NUL'
	printf 'Package: a\nVersion: 1\nArchitecture: all\nno field\n' >control
	bad_control 'no field'
	printf '' >control
	bad_control 'no fields'
	printf 'Package: a\nVersion: 1\n' >control
	bad_control 'no Architecture'
}

bad_control() {
	tar -c ./control >control.tar
	make_ar bad.deb debian-binary=bin control.tar=control.tar data.tar=data.tar
	refused bad.deb "$1"
}

@test "names that would lead elsewhere in the pool are refused" { # T39
	parts
	for field in 'Package: ../../etc' 'Package: a/b' 'Package: -rf' 'Package: .hidden' 'Version: 1/../../x' \
		'Version: 1 2' 'Architecture: ../all' 'Architecture: source' 'Source: ../../x' 'Source: a/b' \
		"$(printf 'Package: a\033[31m')"; do
		{
			printf 'Package: a\nVersion: 1\nArchitecture: all\n' | grep -v "^${field%%:*}:"
			echo "$field"
		} >control
		bad_control "${field%%:*}: "
	done
}

@test "a path of data.tar with .. is refused; absolute ones are listed without the slash" {
	parts
	tar -P -c --transform 's,usr/x,../../etc/x,' ./usr/x >up.tar
	make_ar bad.deb debian-binary=bin control.tar=control.tar data.tar=up.tar
	refused bad.deb '".."'
	tar -P -c --transform 's,\./usr/x,/usr/x,' ./usr/x >abs.tar
	make_ar abs.deb debian-binary=bin control.tar=control.tar data.tar=abs.tar
	upload --file abs.deb
	chantal -q publish repo --repo-id r
	gzip -dc www/r/dists/stable/main/Contents-all.gz | grep -E '^usr/x[ 	]+good$' ||
		gzip -dc www/r/dists/stable/main/Contents-amd64.gz | grep -E '^usr/x[ 	]+good$'
}

# zeros NAME SIZE: a tar with one file of zeros.
zeros() {
	python3 -c 'import sys, tarfile
i = tarfile.TarInfo(sys.argv[1]); i.size = int(sys.argv[2])
sys.stdout.buffer.write(i.tobuf(tarfile.GNU_FORMAT))' "$1" "$2"
	head -c "$2" /dev/zero
}

@test "bombs are cut off in little time and memory" { # T3
	parts
	zeros ./control $((40 << 20)) | gzip -1 >control.tar.gz
	make_ar control.deb debian-binary=bin control.tar.gz=control.tar.gz data.tar=data.tar
	refused control.deb 'control is larger than'
	zeros ./postinst $((40 << 20)) | gzip -1 >control.tar.gz
	make_ar control.deb debian-binary=bin control.tar.gz=control.tar.gz data.tar=data.tar
	refused control.deb 'more than the 16777216 bytes'
	zeros ./usr/x $((1 << 30)) | zstd -q -1 >data.tar.zst
	make_ar data.deb debian-binary=bin control.tar=control.tar data.tar.zst=data.tar.zst
	command time -f %M -o memory chantal-fetch --repo r --files apt data.deb >stream || :
	grep -q '"code":"malformed".*more than the [0-9]* bytes' stream
	[ "$(tail -n 1 memory)" -lt 32768 ]
}

@test "uploads go to a component, and are found there" {
	upload --file "$DEBS/z-xz.deb"
	upload --component contrib --file "$DEBS/all.deb"
	chantal -q publish repo --repo-id r
	[ -f www/r/pool/main/z/z-xz/z-xz_1.0_amd64.deb ]
	[ -f www/r/pool/contrib/a/all/all_1_all.deb ]
	grep -x 'Components: contrib main' www/r/dists/stable/Release || grep -x 'Components: main contrib' www/r/dists/stable/Release
	gzip -dc www/r/dists/stable/contrib/binary-amd64/Packages.gz | grep -x 'Package: all'
	run -2 --separate-stderr upload --component ../x --file "$DEBS/all.deb"
	[[ $stderr == *component* ]]
}

@test "the component of the configuration is the default" {
	repository two hosted 'apt: {distribution: stable, components: [universe, main]}'
	repository three hosted 'apt: {distribution: stable, component: local/extra}'
	chantal -q package upload --repo-id two --file "$DEBS/all.deb"
	chantal -q package upload --repo-id three --file "$DEBS/all.deb"
	packages_of two | grep -x 'all all 1 pool/universe/a/all/all_1_all.deb'
	packages_of three | grep -x 'all all 1 pool/local/extra/a/all/all_1_all.deb'
}

@test "identical bytes again are fine; other bytes of a version need --force" { # T115
	make_deb one.deb a 1 all
	make_deb two.deb a 1 all 'Section: other'
	cp one.deb copy.deb
	upload --file one.deb --file copy.deb
	upload --file copy.deb
	[ "$(packages_of r)" = 'all a 1 pool/main/a/a/a_1_all.deb' ]
	run -1 --separate-stderr upload --file two.deb
	[[ $stderr == *'other bytes'*'--force'* ]]
	run -1 upload --component contrib --file two.deb
	chantal-catalog cat r | grep -q "$(sha256_of one.deb)"
	upload --component contrib --file one.deb
	packages_of r >got
	printf 'all a 1 pool/%s/a/a/a_1_all.deb\n' contrib main >wanted
	diff wanted got
	upload --force --file two.deb
	packages_of r >got
	diff <(tail -n 1 wanted) got
	chantal-catalog cat r | grep -q "$(sha256_of two.deb)"
}

@test "a bad file among good ones: status 1, it is named, the others are there" { # T115 L44
	echo junk >bad.deb
	run -1 --separate-stderr upload --file "$DEBS/all.deb" --file bad.deb --file "$DEBS/i386.deb"
	[[ $stderr == *'bad.deb'*'not an ar archive'* ]]
	[ "$(packages_of r | wc -l)" = 2 ]
}

@test "of a folder the packages are taken, and what belongs to a source is not taken for one" {
	mkdir -p in/deeper
	cp "$DEBS/all.deb" "$DEBS/inst.udeb" "$DEBS/symbols.ddeb" in
	make_source in hello 1.2-3
	echo x >in/hello_1.2-3_amd64.changes
	echo x >in/README
	cp "$DEBS/i386.deb" in/deeper
	upload --directory in
	packages_of r | cut -d' ' -f2 | LC_ALL=C sort | xargs >got
	[ "$(cat got)" = 'all hello inst z-gzip-dbgsym' ]
	upload --directory in --recursive
	[ "$(packages_of r | wc -l)" = 5 ]
}

@test "a folder of packages becomes a signed archive, without a configuration" {
	unset CHANTAL_CONFIG
	export CHANTAL_HOME=$W/other
	cp "$DEBS/files.deb" "$DEBS/all.deb" .
	mkdir -m 700 g
	gpg --homedir g --batch --quiet --import "$KEYS/mirror.sec" 3>&-
	chantal-fetch --files apt files.deb all.deb |
		chantal-pool -q add --allow-file . |
		chantal-index --gnupg-home g --sign-key mirror@example.org |
		chantal-publish -q www
	gpgconf --homedir g --kill all
	"$BATS_TEST_DIRNAME/bin/apt-tree" --keyring "$KEYS/mirror.gpg" --only-listed www stable
	[ "$(find www/pool -name '*.deb' | wc -l)" = 2 ]
}

@test "packages uploaded long after they were made stay in the pool" { # L23
	cp "$DEBS/all.deb" old.deb
	touch -d '2001-01-01' old.deb
	upload --file old.deb
	digest=$(sha256_of old.deb)
	[ "$(find store/pool -name "$digest*" -newermt '1 hour ago' | wc -l)" = 1 ]
}

@test "names of files do not matter: blanks, a plus, a leading minus" {
	cp "$DEBS/all.deb" 'a b+c.deb'
	cp "$DEBS/i386.deb" ./-rf.deb
	upload --file 'a b+c.deb' --file ./-rf.deb
	[ "$(packages_of r | wc -l)" = 2 ]
}

@test "a repository of another type has no components" {
	cat >>config.yaml <<-END
	  - id: files
	    type: http
	    mode: hosted
	END
	run -2 --separate-stderr chantal package upload --repo-id files --component main --file "$DEBS/all.deb"
	[[ $stderr == *'no components'* ]]
}

@test "a flat repository takes uploads too; it has no components" {
	repository flat hosted 'apt: {distribution: ./}' "$SIGN"
	make_source src hello 1.2-3
	chantal -q package upload --repo-id flat --file "$DEBS/all.deb" --file src/hello_1.2-3.dsc
	run -2 --separate-stderr chantal package upload --repo-id flat --component main --file "$DEBS/lib.deb"
	[[ $stderr == *'no components'* ]]
	chantal -q publish repo --repo-id flat
	source_line deb [mirror] "$URL/www/flat" ./
	source_line deb-src [mirror] "$URL/www/flat" ./
	apt_update
	apt apt-get -qy install --download-only all
	cmp "$DEBS/all.deb" "$APTROOT/var/cache/apt/archives/all_1_all.deb"
	(mkdir got && cd got && apt apt-get source --download-only hello)
}

@test "the same packages give the same tree" {
	export SOURCE_DATE_EPOCH=1700000000
	repository again hosted "$SIGN" "apt: {distribution: stable, include_contents: true, label: r, origin: x}"
	repository first hosted "$SIGN" "apt: {distribution: stable, include_contents: true, label: r, origin: x}"
	chantal -q package upload --repo-id again --directory "$DEBS"
	for deb in $(printf '%s\n' "$DEBS"/* | LC_ALL=C sort -r); do
		chantal -q package upload --repo-id first --file "$deb"
	done
	chantal -q publish repo --repo-id again
	chantal -q publish repo --repo-id first
	diff -r --exclude=.chantal www/again/dists www/first/dists
}

@test "apt installs what was uploaded: every compression, an epoch, a dependency" {
	make_deb app.deb app 2.0 amd64 'Depends: libepoch++2 (>= 1:2.0~rc1), z-zstd, z-none'
	make_source src hello 1:1.2-3
	upload --file app.deb --directory "$DEBS" --file src/hello_1.2-3.dsc
	chantal -q publish repo --repo-id r
	source_line deb [mirror] "$URL/www/r" stable main
	source_line deb-src [mirror] "$URL/www/r" stable main
	apt_update
	apt_names | grep -x 'app 2.0 amd64'
	apt_names | grep -x 'libepoch++2 1:2.0~rc1+b2-1 amd64'
	apt apt-get -qy install --download-only app z-gzip z-xz files lists lib
	[ "$(find "$APTROOT/var/cache/apt/archives" -name '*.deb' | wc -l)" = 10 ]
	apt apt-cache show lists | grep -x '  two, verbatim'
	(mkdir got && cd got && apt apt-get source --download-only hello)
	cmp src/hello_1.2.orig.tar.gz got/hello_1.2.orig.tar.gz
	real_install app
	[ "$(cat root/usr/share/doc/app/README)" = 'app 2.0' ]
	[ "$(cat 'root/usr/share/z-none/data file')" = 'z-none 1.0 amd64' ]
}

# real_install NAME...: with dpkg, into root/.
real_install() {
	mkdir -p root/var/lib/dpkg/{info,updates,triggers}
	: >root/var/lib/dpkg/status
	: >root/var/lib/dpkg/available
	apt apt-get -qy install -o Dir::State::status="$W/root/var/lib/dpkg/status" \
		-o Dpkg::Options::="--root=$W/root" -o Dpkg::Options::=--force-not-root \
		-o Dpkg::Options::=--force-script-chrootless -o Dpkg::Options::=--log=/dev/null \
		-o Dpkg::Use-Pty=false --allow-unauthenticated=false "$@"
}

@test "apt takes what replaced an uploaded package, and a component of its own" {
	make_deb one.deb a 1 all
	make_deb two.deb a 2 all
	make_deb extra.deb extra 1 all
	upload --file one.deb
	upload --component contrib --file extra.deb
	chantal -q publish repo --repo-id r
	source_line deb [mirror] "$URL/www/r" stable main contrib
	apt_update
	apt_names >got
	diff <(printf 'a 1 all\nextra 1 all\n') got
	upload --file two.deb
	chantal -q publish repo --repo-id r
	apt_update
	apt apt-cache policy a | grep 'Candidate: 2'
}
