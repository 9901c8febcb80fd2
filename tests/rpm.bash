# What the tests of type rpm share: folders, web servers on 127.0.0.1, and
# clients with a root of their own; keys and upstreams are in rpm-upstreams.bash.

# shellcheck disable=SC2034,SC2119,SC2120 # variables of the tests; options that tests give
load repositories
load rpm-upstreams

# --- the tests' folders and upstreams ---

rpm_setup_file() {
	rpm_tree
	www_setup_file
}

# A folder for the test with room for an upstream.
rpm_setup() {
	www_setup
	VERIFY="verify: {enabled: true, gpgcheck: false, key_files: [$KEYS/repo.asc]}"
	NOSIGN='gpg: {enabled: false}'
}

# upstream [TREE]: a copy of a tree (default: Fedora's) to be changed, in $W/up.
upstream() {
	cp -R --preserve=timestamps "${1:-$TREE}" "$W/up"
}

# again [OPTION OF CREATEREPO_C...]: $W/up is told about anew, plain and signed:
# primary, filelists and other only.
again() {
	repodata "$W/up" --no-database "$@" && sign_repomd "$W/up/repodata"
}

# small NAME...: an upstream of packages whose names begin so, in $W/up.
small() {
	local name
	mkdir -p "$W/up"
	for name; do cp --preserve=timestamps "$RPMS/signed/$name"* "$W/up/"; done
	again
}

# --- chantal ---

# repository ID MODE [LINE...]: adds one of type rpm to the configuration; its
# feed is $W/up unless a line says, or the mode is hosted.
repository() {
	case "$2 ${*:3}" in
	hosted* | *feed:*) add_repository rpm "$@" ;;
	*) add_repository rpm "$1" "$2" "feed: file://$W/up/" "${@:3}" ;;
	esac
}

# mirror ID: sync and publish; the tree must hold together.
mirror() {
	chantal -q repo sync --repo-id "$1"
	chantal -q publish repo --repo-id "$1"
	chantal-publish --check "$W/www/$1"
}

# packages_of ID: what the catalog has as packages: "name version arch path".
packages_of() {
	chantal-catalog cat "$1" |
		jq -r 'select(.record == "package") | [.name, .version, .arch, .path] | join(" ")'
}

# --- trees ---

# href TREE TYPE: the path of this data in repomd.xml, below the tree.
href() {
	awk -v type="$2" -F'"' '
		/<data type=/ { here = $2 == type }
		/<location / && here { print $2; exit }' "$1/repodata/repomd.xml"
}

# types TREE: the types of data that repomd.xml has.
types() { sed -n 's/.*<data type="\([^"]*\)".*/\1/p' "$1/repodata/repomd.xml"; }

# zst_repodata ROOT: all of its data once more as zstd, and nothing else.
zst_repodata() {
	local type sum repomd=$1/repodata/repomd.xml
	sed '/<data/,$d' "$repomd" >repomd.new
	for type in $(types "$1"); do
		data "$1" "$type" >plain
		zstd -q -f plain -o plain.zst
		sum=$(sha256_of plain.zst)
		cat >>repomd.new <<-END
		  <data type="$type">
		    <checksum type="sha256">$sum</checksum>
		    <open-checksum type="sha256">$(sha256_of plain)</open-checksum>
		    <location href="repodata/$sum-$type.zst"/>
		    <timestamp>1600000000</timestamp>
		    <size>$(stat -c %s plain.zst)</size>
		    <open-size>$(stat -c %s plain)</open-size>
		  </data>
		END
		mv plain.zst "new-$sum-$type.zst"
	done
	echo '</repomd>' >>repomd.new
	rm "$1"/repodata/*
	mv repomd.new "$repomd"
	for sum in new-*.zst; do mv "$sum" "$1/repodata/${sum#new-}"; done
}

# data TREE TYPE: what is in it.
data() {
	local file
	file=$1/$(href "$1" "$2")
	case $(head -c 4 "$file" | od -An -tx1 | tr -d ' ') in
	1f8b*) gzip -dc "$file" ;;
	fd377a58) xz -dc <"$file" ;;
	28b52ffd) zstd -dc <"$file" ;;
	425a68*) bzip2 -dc <"$file" ;;
	*) cat "$file" ;;
	esac
}

# same_bytes A B: two trees have the same files with the same bytes, but for the
# keys that we add for the clients.
same_bytes() { diff <(sums_of "$1") <(sums_of "$2"); }
sums_of() {
	(cd "$1" && find -L . -type f ! -name 'RPM-GPG-KEY-*' -exec sha256sum {} + | LC_ALL=C sort)
}

# elements TREE TYPE PATTERN: the lines of what is in it that match.
elements() { data "$1" "$2" | grep -o -- "$3" | LC_ALL=C sort; }

# pkgids TREE [TYPE]: those of primary, or of filelists, other, susedata.
pkgids() {
	if [ "${2-primary}" = primary ]; then
		elements "$1" primary 'pkgid="YES">[^<]*' | sed 's/.*>//'
	else
		elements "$1" "$2" 'pkgid="[^"]*' | sed 's/.*"//'
	fi
}

# hrefs TREE: where its packages are.
hrefs() { elements "$1" primary '<location[^>]*href="[^"]*' | sed 's/.*"//'; }

# --- dnf and zypper ---

# with_root COMMAND...: the clients want to be root, if only in a namespace.
with_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else unshare --map-root-user "$@"; fi
}

# dnf_repo ID URL [LINE...]: the repository of the dnf whose root is $W/dnf/root.
dnf_repo() {
	local id=$1 url=$2
	shift 2
	rm -rf "$W/dnf/repos"
	mkdir -p "$W/dnf/repos" "$W/dnf/root" "$W/dnf/log"
	cat >"$W/dnf/conf" <<-END
	[main]
	reposdir=$W/dnf/repos
	cachedir=/cache
	persistdir=/persist
	logdir=$W/dnf/log
	pluginpath=
	plugins=0
	varsdir=
	gpgcheck=0
	install_weak_deps=1
	module_platform_id=platform:el9
	ignorearch=1
	retries=1
	color=never
	END
	{
		printf '[%s]\nname=%s\nbaseurl=%s\nenabled=1\n' "$id" "$id" "$url"
		for line; do echo "$line"; done
	} >"$W/dnf/repos/$id.repo"
}

# dnf COMMAND...: a dnf with a root and a configuration of its own.
dnf() {
	HOME=$W/dnf with_root env dnf -c "$W/dnf/conf" --installroot="$W/dnf/root" \
		--releasever=9 --forcearch=x86_64 -y "$@"
}

# dnf_names [SPEC...]: what dnf could install: "name-epoch:version-release.arch".
dnf_names() {
	dnf -q repoquery --qf '%{name}-%{epoch}:%{version}-%{release}.%{arch}' "$@" | LC_ALL=C sort
}

# installed: what dnf installed, "name-version-release.arch" a line.
installed() { in_database "$W/dnf" "$W/dnf/root"; }

# zypper_installed: the same of zypper.
zypper_installed() { in_database "$W/zypp" "$W/zypp"; }

# in_database HOME ROOT: Debian's rpm has the database in the home of who runs it.
in_database() {
	HOME=$1 with_root rpm --root "$2" -qa --qf '%{name}-%{version}-%{release}.%{arch}\n' |
		grep -v '^gpg-pubkey' | LC_ALL=C sort
}

# zypper_repo ID URL [OPTION OF ADDREPO...]
zypper_repo() {
	local id=$1 url=$2
	shift 2
	mkdir -p "$W/zypp"
	zypper addrepo "$@" "$url" "$id"
}

# zypper COMMAND...: a zypper with a root of its own, that asks nothing.
zypper() {
	HOME=$W/zypp ZYPP_LOCKFILE_ROOT=$W/zypp with_root env zypper \
		--root "$W/zypp" --non-interactive --quiet "$@"
}
