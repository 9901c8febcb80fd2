#!/usr/bin/env bats
# Type apt: a tree that does not hold together is told so, thing by thing.

bats_require_minimum_version 1.5.0
load helpers
load apt

setup_file() {
	apt_archive
	signing_home
}

teardown_file() { signing_home_end; }

setup() {
	common_setup
	cp -R --preserve=timestamps,links "$ARCHIVE" tree
	S=tree/dists/stable
}

# check [TREE]: the problem lines.
check() { "$BUILD/libexec/chantal/plugins/apt" check-tree "${1:-tree}"; }

# finds PATH TEXT...: one problem, at this path, whose message has the texts.
finds() {
	local path=$1 text
	shift
	check >problems
	cat problems
	[ "$(wc -l <problems)" -eq 1 ]
	[ "$(jq -r '.record + " " + .path' problems)" = "problem $path" ]
	for text; do jq -e --arg text "$text" '.message | contains($text)' problems; done
}

# also PATH TEXT: one of the problems.
also() {
	jq -e -n --arg path "$1" --arg text "$2" \
		'any(inputs; .path == $path and (.message | contains($text)))' problems
}

# Release and signatures anew, for what was changed on purpose.
again() { make_release tree stable "main contrib" "amd64 arm64" synth; }

@test "a sound archive has no problem" {
	run --separate-stderr check
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "a folder that is not there is wrong use, one without an archive a problem" {
	run -2 check nowhere
	mkdir empty
	check empty | jq -e '.path == "" and (.message | contains("no Release"))'
}

@test "an index that was changed, and one of another size" {
	rm -r "$S/main/binary-amd64/by-hash"
	sed -i 's/^Acquire-By-Hash.*//' "$S/Release"
	sed -i '/^$/d' "$S/Release"
	sign "$S"
	check >problems && [ ! -s problems ]
	printf x | dd of="$S/main/binary-amd64/Packages.gz" bs=1 seek=30 conv=notrunc status=none
	check >problems
	also dists/stable/main/binary-amd64/Packages.gz "its sha256 is not that of Release"
	echo more >>"$S/main/binary-amd64/Packages.xz"
	check >problems
	also dists/stable/main/binary-amd64/Packages.xz "but Release says"
}

@test "an index in none of its forms" {
	rm "$S"/main/binary-arm64/Packages*
	finds dists/stable/main/binary-arm64/Packages "none of its forms"
}

@test "an architecture that is not mirrored at all is none" {
	rm -r "$S"/main/binary-arm64 "$S"/main/debian-installer/binary-arm64
	check >problems && [ ! -s problems ]
}

@test "an index that Release lists compressed only" {
	sed -i '/ main\/binary-amd64\/Packages$/d' "$S/Release"
	sign "$S"
	finds dists/stable/main/binary-amd64/Packages "compressed only"
}

@test "a compressed form of another text" {
	xz -dc "$S/main/binary-amd64/Packages.xz" | sed 's/greeting/Greeting/' | gzip -n >new.gz
	mv new.gz "$S/main/binary-amd64/Packages.gz"
	find "$S" -name '*.gz' ! -path '*/by-hash/*' -exec gzip -dkf {} +
	find "$S" -name '*.xz' ! -path '*/by-hash/*' -exec xz -dkf {} +
	again
	finds dists/stable/main/binary-amd64/Packages.gz "unpacked it is not what Release lists"
}

@test "by-hash that Release promises and the tree lacks" {
	local hex
	hex=$(sha256_of "$S/main/binary-amd64/Packages.xz")
	rm "$S/main/binary-amd64/by-hash/SHA256/$hex"
	finds "dists/stable/main/binary-amd64/by-hash/SHA256/$hex" "promises it"
}

@test "by-hash with other bytes" {
	local hex
	hex=$(sha256_of "$S/main/binary-amd64/Packages.xz")
	tr aeiou eioua <"$S/main/binary-amd64/Packages.xz" >other
	mv other "$S/main/binary-amd64/by-hash/SHA256/$hex"
	finds "dists/stable/main/binary-amd64/by-hash/SHA256/$hex" "its sha256 is not"
}

@test "an InRelease that was left over from before" {
	sed -i 's/^Description: .*/Description: newer/' "$S/Release"
	finds dists/stable/InRelease "something else than Release"
}

@test "an InRelease that is none, and a signature of nothing" {
	cp "$S/Release" "$S/InRelease"
	finds dists/stable/InRelease "not signed as a clear text"
	mv "$S/Release" "$S/Other"
	check >problems
	also dists/stable/Release.gpg "no Release that it signs"
}

@test "an index that Release does not list is left over" {
	mkdir "$S/main/binary-i386"
	echo >"$S/main/binary-i386/Packages"
	finds dists/stable/main/binary-i386/Packages "left over"
}

@test "a Release that lists nothing strong, or nothing, or makes no sense" {
	sed -i '/^SHA256:/,$d' "$S/Release"
	sign "$S"
	finds dists/stable/InRelease "SHA256"
	sed -i '/^MD5Sum:/,$d' "$S/Release"
	sign "$S"
	finds dists/stable/InRelease "lists no file"
	echo nonsense >"$S/Release"
	sign "$S"
	finds dists/stable/InRelease "line 1"
}

@test "a date that clients refuse" {
	sed -i 's/^Date: .*/Date: Fri, 01 Jan 2100 00:00:00 UTC/' "$S/Release"
	sign "$S"
	finds dists/stable/Release "lies ahead"
	sed -i 's/^Date: .*/Date: Wed, 01 Jan 2020 00:00:00 UTC\nValid-Until: Thu, 02 Jan 2020 00:00:00 UTC/' "$S/Release"
	sign "$S"
	finds dists/stable/Release "Valid-Until is over"
	sed -i 's/^Valid-Until: .*/Valid-Until: tomorrow/' "$S/Release"
	sign "$S"
	finds dists/stable/Release "Valid-Until" "not a date"
}

@test "a package file that is missing, changed or of another size" {
	local file=pool/contrib/e/extra/extra_0.5-1_all.deb
	tr aeiou eioua <"tree/$file" >other
	cp other "tree/$file"
	finds "$file" "its sha256 is not that of dists/stable/contrib/binary-"
	echo more >>"tree/$file"
	finds "$file" "says"
	rm "tree/$file"
	check >problems
	also "$file" "is not there, but dists/stable/contrib/binary-amd64/Packages"
}

@test "a link instead of a file is not followed" {
	local file=pool/contrib/e/extra/extra_0.5-1_all.deb
	mv "tree/$file" elsewhere
	ln -s "$PWD/elsewhere" "tree/$file"
	finds "$file" "cannot be read"
}

@test "a file of a source package that is missing" {
	rm tree/pool/main/f/foo/foo_2.0.orig.tar.gz
	check >problems
	also pool/main/f/foo/foo_2.0.orig.tar.gz "main/source/Sources"
}

# stanza SED...: Packages of contrib/amd64 changed, and Release for it.
stanza() {
	local dir=$S/contrib/binary-amd64
	xz -dc "$dir/Packages.xz" | sed "$@" >new
	rm "$dir"/Packages*
	mv new "$dir/Packages"
	xz -k "$dir/Packages"
	again
}

@test "a stanza without what clients need is named by its line" {
	stanza 's/^Size: .*//; /^$/d'
	check >problems
	also dists/stable/contrib/binary-amd64/Packages.xz "line 1: no Size"
	stanza 's/^Version:.*/&\nSize: 1/; s/^Filename: .*/Filename: ..\/x.deb/'
	jq -r .message <(check) | grep -q 'line 1: Filename: '
}

@test "a Description-md5 that is none" {
	stanza 's/^Description-md5: .*/Description-md5: 123/'
	jq -r .message <(check) | grep -q 'line 1: Description-md5: not 32 lower-case hex digits'
}

@test "a package twice with other bytes" {
	local dir=$S/contrib/binary-amd64
	xz -dc "$dir/Packages.xz" >one
	rm "$dir"/Packages*
	{
		cat one
		sed "s/^SHA256: .*/SHA256: $(sha256_of tree/pool/main/h/hello/hello-data_1.0-1_all.deb)/" one
	} >"$dir/Packages"
	xz -k "$dir/Packages"
	again
	check >problems
	jq -r .message problems | grep -q 'the same name, version and architecture as before, with other bytes'
}

@test "a flat repository is checked too" {
	mkdir flat
	cp tree/pool/main/h/hello/hello_1.0-1_amd64.deb flat
	(cd flat && apt-ftparchive packages . >Packages && gzip -k Packages && apt-ftparchive release . >../Release)
	mv Release flat
	check flat >problems && [ ! -s problems ]
	echo >>flat/hello_1.0-1_amd64.deb
	jq -e '.path == "hello_1.0-1_amd64.deb"' <(check flat)
	rm flat/Release
	jq -e '.path == "hello_1.0-1_amd64.deb"' <(check flat)
	mkdir both
	mv flat both/sub
	jq -e '.path == "sub/hello_1.0-1_amd64.deb"' <(check both)
}

# published MODE: the archive, synced and published as www/all.
published() {
	cat >config.yaml <<-END
	storage: { base_path: $PWD/data, published_path: $PWD/www }
	repositories:
	  - id: all
	    type: apt
	    mode: $1
	    feed: $PWD/tree
	    gpg: {enabled: false}
	    apt:
	      distribution: stable
	      components: [main, contrib]
	      architectures: [amd64, arm64]
	      include_source_packages: true
	END
	chantal --config config.yaml repo sync --repo-id all
	chantal --config config.yaml publish repo --repo-id all
}

@test "chantal-publish --check asks for the format of an apt tree" {
	published filtered
	run -0 --separate-stderr chantal-publish --check www/all
	[ -z "$output" ]
	chantal-catalog --catalog data/catalog cat all | chantal-publish --pool data/pool www/bare
	run --separate-stderr -4 chantal-publish --check www/bare
	jq -e '.record == "problem" and (.message | contains("no Release"))' <<<"$output"
}

@test "what is published of a mirror has no problem" {
	published mirror
	check www/all
	[ -z "$(check www/all)" ]
}
