# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
load helpers

setup() {
	common_setup
	export CAT=$BATS_TEST_TMPDIR/catalog
	export GEN=$CAT/r
}

# catalog COMMAND…: with a catalog of its own and no configuration
catalog() {
	command=$1
	shift
	chantal-catalog "$command" --catalog "$CAT" "$@"
}

# digest N: some digest
digest() {
	printf '%064x' "$1"
}

# pkg NAME VERSION ARCH N [members]: a package of r with digest N
pkg() {
	pkg_line r "$1" "$2" "$3" "$1-$2-$3.pkg" \
		"\"size\":10,\"sha256\":\"$(digest "$4")\"${5:+,$5}"
}

# stream LINES…: a whole stream of r
stream() {
	repo_line r http
	[ $# -eq 0 ] || printf '%s\n' "$@"
	end_line r
}

# save [LINES…]: it is saved
save() {
	stream "$@" | catalog save -q r
}

# current: the number of the current generation
current() {
	readlink "$GEN/current" | sed 's/^0*//; s/\..*//'
}

reject() {
	printf '{"record":"reject","repo":"r","code":"%s","message":"%s","retry":%s,"ref":{"name":"%s","version":"1"}}\n' \
		"$1" "$2" "${4:-false}" "$3"
}

# refused STATUS WORDS < STREAM: save fails so and changes nothing
refused() {
	before=$(readlink "$GEN/current" || true)
	run --separate-stderr catalog save "${@:3}" r
	[ "$status" -eq "$1" ] || {
		echo "status $status: $stderr"
		return 1
	}
	[[ "$stderr" == *"$2"* ]] || {
		echo "got: $stderr"
		return 1
	}
	[ "$(readlink "$GEN/current" || true)" = "$before" ]
	[ -z "$(find "$CAT" -name '.tmp-*')" ]
}

@test "help goes to stdout and has the caption of the page" {
	run -0 --separate-stderr chantal-catalog -h
	[ -z "$stderr" ]
	caption=$(sed -n 's/^\.Nd //p' "$TOP/man/chantal-catalog.1")
	[ "${lines[0]}" = "chantal-catalog - $caption" ]
}

@test "wrong use is 2 with a message on stderr" {
	for words in "" "frobnicate" "ls" "cat" "diff r" "save" "save a b" \
		"ls r --yes" "save r --format json" "history r --limit x" \
		"ls r --format xml" "ls --frobnicate" "save ../r" "snapshot r a/b" \
		"save r --on-reject signature" "rm r" "restore r@" "save snapshots"; do
		# shellcheck disable=SC2086 # words are split
		run -2 --separate-stderr chantal-catalog --catalog "$CAT" $words </dev/null
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	[ ! -e "$CAT/snapshots" ]
}

@test "an empty stream is refused and is no empty catalog" {
	refused 3 "no repo and end records" </dev/null
	refused 3 "no repo record" --unmarked </dev/null
	run -2 --separate-stderr catalog cat r
	[[ "$stderr" == *"not synced yet"* ]]
}

@test "unknown fields and unknown kinds survive" {
	save "$(pkg a 1 x 1 '"zz":{"deep":[1,"é\u0041"]},"type2":null')" \
		'{"record":"omen","repo":"r","text":"of more to come"}'
	run -0 catalog cat r
	[[ "$output" == *'"zz":{"deep":[1,"é\u0041"]},"type2":null'* ]]
	[[ "$output" == *'{"record":"omen","repo":"r","text":"of more to come"}'* ]]
}

@test "a malformed line is named by its number" {
	refused 3 "stdin: line 3: " < <(repo_line r http; echo; echo '{"record":')
	refused 3 "stdin: line 2: " < <(repo_line r http; pkg a 1 x 1 '"a":1,"a":2')
	refused 3 'stdin: line 2: "size"' < <(repo_line r http; pkg a 1 x 1 | sed 's/"size":10/"size":-1/')
	refused 3 "unsafe path" < <(repo_line r http; pkg a 1 x 1 | sed 's/a-1-x.pkg/..\/a/')
}

@test "a full disk is 75" {
	save "$(pkg a 1 x 1)"
	for words in "cat r" "ls r" "history r" "repos" "search a" "why r a" \
		"snapshots r"; do
		run -75 --separate-stderr sh -c \
			"chantal-catalog --catalog '$CAT' $words >/dev/full"
		[[ "$stderr" == *"No space left"* ]]
	done
}

@test "a stream without its end mark is refused, with the remedy" {
	save "$(pkg a 1 x 1)"
	refused 3 "end record is missing" < <(stream "$(pkg a 2 x 2)" | sed '$d')
	refused 3 "run the pipeline again" < <(stream "$(pkg a 2 x 2)" | sed '$d')
	refused 3 "without its repo record" < <(stream "$(pkg a 2 x 2)" | sed 1d)
}

@test "a failed stream ends with the status that its end carries" {
	save "$(pkg a 1 x 1)"
	refused 4 "the signature does not hold" < <(
		repo_line r http
		printf '{"record":"end","repo":"r","status":"failed","exit":4,"message":"the signature does not hold"}\n'
	)
	refused 75 "could not connect" < <(
		printf '{"record":"end","repo":"r","status":"failed","exit":75,"message":"could not connect"}\n'
	)
}

@test "an end that overtakes a failure does not hide it" {
	save "$(pkg a 1 x 1)"
	refused 4 "late" < <(
		repo_line r http
		repo_line r http
		end_line r
		printf '{"record":"end","repo":"r","status":"failed","exit":4,"message":"late"}\n'
		pkg b 1 x 2
	)
}

@test "another repository's records, marks and rejects are refused" {
	save "$(pkg a 1 x 1)"
	refused 3 'is of repository "q", not "r"' < <(stream "$(pkg_line q a 1 x p "\"sha256\":\"$(digest 1)\"")")
	refused 3 'is of repository "q", not "r"' < <(repo_line q http; end_line q)
	refused 3 'is of repository "q", not "r"' < <(stream; repo_line q http; end_line q)
	refused 3 'is of repository "q", not "r"' < <(stream; end_line q)
	refused 3 'is of repository "q", not "r"' < <(stream '{"record":"reject","repo":"q","code":"x","message":"y"}')
	refused 3 'is of repository "q", not "r"' < <(stream '{"record":"omen","repo":"q"}')
	refused 3 'no "repo"' < <(stream '{"record":"package","name":"a","path":"a"}')
	refused 3 'is of repository "q/../r", not "r"' < <(stream '{"record":"package","repo":"q/../r","name":"a","path":"a"}')
}

@test "the repository's id cannot be hidden in escapes" {
	stream | sed 's/"repo":"r"/"repo":"\\u0072"/' | catalog save -q r
	run -0 catalog cat r
	[[ "${lines[0]}" == '{"record":"repo","repo":"r",'* ]]
}

@test "neither a kind nor a member can be hidden in escapes" {
	for line in '{"record":"p\u0061ckage","repo":"r","name":"a","path":"../x"}' \
		'{"record":"e\u006ed","repo":"r","status":"failed","exit":4}' \
		'{"record":"package","repo":"r","name":"a","path":"x","p\u0061th":"../x"}'; do
		refused 3 "written with an escape" < <(stream "$line")
	done
}

@test "what only a plugin and its host say is refused" {
	refused 3 "want record" < <(stream '{"record":"want","repo":"r","url":["file:///etc/passwd"],"as":"x"}')
}

@test "all shards must be there" {
	shard() {
		stream "$2" | sed "s#\"record\":\"\(repo\|end\)\"#&,\"shard\":\"$1\"#"
	}
	{
		shard 1/2 "$(pkg a 1 x 1)"
		shard 2/2 "$(pkg b 1 x 2)"
	} >both
	catalog save -q r <both
	run -0 catalog ls r --format csv
	[ "${#lines[@]}" -eq 3 ]
	run -0 catalog cat r
	[[ "$output" != *shard* ]]
	refused 3 "shard 2/2 is missing" < <(shard 1/2 "$(pkg a 1 x 1)")
}

@test "two repo records that disagree are refused" {
	refused 3 "disagree" < <(stream; repo_line r http '"upstream":3'; end_line r)
}

@test "a generation is sorted, canonical, and sealed by the digest of its end" {
	stream "$(pkg b 1 x 2)" "$(pkg a 2 y 3)" '{"record":"file", "sha256":"'"$(digest 9)"'","role":"metadata","path":"f" ,"repo":"r"}' \
		"$(pkg a 1 x 1)" "$(pkg a 1 x 1)" | catalog save -q r
	[ "$(readlink "$GEN/current")" = 00000001.ndjson ]
	sed '1d;$d' "$GEN/current" >middle
	LC_ALL=C sort -u middle | cmp - middle
	[ "$(wc -l <middle)" -eq 4 ]
	grep -q '^{"record":"file","repo":"r","path":"f","sha256":' middle
	[ "$(head -n -1 "$GEN/current" | sha256sum | cut -d' ' -f1)" = "$(tail -n 1 "$GEN/current" | jq -r .sha256)" ]
	[ "$(stat -c %a "$GEN/00000001.ndjson")" = 444 ]
	[ "$(sed -n 1p "$GEN/current" | jq -r .record)" = repo ]
}

@test "what is saved is what cat gives, and saving that again changes nothing" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	catalog cat r >first
	catalog save -q r <first
	[ "$(current)" = 1 ]
	run -0 catalog cat r r@1
	[ "$output" = "$(cat first first)" ]
}

@test "a saved catalog that did not change makes no new generation" {
	save "$(pkg a 1 x 1)"
	run -0 --separate-stderr catalog save r < <(stream "$(pkg a 1 x 1)" "$(pkg a 1 x 1)")
	[[ "$stderr" == *"unchanged, generation 1, 1 packages"* ]]
	[ "$(current)" = 1 ]
	run -0 catalog history r --format json
	[ "$(jq -r '.[0].status, .[0].packages, .[1].status' <<<"$output" | xargs)" = "unchanged 1 ok" ]
}

@test "an unchanged stream only notes the attempt" {
	refused 3 "without --since" < <(repo_line r http; end_line r unchanged)
	save "$(pkg a 1 x 1)"
	catalog save -q r < <(repo_line r http; end_line r unchanged)
	[ "$(current)" = 1 ]
	run -0 catalog ls r --format csv
	[ "${#lines[@]}" -eq 2 ]
	run -0 catalog history r --format csv --limit 1
	[[ "${lines[1]}" == *,save,unchanged,1,1,* ]]
}

@test "what upstream dropped is not in the next generation" { # L12
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	save "$(pkg b 1 x 2)"
	run -0 catalog ls r --format csv
	[[ "$output" != *a,1,x* && "$output" == *b,1,x* ]]
	run -0 catalog ls r@1 --format csv
	[[ "$output" == *a,1,x* ]]
}

@test "a stream that was started before somebody else saved is refused with 75" {
	save "$(pkg a 1 x 1)"
	based() {
		stream "$(pkg a 2 x 2)" | sed "1s/}$/,\"base\":$1}/"
	}
	refused 75 "somebody else saved meanwhile" < <(based 0)
	based 1 | catalog save -q r
	[ "$(current)" = 2 ]
	refused 75 "run the pipeline again" < <(based 1)
	run -0 catalog cat r
	[[ "$output" != *'"base"'* ]]
}

@test "only one at a time changes a repository" {
	mkfifo pipe
	catalog save -q r <pipe &
	holder=$!
	exec 7>pipe
	repo_line r http >&7
	wait_for test -e "$GEN/.running"
	refused 75 "another program is at work" < <(stream "$(pkg a 1 x 1)")
	run -0 catalog history r --format csv
	[[ "${lines[1]}" == *running* ]]
	pkg b 1 x 2 >&7
	end_line r >&7
	exec 7>&-
	wait "$holder"
	run -0 catalog ls r --format csv
	[[ "${lines[1]}" == b,1,x* ]]
}

@test "an attempt that was killed is seen as failed, and leaves nothing behind" { # L46, T120
	save "$(pkg a 1 x 1)"
	mkfifo pipe
	chantal-catalog save --catalog "$CAT" -q r <pipe &
	killed=$!
	exec 7>pipe
	repo_line r http >&7
	wait_for test -e "$GEN/.running"
	kill -9 "$killed"
	wait "$killed" || true
	exec 7>&-
	run -0 catalog history r --format json
	[ "$(jq -r '.[0].status' <<<"$output")" = failed ]
	[[ "$(jq -r '.[0].message' <<<"$output")" == interrupted* ]]
	run -0 catalog ls r --format csv
	[ "${#lines[@]}" -eq 2 ]
	save "$(pkg a 2 x 2)"
	run -0 catalog history r --format csv
	[ "${#lines[@]}" -eq 4 ]
	[[ "${lines[1]}" == *,save,ok,2,* && "${lines[2]}" == *,save,failed,* ]]
	[ ! -e "$GEN/.running" ]
}

@test "a generation that a killed run left half done is removed by the next" {
	save "$(pkg a 1 x 1)"
	echo '{"started":"2026-01-01T00:00:00Z","action":"save","next":2}' >"$GEN/.running"
	cp "$GEN/00000001.ndjson" "$GEN/00000002.ndjson"
	echo half >"$GEN/.tmp-1-1-00000002.ndjson"
	save "$(pkg a 2 x 2)"
	[ "$(find "$GEN" -name '.tmp-*' -o -name .running)" = "" ]
	[ "$(current)" = 2 ]
	catalog cat r@2 | grep -q '"version":"2"'
}

@test "a generation that is cut short, empty or changed is never read as one" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	chmod u+w "$GEN/00000001.ndjson"
	cp "$GEN/current" good
	for cut in "head -c 0" "head -c 100" "head -n 3" "head -c -1"; do
		$cut good >"$GEN/00000001.ndjson"
		run -3 --separate-stderr catalog cat r
		[ "$(jq -r '"\(.record) \(.status) \(.exit)"' <<<"$output")" = "end failed 3" ]
		[[ "$stderr" == *"damaged or was cut short"* ]]
		refused 3 "damaged or was cut short" < <(stream "$(pkg c 1 x 3)")
	done
	sed 's/"version":"1"/"version":"9"/' good >"$GEN/00000001.ndjson"
	run -4 --separate-stderr catalog cat r
	[ "$(jq -r 'select(.record == "end") | "\(.status) \(.exit)"' <<<"$output")" = "failed 4" ]
	[[ "$stderr" == *"does not agree with the digest"* ]]
	run -4 catalog snapshot r s
	[ -z "$(catalog snapshots r --format csv | sed 1d)" ]
	sed '2p' good >"$GEN/00000001.ndjson"
	run -4 catalog ls r
}

@test "a current that points nowhere is named, not taken for an empty catalog" {
	save "$(pkg a 1 x 1)"
	save "$(pkg a 2 x 2)"
	rm -f "$GEN/00000002.ndjson"
	run -3 --separate-stderr catalog cat r
	[[ "$stderr" == *"00000002.ndjson, which is missing"* ]]
	refused 3 "which is missing" < <(stream "$(pkg c 1 x 3)")
}

@test "a package without a digest is refused, and one that is not in the pool" { # I2
	refused 3 "a: no sha256: pass the stream through chantal-pool add" < <(stream "$(pkg_line r a 1 x p)")
	refused 3 "no sha256" < <(stream "$(pkg a 1 x 1 '"files":[{"path":"q"}]')")
	echo hello >f
	sum=$(chantal-pool import --pool pool f | cut -c-64)
	good=$(pkg_line r a 1 x p "\"sha256\":\"$sum\"")
	stream "$good" | catalog save -q --pool pool r
	refused 3 "is not in the pool" --pool pool < <(stream "$good" "$(pkg b 1 x 2)")
	refused 3 "is not in the pool" --pool pool < <(stream "$(pkg_line r a 1 x p "\"sha256\":\"$sum\",\"files\":[{\"path\":\"q\",\"sha256\":\"$(digest 7)\"}]")")
}

@test "a record whose size was edited on the way is refused" {
	echo hello >f
	sum=$(chantal-pool import --pool pool f | cut -c-64)
	with_size() {
		stream "$(pkg_line r a 1 x p "\"sha256\":\"$sum\",\"size\":$1")"
	}
	with_size 6 | catalog save -q --pool pool r
	refused 3 "a: its size is 7, but object $sum has 6 bytes" --pool pool < <(with_size 7)
	refused 3 "a: its size is 5, but" --pool pool < <(stream "$(pkg_line r a 1 x p "\"sha256\":\"$sum\",\"files\":[{\"path\":\"q\",\"sha256\":\"$sum\",\"size\":5}]")")
}

@test "the pool of the home is asked when no catalog is named" {
	run -3 --separate-stderr chantal-catalog save r < <(stream "$(pkg a 1 x 1)")
	[[ "$stderr" == *"is not in the pool"* ]]
}

@test "two records with one path and two digests are refused, both named" {
	refused 3 "one path and two digests: p (a " < <(stream \
		"$(pkg_line r a 1 x p "\"sha256\":\"$(digest 1)\"")" \
		"$(pkg_line r b 1 x p "\"sha256\":\"$(digest 2)\"")")
	refused 3 "one path and two digests: p" < <(stream \
		"$(pkg_line r a 1 x p "\"sha256\":\"$(digest 1)\"")" \
		"{\"record\":\"file\",\"repo\":\"r\",\"path\":\"\\u0070\",\"sha256\":\"$(digest 2)\"}")
	refused 3 "one path and two digests: q" < <(stream \
		"$(pkg a 1 x 1 "\"files\":[{\"path\":\"q\",\"sha256\":\"$(digest 4)\"}]")" \
		"$(pkg b 1 x 2 "\"files\":[{\"path\":\"q\",\"sha256\":\"$(digest 5)\"}]")")
	input() {
		echo "{\"record\":\"file\",\"repo\":\"r\",\"as\":\"in\",\"role\":\"input\",\"sha256\":\"$(digest "$1")\"}"
	}
	refused 3 "one path and two digests: /in" < <(stream "$(input 1)" "$(input 2)")
	save "$(pkg_line r a 1 x p "\"sha256\":\"$(digest 1)\"")" \
		"$(pkg_line r b 1 x p "\"sha256\":\"$(digest 1)\"")" \
		"$(input 1)" "$(pkg_line r c 1 x in "\"sha256\":\"$(digest 3)\"")"
}

@test "of many rejects some are named and the rest is counted, -v names all" {
	stream "$(pkg a 1 x 1)" "$(for i in $(seq 45); do reject not-found gone "p$i"; done)" |
		sed 's/"status":"ok"/"status":"partial"/' >s
	refused 1 "and 25 more rejected: -v names" <s
	[ "$(grep -c 'rejected: p' <<<"$stderr")" = 20 ]
	refused 1 "rejected: p45 1: not-found" -v <s
	[ "$(grep -c 'rejected: p' <<<"$stderr")" = 45 ]
	[[ "$stderr" != *"more rejected"* ]]
	run -0 catalog why r p45
	[[ "$output" == *"last rejects"*"gone"* ]]
}

@test "a sync with rejects keeps the current generation and names each reject" {
	save "$(pkg a 1 x 1)"
	partial() {
		repo_line r http
		pkg a 2 x 2
		printf '%s\n' "$@"
		end_line r partial
	}
	refused 1 "rejected: bad 1: digest-mismatch: it lies" < <(
		partial "$(reject digest-mismatch 'it lies' bad)" "$(reject not-found 'gone' lost true)"
	)
	[[ "$stderr" == *"rejected: lost 1: not-found: gone"* ]]
	run -0 catalog history r --format json --limit 1
	[ "$(jq -c '.[0]|[.status,.rejects,.rejects_retry,.generation]' <<<"$output")" = '["rejected",2,1,1]' ]
	refused 1 "nothing was saved" --on-reject not-found < <(
		partial "$(reject digest-mismatch 'it lies' bad)" "$(reject not-found 'gone' lost)"
	)
	run -0 catalog why r bad --format json
	[ "$(jq -r '.[0]|.where+": "+.note' <<<"$output")" = "last rejects: digest-mismatch: it lies" ]
	run -0 --separate-stderr catalog save r --on-reject not-found < <(partial "$(reject not-found 'gone' lost)")
	[[ "$stderr" == *"rejected: lost"* ]]
	[ "$(current)" = 2 ]
	save "$(pkg a 2 x 2)"
	[ ! -e "$GEN/rejects.ndjson" ]
}

@test "the configuration says which rejects are passed over" {
	cat >other.yaml <<-END
		repositories:
		  - {id: r, type: http, feed: /x, on_reject: drop}
	END
	echo hello >f
	sum=$(chantal-pool import f | cut -c-64)
	good=$(pkg_line r a 1 x p "\"sha256\":\"$sum\"")
	{
		repo_line r http
		echo "$good"
		reject not-found gone lost
		end_line r "partial"
	} >stream
	run -0 chantal-catalog save r --config other.yaml <stream
	run -1 chantal-catalog save r <stream
}

@test "when everything was rejected nothing is saved, whatever may be dropped" { # L22
	save "$(pkg a 1 x 1)"
	refused 1 "every package was rejected" --on-reject not-found < <(
		repo_line r http
		reject not-found gone a true
		end_line r partial
	)
}

@test "a partial end without its rejects is refused" {
	refused 3 "no reject record" < <(repo_line r http; pkg a 1 x 1; end_line r partial)
}

@test "an upstream that suddenly shrinks is refused unless allowed" {
	FEED=http://127.0.0.1/
	counted() {
		repo_line r http "\"upstream\":$1"
		pkg a "$1" x 1
		end_line r
	}
	counted_at_end() {
		repo_line r http
		pkg a "$1" x 1
		end_line r | jq -c ".upstream = $1"
	}
	counted_at_end 100 | catalog save -q r
	[ "$(catalog cat r | jq -c '[.record, .upstream]' | tr -d '\n')" = '["repo",100]["package",null]["end",null]' ]
	refused 3 "upstream lists 49 packages, 100 before" < <(counted 49)
	refused 3 "upstream lists 49 packages, 100 before" < <(counted_at_end 49)
	refused 3 "upstream lists 49 packages, 100 before" < <(counted_at_end 49 | sort)
	refused 3 '"upstream"' < <(repo_line r http; echo '{"record":"end","repo":"r","status":"ok","upstream":"many"}')
	refused 3 "say --allow-shrink" < <(counted 0)
	counted 50 | catalog save -q r
	counted 3 | catalog save -q --allow-shrink r
	[ "$(current)" = 3 ]
	FEED=http://127.0.0.2/ counted 1 | catalog save -q --allow-shrink r
	counted 90 | catalog save -q r
	FEED=http://127.0.0.3/ counted 1 | catalog save -q r
	run -0 catalog ls r --format csv
	[[ "${lines[1]}" == a,1,x* ]]
}

@test "an upstream that is older than what was accepted is refused unless allowed" {
	dated() {
		repo_line r http "\"date\":\"$1\",\"serial\":${2:-1}"
		pkg a "$1" x 1
		end_line r
	}
	dated 2026-01-02T10:00:00Z | catalog save -q r
	refused 3 "is older than 2026-01-02T10:00:00Z" < <(dated 2026-01-02T09:59:59Z)
	refused 3 "is older" < <(dated 2026-01-02T10:30:00+01:00)
	dated 2026-01-02T08:00:00-03:00 7 | catalog save -q r
	refused 3 "serial 6 is older than 7" < <(dated 2026-01-03T00:00:00Z 6)
	dated 2025-01-01T00:00:00Z 1 | catalog save -q --allow-rollback r
	[ "$(current)" = 3 ]
}

@test "other suites of one upstream are not compared with those before" {
	suites() {
		repo_line r http "\"date\":\"$1\",\"identity\":{$2},\"upstream\":$3"
		pkg a "$1" x 1
		end_line r
	}
	new='"new":{"Codename":"n"}' old='"old":{"Codename":"o"}'
	suites 2026-01-02T10:00:00Z "$new,$old" 100 | catalog save -q r
	refused 3 "is older" < <(suites 2026-01-01T10:00:00Z "$old,$new" 100)
	refused 3 "upstream lists 10 packages, 100 before" < <(suites 2026-01-03T10:00:00Z "$old,$new" 10)
	refused 3 "is older" < <(suites 2026-01-01T10:00:00Z "$old,\"serial\":7,$new" 100)
	suites 2026-01-01T10:00:00Z "$old" 10 | catalog save -q r
	[ "$(current)" = 2 ]
	refused 3 "is older" < <(suites 2025-01-01T10:00:00Z "$old" 10)
}

@test "a filter that keeps nothing says so" {
	run -0 --separate-stderr catalog save r < <(repo_line r http '"upstream":7'; end_line r)
	[[ "$stderr" == *"the filter keeps nothing of 7 packages"* ]]
}

@test "a stream without marks is accepted only with --unmarked" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	catalog cat r | grep '"name":"b"' >marks-lost
	refused 3 "chantal-filter --through" <marks-lost
	catalog save -q --unmarked r <marks-lost
	run -0 catalog ls r --format csv
	[ "${#lines[@]}" -eq 2 ]
	run -0 catalog cat r
	[[ "${lines[0]}" == '{"record":"repo","repo":"r","v":1,'* ]]
	refused 3 "no packages in a stream without marks" --unmarked </dev/null
}

@test "uploads are added; identical bytes are fine; others need --force" { # T115
	save "$(pkg a 1 x 1)"
	upload() {
		printf '%s\n' '{"record":"repo","repo":"r","type":"http","mode":"hosted"}' "$@"
		end_line r
	}
	upload "$(pkg up 1 x 5 '"local":true')" "$(pkg a 1 x 1 '"local":true')" | catalog save -q --merge r
	run -0 catalog ls r --format csv
	[ "${#lines[@]}" -eq 3 ]
	run -0 catalog cat r
	[[ "${lines[0]}" == *'"mode":"mirror"'* ]]
	run -1 --separate-stderr catalog save --merge r < <(upload "$(pkg up 1 x 6 '"local":true')" "$(pkg new 1 x 7 '"local":true')")
	[[ "$stderr" == *"rejected: up 1 x: conflict: other bytes are there"*"--force"* ]]
	run -0 catalog ls r --format json
	[ "$(jq -r '.[]|.name+.sha256[63:]' <<<"$output" | xargs)" = "a1 new7 up5" ]
	upload "$(pkg up 1 x 6 '"local":true')" | catalog save -q --merge --force r
	run -0 catalog ls r --format json
	[ "$(jq -r '.[]|.name+.sha256[63:]' <<<"$output" | xargs)" = "a1 new7 up6" ]
}

@test "two uploads of one version with different bytes are not both taken" {
	{
		repo_line r http
		pkg up 1 x 5 '"local":true'
		pkg up 1 x 6 '"local":true'
		end_line r
	} >two
	run -1 --separate-stderr catalog save --merge r <two
	[[ "$stderr" == *conflict* ]]
	run -0 catalog ls r --format csv
	[ "${#lines[@]}" -eq 2 ]
	run -1 catalog save --merge --force r <two
}

@test "nothing changes when all uploads are refused" {
	save "$(pkg a 1 x 1)"
	run -1 catalog save --merge r < <(stream "$(pkg a 1 x 2 '"local":true')")
	[ "$(current)" = 1 ]
}

@test "uploads survive a sync, also when upstream gets the same package and loses it" { # L8
	save "$(pkg a 1 x 1)"
	stream "$(pkg up 1 x 5 '"local":true')" | catalog save -q --merge r
	save "$(pkg a 2 x 2)"
	names() {
		catalog ls r --format json | jq -r '.[]|.name+.version' | xargs
	}
	[ "$(names)" = "a2 up1" ]
	save "$(pkg a 2 x 2)" "$(pkg up 1 x 5)"
	[ "$(names)" = "a2 up1" ]
	save "$(pkg a 3 x 3)"
	[ "$(names)" = "a3 up1" ]
	save "$(pkg a 3 x 3)"
	[ "$(current)" = 4 ]
	stream "$(pkg a 3 x 3)" | catalog save -q --drop-local r
	[ "$(names)" = "a3" ]
}

@test "a snapshot is a hard link that later syncs do not change" { # T69, T105, T113
	save "$(pkg a 1 x 1)" "{\"record\":\"file\",\"repo\":\"r\",\"path\":\"meta\",\"sha256\":\"$(digest 9)\"}"
	[ -z "$(catalog snapshots r --format csv | sed 1d)" ]
	catalog snapshot r before --description "before the upgrade, at 10:00"
	[ "$GEN/snapshots/before.ndjson" -ef "$GEN/00000001.ndjson" ]
	save "$(pkg a 2 x 2)"
	run -0 catalog cat r@before
	[[ "$output" == *'"path":"meta"'* && "$output" == *'"version":"1"'* ]]
	run -0 catalog snapshots r --format json
	[ "$(jq -c '.[0]|[.name,.generation,.packages,.description]' <<<"$output")" = '["before",1,1,"before the upgrade, at 10:00"]' ]
	run -0 catalog snapshots r
	[[ "${lines[1]}" == before*"before the upgrade"* ]]
	run -2 --separate-stderr catalog snapshot r before
	[[ "$stderr" == *"there is a snapshot of this name"* ]]
	catalog snapshot r@before copy
	[ "$GEN/snapshots/copy.ndjson" -ef "$GEN/00000001.ndjson" ]
	catalog snapshots r --format json | jq -e '.[1].generation == 1'
}

@test "what a killed snapshot left behind goes with the next one" {
	save "$(pkg a 1 x 1)"
	mkdir "$GEN/snapshots"
	echo '{"created":"2026-01-01T00:00:00Z"}' >"$GEN/snapshots/half.json"
	: >"$GEN/snapshots/.tmp-1-1-other.json"
	run -0 catalog snapshots r --format csv
	[ "${#lines[@]}" -eq 1 ]
	catalog snapshot r good
	[ "$(ls -A "$GEN/snapshots")" = ".lock
good.json
good.ndjson" ]
}

@test "an empty repository and one that was never synced have no snapshots" {
	run -2 --separate-stderr catalog snapshot r s
	[[ "$stderr" == *"not synced yet"* ]]
	save
	run -2 --separate-stderr catalog snapshot r s
	[[ "$stderr" == *"has no packages"* ]]
}

@test "not configured is told from not yet synced" { # T112
	echo 'repositories: [{id: known, type: http, feed: /x}]' >config.yaml
	run -2 --separate-stderr chantal-catalog ls known --config config.yaml
	[[ "$stderr" == *"known: not synced yet"* ]]
	run -2 --separate-stderr chantal-catalog ls unknown --config config.yaml
	[[ "$stderr" == *"unknown: not configured"* ]]
	run -0 chantal-catalog repos --config config.yaml --format csv
	[[ "${lines[1]}" == 'known,,,,,0,never synced,' ]]
}

@test "references name snapshots, generations and dates" {
	save "$(pkg a 1 x 1)"
	save "$(pkg a 2 x 2)"
	sed -i '1s/"finished":"[^"]*"/"finished":"2026-01-01T10:00:00Z"/; 2s/"finished":"[^"]*"/"finished":"2026-01-03T10:00:00Z"/' "$GEN/history.ndjson"
	version() {
		catalog ls "$1" --format json | jq -r '.[0].version'
	}
	[ "$(version r)" = 2 ]
	[ "$(version r@1)" = 1 ]
	[ "$(version r@2026-01-02)" = 1 ]
	[ "$(version r@2026-01-01T10:00:00Z)" = 1 ]
	[ "$(version r@2026-01-03)" = 2 ]
	[ "$(version r@2026-01-03T12:00+02:00)" = 2 ]
	run -2 --separate-stderr catalog ls r@2026-01-01T09:59
	[[ "$stderr" == *"had no generation then"* ]]
	catalog snapshot r@1 2026-01-03
	[ "$(version r@2026-01-03)" = 1 ]
	run -2 --separate-stderr catalog ls r@7
	[[ "$stderr" == *"1 to 2 are kept"* ]]
	run -2 catalog ls r@nothing
	run -2 catalog ls r@../../r/current
}

@test "restore makes an older generation current, and a snapshot whose generation is gone" {
	save "$(pkg a 1 x 1)"
	catalog snapshot r first
	save "$(pkg a 2 x 2)"
	run -0 --separate-stderr catalog restore r@1
	[[ "$stderr" == *"generation 1 is current"* ]]
	[ "$(current)" = 1 ]
	run -0 --separate-stderr catalog restore r@first
	[[ "$stderr" == *"current already"* ]]
	catalog restore -q r@2
	rm -f "$GEN/00000001.ndjson"
	catalog restore -q r@first
	[ "$(current)" = 3 ]
	[ "$GEN/current" -ef "$GEN/snapshots/first.ndjson" ]
	run -0 catalog history r --format csv --limit 1
	[[ "${lines[1]}" == *,restore,ok,3,1,* ]]
}

@test "a save after a restore gets a new number and sees it as its base" {
	save "$(pkg a 1 x 1)"
	save "$(pkg a 2 x 2)"
	catalog restore -q r@1
	save "$(pkg a 3 x 3)"
	[ "$(current)" = 3 ]
	catalog cat r@2 | grep -q '"version":"2"'
}

@test "generations are kept seven days, and three at least" {
	for i in 1 2 3 4 5; do
		save "$(pkg a "$i" x "$i")"
	done
	catalog snapshot r@1 old
	touch -d '8 days ago' "$GEN"/0000000[1-4].ndjson
	save "$(pkg a 6 x 6)"
	[ "$(cd "$GEN" && echo 0*)" = "00000004.ndjson 00000005.ndjson 00000006.ndjson" ]
	catalog cat r@old | grep -q '"version":"1"'
	run -2 --separate-stderr catalog ls r@2
	[[ "$stderr" == *"4 to 6 are kept"* ]]
}

@test "a snapshot that is published or in a view snapshot is not removed without --force" { # T106
	save "$(pkg a 1 x 1)"
	catalog snapshot r s
	catalog snapshot r t
	mkdir -p "$CHANTAL_HOME/trees/x" "$CHANTAL_HOME/views/all/snapshots"
	printf '{"record":"tree","version":1,"target":"/srv/snapshots/r/s","repo":"r"}\n' >"$CHANTAL_HOME/trees/x/manifest.ndjson"
	printf 'q@t\nr@t\n' >"$CHANTAL_HOME/views/all/snapshots/friday"
	mv "$CAT" "$CHANTAL_HOME/catalog"
	run -2 --separate-stderr chantal-catalog rm r s --yes
	[[ "$stderr" == *"r@s: is used by the published tree /srv/snapshots/r/s"* ]]
	run -2 --separate-stderr chantal-catalog rm r t --yes
	[[ "$stderr" == *"r@t: is used by the snapshot friday of the view all"* ]]
	run -2 --separate-stderr chantal-catalog rm r --yes
	[[ "$stderr" == *"and others"* ]]
	chantal-catalog rm r s --yes --force
	chantal-catalog rm r t --yes --force
	[ -z "$(ls "$CHANTAL_HOME/catalog/r/snapshots")" ]
	chantal-catalog rm r --yes --force
	[ ! -e "$CHANTAL_HOME/catalog/r" ]
}

@test "removing asks, and does nothing without a terminal to ask on" { # T119
	save "$(pkg a 1 x 1)"
	run -2 --separate-stderr catalog rm r </dev/null
	[[ "$stderr" == *"say --yes"* ]]
	[ -e "$GEN/current" ]
	run -2 catalog rm r nosuch --yes
	run -2 catalog rm q --yes
	if command -v script >/dev/null; then
		echo n | script -qec "chantal-catalog rm r --catalog $CAT" /dev/null || true
		[ -e "$GEN/current" ]
		echo y | script -qec "chantal-catalog rm r --catalog $CAT" /dev/null
	else
		catalog rm r --yes
	fi
	[ ! -e "$GEN" ]
}

@test "diff shows files without a version by their paths, and a changed input as one update" {
	mkdir -p up/a up/b
	for d in a b; do echo $d >up/$d/index.html; done
	cat >config.yaml <<-END
		storage: {base_path: $PWD/store, published_path: $PWD/www}
		repositories:
		  - {id: docs, type: http, feed: $PWD/up}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
	chantal -q repo sync --repo-id docs
	chantal -q snapshot create --repo-id docs --name before
	for d in a b; do echo changed $d >up/$d/index.html; done
	chantal -q repo sync --repo-id docs
	run -5 chantal snapshot diff --repo-id docs before upstream
	[ "$(grep -c '^updated *[ab]/index.html' <<<"$output")" -eq 2 ]
	[[ "$output" == *"packages: 0 added, 0 removed, 2 updated, 0 changed; files: 0 added, 0 removed, 2 updated, 0 changed;"* ]]
	run -5 chantal snapshot diff --repo-id docs before upstream --format json
	[ "$(jq -r '.changes[] | select(.record == "package") | .path' <<<"$output" | paste -sd' ')" = "a/index.html b/index.html" ]
}

@test "diff shows an update of one architecture as one update, and ends with 5" { # T19
	save "$(pkg a 1 i386 1)" "$(pkg a 1 x 2)" "$(pkg gone 1 x 3)"
	save "$(pkg a 1 i386 1)" "$(pkg a 2 x 4)" "$(pkg new 1 x 5)"
	run -5 --separate-stderr catalog diff r@1 r
	[ "$(sed '1d;$d' <<<"$output" | tr -s ' ')" = "updated a x 1 2
removed gone x 1
added new x 1" ]
	[[ "$output" == *"packages: 1 added, 1 removed, 1 updated, 0 changed"* ]]
	run -5 catalog diff r@1 r --format json
	[ "$(jq -c '.changes[0]|[.change,.name,.arch,.old,.new]' <<<"$output")" = '["updated","a","x",["1"],["2"]]' ]
	[ "$(jq -c '.summary.packages' <<<"$output")" = '{"added":1,"removed":1,"updated":1,"changed":0}' ]
	run -0 catalog diff r r@2
	run -0 catalog diff r r@2 --format json
	[ "$(jq -c '.changes' <<<"$output")" = '[]' ]
	run -5 catalog diff r@1 r --limit 1 --format csv
	[ "${#lines[@]}" -eq 2 ]
}

@test "a generation can be compared with what a pipeline offers" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	run -0 catalog diff r - < <(stream "$(pkg_line r a 1 x a-1-x.pkg)" "$(pkg b 1 x 2)")
	run -5 catalog diff r - --format csv < <(stream "$(pkg_line r a 2 x a-2-x.pkg)" "$(pkg b 1 x 2)")
	[ "${lines[1]}" = "updated,a,x,1,2" ]
	[ "$(current)" = 1 ]
	run -3 catalog diff r - < <(stream "$(pkg a 1 x 1)" | sed '$d')
}

@test "generations of two repositories can be compared" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	stream "$(pkg a 1 x 1)" "$(pkg b 2 x 3)" | sed 's/"repo":"r"/"repo":"other"/' | catalog save -q other
	run -5 catalog diff r other --format csv
	[ "${lines[1]}" = "updated,b,x,1,2" ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "a package without architecture or version prints empty fields, never None" { # L42
	save "{\"record\":\"package\",\"repo\":\"r\",\"name\":\"chart\",\"path\":\"c.tgz\",\"sha256\":\"$(digest 1)\"}"
	for format in table json csv; do
		for words in "ls r" "search chart" "why r chart" "diff r r"; do
			# shellcheck disable=SC2086 # words are split
			run -0 catalog $words --format "$format"
			[[ "$output" != *None* && "$output" != *'(null)'* ]]
		done
	done
	run -0 catalog ls r --format csv
	[ "${lines[1]}" = "chart,,,,c.tgz,$(digest 1)" ]
	run -0 catalog ls r --format json
	[ "$(jq -c '.[0]|[.name,.version,.arch,.size]' <<<"$output")" = '["chart","","",null]' ]
	save "{\"record\":\"package\",\"repo\":\"r\",\"name\":\"chart\",\"path\":\"c.tgz\",\"sha256\":\"$(digest 2)\"}"
	run -5 catalog diff r@1 r --format json
	[ "$(jq -c '.changes[0]|[.change,.arch,.old,.new]' <<<"$output")" = '["updated","",[""],[""]]' ]
}

@test "tables escape control bytes and CSV quotes" {
	save "$(pkg_line r 'a,\"b' 1 x 'p,q' "\"sha256\":\"$(digest 1)\"")"
	run -0 catalog ls r --format csv
	[ "${lines[1]}" = "\"a,\"\"b\",1,x,,\"p,q\",$(digest 1)" ]
	run -0 catalog snapshot r s --description $'red \e[31m text'
	run -0 catalog snapshots r
	[[ "$output" == *'red \x1b[31m text'* ]]
	run -0 catalog snapshots r --format json
	[ "$(jq -r '.[0].description' <<<"$output")" = $'red \e[31m text' ]
}

@test "ls, search and snapshots stop at --limit" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)" "$(pkg c 1 x 3)"
	run -0 catalog ls r --format csv --limit 2
	[ "${#lines[@]}" -eq 3 ]
	run -0 catalog search '*' --format json --limit 1
	[ "$(jq length <<<"$output")" -eq 1 ]
	run -0 catalog ls r --limit 0 --format csv
	[ "${#lines[@]}" -eq 4 ]
}

@test "search finds parts of names and versions, in any case, and globs" {
	save "$(pkg libFoo 1.2 x 1)" "$(pkg bar 7.9 x 2)"
	stream "$(pkg foo-doc 3 x 3)" | sed 's/"repo":"r"/"repo":"q"/' | catalog save -q q
	found() {
		catalog search "$@" --format json | jq -r '.[]|.repo+"/"+.name' | xargs
	}
	[ "$(found FOO)" = "q/foo-doc r/libFoo" ]
	[ "$(found 'foo*')" = "q/foo-doc" ]
	[ "$(found '*FOO')" = "r/libFoo" ]
	[ "$(found 7.9)" = "r/bar" ]
	[ "$(found foo r@1)" = "r@1/libFoo" ]
	[ "$(found nothing)" = "" ]
}

@test "why says where a package is" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	catalog snapshot r s
	save "$(pkg a 2 x 3)"
	run -0 catalog why r b --format csv
	[ "$output" = "where,name,version,arch,path,note
generation 1,b,1,x,b-1-x.pkg,
snapshot s,b,1,x,b-1-x.pkg," ]
	run -0 catalog why r a
	[[ "${lines[1]}" == "current "*" 2 "* ]]
	run -0 catalog why r zz
	[[ "$output" == *"zz: in no generation or snapshot of r"*"last attempt: ok"* ]]
}

@test "the history counts what was added, removed and updated" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	save "$(pkg a 2 x 3)" "$(pkg c 1 x 4)" "$(pkg d 1 x 5)"
	run -0 catalog history r --format json --limit 1
	[ "$(jq -c '.[0]|[.packages,.added,.removed,.updated,.bytes,.bytes_new]' <<<"$output")" = '[3,2,1,1,30,30]' ]
	refused 3 "line 1" <<<nonsense
	run -0 catalog history r --format json --limit 2
	[ "$(jq -r '.[].status' <<<"$output" | xargs)" = "failed ok" ]
	[[ "$(jq -r '.[0].message' <<<"$output")" == *"line 1"* ]]
	jq -e 'all(.[]; .started <= .finished)' <<<"$output"
}

@test "an unchanged stream finds its counts in a history of any length" {
	save "$(pkg a 1 amd64 1)" "$(pkg b 1 amd64 2)"
	for times in 1 20 200; do
		for ((i = 0; i < times; i++)); do
			printf '{"action":"save","status":"failed","generation":1,"message":"%0100d"}\n' "$i"
		done >>"$GEN/history.ndjson"
		catalog save -q r < <(repo_line r http; end_line r unchanged)
		tail -n 1 "$GEN/history.ndjson" >last
		[ "$(jq -r '"\(.status) \(.generation) \(.packages) \(.bytes)"' last)" = "unchanged 1 2 20" ]
	done
}

@test "a history whose last line was torn goes on" {
	save "$(pkg a 1 x 1)"
	printf '{"started":"2026-01' >>"$GEN/history.ndjson"
	save "$(pkg a 2 x 2)"
	run -0 catalog history r --format csv
	[ "${#lines[@]}" -eq 3 ]
}

@test "the lines of a generation work with sort, comm and jq" {
	save "$(pkg a 1 x 1)" "$(pkg b 1 x 2)"
	save "$(pkg b 1 x 2)" "$(pkg c 1 x 3)"
	run -0 comm -13 --nocheck-order "$GEN/00000001.ndjson" "$GEN/00000002.ndjson"
	run -0 grep package <<<"$output"
	[[ "$output" == *'"name":"c"'* && "${#lines[@]}" -eq 1 ]]
	[ "$(catalog cat r | jq -r 'select(.record=="package").name' | xargs)" = "b c" ]
}

# examples PAGE: each block of its EXAMPLES into a file ex-1, ex-2, …
examples() {
	awk '/^\.Sh /{on = $2 == "EXAMPLES"}
		on && /^\.Ed/{inside = 0}
		inside{print >("ex-" n)}
		on && /^\.Bd/{inside = 1; n++}' "$TOP/man/$1"
	sed -i "s#/srv/tools#$PWD/tools#; s/^\\\\&//" ex-*
}

@test "the examples of chantal-catalog(1) run" {
	examples chantal-catalog.1
	set -- ex-*
	[ $# -eq 4 ]
	mkdir tools
	echo hello >tools/hello-1.0.tar.gz
	run -0 sh -e ex-1
	echo more >tools/more-2.0.tar.gz
	run -0 sh -e ex-1
	run -0 sh ex-2
	[[ "$output" == *"added     more"* ]]
	[ "$(readlink "$CHANTAL_HOME/catalog/tools/current")" = 00000001.ndjson ]
	run -0 --separate-stderr sh -e ex-3
	[[ "${lines[1]}" == "hello,1.0,,6,hello-1.0.tar.gz,"* ]]
	run -0 sh -e ex-4
	[ "$output" = hello ]
}

@test "the examples of chantal-record(5) run" {
	examples chantal-record.5
	set -- ex-*
	[ $# -eq 5 ]
	echo hello >hello
	chantal-pool import -q hello
	chantal-catalog save -q tools <ex-1
	run -0 sh -e ex-2
	[ "$output" = 6 ]
	run -0 sh -e ex-3
	[ -z "$output" ]
	run -0 sh -e ex-4
	cmp hello old-tools/old/hello-1.0.tar.gz
	run -0 sh -e ex-5
	cmp hello other-tools/hello-1.0.tar.gz
}
