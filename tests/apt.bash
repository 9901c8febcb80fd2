# What the tests of type apt share: folders, web servers on 127.0.0.1, and apt
# clients with a root of their own; keys and upstreams are in apt-upstreams.bash.

# shellcheck disable=SC2034 # variables of the tests
load repositories
load apt-upstreams

# --- the tests' folders and upstreams ---

apt_setup_file() {
	apt_keys
	www_setup_file
}

# A folder for the test with an apt client and room for an upstream.
apt_setup() {
	www_setup
	CLOCK=$(($(date +%s) - 7200))
	client_root "$W/client"
	VERIFY="verify: {enabled: true, key_files: [$KEYS/archive.asc]}"
}

# upstream [DIR]: a copy of an archive (default: the synthetic one) to be
# changed, in $W/up.
upstream() {
	cp -R --preserve=timestamps "${1:-$ARCHIVE}" "$W/up"
}

# small [PACKAGE]: an upstream of one suite with one package, in $W/up.
small() {
	rm -rf "$W/up"
	add_deb "${1:-tiny}" 1
	reindex
}

# add_deb NAME VERSION [ARCH [CONTROL LINE...]]: one more in the pool of $W/up.
add_deb() {
	local version=${2#*:} arch=${3:-amd64}
	make_deb "$W/up/pool/main/${1:0:1}/$1/$1_${version}_$arch.deb" "$1" "$2" "$arch" "${@:4}"
}

# reindex: indexes and Release of what is in $W/up/pool now; $ARCHS has others
# than amd64.
reindex() {
	mkdir -p "$W/up/lists" "$W/up/pool"
	(cd "$W/up" && find pool -type f | LC_ALL=C sort >lists/stable_main)
	rm -rf "$W/up/dists"
	make_index "$W/up" stable main "${ARCHS:-amd64}" >/dev/null 2>&1
	release
}

# release [FIELD=VALUE...]: a new Release of $W/up's indexes as they are.
release() {
	make_release "$W/up" stable main "${ARCHS:-amd64}" synth "$@"
}

# resign [KEY...]: new signatures of $W/up's Release as it is.
resign() {
	sign "$W/up/dists/stable" "$@"
}

# edit_index PATH SED_SCRIPT: changes an index of $W/up in all its forms.
edit_index() {
	local path=$W/up/dists/stable/$1
	xz -dc "$path.xz" | sed "$2" >"$path"
	rm -f "$path".*
	xz -k "$path" && gzip -nk "$path"
	release
}

# dated FIELD TEXT: $W/up's Release with this line instead of its own, signed.
dated() {
	sed -i "/^$1:/d; s/^MD5Sum:/$1: $2\n&/" "$W/up/dists/stable/Release"
	resign
}

# --- chantal ---

# repository ID MODE [LINE...]: adds one of type apt to the configuration.
repository() { add_repository apt "$@"; }

# packages_of ID: what the catalog has as packages: "arch name version path".
packages_of() {
	chantal-catalog cat "$1" |
		jq -r 'select(.record == "package") | [.arch, .name, .version, .path] | join(" ")'
}

# --- apt clients ---

# client_root DIR [ARCH...]: an apt root of its own, $APTROOT, that has nothing of the
# machine's configuration, and checks dates whatever the machine says.
client_root() {
	local arch
	APTROOT=$1
	shift
	[ $# -gt 0 ] || set -- amd64
	mkdir -p "$APTROOT"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d,auth.conf.d} \
		"$APTROOT"/var/{lib/apt/lists/partial,cache/apt/archives/partial,log/apt,lib/dpkg}
	: >"$APTROOT/var/lib/dpkg/status"
	cat >"$APTROOT/apt.conf" <<-END
	Dir "$APTROOT/";
	Dir::State::status "$APTROOT/var/lib/dpkg/status";
	#clear APT::Architectures;
	APT::Architecture "$1";
	APT::Sandbox::User "$(id -un)";
	APT::Install-Recommends "false";
	APT::Color "0";
	Acquire::Check-Date "true";
	Acquire::Check-Valid-Until "true";
	Acquire::Languages { "en"; };
	Acquire::Retries "0";
	Acquire::http::Proxy "DIRECT";
	END
	for arch; do echo "APT::Architectures:: \"$arch\";" >>"$APTROOT/apt.conf"; done
}

# apt COMMAND...: a program of apt in $APTROOT.
apt() {
	env APT_CONFIG="$APTROOT/apt.conf" "$@"
}

# source_line WORDS...: a line of sources.list; [KEY] stands for the option that
# trusts this key alone: source_line deb [mirror] URL stable main
source_line() {
	local words=("$@")
	case ${words[1]} in
	\[*) words[1]="[signed-by=$KEYS/$(tr -d '[]' <<<"${words[1]}").gpg]" ;;
	esac
	echo "${words[*]}" >>"$APTROOT/etc/apt/sources.list"
}

# client KEY URL: a client of the suite stable, main, and of nothing else.
client() {
	echo "deb [signed-by=$KEYS/$1.gpg] $2 stable main" >"$APTROOT/etc/apt/sources.list"
}

# apt_update: any failure, also one that apt itself ignores, and any warning is
# one; $APTROOT/update.log says what.
apt_update() {
	apt apt-get update --error-on=any >"$APTROOT/update.log" 2>&1 || {
		cat "$APTROOT/update.log"
		return 1
	}
	if grep -E '^(W|E|Err|Ign)' "$APTROOT/update.log"; then return 1; fi
}

# fresh_client: the client has seen nothing yet, also no half of a file.
fresh_client() {
	rm -rf "$APTROOT/var/lib/apt/lists"
	mkdir -p "$APTROOT/var/lib/apt/lists/partial"
}

# apt_names: what the client knows, "name version arch" a line.
apt_names() {
	apt apt-cache dumpavail | awk '
		/^Package:/ { name = $2 }
		/^Version:/ { version = $2 }
		/^Architecture:/ { arch = $2 }
		/^$/ { print name, version, arch }' | LC_ALL=C sort -u
}
