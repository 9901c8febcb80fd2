#!/bin/sh
# usage: tests/bench/publish.sh [COUNT]
# Publishes COUNT (60,000) objects of the pool, against cp -al of the same
# files: a first publish should be within twice its time, an unchanged one
# within a fifth.  Prints Markdown tables; works below build/.
set -eu
count=${1:-60000}
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$top/build/bench-publish
PATH=$top/build/bin:$PATH
export CHANTAL_HOME="$work/store"

# Paths as Debian has them, 15 packages a folder.
make_stream() {
	printf '{"record":"repo","repo":"b","v":1,"type":"http","mode":"mirror","feed":"http://127.0.0.1/"}\n'
	cd "$work/in" && find . -type f -exec sha256sum {} + | awk '{
		n = substr($2, 3); d = n % (NR > 15 ? '"$count"' / 15 : 1)
		printf "{\"record\":\"package\",\"repo\":\"b\",\"name\":\"lib%d\",\"arch\":\"amd64\",\"version\":\"%d\",\"path\":\"pool/main/lib%d/%d.deb\",\"type\":\"http\",\"size\":%d,\"sha256\":\"%s\"}\n", d, n, d, n, length(n) + 1, $1
	}'
	printf '{"record":"end","repo":"b","status":"ok"}\n'
}

rm -rf "$work"
mkdir -p "$work/in"
cd "$work/in"
seq "$count" | split -l 1 -a 6 -d --numeric-suffixes=1 - ''
for f in 0*; do
	n=${f#"${f%%[!0]*}"}
	mv "$f" "$n"
done
cd "$work"
make_stream >stream
find in -type f -print0 | xargs -0 -n 5000 chantal-pool import >/dev/null
rm -r in
sync

hyperfine --warmup 1 --runs 5 --export-markdown first.md \
	--prepare 'chantal-publish --unpublish pub 2>/dev/null || true; sync' \
	-n "chantal-publish, first" 'chantal-publish -q --repo b pub <stream'
chantal-publish -q --repo b --key bench pub <stream
hyperfine --warmup 1 --runs 5 --export-markdown cp.md \
	--prepare 'rm -rf copy; sync' -n "cp -al" 'cp -al pub copy'
rm -rf copy
hyperfine --warmup 1 --runs 5 --export-markdown unchanged.md \
	-n "chantal-publish --is-current" 'chantal-publish --is-current pub bench' \
	-n "chantal-publish, unchanged" 'chantal-publish -q --repo b pub <stream'
sed '/lib1"/d' stream >stream2
hyperfine --runs 3 --export-markdown again.md \
	--prepare 'chantal-publish -q --repo b pub <stream; sync' \
	-n "chantal-publish, over an old tree" \
	'chantal-publish -q --repo b pub <stream2'
cat cp.md
tail -n +3 -q first.md again.md unchanged.md
chantal-publish --unpublish pub
cd "$top"
rm -rf "$work"
