#!/usr/bin/env bats
# chantal-publish: trees from records, at once.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	POOL=$CHANTAL_HOME/pool
	TREE=$BATS_TEST_TMPDIR/pub/tree
}

# put TEXT: into the pool; prints the digest.
put() {
	local sum
	sum=$(printf '%s' "$1" | sha256sum | cut -d' ' -f1)
	mkdir -p "$POOL/${sum:0:2}"
	: >>"$POOL/.lock"
	if [ ! -e "$POOL/${sum:0:2}/$sum" ]; then
		printf '%s' "$1" >"$POOL/${sum:0:2}/$sum"
		chmod 444 "$POOL/${sum:0:2}/$sum"
	fi
	printf '%s' "$sum"
}

# object TEXT: where the pool has it.
object() {
	local sum
	sum=$(printf '%s' "$1" | sha256sum | cut -d' ' -f1)
	printf '%s/%s/%s' "$POOL" "${sum:0:2}" "$sum"
}

# pkg PATH TEXT [MEMBERS]: a package line whose bytes are in the pool.
pkg() {
	pkg_line r n 1 a "$1" \
		"\"sha256\":\"$(put "$2")\",\"size\":${#2}${3:+,$3}"
}

# file ROLE PATH TEXT [MEMBERS]
file() {
	printf '{"record":"file","repo":"r","path":"%s","sha256":"%s","size":%d,"role":"%s"%s}\n' \
		"$2" "$(put "$3")" "${#3}" "$1" "${4:+,$4}"
}

# stream LINE...: the lines between the marks of repository r.
stream() {
	repo_line r http "$MEMBERS"
	printf '%s\n' "$@"
	end_line r
}

publish() {
	chantal-publish -q --repo r "$@" "$TREE"
}

# Everything below a folder: names, modes, contents.
picture() {
	(cd "$1" && find . -type d -o -type f -exec sha256sum {} + | sort)
}

state() {
	echo "$CHANTAL_HOME"/trees/*
}

# age_by SECONDS: as if all that left the tree had left it so much earlier.
age_by() {
	local manifest
	manifest=$(state)/manifest.ndjson
	sed '$d' "$manifest" |
		jq -c --argjson s "$1" 'if .left then .left -= $s else . end' >aged
	printf '{"record":"sum","entries":%d,"checksum":"%s"}\n' \
		$(($(wc -l <aged) - 1)) "$(sha256_of aged)" >>aged
	cp aged "$manifest"
}

# inject CALL ACTION N COMMAND...: at its n-th CALL; "struck" is there then.
# Leaks cannot be looked for under strace.
inject() {
	local call=$1 action=$2 n=$3
	shift 3
	rm -f struck
	ASAN_OPTIONS=detect_leaks=0 strace -f -o trace.txt -e "trace=$call" \
		-e "inject=$call:$action:when=$n" "$@"
	local status=$?
	if [ "$action" = signal=KILL ]; then
		grep -q 'killed by SIGKILL' trace.txt && : >struck
	else
		grep -q INJECTED trace.txt && : >struck
	fi
	return $status
}

# leftovers: what publishing may never leave beside the tree.
leftovers() {
	find "$BATS_TEST_TMPDIR/pub" -maxdepth 1 -name '.*' ! -name '.tree.[0-9]*'
	find "$CHANTAL_HOME/trees" -name '*next*' -o -name '*gone*' -o -name '.tmp-*'
}

# --- the seven of every tool ---

@test "help names every option" {
	run -0 chantal-publish -h
	[[ $output == *"chantal-publish - turn paths and digests into a tree"* ]]
	for option in --link --switch --key --keep-packages --recreate \
		--accept-identity-change --unmarked --dry-run --is-current \
		--manifest --check --unpublish --list --repo --pool; do
		[[ $output == *"$option"* ]]
	done
}

@test "wrong use is 2 and says what is wrong" {
	run -2 --separate-stderr chantal-publish
	[[ $stderr == *"an operand is missing"* ]]
	run -2 --separate-stderr chantal-publish --nonsense x
	run -2 --separate-stderr chantal-publish --link=soft x
	[[ $stderr == *"--link: soft"* ]]
	run -2 --separate-stderr chantal-publish --keep-packages often x
	[[ $stderr == *"--keep-packages"*often* ]]
	run -2 --separate-stderr chantal-publish --is-current x
}

@test "an empty stream is refused, an empty repository is a tree" {
	run -3 --separate-stderr publish </dev/null
	[ -n "$stderr" ]
	[ ! -e "$TREE" ]
	stream | publish
	[ -d "$TREE" ]
	[ -z "$(ls -A "$TREE")" ]
}

@test "unknown kinds and fields do not disturb" {
	stream "$(pkg a/x one '"colour":{"deep":[1,2]}')" \
		'{"record":"weather","repo":"r","path":"../../etc"}' | publish
	[ "$(cat "$TREE/a/x")" = one ]
	[ "$(find "$TREE" -type f | wc -l)" = 1 ]
}

@test "a malformed line is named by its number" {
	run -3 --separate-stderr publish < <(stream "$(pkg x one)" '{"record":')
	[[ $stderr == *"line 3"* ]]
	[ ! -e "$TREE" ]
}

@test "a full disk behind stdout is 75" {
	stream "$(pkg x one)" | publish
	run -75 --separate-stderr bash -c 'chantal-publish --manifest "$1" >/dev/full' - "$TREE"
	[ -n "$stderr" ]
}

@test "a stream without its end is refused and touches nothing" {
	stream "$(pkg x one)" | publish
	before=$(picture "$TREE")
	run -3 --separate-stderr publish < <(stream "$(pkg y two)" | sed '$d')
	[ -n "$stderr" ]
	[ "$(picture "$TREE")" = "$before" ]
	[ -z "$(leftovers)" ]
}

# --- what a tree is ---

@test "each path shows the bytes of its digest, linked to the pool" {
	stream "$(pkg pool/a/x.deb one)" "$(pkg pool/y.deb two)" | publish
	[ "$(cat "$TREE/pool/a/x.deb")" = one ]
	[ "$(cat "$TREE/pool/y.deb")" = two ]
	[ "$TREE/pool/a/x.deb" -ef "$(object one)" ]
	run -0 chantal-publish --check "$TREE"
	[ -z "$output" ] || [[ $output == *"format is not checked"* ]]
	[ -z "$(leftovers)" ]
}

@test "T57 L16: one content under several paths, and said twice" {
	stream "$(pkg a/Packages.gz same)" "$(pkg b/Packages.gz same)" \
		"$(pkg a/Packages.gz same)" "$(file metadata m/empty '')" \
		"$(file metadata n/empty '')" | publish
	[ "$(cat "$TREE/a/Packages.gz" "$TREE/b/Packages.gz")" = samesame ]
	[ -e "$TREE/m/empty" ] && [ -e "$TREE/n/empty" ]
	[ "$(find "$TREE" -type f | wc -l)" = 4 ]
}

@test "T61: only what the stream names is published, not the pool" {
	put foreign >/dev/null
	stream "$(pkg x one)" | publish
	[ "$(cd "$TREE" && find . -type f)" = ./x ]
}

@test "L17: two repositories show one package at their own paths" {
	stream "$(pkg pool/main/x.deb one)" | publish
	stream "$(pkg pool/extra/x.deb one)" | sed 's/"r"/"s"/g' |
		chantal-publish -q --repo s "$TREE-2"
	[ "$TREE/pool/main/x.deb" -ef "$TREE-2/pool/extra/x.deb" ]
	[ ! -e "$TREE-2/pool/main" ]
}

@test "files of a package are published with it, inputs are not" {
	sum=$(put tarball)
	stream "$(pkg a.dsc desc "\"files\":[{\"path\":\"a.tar\",\"sha256\":\"$sum\",\"size\":7},{\"as\":\"frag\",\"role\":\"input\",\"sha256\":\"$sum\",\"size\":7}]")" \
		'{"record":"file","repo":"r","as":"up","role":"input","sha256":"'"$sum"'","size":7}' |
		publish
	[ "$(cd "$TREE" && find . -type f | sort | tr '\n' ' ')" = "./a.dsc ./a.tar " ]
}

@test "T54: roots and plain metadata are copies that may be edited" {
	stream "$(file root dists/s/Release rel)" "$(file metadata m/plain meta)" \
		"$(file metadata m/by-hash/1 named '"keep":true')" | publish
	[ ! "$TREE/dists/s/Release" -ef "$(object rel)" ]
	[ ! "$TREE/m/plain" -ef "$(object meta)" ]
	[ "$TREE/m/by-hash/1" -ef "$(object named)" ]
	echo edited >"$TREE/dists/s/Release"
	[ "$(cat "$(object rel)")" = rel ]
}

@test "a root that goes back to older bytes gets a younger date" {
	stream "$(file root Release one)" "$(pkg p first)" | publish
	t1=$(stat -c %Y "$TREE/Release")
	touch -d '2001-01-01' "$(object second)" 2>/dev/null || true
	put second >/dev/null
	touch -d '2001-01-01' "$(object second)"
	stream "$(file root Release two)" "$(pkg p second)" | publish
	t2=$(stat -c %Y "$TREE/Release")
	stream "$(file root Release one)" "$(pkg p second)" | publish
	t3=$(stat -c %Y "$TREE/Release")
	[ "$t1" -lt "$t2" ] && [ "$t2" -lt "$t3" ]
	# A linked path whose new object is older is copied with a new date.
	[ "$(stat -c %Y "$TREE/p")" -gt "$(stat -c %Y "$(object second)")" ]
	[ "$(cat "$TREE/p")" = second ]
	run -0 chantal-publish --check "$TREE"
}

@test "T72: publishing twice touches nothing the second time" {
	stream "$(pkg a/x one)" "$(file root Release rel)" >s
	publish <s
	before=$(find "$TREE" "$(state)" -printf '%p %i %T@ %C@\n' | sort)
	sleep 0.02
	run -0 --separate-stderr chantal-publish --repo r "$TREE" <s
	[[ $stderr == *unchanged* ]]
	[ "$(find "$TREE" "$(state)" -printf '%p %i %T@ %C@\n' | sort)" = "$before" ]
}

@test "an unchanged stream leaves the target as it is" {
	stream "$(pkg x one)" | publish
	before=$(picture "$TREE")
	{ repo_line r http; end_line r unchanged; } | publish
	[ "$(picture "$TREE")" = "$before" ]
}

@test "a file that somebody removed or changed is published anew" {
	stream "$(pkg a/x one)" "$(file root Release rel)" >s
	publish <s
	rm "$TREE/a/x"
	publish <s
	[ "$(cat "$TREE/a/x")" = one ]
	echo evil >"$TREE/Release"
	publish <s
	[ "$(cat "$TREE/Release")" = rel ]
}

@test "is-current knows the key, a lost file, and a target that never was" {
	run -5 chantal-publish --is-current "$TREE" k1
	stream "$(pkg a/x one)" >s
	publish --key k1 <s
	run -0 chantal-publish --is-current "$TREE" k1
	run -5 chantal-publish --is-current "$TREE" k2
	publish --key k2 <s
	run -0 chantal-publish --is-current "$TREE" k2
	rm "$TREE/a/x"
	run -5 chantal-publish --is-current "$TREE" k2
}

@test "is-current makes the key of a repository or a view itself, and prints it" {
	cat >config.yaml <<-'EOF'
		repositories: [{id: r, type: http, feed: /x}]
		views: [{name: v, repos: [r]}]
	EOF
	export CHANTAL_CONFIG=$PWD/config.yaml
	key=$(chantal-config --repo r --key gen)
	run -5 chantal-publish --is-current "$TREE" --repo r gen
	[ "$output" = "$key" ]
	stream "$(pkg a/x one)" | publish --key "$key"
	run -0 chantal-publish --is-current "$TREE" --repo r gen
	[ "$output" = "$key" ]
	run -5 chantal-publish --is-current "$TREE" --view v gen
	[ "$output" = "$(chantal-config --view v --key gen)" ]
	[ "$output" != "$key" ]
	run -2 --separate-stderr chantal-publish --is-current "$TREE" --repo rr
	[ -z "$output" ]
	run -2 chantal-publish --view v "$TREE"
}

# --- what stays for a while ---

@test "a package that left stays a day, and is gone behind its grace" {
	stream "$(pkg x one)" "$(pkg y two)" | publish
	stream "$(pkg x one)" | publish
	[ "$(cat "$TREE/y")" = two ]
	run -0 chantal-publish --check "$TREE"
	stream "$(pkg x one)" >s
	publish --key k <s
	run -0 chantal-publish --is-current "$TREE" k
	age_by 86401
	run -5 chantal-publish --is-current "$TREE" k
	publish <s
	[ ! -e "$TREE/y" ]
	run -0 chantal-publish --check "$TREE"
}

@test "L53: content-named metadata stays for three publishes and a day" {
	for n in 1 2 3 4 5; do
		stream "$(file metadata "by-hash/$n" "index $n" '"keep":true')" \
			"$(file root Release "rel $n")" | publish
	done
	[ "$(ls "$TREE/by-hash" | tr '\n' ' ')" = "1 2 3 4 5 " ]
	# A day later those of the last three publishes stay.
	age_by 90000
	stream "$(file metadata by-hash/6 'index 6' '"keep":true')" | publish
	[ "$(ls "$TREE/by-hash" | tr '\n' ' ')" = "3 4 5 6 " ]
}

@test "content that comes back is not removed with what had left before" {
	# at CONTENT...: a publish whose index has these bytes
	at() {
		stream "$(file metadata "by-hash/$1" "index $1" '"keep":true')" \
			"$(file root Release "rel $2")" | publish
	}
	at a 1
	at b 2
	age_by 90000
	at a 3
	at c 4
	age_by 90000
	# a left with publish 4, whatever it did before; b with publish 3.
	at d 5
	[ "$(ls "$TREE/by-hash" | tr '\n' ' ')" = "a b c d " ]
	at e 6
	[ "$(ls "$TREE/by-hash" | tr '\n' ' ')" = "a c d e " ]
	at b 7
	[ "$(ls "$TREE/by-hash" | tr '\n' ' ')" = "b c d e " ]
	at b 8
	age_by 900000
	at b 9
	[ "$(ls "$TREE/by-hash" | tr '\n' ' ')" = "b e " ]
	[ "$(cat "$TREE/by-hash/b")" = "index b" ]
}

@test "plain metadata that left is gone at once" {
	stream "$(file metadata old one)" "$(pkg x two)" | publish
	stream "$(pkg x two)" | publish
	[ ! -e "$TREE/old" ]
}

@test "a file that left gives way to a folder of its name" {
	stream "$(pkg a one)" | publish
	stream "$(pkg a/b two)" | publish
	[ "$(cat "$TREE/a/b")" = two ]
	stream "$(pkg a one)" | publish
	[ "$(cat "$TREE/a")" = one ]
}

# --- contradictions, threats 4 to 6 ---

@test "two digests for one path are refused, both named, nothing written" {
	run -3 --separate-stderr publish < <(stream "$(pkg a/x one)" "$(pkg a/x two)")
	[[ $stderr == *a/x* ]]
	[[ $stderr == *"$(put one)"* ]]
	[[ $stderr == *"$(put two)"* ]]
	[[ $stderr == *"line 2"* && $stderr == *"line 3"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/pub" ]
}

@test "two packages at one path are named, not only their digests" {
	one=$(put one) two=$(put two)
	run -3 --separate-stderr publish < <(stream \
		"$(pkg_line r foo 1.0 amd64 pool/foo.deb "\"sha256\":\"$one\",\"size\":3")" \
		"$(pkg_line r foo 2:1.0 amd64 pool/foo.deb "\"sha256\":\"$two\",\"size\":3")")
	[[ $stderr == *"pool/foo.deb: two files for one path: the package foo 1.0 amd64 in line 2"*"and the package foo 2:1.0 amd64 in line 3"*"filter one of them out"* ]]
}

@test "a key where upstream has a file is refused with what names it otherwise" {
	run -3 --separate-stderr publish < <(stream "$(pkg key.gpg one)" "$(file key key.gpg two)")
	[[ $stderr == *"key.gpg: two files for one path"*"gpg.public_key_name"*"give the key another name"* ]]
}

@test "a path that is a file and a folder is refused" {
	run -3 --separate-stderr publish < <(stream "$(pkg a one)" "$(pkg a-b x)" "$(pkg a/b two)")
	[[ $stderr == *"is a file, and a folder of a/b"* ]]
	[ ! -e "$TREE" ]
}

@test "a package may not lie where the metadata of its type belongs" {
	for at in "apt dists/x/Release" "rpm repodata/repomd.xml" \
		"helm index.yaml" "apk x86_64/APKINDEX.tar.gz"; do
		set -- $at
		run -3 --separate-stderr publish < <(stream "$(pkg "$2" one)" | sed "s/\"http\"/\"$1\"/")
		[[ $stderr == *"metadata of type $1"* ]]
	done
	stream "$(pkg dists/x/one.deb one)" | sed 's/"http"/"apt"/' | chantal-publish -q --repo r other
	run -3 --separate-stderr publish < <(stream "$(pkg a/.htaccess one)")
	[[ $stderr == *"reserved name"* ]]
	stream "$(pkg dists/x/Release one)" | publish
}

@test "paths that differ only in case are refused on demand" {
	stream "$(pkg A/x one)" "$(pkg a/X two)" >s
	run -3 --separate-stderr publish --refuse-case-twins <s
	[[ $stderr == *"A/x and a/X"* ]]
	publish <s
}

@test "hostile paths never leave the tree" {
	for path in ../x /etc/x a/../../x a//x ./x a/. '' 'a\nb' 'a\u0000b' 'x\\y'; do
		line=$(pkg PATH one)
		run -3 publish < <(stream "${line/\"PATH\"/\"$path\"}")
	done
	long=$(printf 'a%.0s' {1..256})
	run -3 publish < <(stream "$(pkg "$long" one)")
	[ -z "$(find "$BATS_TEST_TMPDIR" -name x)" ]
	[ ! -e "$TREE" ]
}

@test "a record without digest says what is missing in the pipeline" {
	run -3 --separate-stderr publish < <(stream "$(pkg_line r n 1 a x)")
	[[ $stderr == *"chantal-pool add"* ]]
}

@test "another repository's records are refused" {
	run -3 --separate-stderr publish < <(stream "$(pkg x one)" | sed 's/"r"/"evil"/g')
	[[ $stderr == *evil* ]]
	[ ! -e "$TREE" ]
}

@test "a target of one repository is not replaced by another" {
	stream "$(pkg x one)" | publish
	run -2 --separate-stderr chantal-publish --repo s "$TREE" < <(stream "$(pkg x two)" | sed 's/"r"/"s"/g')
	[[ $stderr == *"shows repository r"* ]]
	[ "$(cat "$TREE/x")" = one ]
}

@test "a failed stream ends with the status that it carries" {
	run -4 --separate-stderr publish < <(
		repo_line r http
		pkg x one
		echo '{"record":"end","repo":"r","status":"failed","exit":4,"message":"bad signature"}'
	)
	[[ $stderr == *"bad signature"* ]]
	[ ! -e "$TREE" ]
}

@test "lines without marks need to be allowed" {
	run -3 publish < <(pkg x one)
	pkg x one | publish --unmarked
	[ "$(cat "$TREE/x")" = one ]
}

@test "rejects in a stream make the status 1; all rejected is no tree" {
	reject='{"record":"reject","repo":"r","code":"not-found","message":"gone","retry":false}'
	run -1 publish < <(stream "$(pkg x one)" "$reject")
	[ "$(cat "$TREE/x")" = one ]
	run -1 --separate-stderr publish < <(stream "$reject")
	[[ $stderr == *"stays as it is"* ]]
	[ "$(cat "$TREE/x")" = one ]
}

@test "a changed identity needs a word" {
	MEMBERS='"identity":{"Origin":"A"}' stream "$(pkg x one)" | publish
	MEMBERS='"identity":{"Origin":"B"}' stream "$(pkg x one)" >s
	run -3 --separate-stderr publish <s
	[[ $stderr == *'Origin was "A" and is "B"'*--accept-identity-change* ]]
	run -3 --separate-stderr publish -n <s
	publish --accept-identity-change <s
	publish <s
	MEMBERS='' stream "$(pkg x one)" >s
	run -3 --separate-stderr publish <s
	[[ $stderr == *'was {"Origin":"B"} and is not there'* ]]
}

# pinned IDENTITY: a stream of a repository whose clients pin that
pinned() {
	MEMBERS="\"identity\":$1" stream "$(pkg x one)"
}

@test "an identity is told part by part, whatever the order of its members" {
	pinned '{"a":{"Origin":"O","Label":"L","Pin":1},"b":{"Origin":"P"}}' | publish
	pinned '{"b":{"Origin":"P"},"a":{"Pin":1,"Label":"L","Origin":"O"}}' | publish
	pinned '{"a":{"Origin":"O","Label":"M"},"b":{"Origin":"P","Label":"N"}}' >s
	run -3 --separate-stderr publish <s
	[[ $stderr == *'b.Label was not there and is "N", a.Pin was 1 and is not there, a.Label was "L" and is "M"'* ]]
	[[ $stderr != *Origin* ]]
	pinned '{"a":{"Origin":1,"Label":2,"Pin":3,"x":4,"y":5}}' >s
	run -3 --separate-stderr publish <s
	[[ $stderr == *'a.x was not there and is 4 and more'* ]]
}

@test "a suite that comes or goes is no other identity" {
	pinned '{"a":{"Origin":"O"}}' | publish
	pinned '{"a":{"Origin":"O"},"b":{"Origin":"P"}}' | publish
	pinned '{"b":{"Origin":"P"}}' | publish
	pinned '{"b":{"Origin":"Q"}}' >s
	run -3 --separate-stderr publish <s
	[[ $stderr == *'b.Origin was "P" and is "Q"'* ]]
}

@test "a tree of which no identity is known may get one" {
	stream "$(pkg x one)" | publish
	pinned '{"Origin":"A"}' | publish
	pinned '{"Origin":"B"}' >s
	run -3 publish <s
}

@test "the identity of a view is that of its repositories" {
	view() {
		repo_line a http "\"identity\":{\"Origin\":\"$1\"}"
		repo_line b http "\"identity\":{\"Origin\":\"$2\"}"
		pkg x one | sed 's/"repo":"r"/"repo":"a"/'
		end_line a
		end_line b
	}
	view A B | chantal-publish -q "$TREE"
	view A C >s
	run -3 --separate-stderr chantal-publish -q "$TREE" <s
	[[ $stderr == *'Origin was "B" and is "C"'* ]]
	chantal-publish -q --accept-identity-change "$TREE" <s
}

# --- targets ---

@test "L32: a folder that is not ours is not replaced" {
	mkdir -p "$TREE"
	echo precious >"$TREE/diary"
	run -2 --separate-stderr publish < <(stream "$(pkg x one)")
	[[ $stderr == *"not a tree that chantal-publish made"* ]]
	[ "$(cat "$TREE/diary")" = precious ]
	[ ! -e "$CHANTAL_HOME/trees" ]
}

@test "an empty folder is taken, with its mode" {
	mkdir -p "$TREE"
	chmod 2750 "$TREE"
	stream "$(pkg x one)" | publish
	[ "$(stat -c %a "$TREE")" = 2750 ]
	stream "$(pkg x two)" | publish
	[ "$(stat -c %a "$TREE")" = 2750 ]
}

@test "fatal targets are refused" {
	mkdir -p "$POOL" "$CHANTAL_HOME/catalog"
	for target in / "$HOME" "$POOL" "$POOL/x" "$CHANTAL_HOME" \
		"$BATS_TEST_TMPDIR" "$CHANTAL_HOME/catalog/x" .. . ''; do
		run -2 --separate-stderr chantal-publish --repo r "$target" < <(stream "$(pkg x one)")
		[ -n "$stderr" ]
	done
}

@test "no tree inside another tree" {
	stream "$(pkg a/x one)" | publish
	run -2 --separate-stderr chantal-publish --repo r "$TREE/a/b" < <(stream "$(pkg x one)")
	[[ $stderr == *"inside the published tree $TREE"* ]]
}

@test "a manifest without its tree asks: not mounted?" {
	stream "$(pkg x one)" >s
	publish <s
	rm -r "$TREE"
	run -75 --separate-stderr publish <s
	[[ $stderr == *"not mounted?"* ]]
	mkdir "$TREE.hold" "$TREE" # the first may get the old inode number
	run -75 --separate-stderr publish <s
	[[ $stderr == *"not mounted?"* ]]
	publish --recreate <s
	[ "$(cat "$TREE/x")" = one ]
}

@test "somebody else's folder in the place of our tree is refused" {
	stream "$(pkg x one)" >s
	publish <s
	mv "$TREE" "$TREE-moved"
	mkdir "$TREE"
	echo precious >"$TREE/diary"
	run -2 publish <s
	run -2 publish --recreate <s
	[ "$(cat "$TREE/diary")" = precious ]
}

@test "a tree restored from a backup is ours" {
	stream "$(pkg x one)" "$(file root Release rel)" >s
	publish <s
	cp -a "$TREE" "$TREE-backup"
	rm -r "$TREE"
	mv "$TREE-backup" "$TREE"
	publish <s
	run -0 chantal-publish --check "$TREE"
}

@test "a link that we did not make is refused" {
	mkdir -p "$BATS_TEST_TMPDIR/pub" precious
	echo mine >precious/x
	ln -s "$PWD/precious" "$TREE"
	run -2 --separate-stderr publish < <(stream "$(pkg y one)")
	[[ $stderr == *"symbolic link"* ]]
	[ "$(cat precious/x)" = mine ]
}

@test "two at once: the second says so and is 75" {
	mkfifo gate
	publish <gate &
	first=$!
	exec 7>gate
	stream "$(pkg x one)" >&7 &
	wait_for test -e "$CHANTAL_HOME/trees"
	run -75 --separate-stderr publish < <(stream "$(pkg x two)")
	[[ $stderr == *"another program is at work"* ]]
	exec 7>&-
	wait $first
	[ "$(cat "$TREE/x")" = one ]
}

@test "unpublish removes the tree and its manifest" {
	stream "$(pkg x one)" | publish
	chantal-publish --unpublish "$TREE"
	[ ! -e "$TREE" ]
	[ ! -e "$(state)/manifest.ndjson" ]
	[ -z "$(leftovers)" ]
	[ "$(cat "$(object one)")" = one ]
	run -2 --separate-stderr chantal-publish --unpublish "$TREE"
	[[ $stderr == *"not published"* ]]
	mkdir "$TREE"
	echo precious >"$TREE/x"
	run -2 chantal-publish --unpublish "$TREE"
	[ "$(cat "$TREE/x")" = precious ]
}

@test "list shows each target" {
	run -0 chantal-publish --list
	[ -z "$output" ]
	stream "$(pkg x one)" | publish
	run -0 chantal-publish --list
	[[ $output == *"1 files"*r*"$TREE" ]]
	run -0 chantal-publish --list --format json
	[ "$(jq -r .target <<<"$output")" = "$TREE" ]
}

@test "a dry run says what would change and changes nothing" {
	stream "$(pkg x one)" "$(pkg y two)" "$(file metadata m old)" | publish
	before=$(find "$TREE" "$(state)" -printf '%p %i %T@\n' | sort)
	run -0 --separate-stderr publish --dry-run < <(stream "$(pkg x changed)" "$(pkg z new)")
	[ "$(jq -r '.op + " " + .path' <<<"$output" | tr '\n' ,)" = "remove m,replace x,leave y,add z," ]
	[ "$(find "$TREE" "$(state)" -printf '%p %i %T@\n' | sort)" = "$before" ]
	TREE=$TREE-new
	run -0 publish -n < <(stream "$(pkg x one)")
	[ ! -e "$TREE" ]
}

@test "the manifest comes in waves: packages first, roots last" {
	stream "$(file root d/InRelease rel)" "$(file root d/Release rel)" \
		"$(file signature d/Release.gpg sig)" \
		"$(file metadata Packages plain)" "$(pkg pool/x one)" \
		"$(file metadata by-hash/1 named '"keep":true')" | publish
	run -0 chantal-publish --manifest "$TREE"
	[ "$(jq -r '"\(.wave) \(.path)"' <<<"$output" | tr '\n' ,)" = \
		"0 pool/x,1 by-hash/1,2 Packages,3 d/Release.gpg,4 d/Release,5 d/InRelease," ]
	[ "$(jq -r 'select(.path=="pool/x").sha256' <<<"$output")" = "$(put one)" ]
}

@test "check names what is missing, changed and foreign" {
	stream "$(pkg a/x one)" "$(pkg b two)" "$(file root Release rel)" | publish
	echo hello >"$TREE/a/extra"
	run -5 --separate-stderr chantal-publish --check "$TREE"
	[ "$(jq -r .path <<<"$output")" = a/extra ]
	rm "$TREE/b"
	echo bad >"$TREE/Release"
	run -4 --separate-stderr chantal-publish --check "$TREE"
	[ "$(jq -r .path <<<"$output" | sort | tr '\n' ' ')" = "Release a/extra b " ]
}

@test "check names what the generic index says and the tree does not have" {
	stream "$(pkg a/x one)" "$(pkg b two)" | chantal-index -q >indexed
	for switch in exchange symlink; do
		publish --switch=$switch <indexed
		run -0 chantal-publish --check "$TREE"
		jq -c 'select(.path != "b")' indexed | publish --switch=$switch --keep-packages 0s
		run -4 --separate-stderr chantal-publish --check "$TREE"
		[ "$(jq -r .path <<<"$output")" = b ]
		[[ "$output" == *"metadata/index.json names it"* ]]
		jq -c --arg sum "$(put three)" 'if .path == "b" then .sha256 = $sum | .size = 5 else . end' indexed |
			publish --switch=$switch
		run -4 --separate-stderr chantal-publish --check "$TREE"
		[[ "$output" == *"another digest"* ]]
	done
}

@test "a damaged manifest is never taken for an empty tree" {
	stream "$(pkg x one)" >s
	publish <s
	sed -i 's/"size":3/"size":4/' "$(state)/manifest.ndjson"
	run -4 --separate-stderr publish <s
	[[ $stderr == *damaged* ]]
	run -4 chantal-publish --check "$TREE"
	sed -i '$d' "$(state)/manifest.ndjson"
	run -4 publish <s
	[ "$(cat "$TREE/x")" = one ]
}

# --- objects, threats 28 and 29 ---

@test "an object that is not there, or is not what it says, is refused" {
	stream "$(pkg x one)" | publish
	before=$(picture "$TREE")
	stream "$(pkg x two)" >s
	rm "$(object two)"
	run -3 --separate-stderr publish <s
	[[ $stderr == *"$(printf two | sha256sum | cut -c1-64)"*"fsck --repair"* ]]
	ln -s /etc/passwd "$(object two)"
	run ! publish <s
	rm -f "$(object two)"
	mkdir "$(object two)"
	run ! publish <s
	rmdir "$(object two)" || true
	rm -rf "$(object two)"
	put two >/dev/null
	run -4 --separate-stderr publish < <(sed 's/"size":3/"size":4/' s)
	[[ $stderr == *size* ]]
	[ "$(picture "$TREE")" = "$before" ]
	[ -z "$(leftovers)" ]
}

@test "an object that was written through a published link is not published" {
	stream "$(pkg x one)" | publish
	chmod u+w "$TREE/x"
	printf 0ne >"$TREE/x"
	run ! --separate-stderr publish < <(stream "$(pkg x one)" "$(pkg y one)")
	[[ $stderr == *"$(printf one | sha256sum | cut -c1-64)"* ]]
	[ ! -e "$TREE/y" ]
}

# --- links, copies, switches ---

@test "copies instead of links, when asked" {
	stream "$(pkg x one)" >s
	publish --link=copy <s
	[ ! "$TREE/x" -ef "$(object one)" ]
	[ "$(cat "$TREE/x")" = one ]
	stream "$(pkg x two)" | publish --link=reflink
	[ "$(cat "$TREE/x")" = two ]
}

@test "T50: a pool on another filesystem is copied from" {
	shm=$(mktemp -d /dev/shm/chantal.XXXXXX) || skip "no second filesystem"
	[ "$(stat -c %d "$shm")" != "$(stat -c %d "$BATS_TEST_TMPDIR")" ] ||
		skip "no second filesystem"
	POOL=$shm/pool
	stream "$(pkg a/x one)" "$(pkg b two)" >s
	status=0
	publish --pool "$POOL" <s || status=$?
	inode=$(stat -c %i "$TREE/a/x")
	publish --pool "$POOL" < <(stream "$(pkg a/x one)" "$(pkg b three)") || status=$?
	rm -r "$shm"
	[ "$status" = 0 ]
	[ "$(cat "$TREE/a/x" "$TREE/b")" = onethree ]
	# What was copied once is not copied again.
	[ "$(stat -c %i "$TREE/a/x")" = "$inode" ]
	run -0 chantal-publish --check "$TREE"
}

@test "the tree of --switch=symlink hangs on a link, and changes at once" {
	stream "$(pkg x one)" | publish --switch=symlink
	[ "$(readlink "$TREE")" = .tree.1 ]
	[ "$(cat "$TREE/x")" = one ]
	stream "$(pkg x two)" | publish
	[ "$(readlink "$TREE")" = .tree.2 ]
	[ "$(cat "$TREE/x")" = two ]
	[ ! -e "$BATS_TEST_TMPDIR/pub/.tree.1" ]
	run -0 chantal-publish --check "$TREE"
	[ -z "$(leftovers)" ]
	chantal-publish --unpublish "$TREE"
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/pub")" ]
}

@test "from a folder to a link and back" {
	stream "$(pkg x one)" | publish
	stream "$(pkg x one)" | publish --switch=symlink
	[ -L "$TREE" ] && [ "$(cat "$TREE/x")" = one ]
	stream "$(pkg x two)" | publish --switch=exchange
	[ ! -L "$TREE" ] && [ "$(cat "$TREE/x")" = two ]
	[ "$(ls -A "$BATS_TEST_TMPDIR/pub")" = tree ]
}

@test "T102 L53: a reader misses no file during 100 publishes" {
	stream "$(pkg x one)" "$(pkg a 1)" >s1
	stream "$(pkg x one)" "$(pkg a 2)" >s2
	for how in exchange symlink; do
		TREE=$BATS_TEST_TMPDIR/pub/$how
		publish --switch=$how <s1
		(
			while [ ! -e stop ]; do
				text=
				read -r text <"$TREE/x" || :
				[ "$text" = one ] || echo "$how" >>missed
				echo >>looks
			done
		) 2>/dev/null 3>&- &
		reader=$!
		for _ in $(seq 25); do
			publish <s2
			publish <s1
		done
		: >stop
		wait $reader
		rm stop
	done
	[ ! -e missed ]
	# The reader did look, more often than the tree changed.
	[ "$(wc -l <looks)" -gt 100 ]
}

# --- faults ---

@test "I4 I5: killed at any system call, then run again: as if nothing was" {
	stream "$(pkg a/x one)" "$(file root Release rel1)" >s1
	stream "$(pkg a/x one)" "$(pkg b two)" "$(file root Release rel2)" >s2
	struck=0
	for how in exchange symlink; do
		TREE=$BATS_TEST_TMPDIR/pub/tree
		publish --switch=$how --keep-packages 0s <s1
		old=$(picture "$TREE/.")
		publish <s2
		new=$(picture "$TREE/.")
		publish --keep-packages 0s <s1
		for call in renameat2 renameat syncfs fsync linkat symlinkat \
			unlinkat mkdirat write; do
			for n in 1 2 3 5 8; do
				inject $call signal=KILL $n chantal-publish \
					-q --repo r "$TREE" <s2 2>/dev/null || true
				[ ! -e struck ] || struck=$((struck + 1))
				now=$(picture "$TREE/.")
				[ "$now" = "$old" ] || [ "$now" = "$new" ] || {
					echo "$how $call $n: neither old nor new: $now"
					return 1
				}
				publish <s2
				[ "$(picture "$TREE/.")" = "$new" ]
				[ -z "$(leftovers)" ]
				[ "$(ls -A "$BATS_TEST_TMPDIR/pub" | wc -l)" -le 2 ] || { echo "$how $call $n"; ls -lA "$BATS_TEST_TMPDIR/pub"; return 1; }
				run -0 chantal-publish --check "$TREE"
				publish --keep-packages 0s <s1
			done
		done
		chantal-publish --unpublish "$TREE"
	done
	echo "# killed $struck times" >&3
	[ "$struck" -gt 30 ]
}

@test "an unpublish that was killed is finished by the next run" {
	stream "$(pkg a/x one)" >s
	for call in renameat renameat2 unlinkat mkdirat; do
		for n in 1 2 3; do
			publish <s
			inject $call signal=KILL $n \
				chantal-publish --unpublish "$TREE" 2>/dev/null || true
			publish <s
			[ "$(cat "$TREE/a/x")" = one ]
			chantal-publish --unpublish "$TREE"
			[ -z "$(ls -A "$BATS_TEST_TMPDIR/pub")" ]
		done
	done
}

@test "T102 T103 I6: a failing system call leaves the old tree and is reported" {
	stream "$(pkg a/x one)" "$(file root Release rel1)" >s1
	stream "$(pkg a/x one)" "$(pkg b two)" "$(file root Release rel2)" >s2
	publish <s1
	old=$(picture "$TREE")
	for fault in 'syncfs error=EIO' 'linkat error=ENOSPC' \
		'mkdirat error=EACCES' 'renameat2 error=EIO' 'utimensat error=EIO'; do
		# shellcheck disable=SC2086 # two words
		run ! --separate-stderr inject $fault 1 chantal-publish -q --repo r "$TREE" <s2
		[ -e struck ]
		[ -n "$stderr" ]
		[ "$(picture "$TREE")" = "$old" ]
		[ -z "$(leftovers)" ]
		run -0 chantal-publish --check "$TREE"
	done
	publish <s2
	[ "$(cat "$TREE/b")" = two ]
}

@test "EMLINK: a file with too many links is copied" {
	stream "$(pkg x one)" "$(pkg y two)" >s
	inject linkat error=EMLINK 1 chantal-publish -q --repo r "$TREE" <s
	[ ! "$TREE/x" -ef "$(object one)" ]
	[ "$TREE/y" -ef "$(object two)" ]
	[ "$(cat "$TREE/x")" = one ]
}

@test "a filesystem without exchange is told what to do" {
	stream "$(pkg x one)" | publish
	run -2 --separate-stderr inject renameat2 error=EINVAL 2 \
		chantal-publish -q --repo r "$TREE" < <(stream "$(pkg x two)")
	[[ $stderr == *--switch=symlink* ]]
	[ "$(cat "$TREE/x")" = one ]
}

@test "threat 7: a folder that turns into a link leads nowhere" {
	mkdir -p outside
	echo safe >outside/f
	stream "$(pkg d/f one)" "$(pkg d/g two)" >s1
	stream "$(pkg d/f one)" "$(pkg d/h two)" >s2
	publish <s1
	(
		set +e # it loses most of its races, and goes on
		while [ ! -e stop ]; do
			mv "$TREE/d" "$TREE/e"
			ln -sT "$BATS_TEST_TMPDIR/outside" "$TREE/d" && echo >>swaps
			rm -f "$TREE/d"
			mv -T "$TREE/e" "$TREE/d"
		done
	) 2>/dev/null 3>&- &
	attacker=$!
	for _ in $(seq 100); do
		publish <s2 2>/dev/null || true
		publish <s1 2>/dev/null || true
	done
	: >stop
	wait $attacker || true
	[ "$(wc -l <swaps)" -gt 100 ]
	[ "$(ls outside)" = f ]
	[ "$(cat outside/f)" = safe ]
	rm -rf "$TREE/d"
	publish <s1
	[ "$(cat "$TREE/d/f")" = one ]
}

@test "I7: the same stream gives the same tree, whatever its order" {
	export SOURCE_DATE_EPOCH=1700000000
	stream "$(pkg b/x one)" "$(file root Release rel)" "$(pkg a/y two)" >s
	publish <s
	tac s | chantal-publish -q --repo r "$TREE-2"
	(cd "$TREE" && find . -printf '%p %m %s\n' | sort) >p1
	(cd "$TREE-2" && find . -printf '%p %m %s\n' | sort) >p2
	cmp p1 p2
	[ "$(stat -c %Y "$TREE/Release")" = 1700000000 ]
	diff -r "$TREE" "$TREE-2"
}

@test "6,000 paths in 97 folders are published, and compared quickly" {
	sum=$(put one)
	{
		repo_line r http
		for i in $(seq 6000); do
			echo '{"record":"file","repo":"r","path":"d'$((i % 97))'/'"$i"'","sha256":"'"$sum"'","size":3,"role":"extra"}'
		done
		end_line r
	} >s
	publish <s
	[ "$(find "$TREE" -type f | wc -l)" = 6000 ]
	run -0 timeout 5 chantal-publish -q --repo r "$TREE" <s
}

@test "a wrong choice is told with the right ones" {
	run -2 chantal-publish --link=sym www/a
	[[ "${lines[0]}" == "chantal-publish: --link: sym: none of hard, reflink, copy" ]]
	run -2 chantal-publish
	[[ "${lines[0]}" == "chantal-publish: an operand is missing" ]]
}
