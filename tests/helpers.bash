# What every bats file loads: the built programs first in PATH, a store of its
# own for each test, and small tools for streams.
bats_require_minimum_version 1.5.0

TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BUILD=${CHANTAL_BUILD:-$TOP/build}
BIN=$BUILD/bin
PATH=$BIN:$PATH
export PATH BIN BUILD TOP

common_setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	unset CHANTAL_CONFIG CHANTAL_PLUGIN_PATH SOURCE_DATE_EPOCH
	unset http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY
	export LC_ALL=C.UTF-8 TZ=UTC
	export HOME=$BATS_TEST_TMPDIR/home
	export CHANTAL_HOME=$BATS_TEST_TMPDIR/store
	mkdir -p "$HOME"
}

# repo_line ID TYPE [JSON members behind]
repo_line() {
	printf '{"record":"repo","repo":"%s","v":1,"type":"%s","mode":"mirror","feed":"%s"%s}\n' \
		"$1" "$2" "${FEED-}" "${3:+,$3}"
}

# end_line ID [STATUS]
end_line() {
	printf '{"record":"end","repo":"%s","status":"%s"}\n' "$1" "${2:-ok}"
}

# pkg_line ID NAME VERSION ARCH PATH [JSON members behind]
pkg_line() {
	printf '{"record":"package","repo":"%s","name":"%s","arch":"%s","version":"%s","path":"%s","type":"http"%s}\n' \
		"$1" "$2" "$4" "$3" "$5" "${6:+,$6}"
}

sha256_of() {
	sha256sum "$1" | cut -d' ' -f1
}

# free_port: a TCP port of 127.0.0.1 that nobody listens on now.
free_port() {
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for COMMAND...: until it succeeds, 10 seconds at most.
wait_for() {
	local i
	for i in $(seq 200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "gave up waiting for: $*" >&2
	return 1
}
