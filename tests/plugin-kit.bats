#!/usr/bin/env bats
# chantal plugin new and check: the kit for repository types.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load apt-upstreams

setup() {
	common_setup
	KIT=$BUILD/libexec/chantal
}

new() {
	"$KIT/plugin-new" "$@" >/dev/null
}

check() {
	"$KIT/plugin-check" "$@"
}

# passes PLUGIN: all checks ran and passed but the two that need more data
passes() {
	run -0 --separate-stderr check "$@"
	[ -z "$stderr" ]
	run ! grep -q '^not ok' <<<"$output"
}

# fails PLUGIN TEST: this check, named by its words, does not pass
fails() {
	run -1 --separate-stderr check "$1"
	grep -q "^not ok .*$2" <<<"$output" || {
		echo "$output"
		return 1
	}
}

# pipeline TYPE DIR: from the fixture of a new plugin to a published tree
pipeline() {
	export CHANTAL_PLUGIN_PATH=$2
	chantal-fetch -q "$1" "$2/$1.fixture/upstream" --repo demo |
		chantal-pool add -q --allow-file "$2/$1.fixture/upstream" |
		chantal-catalog save demo
	chantal-catalog cat demo | chantal-index -q | chantal-publish -q "$PWD/tree"
	(cd tree && sha256sum --quiet -c SHA256SUMS)
	cmp tree/packages/hello-1.0.tar.gz "$2/$1.fixture/upstream/hello-1.0.tar.gz"
	grep -q 'href="./packages/hello-1.0.tar.gz"' tree/index.html
}

@test "help of both goes to stdout" {
	run -0 --separate-stderr "$KIT/plugin-new" -h
	[[ "$output" == usage:*TYPE* ]] && [ -z "$stderr" ]
	run -0 --separate-stderr "$KIT/plugin-check" -h
	[[ "$output" == usage:*PLUGIN* ]] && [ -z "$stderr" ]
}

@test "wrong use of both is status 2" {
	for args in "" "--lang sh" "UPPER" "../x" "x --lang perl" "x y" "--nope x"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr "$KIT/plugin-new" $args
		[ -z "$output" ] && [ -n "$stderr" ]
	done
	for args in "" "missing" "a b c" "--nope x"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr "$KIT/plugin-check" $args
		[ -z "$output" ] && [ -n "$stderr" ]
	done
	[ ! -e x ] && [ ! -e UPPER ]
}

@test "new overwrites nothing" {
	touch mine
	run -2 --separate-stderr "$KIT/plugin-new" mine
	[ ! -s mine ]
}

@test "a new plugin in shell passes all checks and publishes" {
	new tar-sh --dir p
	passes p/tar-sh
	pipeline tar-sh "$PWD/p"
}

@test "a new plugin in Python passes all checks and publishes" {
	new tar-py --lang python --dir p
	passes p/tar-py
	pipeline tar-py "$PWD/p"
}

@test "a new plugin in C passes all checks and publishes" {
	new tar-c --lang c --dir p
	passes p/tar-c
	pipeline tar-c "$PWD/p"
}

@test "the type http passes all checks" {
	mkdir -p fixture/upstream/sub
	printf '<a href="a-1.0.tar.gz">a</a> <a href="SHA256SUMS">s</a>\n' >fixture/upstream/index.html
	printf a >fixture/upstream/a-1.0.tar.gz
	(cd fixture/upstream && sha256sum a-1.0.tar.gz >SHA256SUMS)
	mkdir fixture/local
	printf b >fixture/local/b-2.0.tar.gz
	passes "$KIT/plugins/http" "$PWD/fixture"
}

@test "the type apt passes all checks" {
	apt_archive
	mkdir -p fixture/local
	cp -R "$ARCHIVE" fixture/upstream
	cp -R "$ARCHIVE" fixture/hostile
	cp fixture/upstream/pool/main/h/hello/*_amd64.deb fixture/local
	echo '{"distribution":"stable","include_source_packages":true}' >fixture/config.json
	local dir=fixture/hostile/dists/stable
	find $dir -name 'Packages*' -delete
	{
		sed -n '1,/^$/p' <(xz -dc "$ARCHIVE/dists/stable/main/binary-amd64/Packages.xz")
		for name in ../x /x './../x' "$(printf '%0256d' 0)" "$(printf 'a\tb')" 'a\b' "$(printf '\377')"; do
			printf 'Package: nasty\nVersion: 1\nArchitecture: amd64\nFilename: %s\n' "$name"
			printf 'Size: 1\nSHA256: %064d\n\n' 0
		done
	} >$dir/main/binary-amd64/Packages
	rm $dir/InRelease $dir/Release.gpg
	(cd $dir && apt-ftparchive -o APT::FTPArchive::Release::Components=main release . >../release)
	mv $dir/../release $dir/Release
	passes "$KIT/plugins/apt" "$PWD/fixture"
}

@test "golden files are made, and differences from them are shown" {
	new tar-sh --dir p
	run -0 check --update p/tar-sh
	[ -s p/tar-sh.fixture/golden/list.ndjson ]
	[ -s p/tar-sh.fixture/golden/out/SHA256SUMS ]
	sed -i 's/packages\//pool\//' p/tar-sh.fixture/golden/list.ndjson
	fails p/tar-sh "golden files"
	[[ "$output" == *"pool/"* ]]
}

# broken SED: a new plugin in shell, changed by a sed script
broken() {
	rm -rf p
	new tar --dir p
	sed -i "$1" p/tar
}

@test "each broken rule is named" {
	broken 's/"protocol": \[1\]/"protocol": [9]/'
	fails p/tar "describe parses"
	broken "s/fail 2 \"'/fail 1 \"'/"
	fails p/tar "unknown verb"
	broken 's/\[ -z "$unknown" \] ||/:/'
	fails p/tar "bad configuration"
	broken "s/echo '{\"record\":\"repo\"}'/&; date +'{\"record\":\"x\",\"t\":\"%N\"}'/"
	fails p/tar "list gives the same bytes"
	broken 's/echo .{"record":"repo"}./&; touch "$HOME\/x"/'
	fails p/tar "list writes nothing"
	broken 's/tee "$lines"/tee "$lines" | sed "s,\\"x-kit\\":{[^}]*}\\,,,"/'
	fails p/tar "unknown fields"
	broken 's/} | sort >/} | cat >/; s/"$lines" |$/"$lines" | cat |/; s/^\t\tsort >"$out\/SHA/\t\tcat >"$out\/SHA/'
	fails p/tar "any order"
	broken 's/^index() {/&\n\techo noise >\&2/'
	fails p/tar "closed stdout"
	broken 's/^index() {/&\n\techo x >"$meta\/x"/'
	fails p/tar "index writes only"
}

# page_blocks SECTION: the literal blocks of a section of chantal-plugin(7)
page_blocks() {
	awk -v section="$1" '
		/^\.Sh / { is_in = $0 == ".Sh " section }
		/^\.Ed/ { is_text = 0 }
		is_in && is_text
		/^\.Bd -literal/ { is_text = 1 }
	' "$TOP/man/chantal-plugin.7" | sed 's/\\e/\\/g'
}

@test "the tutorial of the page runs as it is written" {
	page_blocks TUTORIAL >tutorial
	page_blocks EXAMPLES >>tutorial
	[ "$(grep -c chantal tutorial)" -ge 7 ]
	run -0 --separate-stderr sh -eu tutorial
	[[ "$output" == *www/demo/packages/hello-1.0.tar.gz* ]]
	[ "$(tail -n1 <<<"$output" | jq -r .name)" = hello ]
	[ "$(cat www/demo/packages/hello-1.1.tar.gz)" = second ]
	grep -q 'href="packages/hello-1.1.tar.gz"' www/demo/index.html
}

@test "the tutorial's plugin passes the check but for what it leaves out" {
	page_blocks TUTORIAL | sed '/^export CHANTAL_PLUGIN_PATH/,$d' >tutorial
	sh -eu tutorial
	mkdir -p types/archive.fixture
	cp -R upstream types/archive.fixture/upstream
	run --separate-stderr check types/archive
	[ "$(grep '^not ok' <<<"$output" | cut -d' ' -f5- | sort)" = "bad configuration names the key" ] || {
		echo "$output"
		return 1
	}
}
