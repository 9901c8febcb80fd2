#!/bin/bash
# usage: tests/bench/rpm.sh
# Metadata of Fedora's size from nginx on the loopback, of which 6 % and half
# are kept and published, against mergerepo_c, which reads and writes the same
# files; 2,000 small packages mirrored, against aria2c, and indexed as our own,
# against createrepo_c; and the memory of every stage.  All in one run.  Prints
# Markdown tables; works below build/.
# shellcheck disable=SC2016,SC2094 # what other shells expand; files of stages
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
export BUILD=$top/build BATS_TEST_DIRNAME=$top/tests
PATH=$BUILD/bin:$PATH
# shellcheck source=/dev/null # as bats has it
load() { . "$top/tests/$1.bash"; }
load rpm
work=$BUILD/bench-rpm
runs=${RUNS:-3}
count=${COUNT:-70000}
# Where the upstreams are; given, they are kept for the next run.
up=${UP:-$work/up}

rpm_keys
rm -rf "$work"
mkdir -p "$work" "$up"
server='' state=''
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	cd "$top" && rm -rf "$work" "$state"
}
trap finish EXIT
cd "$work"

# --- upstreams: big has metadata only, small has 2,000 packages ---

# The 2,000 are of one source: rpmbuild is slow to start.
small_packages() {
	{
		printf 'Name: small\nVersion: 1\nRelease: 1\nSummary: x\nLicense: MIT\nBuildArch: noarch\n'
		printf '%%description\nx\n%%install\nmkdir -p %%{buildroot}/usr/bin\n'
		printf 'for i in $(seq 2000); do head -c 6000 /dev/urandom >%%{buildroot}/usr/bin/tool$i; done\n'
		for i in $(seq 2000); do
			printf '%%package -n tool%d\nSummary: The tool %d\nRequires: base >= 1\n' "$i" "$i"
			printf '%%description -n tool%d\nThe tool %d.\n%%files -n tool%d\n/usr/bin/tool%d\n' "$i" "$i" "$i" "$i"
		done
	} >small.spec
	rpm_build "$work" small noarch >log 2>&1 || {
		tail log >&2
		return 1
	}
	mv out/noarch "$up/small"
}

[ -d "$up/big" ] || "$top/tests/bench/rpm-metadata" --gz "$up/big" "$count"
[ -d "$up/small" ] || small_packages
createrepo_c --quiet --no-database "$up/small"
read -r server port state < <("$top/tests/bin/serve" nginx "$up")
url=http://127.0.0.1:$port
cat >config.yaml <<END
storage: {base_path: $work/now/store, published_path: $work/now/www}
verify: {enabled: false}
gpg: {enabled: true, key_file: $KEYS/mirror.sec}
repositories:
  - {id: few, type: rpm, mode: filtered, feed: $url/big/, filters: {patterns: {include: ['name:0[0-5]\$']}}}
  - {id: half, type: rpm, mode: filtered, feed: $url/big/, filters: {patterns: {include: ['name:[02468]\$']}}}
  - {id: small, type: rpm, mode: mirror, feed: $url/small/}
  - {id: own, type: rpm, mode: hosted}
END
export CHANTAL_CONFIG=$work/config.yaml
unset CHANTAL_HOME
cat >fresh.sh <<'END'
d=$(mktemp -d run.XXXXXX)
ln -sfn "$d" now
chantal -q init >/dev/null 2>&1
sync
END

# filtered ID: fetch to a published tree of metadata: there are no packages behind them.
cat >filtered.sh <<'END'
chantal-fetch -q --repo "$1" 2>/dev/null | chantal-filter --repo "$1" | chantal-index -q --repo "$1" >indexed
grep '"record":"file"' indexed | grep -v '"role":"input"' | chantal-publish -q --unmarked --repo "$1" "now/tree.$1"
END

# --- filtered, against mergerepo_c ---

# stage NAME COMMAND...: time, processor time and memory go to stages; of a
# pipeline the memory is that of its largest program.
stage() {
	local name=$1
	shift
	echo "$name" >&2
	/usr/bin/time -a -o stages -f "| $name | %e s | %U s + %S s | %M KiB |" "$@"
}
printf '| %s packages | time | processor | resident |\n|---|---:|---:|---:|\n' "$count" >stages
for id in few half; do
	sh fresh.sh
	stage "fetch to published tree, $id kept, nothing cached" sh filtered.sh $id
	[ -s "now/tree.$id/repodata/repomd.xml" ]
done
stage "the same once more" sh filtered.sh half
chantal-fetch -q --repo half >s1 2>/dev/null
chantal-filter --repo half <s1 >half
chantal-filter --repo few <s1 >few
stage "mergerepo_c of the same files" mergerepo_c --no-database --compress-type gz --all \
	-r "file://$up/big" -o merged >/dev/null
stage "gzip -dc of the same files" gzip -dc "$up"/big/repodata/*-{primary,filelists,other}.xml.gz >/dev/null
sh fresh.sh
stage "chantal-fetch" chantal-fetch -q --repo half >s1 2>/dev/null
stage "chantal-filter, half" chantal-filter --repo half <s1 >half
stage "chantal-index, few" chantal-index -q --repo few <few >indexed
stage "chantal-index, half" chantal-index -q --repo half <half >indexed

# --- 2,000 packages ---

(cd "$up/small" && find . -type f | sed "s|^\./|$url/small/|; s/+/%2B/g") >list
mkdir pkgs
hyperfine -u millisecond --runs "$((runs * 2))" --export-markdown small.md \
	--prepare 'sh fresh.sh' -n "chantal repo sync, 2,000 packages" "chantal -q repo sync --repo-id small" \
	--prepare 'rm -rf got; mkdir got; sync' -n "aria2c -j16 -i" \
	"aria2c -q -j16 -x1 --file-allocation=none -d got -i list" >&2
sh fresh.sh
stage "chantal package upload of 2,000" chantal -q package upload --repo-id own --directory "$up/small"
chantal-catalog cat own >own
cp -R "$up/small" hosted
rm -r hosted/repodata
hyperfine -u millisecond --runs "$((runs * 2))" --export-markdown own.md \
	--prepare 'rm -rf now/store/cache' -n "chantal-index of our own, nothing cached" \
	"chantal-index -q --repo own <own >indexed" \
	--prepare 'rm -rf hosted/repodata' -n "createrepo_c" "createrepo_c -q --no-database hosted" \
	--prepare true -n "chantal-index of our own, unchanged" "chantal-index -q --repo own <own >indexed" \
	--prepare true -n "createrepo_c --update, unchanged" "createrepo_c -q --no-database --update hosted" >&2
echo
echo "$count packages, $(grep -c '"record":"package"' few) of few, $(grep -c '"record":"package"' half) of half; load $(cut -d' ' -f1-3 /proc/loadavg)"
cat stages
cat small.md
cat own.md
