# The keys and upstreams of the tests of type apt, loaded by apt.bash.
#
# What is slow to make is made once, below $BUILD/apt-tests, and only read by
# the tests: apt_keys, apt_archive and apt_upstream say where it is.

# shellcheck disable=SC2034,SC2016,SC2094 # variables of the tests; fields of apt
KEEP=$BUILD/apt-tests KEEPER=apt-upstreams.bash
load upstreams

# --- keys ---

# The keys: archive and archive2 sign upstreams, mirror and mirror2 sign what we
# publish, stranger signs nothing that anyone trusts, expired did so till 2021,
# weak is RSA of 1024 bits.
apt_keys() {
	made_once keys make_keys
	KEYS=$KEEP/keys
	export KEYS
}

make_keys() {
	local home name
	home=$(mktemp -d /tmp/chantal-keys.XXXXXX) || return 1
	for name in archive archive2 mirror mirror2 stranger; do
		make_key "$home" "$1" "$name" ed25519 || return 1
	done
	make_key "$home" "$1" expired ed25519 1y --faked-system-time 20200101T000000! || return 1
	make_key "$home" "$1" weak rsa1024 || return 1
	gpgconf --homedir "$home" --kill all
	rm -rf "$home"
}

# sign SUITE_DIR [KEY...]: InRelease and Release.gpg of its Release.
sign() {
	local dir=$1 key users=() when=()
	shift
	[ $# -gt 0 ] || set -- archive
	for key; do
		users+=(--local-user "$(cat "$KEYS/$key.fpr")!")
		[ "$key" != expired ] || when=(--faked-system-time 20200601T000000!)
	done
	rm -f "$dir/InRelease" "$dir/Release.gpg"
	gpg --homedir "$GPG" --batch --quiet "${when[@]}" "${users[@]}" \
		--clearsign --output "$dir/InRelease" "$dir/Release" 3>&-
	gpg --homedir "$GPG" --batch --quiet "${when[@]}" "${users[@]}" --armor \
		--detach-sign --output "$dir/Release.gpg" "$dir/Release" 3>&-
	# A web server tells what changed by whole seconds.
	[ -z "${CLOCK-}" ] || CLOCK=$((CLOCK + 1))
	[ -z "${CLOCK-}" ] ||
		touch -d "@$CLOCK" "$dir/Release" "$dir/InRelease" "$dir/Release.gpg"
}

# --- synthetic upstreams ---

# The archive, $ARCHIVE: suites stable (main and contrib; amd64, arm64 and
# sources; udebs, installer images, dep11, cnf), stable-updates, stable/updates
# with the component updates/main; signed by archive.  Copy it to change it.
apt_archive() {
	apt_keys
	made_once archive make_archive
	ARCHIVE=$KEEP/archive/root
	export ARCHIVE
}

# make_deb FILE NAME VERSION ARCH [CONTROL LINE...]: with two files inside.
# "Description" is added when no line has it.
make_deb() {
	local file=$1 name=$2 version=$3 arch=$4 root
	shift 4
	root=$(mktemp -d)
	mkdir -p "$root/DEBIAN" "$root/usr/share/doc/$name" "$root/usr/share/$name" "$(dirname "$file")"
	{
		printf 'Package: %s\nVersion: %s\nArchitecture: %s\n' "$name" "$version" "$arch"
		echo 'Maintainer: Jane Doe <jane@example.org>'
		[ $# -eq 0 ] || printf '%s\n' "$@"
		case "$*" in
		*Description:*) ;;
		*) printf 'Description: the package %s\n It is of version %s.\n .\n  Kept as it is.\n' \
			"$name" "$version" ;;
		esac
	} >"$root/DEBIAN/control"
	echo "$name $version" >"$root/usr/share/doc/$name/README"
	echo "$name $version $arch" >"$root/usr/share/$name/data file"
	find "$root" -exec touch -h -d @1600000000 {} +
	SOURCE_DATE_EPOCH=1600000000 dpkg-deb --nocheck --root-owner-group \
		-Z"${DEB_XZ:-xz}" -z1 -b "$root" "$file" >/dev/null 2>"$root.err" || {
		cat "$root.err"
		return 1
	}
	rm -rf "$root" "$root.err"
}

# make_source DIR NAME VERSION [CONTROL LINE...]: a .dsc with its files.
make_source() {
	local dir=$1 name=$2 version=$3 work upstream
	shift 3
	work=$(mktemp -d)
	upstream=${version#*:}
	upstream=${upstream%-*}
	mkdir -p "$work/$name/debian/source" "$dir"
	echo "source of $name $version" >"$work/$name/hello.c"
	tar -C "$work" --sort=name --owner=0 --group=0 --mtime=@1600000000 --exclude=debian -c "$name" |
		gzip -n >"$work/${name}_$upstream.orig.tar.gz"
	echo '3.0 (quilt)' >"$work/$name/debian/source/format"
	printf '%s (%s) unstable; urgency=low\n\n  * Made.\n\n -- Jane Doe <jane@example.org>  %s\n' \
		"$name" "$version" 'Mon, 01 Jun 2020 00:00:00 +0000' >"$work/$name/debian/changelog"
	{
		printf 'Source: %s\nSection: utils\nPriority: optional\n' "$name"
		printf 'Maintainer: Jane Doe <jane@example.org>\nStandards-Version: 4.6.2\n'
		[ $# -eq 0 ] || printf '%s\n' "$@"
		printf '\nPackage: %s\nArchitecture: any\nDescription: the package %s\n long\n' "$name" "$name"
	} >"$work/$name/debian/control"
	(cd "$work" && SOURCE_DATE_EPOCH=1600000000 dpkg-source -b "$name" >/dev/null) || return 1
	rm -r "${work:?}/$name"
	mv "$work"/* "$dir" && rmdir "$work"
}

# make_pool ROOT: the packages of the archive and the lists of what is in which suite.
make_pool() {
	local pool=$1/pool arch
	for arch in amd64 arm64; do
		make_deb "$pool/main/h/hello/hello_1.0-1_$arch.deb" hello 1.0-1 $arch \
			'Section: utils' 'Priority: optional' 'Depends: hello-data (= 1.0-1), libfoo1 (>= 1:1.0)' \
			'Recommends: hello-doc' 'Breaks: hello-old (<< 0.9)' 'Replaces: hello-old (<< 0.9)' \
			'Enhances: world' 'Built-Using: foo (= 1:2.0-1)' 'Homepage: https://example.org/hello' \
			'Tag: role::program, use::greeting' 'Task: greeter' 'X-Unknown-Field: stays'
		make_deb "$pool/main/h/hello/hello_1.1-1_$arch.deb" hello 1.1-1 $arch \
			'Section: utils' 'Priority: optional' 'Depends: hello-data' \
			'Phased-Update-Percentage: 20'
		make_deb "$pool/main/f/foo/libfoo1_2.0-1_$arch.deb" libfoo1 1:2.0-1 $arch \
			'Source: foo' 'Section: libs' 'Priority: optional' 'Multi-Arch: same'
		make_deb "$pool/main/f/foo/foo-bin_2.0-1+b1_$arch.deb" foo-bin 1:2.0-1+b1 $arch \
			'Source: foo (1:2.0-1)' 'Section: admin' 'Priority: important' 'Multi-Arch: foreign' \
			'Provides: foo-tool (= 1.0), bar-tool'
		make_deb "$pool/main/f/foo/foo-installer_2.0-1_$arch.udeb" foo-installer 1:2.0-1 $arch \
			'Source: foo' 'Section: debian-installer' 'Priority: standard' 'Package-Type: udeb'
	done
	make_deb "$pool/main/h/hello/hello-data_1.0-1_all.deb" hello-data 1.0-1 all \
		'Source: hello' 'Section: misc' 'Priority: optional'
	make_deb "$pool/main/c/c++tool/c++tool_1.0~rc1+dfsg-1_amd64.deb" c++tool '1.0~rc1+dfsg-1' amd64 \
		'Section: devel' 'Priority: optional'
	make_deb "$pool/main/c/colon/colon_1%3a1.0_amd64.deb" colon 1:1.0 amd64 \
		'Section: admin' 'Priority: required' 'Essential: yes' 'Protected: yes'
	DEB_XZ=gzip make_deb "$pool/contrib/e/extra/extra_0.5-1_all.deb" extra 0.5-1 all \
		'Section: contrib/web' 'Priority: optional' 'Depends: hello'
	make_source "$pool/main/h/hello" hello 1.0-1 'Build-Depends: debhelper-compat (= 13)' \
		'Vcs-Git: https://example.org/hello.git' 'Testsuite: autopkgtest' \
		'Homepage: https://example.org/hello' 'Uploaders: John Doe <john@example.org>' || return 1
	make_source "$pool/main/f/foo" foo 1:2.0-1 'Build-Depends: gcc' || return 1
	make_source "$pool/contrib/e/extra" extra 0.5-1
}

# The lists of files that make_index reads: lists/SUITE_COMPONENT.
make_lists() {
	mkdir -p "$1/lists"
	(
		cd "$1" || exit 1
		find pool/main -type f | grep -v 'hello_1\.1-1_' | LC_ALL=C sort >lists/stable_main
		find pool/contrib -type f | LC_ALL=C sort >lists/stable_contrib
		find pool/main -name 'hello_1.1-1_*.deb' | LC_ALL=C sort >lists/stable-updates_main
		cp lists/stable-updates_main lists/stable_updates_main
	)
}

make_archive() {
	local root=$1/root GPG CLOCK
	CLOCK=$(($(date +%s) - 86400))
	GPG=$(mktemp -d /tmp/chantal-gpg.XXXXXX) || return 1
	signing_home || return 1
	mkdir "$root"
	make_pool "$root" || return 1
	make_lists "$root"
	make_index "$root" stable "main contrib" "amd64 arm64" || return 1
	make_extras "$root/dists/stable" || return 1
	make_release "$root" stable "main contrib" "amd64 arm64" synth || return 1
	make_index "$root" stable-updates main "amd64 arm64" || return 1
	make_release "$root" stable-updates main "amd64 arm64" synth-updates || return 1
	make_index "$root" stable/updates main amd64 || return 1
	make_release "$root" stable/updates updates/main amd64 synth || return 1
	gpgconf --homedir "$GPG" --kill all
	rm -rf "$GPG"
}

# make_index ROOT SUITE "COMPONENT..." "ARCH..." [COMPRESSIONS]: Packages,
# Sources, Translation-en and Contents from lists/SUITE_COMPONENT.
make_index() {
	local root=$1 suite=$2 components=$3 archs=$4 forms=${5:-. gzip xz} c a conf=$1/lists/generate.conf
	for c in $components; do
		mkdir -p "$root/dists/$suite/$c/source" "$root/dists/$suite/$c/i18n"
		for a in $archs; do
			mkdir -p "$root/dists/$suite/$c/binary-$a"
			grep -E "_(all|$a)\.deb\$" "$root/lists/${suite/\//_}_$c" >"$root/lists/$c.$a" || :
			grep -E "_(all|$a)\.udeb\$" "$root/lists/${suite/\//_}_$c" >"$root/lists/$c.$a.udeb" || :
			[ ! -s "$root/lists/$c.$a.udeb" ] ||
				mkdir -p "$root/dists/$suite/$c/debian-installer/binary-$a"
		done
		grep '\.dsc$' "$root/lists/${suite/\//_}_$c" >"$root/lists/$c.source" || :
	done
	cat >"$conf" <<-END
	Dir { ArchiveDir "$root"; CacheDir "$root/lists"; };
	Default {
		Packages::Compress "$forms"; Sources::Compress "$forms";
		Translation::Compress ". ${forms##* }"; Contents::Compress ". gzip";
	};
	APT::FTPArchive::DoByHash "false";
	Tree "dists/$suite" {
		Sections "$components"; Architectures "$archs source";
		FileList "lists/\$(SECTION).\$(ARCH)"; SourceFileList "lists/\$(SECTION).source";
		Contents "\$(DIST)/\$(SECTION)/Contents-\$(ARCH)";
		Translation "\$(DIST)/\$(SECTION)/i18n/Translation-en";
		LongDescription "${LONG:-false}"; Directory "pool/\$(SECTION)"; SrcDirectory "pool/\$(SECTION)";
	};
	END
	[ ! -s "$root/lists/main.amd64.udeb" ] || cat >>"$conf" <<-END
	Tree "dists/$suite/main" {
		Sections "debian-installer"; Architectures "$archs";
		FileList "lists/main.\$(ARCH).udeb"; Packages::Extensions ".udeb"; Contents " ";
		LongDescription "true"; Directory "pool/main";
	};
	END
	(cd "$root" && apt-ftparchive generate "$conf") || return 1
	rm -f "$root"/lists/*.db
}

# make_extras SUITE_DIR: what an archive has besides: per-directory Releases,
# installer images, dep11 and cnf.
make_extras() {
	local arch
	for arch in amd64 arm64; do
		printf 'Archive: stable\nOrigin: Synthetic\nLabel: Synthetic\nComponent: main\nArchitecture: %s\n' \
			$arch >"$1/main/binary-$arch/Release"
		mkdir -p "$1/main/installer-$arch/current/images/netboot" "$1/main/dep11" "$1/main/cnf"
		echo "kernel of $arch" >"$1/main/installer-$arch/current/images/netboot/linux"
		echo "pictures of $arch" >"$1/main/installer-$arch/current/images/boot.img"
		(cd "$1/main/installer-$arch/current/images" && find . -type f ! -name SHA256SUMS |
			LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
		printf -- '---\nFile: DEP-11\nVersion: 1.0\nOrigin: synthetic-%s\n' $arch |
			gzip -n >"$1/main/dep11/Components-$arch.yml.gz"
		printf 'suite: stable\ncomponent: main\narch: %s\n\nname: hello\nversion: 1.0-1\n' $arch |
			tee "$1/main/cnf/Commands-$arch" | xz >"$1/main/cnf/Commands-$arch.xz"
	done
}

# make_release ROOT SUITE COMPONENTS ARCHS CODENAME [FIELD=VALUE...]: Release, the by-hash
# files and the signatures.  Variables: DIGESTS (default "MD5 SHA256"), DATE (or
# CLOCK, seconds that each Release adds a minute to; else now), BY_HASH (yes or no), SIGNERS, PLAIN (keep: the uncompressed form stays).
make_release() {
	local root=$1 suite=$2 dir=$1/dists/$2 pair options=() d
	for pair in Suite="${suite%%/*}" Codename="$5" Components="$3" Architectures="$4" \
		Origin=Synthetic Label=Synthetic Version=1.2 Description="A synthetic suite" \
		Acquire-By-Hash="${BY_HASH:-yes}" "${@:6}"; do
		options+=(-o "APT::FTPArchive::Release::$pair")
	done
	for d in MD5 SHA1 SHA256 SHA512; do
		case " ${DIGESTS:-MD5 SHA256} " in
		*" $d "*) options+=(-o "APT::FTPArchive::Release::$d=true") ;;
		*) options+=(-o "APT::FTPArchive::Release::$d=false") ;;
		esac
	done
	for d in 'SHA256SUMS' 'Commands-*' 'Components-*.yml.gz'; do
		options+=(-o "APT::FTPArchive::Release::Patterns::=$d")
	done
	find "$dir" -depth -name by-hash -exec rm -r {} +
	rm -f "$dir/Release" "$dir/InRelease" "$dir/Release.gpg"
	apt-ftparchive "${options[@]}" release "$dir" >"$root/lists/Release" || return 1
	[ -z "${CLOCK-}" ] || CLOCK=$((CLOCK + 60))
	d=${DATE:-${CLOCK:+$(date -u -d "@$CLOCK" '+%a, %d %b %Y %T UTC')}}
	[ -z "$d" ] || sed -i "s/^Date: .*/Date: $d/" "$root/lists/Release"
	mv "$root/lists/Release" "$dir/Release"
	[ "${PLAIN-}" = keep ] || find "$dir" \( -name Packages -o -name Sources -o \
		-name 'Translation-*' -o -name 'Contents-*' \) ! -name '*.*' \
		-exec sh -c 'for f; do ls "$f".* >/dev/null 2>&1 && rm "$f"; done; :' - {} +
	# Official archives have no plain forms by hash either.
	[ "${BY_HASH:-yes}" = no ] || make_by_hash "$dir"
	# shellcheck disable=SC2086 # names of keys
	sign "$dir" ${SIGNERS:-archive}
}

# make_by_hash SUITE_DIR: links for each file and digest of its Release.
make_by_hash() {
	awk '/^[A-Z]/ { kind = $1; sub(":", "", kind) }
		/^ / && kind ~ /^(MD5Sum|SHA)/ { print kind, $1, $3 }' "$1/Release" |
		while read -r kind hex path; do
			[ -f "$1/$path" ] || continue
			mkdir -p "$1/$(dirname "$path")/by-hash/$kind"
			ln -f "$1/$path" "$1/$(dirname "$path")/by-hash/$kind/$hex"
		done
}

# --- the real upstream ---

# $UPSTREAM: the metadata of the machine's largest suite as they are, signed by
# its distributor, and the files of a few hundred of its packages: NAME=VERSION
# in "picked", sources in "picked-sources".  $CUT is the same suite with these
# only, signed by archive.
apt_upstream() {
	apt_keys
	made_once upstream make_upstream
	UPSTREAM=$KEEP/upstream/real CUT=$KEEP/upstream/cut
	SUITE=$(cat "$KEEP/upstream/suite")
	export UPSTREAM CUT SUITE
}

make_upstream() {
	local dir=$1 real=$1/real suite meta uri list GPG APTROOT
	client_root "$dir/client"
	machine_sources >"$dir/client/etc/apt/sources.list.d/machine.sources"
	cp /etc/apt/sources.list.d/*.list "$dir/client/etc/apt/sources.list.d/" 2>/dev/null
	sed -n 's/^deb /deb-src /p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		>"$dir/client/etc/apt/sources.list.d/sources.list" 2>/dev/null
	[ ! -f /etc/apt/sources.list ] || cp /etc/apt/sources.list "$dir/client/etc/apt/"
	cp -R /etc/apt/trusted.gpg.d "$dir/client/etc/apt/"
	cat >>"$dir/client/apt.conf" <<-END
	Acquire::Retries "3"; Acquire::Check-Date "false"; Acquire::Check-Valid-Until "false";
	Acquire::GzipIndexes "true"; Acquire::PDiffs "false";
	Acquire::IndexTargets::deb::Packages::KeepCompressedAs "xz";
	Acquire::IndexTargets::deb::Translations::KeepCompressedAs "xz";
	Acquire::IndexTargets::deb-src::Sources::KeepCompressedAs "xz";
	END
	sed -i '/http::Proxy/d' "$dir/client/apt.conf"
	APTROOT=$dir/client
	apt apt-get update || return 1
	# The base of the largest Packages file is the suite that is taken.
	uri=$(apt apt-get indextargets --format '$(FILENAME) $(BASE_URI) $(COMPONENT)' 'Created-By: Packages' |
		while read -r list base c; do echo "$(stat -c %s "$list") $base $c"; done |
		sort -n | tail -n 1)
	# shellcheck disable=SC2086 # three words
	set -- $uri
	suite=${2%/}
	suite=${suite##*/dists/}
	mkdir -p "$real/dists/$suite"
	apt apt-get indextargets --format '$(METAKEY) $(FILENAME)' "Base-URI: $2" "Component: $3" >"$dir/targets"
	while read -r meta list; do
		mkdir -p "$real/dists/$suite/$(dirname "$meta")"
		cp "$list" "$real/dists/$suite/$meta.xz"
	done <"$dir/targets"
	list=$(head -n 1 "$dir/targets")
	list=${list#* }
	cp "${list%_"$3"_*}_InRelease" "$real/dists/$suite/InRelease"
	echo "$suite" >"$dir/suite"
	echo "$3" >"$dir/component"
	pick_packages "$dir" "$real/dists/$suite/$3" || return 1
	fetch_picked "$dir" || return 1
	make_cut "$dir" "$suite" "$3" || return 1
	rm -rf "$dir/client"
}

# The machine's deb822 sources, with deb-src.
machine_sources() {
	local file
	for file in /etc/apt/sources.list.d/*.sources; do
		[ ! -f "$file" ] || sed 's/^Types:.*/Types: deb deb-src/' "$file"
		echo
	done
}

# pick_packages DIR COMPONENT_DIR: small packages from the whole range of names,
# some with a plus, and the sources of some.
pick_packages() {
	xz -dc "$2"/binary-*/Packages.xz | awk '
		function done() {
			if (name != "" && size < 30000 && (n++ % 60 == 0 || (file ~ /\+/ && plus++ % 20 == 0)))
				print name "=" version, arch, file, source == "" ? name : source
			name = version = arch = file = source = ""
		}
		/^$/ { done() }
		/^Package:/ { name = $2 }
		/^Version:/ { version = $2 }
		/^Architecture:/ { arch = $2 }
		/^Filename:/ { file = $2 }
		/^Source:/ { source = $2 }
		/^Size:/ { size = $2 }
		END { done() }' >"$1/picked.all"
	head -n 280 "$1/picked.all" >"$1/picked"
	[ "$(wc -l <"$1/picked")" -ge 200 ] || return 1
	xz -dc "$2/source/Sources.xz" | awk -v picked="$1/picked" '
		BEGIN { while ((getline line < picked) > 0) { split(line, w, " "); want[w[4]] = 1 } }
		function done() {
			if (name in want && total < 60000 && n++ < 60) print name "=" version, folder
			name = ""; total = sha = 0
		}
		/^$/ { done() }
		/^[A-Z]/ { sha = /^Checksums-Sha256:/ }
		/^Package:/ { name = $2 }
		/^Version:/ { version = $2 }
		/^Directory:/ { folder = $2 }
		/^ / && sha { total += $2 }
		END { done() }' >"$1/picked-sources"
	[ -s "$1/picked-sources" ]
}

# fetch_picked DIR: the files into the pool of the real upstream.
fetch_picked() {
	local spec arch file name version folder
	mkdir "$1/debs"
	# shellcheck disable=SC2046 # a list of names
	(cd "$1/debs" && apt apt-get -qq download $(sed 's/ .*//' "$1/picked")) || return 1
	while read -r spec arch file _; do
		mkdir -p "$1/real/$(dirname "$file")"
		name=${spec%%=*} version=${spec#*=}
		mv "$1/debs/${name}_${version//:/%3a}_$arch.deb" "$1/real/$file" || return 1
	done <"$1/picked"
	mv "$1/picked-sources" "$1/picked-sources.all"
	while read -r spec folder; do
		# An archive may have lost the one or other source.
		rm -rf "$1/src" && mkdir "$1/src"
		(cd "$1/src" && apt apt-get -qq source --download-only "$spec") || continue
		mkdir -p "$1/real/$folder"
		mv "$1/src"/* "$1/real/$folder"
		echo "$spec $folder" >>"$1/picked-sources"
		[ "$(wc -l <"$1/picked-sources")" -lt 5 ] || break
	done <"$1/picked-sources.all"
	rm -r "$1/src"
	[ "$(wc -l <"$1/picked-sources")" -ge 2 ] || return 1
	rmdir "$1/debs"
}

# make_cut DIR SUITE COMPONENT: a small suite of what was picked, of the real stanzas.
make_cut() {
	local real=$1/real/dists/$2/$3 cut=$1/cut/dists/$2/$3 arch name
	arch=$(cd "$real" && echo binary-*)
	mkdir -p "$cut/$arch" "$cut/source" "$cut/i18n" "$1/cut/lists"
	cut_stanzas "$1/picked" <(xz -dc "$real/$arch/Packages.xz") >"$cut/$arch/Packages"
	cut_stanzas "$1/picked-sources" <(xz -dc "$real/source/Sources.xz") >"$cut/source/Sources"
	cut_stanzas "$1/picked" <(xz -dc "$real/i18n/Translation-en.xz") >"$cut/i18n/Translation-en"
	for name in "$cut/$arch/Packages" "$cut/source/Sources" "$cut/i18n/Translation-en"; do
		xz -k1 "$name" && gzip -nk "$name" || return 1
	done
	cp -al "$1/real/pool" "$1/cut/pool"
	GPG=$(mktemp -d /tmp/chantal-gpg.XXXXXX) || return 1
	signing_home || return 1
	make_release "$1/cut" "$2" "$3" "${arch#binary-}" "$2" Origin=Debian Label=Debian || return 1
	gpgconf --homedir "$GPG" --kill all
	rm -rf "$GPG"
}

# cut_stanzas PICKED FILE: the stanzas of the packages named in PICKED.
cut_stanzas() {
	awk -v picked="$1" 'BEGIN {
			while ((getline line < picked) > 0) { sub(/=.*/, "", line); want[line] = 1 }
			RS = ""; ORS = "\n\n"; FS = "\n"
		}
		{ name = $1; sub(/^Package: /, "", name) }
		name in want' "$2"
}
