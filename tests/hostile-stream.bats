#!/usr/bin/env bats
# Anyone can type JSON into a committer.  Each of these streams is refused by
# save, index and publish alike, and leaves everything as it was.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	echo good >good.txt
	SUM=$(chantal-pool import good.txt | cut -d' ' -f1)
	{
		repo_line r http
		pkg_line r good 1 all good.txt "\"sha256\":\"$SUM\",\"size\":5"
		end_line r
	} >good
	chantal-catalog save -q r <good
	chantal-index -q <good | chantal-publish -q --repo r "$PWD/www/r"
	state >before
}

state() {
	(cd "$BATS_TEST_TMPDIR" && find store/catalog store/trees www -printf '%p %i %s\n' |
		grep -vE 'history.ndjson|rejects.ndjson|\.lock|catalog/r [0-9]' | sort)
}

# refused STATUSES WORDS < STREAM: by each committer, with one of these
# statuses (an extended pattern) and these words (the same).
refused() {
	local command status stderr
	cat >stream
	for command in 'chantal-catalog save r' 'chantal-index --repo r' \
		"chantal-publish --repo r $PWD/www/r"; do
		status=0
		# shellcheck disable=SC2086 # words
		timeout 20 $command <stream >out 2>err || status=$?
		stderr=$(cat err)
		grep -qE "^($1)\$" <<<"$status" && grep -qE "$2" <<<"$stderr" &&
			! grep -q '"status":"ok"' out || {
			echo "$command: $status: $stderr"
			head -c 300 stream
			return 1
		}
		state | diff before - || {
			echo "$command: has changed something"
			return 1
		}
	done
}

# with LINE...: a whole stream with these lines in it
with() {
	repo_line r http
	printf '%s\n' "$@"
	end_line r
}

pkg() {
	pkg_line r "$1" 1 all "$2" "\"sha256\":\"$SUM\",\"size\":5${3:+,$3}"
}

@test "marks that do not hold are refused" {
	with | head -n 1 | refused 3 'no end|incomplete'
	with | tail -n 1 | refused 3 'end|repo'
	: | refused 3 'empty'
	with "$(end_line other)" | refused 3 other
	with "$(repo_line r http)" | refused 3 'repo|r'
	with "$(end_line r)" | refused 3 'end|twice'
	with "$(pkg_line other a 1 all a.txt "\"sha256\":\"$SUM\",\"size\":5")" | refused '2|3' other
	{
		end_line r ok
		repo_line r http
		pkg a a.txt
		end_line r failed | sed 's/}$/,"exit":4,"message":"broken"}/'
	} | refused '3|4' 'broken|twice|end'
	{
		repo_line r http '"shard":"1/2"'
		echo '{"record":"end","repo":"r","status":"ok","shard":"1/2"}'
	} | refused 3 'shard|2/2'
	with '{"record":"end","repo":"r"}' | refused 3 status
	with '{"record":"end","repo":"r","status":"splendid"}' | refused 3 'status|splendid'
	with '{"record":"end","status":"ok"}' | refused 3 repo
}

@test "a failed stream is refused with the status that it carries" {
	for status in 2 3 4 75; do
		{
			repo_line r http
			end_line r failed | sed "s/}\$/,\"exit\":$status,\"message\":\"it is broken\"}/"
		} | refused "$status" 'it is broken'
	done
	for status in 0 1 6 255 -1 '"x"'; do
		{
			repo_line r http
			end_line r failed | sed "s/}\$/,\"exit\":$status,\"message\":\"it is broken\"}/"
		} | refused '2|3|4|75' '.'
	done
}

@test "lines that are no records are refused by their number" {
	for line in 'x' '[]' '""' 'null' '{' '{}' '{"record":1}' '{"record":"package"' \
		'{"record":"package","record":"file"}' \
		'{"record":"package","repo":"r","name":"a","path":"b","name":"c"}' \
		'{"record":"package","repo":"r","name":"a","path":"b","size":01}' \
		'{"record":"package","repo":"r","name":"a","path":"b","x":NaN}' \
		'{"record":"package","repo":"r","name":"a","path":"b","x":"\ud800"}' \
		'{"record":"package","repo":"r","name":"a","path":"b","x":"\q"}' \
		"{'record':'package'}" '{"record":"package",}' '{"record":"package"} {"record":"end"}'; do
		with "$line" | refused 3 'line 2'
	done
	with "$(printf '{"record":"x","a":"\377\376"}')" | refused 3 'line 2'
	with "$(printf '\357\273\277{"record":"x"}')" | refused 3 'line 2'
	{
		repo_line r http
		printf '{"record":"x","a":"\0"}\n'
		end_line r
	} | refused 3 'line 2'
	with "{\"record\":\"x\",\"a\":$(printf '%070d' 0 | tr 0 '[')$(printf '%070d' 0 | tr 0 ']')}" | refused 3 'line 2'
	{
		repo_line r http
		printf '{"record":"x","a":"'
		head -c 9000000 /dev/zero | tr '\0' x
		printf '"}\n'
		end_line r
	} | refused 3 'line 2'
}

@test "a line that never ends costs no memory" {
	[[ "$BUILD" != */san ]] || skip "sanitizers take memory of their own"
	for command in 'chantal-catalog save r' chantal-index "chantal-publish $PWD/www/r" \
		chantal-filter 'chantal-pool add'; do
		status=0
		# shellcheck disable=SC2086 # words
		head -c 1G /dev/zero | tr '\0' x |
			bash -c 'ulimit -v 160000; exec "$@"' - $command >/dev/null 2>err || status=$?
		[ "$status" -eq 3 ]
		grep -q 'line 1' err
	done
	state | diff before -
}

@test "ids that are not plain names are refused" {
	for id in ../x /etc x/y .. . '' snapshots views -x .x "$(printf 'x%0128d' 0)" 'a b' $'a\tb'; do
		{
			repo_line "$id" http
			end_line "$id"
		} | refused '2|3' '.'
	done
	with '{"record":"package","repo":"../r","name":"a","path":"b"}' | refused '2|3' '.'
}

@test "types that are not plain names never become a path" {
	for type in ../../bin/sh /bin/sh . '' 'a b' '-x' 'x/y'; do
		{
			repo_line r "$type"
			end_line r
		} | sed 's/^/ /' >stream
		run --separate-stderr chantal-index <stream
		[[ "$status" =~ ^[23]$ ]]
		[[ "$stderr" != *"No such file"* ]]
		state | diff before -
	done
}

@test "paths that leave the tree are refused" {
	for path in ../x /x a/../../x a//b ./a a/. a/ '' .. 'a\nb' 'a\u0000b' 'a\\\\b' 'a\u001bb' \
		"$(printf 'x%0255d' 0)" "$(printf 'a/%.0s' $(seq 3000))b"; do
		with "$(pkg a "$path")" | refused 3 'path|"path"'
		with "{\"record\":\"file\",\"repo\":\"r\",\"path\":\"$path\",\"sha256\":\"$SUM\",\"size\":5}" | refused 3 path
		with "$(pkg a a.txt "\"files\":[{\"path\":\"$path\",\"sha256\":\"$SUM\",\"size\":5}]")" | refused 3 'path|files'
	done
	with "{\"record\":\"file\",\"repo\":\"r\",\"role\":\"input\",\"as\":\"../x\",\"sha256\":\"$SUM\",\"size\":5}" | refused 3 'as|path'
}

@test "digests and sizes that are none are refused" {
	for claim in '"sha256":"x","size":5' '"sha256":5,"size":5' "\"sha256\":\"${SUM^^}\",\"size\":5" \
		"\"sha256\":\"${SUM}0\",\"size\":5" "\"sha256\":\"$SUM\",\"size\":-1" \
		"\"sha256\":\"$SUM\",\"size\":5.5" "\"sha256\":\"$SUM\",\"size\":1e30" \
		"\"sha256\":\"$SUM\",\"size\":18446744073709551616" "\"sha256\":\"$SUM\",\"size\":\"5\"" \
		"\"sha256\":\"$SUM\",\"size\":5,\"time\":-5" "\"sha256\":\"$SUM\",\"size\":5,\"files\":{}" \
		"\"sha256\":\"$SUM\",\"size\":5,\"files\":[1]" "\"sha256\":\"$SUM\",\"size\":5,\"digest\":\"md9:aa\""; do
		with "$(pkg_line r a 1 all a.txt "$claim")" | refused 3 '.'
	done
	with "$(pkg_line r a 1 all a.txt)" | refused 3 'sha256|digest|pool'
	with "$(pkg_line r a 1 all a.txt "\"sha256\":\"${SUM//[0-9]/a}\",\"size\":5")" >stream
	for command in 'chantal-catalog save r' "chantal-publish --repo r $PWD/www/r"; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr $command <stream
		[[ "$stderr" == *pool* ]]
	done
	state | diff before -
}

@test "one path with two contents is refused, both are named" {
	echo other >other.txt
	other=$(chantal-pool import other.txt | cut -d' ' -f1)
	with "$(pkg a a.txt)" "$(pkg_line r b 1 all a.txt "\"sha256\":\"$other\",\"size\":6")" >stream
	for command in 'chantal-catalog save r' "chantal-publish $PWD/www/r"; do
		# shellcheck disable=SC2086 # words
		run -3 --separate-stderr $command <stream
		[[ "$stderr" == *a.txt* ]]
		[[ "$stderr" == *"${SUM:0:8}"*"${other:0:8}"* || "$stderr" == *"${other:0:8}"*"${SUM:0:8}"* || "$stderr" == *line*line* ]]
	done
	state | diff before -
}

@test "records that are not of a stream are refused or carried, never obeyed" {
	with '{"record":"want","repo":"r","url":"file:///etc/passwd","as":"x"}' '{"record":"problem","repo":"r"}' \
		'{"record":"tree","repo":"r","target":"/"}' "$(pkg good good.txt)" >stream
	chantal-index <stream >out 2>/dev/null || true
	! grep -q 'root:' out
	chantal-publish --repo r "$PWD/www/r" <stream 2>/dev/null || true
	[ "$(cat www/r/good.txt)" = good ]
	! grep -rq root: www
}

@test "control bytes of a stream do not reach the terminal" {
	with '{"record":"reject","repo":"r","code":"\u001b[31mx","message":"\u001b]0;evil\u0007","ref":{"name":"\u001b[2J"}}' \
		"$(pkg '\u001b[31mred' 'ok.txt' '"type":"\u001b[1m"')" >stream
	for command in 'chantal-catalog save r' 'chantal-index' "chantal-publish $PWD/www/r" \
		'chantal-filter -v --exclude x --explain' 'chantal-pool -v add'; do
		# shellcheck disable=SC2086 # words
		$command <stream >out 2>err || true
		! grep -q $'\033' err
		! grep -q $'\a' err
	done
	chantal-catalog save q --unmarked <<<"" 2>err || true
	! grep -q $'\033' err
}

@test "a later version of the stream is refused" {
	{
		repo_line r http | sed 's/"v":1/"v":2/'
		end_line r
	} | refused 3 '"v"|version'
}
