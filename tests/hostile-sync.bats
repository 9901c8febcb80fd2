#!/usr/bin/env bats
# Repositories whose server turns hostile after a good sync: each ends with its
# status, a message that names URL and reason, and the old tree as it was.
# shellcheck disable=SC2154 # $stderr is set by run

load helpers

# NAME REASON: how /tree/NAME/bad.bin fails, once the listing names it.
packages() {
	cat <<-'END'
		drip 1024 bytes/sec
		stall 1024 bytes/sec
		no-answer 1024 bytes/sec
		slow-head 1024 bytes/sec
		slow-fields 1024 bytes/sec
		empty-reply Empty reply
		close-in-head closed within the head
		close-after-head bytes remaining
		reset-in-body reset by peer
		reset-at-once reset by peer
		length-plus-1 1 bytes remaining
		length-negative ontent-
		length-two two content-lengths
		length-huge no size
		length-junk Content-Length
		length-terabytes allowed
		chunk-endless longer than the 1048576 bytes allowed
		until-close-endless longer than the 1048576 bytes allowed
		chunk-bad hexadecimal
		chunk-cut outstanding
		chunk-no-end outstanding
		chunk-overflow hexadecimal
		trailer-endless longer than 131072
		range-lies remaining
		range-missing remaining
		range-unasked (206)
		redirect-loop more than 10
		redirect-long more than 10
		redirect-file file:///etc/passwd refused
		redirect-gopher gopher://
		redirect-ftp ftp://
		redirect-data data:
		redirect-peer another host
		redirect-metadata 169.254.169.254
		redirect-userinfo credentials
		redirect-nowhere location
		redirect-control location
		redirect-junk redirect refused
		redirect-huge longer than 8192
		status-204 (204)
		status-304 (304)
		status-400 (400)
		status-401 (401)
		status-403 (403)
		status-404 not found (404)
		status-404-endless not found (404)
		status-407 (407)
		status-410 not found (410)
		status-500 (500)
		status-503 (503)
		status-599 (599)
		retry-absurd asks to wait
		retry-far-date asks to wait
		flood-1xx informational
		head-huge head
		head-many longer than 131072
		head-endless longer than 131072
		head-nul Nul byte
		head-no-colon without colon
		head-bare-cr location
		http-0.9 HTTP/0.9
		http-9.9 HTTP version
		status-junk HTTP version
		status-0 response code
		binary-junk HTTP/0.9
		upgrade (101)
	END
}

# NAME STATUS REASON: how a sync ends whose listing, /index/NAME/, fails.
indexes() {
	cat <<-'END'
		drip 75 1024 bytes/sec
		no-answer 75 1024 bytes/sec
		empty-reply 75 Empty reply
		close-in-head 75 closed within the head
		length-plus-1 75 1 bytes remaining
		length-two 3 two content-lengths
		chunk-endless 3 longer than
		chunk-cut 75 outstanding
		trailer-endless 3 longer than 131072
		range-unasked 3 (206)
		redirect-loop 3 more than 10
		redirect-file 3 file:///etc/passwd refused
		redirect-gopher 3 gopher://
		redirect-peer 2 another host
		redirect-metadata 2 169.254.169.254
		redirect-userinfo 3 credentials
		status-204 3 (204)
		status-304 3 (304)
		status-401 2 (401)
		status-403 2 (403)
		status-404 3 not found
		status-410 3 not found
		status-500 75 (500)
		status-503 75 (503)
		retry-absurd 75 asks to wait
		flood-1xx 3 informational
		head-endless 3 longer than 131072
		head-nul 3 Nul byte
		http-0.9 3 HTTP/0.9
		binary-junk 3 HTTP/0.9
		upgrade 3 (101)
	END
}

setup() {
	common_setup
	"$TOP/tests/bin/hostile-server" --healthy "$PWD/healthy" --log "$PWD/requests" >port 2>server.err 3>&- &
	echo $! >pid
	wait_for test -s port
	BASE=http://127.0.0.1:$(cat port)
}

teardown() {
	kill "$(cat "$BATS_TEST_TMPDIR/pid")" 2>/dev/null || true
}

# configure KIND NAME...: a repository for each, on stdin one name a line.
configure() {
	cat >config.yaml <<-END
		storage: {base_path: $CHANTAL_HOME, published_path: $PWD/pub}
		download: {retry_attempts: 0, timeout: 1, deadline: 5, max_size: 1M}
		repositories:
	END
	local name rest
	while read -r name rest; do
		printf -- '- {id: "%s", type: http, mode: mirror, feed: "%s/%s/%s/"}\n' \
			"$name" "$BASE" "$1" "$name" >>config.yaml
	done
}

chantal_() {
	chantal --config config.yaml "$@"
}

# Everything a reader can see of the published trees.
fingerprint() {
	(cd pub && find . -printf '%p %y %m %s %l\n' | sort && find . -type f -exec sha256sum {} + | sort)
}

good_state() {
	touch healthy
	chantal_ init
	chantal_ -q repo sync --all
	chantal_ -q publish repo --all
	fingerprint >before
	[ "$(grep -c good.bin before)" -ge "$1" ]
	rm healthy
}

@test "packages that misbehave are rejected, the old trees stay, and a good day heals it" {
	packages | configure tree
	local count
	count=$(packages | wc -l)
	good_state "$count"
	run -1 --separate-stderr chantal_ repo sync --all
	printf '%s\n' "$stderr" >log
	while read -r name reason; do
		grep -F "rejected: bad.bin: " log | grep -F "$BASE/tree/$name/bad.bin" | grep -qF -- "$reason" ||
			{ echo "$name: not: $reason"; grep -F "/$name/" log; false; }
	done < <(packages)
	run chantal_ publish repo --all
	fingerprint | diff before -
	run -0 find "$CHANTAL_HOME/pool/.stage" -type f -size +0 -path '*/[0-9a-f]*'
	touch healthy
	run -0 chantal_ -q repo sync --all
	run -0 chantal_ -q publish repo --all
	fingerprint | diff before -
}

@test "listings that misbehave fail their sync alone, with its status, and the old trees stay" {
	indexes | configure index
	good_state "$(indexes | wc -l)"
	local name want reason
	while read -r name want reason; do
		run --separate-stderr chantal_ repo sync --repo-id "$name"
		if [ "$status" -ne "$want" ] || [[ $stderr != *"$BASE/index/$name/: "*"$reason"* ]]; then
			echo "$name: $status, not $want: $reason"
			echo "$stderr"
			false
		fi
	done < <(indexes)
	run chantal_ publish repo --all
	fingerprint | diff before -
	touch healthy
	run -0 chantal_ -q repo sync --all
	run -0 chantal_ -q publish repo --all
	fingerprint | diff before -
}

@test "a stream that names hostile urls is rejected line by line, and only good bytes enter the pool" {
	local good
	good=$("$TOP/tests/bin/hostile-server" --sums | awk '$3 == "good" { print $1 }')
	{
		repo_line r http
		pkg_line r ok 1 all ok.bin "\"url\":\"$BASE/ok\",\"size\":116000,\"sha256\":\"$good\""
		pkg_line r short 1 all short.bin "\"url\":\"$BASE/length-minus-1\",\"size\":116000"
		pkg_line r endless 1 all endless.bin "\"url\":\"$BASE/chunk-endless\",\"size\":116000"
		pkg_line r bomb 1 all bomb.bin "\"url\":\"$BASE/gzip-bomb\",\"size\":67108864"
		pkg_line r other 1 all other.bin "\"url\":\"$BASE/range-whole?1\",\"size\":116000,\"sha256\":\"$(printf %064d 1)\""
		pkg_line r mixed 1 all mixed.bin "\"url\":\"$BASE/range-changed?1\",\"size\":116000,\"sha256\":\"$(printf %064d 2)\""
		pkg_line r passwd 1 all passwd.bin "\"url\":\"file:///etc/passwd\""
		pkg_line r gopher 1 all gopher.bin "\"url\":\"gopher://127.0.0.1/x\""
		pkg_line r login 1 all login.bin "\"url\":\"http://user:canary@127.0.0.1:$(cat port)/ok\""
		end_line r
	} >stream
	run -1 --separate-stderr chantal-pool add --pool pool --retry-delay 10 <stream
	printf '%s\n' "$output" >out
	[ "$(grep -c '"record":"package"' out)" -eq 1 ]
	[ "$(jq -r 'select(.record == "package").sha256' out)" = "$good" ]
	[ "$(grep -c '"record":"reject"' out)" -eq 8 ]
	grep '"record":"end"' out | grep -q '"status":"partial"'
	[ "$(find pool -type f -path '*/[0-9a-f][0-9a-f]/*' | wc -l)" -eq 1 ]
	[ "$(jq -r 'select(.record == "reject" and .ref.name == "short").message' out)" = \
		"$BASE/length-minus-1: it is 115999 bytes long, but 116000 were declared" ]
	[ "$(jq -r 'select(.record == "reject" and .ref.name == "other").code' out)" = digest-mismatch ]
	[ "$(jq -r 'select(.record == "reject" and .ref.name == "mixed").code' out)" = digest-mismatch ]
	run ! grep -q canary <<<"$stderr"
}

@test "a secret of the configuration is in no record, catalog, pool, cache, tree or message" {
	echo ok | configure tree
	sed -i 's|feed: "http://|feed: "http://user:canary@|' config.yaml
	cat >>config.yaml <<-END
		- {id: b, type: http, feed: "$BASE/tree/ok-etag/", auth: {type: bearer, token: canary}}
		- {id: c, type: http, feed: "$BASE/tree/ok-etag/?key=canary", auth: {type: custom, headers: {X-Key: canary}}}
	END
	chmod 600 config.yaml
	run -0 chantal_ init
	run -0 chantal_ -v repo sync --all
	printf '%s\n' "$output" >log
	run -0 chantal_ -v publish repo --all
	printf '%s\n' "$output" >>log
	run -0 chantal-fetch -v --config config.yaml --repo ok
	printf '%s\n' "$output" >>log
	run -0 chantal_ repo show --repo-id ok --format json
	printf '%s\n' "$output" >>log
	run -0 chantal_ repo show --repo-id b --format json
	printf '%s\n' "$output" >>log
	grep -q dXNlcjpjYW5hcnk requests
	grep -q '"Bearer canary"' requests
	grep -q '"X-Key", "canary"' requests
	run ! grep -rl -e canary -e dXNlcjpjYW5hcnk log pub "$CHANTAL_HOME"
}
