#!/bin/sh
# usage: tests/bench/catalog.sh [COUNT]
# Two generations of COUNT (63,440) packages, as of Debian's main, of which
# every fourth has another version: their diff should take under a second.
# Beside it what else reads or writes such a generation, and plain programs on
# the same files.  Prints a Markdown table; works below build/.
set -eu
count=${1:-63440}
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$top/build/bench-catalog
PATH=$top/build/bin:$PATH
catalog=$work/catalog

rm -rf "$work"
mkdir -p "$work"
cd "$work"
"$top/tests/bench/debian-records" "$count" >first
sed '0~4s/"version":"/"version":"1:/' first >second
LC_ALL=C shuf --random-source=first second >shuffled
for stream in first second; do
	chantal-catalog save -q --catalog "$catalog" debian <$stream
done
du -L -h --apparent-size "$catalog/debian/current" | cut -f1

hyperfine -u millisecond --warmup 1 --runs 5 --ignore-failure --export-markdown read.md \
	-n "chantal-catalog diff" \
	"chantal-catalog diff --catalog $catalog debian@1 debian >/dev/null" \
	-n "comm of the same files" \
	"LC_ALL=C comm -3 $catalog/debian/00000001.ndjson $catalog/debian/00000002.ndjson >/dev/null" \
	-n "chantal-catalog cat" \
	"chantal-catalog cat --catalog $catalog debian >/dev/null" \
	-n "sha256sum of the same file" "sha256sum $catalog/debian/current" \
	-n "chantal-catalog search lib" \
	"chantal-catalog search --catalog $catalog lib >/dev/null" \
	-n "chantal-catalog ls" \
	"chantal-catalog ls --catalog $catalog debian >/dev/null"
hyperfine -u millisecond --warmup 1 --runs 5 --export-markdown write.md \
	--prepare "rm -rf again; sync" \
	-n "chantal-catalog save, shuffled" \
	"chantal-catalog save -q --catalog again debian <shuffled" \
	-n "sort of the same lines" \
	"LC_ALL=C sort -u -S 16M shuffled >sorted && sync sorted" \
	-n "chantal-catalog save, unchanged" \
	"chantal-catalog save -q --catalog $catalog debian <second"
cat read.md
tail -n +3 -q write.md
printf 'resident memory of diff and save: '
for words in "diff debian@1 debian" "save -q debian"; do
	# shellcheck disable=SC2086 # words are split
	set -- $words
	command=$1
	shift
	/usr/bin/time -f '%M KiB' -o memory chantal-catalog "$command" \
		--catalog "$catalog" "$@" <shuffled >/dev/null || true
	printf '%s ' "$(tail -n 1 memory)"
done
echo
cd "$top"
rm -rf "$work"
