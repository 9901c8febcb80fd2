# Plugins for the tests: small shell scripts in a folder of the test's own.

plugins_setup() {
	mkdir -p "$BATS_TEST_TMPDIR/plugins"
	export CHANTAL_PLUGIN_PATH=$BATS_TEST_TMPDIR/plugins
	SERVER=
}

# fetch WORDS...: quietly, and nothing is tried twice.
fetch() { chantal-fetch -q --retries 0 "$@"; }

# plugin TYPE < BODY: an executable on the plugin path.  BODY defines the shell
# functions list, index, inspect, check as it needs; $config, $meta, $out and
# $cache are the values of their options.
plugin() {
	local dir=$BATS_TEST_TMPDIR/plugins
	mkdir -p "$dir"
	{
		cat <<-'HEAD'
			#!/bin/sh
			set -eu
			verb=$1
			shift
			while [ $# -gt 0 ]; do
				case $1 in
				--config) config=$2 ;;
				--meta) meta=$2 ;;
				--out) out=$2 ;;
				--cache) cache=$2 ;;
				esac
				shift 2
			done
		HEAD
		cat
		printf '%s\n' 'case $verb in'
		printf 'describe) echo '\''{"protocol":[1],"type":"%s","version":"1","verbs":["list","inspect"%s],"version_order":"none"%s}'\'' ;;\n' \
			"$1" "${2:+,\"$2\"}" "${3:+,$3}"
		printf '%s\n' '*) "$verb" ;;' esac
	} >"$dir/$1"
	chmod 755 "$dir" "$dir/$1"
}

# archive_list: a list that collects the .tar.gz links of index.html.
archive_list() {
	cat <<-'EOS'
		list() {
			[ -f "$meta/page" ] || {
				echo '{"record":"want","url":"index.html","as":"page","root":true}'
				return
			}
			echo '{"record":"repo"}'
			sed -n 's/.*href="\([^"]*\.tar\.gz\)".*/\1/p' "$meta/page" |
				while read -r file; do
					name=${file%.tar.gz}
					printf '{"record":"package","name":"%s","version":"%s","path":"packages/%s","url":"%s"}\n' \
						"${name%-*}" "${name##*-}" "$file" "$file"
				done
		}
	EOS
}

# archive_plugin [index]: type archive, with that list and a signed index that
# counts.
archive_plugin() {
	{
		archive_list
		cat <<-'EOS'
			index() {
				tee "$cache/lines"
				grep -c '"record":"package"' "$cache/lines" >"$out/count" || :
				echo '{"record":"file","path":"count","role":"root","sign":"openpgp-detached"}'
			}
		EOS
	} | plugin archive "${1:-}"
}

# feed NAME-VERSION...: a folder "feed" with archives and a page of links.
feed() {
	local name
	mkdir -p feed
	for name in "$@"; do
		printf 'bytes of %s\n' "$name" >"feed/$name.tar.gz"
	done
	(
		cd feed
		for name in *.tar.gz; do
			printf '<a href="%s">%s</a>\n' "$name" "$name"
		done >index.html
	)
}

# serve_feed: the folder "feed" on 127.0.0.1; sets URL and SERVER.
serve_feed() {
	local port
	port=$(free_port)
	(cd feed && exec python3 -m http.server --bind 127.0.0.1 "$port" \
		>"$BATS_TEST_TMPDIR/access" 2>&1 3>&-) &
	SERVER=$!
	URL=http://127.0.0.1:$port/
	wait_for curl -s -o /dev/null "$URL"
	: >"$BATS_TEST_TMPDIR/access"
}

stop_feed() {
	[ -z "${SERVER:-}" ] || kill "$SERVER"
	SERVER=
}

# refused_as STATUS WORDS COMMAND...: it fails so, with these words in the
# message, and a failed end record behind whatever it printed.
refused_as() {
	local status_wanted=$1 words=$2
	shift 2
	run "-$status_wanted" --separate-stderr "$@"
	[[ "$stderr" == *"$words"* ]] || {
		echo "stderr: $stderr"
		return 1
	}
	[ "$(jq -r 'select(.record=="end").status' <<<"$output")" = failed ]
	[ "$(jq -r 'select(.record=="end").exit' <<<"$output")" = "$status_wanted" ]
	[ "$(tail -n 1 <<<"$output" | jq -r .record)" = end ]
}
