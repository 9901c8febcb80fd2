#!/bin/bash
# usage: tests/bench/apt.sh
# The whole main of a Debian suite from nginx on the loopback, of which what
# can be had of it, some 280 packages, is kept, signed and published: chantal
# against aptly and reprepro on the same upstream, in one run.  Neither of them
# fetches or publishes long descriptions (Translation-en), so that we leave them
# out as well, and have them in a row of its own.  Then the same when nothing
# has changed; half of main kept, with descriptions, against xz and gzip on the
# same bytes; and the memory of every stage.  Prints Markdown tables; works
# below build/.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
export BUILD=$top/build BATS_TEST_DIRNAME=$top/tests
PATH=$BUILD/bin:$PATH
# shellcheck source=/dev/null # as bats has it
load() { . "$top/tests/$1.bash"; }
load apt
work=$BUILD/bench-apt
runs=${RUNS:-3}

apt_upstream
rm -rf "$work"
mkdir -p "$work/gpg"
server='' state=''
finish() {
	[ -z "$server" ] || kill "$server" || :
	signing_home_end || :
	cd "$top" && rm -rf "$work" "$state"
}
trap finish EXIT
signing_home
export GNUPGHOME=$GPG
key=$(cat "$KEYS/mirror.fpr")
component=$(cat "$KEEP/upstream/component")
arch=$(basename "$UPSTREAM/dists/$SUITE/$component"/binary-*)
arch=${arch#binary-}
# aptly reads InRelease only when it is to be verified.
cp -al "$UPSTREAM" "$work/up"
release=$work/up/dists/$SUITE/Release
sed -e '1,/^$/d' -e '/^-----BEGIN/,$d' "${release%Release}InRelease" >"$release"
read -r server port state < <("$top/tests/bin/serve" nginx "$work/up")
url=http://127.0.0.1:$port/
cd "$work"
sed 's/=.*//' "$KEEP/upstream/picked" | LC_ALL=C sort -u >names
stanzas=$(xz -dc "$UPSTREAM/dists/$SUITE/$component/binary-$arch/Packages.xz" | grep -c '^Package:')

# --- the three tools, set up for the same job ---

# repository ID TRANSLATIONS PATTERN
repository() {
	cat <<-END
	  - id: $1
	    type: apt
	    mode: filtered
	    feed: $url
	    apt: {distribution: $SUITE, components: [$component], architectures: [$arch], include_translations: $2}
	    filters: {patterns: {include: ['$3']}}
	    gpg: {enabled: true, key_file: $KEYS/mirror.sec}
	    verify: {enabled: false}
	END
}

chantal_config() {
	local pattern
	pattern=$(sed 's/[.+]/[&]/g' names | paste -sd '|')
	{
		cat <<-END
		storage: {base_path: $work/now/store, published_path: $work/now/www}
		repositories:
		END
		repository job false "^($pattern)\$"
		repository long true "^($pattern)\$"
		repository half true '^[a-k]|^lib[a-m]'
	} >config.yaml
	export CHANTAL_CONFIG=$work/config.yaml
	unset CHANTAL_HOME
}

aptly_config() {
	printf '{"rootDir": "%s/now/aptly", "gpgProvider": "gpg"}\n' "$work" >aptly.conf
	cat >aptly.sh <<-END
	set -e
	aptly() { command aptly -config=$work/aptly.conf "\$@" >/dev/null 2>now/aptly.log; }
	case \$1 in
	new) aptly mirror create -ignore-signatures -architectures=$arch \
		-filter='$(sed 's/.*/Name (= &)/' names | paste -sd '|')' job $url $SUITE $component ;;
	get) aptly mirror update -ignore-signatures job
		aptly snapshot create one from mirror job
		aptly publish snapshot -skip-contents -gpg-key=$key -distribution=$SUITE one ;;
	again) aptly mirror update -ignore-signatures job ;;
	esac
	END
}

reprepro_config() {
	mkdir conf
	sed 's/$/ install/' names >conf/names
	cat >conf/distributions <<-END
	Codename: $SUITE
	Components: $component
	Architectures: $arch
	Update: job
	SignWith: $key
	END
	cat >conf/updates <<-END
	Name: job
	Method: $url
	Suite: $SUITE
	Components: $component
	Architectures: $arch
	VerifyRelease: blindtrust
	FilterList: deinstall names
	END
}

chantal_config
aptly_config
reprepro_config
cat >fresh.sh <<'END'
d=$(mktemp -d run.XXXXXX)
ln -sfn "$d" now
mkdir now/reprepro
cp -R conf now/reprepro/
sh aptly.sh new || cat now/aptly.log
sync
END
cat >chantal.sh <<'END'
chantal -q repo sync --repo-id "$1" && chantal -q publish repo --repo-id "$1"
END
hyperfine -u millisecond --runs "$runs" --prepare "sh fresh.sh" --export-markdown first.md \
	-n "chantal repo sync, publish repo" "sh chantal.sh job" \
	-n "aptly mirror update, snapshot, publish" "sh aptly.sh get" \
	-n "reprepro update" "reprepro -s -b now/reprepro update" \
	-n "chantal, with Translation-en" "sh chantal.sh long" >&2

# What is compared must be the same.
sh fresh.sh
sh chantal.sh job
sh chantal.sh long
sh aptly.sh get
reprepro -s -b now/reprepro update
published() { # ROOT: name and version of what it has
	find -L "$1/dists" -path "*binary-$arch/Packages.gz" -exec gzip -dc {} + |
		awk '/^Package:/ { n = $2 } /^Version:/ { print n, $2 }' | LC_ALL=C sort -u
}
published now/www/job >kept
published now/www/long | cmp kept -
published now/aptly/public | cmp kept -
published now/reprepro | cmp kept -
echo "$stanzas stanzas, $(wc -l <kept) kept"

hyperfine -u millisecond --warmup 1 --runs "$runs" --export-markdown unchanged.md \
	-n "chantal, unchanged" "sh chantal.sh job" \
	-n "aptly mirror update, unchanged" "sh aptly.sh again" \
	-n "reprepro update, unchanged" "reprepro -s -b now/reprepro update" >&2
: >"$state/access.log"
sh chantal.sh job
requests=$(wc -l <"$state/access.log")

# --- half of the component: all indexes are made and compressed ---

# stage NAME COMMAND...: runs it, its time and memory go to stages.
stage() {
	local name=$1
	shift
	/usr/bin/time -a -o stages -f "| $name | %e s | %U s + %S s | %M KiB |" "$@"
}
printf '| stage | time | processor | resident |\n|---|---:|---:|---:|\n' >stages
sh fresh.sh
stage "chantal-fetch, all of it" chantal-fetch -q --repo job --since job >s1 2>/dev/null
stage "chantal-filter, what is kept" chantal-filter --repo job <s1 >s2
stage "chantal-pool add" chantal-pool -q add --repo job <s2 >s3
stage "chantal-catalog save" chantal-catalog -q save job <s3
stage "chantal-index" chantal-index -q --repo job <s3 >s4
stage "chantal-publish" chantal-publish -q --repo job now/tree <s4
stage "chantal-fetch, with Translation-en" chantal-fetch -q --repo long --since long >s1 2>/dev/null
chantal-filter --repo long <s1 | chantal-pool -q add --repo long >s3
stage "chantal-index, with Translation-en" chantal-index -q --repo long <s3 >s4
chantal-fetch -q --repo half --since half 2>/dev/null >s1
stage "chantal-filter, half of it" chantal-filter --repo half <s1 >half.ndjson
stage "chantal-index, half of it" chantal-index -q --repo half <half.ndjson >indexed
mkdir plain
chantal-index -q --repo half <half.ndjson |
	jq -r 'select(.record == "file" and (.path | test("/(Packages|Translation-en).gz$"))) | .sha256' |
	while read -r sum; do gzip -dc "$(chantal-pool path "$sum")" >"plain/$sum"; done
cat >compress.sh <<'END'
rm -f plain/*.*
for f in plain/*; do
	xz -T2 -1 -k "$f" &
	gzip -6 -n -k "$f" &
done
wait
END
hyperfine -u millisecond --runs "$runs" --export-markdown half.md \
	--prepare 'rm -rf now/store/cache; sync' \
	-n "chantal-index, half of main, nothing cached" \
	"chantal-index -q --repo half <half.ndjson >indexed" \
	-n "xz -T2 -1 and gzip -6 of the same bytes, all at once" "sh compress.sh" \
	-n "the same, one after the other" "sed 's/ &$//' compress.sh | sh" >&2
hyperfine -u millisecond --warmup 1 --runs "$runs" --export-markdown reused.md \
	-n "chantal-index, half of main, the set is the same" \
	"chantal-index -q --repo half <half.ndjson >indexed" >&2

echo
echo "$stanzas stanzas, $(wc -l <kept) kept:"
cat first.md
tail -n +3 unchanged.md
echo "requests of an unchanged chantal sync: $requests"
echo "half: $(grep -c '"record":"package"' half.ndjson) packages"
cat half.md
tail -n +3 reused.md
cat stages
