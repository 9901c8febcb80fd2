#!/usr/bin/env bats
# The README says it, so it runs.

load helpers

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
	cmp build/demo/www/sample/tools/hello-1.0.tar.gz upstream/tools/hello-1.0.tar.gz
	[ ! -e build/demo/www/sample-newest/tools/hello-1.0.tar.gz ]
	[ -e build/demo/www/sample-newest/tools/hello-2.0.tar.gz ]
	[ -e build/demo/www/snapshots/sample/today/tools/adder-0.9.tar.gz ]
}
