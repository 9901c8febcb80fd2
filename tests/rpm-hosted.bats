#!/usr/bin/env bats
# Type rpm: packages that are files here, their metadata made from their
# headers, and their signatures.  createrepo_c says what is right.  Names of
# requirements stand behind the tests.
# shellcheck disable=SC2154,SC2030,SC2031,SC2102 # bats sets stderr; [mirror] is a key

bats_require_minimum_version 1.5.0
load helpers
load rpm

setup_file() {
	rpm_packages
	signing_home
	ODD=$BATS_FILE_TMPDIR/odd
	build_spec "$ODD" "$BATS_TEST_DIRNAME/data/rpm/rich.spec"
	latin_spec >"$BATS_FILE_TMPDIR/latin.spec"
	build_spec "$ODD" "$BATS_FILE_TMPDIR/latin.spec"
	export ODD
}

teardown_file() { signing_home_end; }

setup() {
	common_setup
	W=$BATS_TEST_TMPDIR
	NOSIGN='gpg: {enabled: false}'
}

# build_spec DIR SPEC: what it makes, in DIR.
build_spec() {
	local work
	work=$(mktemp -d)
	HOME=$work SOURCE_DATE_EPOCH=1600000000 rpmbuild -ba --nodeps --quiet \
		--define "_topdir $work" --define "_rpmdir $1" --define "_srcrpmdir $1" \
		--define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
		--define '_invalid_encoding_terminates_build 0' --define '__os_install_post %{nil}' \
		--define 'debug_package %{nil}' --define '_build_id_links none' "$2" >"$work/log" 2>&1 3>&- || {
		cat "$work/log" >&2
		return 1
	}
	rm -rf "$work"
}

# Text that is not UTF-8: in a summary, names, a path, a change.
latin_spec() {
	printf 'Name: latin\nVersion: 1\nRelease: 1\nSummary: Caf\xe9 \xa9 na\xefve\nLicense: MIT\n'
	printf 'Vendor: J\xfcrgen\nRequires: b\xe9ta\nProvides: \xe9p\n%%description\nD\xe9j\xe0 vu\n%%install\n'
	printf 'mkdir -p %%{buildroot}/usr/bin; echo > %%{buildroot}/usr/bin/caf\xe9\n%%files\n/usr/bin/*\n'
	printf '%%changelog\n* Wed Mar 20 2024 J\xfcrgen <j@x> - 1-1\n- M\xf6glich\n'
}

# both DIR...: the packages of the folders, by createrepo_c in $W/theirs and
# uploaded and published by us in $W/www/r; those that are one package in
# several files, or need a module, are left out.
both() {
	repository r hosted "$NOSIGN"
	mkdir -p "$W/theirs"
	find "$@" -maxdepth 1 -name '*.rpm' ! -name 'empty-signed*' ! -name 'greet-*' -exec cp -t "$W/theirs" {} +
	createrepo_c --quiet --no-database --simple-md-filenames --compress-type gz "$W/theirs" 3>&-
	chantal -q package upload --repo-id r --directory "$W/theirs"
	chantal -q publish repo --repo-id r
	chantal-publish --check "$W/www/r"
}

# inspected FILE...: their records and rejects, a line each.
inspected() {
	[ -e "$W/config.yaml" ] || repository r hosted "$NOSIGN"
	chantal-fetch --repo r --files rpm "$@" >"$W/stream" 2>"$W/fetch.err" || :
	jq -c 'select(.record == "package" or .record == "reject")' "$W/stream"
}

# refused WORDS [TAG:TYPE=VALUE...]: a package with such a header is a reject
# that says so, and the one behind it is taken.
refused() {
	local words=$1
	shift
	"$BATS_TEST_DIRNAME/bin/rpm-header" odd.rpm "$@"
	refused_file odd.rpm "$words"
}

refused_file() {
	run -0 inspected "$1" "$RPMS/plain/hello-doc-1.0-1.noarch.rpm"
	[ "${#lines[@]}" = 2 ]
	jq -e --arg words "$2" '.record == "reject" and .code == "malformed" and
		(.message | contains($words)) and (.message | test("[\u0000-\u001f]") | not)' <<<"${lines[0]}"
	jq -e '.record == "package" and .name == "hello-doc"' <<<"${lines[1]}"
}

# piece KIND FILE: what the metadata say of an uploaded package.
piece() {
	repository one hosted "$NOSIGN"
	chantal -q package upload --repo-id one --file "$2"
	chantal -q publish repo --repo-id one
	data "$W/www/one" "$1"
}

# trusting ID [LINE...]: a hosted repository that takes what vendor signed.
trusting() {
	local id=$1
	shift
	repository "$id" hosted "$NOSIGN" \
		"verify: {enabled: true, key_files: [$KEYS/vendor.asc]${1:+, $1}}"
}

# --- createrepo_c ---

@test "metadata of packages with every kind of dependency, file and change agree with createrepo_c's (L6)" {
	both "$ODD" "$RPMS/plain"
	run -0 "$BATS_TEST_DIRNAME/bin/rpm-agree" "$W/theirs" "$W/www/r" lua-x lua-y
	[ "${lines[-1]}" = "$(find "$W/theirs" -name '*.rpm' | wc -l) packages" ]
	[ "$(find "$W/theirs" -name '*.rpm' | wc -l)" -gt 20 ]
}

@test "a package is found where its metadata say, with the bytes that they say" {
	both "$ODD"
	hrefs "$W/www/r" | while IFS= read -r href; do
		[ -f "$W/www/r/$href" ]
	done
	[ "$(hrefs "$W/www/r" | wc -l)" = 6 ]
	hrefs "$W/www/r" | grep -Fx 'Packages/r/rich-1.2~rc1^git5-4.el9.noarch.rpm'
	[ "$(pkgids "$W/www/r" | LC_ALL=C sort)" = \
		"$(find "$W/www/r/Packages" -name '*.rpm' -exec sha256sum {} + | cut -d' ' -f1 | LC_ALL=C sort)" ]
}

@test "scripts that run before or after a transaction mark what they need, which createrepo_c 0.17 does not" {
	piece primary "$(echo "$ODD"/rich-1.2*.noarch.rpm)" >shown
	grep -F '<rpm:entry name="lua-x" pre="1"/>' shown
	grep -F '<rpm:entry name="lua-y" pre="1"/>' shown
	grep -F '<rpm:entry name="sed"/>' shown
	run ! grep -F 'rpmlib(' shown
	run ! grep -F '<rpm:entry name="/usr/bin/rich"' shown
	grep -F '<rpm:entry name="/usr/share/rich/data"/>' shown
	[ "$(grep -c 'libc.so.6' shown)" = 1 ]
}

@test "weak dependencies as old SUSE packages have them agree with createrepo_c's" {
	createrepo_c --version | grep -q LegacyWeakdeps
	mkdir old
	# Strong ones, of tags and of requirements that may be missing, are others.
	"$BATS_TEST_DIRNAME/bin/rpm-header" old/a-1-1.noarch.rpm \
		'1156:a=sug|rec|recv' '1157:a=||1:1.0-1' '1158:i=0|134217728|134217740' \
		'1159:a=enh|sup|enhv' '1160:a=|2|3-4' '1161:i=0|134217736|2' \
		'1049:a=req|miss|missv|strongreq' '1050:a=||3|' '1048:i=0|524288|524296|134217728' \
		'5046:a=newrec' '5047:a=' '5048:i=134217728' '5049:a=newsug' '5050:a=' '5051:i=134217728' \
		'5052:a=newsup' '5053:a=1' '5054:i=134217732' '5055:a=newenh' '5056:a=' '5057:i=134217728'
	"$BATS_TEST_DIRNAME/bin/rpm-header" old/b-1-1.noarch.rpm 1000:s=b '1156:a=one' '1157:a=' '1158:i=0' \
		'1159:a=one' '1160:a=' '1161:i=0'
	both old
	run -0 "$BATS_TEST_DIRNAME/bin/rpm-agree" "$W/theirs" "$W/www/r"
	[ "${lines[-1]}" = '2 packages' ]
	[ "$(elements "$W/www/r" primary '<rpm:recommends>' | wc -l)" = 1 ]
}

# RPM_SAMPLES may name folders of packages that others made, ":" between: such
# as the test data of createrepo_c, and pulp's zoo with its modules.yaml,
# updateinfo.xml and comps.xml.  rpm-agree compares all of primary, filelists
# and other: each element with its attributes and text, in its order, but for
# times of files and the folders of locations.
samples() {
	[ -n "${RPM_SAMPLES-}" ] || skip "RPM_SAMPLES names no folders with packages of others"
	IFS=: read -ra SAMPLES <<<"$RPM_SAMPLES"
}

@test "the samples of others agree too, and their header ranges are those that are known" {
	samples
	both "${SAMPLES[@]}"
	run -0 "$BATS_TEST_DIRNAME/bin/rpm-agree" "$W/theirs" "$W/www/r" foog fooh
	[ "${lines[-1]}" = "$(find "$W/theirs" -name '*.rpm' | wc -l) packages" ]
	if [ -e "$W/theirs/Archer-3.4.5-6.x86_64.rpm" ]; then
		elements "$W/www/r" primary '<rpm:header-range start="4504" end="7517"/>' | grep .
		elements "$W/www/r" primary '<rpm:header-range start="280" end="2057"/>' | grep .
	fi
}

@test "samples that are one package in several files agree each on its own" {
	local file n=0
	samples
	while IFS= read -r file; do
		rm -rf theirs www store config.yaml
		mkdir theirs
		cp "$file" theirs/empty-0-0.x86_64.rpm
		createrepo_c --quiet --no-database --simple-md-filenames --compress-type gz theirs 3>&-
		repository r hosted "$NOSIGN"
		chantal -q package upload --repo-id r --file "$file"
		chantal -q publish repo --repo-id r
		"$BATS_TEST_DIRNAME/bin/rpm-agree" theirs www/r
		n=$((n + 1))
	done < <(find "${SAMPLES[@]}" -name 'empty-signed*.rpm')
	[ "$n" -gt 0 ] || skip "there is none"
}

@test "samples with modules.yaml, updateinfo.xml and comps.xml are published whole" {
	local dir='' each
	samples
	for each in "${SAMPLES[@]}"; do [ ! -e "$each/modules.yaml" ] || dir=$each; done
	[ -n "$dir" ] || skip "there is none"
	repository r hosted "$NOSIGN"
	chantal -q package upload --repo-id r --directory "$dir"
	chantal -q publish repo --repo-id r
	chantal-publish --check www/r
	data www/r modules >modules.yaml
	modulemd-validator modules.yaml
	# As mergerepo_c and dnf see it: all of what names packages that are there.
	diff <(grep -c '^document: modulemd$' "$dir/modules.yaml") <(grep -c '^document: modulemd$' modules.yaml)
	cmp "$dir/comps.xml" <(data www/r group)
	diff <(grep -o '<id>.*</id>' "$dir/updateinfo.xml") <(data www/r updateinfo | grep -o '<id>.*</id>')
}

@test "the signed samples of others are signed by somebody who is not trusted here" {
	local file n=0
	samples
	trusting r
	while IFS= read -r file; do
		run -4 --separate-stderr chantal package upload --repo-id r --file "$file"
		[[ $stderr == *'the key is not in the keyring'* ]]
		n=$((n + 1))
	done < <(find "${SAMPLES[@]}" -name 'empty-signed*.rpm')
	[ "$n" -gt 0 ] || skip "there is none"
}

# --- text ---

@test "text that is not UTF-8 is read as Latin-1, as createrepo_c does it" {
	piece primary "$ODD/latin-1-1.x86_64.rpm" >shown
	grep -F '<summary>Café  naïve</summary>' shown
	grep -F '<file>/usr/bin/café</file>' shown
	grep -F '<rpm:vendor>Jürgen</rpm:vendor>' shown
}

@test "characters that XML cannot have are replaced in texts and refused in names (R10)" {
	"$BATS_TEST_DIRNAME/bin/rpm-header" text.rpm '1004:s=a\x01b' '1005:s=\xef\xbf\xbe \x1b[31m' \
		'1080:i=5' '1081:a=x\x02' '1082:a=\x07'
	piece primary text.rpm >shown
	grep -F '<summary>a�b</summary>' shown
	grep -F '<description>� �[31m</description>' shown
	data "$W/www/one" other | grep -F 'author="x�" date="5">�</changelog>'
	refused "file: byte 10 of '/usr/bin/a" '1118:a=/usr/bin/' '1117:a=a\x01' '1116:i=0'
	refused "provides: byte 1 of 'a" '1047:a=a\x01' '1113:a=' '1112:i=0'
	refused 'name: byte 1' '1000:s=a\x01'
}

@test "names and versions that are no part of a path are refused" {
	refused "name: byte 0 of '../../x' cannot be in it" '1000:s=../../x'
	refused "name: byte 1 of 'a/../../x' cannot be in it" '1000:s=a/../../x'
	refused 'version: byte 1' '1001:s=1/2'
	refused 'version: byte 1' '1001:s=1-2'
	refused 'release: byte 0' '1002:s=.hidden'
	refused 'arch: byte 0' '1022:s= '
	refused 'it has no version' '1001='
	refused 'it has no name' '1000:s='
	refused 'over 240 bytes' "1000:s=$(printf 'n%.0s' {1..300})"
}

# --- hostile headers ---

@test "what is no package, or ends too early, is a reject, and the others go on (T115)" {
	echo text >odd.rpm
	refused_file odd.rpm 'within its header'
	head -c 4000 /dev/zero >odd.rpm
	refused_file odd.rpm 'not an RPM package'
	head -c 1000 "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" >odd.rpm
	refused_file odd.rpm 'within its header'
	: >odd.rpm
	refused_file odd.rpm 'within its header'
}

@test "sizes that a header only claims cost no memory" {
	refused 'within its header' SIZE=60000000
	refused 'claims 4294967295 bytes' SIZE=4294967295 COUNT=0
	refused 'claims 1600000' COUNT=100000000
}

@test "lists of a header that are not of one length are refused" {
	refused 'its lists of files are not of one length' '1116:i=0|0' '1117:a=x' '1118:a=/usr/'
	refused 'in a folder that it does not have' '1116:i=7' '1117:a=x' '1118:a=/usr/'
	refused 'its lists of requires are not of one length' '1049:a=x|y' '1048:i=0' '1050:a=|'
	refused 'its lists of changes are not of one length' '1080:i=1|2' '1081:a=x' '1082:a=y'
}

@test "a long folder that a header repeats does not fill the memory" {
	local long
	long=$(printf 'd%.0s' {1..16000})
	python3 - "$long" >words <<-'END'
		import sys
		n = 20000
		print("1118:a=/" + sys.argv[1] + "/")
		print("1117:a=" + "|".join(["x"] * n))
		print("1116:i=" + "|".join(["0"] * n))
	END
	mapfile -t words <words
	python3 - "$BATS_TEST_DIRNAME/bin/rpm-header" <<-'END'
		import runpy, sys
		sys.argv = [sys.argv[1], "odd.rpm"] + open("words").read().splitlines()
		runpy.run_path(sys.argv[0], run_name="__main__")
	END
	refused_file odd.rpm 'over 67108864 bytes of XML'
}

# --- upload ---

@test "a folder is uploaded with its packages alone, at the places that the settings say" {
	repository r hosted "$NOSIGN" 'rpm: {hosted_dir: pkgs/main}'
	mkdir up
	cp "$RPMS/plain/c++tool"* "$RPMS/plain/hello-1.1-1.src.rpm" up
	echo notes >up/README
	chantal -q package upload --repo-id r --directory up
	chantal -q publish repo --repo-id r
	[ "$(hrefs "$W/www/r")" = "$(printf '%s\n' pkgs/main/c++tool-1.0~rc1-1.x86_64.rpm pkgs/main/hello-1.1-1.src.rpm)" ]
	[ -f "$W/www/r/pkgs/main/c++tool-1.0~rc1-1.x86_64.rpm" ]
	repository bad hosted 'rpm: {hosted_dir: ../x}'
	run ! --separate-stderr chantal package upload --repo-id bad --directory up
	[[ $stderr == *'rpm.hosted_dir'* ]]
}

@test "modules.yaml, updateinfo and comps are uploaded as packages are, listed and removed" {
	repository r hosted "$NOSIGN"
	modules_yaml >modules.yaml
	updateinfo_xml | gzip -c >errata
	comps_xml | xz -c >comps.xml.xz
	chantal -q package upload --repo-id r --file "$(echo "$RPMS"/plain/greet-2.0*)" --file modules.yaml \
		--file errata --file comps.xml.xz
	chantal -q publish repo --repo-id r
	chantal-publish --check www/r
	[ "$(types www/r | sort | paste -sd' ')" = 'filelists group modules other primary' ]
	data www/r modules >ours.yaml
	modulemd-validator ours.yaml
	cmp ours.yaml modules.yaml
	comps_xml | cmp - <(data www/r group)
	[[ $(href www/r group) == *-comps.xml.xz ]]
	[[ $(href www/r modules) == *-modules.yaml.gz ]]
	[ "$(chantal package list --repo-id r --format json | jq -r '.[].name' | sort | paste -sd' ')" = \
		'comps.xml.xz errata greet modules.yaml' ]
	[ "$(chantal content list --repo-id r --format json | jq -r '.[].name')" = greet ]
	[ ! -e www/r/uploads ]
	# The same again is no change, another one under the name is refused.
	chantal -q package upload --repo-id r --file modules.yaml
	module_stream '"2.0"' 20200302 ef567890 greet-0:2.0-1.module+el9+3.x86_64 >modules.yaml
	run -1 chantal package upload --repo-id r --file modules.yaml
	[[ $output == *'conflict'*modules.yaml* || $output == *modules.yaml*'--force'* ]]
	chantal -q package upload --repo-id r --file modules.yaml --force
	chantal -q package upload --repo-id r --file "$RPMS/plain/hello-1.1-1.x86_64.rpm"
	chantal -q publish repo --repo-id r
	data www/r modules | cmp - modules.yaml
	[ "$(data www/r updateinfo | grep '<id>')" = '    <id>FIX-2020:1</id>' ]
	chantal package remove --repo-id r errata comps.xml.xz
	chantal -q publish repo --repo-id r
	[ "$(types www/r | sort | paste -sd' ')" = 'filelists modules other primary' ]
	chantal package remove --repo-id r modules.yaml
	run -3 chantal -q publish repo --repo-id r
	[[ $output == *greet*'no modules.yaml'* ]]
}

@test "uploaded metadata are joined with upstream's, and a sync keeps them" {
	local mode
	cp -R "$RPMS/plain" up
	rm up/greet*
	createrepo_c -q up
	comps_xml >comps.xml
	modifyrepo_c --mdtype=group comps.xml up/repodata
	repository r filtered "$NOSIGN" 'verify: {enabled: false}' "feed: file://$W/up/"
	chantal -q repo sync --repo-id r
	comps_xml | sed 's/greeters/ours/; s/Greeters/Ours/' >ours.xml
	modules_yaml >modules.yaml
	chantal -q package upload --repo-id r --file ours.xml --file modules.yaml --file "$(echo "$RPMS"/plain/greet-2.0*)"
	for mode in 1 2; do
		chantal -q publish repo --repo-id r
		chantal-publish --check www/r
		[ "$(data www/r group | grep -o '<id>[a-z]*' | paste -sd' ')" = '<id>greeters <id>tools <id>everything <id>ours' ]
		data www/r modules >ours.yaml
		modulemd-validator ours.yaml
		cp "$RPMS/signed/hello-1.0-1.x86_64.rpm" up/again.rpm
		createrepo_c -q up
		modifyrepo_c --mdtype=group comps.xml up/repodata
		chantal -q repo sync --repo-id r
	done
	repository s filtered "$NOSIGN" 'verify: {enabled: false}' "feed: file://$W/up/"
	chantal -q repo sync --repo-id s
	printf 'views:\n  - name: all\n    repos: [s, r]\n    %s\n' "$NOSIGN" >>config.yaml
	chantal -q publish view --name all
	chantal-publish --check www/views/all/latest
	data www/views/all/latest modules >ours.yaml
	modulemd-validator ours.yaml
}

@test "what is neither a package nor metadata, or damaged, is a reject in words" {
	local case words
	modules_yaml >good.yaml
	for case in 'text:neither|no modules.yaml' 'root:root element is .html' 'open:no XML' 'yaml:line' 'none:no document of it' \
		'control:character that XML does not have' 'update:package' 'bomb:unpacks to more'; do
		words=${case#*:}
		case ${case%%:*} in
		text) echo notes >odd ;;
		root) echo '<html/>' >odd ;;
		open) echo '<comps><group></comps>' >odd ;;
		yaml) { cat good.yaml && printf -- '---\ndocument: modulemd\n\tx: [\n'; } >odd ;;
		none) printf -- '---\ndocument: modulemd-defaults\nversion: 1\ndata: {module: x}\n' >odd ;;
		control) printf '<comps><group><name>\001</name></group></comps>' >odd ;;
		update) echo '<updates><update><pkglist><collection><package name="x"/></collection></pkglist></update></updates>' >odd ;;
		bomb) { echo '<comps>' && head -c 70000000 /dev/zero | tr '\0' ' '; } | gzip -c >odd ;;
		esac
		run -0 inspected "$W/odd"
		jq -e --arg w "$words" '.record == "reject" and .code == "malformed" and (.message | test($w))' <<<"$output" ||
			{ echo "$case: $output" >&2 && false; }
	done
}

@test "other bytes of a version that is there are refused without --force (T115)" {
	repository r hosted "$NOSIGN"
	cp "$RPMS/plain/caret-1.0^git1-1.noarch.rpm" a.rpm
	cp "$RPMS/signed/caret-1.0^git1-1.noarch.rpm" b.rpm
	chantal -q package upload --repo-id r --file a.rpm
	chantal -q package upload --repo-id r --file a.rpm
	run ! chantal -q package upload --repo-id r --file b.rpm
	[ "$(chantal-catalog cat r | jq -r 'select(.record == "package").sha256')" = "$(sha256_of a.rpm)" ]
	chantal -q package upload --repo-id r --file b.rpm --force
	[ "$(chantal-catalog cat r | jq -r 'select(.record == "package").sha256')" = "$(sha256_of b.rpm)" ]
}

@test "a second index of the same packages reads no package, and gives the same bytes" {
	both "$ODD"
	cp -RL "$W/www/r/repodata" before
	# What cannot be opened cannot be read.
	find "$W/store" -type f -size +4k -path '*pool*' -exec sh -c \
		'for f; do head -c 4 "$f" | od -An -tx1 | grep -q "ed ab ee db" && mv "$f" "$f.away"; done' sh {} + || :
	[ "$(find "$W/store" -name '*.away' | wc -l)" = 6 ]
	chantal-catalog cat r | chantal-index --repo r >indexed
	find "$W/store" -name '*.away' -exec sh -c 'for f; do mv "$f" "${f%.away}"; done' sh {} +
	chantal-publish --repo r "$W/again" <indexed
	same_bytes before "$W/again/repodata"
}

@test "a package says what filters can ask for" {
	run -0 inspected "$(echo "$ODD"/rich-1.2*.noarch.rpm)" "$RPMS/plain/greet-2.0-1.module+el9+3.x86_64.rpm" \
		"$RPMS/plain/hello-1.0-1.src.rpm"
	jq -e '.name == "rich" and .version == "3:1.2~rc1^git5-4.el9" and .arch == "noarch" and
		.rpm.epoch == 3 and .rpm.license == "MIT AND (GPL-2.0-or-later)" and
		.rpm.group == "Applications/System" and .rpm.vendor == "A & B <x@example.org>" and
		.rpm.sourcerpm == "rich-1.2~rc1^git5-4.el9.src.rpm" and .time > 0' <<<"${lines[0]}"
	jq -e '.rpm.module == ["greet:2.0"]' <<<"${lines[1]}"
	jq -e '.arch == "src" and (.rpm | has("sourcerpm") | not)' <<<"${lines[2]}"
}

# --- signatures ---

@test "a package with a good signature is taken, in RSA and EdDSA" {
	gpg --homedir "$GPG" --batch --quiet --pinentry-mode loopback --passphrase '' \
		--quick-gen-key 'modern <modern@example.org>' ed25519 sign never 3>&-
	gpg --homedir "$GPG" --batch --armor --export modern@ >modern.asc
	cp "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" modern.rpm
	HOME=$GPG rpmsign --define '_gpg_name modern@' --define "_gpg_path $GPG" \
		--define "__gpg $(command -v gpg)" --addsign modern.rpm >/dev/null 3>&-
	repository r hosted "$NOSIGN" "verify: {enabled: true, key_files: [$KEYS/vendor.asc, modern.asc]}"
	chantal -q package upload --repo-id r --file modern.rpm
	chantal -q package upload --repo-id r --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[ "$(packages_of r | wc -l)" = 2 ]
}

@test "without a signature, or by a stranger, the run ends with 4, and nothing is saved (T23)" {
	trusting r
	run -4 --separate-stderr chantal package upload --repo-id r --file "$RPMS/plain/hello-doc-1.0-1.noarch.rpm"
	[[ $stderr == *'Packages/h/hello-doc-1.0-1.noarch.rpm: not signed'* ]]
	cp "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" odd.rpm
	sign_rpms stranger odd.rpm
	run -4 --separate-stderr chantal package upload --repo-id r --file odd.rpm
	[[ $stderr == *'the key is not in the keyring'* ]]
	run ! chantal-catalog cat r
}

@test "policies say what becomes of them: warn takes, skip leaves out (T23)" {
	trusting w 'on_missing_signature: warn'
	run -0 --separate-stderr chantal package upload --repo-id w --file "$RPMS/plain/hello-doc-1.0-1.noarch.rpm"
	[[ $stderr == *'not signed: used all the same'* ]]
	[ "$(packages_of w | wc -l)" = 1 ]
	trusting s 'on_missing_signature: skip'
	run -1 --separate-stderr chantal package upload --repo-id s \
		--file "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[[ $(packages_of s) == caret* ]]
	cp "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" odd.rpm
	sign_rpms stranger odd.rpm
	run -4 chantal -q package upload --repo-id s --file odd.rpm
	trusting i 'on_invalid_signature: skip'
	run -1 chantal -q package upload --repo-id i --file odd.rpm --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[[ $(packages_of i) == caret* ]]
}

@test "a key counts when its whole fingerprint, or 16 digits of it, is named (T26)" {
	local fpr
	fpr=$(cat "$KEYS/vendor.fpr")
	repository a hosted "$NOSIGN" "verify: {enabled: true, key_files: [$KEYS/vendor.asc, $KEYS/repo.asc], trusted_fingerprints: ['$(cat "$KEYS/repo.fpr")']}"
	run -4 --separate-stderr chantal package upload --repo-id a --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[[ $stderr == *'not one of the trusted fingerprints'* ]]
	repository b hosted "$NOSIGN" "verify: {enabled: true, key_files: [$KEYS/vendor.asc, $KEYS/repo.asc], trusted_fingerprints: ['$fpr']}"
	chantal -q package upload --repo-id b --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	repository c hosted "$NOSIGN" "verify: {enabled: true, key_files: [$KEYS/vendor.asc], trusted_fingerprints: ['${fpr: -16}']}"
	chantal -q package upload --repo-id c --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
}

@test "a package that was changed behind its signature is found, in its header and in its payload" {
	local good="$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	trusting r
	cp "$good" payload.rpm
	printf 'X' | dd of=payload.rpm bs=1 seek=$(($(stat -c %s payload.rpm) - 20)) conv=notrunc status=none
	run -4 --separate-stderr chantal package upload --repo-id r --file payload.rpm
	[[ $stderr == *'its payload is not what its header says'* ]]
	# A letter of the description; the digests of the header made to fit.
	python3 - "$good" header.rpm <<-'END'
		import hashlib, struct, sys
		b = bytearray(open(sys.argv[1], "rb").read())
		n, d = struct.unpack(">II", b[104:112])
		start = (112 + n * 16 + d + 7) // 8 * 8
		m, e = struct.unpack(">II", b[start + 8:start + 16])
		end = start + 16 + m * 16 + e
		old = bytes(b[start:end])
		at = b.index(b"The package caret,", start)
		b[at] ^= 1
		for name in "sha1", "sha256":
		    before = hashlib.new(name, old).hexdigest().encode()
		    after = hashlib.new(name, b[start:end]).hexdigest().encode()
		    assert before in b[:start]
		    b[:start] = b[:start].replace(before, after)
		open(sys.argv[2], "wb").write(b)
	END
	run -4 --separate-stderr chantal package upload --repo-id r --file header.rpm
	[[ $stderr == *'does not hold'* ]]
	LC_ALL=C sed 's/The package caret,/The package carrt,/' "$good" >other.rpm
	run -4 --separate-stderr chantal package upload --repo-id r --file other.rpm
	[[ $stderr == *'its header is not the one that the package was built with'* ]]
}

@test "packages that another repository pooled without verifying are verified (L21)" {
	mkdir up
	cp "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" "$RPMS/signed/caret-1.0^git1-1.noarch.rpm" up
	createrepo_c --quiet --no-database up 3>&-
	sign_repomd up/repodata
	repository first mirror 'verify: {enabled: false}' "feed: file://$W/up/"
	chantal -q repo sync --repo-id first
	repository second mirror "feed: file://$W/up/" \
		"verify: {enabled: true, key_files: [$KEYS/repo.asc, $KEYS/vendor.asc]}"
	run -4 --separate-stderr chantal repo sync --repo-id second
	[[ $stderr == *'hello-doc-1.0-1.noarch.rpm: not signed'* ]]
	repository third mirror "feed: file://$W/up/" \
		"verify: {enabled: true, gpgcheck: false, key_files: [$KEYS/repo.asc]}"
	chantal -q repo sync --repo-id third
}

@test "a package is verified once, and again with other keys" {
	mkdir bin
	cat >bin/gpgv <<-END
		#!/bin/sh
		echo run >>"$W/gpgv.log"
		exec "$(command -v gpgv)" "\$@"
	END
	chmod 755 bin/gpgv
	PATH=$PWD/bin:$PATH
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	trusting r
	chantal -q package upload --repo-id r --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[ "$(wc -l <gpgv.log)" = 1 ]
	chantal -q package upload --repo-id r --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[ "$(wc -l <gpgv.log)" = 1 ]
	sed -i "s|key_files: \[|key_files: [$KEYS/repo.asc, |" config.yaml
	chantal -q package upload --repo-id r --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
	[ "$(wc -l <gpgv.log)" = 2 ]
	sed -i "s|, $KEYS/vendor.asc||" config.yaml
	run -4 chantal -q package upload --repo-id r --file "$RPMS/signed/caret-1.0^git1-1.noarch.rpm"
}

@test "pool add --check looks at digests where no signature is wanted" {
	repository r hosted "$NOSIGN"
	cp "$RPMS/plain/hello-doc-1.0-1.noarch.rpm" odd.rpm
	printf 'X' | dd of=odd.rpm bs=1 seek=$(($(stat -c %s odd.rpm) - 20)) conv=notrunc status=none
	chantal-fetch --repo r --files rpm odd.rpm |
		run -1 --separate-stderr chantal-pool add --repo r --allow-file "$W" --check
	jq -e 'select(.record == "reject") | .code == "digest-mismatch"' <<<"$output"
}

# --- keys for clients ---

@test "upstream's keys are published for the clients, as text, and no private one (T83)" {
	mkdir up
	cp "$RPMS/signed/caret-1.0^git1-1.noarch.rpm" up
	createrepo_c --quiet --no-database up 3>&-
	sign_repomd up/repodata
	gpg --dearmor <"$KEYS/vendor.asc" >vendor.gpg
	cat "$KEYS/repo.asc" "$KEYS/repo.sec" >repo.both
	local mode
	for mode in mirror filtered; do
		repository "$mode" "$mode" "feed: file://$W/up/" "$NOSIGN" \
			"verify: {enabled: true, key_files: [repo.both, vendor.gpg]}"
		chantal -q repo sync --repo-id "$mode"
		chantal -q publish repo --repo-id "$mode"
		gpg --homedir "$GPG" --batch --show-keys --with-colons "www/$mode/RPM-GPG-KEY-$mode" 3>&- |
			awk -F: '$1 == "fpr" { print $10 }' | LC_ALL=C sort >published
		cat "$KEYS/repo.fpr" "$KEYS/vendor.fpr" | LC_ALL=C sort | cmp - published
		run ! grep PRIVATE "www/$mode/RPM-GPG-KEY-$mode"
	done
	rpmkeys --dbpath "$W/db" --import www/mirror/RPM-GPG-KEY-mirror
	rpmkeys --dbpath "$W/db" --checksig www/mirror/*.rpm
}

@test "the name of the published keys can be another one, or none" {
	mkdir up
	cp "$RPMS/signed/caret-1.0^git1-1.noarch.rpm" up
	createrepo_c --quiet --no-database up 3>&-
	sign_repomd up/repodata
	repository named mirror "feed: file://$W/up/" \
		"verify: {enabled: true, client_key_name: keys/vendor.asc, key_files: [$KEYS/repo.asc, $KEYS/vendor.asc]}"
	repository none mirror "feed: file://$W/up/" \
		"verify: {enabled: true, client_key_name: '', key_files: [$KEYS/repo.asc, $KEYS/vendor.asc]}"
	local id
	for id in named none; do
		chantal -q repo sync --repo-id $id
		chantal -q publish repo --repo-id $id
	done
	[ -f www/named/keys/vendor.asc ]
	[ "$(find www/none -name '*KEY*' -o -name '*.asc' ! -name repomd.xml.asc | wc -l)" = 0 ]
}
