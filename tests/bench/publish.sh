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

# Files in/N and a stream with paths as Debian has them, 15 packages a folder.
make_stream() {
	python3 - "$count" <<-'EOS'
		import hashlib, sys
		count = int(sys.argv[1])
		print('{"record":"repo","repo":"b","v":1,"type":"http",'
		      '"mode":"mirror","feed":"http://127.0.0.1/"}')
		for n in range(count):
		    data = b"object %d\n" % n
		    with open("in/%d" % n, "wb") as f:
		        f.write(data)
		    print('{"record":"package","repo":"b","name":"lib%d",'
		          '"arch":"amd64","version":"%d",'
		          '"path":"pool/main/l/lib%d/lib%d_%d.deb","type":"http",'
		          '"size":%d,"sha256":"%s"}'
		          % (n % (count // 15 + 1), n, n % (count // 15 + 1), n, n,
		             len(data), hashlib.sha256(data).hexdigest()))
		print('{"record":"end","repo":"b","status":"ok"}')
	EOS
}

rm -rf "$work"
mkdir -p "$work/in"
cd "$work"
make_stream >stream
find in -type f -print0 | xargs -0 -n 5000 chantal-pool import >/dev/null
rm -r in
sync

# ext4 is slow to give out inodes that were freed in the last five seconds;
# neither side is to pay for the removal of the run before.
hyperfine --time-unit millisecond --runs 3 --export-markdown first.md \
	--prepare 'chantal-publish --unpublish pub 2>/dev/null || true; sync; sleep 6' \
	-n "chantal-publish, first" 'chantal-publish -q --repo b pub <stream'
chantal-publish -q --repo b --key bench pub <stream
hyperfine --time-unit millisecond --runs 3 --export-markdown cp.md \
	--prepare 'rm -rf copy; sync; sleep 6' -n "cp -al" 'cp -al pub copy'
rm -rf copy
hyperfine --time-unit millisecond --warmup 1 --runs 5 --export-markdown unchanged.md \
	-n "chantal-publish --is-current" 'chantal-publish --is-current pub bench' \
	-n "chantal-publish, unchanged" 'chantal-publish -q --repo b pub <stream'
sed '/lib1"/d' stream >stream2
hyperfine --time-unit millisecond --runs 3 --export-markdown again.md \
	--prepare 'chantal-publish -q --repo b pub <stream; sync; sleep 6' \
	-n "chantal-publish, over an old tree" \
	'chantal-publish -q --repo b pub <stream2'
cat cp.md
tail -n +3 -q first.md again.md unchanged.md
chantal-publish --unpublish pub
cd "$top"
rm -rf "$work"
