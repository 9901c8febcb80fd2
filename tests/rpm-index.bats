#!/usr/bin/env bats
# Type rpm, the verbs index and check-tree: what is written, from what is kept.
# shellcheck disable=SC2154,SC2034,SC2030,SC2031 # bats sets stderr; rpm.bash reads W; tests are subshells

load helpers
load rpm

RPM=$BUILD/libexec/chantal/plugins/rpm

setup_file() {
	rpm_tree
	signing_home
}

teardown_file() { signing_home_end; }

setup() {
	common_setup
	W=$BATS_TEST_TMPDIR
	OFF='verify: {enabled: false}'
	SIGN="gpg: {enabled: true, key_file: $KEYS/mirror.sec}"
}

# only PATTERN: the line of a filter that keeps names that match
only() { printf 'filters: {patterns: {include: ["%s"]}}' "$1"; }

# names TREE: name-version of its packages, sorted
names() {
	data "$1" primary | awk -F'[<>"]' '
		/<name>/ { n = $3 } /<version / { print n "-" $5 }' | LC_ALL=C sort | tr '\n' ' '
}

# problems TREE: what check-tree says
problems() { "$RPM" check-tree "$1" | jq -r '.path + ": " + .message'; }

# sound TREE: every digest and size of repomd.xml, looked at without our code
sound() {
	python3 - "$1" <<-'END'
	import bz2, gzip, hashlib, lzma, subprocess, sys
	import xml.etree.ElementTree as E
	root = sys.argv[1] + "/"
	ns = "{http://linux.duke.edu/metadata/repo}"
	def opened(b):
	    if b[:2] == b"\x1f\x8b": return gzip.decompress(b)
	    if b[:3] == b"BZh": return bz2.decompress(b)
	    if b[:4] == b"\xfd7zX": return lzma.decompress(b)
	    if b[:4] == b"\x28\xb5\x2f\xfd": return subprocess.run(["zstd", "-dc"], input=b, stdout=-1, check=True).stdout
	    return b
	for d in E.parse(root + "repodata/repomd.xml").getroot().findall(ns + "data"):
	    href = d.find(ns + "location").get("href")
	    b = open(root + href, "rb").read()
	    o = opened(b)
	    c, oc = d.find(ns + "checksum"), d.find(ns + "open-checksum")
	    assert hashlib.new(c.get("type"), b).hexdigest() == c.text, href
	    assert int(d.find(ns + "size").text) == len(b), href
	    assert (oc is None) == (o == b), href
	    if oc is not None:
	        assert hashlib.new(oc.get("type"), o).hexdigest() == oc.text, href
	        assert int(d.find(ns + "open-size").text) == len(o), href
	    if href.endswith(".xml") or o != b and b".yaml" not in href.encode():
	        E.fromstring(o)
	END
}

# bytes_of TREE TYPE NAME: the element of this package as it stands there
bytes_of() {
	data "$1" "$2" | awk -v n="$3" '
		/<package / { text = ""; on = 1 }
		on { text = text $0 "\n" }
		/<\/package>/ { if (index(text, "<name>" n "</name>") || index(text, "\" name=\"" n "\" arch")) printf "%s", text; on = 0 }'
}

@test "what is kept has upstream's bytes in primary, filelists and other" {
	upstream
	repository r filtered "$OFF" "$(only '^(hello|libfoo)$')"
	mirror r
	[ "$(names www/r)" = 'hello-1.0 hello-1.0 hello-1.1 hello-1.1 libfoo-2.0 ' ]
	sound www/r
	for type in primary filelists other; do
		for name in hello libfoo; do
			bytes_of up $type $name >want
			[ -s want ]
			bytes_of www/r $type $name | cmp - want
		done
		data www/r $type | grep -q 'packages="5"'
		[ "$(pkgids www/r $type)" = "$(pkgids www/r)" ]
	done
	[ "$(problems www/r)" = '' ]
	run ! test -e www/r/repodata/repomd.xml.asc
}

@test "data are listed in createrepo_c's order, derived ones are gone" {
	upstream
	types up | grep -q primary_db
	repository r filtered "$OFF" "$(only '^(hello|greet)')"
	mirror r
	[ "$(types www/r | tr '\n' ' ')" = 'primary filelists other group group_gz modules updateinfo ' ]
	for type in primary filelists other modules updateinfo; do
		[[ "$(href www/r $type)" =~ ^repodata/[0-9a-f]{64}-$type\.(xml|yaml)\.gz$ ]]
	done
	sound www/r
}

@test "what loses nothing stays upstream's file, with its name and bytes" {
	upstream
	repository r filtered "$OFF" "$(only .)"
	mirror r
	for type in primary filelists other group modules; do
		[ "$(href www/r $type)" = "$(href up $type)" ]
		cmp "www/r/$(href www/r $type)" "up/$(href up $type)"
	done
	# Upstream's updateinfo names a package that is not there.
	[ "$(href www/r updateinfo)" != "$(href up updateinfo)" ]
	sound www/r
	# The whole of it, when it is all ours to write.
	rm -rf up www store config.yaml
	small hello-doc libfoo
	repository s filtered "$OFF" "$(only .)"
	mirror s
	cmp www/s/repodata/repomd.xml up/repodata/repomd.xml
}

@test "errata follow the packages: by NEVRA with epoch, and by stream" {
	upstream
	repository r filtered "$OFF" "$(only '^(hello|libfoo|hello-doc)$')"
	mirror r
	[ "$(data www/r updateinfo | sed -n 's/.*<id>\(.*\)<.id>/\1/p' | tr '\n' ' ')" = 'FIX-2020:1 FIX-2020:2 FIX-2020:2 ' ]
	run ! grep -E 'hello-data|name="gone"|greet' <(data www/r updateinfo | grep '<package')
	data www/r updateinfo | grep -q 'Example &amp; sons'
	[ "$(problems www/r)" = '' ]
	sed -i 's/libfoo|hello-doc/greet/' config.yaml
	mirror r
	[ "$(data www/r updateinfo | sed -n 's/.*<id>\(.*\)<.id>/\1/p' | tr '\n' ' ')" = 'FIX-2020:1 FIX-2020:3 ' ]
}

@test "a filter of one package keeps its errata only" {
	upstream
	repository r filtered "$OFF" "$(only '^hello-doc$')"
	mirror r
	[ "$(data www/r updateinfo | grep -c '<update ')" -eq 1 ]
	sed -i 's/hello-doc/caret/' config.yaml
	mirror r
	[ "$(types www/r | tr '\n' ' ')" = 'primary filelists other group group_gz ' ]
	sound www/r
}

@test "streams follow their packages, and modules.yaml keeps its bytes" {
	upstream
	repository r filtered "$OFF" 'filters: {where: ["version!=2.0-1.module+el9+3"], patterns: {include: ["^greet$"]}}'
	mirror r
	data www/r modules >ours
	modulemd-validator ours
	grep -q 'stream: 1.10$' ours
	run ! grep -E 'stream: "2.0"|greet-lib-0' ours
	grep -q 'greet-0:1.10-1.module+el9+2.src' ours
	[ "$(grep -c '^document: modulemd$' ours)" -eq 2 ]
	[ "$(problems www/r)" = '' ]
}

@test "packages of a module without modules.yaml are refused in words" {
	small greet hello-doc
	repository r filtered "$OFF" "$(only .)"
	chantal -q repo sync --repo-id r
	run -3 --separate-stderr chantal -q publish repo --repo-id r
	[[ "$stderr" == *'greet 1.10-1.module+el9+2 x86_64: is part of a module, but no modules.yaml'*'require_modules: false'* ]]
	sed -i '/id: r$/a\    rpm: {require_modules: false}' config.yaml
	chantal -q publish repo --repo-id r
	# The strict check tells it all the same.
	[[ "$(problems www/r)" == *'greet-0:1.10-1.module+el9+2.x86_64 is part of a module'* ]]
}

@test "groups are copied, and pruned when asked for" {
	upstream
	repository r filtered "$OFF" "$(only '^hello$')"
	mirror r
	cmp "www/r/$(href www/r group)" "up/$(href up group)"
	sed -i '/id: r$/a\    rpm: {prune_groups: true}' config.yaml
	mirror r
	sound www/r
	data www/r group >ours
	[ "$(grep -c packagereq ours)" -eq 1 ]
	run ! grep -q tools ours
	grep -q '<groupid>greeters</groupid>' ours
}

@test "susedata is cut by package, patterns pass, whatever is unknown too" {
	upstream "$SUSE"
	repository r filtered "$OFF" "$(only '^hello$')"
	mirror r
	[ "$(pkgids www/r susedata)" = "$(pkgids www/r)" ]
	cmp "www/r/$(href www/r patterns)" "up/$(href up patterns)"
	sound www/r
	# An unknown type that is by package would tell of those that are gone.
	by_pkgid up/repodata/*-primary.xml.gz odd http://example.org/odd '<odd/>' >oddities.xml
	echo '<remarks/>' >remarks.xml
	add_data up oddities oddities.xml
	add_data up remarks remarks.xml
	echo '<prestodelta/>' >prestodelta.xml
	add_data up prestodelta prestodelta.xml
	retell up
	mirror r
	run ! grep -e oddities -e prestodelta www/r/repodata/repomd.xml
	[ "$(data www/r remarks)" = '<remarks/>' ]
	[ "$(problems www/r)" = '' ]
}

@test "each compression, and upstream's when nothing is said" {
	small hello libfoo caret
	repository r filtered "$OFF" "$(only hello)" 'metadata: {compression: auto}'
	for form in xz:xz bz2:bz2 gz:gz; do
		again --general-compress-type="${form%:*}"
		rm -rf www store
		mirror r
		[[ "$(href www/r primary)" == *.xml.${form#*:} ]]
		sound www/r
		data www/r filelists | sha256sum >>same
	done
	for form in gzip:gz xz:xz zstandard:zst bzip2:bz2 none:xml; do
		word=${form%:*}
		sed -i "s/compression: .*}/compression: $word}/" config.yaml
		mirror r
		[[ "$(href www/r other)" == *.${form#*:} ]]
		sound www/r
		data www/r filelists | sha256sum >>same
		# What has this form already stays as it is.
		cp -rL www/r form
		repository "of-$word" filtered "$OFF" "feed: file://$W/form/" "$(only .)"
		mirror "of-$word"
		cmp "www/of-$word/repodata/repomd.xml" form/repodata/repomd.xml
		rm -rf form
	done
	[ "$(sort -u same | wc -l)" -eq 1 ]
	# A file that loses nothing is written anew when its form is another.
	sed -i 's/include: \["hello"\]/include: ["."]/' config.yaml
	mirror r
	[[ "$(href www/r primary)" == *-primary.xml ]]
	[ "$(problems www/r)" = '' ]
}

@test "any order of lines gives the same bytes, and so does an emptied cache" {
	upstream
	repository r filtered "$OFF" "$(only '^(hello|greet|caret)')"
	mirror r
	cp -r www/r first
	chantal-catalog cat r | jq -c . >s
	{ grep '"record":"repo"' s; grep -v -e '"record":"repo"' -e '"record":"end"' s | shuf; grep '"record":"end"' s; } >t
	chantal-index --repo r <t >lines
	chantal-publish "$W/again" <lines
	same_bytes again first
	rm -rf store/cache/index
	(umask 077 && export TZ=Asia/Tokyo LC_ALL=C && chantal-index --repo r <t >lines)
	chantal-publish "$W/third" <lines
	same_bytes third first
}

@test "the second index of the same packages makes nothing" {
	upstream
	repository r filtered "$OFF" "$(only '^(hello|greet|caret)')"
	mirror r
	cp -r www/r first
	chantal-catalog cat r >s
	# The run as a whole is forgotten.
	rm -f store/cache/index/r.last
	run --separate-stderr chantal-index -v --repo r <s
	[[ "$stderr" == *'0 groups of metadata to make'* ]]
	printf '%s\n' "$output" >lines
	chantal-publish "$W/again" <lines
	same_bytes again first
	# A damaged one is made anew.
	rm store/cache/index/r.last
	for file in store/cache/index/r/*-w-*; do
		chmod u+w "$file"
		cp "$file" copy
		echo damaged >>copy
		mv -f copy "$file"
	done
	run --separate-stderr chantal-index -v --repo r <s
	[[ "$stderr" == *' groups of metadata to make'* ]]
	[[ "$stderr" != *'0 groups of metadata to make'* ]]
	printf '%s\n' "$output" >lines
	chantal-publish "$W/third" <lines
	same_bytes third first
}

@test "revision and times are upstream's, tags stay" {
	small hello caret
	again --revision 1500000000 --set-timestamp-to-revision --repo rtag --content ctag --distro 'cpe:/o:x:1,Example 1'
	repository r filtered "$OFF" "$(only hello)"
	mirror r
	[ "$(grep -c 1500000000 www/r/repodata/repomd.xml)" -eq 4 ]
	grep -A5 '<tags>' up/repodata/repomd.xml | tr -d ' ' | cmp - <(grep -A5 '<tags>' www/r/repodata/repomd.xml | tr -d ' ')
	chantal-catalog cat r >s
	SOURCE_DATE_EPOCH=1600000001 chantal-index --repo r <s >lines
	chantal-publish "$W/dated" <lines
	[ "$(grep -c 1600000001 dated/repodata/repomd.xml)" -eq 4 ]
}

@test "a target never gets an older revision" {
	small hello caret
	again --revision 1500000000 --set-timestamp-to-revision
	repository r filtered "$OFF" "$(only .)"
	mirror r
	sed -i 's/include: \["."\]/include: ["hello"]/' config.yaml
	mirror r
	sed -n 's/.*<revision>\(.*\)<.*/\1/p' www/r/repodata/repomd.xml >revision
	[ "$(cat revision)" -gt 1500000000 ]
}

@test "repomd.xml is signed, and its key lies beside it" {
	upstream
	repository r filtered "$OFF" "$(only hello)" "$SIGN"
	mirror r
	mkdir -m 700 home2
	gpg --homedir home2 --batch --quiet --import www/r/repodata/repomd.xml.key
	gpg --homedir home2 --batch --verify www/r/repodata/repomd.xml.asc www/r/repodata/repomd.xml
	gpgconf --homedir home2 --kill all
	[ "$(problems www/r)" = '' ]
	rm www/r/repodata/repomd.xml.asc
	[[ "$(problems www/r)" == *'repomd.xml.asc: it is not there'* ]]
}

@test ".treeinfo has the digest of our repomd.xml" {
	upstream
	sed -i "s|^\[images-x86_64\]|repodata/repomd.xml = sha256:$(sha256_of up/repodata/repomd.xml)\n\n&|" up/.treeinfo
	repository r filtered "$OFF" "$(only hello)"
	mirror r
	grep -q "^repodata/repomd.xml = sha256:$(sha256_of www/r/repodata/repomd.xml)\$" www/r/.treeinfo
	diff <(grep -v repomd.xml up/.treeinfo) <(grep -v repomd.xml www/r/.treeinfo)
	[ "$(problems www/r)" = '' ]
	sed -i 's/^repodata.*/repodata\/repomd.xml = sha256:'"$(printf '%064d' 0)"'/' www/r/.treeinfo
	[[ "$(problems www/r)" == *'its sha256 is not that of .treeinfo'* ]]
}

@test "hosted: what is uploaded is in all three files, an empty one is valid" {
	repository r hosted
	cp "$RPMS"/plain/hello-1.1-1.x86_64.rpm "$RPMS"/plain/libfoo-* .
	chantal -q package upload --repo-id r --file hello-1.1-1.x86_64.rpm --file libfoo-2.0-1.x86_64.rpm
	chantal -q publish repo --repo-id r
	[ "$(names www/r)" = 'hello-1.1 libfoo-2.0 ' ]
	[ "$(types www/r | tr '\n' ' ')" = 'primary filelists other ' ]
	[[ "$(href www/r primary)" == *-primary.xml.gz ]]
	sound www/r
	[ "$(problems www/r)" = '' ]
	for type in filelists other; do
		[ "$(pkgids www/r $type)" = "$(pkgids www/r)" ]
	done
	printf '%s\n' '{"record":"repo","repo":"e","v":1,"type":"rpm","mode":"hosted"}' '{"record":"end","repo":"e","status":"ok"}' >s
	chantal-index --repo r <s >lines
	chantal-publish "$W/empty" <lines
	sound empty
	for type in primary filelists other; do
		data empty $type | grep -q 'packages="0"'
	done
	[ "$(problems empty)" = '' ]
}

@test "an uploaded package of a module is refused in words" {
	repository r hosted
	chantal -q package upload --repo-id r --file "$RPMS/plain/greet-2.0-1.module+el9+3.x86_64.rpm"
	run -3 --separate-stderr chantal -q publish repo --repo-id r
	[[ "$stderr" == *'is part of a module'*'require_modules: false'* ]]
	sed -i '/id: r$/a\    rpm: {require_modules: false}' config.yaml
	chantal -q publish repo --repo-id r
	[ "$(names www/r)" = 'greet-2.0 ' ]
}

@test "uploads into a filtered repository are in its metadata" {
	small hello-doc caret
	repository r filtered "$OFF" "$(only hello)"
	chantal -q repo sync --repo-id r
	chantal -q package upload --repo-id r --file "$RPMS/plain/libfoo-2.0-1.x86_64.rpm"
	chantal -q publish repo --repo-id r
	[ "$(names www/r)" = 'hello-doc-1.0 libfoo-2.0 ' ]
	sound www/r
	[ "$(problems www/r)" = '' ]
	for type in filelists other; do
		[ "$(pkgids www/r $type)" = "$(pkgids www/r)" ]
		data www/r $type | grep -q 'packages="2"'
	done
	bytes_of www/r primary hello-doc | cmp - <(bytes_of up primary hello-doc)
}

@test "a view has the packages, errata, streams and groups of all" {
	upstream
	mv up one
	upstream
	mv up two
	cat >two.xml <<-END
	<comps><group><id>greeters</id><packagelist><packagereq type="optional">caret</packagereq>
	<packagereq type="mandatory">hello</packagereq></packagelist></group>
	<group><id>others</id><packagelist><packagereq>libfoo</packagereq></packagelist></group></comps>
	END
	modifyrepo_c --remove group two/repodata >/dev/null
	modifyrepo_c --remove group_gz two/repodata >/dev/null
	add_data two group two.xml --no-compress
	retell two
	repository one filtered "$OFF" "feed: file://$W/one/" "$(only '^(hello|greet)$')"
	repository two filtered "$OFF" "feed: file://$W/two/" "$(only '^(hello|caret|libfoo|greet-lib)$')"
	cat >>config.yaml <<-END
	views: [{name: v, repos: [one, two]}]
	END
	for id in one two; do chantal -q repo sync --repo-id $id; done
	chantal -q publish view --name v
	tree=$(dirname "$(dirname "$(find www -name repomd.xml)")")
	sound "$tree"
	[ "$(problems "$tree")" = '' ]
	[ "$(names "$tree")" = 'caret-1.0^git1 greet-1.10 greet-1.9 greet-2.0 greet-lib-1.10 hello-1.0 hello-1.0 hello-1.1 hello-1.1 libfoo-2.0 ' ]
	data "$tree" updateinfo | grep -q FIX-2020:3
	data "$tree" updateinfo | grep -q '<package name="libfoo"'
	data "$tree" modules >ours
	modulemd-validator ours
	grep -q greet-lib-0 ours
	[ "$(grep -c '^document: modulemd$' ours)" -eq 3 ]
	data "$tree" group >comps
	[ "$(grep -c '<id>greeters</id>' comps)" -eq 1 ]
	[ "$(grep -c '>hello</packagereq>' comps)" -eq 1 ]
	grep -q '>caret</packagereq>' comps
	grep -q '<id>others</id>' comps
}

@test "a view of repositories that have little in common" {
	upstream
	mv up one
	upstream "$SUSE"
	mv up two
	repository one filtered "$OFF" "feed: file://$W/one/" "$(only '^caret$')"
	repository two filtered "$OFF" "feed: file://$W/two/" "$(only '^(hello|libfoo)$')"
	repository three hosted
	echo 'views: [{name: v, repos: [one, two, three], metadata: {compression: zstandard}}]' >>config.yaml
	for id in one two; do chantal -q repo sync --repo-id $id; done
	chantal -q package upload --repo-id three --file "$RPMS/plain/hello-doc-1.0-1.noarch.rpm"
	chantal -q publish view --name v
	tree=$(dirname "$(dirname "$(find www -name repomd.xml)")")
	sound "$tree"
	[ "$(problems "$tree")" = '' ]
	[ "$(names "$tree")" = 'caret-1.0^git1 hello-1.0 hello-1.0 hello-1.1 hello-1.1 hello-doc-1.0 libfoo-2.0 ' ]
	[[ "$(href "$tree" primary)" == *.zst ]]
	data "$tree" updateinfo | grep -q FIX-2020:1
	[ "$(types "$tree" | tr '\n' ' ')" = 'primary filelists other group group_gz patterns susedata updateinfo ' ]
	# What is uploaded is what an advisory may be about, too.
	data "$tree" updateinfo | grep -q '<package name="hello-doc"'
}

@test "a mirror is refused in a view" {
	small caret
	repository one mirror "$OFF"
	repository two filtered "$OFF"
	for id in one two; do chantal -q repo sync --repo-id $id; done
	{ chantal-catalog cat one two; } >s
	run --separate-stderr chantal-index --policy first <s
	[ "$status" -ne 0 ]
	[[ "$stderr" == *mirror* ]]
}

@test "63,000 packages take less than 64 MB, in any order, half of them or all" {
	mkdir -p meta/r/repodata out
	echo '{"id":"r","type":"rpm","mode":"filtered"}' >config.json
	awk 'BEGIN {
		n = 63000
		x = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		ns = "http://linux.duke.edu/metadata/"
		p = "meta/r/repodata/primary.xml"; f = "meta/r/repodata/filelists.xml"; o = "meta/r/repodata/other.xml"
		printf "%s<metadata xmlns=\"%scommon\" xmlns:rpm=\"%srpm\" packages=\"%d\">\n", x, ns, ns, n >p
		printf "%s<filelists xmlns=\"%sfilelists\" packages=\"%d\">\n", x, ns, n >f
		printf "%s<otherdata xmlns=\"%sother\" packages=\"%d\">\n", x, ns, n >o
		for (i = 1; i <= n; i++) {
			id = sprintf("%064x", i); v = "<version epoch=\"0\" ver=\"1." i "\" rel=\"1\"/>"
			path = "Packages/p/package-" i "-1." i "-1.noarch.rpm"
			printf "<package type=\"rpm\"><name>package-%d</name><arch>noarch</arch>%s<checksum type=\"sha256\" pkgid=\"YES\">%s</checksum><summary>Number %d</summary><location href=\"%s\"/><format/></package>\n", i, v, id, i, path >p
			printf "<package pkgid=\"%s\" name=\"package-%d\" arch=\"noarch\">%s<file>/usr/share/%d</file></package>\n", id, i, v, i >f
			printf "<package pkgid=\"%s\" name=\"package-%d\" arch=\"noarch\">%s</package>\n", id, i, v >o
			printf "{\"record\":\"package\",\"repo\":\"r\",\"name\":\"package-%d\",\"arch\":\"noarch\",\"version\":\"1.%d-1\",\"path\":\"%s\",\"type\":\"rpm\",\"size\":1,\"sha256\":\"%s\"}\n", i, i, path, id >"packages"
		}
		print "</metadata>" >p; print "</filelists>" >f; print "</otherdata>" >o
	}'
	data='' inputs=''
	for type in primary filelists other; do
		file=repodata/$type.xml
		sum=$(sha256_of meta/r/$file)
		data+="${data:+,}{\"type\":\"$type\",\"as\":\"$file\",\"href\":\"$file\",\"checksum\":\"sha256:$sum\"}"
		inputs+="{\"record\":\"file\",\"repo\":\"r\",\"as\":\"$file\",\"role\":\"input\",\"sha256\":\"$sum\",\"size\":$(stat -c %s meta/r/$file)}"$'\n'
	done
	printf '{"record":"repo","repo":"r","v":1,"type":"rpm","mode":"filtered","date":"2024-11-09T10:10:10Z","rpm":{"revision":"1","data":[%s]}}\n%s' "$data" "$inputs" >head
	index() { # PACKAGES
		rm -rf out
		mkdir out
		cat head "$1" | /usr/bin/time -f %M -o kb "$RPM" index --config "$W/config.json" --meta "$W/meta" --out "$W/out" >lines
		[[ "$BUILD" == */san ]] || [ "$(cat kb)" -lt 65536 ]
	}
	index packages
	[ "$(jq -r 'select(.role == "metadata").path' lines | sort | tr '\n' ' ')" = 'repodata/filelists.xml repodata/other.xml repodata/primary.xml ' ]
	awk 'NR % 2' packages >half
	index half
	sound out
	[ "$(data out filelists | grep -c '<package ')" -eq 31500 ]
	[ "$(pkgids out filelists | sha256sum)" = "$(pkgids out | sha256sum)" ]
	mv out first
	shuf half >other
	index other
	same_bytes first out
}

@test "check-tree is stricter than clients" {
	upstream
	repository r filtered "$OFF" "$(only '^(hello|libfoo)$')"
	mirror r
	broken() { # SED OF PRIMARY: a tree whose repomd.xml vouches for it
		rm -rf bad work
		cp -rL www/r bad
		chmod -R u+w bad
		mkdir work
		data bad "${2-primary}" | sed "$1" >"work/${2-primary}.xml"
		modifyrepo_c --remove "${2-primary}" bad/repodata >/dev/null
		modifyrepo_c --mdtype "${2-primary}" "work/${2-primary}.xml" bad/repodata >/dev/null
	}
	broken s/packages=\"5\"/packages=\"6\"/
	[[ "$(problems bad)" == *'it says that it has 6 packages, but has 5'* ]]
	broken 's/xmlns=/xmlns:x=/;s/<metadata/<x:metadata/;s/<.metadata/<\/x:metadata/'
	[ -n "$(problems bad)" ]
	broken $'s/The package hello/The\x01 package hello/'
	[[ "$(problems bad)" == *byte* ]]
	broken '0,/<size package="[0-9]*"/s//<size package="7"/'
	[[ "$(problems bad)" == *' bytes, but '*' says 7'* ]]
	broken '0,/name="libfoo"/s/pkgid="[0-9a-f]*" name="libfoo"/pkgid="'"$(printf '%064d' 1)"'" name="libfoo"/' filelists
	[[ "$(problems bad)" == *'is not in primary: it is left over'* ]]
	[[ "$(problems bad)" == *'of primary is not in it'* ]]
	rm -rf bad
	cp -rL www/r bad
	chmod -R u+w bad
	file=$(hrefs bad | head -1)
	echo >>"bad/$file"
	[[ "$(problems bad)" == "$file: it has "* ]]
	rm "bad/$file"
	[[ "$(problems bad)" == "$file: it is not there"* ]]
	sed -i 's/<open-size>/<open-size>1/' bad/repodata/repomd.xml
	[[ "$(problems bad)" == *'unpacked it has'* ]]
	rm bad/repodata/repomd.xml
	[[ "$(problems bad)" == *'no client can use the tree'* ]]
	[ "$(problems www/r)" = '' ]
}
