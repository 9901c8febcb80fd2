#!/usr/bin/env bats
# Type apt: what a record keeps of a stanza, on the real suite of this machine.

bats_require_minimum_version 1.5.0
load helpers
load apt

setup_file() {
	apt_upstream
	STREAM=$BATS_FILE_TMPDIR/stream
	export STREAM CHANTAL_HOME=$BATS_FILE_TMPDIR/store
	chantal-fetch --repo main -o apt.distribution="$SUITE" -o apt.components=main \
		-o apt.architectures=amd64 -o apt.include_source_packages=true apt "$UPSTREAM" >"$STREAM"
}

setup() { common_setup; }

# stanzas_of FILTER: the stanzas of the records that jq's filter takes.
stanzas_of() { jq -j "select(.record == \"package\") | select($1) | .stanza + \"\n\"" "$STREAM"; }

@test "every stanza of the suite becomes a record" {
	local real
	real=$(xz -dc "$UPSTREAM/dists/$SUITE/main/binary-amd64/Packages.xz" | grep -c '^Package: ')
	[ "$real" -gt 60000 ]
	[ "$(grep -c '"record":"package".*"kind":"deb"' "$STREAM")" = "$real" ]
	run ! grep '"record":"reject"' "$STREAM"
	tail -n 1 "$STREAM" | jq -e '.record == "end" and .status == "ok"'
}

@test "every field of every binary package is there, byte for byte" {
	stanzas_of '.apt.kind == "deb"' | "$TOP/tests/bin/apt-fields" \
		"$UPSTREAM/dists/$SUITE/main/binary-amd64/Packages.xz" -
}

@test "and in upstream's order, so that the whole index comes out as it was" {
	stanzas_of '.apt.kind == "deb"' | cmp - <(xz -dc "$UPSTREAM/dists/$SUITE/main/binary-amd64/Packages.xz")
}

@test "every field of every source package is there, byte for byte" {
	stanzas_of '.apt.kind == "source"' | "$TOP/tests/bin/apt-fields" \
		"$UPSTREAM/dists/$SUITE/main/source/Sources.xz" -
}

@test "name, version, architecture, size and digest are those of the stanza" {
	jq -e -n 'def field($f): capture("(^|\n)" + $f + ": (?<v>[^\n]*)") | .v;
		[inputs | select(.apt.kind == "deb") | select(
			.name != (.stanza | field("Package")) or
			.version != (.stanza | field("Version")) or
			.arch != (.stanza | field("Architecture")) or
			.path != (.stanza | field("Filename")) or
			(.size | tostring) != (.stanza | field("Size")) or
			.sha256 != (.stanza | field("SHA256")) or
			.apt.section != (.stanza | field("Section")) or
			.apt.priority != (.stanza | field("Priority")))] == []' "$STREAM"
}

@test "the files of a source package are those of its checksums" {
	jq -e -n '[inputs | select(.apt.kind == "source") |
		([.sha256] + [.files[].sha256] | sort) !=
		(.stanza | capture("\nChecksums-Sha256:(?<v>(\n [^\n]*)*)") | .v | split("\n ")[1:] |
			map(split(" ")[0]) | sort) | select(.)] == []' "$STREAM"
}

@test "reading the suite takes no more than 32 MB, whatever its size" {
	local meta=$BATS_TEST_TMPDIR/meta
	chantal-fetch --keep "$BATS_TEST_TMPDIR/seen" --repo main -o apt.distribution="$SUITE" \
		-o apt.components=main -o apt.architectures=amd64 apt "$UPSTREAM" >/dev/null
	meta=$BATS_TEST_TMPDIR/seen
	/usr/bin/time -f %M -o "$BATS_TEST_TMPDIR/kb" "$BUILD/libexec/chantal/plugins/apt" list \
		--config "$meta/config.json" --meta "$meta/meta" >"$BATS_TEST_TMPDIR/out"
	[ "$(grep -c '"record":"package"' "$BATS_TEST_TMPDIR/out")" -gt 60000 ]
	[[ "$BUILD" == */san ]] || [ "$(cat "$BATS_TEST_TMPDIR/kb")" -lt 32768 ]
}
