# What the tests of type rpm share: folders, web servers on 127.0.0.1, and
# clients with a root of their own; keys and upstreams are in rpm-upstreams.bash.

# shellcheck disable=SC2034,SC2119,SC2120 # variables of the tests; options that tests give
load rpm-upstreams

# --- the tests' folders and server ---

# A folder that a web server of another user may read, served by nginx: $WWW is
# at http://127.0.0.1:$PORT/.  For setup_file and teardown_file.
rpm_setup_file() {
	WWW=$(mktemp -d "${TMPDIR:-/tmp}/chantal-www.XXXXXX")
	chmod 755 "$WWW"
	GPG=$(mktemp -d /tmp/chantal-gpg.XXXXXX)
	rpm_tree
	signing_home
	read -r SERVER PORT STATE < <("$BATS_TEST_DIRNAME/bin/serve" nginx "$WWW")
	[ -n "$STATE" ]
	export WWW GPG SERVER PORT STATE
}

rpm_teardown_file() {
	[ -z "${SERVER-}" ] || kill "$SERVER" 2>/dev/null || :
	[ -z "${STATE-}" ] || rm -rf "$STATE"
	[ -z "${GPG-}" ] || gpgconf --homedir "$GPG" --kill all
	[ -z "${WWW-}" ] || rm -rf "$WWW" "$GPG"
}

# A folder for the test, $W, at $URL, with clients and room for an upstream.
# For setup.
rpm_setup() {
	common_setup
	W=$WWW/$BATS_TEST_NUMBER URL=http://127.0.0.1:$PORT/$BATS_TEST_NUMBER
	mkdir "$W"
	chmod 755 "$W"
	cd "$W" || return 1
	PIDS=()
	VERIFY="verify: {enabled: true, gpgcheck: false, key_files: [$KEYS/repo.asc]}"
	SIGN="gpg: {enabled: true, key_file: $KEYS/mirror.sec}"
	NOSIGN='gpg: {enabled: false}'
}

rpm_teardown() {
	local pid
	for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || :; done
	[ -z "${W-}" ] || rm -rf "$W"
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

# web [OPTION...] DIR: bin/apt-upstream; FEED is its address, ASKED its log.
web() {
	ASKED=$W/asked.log
	rm -f "$W/web.port"
	: >"$ASKED"
	"$BATS_TEST_DIRNAME/bin/apt-upstream" --log "$ASKED" "$@" \
		>"$W/web.port" 2>"$W/web.err" 3>&- &
	PIDS+=($!)
	wait_for test -s "$W/web.port"
	FEED=http://127.0.0.1:$(cat "$W/web.port")
}

# --- chantal ---

# repository ID MODE [LINE...]: adds one of type rpm to the configuration; its
# feed is $W/up unless a line says, or the mode is hosted.
repository() {
	local id=$1 mode=$2 line
	shift 2
	[ -f "$W/config.yaml" ] || cat >"$W/config.yaml" <<-END
	storage:
	  base_path: $W/store
	  published_path: $W/www
	repositories:
	END
	{
		printf '  - id: %s\n    type: rpm\n    mode: %s\n' "$id" "$mode"
		case "$mode $*" in hosted* | *feed:*) ;; *) printf '    feed: file://%s/up/\n' "$W" ;; esac
		for line; do printf '    %s\n' "$line"; done
	} >>"$W/config.yaml"
	export CHANTAL_CONFIG=$W/config.yaml
	unset CHANTAL_HOME
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
