#!/usr/bin/env bats
# Type rpm: what users of other mirrors have run into, rule by rule.
# shellcheck disable=SC2154 # bats sets output and stderr

load helpers
load rpm

setup_file() {
	rpm_tree
	signing_home
}

teardown_file() { signing_home_end; }

setup() {
	WWW=$BATS_TEST_TMPDIR PORT=0
	rpm_setup
}

teardown() { www_teardown; }

# fails STATUS TEXT COMMAND...: and says so.
fails() {
	local want=$1 text=$2
	shift 2
	run "$@"
	echo "$output"
	[ "$status" -eq "$want" ]
	[[ $output = *"$text"* ]]
}

# --- versions ---

# rivals POLICY ORDER: two repositories have one stream with other text, as a
# view by this policy; prints whose description is published.
rivals() {
	sed -i '/^views:/,$d' config.yaml
	printf 'views:\n  - name: all\n    repos: [%s]\n    policy: %s\n    gpg: {enabled: false}\n' "$2" "$1" >>config.yaml
	chantal -q publish view --name all || return
	chantal-publish --check www/views/all/latest
	data www/views/all/latest modules >both.yaml
	modulemd-validator both.yaml >&2
	[ "$(grep -c '^  version: 20200301' both.yaml)" = 1 ]
	sed -n 's/.*Greetings of \(.*\)2\.0.*/\1/p' both.yaml | tr -d '"'
}

# default_of POLICY ORDER: which stream dnf takes as default in such a view.
default_of() {
	sed -i '/^views:/,$d' config.yaml
	printf 'views:\n  - name: all\n    repos: [%s]\n    policy: %s\n    gpg: {enabled: false}\n' "$2" "$1" >>config.yaml
	chantal -q publish view --name all || return
	data www/views/all/latest modules >both.yaml
	modulemd-validator both.yaml >&2
	[ "$(grep -c '^document: modulemd-defaults' both.yaml)" = 1 ]
	dnf_repo all "file://$W/www/views/all/latest"
	dnf -q --refresh module list | awk '$1 == "greet" && $3 == "[d]" { print $2 }'
}

@test "of two documents of one module stream the view's policy takes one" {
	local id
	for id in one two; do
		repository $id hosted 'gpg: {enabled: false}'
		modules_yaml | sed "s/Greetings of the stream/Greetings of $id/" >modules.yaml
		chantal -q package upload --repo-id $id --file modules.yaml --file "$(echo "$RPMS"/plain/greet-2.0*)"
	done
	[ "$(rivals first one,two)" = 'one ' ]
	[ "$(rivals last one,two)" = 'two ' ]
	[ "$(rivals first two,one)" = 'two ' ]
	[ "$(rivals newest two,one)" = 'two ' ]
	run rivals refuse one,two
	[ "$status" = 3 ]
	[[ $output == *'one and two have the module greet:'*'both, with other text'* ]]
	# Alike but for what is between documents, they are one.
	modules_yaml | sed 's/Greetings of the stream/Greetings of one/; s/^\.\.\.$//' >modules.yaml
	chantal -q package upload --repo-id two --file modules.yaml --force
	[ "$(rivals refuse one,two)" = 'one ' ]
}

@test "of two defaults of one module the view's policy takes one" {
	local id
	for id in one two; do
		repository $id hosted 'gpg: {enabled: false}'
		modules_yaml >modules.yaml
		[ $id = one ] || {
			module_stream '"2.0"' 20200301 ef567890 greet-0:2.0-1.module+el9+3.x86_64
			printf -- '---\ndocument: modulemd-defaults\nversion: 1\ndata: {module: greet, stream: "2.0"}\n'
		} >modules.yaml
		chantal -q package upload --repo-id $id --file modules.yaml --file "$(echo "$RPMS"/plain/greet-2.0*)"
	done
	[ "$(default_of first one,two)" = 1.10 ]
	[ "$(default_of last one,two)" = 2.0 ]
	[ "$(default_of first two,one)" = 2.0 ]
	[ "$(default_of newest two,one)" = 2.0 ]
	run default_of refuse one,two
	[ "$status" = 3 ]
	[[ $output == *'one and two have defaults of the module greet both, with other text'* ]]
}

@test "of three documents of one stream the last is there, though the first is like it" {
	local id
	for id in one two ten; do
		repository $id hosted 'gpg: {enabled: false}'
		modules_yaml | sed "s/Greetings of the stream/Greetings of ${id/ten/one}/" >modules.yaml
		chantal -q package upload --repo-id $id --file modules.yaml --file "$(echo "$RPMS"/plain/greet-2.0*)"
	done
	[ "$(rivals last one,two,ten)" = 'one ' ]
	[ "$(rivals first two,one,ten)" = 'two ' ]
}

@test "the newest version is rpm's: 10.el9 over 9.el9, ~ below, ^ above, epoch first" {
	small ordered epochal
	make_rpm up sign '1.0~rc1-1' noarch /usr/share/sign
	make_rpm up sign '1.0-1' noarch /usr/share/sign
	make_rpm up caret '1.0-1' noarch /usr/share/caret
	cp "$RPMS"/signed/caret* up
	mkdir up/more
	cp "$RPMS"/signed2/epochal* up/more
	again
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {post_processing: {only_latest_version: true}}'
	mirror f
	packages_of f | cut -d' ' -f1,2 | paste -sd, >got
	cat got
	[ "$(cat got)" = 'caret 1.0^git1-1,epochal 1:1.0-1,ordered 1.0-10.el9,sign 1.0-1' ]
	[ "$(pkgids www/f | wc -l)" -eq 4 ]
	[ "$(pkgids www/f)" = "$(pkgids www/f filelists)" ]
}

@test "check-updates sees a higher release as new" {
	small ordered-1.0-9
	repository f filtered "$VERIFY" "$NOSIGN"
	mirror f
	cp "$RPMS"/signed/ordered-1.0-10* up/
	again
	run -5 chantal repo check-updates --repo-id f
	[[ $output = *ordered*1.0-10.el9* ]]
}

@test "the newest of a module is the newest of each stream" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {post_processing: {only_latest_version: true}}'
	mirror f
	packages_of f | grep ^greet | cut -d' ' -f1,2 | paste -sd, >got
	cat got
	[ "$(cat got)" = 'greet 1.10-1.module+el9+2,greet 2.0-1.module+el9+3,greet-lib 1.10-1.module+el9+2' ]
	data www/f modules >modules.yaml
	modulemd-validator modules.yaml
	[ "$(grep -c '^document: modulemd$' modules.yaml)" -eq 2 ]
}

# --- digests ---

@test "sha1 to sha512 of upstream hold, and the catalog has sha256" {
	local sum
	small ordered
	for sum in sha sha224 sha384 sha512; do
		again --checksum $sum
		repository "$sum" filtered "$VERIFY" "$NOSIGN"
		mirror "$sum"
		[ "$(pkgids "www/$sum" | wc -l)" -eq 2 ]
		chantal-catalog cat "$sum" |
			jq -e -n '[inputs | select(.record == "package") | .sha256 | length] == [64, 64]'
	done
}

@test "md5 of upstream is refused" {
	small ordered
	again --checksum md5
	repository f filtered "$VERIFY" "$NOSIGN"
	fails 4 md5 chantal -q repo sync --repo-id f
	[ ! -e www/f ]
}

@test "a package with other bytes of the same size and time is not published" {
	local file
	small ordered
	file=$(ls up/*-9*.rpm)
	cp --preserve=timestamps "$file" time
	printf x | dd of="$file" bs=1 seek=2000 conv=notrunc status=none
	touch -r time "$file"
	repository m mirror "$VERIFY"
	run chantal -q repo sync --repo-id m
	[ "$status" -eq 4 ] || [ "$status" -eq 1 ]
	[[ $output = *ordered-1.0-9.el9.noarch.rpm* ]]
	[ ! -e www/m ]
}

@test "a package that upstream built again under its name comes with its new bytes" {
	local before
	small ordered-1.0-9
	repository m mirror "$VERIFY"
	mirror m
	before=$(sha256_of www/m/ordered-1.0-9.el9.noarch.rpm)
	make_rpm new ordered 1.0-9.el9 noarch /usr/share/rebuilt
	cp new/*.rpm up/
	again
	mirror m
	[ "$(sha256_of www/m/ordered-1.0-9.el9.noarch.rpm)" != "$before" ]
	cmp new/*.rpm www/m/ordered-1.0-9.el9.noarch.rpm
	[ "$(pkgids www/m)" = "$(sha256_of www/m/ordered-1.0-9.el9.noarch.rpm)" ]
	[ "$(packages_of m | wc -l)" -eq 1 ]
}

@test "a second run of what has not changed changes nothing" {
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	find www/f/ -type f -printf '%P %i %T@\n' | sort >before
	data www/f primary | sha256sum >>before
	mirror f
	find www/f/ -type f -printf '%P %i %T@\n' | sort >after
	data www/f primary | sha256sum >>after
	cmp before after
	[ -z "$(hrefs www/f | uniq -d)" ]
}

@test "two stores that are filled from one upstream publish the same bytes" {
	upstream
	export SOURCE_DATE_EPOCH=1700000000
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^caret]}}'
	mirror f
	mv www one
	rm -rf store
	mirror f
	same_bytes one/f www/f
}

# --- what is left out goes from all of the metadata ---

@test "what is kept is kept to the byte, in all three files" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^caret, ^epochal]}}'
	mirror f
	for type in primary filelists other; do
		data up "$type" | awk '
			/<package / { text = ""; inside = 1 }
			inside { text = text $0 "\n" }
			/<\/package>/ { if (text !~ /caret|epochal/) printf "%s", text; inside = 0 }' >want
		data www/f "$type" | sed -n '/<package /,/<\/package>/p' >got
		cmp want got
		data www/f "$type" | grep "packages=\"$(grep -c '<package ' want)\""
	done
}

@test "no name that is left out is anywhere in the tree" {
	local type
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'rpm: {prune_groups: true}' \
		"filters: {patterns: {exclude: ['^c\\+\\+tool', ^caret, ^libfoo, ^foo-bin]}}"
	mirror f
	for type in $(types www/f); do
		data www/f "$type" >text
		# Others may still depend on them.
		sed -i '/<rpm:entry /d' text
		run ! grep -E 'c\+\+tool|caret|libfoo|foo-bin' text
	done
	[ -z "$(find -L www/f -name '*caret*' -o -name '*libfoo*')" ]
}

@test "there is one primary, and no database, zchunk or delta of the whole set" {
	upstream
	add_zchunk up
	echo '<prestodelta/>' >prestodelta.xml
	add_data up prestodelta prestodelta.xml
	sign_repomd up/repodata
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^caret]}}'
	mirror f
	types www/f | paste -sd' '
	[ "$(types www/f | grep -c '^primary')" -eq 1 ]
	run ! grep -E '_zck|_db|prestodelta' www/f/repodata/repomd.xml
	[ -z "$(find -L www/f -name '*.zck' -o -name '*.sqlite*')" ]
}

@test "sizes and both digests of all metadata hold, in every form" {
	local form type file want
	upstream
	for form in gzip xz bzip2 zstandard none; do
		repository "$form" filtered "$VERIFY" "$NOSIGN" "metadata: {compression: $form}" \
			'filters: {patterns: {exclude: [^caret]}}'
		mirror "$form"
		for type in $(types "www/$form"); do
			file=www/$form/$(href "www/$form" "$type")
			record "www/$form" "$type" >record
			[ "$(stat -Lc %s "$file")" = "$(field size)" ]
			[ "$(sha256_of "$file")" = "$(field checksum)" ]
			[[ ${file##*/} = $(field checksum)-* ]]
			want=$(field open-checksum)
			[ -z "$want" ] || [ "$(data "www/$form" "$type" | sha256_of /dev/stdin)" = "$want" ]
			[ -z "$want" ] || [ "$(data "www/$form" "$type" | wc -c)" = "$(field open-size)" ]
		done
	done
}

# record TREE TYPE: its lines of repomd.xml; field NAME: a value of the file record.
record() { sed -n "/<data type=\"$2\">/,/<\/data>/p" "$1/repodata/repomd.xml"; }
field() { sed -n "s/.*<$1\( [^>]*\)\{0,1\}>\([^<]*\)<.*/\2/p" record; }

@test "metadata that are cut have the form that their name says" {
	upstream
	make_repodata up xz 2>/dev/null
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^hello-data]}}'
	mirror f
	for type in primary updateinfo modules; do
		[[ $(href www/f $type) = *.xz ]]
		xz -t "www/f/$(href www/f $type)"
	done
}

# --- advisories ---

@test "advisories lose packages that are left out, and go without any; the rest is as it was" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" "filters: {patterns: {exclude: [^hello-data, ^epochal]}}"
	mirror f
	data www/f updateinfo >got
	[ "$(grep -o '<id>[^<]*' got | paste -sd' ')" = \
		'<id>FIX-2020:1 <id>FIX-2020:2 <id>FIX-2020:3 <id>FIX-2020:2' ]
	run ! grep -E 'hello-data|name="gone"|epochal' got
	# Only whole elements are gone.
	data up updateinfo | diff - got | grep '^>' && false
	grep -F '<description>Fixes &lt;what&gt; was wrong.</description>' got
}

@test "an advisory is for its epoch" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {rpm: {epochs: {include: ["0"]}}}'
	mirror f
	packages_of f | grep -x 'epochal 1.0-1 noarch Packages/e/epochal-1.0-1.noarch.rpm'
	data www/f updateinfo | grep -o '<id>[^<]*' >got
	run ! grep FIX-2020:4 got
	grep FIX-2020:1 got
}

@test "packages are filtered by advisory" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" "filters: {where: ['rpm.advisory_severity=Critical']}"
	mirror f
	[ "$(packages_of f | cut -d' ' -f1,2)" = 'epochal 1:1.0-1' ]
	data www/f updateinfo | grep -o '<id>[^<]*' | paste -sd' ' >got
	[ "$(cat got)" = '<id>FIX-2020:4' ]
}

@test "in a mirror advisories stay as they are" {
	upstream
	repository m mirror "$VERIFY"
	mirror m
	cmp "up/$(href up updateinfo)" "www/m/$(href up updateinfo)"
	data www/m updateinfo | grep 'name="gone"'
}

# --- modules ---

@test "a stream whose packages are gone goes, with its default; 1.10 stays 1.10" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" "filters: {where: ['rpm.module!=greet:1.10']}"
	mirror f
	data www/f modules >modules.yaml
	modulemd-validator modules.yaml
	[ "$(grep -c '^document: modulemd$' modules.yaml)" -eq 1 ]
	grep '^  stream: "2.0"' modules.yaml
	run ! grep -x '  stream: 1.10' modules.yaml
}

@test "without modular packages there are no modules" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^greet]}}'
	mirror f
	run ! grep '"modules"' www/f/repodata/repomd.xml
	data www/f updateinfo >updateinfo
	run ! grep FIX-2020:3 updateinfo
}

@test "an artifact that upstream never had stays, one that is left out goes" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^greet-lib]}}'
	mirror f
	data www/f modules >modules.yaml
	modulemd-validator modules.yaml
	grep 'greet-0:1.10-1.module+el9+2.src' modules.yaml
	run ! grep greet-lib modules.yaml
	data up modules | grep -v greet-lib | cmp - modules.yaml
}

@test "modular packages without their stream are refused, unless that is said" {
	small greet
	repository f filtered "$VERIFY" "$NOSIGN"
	run chantal -q repo sync --repo-id f
	echo "$output"
	if [ "$status" -eq 0 ]; then
		run chantal -q publish repo --repo-id f
		echo "$output"
	fi
	[ "$status" -ne 0 ]
	[[ $output = *greet* ]]
	[ ! -e www/f/repodata ]
	repository g filtered "$VERIFY" "$NOSIGN" 'rpm: {require_modules: false}'
	chantal -q repo sync --repo-id g
	chantal -q publish repo --repo-id g
	[ "$(pkgids www/g | wc -l)" -eq 4 ]
}

# --- paths ---

@test "two packages with one file name in different folders are both there" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {include: [^epochal]}}'
	mirror f
	cmp up/Packages/e/epochal-1.0-1.noarch.rpm www/f/Packages/e/epochal-1.0-1.noarch.rpm
	cmp up/Rebuilt/epochal-1.0-1.noarch.rpm www/f/Rebuilt/epochal-1.0-1.noarch.rpm
	[ "$(hrefs www/f | paste -sd' ')" = \
		'Packages/e/epochal-1.0-1.noarch.rpm Rebuilt/epochal-1.0-1.noarch.rpm' ]
}

@test "a plus sign is asked for encoded, and published as it is" {
	small 'c++tool' caret
	web up
	repository m mirror "feed: $FEED/" "$VERIFY"
	mirror m
	grep -F '/c%2B%2Btool-1.0~rc1-1.x86_64.rpm 200' "$ASKED"
	[ -f 'www/m/c++tool-1.0~rc1-1.x86_64.rpm' ]
	[ -f 'www/m/caret-1.0^git1-1.noarch.rpm' ]
}

@test "a location outside of the repository is refused" {
	small ordered
	for href in ../ordered.rpm /etc/ordered.rpm a/../../ordered.rpm .. repodata/repomd.xml; do
		again
		rewrite_primary "s|href=\"ordered-1.0-9[^\"]*\"|href=\"$href\"|"
		repository "f" filtered "$VERIFY" "$NOSIGN"
		run chantal -q repo sync --repo-id f
		echo "$href: $status $output"
		[ "$status" -ne 0 ]
		[ -z "$(packages_of f 2>/dev/null | grep 1.0-9)" ]
		rm config.yaml
	done
}

# rewrite_primary SED: upstream's primary is edited, and told about rightly.
rewrite_primary() {
	data up primary | sed "$1" >primary.xml
	modifyrepo_c --remove primary up/repodata >/dev/null
	add_data up primary primary.xml --compress-type=gz
	sign_repomd up/repodata
}

@test "xml:base is refused in a mirror, and followed when filtered" {
	small ordered
	mkdir cdn
	mv up/ordered-1.0-9.el9.noarch.rpm cdn/
	web .
	rewrite_primary "s|<location href=\"ordered-1.0-9|<location xml:base=\"$FEED/cdn/\" href=\"ordered-1.0-9|"
	repository m mirror "feed: $FEED/up/" "$VERIFY"
	repository f filtered "feed: $FEED/up/" "$VERIFY" "$NOSIGN"
	run chantal -q repo sync --repo-id m
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *"mode mirror cannot publish"* ]]
	mirror f
	cmp cdn/ordered-1.0-9.el9.noarch.rpm www/f/ordered-1.0-9.el9.noarch.rpm
	data www/f primary >primary
	run ! grep -F xml:base primary
}

@test "two metadata with the same bytes are both published" {
	small ordered
	data up other >same.xml
	add_data up first same.xml --no-compress --simple-md-filenames
	add_data up second same.xml --no-compress --new-name=second.xml
	sed -i 's|repodata/[^"]*same.xml|repodata/first-same.xml|' up/repodata/repomd.xml
	mv up/repodata/same.xml up/repodata/first-same.xml 2>/dev/null || :
	sign_repomd up/repodata
	cat up/repodata/repomd.xml
	repository m mirror "$VERIFY"
	mirror m
	same_bytes up www/m
}

# --- upstream that changes ---

@test "metadata that upstream no longer has are gone, and stay in snapshots" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {include: [^hello]}}'
	mirror f
	chantal -q snapshot create --name before --repo-id f
	again
	mirror f
	run ! grep -E '"(updateinfo|modules|group)"' www/f/repodata/repomd.xml
	chantal -q publish snapshot --snapshot before --repo-id f
	data www/snapshots/f/before updateinfo | grep FIX-2020:1
	chantal-publish --check www/snapshots/f/before
}

@test "when metadata cannot be had, what is published stays" {
	upstream
	repository m mirror "$VERIFY"
	mirror m
	cp -RL www/m before
	cp --preserve=timestamps "$RPMS"/plain/caret* up/
	again
	rm up/repodata/*-filelists.xml.gz
	run chantal -q repo sync --repo-id m
	[ "$status" -ne 0 ]
	[[ $output = *filelists* ]]
	run chantal -q publish repo --repo-id m
	same_bytes before www/m
}

@test "a mirror that lacks a package is not published" {
	small ordered
	rm up/ordered-1.0-9*
	repository m mirror "$VERIFY"
	run chantal -q repo sync --repo-id m
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *ordered-1.0-9.el9.noarch.rpm* ]]
	[ ! -e www/m ]
}

@test "a package that is listed twice is published once, the one built last" {
	small ordered-1.0-9
	mkdir -p up/again
	make_rpm up/again ordered 1.0-9.el9 noarch /usr/share/other
	again
	repository f filtered "$VERIFY" "$NOSIGN"
	run chantal repo sync --repo-id f
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output = *ordered* ]]
	chantal -q publish repo --repo-id f
	chantal-publish --check www/f
	[ -z "$(hrefs www/f | uniq -d)" ]
}

@test "upstream's advisory that is there twice is no error" {
	upstream
	repository f filtered "$VERIFY" "$NOSIGN"
	mirror f
	[ "$(data www/f updateinfo | grep -c '<id>FIX-2020:2<')" -eq 2 ]
}

# --- installer ---

@test "a kickstart tree is mirrored with all its images, in its place" {
	local file
	upstream
	repository m mirror "$VERIFY"
	mirror m
	for file in .treeinfo images/Boot.ISO images/pxeboot/vmlinuz images/pxeboot/initrd.img LiveOS/50%.img; do
		cmp "up/$file" "www/m/$file"
	done
	chantal-catalog cat m | jq -r 'select(.record == "file") | .path' | sort | uniq -d >twice
	[ ! -s twice ]
}

@test "an image whose checksum does not hold is refused, in capitals and with a per cent sign too" {
	local file
	for file in images/Boot.ISO LiveOS/50%.img; do
		rm -rf up store
		upstream
		echo changed >"up/$file"
		repository m mirror "$VERIFY"
		run chantal -q repo sync --repo-id m
		echo "$output"
		[ "$status" -ne 0 ]
		[[ $output = *"${file##*/}"* ]]
		rm config.yaml
	done
}

@test "image checksums other than sha256 are checked" {
	upstream
	sed -i "s|^images/Boot.ISO = .*|images/Boot.ISO = sha512:$(sha512sum <up/images/Boot.ISO | cut -d' ' -f1)|" \
		up/.treeinfo
	repository m mirror "$VERIFY"
	mirror m
	sed -i 's|^\(images/Boot.ISO = sha512:\)........|\100000000|' up/.treeinfo
	run chantal -q repo sync --repo-id m
	[ "$status" -ne 0 ]
	[[ $output = *Boot.ISO* ]]
}

@test "a repository without .treeinfo is nothing special" {
	small ordered
	web up
	repository m mirror "feed: $FEED/" "$VERIFY"
	mirror m
	grep -F '/.treeinfo 404' "$ASKED"
	[ ! -e www/m/.treeinfo ]
}

@test "images may be left out, or be optional" {
	upstream
	rm up/images/Boot.ISO
	repository without mirror "$VERIFY" 'rpm: {include_installer: false}'
	repository some filtered "$VERIFY" "$NOSIGN" 'rpm: {optional_installer: true}'
	repository all filtered "$VERIFY" "$NOSIGN"
	mirror without
	[ ! -e www/without/images ]
	mirror some
	[ -f www/some/images/pxeboot/vmlinuz ]
	fails 1 Boot.ISO chantal -q repo sync --repo-id all
}

@test "the checksum of repomd.xml in .treeinfo is that of the published one, or absent" {
	local told
	upstream
	sed -i "s|^\[checksums\]|&\nrepodata/repomd.xml = sha256:$(sha256_of up/repodata/repomd.xml)|" up/.treeinfo
	repository m mirror "$VERIFY"
	repository f filtered "$VERIFY" "$NOSIGN" 'filters: {patterns: {exclude: [^caret]}}'
	mirror m
	cmp up/.treeinfo www/m/.treeinfo
	mirror f
	told=$(sed -n 's/^repodata.repomd.xml = sha256://p' www/f/.treeinfo)
	[ -z "$told" ] || [ "$told" = "$(sha256_of www/f/repodata/repomd.xml)" ]
	grep '^images/Boot.ISO = ' www/f/.treeinfo
}

@test "a change of .treeinfo alone is noticed" {
	upstream
	repository m mirror "$VERIFY"
	mirror m
	echo '# changed' >>up/.treeinfo
	mirror m
	cmp up/.treeinfo www/m/.treeinfo
}

# --- hosted ---

@test "packages of our own have gzip metadata, which every client reads" {
	repository own hosted "$NOSIGN"
	chantal -q package upload --repo-id own --file "$RPMS"/signed/caret*.rpm
	chantal -q publish repo --repo-id own
	[[ $(href www/own primary) = *.xml.gz ]]
	gzip -t "www/own/$(href www/own primary)"
	chantal-publish --check www/own
}

@test "a package that is uploaded to a filtered repository is in its metadata" {
	upstream
	make_rpm mine mine 1-1 noarch 'Requires: hello' /usr/share/mine
	repository f filtered "$VERIFY" "$NOSIGN"
	chantal -q package upload --repo-id f --file mine/*.rpm
	mirror f
	data www/f primary | grep -F '<name>mine</name>'
	data www/f filelists | grep -F /usr/share/mine
	packages_of f | grep '^mine 1-1 noarch'
}

@test "packages are never signed anew" {
	repository own hosted "$SIGN" 'rpm: {require_modules: false}'
	chantal -q package upload --repo-id own --directory "$RPMS/plain"
	chantal -q publish repo --repo-id own
	for file in "$RPMS"/plain/*.rpm; do sha256_of "$file"; done | sort >want
	pkgids www/own | diff want -
	find -L www/own -name '*.rpm' -exec sha256sum {} + | cut -d' ' -f1 | sort | diff want -
}

@test "modular packages of our own are refused, unless that is said" {
	repository own hosted "$NOSIGN"
	chantal -q package upload --repo-id own --file "$RPMS"/signed/greet-2*.rpm
	run chantal -q publish repo --repo-id own
	[ "$status" -ne 0 ]
	[[ $output = *greet*require_modules* ]]
	repository taken hosted "$NOSIGN" 'rpm: {require_modules: false}'
	chantal -q package upload --repo-id taken --file "$RPMS"/signed/greet-2*.rpm
	chantal -q publish repo --repo-id taken
	[ "$(pkgids www/taken | wc -l)" -eq 1 ]
}
