#!/usr/bin/env bats
# The README says it, so it runs.

load helpers
load apt

setup() {
	common_setup
	cp -R "$TOP/share/demo/upstream" upstream
	UP=$BATS_TEST_TMPDIR/upstream
	export UP
	chantal init
}

# block N: the N-th shell block of the README.
block() {
	awk -v n="$1" '/^```sh$/ { on = ++i == n; next } /^```$/ { on = 0 } on' "$TOP/README.md"
}

@test "the five pipelines of the README run one after the other" {
	[ "$(grep -c '^```sh$' "$TOP/README.md")" -eq 5 ]
	run -0 --separate-stderr sh -eu -c "$(block 1)"
	[[ $output == *tools/hello-1.0.tar.gz* ]]
	run -0 sh -eu -c "$(block 2)"
	run -0 sh -eu -c "$(block 3)"
	cmp www/tools/tools/hello-2.0.tar.gz upstream/tools/hello-2.0.tar.gz
	[ -s www/tools/metadata/index.json ]
	[ -s www/tools/index.html ]
	run -0 sh -eu -c "$(block 4)"
	cmp www/small-tools/tools/adder-0.9.tar.gz upstream/tools/adder-0.9.tar.gz
	run -0 sh -eu -c "$(block 5)"
	rm upstream/tools/adder-0.9.tar.gz
	(cd upstream/tools && sha256sum -- *.tar.gz >SHA256SUMS)
	sh -eu -c "$(block 2)"
	run -5 sh -eu -c "chantal-catalog diff tools@before tools"
	[[ $output == *adder* ]]
}

@test "the README's configuration is accepted" {
	awk '/^```yaml$/ { on = 1; next } /^```$/ { on = 0 } on' "$TOP/README.md" >config.yaml
	run -0 chantal-config --config config.yaml --check
	run -0 chantal-config --config config.yaml --list
	[ "$output" = tools ]
}

@test "the README's filters keep of the sample what they say" {
	awk '/^```yaml$/ { on = 1; next } /^```$/ { on = 0 } on' "$TOP/README.md" |
		sed "s|feed: .*|feed: $UP|" >config.yaml
	run -0 --separate-stderr sh -c 'chantal-fetch --config config.yaml --repo tools |
		chantal-filter --config config.yaml --repo tools'
	[ "$(jq -r 'select(.record == "package").path' <<<"$output" | sort)" = "tools/adder-0.9.tar.gz
tools/hello-1.1.tar.gz
tools/hello-2.0.tar.gz" ]
}

@test "make demo's script mirrors, publishes and tells what to type next" {
	mkdir build
	ln -s "$BIN" build/bin
	run -0 "$TOP/share/demo/run" "$PWD/build"
	[[ $output == *"What to type next"* ]]
	diff -r "$TOP/share/demo/debian/dists" build/demo/www/sample/dists
	diff -r "$TOP/share/demo/debian/pool" build/demo/www/sample/pool
	[ ! -e build/demo/www/sample-newest/pool/main/h/hello/hello_1.0-1_amd64.deb ]
	[ -e build/demo/www/sample-newest/pool/main/h/hello/hello_1.1-1_amd64.deb ]
	[ -e build/demo/www/snapshots/sample/today/pool/main/a/adder/adder_0.9-2_amd64.deb ]
}

@test "apt takes the lines that the demo prints" {
	mkdir build
	ln -s "$BIN" build/bin
	run -0 "$TOP/share/demo/run" "$PWD/build"
	for n in 1 2; do
		client_root "$PWD/line$n"
		grep '^deb ' <<<"$output" | sed -n "${n}p" >"$APTROOT/etc/apt/sources.list"
		apt_update
		apt_names >"names$n"
	done
	client_root "$PWD/block"
	sed -n '/^Types:/,/^Signed-By:/p' <<<"$output" >"$APTROOT/etc/apt/sources.list.d/demo.sources"
	apt_update
	apt_names | cmp - names1
	[ "$(cut -d' ' -f1,2 <names1)" = "adder 0.9-2
hello 1.1-1
hello-data 1.0-1" ]
	[ "$(cut -d' ' -f1,2 <names2)" = "hello 1.1-1
hello-data 1.0-1" ]
}
