#!/bin/sh
# usage: tests/bench/pool.sh [COUNT [SIZE]]
# COUNT (2,000) files of SIZE (8,192) bytes from nginx on the loopback: pool add
# in its default, durable mode against wget and curl, which sync nothing, on
# the same list.  Prints a Markdown table; works below build/.
#
# Every run writes to a new folder: ext4 is slow to give out inodes that were
# freed in the last seconds, and that is not what is measured.
set -eu
count=${1:-2000}
size=${2:-8192}
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$top/build/bench-pool
PATH=$top/build/bin:$PATH
server=
state=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	cd "$top"
	rm -rf "$work" "$state"
}
trap finish EXIT

rm -rf "$work"
mkdir -p "$work/files"
cd "$work"
head -c "$((count * size))" /dev/urandom |
	split -a 6 -d -b "$size" - files/f
chmod -R a+rX "$work"
read -r server port state <<END
$("$top/tests/bin/serve" nginx files)
END
url=http://127.0.0.1:$port
record() { # NAME MEMBERS
	printf '{"record":"package","repo":"bench","name":"%s","arch":"all","version":"1","path":"%s","type":"http","url":"%s/%s"%s}\n' \
		"$1" "$1" "$url" "$1" "$2"
}
mark='{"record":"repo","v":1,"repo":"bench","type":"http","mode":"mirror"}'
end='{"record":"end","repo":"bench","status":"ok"}'
echo "$mark" >plain
echo "$mark" >summed
(cd files && sha256sum f*) >sums
while read -r sum name; do
	echo "$url/$name" >>urls
	printf 'url = "%s/%s"\noutput = "now/%s"\n' "$url" "$name" "$name" >>curlrc
	record "$name" "" >>plain
	record "$name" ",\"sha256\":\"$sum\"" >>summed
done <sums
echo "$end" >>plain
echo "$end" >>summed

add() { # OPTIONS STREAM
	echo "chantal-pool -q --pool now/pool --catalog catalog --cache now/cache $1 add <$2 >out"
}
# shellcheck disable=SC2016 # for hyperfine's shell
fresh='d=$(mktemp -d run.XXXXXX); ln -sfn $d now; sync'
hyperfine -u millisecond --warmup 1 --runs "${RUNS:-5}" --export-markdown table.md \
	--prepare "$fresh" \
	-n "chantal-pool add" "$(add "" summed)" \
	-n "chantal-pool add, no digests known" "$(add "" plain)" \
	-n "chantal-pool add --durability none" "$(add "--durability none" summed)" \
	-n "wget -m" "wget -q -m -nH -P now $url/" \
	-n "wget -i" "wget -q -P now -i urls" \
	-n "curl --parallel" "curl -s --parallel -K curlrc" >&2
sh -c "$fresh"
sh -c "$(add "" summed)"
hyperfine -u millisecond --warmup 1 --runs "${RUNS:-5}" --export-markdown again.md \
	-n "chantal-pool add, all is here" "$(add "" summed)" >&2
cat table.md
tail -n +3 again.md
sh -c "$fresh"
/usr/bin/time -f '%M' -o memory sh -c "$(add "" summed)"
echo "resident memory: $(tail -n 1 memory) KiB"
