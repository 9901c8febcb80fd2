#!/usr/bin/env bats
# Type rpm: dnf and zypper read, resolve and install from what is published.
# shellcheck disable=SC2154 # bats sets output and stderr

load helpers
load rpm

setup_file() { rpm_setup_file; }

teardown_file() { www_teardown_file; }

setup() { rpm_setup; }

teardown() { www_teardown; }

# checking KEY...: the lines of a .repo file that make dnf check all signatures.
checking() {
	local key keys=
	for key; do keys+=" file://$KEYS/$key.asc"; done
	printf '%s\n' repo_gpgcheck=1 gpgcheck=1 "gpgkey=${keys# }"
}

# reads TREE [LINE...]: dnf reads the tree below $W/www.
reads() {
	local tree=$1
	shift
	dnf_repo "$(basename "$tree")" "$URL/www/$tree" "$@"
	dnf makecache
}

# zypper_reads TREE KEY: zypper does, and trusts this key.
zypper_reads() {
	mkdir -p "$W/zypp"
	HOME=$W/zypp with_root rpm --root "$W/zypp" --import "$KEYS/$2.asc" "$KEYS/vendor.asc"
	zypper_repo "$(basename "$1")" "$URL/www/$1" --gpgcheck-strict
	zypper refresh
}

# zypper_names: "name version arch" of the packages that zypper sees.
zypper_names() {
	zypper search --details --type package --type srcpackage |
		awk -F' *[|] *' 'NR > 3 && NF > 5 { print $2, $4, $5, $3 }' | LC_ALL=C sort
}

@test "a mirror is what upstream has, and dnf checks upstream's signatures" {
	upstream
	add_zchunk up
	sign_repomd up/repodata
	repository m mirror "$VERIFY"
	mirror m
	same_bytes up www/m
	reads m "$(checking repo vendor)"
	dnf install hello
	installed | paste -sd' ' | tee got
	[ "$(cat got)" = "foo-bin-2.0-1.x86_64 hello-1.1-1.x86_64 hello-data-1.1-1.noarch$(
	) hello-doc-1.0-1.noarch libfoo-2.0-1.x86_64" ]
}

@test "a mirror of SUSE's kind is what upstream has, and zypper checks the signatures" {
	upstream "$SUSE"
	repository m mirror "$VERIFY"
	mirror m
	same_bytes up www/m
	zypper_reads m repo
	zypper_names >names
	grep -x 'hello 1.1-1 x86_64 package' names
	grep -x 'epochal 1:1.0-1 noarch package' names
	zypper install --auto-agree-with-licenses --download-only hello
	[ "$(find zypp -name '*.rpm' | wc -l)" -eq 5 ]
	zypper search --type pattern greeting
	zypper list-patches --all | grep FIX-2020:1
}

@test "dnf sees of a filtered repository what the filters keep, and no more" {
	upstream
	repository f filtered "$VERIFY" "$SIGN" 'filters:' \
		"  patterns: {exclude: ['^hello-gui', '^greet']}" \
		'  rpm: {exclude_source_rpms: true}'
	mirror f
	dnf_repo up "$URL/up"
	dnf_names | grep -vE '^(hello-gui|greet)|src$' >want
	reads f "$(checking mirror vendor)"
	dnf_names | diff want -
	run dnf -q repoquery --requires hello-1.1
	for text in 'hello-data = 1.1-1' 'libfoo >= 1:2.0' '(hello-plugin >= 1.0 if hello-gui)' \
		/usr/sbin/footool; do
		grep -Fx "$text" <<<"$output"
	done
	[ "$(dnf -q repoquery --recommends hello-1.1)" = hello-doc ]
	[ "$(dnf -q repoquery --obsoletes hello-1.1)" = 'hello-older <= 0.5-3' ]
	[ "$(dnf_names --file /usr/share/hello/words)" = "$(dnf_names hello-data)" ]
	dnf -q repoquery --changelogs hello-1.1 | grep -- '- Made.'
}

@test "dnf installs from a filtered repository, with what it depends on" {
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	reads f "$(checking mirror vendor)"
	dnf install hello-gui
	installed >got
	grep -x 'hello-plugin-1.0-1.x86_64' got
	grep -x 'libfoo-2.0-1.x86_64' got
	grep -x 'hello-gui-1.0-1.x86_64' got
}

@test "dnf trusts no tree that another key signed" {
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	dnf_repo f "$URL/www/f" "$(checking stranger)"
	run dnf makecache
	[ "$status" -ne 0 ]
}

@test "whatever form the metadata have, dnf and zypper read them" {
	local form
	upstream
	for form in gzip zstandard xz bzip2 none; do
		repository "$form" filtered "$VERIFY" "$SIGN" "metadata: {compression: $form}"
		mirror "$form"
		reads "$form" "$(checking mirror vendor)"
		zypper_reads "$form" mirror
		dnf_names >"names.$form"
		diff names.gzip "names.$form"
		[ "$(dnf -q module list | grep -c '^greet')" -eq 2 ]
		[ "$(zypper search --repo "$form" --type package --match-exact hello | grep -c hello)" -eq 1 ]
	done
	[ -s names.gzip ]
}

@test "whatever form upstream's metadata have, ours have it and dnf reads them" {
	local form
	upstream
	dnf_repo up "$URL/up"
	dnf_names | grep -v ^caret >want
	for form in xz bz2 zst; do
		if [ $form = zst ]; then
			make_repodata up gz
			zst_repodata up
			sign_repomd up/repodata
		else
			make_repodata up $form
		fi
		repository "f$form" filtered "$VERIFY" "$SIGN" "filters: {patterns: {exclude: [^caret]}}"
		mirror "f$form"
		reads "f$form" "$(checking mirror vendor)"
		dnf_names | diff want -
		[[ $(href "www/f$form" updateinfo) = *.$form ]]
	done
}

@test "dnf lists the advisories of what is kept, and updates by them" {
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	reads f
	dnf install hello-1.0
	dnf -q updateinfo list | tee got
	[ "$(awk '{ print $1, $3 }' got | sort -u | paste -sd' ')" = \
		'FIX-2020:1 hello-1.1-1.x86_64 FIX-2020:1 hello-data-1.1-1.noarch' ]
	dnf -q updateinfo info --security FIX-2020:1 | grep 'Fixes <what> was wrong'
	dnf upgrade --advisory FIX-2020:1
	installed | grep -x hello-1.1-1.x86_64
}

@test "dnf has the streams that are kept, with their packages" {
	upstream
	repository f filtered "$VERIFY" "$SIGN" "filters: {where: ['rpm.module!=greet:2.0']}"
	mirror f
	data www/f modules >modules.yaml
	modulemd-validator modules.yaml
	grep -x '  stream: 1.10' modules.yaml
	run ! grep 'stream:.*2\.0' modules.yaml
	reads f
	[ "$(dnf -q module list | awk '$1 == "greet" { print $2 }')" = 1.10 ]
	dnf install greet
	installed | grep -x 'greet-1.10-1.module+el9+2.x86_64'
}

@test "dnf switches between the streams of a repository" {
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	data www/f modules >modules.yaml
	modulemd-validator modules.yaml
	reads f
	[ "$(dnf -q module list | awk '$1 == "greet" { print $2 }' | paste -sd' ')" = '1.10 2.0' ]
	dnf module enable greet:2.0
	dnf install greet
	[ "$(installed)" = 'greet-2.0-1.module+el9+3.x86_64' ]
}

@test "dnf installs a group" {
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	reads f
	dnf group list | grep Greeters
	dnf group list | grep Everything
	dnf group install greeters
	installed | grep -x hello-1.1-1.x86_64
}

@test "zypper sees what the filters keep of SUSE's kind, with licences and patterns" {
	upstream "$SUSE"
	repository f filtered "$VERIFY" "$SIGN" "filters: {patterns: {exclude: [^caret, ^epochal]}}"
	mirror f
	zypper_repo up "$URL/up" --no-gpgcheck
	zypper refresh
	zypper_names | grep -vE '^(caret|epochal) ' >want
	zypper removerepo up
	zypper_reads f mirror
	zypper_names | diff want -
	run zypper install --download-only hello
	[ "$status" -eq 4 ]
	[[ $output = *'agree with the terms of the license'* ]]
	zypper install --auto-agree-with-licenses --download-only --type pattern greeting
	find zypp -name 'hello-1.1-1.x86_64.rpm' | grep .
	zypper list-patches --all | awk '{ print $3 }' | grep FIX | sort -u | paste -sd' ' | tee got
	[ "$(cat got)" = 'FIX-2020:1 FIX-2020:2' ]
}

@test "zypper installs from a filtered repository" {
	upstream "$SUSE"
	repository f filtered "$VERIFY" "$SIGN"
	mirror f
	zypper_reads f mirror
	zypper install --auto-agree-with-licenses hello
	zypper_installed | grep -x hello-1.1-1.x86_64
}

@test "dnf and zypper install packages of our own" {
	repository own hosted "$SIGN"
	cp -R "$RPMS/signed" own
	rm own/greet*
	chantal -q package upload --repo-id own --directory own
	chantal -q publish repo --repo-id own
	chantal-publish --check www/own
	upstream
	dnf_repo up "$URL/up"
	dnf_names | grep -vE '^(epochal-1:|greet)' >want
	reads own "$(checking mirror vendor)"
	dnf_names | diff want -
	dnf install hello-gui
	installed | grep -x 'hello-plugin-1.0-1.x86_64'
	[ "$(dnf_names --file /usr/share/hello/words)" = "$(dnf_names hello-data)" ]
	dnf -q repoquery --changelogs hello-1.1 | grep -- '- Made.'
	zypper_reads own mirror
	zypper install hello
	zypper_installed | grep -x 'hello-data-1.1-1.noarch'
}

@test "dnf installs a module, a group and an update of our own" {
	repository own hosted "$SIGN"
	modules_yaml >modules.yaml
	updateinfo_xml >updateinfo.xml
	comps_xml >comps.xml
	cp -R "$RPMS/signed" own
	cp modules.yaml updateinfo.xml comps.xml own
	chantal -q package upload --repo-id own --directory own
	chantal -q publish repo --repo-id own
	chantal-publish --check www/own
	reads own "$(checking mirror vendor)"
	[ "$(dnf -q module list | awk '$1 == "greet" { print $2 }' | paste -sd' ')" = '1.10 2.0' ]
	dnf module install greet:2.0/common
	installed | grep -x 'greet-2.0-1.module+el9+3.x86_64'
	dnf group install greeters
	installed | grep -x hello-1.1-1.x86_64
	dnf -q updateinfo list --all | grep FIX-2020:1
	zypper_reads own mirror
	zypper list-patches --all | grep FIX-2020:1
}

@test "dnf and zypper install from a view of several repositories" {
	upstream
	repository old filtered "$VERIFY" "filters: {patterns: {include: ['^hello.*-1\.0-1', ^greet]}}"
	repository rest filtered "$VERIFY" "filters: {patterns: {exclude: ['^hello.*-1\.0-1', ^greet]}}"
	repository own hosted
	make_rpm extra ours 5-1 noarch 'Requires: hello = 1.1-1' /usr/share/ours
	chantal -q package upload --repo-id own --directory extra
	printf 'views:\n  - name: all\n    repos: [old, rest, own]\n    %s\n' "$SIGN" >>config.yaml
	chantal -q repo sync --repo-id old
	chantal -q repo sync --repo-id rest
	chantal -q publish view --name all
	chantal-publish --check www/views/all/latest
	dnf_repo up "$URL/up"
	{
		dnf_names
		echo ours-0:5-1.noarch
	} | LC_ALL=C sort >want
	reads views/all/latest repo_gpgcheck=1 "gpgkey=file://$KEYS/mirror.asc"
	dnf_names | diff want -
	[ "$(dnf -q module list | grep -c '^greet')" -eq 2 ]
	dnf install ours
	installed >got
	grep -x ours-5-1.noarch got
	grep -x hello-1.1-1.x86_64 got
	dnf -q updateinfo list --all
	zypper_reads views/all/latest mirror
	zypper search --type package --match-exact ours | grep ours
	zypper list-patches --all | grep FIX-2020:1
}
