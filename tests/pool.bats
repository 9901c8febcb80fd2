#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # run sets $stderr; a test is a subshell

bats_require_minimum_version 1.5.0
load helpers

PIDS=

setup() {
	common_setup
	POOL=$CHANTAL_HOME/pool
	mkdir srv
	printf 'alpha\n' >srv/a
	printf 'beta, longer\n' >srv/b
	printf 'gamma\n' >srv/c
	cp srv/a srv/same-as-a
}

teardown() {
	for p in $PIDS; do kill "$p" 2>/dev/null || true; done
}

# serve_srv: srv/ on 127.0.0.1; the requests are lines of ./requests.
serve_srv() {
	PORT=$(free_port)
	URL=http://127.0.0.1:$PORT
	python3 -m http.server --bind 127.0.0.1 --directory srv "$PORT" \
		>/dev/null 2>requests 3>&- &
	SERVER=$!
	PIDS="$PIDS $SERVER"
	wait_for curl -sf -o /dev/null "$URL/"
	: >requests
}

requests() {
	grep -c '"GET' requests || true
}

# package NAME [MEMBERS]: a record whose url is on the server.
package() {
	pkg_line r "$1" 1 noarch "$1" "\"url\":\"$URL/$1\"${2:+,$2}"
}

# stream: the lines of stdin between the marks of repository r.
stream() {
	repo_line r http
	cat
	end_line r
}

# save_all: what add puts out, as generation of repository r.
save_all() {
	chantal-catalog save "$@" r >/dev/null
}

object() {
	printf '%s/%.2s/%s' "$POOL" "$1" "$1"
}

objects() {
	find "$POOL" -path "$POOL/.*" -prune -o -type f -print
}

# every_object_is_sound: invariant I1, by other means than ours.
every_object_is_sound() {
	local f
	objects | while read -r f; do
		[ "$(sha256_of "$f")" = "$(basename "$f")" ] || {
			echo "$f is not what it is called" >&2
			return 1
		}
		[ "$(stat -c %a "$f")" = 444 ]
	done
}

# nothing_is_left: no stage of this run, no other file beside the objects.
nothing_is_left() {
	[ -z "$(ls "$POOL/.stage")" ]
	[ -z "$(find "$POOL" -maxdepth 1 -type f ! -name .lock)" ]
}

@test "help goes to stdout and names every option" {
	run --separate-stderr chantal-pool -h
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for o in config repo pool catalog cache known durability check quick full \
		sample repair dry-run yes grace format events-fd jobs auth-file \
		allow-file version; do
		[[ $output == *"--$o"* ]]
		grep -q -e "Fl -$o" "$TOP/man/chantal-pool.1"
	done
	run -0 chantal-pool --version
}

@test "wrong use is 2 and says what is wrong" {
	for args in '' nonsense '--nonsense add' 'add stray' import get 'get a b' \
		'get 12ab' 'path ../../etc/passwd' '--durability maybe add' \
		'--grace soon gc' '--sample 0/3 fsck' '--sample 4/3 fsck' \
		'--sample 2 fsck' '--format xml stats' '--jobs 0 add' \
		'--config nothing.yaml stats' '--known ../x add' \
		'--events-fd 77 add'; do
		# shellcheck disable=SC2086 # split on purpose
		run -2 --separate-stderr chantal-pool $args </dev/null
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}

@test "a stream without packages passes and makes no object" {
	stream </dev/null >in
	run -0 --separate-stderr chantal-pool add <in
	[ "$output" = "$(cat in)" ]
	[ ! -e "$POOL" ]
}

@test "unknown fields and unknown kinds survive" {
	serve_srv
	{
		package a '"x-mine": {"deep": [1, 2.50, null]}, "é":"ü"'
		echo '{"record":"x-note","text":"hello","repo":"r"}'
	} | stream >in
	chantal-pool add <in >out
	grep -qF '"x-mine":{"deep": [1, 2.50, null]},"é":"ü"' out
	grep -qxF '{"record":"x-note","text":"hello","repo":"r"}' out
	grep -qxF "$(head -n 1 in)" out
}

@test "a malformed line is named by its number" {
	{
		repo_line r http
		echo '{"record":"x-note"}'
		echo '{"record":"package",'
		end_line r
	} >in
	run -3 --separate-stderr chantal-pool add <in
	[[ $stderr == *"line 3"* ]]
	[[ ${lines[-1]} == *'"status":"failed"'* ]]
}

@test "a full stdout is 75" {
	serve_srv
	package a | stream >in
	for verb in add stats -h; do
		run -75 --separate-stderr bash -c "chantal-pool $verb <in >/dev/full"
		[[ $stderr == *stdout* ]]
	done
	sum=$(sha256_of srv/a)
	run -75 bash -c "chantal-pool get $sum >/dev/full"
	run -75 bash -c "chantal-pool import srv/b >/dev/full"
}

@test "a stream without its end mark is not completed" {
	serve_srv
	{
		repo_line r http
		package a
	} >in
	run -3 --separate-stderr chantal-pool add <in
	[[ $output == *'"name":"a"'* ]]
	[[ $output != *'"record":"end"'* ]]
	[[ $stderr == *end* ]]
}

@test "add fetches what is named and says what it is" {
	serve_srv
	for f in a b c; do package $f; done | stream >in
	run -0 --separate-stderr chantal-pool add <in
	echo "$output" >out
	for f in a b c; do
		sum=$(sha256_of srv/$f)
		jq -e --arg n $f --arg s "$sum" --argjson z "$(stat -c %s srv/$f)" \
			-s 'any(.[]; .name == $n and .sha256 == $s and .size == $z)' out
		cmp "srv/$f" "$(object "$sum")"
	done
	every_object_is_sound
	nothing_is_left
	[ "$(tail -n 1 out)" = "$(end_line r)" ]
}

@test "what is here is not fetched" {
	serve_srv
	for f in a b; do package $f "\"sha256\":\"$(sha256_of srv/$f)\""; done |
		stream >in
	chantal-pool add <in >out
	[ "$(requests)" -eq 2 ]
	chantal-pool add <out >again
	[ "$(requests)" -eq 2 ]
	cmp <(sort out) <(sort again)
}

@test "another repository's file is not fetched again" {
	serve_srv
	package a "\"sha256\":\"$(sha256_of srv/a)\"" | stream | chantal-pool add >out
	{
		repo_line other http
		pkg_line other elsewhere 2 noarch x/y \
			"\"url\":\"$URL/nowhere\",\"sha256\":\"$(sha256_of srv/a)\""
		end_line other
	} >in
	run -0 chantal-pool add <in
	[ "$(requests)" -eq 1 ]
}

@test "equal content in flight is fetched once, and stored once" {
	serve_srv
	sum=$(sha256_of srv/a)
	{
		for n in 1 2 3 4 5; do
			pkg_line r "n$n" 1 noarch "n$n" "\"url\":\"$URL/a\",\"sha256\":\"$sum\""
		done
		pkg_line r other 1 noarch other "\"url\":\"$URL/same-as-a\",\"sha256\":\"$sum\""
		package same-as-a
	} | stream >in
	chantal-pool add <in >out
	[ "$(jq -s "map(select(.sha256 == \"$sum\")) | length" out)" -eq 7 ]
	[ "$(requests)" -eq 2 ]
	[ "$(find "$POOL/${sum:0:2}" -type f | wc -l)" -eq 1 ]
}

@test "a first address that fails is followed by the next record's" {
	serve_srv
	sum=$(sha256_of srv/a)
	{
		pkg_line r gone 1 noarch gone "\"url\":\"$URL/gone\",\"sha256\":\"$sum\""
		pkg_line r here 1 noarch here "\"url\":\"$URL/a\",\"sha256\":\"$sum\""
	} | stream >in
	run -1 --separate-stderr chantal-pool add <in
	[[ $output == *'"code":"not-found"'* ]]
	[ -e "$(object "$sum")" ]
}

@test "only what can be told from the real one comes from another mirror" {
	serve_srv
	digest=$(sha512sum srv/a | cut -d' ' -f1)
	{
		repo_line r http "\"mirrors\":[\"$URL/gone/\",\"$URL/\"]"
		pkg_line r known 1 noarch known "\"url\":\"$URL/gone/a\",\"digest\":\"sha512:$digest\""
		pkg_line r odd 1 noarch odd "\"url\":\"$URL/gone/b\",\"digest\":\"blake3:${digest:64}\""
		end_line r
	} >in
	run -1 --separate-stderr chantal-pool add <in
	[ "$(jq -rc 'select(.ref.name).ref.name + " " + .code' <<<"$output")" = "odd not-found" ]
	[ "$(jq -r 'select(.record == "package").name' <<<"$output")" = known ]
}

@test "wrong digests and sizes are rejected one by one, and leave nothing" {
	serve_srv
	zeros=$(printf '0%.0s' $(seq 64))
	{
		package a "\"sha256\":\"$zeros\""
		package b '"size":3'
		package c '"size":4000'
		pkg_line r d 1 noarch d "\"url\":\"$URL/a\",\"digest\":\"sha512:$zeros$zeros\""
		pkg_line r e 1 noarch e "\"url\":\"$URL/a\",\"digest\":\"md5:${zeros:0:32}\""
		pkg_line r f 1 noarch f "\"url\":\"$URL/a\",\"digest\":\"sha1:${zeros:0:40}\""
		pkg_line r good 1 noarch good "\"url\":\"$URL/same-as-a\""
	} | stream >in
	run -1 --separate-stderr chantal-pool add <in
	echo "$output" >out
	[ "$(jq -r 'select(.record == "reject") | "\(.ref.name) \(.code)"' out | sort | paste -sd,)" = \
		"a digest-mismatch,b size-mismatch,c size-mismatch,d digest-mismatch,e digest-mismatch,f digest-mismatch" ]
	jq -es 'any(.[]; .name == "good" and .sha256)' out
	[ "$(tail -n 1 out | jq -r .status)" = partial ]
	[[ $(jq -r 'select(.ref.name == "a").message' out) == *"expected $zeros"* ]]
	every_object_is_sound
	nothing_is_left
	[ "$(objects | wc -l)" -eq 1 ]
}

@test "claims of every algorithm that hold are accepted" {
	serve_srv
	{
		for h in md5 sha1 sha224 sha256 sha384 sha512; do
			pkg_line r $h 1 noarch $h \
				"\"url\":\"$URL/a\",\"digest\":\"$h:$(${h}sum srv/a | cut -d' ' -f1)\""
		done
		pkg_line r apk 1 noarch apk \
			"\"url\":\"$URL/a\",\"digest\":\"apk-control-sha1:$(printf '1%.0s' $(seq 40))\""
	} | stream >in
	run -0 chantal-pool add <in
}

@test "a package's other files come with it, and one that fails rejects it" {
	serve_srv
	{
		pkg_line r src 1 src s "\"url\":\"$URL/a\",\"files\":[{\"path\":\"s.tar\",\"url\":\"$URL/b\",\"x\":1},{\"path\":\"s.asc\",\"url\":\"$URL/c\"}]"
		pkg_line r bad 1 src bad "\"url\":\"$URL/a\",\"files\":[{\"path\":\"bad.tar\",\"url\":\"$URL/none\"}]"
	} | stream >in
	run -1 --separate-stderr chantal-pool add <in
	echo "$output" >out
	[ "$(jq -r 'select(.name == "src").files[0].sha256' out)" = "$(sha256_of srv/b)" ]
	[ "$(jq -r 'select(.name == "src").files[1].size' out)" = 6 ]
	[ "$(jq -r 'select(.name == "src").files[0].x' out)" = 1 ]
	[ "$(jq -r 'select(.record == "reject").ref.name' out)" = bad ]
}

@test "an optional file that upstream lacks is left out, another is rejected" {
	serve_srv
	{
		echo "{\"record\":\"file\",\"repo\":\"r\",\"path\":\"x\",\"role\":\"extra\",\"url\":\"$URL/none\",\"optional\":true}"
		echo "{\"record\":\"file\",\"repo\":\"r\",\"path\":\"y\",\"role\":\"extra\",\"url\":\"$URL/none\"}"
	} | stream >in
	run -1 --separate-stderr chantal-pool add <in
	[[ $output != *'"path":"x"'* ]]
	[[ $output == *'"code":"not-found"'*'"path":"y"'* ]]
}

@test "paths and records that are unsafe become rejects" {
	serve_srv
	{
		for p in ../x /etc/passwd a//b a/./b 'a\nb' 'a\u0000b' ''; do
			pkg_line r n 1 noarch "$p" "\"url\":\"$URL/a\""
		done
		pkg_line r n 1 noarch p '"url":"http://127.0.0.1/\u0001"'
		pkg_line r n 1 noarch p "\"url\":\"$URL/a\",\"sha256\":\"abc\""
		pkg_line r n 1 noarch p "\"url\":\"$URL/a\",\"size\":-1"
		pkg_line r n 1 noarch p '"url":7'
		pkg_line r n 1 noarch p
	} | stream >in
	run -1 --separate-stderr chantal-pool add <in
	echo "$output" >out
	[ "$(jq -r .record out | sort | uniq -c | xargs)" = "1 end 12 reject 1 repo" ]
	[ "$(requests)" -eq 0 ]
	[ "$(jq -r .code out | grep -c unsafe-path)" -ge 6 ]
}

@test "a server that is not there rejects with retry, and the others go on" {
	serve_srv
	dead=$(free_port)
	{
		pkg_line r dead 1 noarch dead "\"url\":\"http://127.0.0.1:$dead/x\""
		package a
	} | stream >in
	run -1 --separate-stderr chantal-pool --retries 0 add <in
	echo "$output" >out
	jq -es 'any(.[]; .code == "network" and .retry)' out
	jq -es 'any(.[]; .name == "a" and .sha256)' out
}

@test "file: urls are read only below an allowed folder" {
	path=$(pwd)/srv
	pkg_line r a 1 noarch a "\"url\":\"file://$path/a\"" | stream >in
	run -1 --separate-stderr chantal-pool add <in
	[[ $output == *'"code":"refused"'* ]]
	run -0 --separate-stderr chantal-pool --allow-file "$path" add <in
	[[ $output == *"$(sha256_of srv/a)"* ]]
	ln -s /etc/hostname srv/out
	pkg_line r a 1 noarch a "\"url\":\"file://$path/out\"" | stream >in
	run -1 --separate-stderr chantal-pool --allow-file "$path" add <in
	[[ $output == *'"record":"reject"'* ]]
}

@test "a reference to the current generation saves asking upstream" {
	serve_srv
	{
		package a "\"digest\":\"md5:$(md5sum srv/a | cut -d' ' -f1)\""
		package b '"size":13,"time":1700000000'
	} | stream >in
	chantal-pool --known r add <in | save_all
	[ "$(requests)" -eq 2 ]
	chantal-pool --known r add <in >out
	[ "$(requests)" -eq 2 ]
	[ "$(jq -r 'select(.name == "b").sha256' out)" = "$(sha256_of srv/b)" ]
	sed 's/1700000000/1700000001/' in | chantal-pool --known r --cache other add >out
	[ "$(requests)" -eq 3 ]
}

@test "without any digest upstream is asked with a condition" {
	serve_srv
	package a | stream >in
	chantal-pool add <in >out
	chantal-pool add <in >again
	cmp out again
	[ "$(grep -c '"GET.* 304' requests)" -eq 1 ]
	sleep 1.1
	printf 'delta\n' >srv/a
	chantal-pool add <in >again
	[ "$(jq -r 'select(.name == "a").sha256' again)" = "$(sha256_of srv/a)" ]
	rm -rf "$POOL"
	chantal-pool add <in >again
	[ "$(jq -r 'select(.name == "a").sha256' again)" = "$(sha256_of srv/a)" ]
}

@test "import, path and get go in and out" {
	run -0 chantal-pool import srv/a srv/b srv/same-as-a
	[ "${lines[0]}" = "$(cd srv && sha256sum a | sed 's,a$,srv/a,')" ]
	[ "${#lines[@]}" -eq 3 ]
	sum=$(sha256_of srv/b)
	[ "$(chantal-pool path "$sum")" = "$(object "$sum")" ]
	chantal-pool get "$sum" >got
	cmp got srv/b
	run -4 --separate-stderr chantal-pool get "$(sha256_of srv/c)"
	[[ $stderr == *"not in the pool"* ]]
	run -2 chantal-pool import srv
	[ "$(objects | wc -l)" -eq 2 ]
	every_object_is_sound
}

@test "a pool that others may write to is refused" {
	chantal-pool import srv/a
	chmod 777 "$POOL"
	for verb in "import srv/b" stats "get $(sha256_of srv/a)"; do
		# shellcheck disable=SC2086 # split on purpose
		run -2 --separate-stderr chantal-pool $verb
		[[ $stderr == *"chmod o-w"* ]]
	done
}

@test "another user's pool is refused" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to give a folder away"
	chantal-pool import srv/a
	chown nobody "$POOL"
	run -2 --separate-stderr chantal-pool import srv/b
	[[ $stderr == *"belongs to user"* ]]
}

@test "a folder that is no pool, and a home of another format, are refused" {
	mkdir other
	touch other/precious
	run -2 --separate-stderr chantal-pool --pool other import srv/a
	[[ $stderr == *precious* ]]
	[ "$(ls -A other)" = precious ]
	mkdir -p "$CHANTAL_HOME"
	echo 99 >"$CHANTAL_HOME/format"
	run -2 --separate-stderr chantal-pool import srv/a
	[[ $stderr == *format* ]]
	[ ! -e "$POOL" ]
}

@test "an old file that is added counts from now on" {
	touch -d 2001-01-01 srv/a
	sum=$(chantal-pool import srv/a | cut -c1-64)
	[ $(($(date +%s) - $(stat -c %Y "$(object "$sum")"))) -lt 60 ]
	before=$(stat -c %y "$(object "$sum")")
	sleep 1.1
	chantal-pool import srv/a
	[ "$(stat -c %y "$(object "$sum")")" = "$before" ]
}

# damage FILE: other bytes, same size, same mode, same mtime to the second.
damage() {
	local when
	when=$(stat -c %Y "$1")
	chmod u+w "$1"
	printf X | dd of="$1" conv=notrunc status=none
	chmod 444 "$1"
	touch -d "@$when" "$1"
}

@test "a quick check sees bytes that were changed behind its back" {
	sum=$(chantal-pool import srv/a | cut -c1-64)
	chantal-pool import srv/b
	run -0 chantal-pool fsck --quick
	damage "$(object "$sum")"
	run -4 --separate-stderr chantal-pool fsck --quick
	[[ $output == *"1 corrupt"* ]]
	[[ $stderr == *"$sum"* ]]
	[ ! -e "$(object "$sum")" ]
	[ "$(find "$POOL/.trash" -name "$sum.corrupt-*" | wc -l)" -eq 1 ]
	run -0 chantal-pool fsck --full
}

@test "a full check reads what a quick one believes" {
	sum=$(chantal-pool import srv/a | cut -c1-64)
	f=$(object "$sum")
	cp -p "$f" keep
	damage "$f"
	touch -r keep "$f"
	run -0 chantal-pool fsck --quick
	run -4 chantal-pool fsck --full
}

@test "samples together are the whole pool" {
	for i in $(seq 40); do echo "$i" >"f$i"; done
	chantal-pool import f* >/dev/null
	total=0
	for n in 1 2 3; do
		run -0 chantal-pool fsck --full --sample "$n/3"
		total=$((total + $(cut -d' ' -f2 <<<"$output")))
	done
	[ "$total" -eq 40 ]
}

@test "right bytes with a wrong time or mode are put right" {
	sum=$(chantal-pool import srv/a | cut -c1-64)
	f=$(object "$sum")
	before=$(stat -c '%y %a' "$f")
	chmod 666 "$f"
	touch -d "@$(stat -c %Y "$f")" "$f"
	run -0 chantal-pool fsck --quick
	[ "$(stat -c '%y %a' "$f")" = "$before" ]
	cp -r "$POOL" copy
	run -0 chantal-pool --pool copy fsck
	[ "$(stat -c %a "copy/${sum:0:2}/$sum")" = 444 ]
}

@test "a corrupt object is fetched again by add, get says 4" {
	serve_srv
	sum=$(sha256_of srv/a)
	package a "\"sha256\":\"$sum\"" | stream >in
	chantal-pool add <in >out
	damage "$(object "$sum")"
	run -0 --separate-stderr chantal-pool add <in
	[[ $stderr == *corrupt* ]]
	[ "$(requests)" -eq 2 ]
	cmp srv/a "$(object "$sum")"
	damage "$(object "$sum")"
	run -4 --separate-stderr chantal-pool get "$sum"
	[[ $stderr == *"fsck --repair"* ]]
	[[ $output != *Xlpha* ]]
}

@test "corrupt and missing objects are named with what shows them, and fetched again" {
	serve_srv
	for f in a b c; do package $f; done | stream | chantal-pool add >out
	save_all <out
	chantal-publish tree <out
	damage "$(object "$(sha256_of srv/a)")"
	rm "$(object "$(sha256_of srv/b)")" tree/b
	run -4 --separate-stderr chantal-pool fsck
	[[ $output == *"1 corrupt, 1 missing, 0 repaired"* ]]
	[[ $stderr == *"$(pwd)/tree/a"* ]]
	[[ $stderr == *"$(pwd)/tree/b"* ]]
	run -0 --separate-stderr chantal-pool fsck --repair
	[[ $output == *"2 missing, 2 repaired"* ]]
	[[ $stderr == *"fetched again"* ]]
	run -0 chantal-pool fsck --full
	every_object_is_sound
	chantal-publish tree <out
	cmp srv/a tree/a
	cmp srv/b tree/b
}

@test "what a published tree still has needs no upstream to be repaired" {
	serve_srv
	package a | stream | chantal-pool add >out
	save_all <out
	chantal-publish tree <out
	kill "$SERVER"
	rm "$(object "$(sha256_of srv/a)")"
	run -0 --separate-stderr chantal-pool --retries 0 fsck --repair
	[[ $stderr == *"taken from"* ]]
	run -0 chantal-pool fsck
}

@test "what was planted under a good name is not used" {
	serve_srv
	sum=$(sha256_of srv/a)
	f=$(object "$sum")
	package a "\"sha256\":\"$sum\"" | stream >in
	chantal-pool add <in >out
	secret=$(pwd)/secret
	echo secret >secret
	chmod 600 secret
	for how in "ln -s" ln "mkfifo" "mkdir"; do
		rm -rf "$f"
		case $how in
			ln*) $how "$secret" "$f" ;;
			*) $how "$f" ;;
		esac
		run --separate-stderr chantal-pool get "$sum"
		[ "$status" -eq 4 ]
		[[ $output != *secret* ]]
		run -0 --separate-stderr chantal-pool add <in
		cmp "$f" srv/a
		[ "$(stat -c %a secret)" = 600 ]
	done
}

# swept: digests in the trash by gc
swept() {
	find "$POOL/.trash" -mindepth 2 -type f -printf '%f\n'
}

# age FILE SECONDS: as if it had been added so long ago.
age() {
	local ns
	ns=$(stat -c %.9Y "$1")
	touch -d "@$((${ns%.*} - $2)).${ns#*.}" "$1"
}

@test "gc keeps what is referred to and what is young" {
	serve_srv
	package a | stream | chantal-pool add | save_all
	old=$(chantal-pool import srv/b | cut -c1-64)
	young=$(chantal-pool import srv/c | cut -c1-64)
	rm "$POOL"/.roots/*
	age "$(object "$old")" 90000
	age "$(object "$(sha256_of srv/a)")" 90000
	run -0 chantal-pool gc --dry-run
	[[ $output == *"1 objects to the trash"* ]]
	[ -e "$(object "$old")" ]
	run -2 --separate-stderr chantal-pool gc </dev/null
	[[ $stderr == *--yes* ]]
	[ -e "$(object "$old")" ]
	run -0 chantal-pool gc --yes
	[ ! -e "$(object "$old")" ]
	[ "$(swept)" = "$old" ]
	[ -e "$(object "$young")" ]
	[ -e "$(object "$(sha256_of srv/a)")" ]
	run -0 chantal-pool gc --yes
	[ -z "$(swept)" ]
	run -0 chantal-pool fsck --full
}

@test "gc honours what a pipeline has announced, and brings back what is named again" {
	serve_srv
	package a | stream | chantal-pool add | save_all
	sum=$(chantal-pool import srv/b | cut -c1-64)
	age "$(object "$sum")" 90000
	run -0 chantal-pool gc --yes
	[ -e "$(object "$sum")" ]
	touch -d '2 days ago' "$POOL"/.roots/*
	cp -a "$POOL" copy
	run -0 chantal-pool gc --yes
	[ ! -e "$(object "$sum")" ]
	[ -z "$(find "$POOL/.roots" -type f -mmin +60)" ]
	for f in a b; do
		package $f "\"sha256\":\"$(sha256_of srv/$f)\",\"size\":$(stat -c %s srv/$f)"
	done | stream | save_all --pool copy
	run -0 --separate-stderr chantal-pool gc --yes
	[[ $stderr == *"brought back"* ]]
	cmp srv/b "$(object "$sum")"
}

@test "gc keeps what only a snapshot or a published tree names" {
	serve_srv
	package a | stream | chantal-pool add >one
	save_all <one
	chantal-catalog snapshot r kept
	package b | stream | chantal-pool add >two
	chantal-publish tree <two
	package c | stream | chantal-pool add >three
	save_all <three
	rm "$POOL"/.roots/*
	for f in a b c; do age "$(object "$(sha256_of srv/$f)")" 90000; done
	run -0 chantal-pool --grace 0s gc --yes
	[ -z "$(swept)" ]
}

@test "gc refuses when no root is there, or one cannot be read" {
	serve_srv
	sum=$(chantal-pool import srv/b | cut -c1-64)
	run -2 --separate-stderr chantal-pool --grace 0s gc --yes
	[[ $stderr == *"nothing was removed"* ]]
	package a | stream | chantal-pool add | save_all
	rm "$POOL"/.roots/*
	generation=$(find "$CHANTAL_HOME/catalog/r" -name '0*.ndjson')
	chmod u+w "$generation"
	truncate -s -10 "$generation"
	run --separate-stderr chantal-pool --grace 0s gc --yes
	[ "$status" -ge 3 ]
	[ -e "$(object "$sum")" ]
	[ -e "$(object "$(sha256_of srv/a)")" ]
	run -2 --separate-stderr chantal-pool --pool not-mounted --grace 0s gc --yes
	[[ $stderr == *"no pool"* ]]
}

@test "what a killed run left is removed by the next, what lives is not" {
	serve_srv
	mkdir -p slow
	chantal-pool import srv/a
	mkfifo pipe
	chantal-pool add <pipe >out 3>&- &
	alive=$!
	PIDS="$PIDS $alive"
	exec 9>pipe
	{
		repo_line r http
		package b
		package c
	} >&9
	# shellcheck disable=SC2016 # for the inner shell
	wait_for bash -c '[ -n "$(ls "$1/.stage")" ]' - "$POOL"
	mkdir -p "$POOL/.stage/123-dead"
	touch "$POOL/.stage/123-dead/lock" "$POOL/.stage/123-dead/0"
	mkdir "$POOL/.stage/124-no-lock-yet"
	chantal-pool import srv/b
	[ ! -e "$POOL/.stage/123-dead" ]
	[ ! -e "$POOL/.stage/124-no-lock-yet" ]
	[ "$(find "$POOL/.stage" -mindepth 1 -maxdepth 1 -type d | wc -l)" -eq 1 ]
	end_line r >&9
	exec 9>&-
	wait "$alive"
	[ "$(jq -s 'map(select(.sha256)) | length' out)" -eq 2 ]
	nothing_is_left
}

@test "announcements of last week are gone, without any gc" {
	chantal-pool import srv/a
	touch -d '8 days ago' "$POOL"/.roots/*
	old=$(ls "$POOL/.roots")
	chantal-pool import srv/b
	[ ! -e "$POOL/.roots/$old" ]
	[ "$(find "$POOL/.roots" -type f | wc -l)" -eq 1 ]
}

@test "a killed add and then a clean one end as one clean one does" {
	serve_srv
	for i in $(seq 60); do head -c 20000 /dev/urandom >"srv/f$i"; done
	for i in $(seq 60); do package "f$i" "\"sha256\":\"$(sha256_of "srv/f$i")\""; done |
		stream >in
	for n in 1 2 3 4 5 6 7 8; do
		chantal-pool add <in >out 3>&- &
		sleep "0.0$n"
		kill -9 $! 2>/dev/null || true
		wait $! || true
		every_object_is_sound
		# Who was told of an object finds it.
		jq -r 'select(.record == "package").sha256' out 2>/dev/null |
			while read -r sum; do [ -e "$(object "$sum")" ]; done
	done
	chantal-pool --jobs 4 add <in >out
	CHANTAL_HOME=$BATS_TEST_TMPDIR/clean chantal-pool add <in >clean-out
	cmp <(sort out) <(sort clean-out)
	diff <(cd "$POOL" && find . -path './[0-9a-f]*' -type f | sort) \
		<(cd clean/pool && find . -path './[0-9a-f]*' -type f | sort)
	nothing_is_left
}

@test "adds side by side, of the same things, agree" {
	serve_srv
	for i in $(seq 40); do echo "content $i" >"srv/f$i"; done
	for i in $(seq 40); do package "f$i"; done | stream >in
	pids=
	for n in 1 2 3 4; do
		chantal-pool --cache "cache$n" add <in >"out$n" 3>&- &
		pids="$pids $!"
	done
	for p in $pids; do wait "$p"; done
	for n in 2 3 4; do cmp <(sort out1) <(sort "out$n"); done
	every_object_is_sound
	nothing_is_left
}

@test "gc and add race, and nobody loses" {
	serve_srv
	package a | stream | chantal-pool add | save_all
	for i in $(seq 12); do echo "content $i" >"srv/f$i"; done
	for i in $(seq 12); do package "f$i" "\"sha256\":\"$(sha256_of "srv/f$i")\""; done |
		stream >in
	(
		while [ ! -e stop ]; do
			chantal-pool -q gc --yes >>collected || touch gc-failed
		done
	) 3>&- &
	collector=$!
	PIDS="$PIDS $collector"
	for n in $(seq "${ROUNDS:-60}"); do
		# Whatever is there is old, and so is every announcement: gc sweeps
		# it now, unless this add uses it.
		find "$POOL/.roots" -type f -exec touch -d '2 days ago' {} +
		objects | while read -r f; do age "$f" 172800 2>/dev/null || true; done
		[ $((n % 2)) -eq 0 ] || sleep 0.02
		chantal-pool -q add <in >out 2>err || touch add-failed
		for sum in $(jq -r 'select(.record == "package").sha256' out); do
			[ -e "$(object "$sum")" ] || touch lost
		done
	done
	touch stop
	wait "$collector"
	for bad in gc-failed add-failed lost; do [ ! -e "$bad" ]; done
	grep -q 'went: [1-9]' collected
	every_object_is_sound
}

@test "records go on only behind the barrier of their objects" {
	export ASAN_OPTIONS=detect_leaks=0 # it cannot work under strace
	serve_srv
	for f in a b c; do package $f; done | stream >in
	strace -f -o trace -e trace=syncfs,fsync,renameat2,write chantal-pool add <in >out
	# In order: barrier, names, barrier, and then the records.
	[ "$(grep -c '^[0-9]* *syncfs' trace)" -eq 2 ]
	awk '/syncfs.*= 0$/ { n++ } /renameat2/ && n != 1 { bad = 1 }
		/write\(1, / && /sha256/ && n != 2 { bad = 1 } END { exit bad }' trace
	strace -f -o trace -e trace=syncfs,fsync,renameat2 \
		chantal-pool --pool files --cache x --durability batch-files add <in >out
	run ! grep -q syncfs trace
	[ "$(grep -c fsync trace)" -ge 7 ]
	strace -f -o trace -e trace=syncfs,fsync \
		chantal-pool --pool none --cache y --durability none add <in >out
	run ! grep -q sync trace
}

@test "a slow filesystem is synced file by file" {
	export ASAN_OPTIONS=detect_leaks=0 # it cannot work under strace
	serve_srv
	for i in $(seq 800); do echo "$i" >"srv/f$i"; done
	for i in $(seq 800); do package "f$i"; done | stream >in
	strace -f -o trace -e trace=syncfs,fsync \
		--inject=syncfs:delay_enter=2100000:when=1 \
		chantal-pool add <in >out 2>err
	grep -q 'file by file' err
	# One more for what was staged, and not synced, during the slow one.
	[ "$(grep -c 'syncfs(' trace)" -le 2 ]
	[ "$(grep -c 'fsync(' trace)" -gt 256 ]
	[ "$(jq -s 'map(select(.sha256)) | length' out)" -eq 800 ]
}

# on_small_disk OPTIONS SCRIPT: in a tmpfs of its own.
on_small_disk() {
	mkdir -p disk
	if [ "$(id -u)" -eq 0 ]; then
		unshare -m sh -c "mount -t tmpfs -o $1 none disk && $2"
	else
		unshare -Urm sh -c "mount -t tmpfs -o $1 none disk && $2"
	fi
}

@test "a full disk is 75, is said, and leaves nothing behind" {
	unshare -Urm true 2>/dev/null || [ "$(id -u)" -eq 0 ] ||
		skip "no mount namespaces here"
	serve_srv
	head -c 3000000 /dev/urandom >srv/big
	{
		package a
		package big
	} | stream >in
	# shellcheck disable=SC2016 # for the inner shell
	on_small_disk size=1m '
		chantal-pool --pool disk/pool --jobs 1 add <in >out 2>err
		echo $? >status
		ls -A disk/pool/.stage >stage
		find disk/pool -path "*/[0-9a-f][0-9a-f]/*" | wc -l >objects'
	[ "$(cat status)" -eq 75 ]
	grep -q 'disk is full\|No space left' err
	[ "$(cat stage)" = .lock ]
	[ "$(tail -n 1 out | jq -r .status)" = failed ]
	[ "$(tail -n 1 out | jq -r .exit)" = 75 ]
}

@test "a disk without inodes is 75" {
	unshare -Urm true 2>/dev/null || [ "$(id -u)" -eq 0 ] ||
		skip "no mount namespaces here"
	serve_srv
	for i in $(seq 80); do echo "$i" >"srv/f$i"; done
	for i in $(seq 80); do package "f$i"; done | stream >in
	# shellcheck disable=SC2016 # for the inner shell
	on_small_disk size=8m,nr_inodes=50 '
		chantal-pool --pool disk/pool add <in >out 2>err
		echo $? >status
		ls -A disk/pool/.stage >stage'
	[ "$(cat status)" -eq 75 ]
	[ "$(cat stage)" = .lock ]
}

@test "statistics are counted, and sharing is counted over what is referred to" {
	serve_srv
	{
		package a
		package b
	} | stream | chantal-pool add >out
	save_all <out
	sed 's/"repo":"r"/"repo":"s"/' out | chantal-catalog save s
	chantal-pool import srv/c
	run -0 chantal-pool --format json stats
	echo "$output" >stats
	jq -e '.objects == 3 and .bytes == 25 and .referenced == 2 and
		.referenced_bytes == 19 and .orphaned == 1 and .orphaned_bytes == 6 and
		.missing == 0 and .repositories == 2 and .separate_bytes == 38 and
		.saved_bytes == 19' stats
	run -0 chantal-pool stats
	[[ $output == *"objects              3"* ]]
	rm "$(object "$(sha256_of srv/a)")"
	[ "$(chantal-pool --format json stats | jq .missing)" -eq 1 ]
}

@test "the type's plugin checks packages, new ones and old ones" {
	serve_srv
	mkdir plugins
	cat >plugins/strict <<-'END'
		#!/bin/sh
		case $1 in
		describe)
			echo '{"protocol":[1],"type":"strict","version":"1","verbs":["describe","list","check"],"modes":["mirror"],"version_order":"none","config":{}}' ;;
		check)
			jq -c '.file as $f | .record | if .name == "b" then
				{record: "reject", code: "signature", message: ("bad " + $f), ref: {name: .name}}
				else . end' ;;
		*) exit 2 ;;
		esac
	END
	chmod 755 plugins plugins/strict
	export CHANTAL_PLUGIN_PATH=$PWD/plugins
	for f in a b c; do package $f; done | sed 's/"type":"http"/"type":"strict"/' >list
	{
		repo_line r strict
		cat list
		end_line r
	} >in
	run -0 chantal-pool add <in
	run -1 --separate-stderr chantal-pool --check add <in
	echo "$output" >out
	[ "$(jq -r 'select(.record == "package").name' out | sort | xargs)" = "a c" ]
	[ "$(jq -r 'select(.record == "reject") | "\(.code) \(.repo)"' out)" = "signature r" ]
	[[ $(jq -r .message out) == *"$(object "$(sha256_of srv/b)")"* ]]
	[ "$(tail -n 1 out | jq -r .status)" = partial ]
	sed -i 's/jq -c .*/head -n 2 | jq -c .record; exit 0; jq -c '"'"'\\/' plugins/strict
	run -3 --separate-stderr chantal-pool --check add <in
	[[ $stderr == *"check answered 2 of 3"* ]]
	[[ $output == *'"status":"failed"'* ]]
}

@test "the examples of the page run" {
	serve_srv
	sum=$(sha256_of srv/a)
	chantal-pool import srv/a
	chantal-pool get "$sum" | cmp - srv/a
	ls -l "$(chantal-pool path "$sum")"
	chantal-pool fsck --quick
	run -0 chantal-pool fsck --full --sample 1/7
	chantal-pool stats --format json | jq .saved_bytes
}

@test "without a repository of the configuration only the host of the stream's feed is asked" {
	export FEED=http://127.0.0.1:1/
	{
		repo_line r http
		pkg_line r a 1 all a.deb '"url":"http://127.0.0.2:1/a.deb"'
		end_line r
	} >in
	run -1 --separate-stderr chantal-pool add --retries 0 <in
	[[ $output == *'"code":"'* ]]
	[[ $output == *"allow-host"* ]]
	run -1 --separate-stderr chantal-pool add --retries 0 --allow-host 127.0.0.2 --allow-private <in
	[[ $output != *"allow-host"* ]]
}

@test "fsck --repair asks whom credentials are for before it sends them anywhere" {
	chantal-pool import "$TOP/README.md"
	printf 'basic user:secret\n' >auth
	chmod 600 auth
	run -2 --separate-stderr chantal-pool fsck --repair --auth-file auth
	[[ $stderr == *"--auth-origin"* ]]
	[[ $stderr != *secret* ]]
	run -0 chantal-pool fsck --repair --auth-file auth --auth-origin http://127.0.0.1/
}

@test "add finds what the stage before it put into a pool that it made" {
	echo upstream >index
	mkfifo lines
	chantal-pool add <lines >out 2>err 3>&- &
	local pid=$!
	exec 4>lines
	repo_line r http >&4
	sleep 0.3
	chantal-pool import index >sum
	printf '{"record":"file","repo":"r","as":"index","role":"input","sha256":"%s","size":9}\n' \
		"$(cut -c1-64 sum)" >&4
	end_line r >&4
	exec 4>&-
	wait "$pid"
	! grep -q '"record":"reject"' out
}

@test "a stage that cannot begin says so in the ends of the stream" {
	{
		repo_line r http
		pkg_line r a 1 all a
		end_line r
		repo_line s http
		end_line s failed | sed 's/}$/,"exit":4,"message":"before"}/'
	} >stream
	for command in 'chantal-pool add --config none' 'chantal-pool add --allow-file none' \
		'chantal-filter --config none --repo r'; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr $command <stream
		[[ "$stderr" == *none* ]]
		[ "$(jq -r .record <<<"$output" | tr '\n' ' ')" = "repo repo end end " ]
		[ "$(jq -r 'select(.record=="end")|.repo,.status,.exit' <<<"$output" | tr '\n' ' ')" = "r failed 2 s failed 4 " ]
		run -2 chantal-catalog save r --unmarked < <(grep '"r"' <<<"$output")
	done
}

@test "a file to import that is not there is wrong use, by name" {
	run -2 --separate-stderr chantal-pool import --pool pool gone.tar.gz
	[[ $stderr == *'gone.tar.gz: no such file'* ]]
	[ -z "$output" ]
}
