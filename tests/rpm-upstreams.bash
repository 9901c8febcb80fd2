# The keys, packages and upstreams of the tests of type rpm, loaded by rpm.bash.
#
# What is slow to make is made once, below $BUILD/rpm-tests, and only read by
# the tests: rpm_keys, rpm_packages and rpm_tree say where it is.

# shellcheck disable=SC2034 # variables of the tests
KEEP=$BUILD/rpm-tests KEEPER=rpm-upstreams.bash
load upstreams

# --- keys ---

# The keys: vendor signs packages, repo signs an upstream's repomd.xml, mirror
# signs what we publish, stranger signs nothing that anyone trusts.
rpm_keys() {
	made_once keys make_keys
	KEYS=$KEEP/keys
	export KEYS
}

make_keys() {
	local home name
	home=$(mktemp -d /tmp/chantal-keys.XXXXXX) || return 1
	# RSA, which every rpm can check.
	for name in vendor repo mirror stranger; do
		make_key "$home" "$1" "$name" rsa2048 || return 1
	done
	gpgconf --homedir "$home" --kill all
	rm -rf "$home"
}

# sign_repomd REPODATA [KEY]: repomd.xml.asc and repomd.xml.key.
sign_repomd() {
	local key=${2:-repo}
	rm -f "$1/repomd.xml.asc"
	gpg --homedir "$GPG" --batch --quiet --local-user "$(cat "$KEYS/$key.fpr")!" --armor \
		--detach-sign --output "$1/repomd.xml.asc" "$1/repomd.xml" 3>&-
	cp "$KEYS/$key.asc" "$1/repomd.xml.key"
}

# --- packages ---

# make_rpm DIR NAME VERSION-RELEASE ARCH [SPEC LINE...]: [E:]V-R; ARCH src makes
# the source package.  Lines of %files begin with a slash, those that begin with
# "+" come behind the preamble.
make_rpm() {
	local dir=$1 name=$2 evr=$3 arch=$4 work line epoch=
	shift 4
	work=$(mktemp -d)
	case $evr in *:*) epoch=${evr%%:*} evr=${evr#*:} ;; esac
	{
		printf 'Name: %s\nVersion: %s\nRelease: %s\n' "$name" "${evr%-*}" "${evr##*-}"
		[ -z "$epoch" ] || echo "Epoch: $epoch"
		[ "$arch" != noarch ] || echo 'BuildArch: noarch'
		printf 'Summary: The package %s\n' "$name"
		case "$*" in *License:*) ;; *) echo 'License: MIT' ;; esac
		case "$*" in *Group:*) ;; *) echo 'Group: Applications/Text' ;; esac
		for line; do case $line in [/+%]*) ;; *) echo "$line" ;; esac; done
		printf '%%description\nThe package %s,\nof version %s & <kept> as it is.\n' "$name" "$evr"
		for line; do case $line in +*) echo "${line#+}" ;; esac; done
		printf '%%install\n'
		for line; do case $line in /*)
			printf 'mkdir -p %%{buildroot}%s\n' "$(dirname "$line")"
			printf 'echo "%s %s" >%%{buildroot}%s\n' "$name" "$evr" "$line"
			;;
		esac; done
		printf '%%files\n'
		for line; do case $line in /* | %dir* | %ghost*) echo "$line" ;; esac; done
		printf '%%changelog\n* Mon Jun 01 2020 Jane Doe <jane@example.org> - %s\n- Made.\n' "$evr"
	} >"$work/$name.spec"
	rpm_build "$work" "$name" "$arch" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		return 1
	}
	mkdir -p "$dir"
	find "$work/out" -name '*.rpm' -exec mv -t "$dir" {} +
	rm -rf "$work"
}

# rpm_build WORK NAME ARCH: nothing of the machine's own settings is in it.
rpm_build() {
	local what=-bb target=x86_64
	case $3 in src) what=-bs ;; *) target=$3 ;; esac
	HOME=$1 SOURCE_DATE_EPOCH=1600000000 rpmbuild "$what" --target "$target" --nodeps \
		--define "_topdir $1" --define "_rpmdir $1/out" --define "_srcrpmdir $1/out" \
		--define '_buildhost build.example.org' --define 'vendor Example' \
		--define 'use_source_date_epoch_as_buildtime 1' --define '_build_id_links none' \
		--define '__os_install_post %{nil}' --define 'debug_package %{nil}' \
		--define '_binary_payload w1.gzdio' --define '_source_payload w1.gzdio' \
		--define 'packager Jane Doe <jane@example.org>' "$1/$2.spec"
}

# rpm_packages: $RPMS/plain as built, $RPMS/signed with the signature of vendor,
# $RPMS/signed2 those whose file names are those of others.
rpm_packages() {
	rpm_keys
	made_once packages make_packages
	RPMS=$KEEP/packages
	export RPMS
}

make_packages() {
	local GPG
	make_greetings "$1/plain" && make_oddities "$1/plain" "$1/other" &&
		make_modular "$1/plain" || return 1
	signing_home || return 1
	cp -R --preserve=timestamps "$1/plain" "$1/signed"
	cp -R --preserve=timestamps "$1/other" "$1/signed2"
	sign_rpms vendor "$1"/signed*/*.rpm || return 1
	find "$1" -name '*.rpm' -exec touch -d @1600000000 {} +
	signing_home_end
}

# sign_rpms KEY FILE...: in place.
sign_rpms() {
	local key=$1
	shift
	HOME=$GPG rpmsign --define "_gpg_name $(cat "$KEYS/$key.fpr")" --define "_gpg_path $GPG" \
		--define "__gpg $(command -v gpg)" --addsign "$@" >/dev/null
}

# Packages with every kind of dependency.
make_greetings() {
	local v
	for v in 1.0-1 1.1-1; do
		make_rpm "$1" hello $v x86_64 "Requires: hello-data = $v, libfoo >= 1:2.0, bin-tool" \
			'Requires: (hello-plugin >= 1.0 if hello-gui)' 'Recommends: hello-doc' \
			'Suggests: world' 'Supplements: (world and libfoo)' 'Enhances: world' \
			'Conflicts: hello-old < 0.9' 'Obsoletes: hello-older <= 0.5-3' \
			"Provides: greeter = $v" 'Requires(post): /usr/sbin/footool' 'URL: https://example.org/hello' \
			/usr/bin/hello /etc/hello.conf /usr/share/hello/data || return 1
		make_rpm "$1" hello-data $v noarch /usr/share/hello/words || return 1
	done
	make_rpm "$1" hello 1.0-1 src 'BuildRequires: gcc' || return 1
	make_rpm "$1" hello 1.1-1 src 'BuildRequires: gcc' || return 1
	make_rpm "$1" hello-doc 1.0-1 noarch 'Group: Documentation' 'License: GFDL' \
		/usr/share/doc/hello/manual || return 1
	make_rpm "$1" hello-plugin 1.0-1 x86_64 /usr/lib/hello/plugin || return 1
	make_rpm "$1" hello-gui 1.0-1 x86_64 'Requires: hello' /usr/bin/hello-gui || return 1
	make_rpm "$1" libfoo 1:2.0-1 x86_64 'Group: System/Libraries' 'License: LGPLv2+' \
		/usr/lib/libfoo.so.1 || return 1
	make_rpm "$1" foo-bin 1:2.0-1 x86_64 'Provides: bin-tool = 3' 'License: GPLv3' \
		/usr/bin/footool /usr/sbin/footool
}

# Names, versions and places that trip tools up.
make_oddities() {
	make_rpm "$1" c++tool 1.0~rc1-1 x86_64 'Group: Development/Tools' /usr/bin/c++tool || return 1
	make_rpm "$1" caret 1.0^git1-1 noarch /usr/share/caret || return 1
	make_rpm "$1" ordered 1.0-9.el9 noarch /usr/share/ordered || return 1
	make_rpm "$1" ordered 1.0-10.el9 noarch /usr/share/ordered || return 1
	make_rpm "$1" epochal 1.0-1 noarch /usr/share/epochal || return 1
	make_rpm "$2" epochal 1:1.0-1 noarch /usr/share/epochal
}

# Two streams of the module greet, one of them in two versions.
make_modular() {
	make_rpm "$1" greet 1.9-1.module+el9+1 x86_64 'ModularityLabel: greet:1.10:20200101:abcd1234' \
		/usr/bin/greet || return 1
	make_rpm "$1" greet 1.10-1.module+el9+2 x86_64 'ModularityLabel: greet:1.10:20200201:abcd1234' \
		/usr/bin/greet || return 1
	make_rpm "$1" greet-lib 1.10-1.module+el9+2 noarch \
		'ModularityLabel: greet:1.10:20200201:abcd1234' /usr/share/greet || return 1
	make_rpm "$1" greet 2.0-1.module+el9+3 x86_64 'ModularityLabel: greet:2.0:20200301:ef567890' \
		/usr/bin/greet
}

# --- metadata ---

# module_stream STREAM VERSION CONTEXT ARTIFACT...: one of modules.yaml.
module_stream() {
	local a
	cat <<-END
	---
	document: modulemd
	version: 2
	data:
	  name: greet
	  stream: $1
	  version: $2
	  context: $3
	  arch: x86_64
	  summary: Greetings
	  description: >-
	    Greetings of the stream $1.
	  license:
	    module:
	    - MIT
	  profiles:
	    common:
	      rpms:
	      - greet
	  artifacts:
	    rpms:
	END
	shift 3
	for a; do printf '    - %s\n' "$a"; done
	echo ...
}

modules_yaml() {
	module_stream 1.10 20200101 abcd1234 greet-0:1.9-1.module+el9+1.x86_64
	module_stream 1.10 20200201 abcd1234 greet-0:1.10-1.module+el9+2.src \
		greet-0:1.10-1.module+el9+2.x86_64 greet-lib-0:1.10-1.module+el9+2.noarch
	module_stream '"2.0"' 20200301 ef567890 greet-0:2.0-1.module+el9+3.x86_64
	cat <<-END
	---
	document: modulemd-defaults
	version: 1
	data:
	  module: greet
	  stream: 1.10
	  profiles:
	    1.10: [common]
	    2.0: [common]
	...
	END
}

# advisory ID TYPE SEVERITY COLLECTION NEVRA...: an update; a NEVRA is
# "name epoch version release arch".
advisory() {
	local nevra n e v r a
	cat <<-END
	  <update from="errata@example.org" status="final" type="$2" version="1">
	    <id>$1</id>
	    <title>$1 of ${5%% *}</title>
	    <issued date="2020-06-01 00:00:00"/>
	    <updated date="2020-06-02 00:00:00"/>
	    <rights>Example &amp; sons</rights>
	    <release>el9</release>
	    <severity>$3</severity>
	    <summary>Fixes ${5%% *}.</summary>
	    <description>Fixes &lt;what&gt; was wrong.</description>
	    <references>
	      <reference href="https://example.org/$1" id="CVE-2020-1" type="cve" title="CVE-2020-1"/>
	    </references>
	    <pkglist>
	      <collection short="el9">
	        <name>el9</name>
	END
	IFS=: read -r n v a <<<"$4"
	[ "$4" = plain ] ||
		printf '        <module name="greet" stream="%s" version="%s" context="%s" arch="x86_64"/>\n' \
			"$n" "$v" "$a"
	shift 4
	for nevra; do
		read -r n e v r a <<<"$nevra"
		cat <<-END
		        <package name="$n" version="$v" release="$r" epoch="$e" arch="$a" src="$n-$v-$r.src.rpm">
		          <filename>$n-$v-$r.$a.rpm</filename>
		        </package>
		END
	done
	printf '      </collection>\n    </pkglist>\n  </update>\n'
}

updateinfo_xml() {
	printf '<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n'
	advisory FIX-2020:1 security Important plain 'hello 0 1.1 1 x86_64' 'hello-data 0 1.1 1 noarch'
	advisory FIX-2020:2 bugfix None plain 'libfoo 1 2.0 1 x86_64' 'gone 0 9 9 noarch'
	advisory FIX-2020:3 enhancement Low 1.10:20200201:abcd1234 \
		'greet 0 1.10 1.module+el9+2 x86_64' 'greet-lib 0 1.10 1.module+el9+2 noarch'
	advisory FIX-2020:4 security Critical plain 'epochal 1 1.0 1 noarch'
	advisory FIX-2020:2 bugfix None plain 'hello-doc 0 1.0 1 noarch'
	echo '</updates>'
}

comps_xml() {
	cat <<-END
	<?xml version="1.0" encoding="UTF-8"?>
	<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
	<comps>
	  <group>
	    <id>greeters</id>
	    <name>Greeters</name>
	    <description>Those that greet</description>
	    <default>false</default>
	    <uservisible>true</uservisible>
	    <packagelist>
	      <packagereq type="mandatory">hello</packagereq>
	      <packagereq type="optional">hello-doc</packagereq>
	    </packagelist>
	  </group>
	  <group>
	    <id>tools</id>
	    <name>Tools</name>
	    <description>Those that work</description>
	    <default>true</default>
	    <uservisible>true</uservisible>
	    <packagelist>
	      <packagereq type="mandatory">c++tool</packagereq>
	    </packagelist>
	  </group>
	  <environment>
	    <id>everything</id>
	    <name>Everything</name>
	    <description>All of it</description>
	    <display_order>1</display_order>
	    <grouplist>
	      <groupid>greeters</groupid>
	    </grouplist>
	  </environment>
	</comps>
	END
}

# by_pkgid PRIMARY.gz ROOT XMLNS TEXT: a file keyed by package id, as SUSE has.
by_pkgid() {
	gzip -dc "$1" | awk -v root="$2" -v ns="$3" -v text="$4" '
		/<name>/ { gsub(/.*<name>|<\/name>.*/, ""); name = $0 }
		/<arch>/ { gsub(/.*<arch>|<\/arch>.*/, ""); arch = $0 }
		/<version / { version = $0; sub(/^ */, "", version) }
		/<checksum / { gsub(/.*">|<\/checksum>.*/, "")
			n++
			out = out "<package pkgid=\"" $0 "\" name=\"" name "\" arch=\"" arch "\">\n  " \
				version "\n  " text "\n</package>\n" }
		END { print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			print "<" root " xmlns=\"" ns "\" packages=\"" n "\">"
			printf "%s</%s>\n", out, root }'
}

patterns_xml() {
	cat <<-END
	<?xml version="1.0" encoding="UTF-8"?>
	<patterns count="1" xmlns="http://novell.com/package/metadata/suse/pattern" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
	  <pattern>
	    <name>greeting</name>
	    <version epoch="0" ver="1" rel="1"/>
	    <summary>All that greets</summary>
	    <description>All that greets</description>
	    <uservisible/>
	    <category>Base</category>
	    <rpm:requires><rpm:entry kind="package" name="hello"/></rpm:requires>
	  </pattern>
	</patterns>
	END
}

# --- trees ---

# rpm_tree: $TREE, an upstream like Fedora's, and $SUSE, one like openSUSE's.
# Both are signed by repo, their packages by vendor.
rpm_tree() {
	rpm_packages
	made_once trees make_trees
	TREE=$KEEP/trees/tree SUSE=$KEEP/trees/suse
	export TREE SUSE
}

make_trees() {
	local GPG
	signing_home || return 1
	make_fedora "$1/tree" && make_suse "$1/suse" || return 1
	signing_home_end
}

# place_rpms ROOT: as Fedora does, below the first letter; the other epochal
# has the same file name in another folder.
place_rpms() {
	local file name
	for file in "$RPMS"/signed/*.rpm; do
		name=${file##*/}
		mkdir -p "$1/Packages/${name:0:1}"
		cp --preserve=timestamps "$file" "$1/Packages/${name:0:1}/"
	done
	mkdir -p "$1/Rebuilt"
	cp --preserve=timestamps "$RPMS"/signed2/*.rpm "$1/Rebuilt/"
}

# repodata ROOT [OPTION...]: createrepo_c, at a time that stays.
repodata() {
	local root=$1
	shift
	rm -rf "$root/repodata"
	createrepo_c --quiet --revision 1600000000 --set-timestamp-to-revision --workers 1 \
		"$@" "$root"
}

# add_data ROOT TYPE FILE [OPTION...]
add_data() {
	local root=$1 type=$2 file=$3
	shift 3
	modifyrepo_c --mdtype="$type" "$@" "$file" "$root/repodata" >/dev/null
}

make_fedora() {
	place_rpms "$1" || return 1
	make_installer "$1"
	make_repodata "$1" gz --database
}

# make_repodata ROOT FORM [OPTION...]: all data that Fedora has, in a form of
# createrepo_c's, and the signature.
make_repodata() {
	local root=$1 form=$2 work
	shift 2
	work=$(mktemp -d)
	comps_xml >"$work/comps.xml"
	updateinfo_xml >"$work/updateinfo.xml"
	modules_yaml >"$work/modules.yaml"
	repodata "$root" --general-compress-type="$form" --groupfile "$work/comps.xml" "$@" || return 1
	add_data "$root" updateinfo "$work/updateinfo.xml" --compress-type="$form" || return 1
	add_data "$root" modules "$work/modules.yaml" --compress-type="$form" || return 1
	retell "$root"
	sign_repomd "$root/repodata"
	rm -rf "$work"
}

# retell ROOT: the times that modifyrepo_c took are those of the revision.
retell() {
	sed -i 's|<timestamp>[0-9]*</timestamp>|<timestamp>1600000000</timestamp>|' \
		"$1/repodata/repomd.xml"
}

# add_zchunk ROOT: the three files once more, as zchunk.
add_zchunk() {
	local root=$1 type work
	work=$(mktemp -d)
	for type in primary filelists other; do
		gzip -dc "$root"/repodata/*-$type.xml.gz >"$work/$type.xml"
		zck -o "$work/$type.xml.zck" "$work/$type.xml" >/dev/null || return 1
		zck_record "$type" "$work/$type.xml" "$root/repodata" >>"$work/records" || return 1
	done
	sed -i -e "/<\/repomd>/{
		r $work/records
		N
	}" "$root/repodata/repomd.xml"
	sed -i -e '/^<\/repomd>/d' "$root/repodata/repomd.xml"
	echo '</repomd>' >>"$root/repodata/repomd.xml"
	rm -rf "$work"
}

# zck_record TYPE XML REPODATA: its data element; the file is moved to its place.
zck_record() {
	local sum head headsum
	sum=$(sha256sum <"$2.zck" | cut -d' ' -f1)
	read -r head headsum < <(zck_read_header -v "$2.zck" 2>/dev/null | awk '
		/^Header size:/ { size = $3 }
		/^Header checksum:/ { sum = $3 }
		END { print size, sum }')
	[ -n "$headsum" ] || return 1
	cat <<-END
	  <data type="$1_zck">
	    <checksum type="sha256">$sum</checksum>
	    <open-checksum type="sha256">$(sha256sum <"$2" | cut -d' ' -f1)</open-checksum>
	    <header-checksum type="sha256">$headsum</header-checksum>
	    <location href="repodata/$sum-$1.xml.zck"/>
	    <timestamp>1600000000</timestamp>
	    <size>$(stat -c %s "$2.zck")</size>
	    <open-size>$(stat -c %s "$2")</open-size>
	    <header-size>$head</header-size>
	  </data>
	END
	mv "$2.zck" "$3/$sum-$1.xml.zck"
}

# make_installer ROOT: a kickstart tree, with a name in capitals and one that has
# a per cent sign.
make_installer() {
	local file
	mkdir -p "$1/images/pxeboot" "$1/LiveOS"
	for file in images/pxeboot/vmlinuz images/pxeboot/initrd.img images/Boot.ISO LiveOS/50%.img; do
		echo "image $file" >"$1/$file"
	done
	{
		printf '[general]\nfamily = Example\nversion = 9\narch = x86_64\nvariant = Main\n'
		printf 'packagedir = Packages\nrepository = .\n\n[checksums]\n'
		for file in images/pxeboot/vmlinuz images/pxeboot/initrd.img images/Boot.ISO LiveOS/50%.img; do
			printf '%s = sha256:%s\n' "$file" "$(sha256sum <"$1/$file" | cut -d' ' -f1)"
		done
		printf '\n[images-x86_64]\nkernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n'
		printf 'boot.iso = images/Boot.ISO\n\n[images-xen]\nkernel = images/pxeboot/vmlinuz\n'
		printf '\n[stage2]\nmainimage = LiveOS/50%%.img\n'
	} >"$1/.treeinfo"
}

make_suse() {
	local work
	place_rpms "$1" || return 1
	rm "$1"/Packages/g/*
	work=$(mktemp -d)
	updateinfo_xml >"$work/updateinfo.xml"
	patterns_xml >"$work/patterns.xml"
	repodata "$1" || return 1
	by_pkgid "$1"/repodata/*-primary.xml.gz susedata \
		http://linux.duke.edu/metadata/susedata '<eula>Read &amp; agree</eula>' >"$work/susedata.xml"
	add_data "$1" updateinfo "$work/updateinfo.xml" || return 1
	add_data "$1" patterns "$work/patterns.xml" || return 1
	add_data "$1" susedata "$work/susedata.xml" || return 1
	retell "$1"
	sign_repomd "$1/repodata"
	mkdir "$1/media.1"
	printf 'openSUSE - example\nexample\n1\n' >"$1/media.1/media"
	rm -rf "$work"
}
