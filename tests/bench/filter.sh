#!/bin/sh
# chantal-filter against jq on 63,440 records of Debian's kind (79 MB), in one
# run; and what it does besides, with the memory that it takes.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PWD/build/bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
records=$work/records.ndjson

tests/bench/debian-records >"$work/stream.ndjson"
grep '"record":"package"' "$work/stream.ndjson" >"$records"
printf '%s records, %s bytes\n' "$(wc -l <"$records")" "$(wc -c <"$records")"

# What is compared must be the same.
chantal-filter --include '^lib' <"$records" >"$work/ours"
jq -c 'select(.name|test("^lib"))' <"$records" >"$work/theirs"
cmp "$work/ours" "$work/theirs"

hyperfine --warmup 1 --min-runs 10 --export-json "$work/ours.json" \
	"chantal-filter --include '^lib' <$records" \
	"chantal-filter --include 'lib.*[0-9]{2}$' <$records" \
	"chantal-filter <$records" \
	"chantal-filter --latest 1 <$records" \
	"chantal-filter --where 'stanza.Depends~libssl' <$records" \
	"chantal-filter --source-packages matching <$records" \
	"chantal-filter --shard 1/4 <$records" \
	"chantal-filter --through cat <$records" \
	"cat $records"
hyperfine --runs 5 --export-json "$work/theirs.json" \
	"jq -c 'select(.name|test(\"^lib\"))' <$records"

# resident NAME COMMAND...: its peak, by the kernel's own account
resident() {
	name=$1
	shift
	/usr/bin/time -f %M -o "$work/rss" "$@" <"$records" >/dev/null
	printf '%s: %s KiB resident\n' "$name" "$(cat "$work/rss")"
	[ "$(cat "$work/rss")" -lt 16384 ]
}
resident 'filter' chantal-filter --include '^lib'
resident 'filter with latest' chantal-filter --latest 1
resident 'filter with a field' chantal-filter --where 'stanza.Depends~libssl'
resident 'filter with sources' chantal-filter --source-packages matching
resident 'filter with through' chantal-filter --through cat

# Judged by processor time, which other work on the machine does not change.
jq -rn --slurpfile ours "$work/ours.json" --slurpfile theirs "$work/theirs.json" '
	def cpu: .results[0] | .user + .system;
	($theirs[0].results[0].min / $ours[0].results[0].min) as $clock
	| (($theirs[0] | cpu) / ($ours[0] | cpu)) as $times
	| "\($times * 10 | floor / 10) times faster than jq in processor time, " +
	  "\($clock * 10 | floor / 10) times by the clock (best of each)",
	  if $times < 30 then "that is under 30\n" | halt_error(1) else empty end'
