#!/usr/bin/env bats
# A server that misbehaves, one behaviour a test: each ends in bounded time and
# memory, with its status, and a message that names URL and reason.
# shellcheck disable=SC2154 # $stderr is set by run

load helpers

# start NAME [OPTION...]: a hostile server; PORT_NAME is its port.
start() {
	local name=$1
	shift
	"$TOP/tests/bin/hostile-server" "$@" >"$DIR/$name.port" \
		2>"$DIR/$name.err" 3>&- &
	echo $! >>"$DIR/pids"
	wait_for test -s "$DIR/$name.port"
	export "PORT_$name=$(cat "$DIR/$name.port")"
}

certificate() { # NAME SUBJECT-ALT-NAME [DAYS]
	openssl req -newkey rsa:2048 -nodes -keyout "$DIR/$1.key" \
		-out "$DIR/$1.csr" -subj "/CN=$1" 2>/dev/null
	printf 'subjectAltName=%s\n' "$2" >"$DIR/$1.ext"
	openssl x509 -req -in "$DIR/$1.csr" -CA "$DIR/ca.pem" \
		-CAkey "$DIR/ca.key" -CAcreateserial -out "$DIR/$1.pem" \
		-days "${3:-2}" -extfile "$DIR/$1.ext" 2>/dev/null
}

certificates() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DIR/ca.key" \
		-out "$DIR/ca.pem" -days 2 -subj "/CN=test ca" 2>/dev/null
	certificate good IP:127.0.0.1
	certificate other DNS:other.example
	certificate client DNS:client
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DIR/self.key" \
		-out "$DIR/self.pem" -days 2 -subj "/CN=127.0.0.1" \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
	certificate old IP:127.0.0.1 -1
}

setup_file() {
	DIR=$BATS_FILE_TMPDIR
	export DIR
	certificates
	start B --log "$DIR/B.log"
	start A --log "$DIR/A.log" --peer "http://127.0.0.1:$PORT_B" \
		--healthy "$DIR/healthy"
	start TLS --log "$DIR/TLS.log" --tls "$DIR/good.pem" "$DIR/good.key" \
		--peer "http://127.0.0.1:$PORT_A"
	start OTHER --tls "$DIR/other.pem" "$DIR/other.key"
	start SELF --tls "$DIR/self.pem" "$DIR/self.key"
	start OLD --tls "$DIR/old.pem" "$DIR/old.key"
	start TLS10 --tls "$DIR/good.pem" "$DIR/good.key" --tls-max 1.0
	start CLIENT --tls "$DIR/good.pem" "$DIR/good.key" \
		--client-ca "$DIR/ca.pem"
	GOOD=$("$TOP/tests/bin/hostile-server" --sums | awk '$3 == "good" { print $1 }')
	EVIL=$("$TOP/tests/bin/hostile-server" --sums | awk '$3 == "evil" { print $1 }')
	export GOOD EVIL
}

teardown_file() {
	# shellcheck disable=SC2046 # a list
	kill $(cat "$BATS_FILE_TMPDIR/pids") 2>/dev/null || true
}

setup() {
	common_setup
	A=http://127.0.0.1:$PORT_A
	B=http://127.0.0.1:$PORT_B
	TLS=https://127.0.0.1:$PORT_TLS
}

get() {
	timeout 30 chantal-fetch --get -O out --timeout 1 --retries 2 \
		--retry-delay 10 --deadline 12 "$@"
}

# small COMMAND...: with 512 MiB of address space, where that can be asked for.
small() (
	case $BUILD in
	*san*) ;;
	*) ulimit -v 524288 ;;
	esac
	"$@"
)

# gives PATH DIGEST: the body arrives, whole.
gives() {
	run -0 get "$A$1"
	[ "$(sha256_of out)" = "$2" ]
}

# refuses PATH STATUS REASON: nothing arrives, and the message says why.
refuses() {
	local began=$SECONDS
	run "-$2" --separate-stderr small get "$A$1"
	[ -z "$output" ]
	[ ! -e out ]
	[ $((SECONDS - began)) -le 14 ]
	local last=${stderr##*$'\n'}
	echo "$stderr"
	[[ $last == "chantal-fetch: $A${1%%\?*}: "* ]]
	[[ $last == *"$3"* ]]
}

@test "a body arrives whole, in chunks, until close, empty, or after early hints" {
	gives /ok "$GOOD"
	gives /ok-chunked "$GOOD"
	gives /ok-until-close "$GOOD"
	gives /ok-early-hints "$GOOD"
	gives /ok-empty "$(sha256_of /dev/null)"
}

@test "a server that drips is given up" {
	refuses /drip 75 "1024 bytes/sec"
}

@test "a server that stalls in the body is given up" {
	refuses /stall 75 "1024 bytes/sec"
}

@test "a server that never answers is given up" {
	refuses /no-answer 75 "1024 bytes/sec"
}

@test "a head that comes byte by byte is given up" {
	refuses /slow-head 75 "1024 bytes/sec"
}

@test "a head that comes line by line is given up" {
	refuses /slow-fields 75 "1024 bytes/sec"
}

@test "the deadline ends what is fast enough but never ends" {
	local began=$SECONDS
	run -75 --separate-stderr get --rate-limit 200K --retries 0 \
		--deadline 2 "$A/chunk-endless"
	[[ $stderr == *"$A/chunk-endless: "*"timed out"* ]]
	[ ! -e out ]
	[ $((SECONDS - began)) -le 6 ]
}

@test "an empty reply is tried again, then reported" {
	refuses /empty-reply 75 "Empty reply from server (after 3 attempts)"
}

@test "a connection that closes within the head is reported" {
	refuses /close-in-head 75 "closed within the head (after 3 attempts)"
}

@test "a connection that closes after the head is reported" {
	refuses /close-after-head 75 "116000 bytes remaining"
}

@test "a connection that is reset within the body is reported" {
	refuses /reset-in-body 75 "reset by peer"
}

@test "a connection that is reset at once is reported" {
	refuses /reset-at-once 75 "reset by peer"
}

@test "what breaks once or twice arrives by the next attempt" {
	gives "/reset-then-ok?$BATS_TEST_NUMBER" "$GOOD"
	gives "/broken-twice-then-ok?$BATS_TEST_NUMBER" "$GOOD"
}

@test "a content-length that is one too large is a truncated body" {
	refuses /length-plus-1 75 "1 bytes remaining"
}

@test "a negative content-length is refused" {
	refuses /length-negative 3 "ontent-"
}

@test "two content-lengths are refused" {
	refuses /length-two 3 "two content-lengths"
}

@test "a content-length beyond all numbers is refused" {
	refuses /length-huge 3 "content-length that is no size"
}

@test "a content-length that is no number is refused" {
	refuses /length-junk 3 "Content-Length"
}

@test "a content-length of petabytes is refused before a byte is written" {
	refuses /length-terabytes 3 "more than the 68719476736 allowed"
}

@test "a body without end is cut off at --max-size" {
	run -3 --separate-stderr small get --max-size 1M "$A/chunk-endless"
	[[ $stderr == *"$A/chunk-endless: it is longer than the 1048576 bytes allowed" ]]
	[ ! -e out ]
	run -3 --separate-stderr small get --max-size 1M "$A/until-close-endless"
	[[ $stderr == *"$A/until-close-endless: it is longer than the 1048576 bytes allowed" ]]
}

@test "chunks win over a content-length beside them" {
	gives /chunk-and-length "$GOOD"
}

@test "a chunk without a size is reported" {
	refuses /chunk-bad 75 "hexadecimal"
}

@test "a chunk that is cut is reported" {
	refuses /chunk-cut 75 "outstanding read data"
}

@test "chunks without an end are reported" {
	refuses /chunk-no-end 75 "outstanding read data"
}

@test "a chunk size that overflows is refused" {
	refuses /chunk-overflow 75 "Too long hexadecimal"
}

@test "endless trailers are refused" {
	refuses /trailer-endless 3 "longer than 131072 bytes"
}

@test "a gzip bomb is not expanded" {
	run -0 small get "$A/gzip-bomb"
	[ "$(stat -c %s out)" -lt 100000 ]
}

@test "a body that broke off goes on under its strong etag" {
	: >"$DIR/A.log"
	gives /range-ok "$GOOD"
	jq -s -e 'any(.headers | (map({(.[0]): .[1]}) | add)
		| .Range == "bytes=58000-" and .["If-Range"] == "\"v1\"")' "$DIR/A.log"
}

@test "a rest that starts elsewhere is not taken" {
	gives "/range-wrong?$BATS_TEST_NUMBER" "$GOOD"
}

@test "a rest that claims more than there is is not taken" {
	refuses /range-lies 75 "remaining"
}

@test "a rest without a content-range is not taken" {
	refuses /range-missing 75 "remaining"
}

@test "a whole answer to a range begins anew" {
	gives "/range-whole?$BATS_TEST_NUMBER" "$EVIL"
}

@test "a body that changed between two attempts is never mixed" {
	gives "/range-changed?$BATS_TEST_NUMBER" "$EVIL"
}

@test "a body whose size changed between two attempts begins anew" {
	gives "/range-resized?$BATS_TEST_NUMBER" "$GOOD"
}

@test "a range that is not satisfiable begins anew" {
	gives "/range-416?$BATS_TEST_NUMBER" "$GOOD"
}

@test "a part that nobody asked for is refused" {
	refuses /range-unasked 3 "(206)"
}

@test "a weak etag is no ground to resume" {
	gives "/range-weak?$BATS_TEST_NUMBER" "$GOOD"
}

@test "a server without ranges is not asked for one" {
	gives "/range-none?$BATS_TEST_NUMBER" "$GOOD"
}

@test "redirects to the same server are followed" {
	gives /redirect-ok "$GOOD"
	gives /redirect-308 "$GOOD"
	gives /redirect-body "$GOOD"
}

@test "a redirect loop ends after ten" {
	refuses /redirect-loop 3 "redirect to $A/redirect-loop refused: more than 10"
}

@test "a long chain of redirects ends after ten" {
	: >"$DIR/A.log"
	refuses /redirect-long 3 "more than 10"
	[ "$(grep -c redirect-long "$DIR/A.log")" -eq 11 ]
}

@test "a redirect to a file is refused" {
	refuses /redirect-file 3 "redirect to file:///etc/passwd refused"
}

@test "a redirect to gopher is refused" {
	refuses /redirect-gopher 3 "redirect refused: gopher://127.0.0.1:70/_x"
}

@test "a redirect to ftp is refused" {
	refuses /redirect-ftp 3 "redirect refused: ftp://127.0.0.1/x"
}

@test "a redirect to data is refused" {
	refuses /redirect-data 3 "redirect refused: data:"
}

@test "a redirect to another port is refused unless it is allowed" {
	refuses /redirect-peer 2 "redirect to $B/echo refused: another host"
	run -0 get --allow-host "127.0.0.1:$PORT_B" "$A/redirect-peer"
	run -0 get --allow-host 127.0.0.1 "$A/redirect-peer"
}

@test "a redirect to a cloud's metadata is refused, however it is written" {
	refuses /redirect-metadata 2 "redirect to http://169.254.169.254/latest/meta-data/ refused"
	refuses /redirect-decimal 2 "redirect to http://169.254.169.254/latest/meta-data/ refused"
}

@test "a redirect that carries credentials is refused" {
	refuses /redirect-userinfo 3 "it carries credentials"
	[[ $stderr != *canary* ]]
}

@test "a redirect without a location is refused" {
	refuses /redirect-nowhere 3 "without a usable location"
}

@test "a redirect with control bytes is refused" {
	refuses /redirect-control 3 "without a usable location"
}

@test "a redirect to no url is refused" {
	refuses /redirect-junk 3 "redirect refused: http://["
}

@test "a redirect to a url without end is refused" {
	refuses /redirect-huge 3 "longer than 8192 bytes"
}

@test "absent files are not found" {
	refuses /status-404 3 "not found (404)"
	refuses /status-410 3 "not found (410)"
}

@test "an absent file with an endless apology is not found" {
	refuses /status-404-endless 3 "not found (404)"
}

@test "denied access names the credentials" {
	refuses /status-401 2 "denies access (401); check the credentials"
	refuses /status-403 2 "denies access (403)"
	refuses /status-407 2 "proxy denies access (407)"
}

@test "answers that make no sense are refused" {
	refuses /status-204 3 "unexpected answer (204)"
	refuses /status-304 3 "(304) to a plain request"
	refuses /status-400 3 "unexpected answer (400)"
	refuses /status-418 3 "unexpected answer (418)"
	refuses /status-0 3 "response code"
	refuses /status-junk 3 "HTTP version"
}

@test "a server in trouble is asked again, then reported" {
	refuses /status-500 75 "(500) (after 3 attempts)"
	refuses /status-502 75 "(502) (after 3 attempts)"
	refuses /status-503 75 "(503) (after 3 attempts)"
	refuses /status-429 75 "(429) (after 3 attempts)"
}

@test "a host that is down for long ends a run of many files soon" {
	local i
	: >"$DIR/A.log"
	for i in $(seq 400); do
		pkg_line r "p$i" 1 all "p$i" "\"url\":\"http://127.0.0.1:$PORT_A/retry-always?$i\""
	done >packages
	{ repo_line r http && cat packages && end_line r; } >stream
	run -1 --separate-stderr timeout 30 chantal-pool add -q --timeout 1 \
		--retries 9 --retry-delay 10 <stream
	[ "$(grep -c '"code":"network".*"retry":true' <<<"$output")" -eq 400 ]
	grep -q 'requests in a row had no answer' <<<"$output"
	[ "$(grep -c retry-always "$DIR/A.log")" -lt 100 ]
}

@test "a server in trouble for good is not asked again" {
	: >"$DIR/A.log"
	refuses /status-501 75 "unexpected answer (501)"
	refuses /status-599 75 "unexpected answer (599)"
	[ "$(grep -c status-501 "$DIR/A.log")" -eq 1 ]
}

@test "retry-after is waited for, in seconds and by date" {
	local began=$SECONDS
	gives "/retry-seconds?$BATS_TEST_NUMBER" "$GOOD"
	gives "/retry-date?$BATS_TEST_NUMBER" "$GOOD"
	[ $((SECONDS - began)) -ge 2 ]
}

@test "an absurd retry-after is not waited for" {
	refuses /retry-absurd 75 "asks to wait 1000000000 s"
	refuses /retry-far-date 75 "asks to wait 1000000000 s"
}

@test "a retry-after that is none is ignored" {
	gives "/retry-junk?$BATS_TEST_NUMBER" "$GOOD"
}

@test "a flood of informational answers is refused" {
	refuses /flood-1xx 3 "more than 16 informational answers"
}

@test "a header of megabytes is refused" {
	refuses /head-huge 3 "head"
}

@test "thousands of headers are refused" {
	refuses /head-many 3 "longer than 131072 bytes"
}

@test "headers without end are refused" {
	refuses /head-endless 3 "longer than 131072 bytes"
}

@test "a NUL in a header is refused" {
	refuses /head-nul 3 "Nul byte"
}

@test "a header without a colon is refused" {
	refuses /head-no-colon 3 "without colon"
}

@test "a folded header hides no length" {
	gives /head-folded "$GOOD"
}

@test "an encoded line end in a location stays encoded" {
	: >"$DIR/A.log"
	run -3 --separate-stderr get "$A/head-injection"
	[[ $stderr == *"$A/head-injection: redirected to $A/ok%0D%0AX-Injected:%20yes: not found"* ]]
	run ! grep -q '"X-Injected"' "$DIR/A.log"
}

@test "a bare carriage return in a location is refused" {
	refuses /head-bare-cr 3 "without a usable location"
}

@test "control bytes of a server do not reach the terminal" {
	run -0 --separate-stderr get -v "$A/head-etag-control"
	[[ $stderr != *$'\e'* ]]
}

@test "cookies are not kept" {
	gives /head-cookie "$GOOD"
}

@test "HTTP/0.9 and HTTP/9.9 are refused" {
	refuses /http-0.9 3 "HTTP/0.9"
	refuses /http-9.9 3 "HTTP version"
}

@test "an answer of binary junk is refused" {
	refuses /binary-junk 3 "HTTP/0.9"
}

@test "an upgrade to another protocol is refused" {
	refuses /upgrade 3 "(101)"
}

@test "an answer behind the answer is not taken for the next one" {
	gives /split "$GOOD"
	gives /split "$GOOD"
}

@test "a full disk is 75" {
	# shellcheck disable=SC2016 # for the inner shell
	run -75 --separate-stderr bash -c 'chantal-fetch --get "$1" >/dev/full' _ "$A/ok"
	[[ $stderr == *"No space left on device"* ]]
}

@test "a body that begins anew cannot be taken back from a pipe" {
	# shellcheck disable=SC2016 # for the inner shell
	run -75 --separate-stderr bash -o pipefail -c \
		'chantal-fetch --get --retry-delay 10 "$1" | cat >piped' _ \
		"$A/range-whole?$BATS_TEST_NUMBER"
	[[ $stderr == *"cannot be taken back"* ]]
}

@test "a certificate of an unknown authority is refused" {
	run -4 --separate-stderr get "$TLS/ok"
	[[ $stderr == *"chantal-fetch: $TLS/ok: SSL certificate problem"* ]]
	[ ! -e out ]
	run -0 get --ca-bundle "$DIR/ca.pem" "$TLS/ok"
	[ "$(sha256_of out)" = "$GOOD" ]
}

@test "a self-signed certificate is refused, unless by explicit word" {
	run -4 --separate-stderr get --ca-bundle "$DIR/ca.pem" "https://127.0.0.1:$PORT_SELF/ok"
	[[ $stderr == *"self"*"signed certificate"* ]]
	run -0 get --insecure "https://127.0.0.1:$PORT_SELF/ok"
}

@test "a certificate for another host is refused" {
	run -4 --separate-stderr get --ca-bundle "$DIR/ca.pem" "https://127.0.0.1:$PORT_OTHER/ok"
	[[ $stderr == *"127.0.0.1"*"certificate"* ]]
}

@test "an expired certificate is refused" {
	run -4 --separate-stderr get --ca-bundle "$DIR/ca.pem" "https://127.0.0.1:$PORT_OLD/ok"
	[[ $stderr == *"certificate has expired"* ]]
}

@test "a server that speaks only TLS 1.0 is refused" {
	run -4 --separate-stderr get --ca-bundle "$DIR/ca.pem" "https://127.0.0.1:$PORT_TLS10/ok"
	[[ $stderr == *"https://127.0.0.1:$PORT_TLS10/ok: "*"protocol"* ]]
}

@test "a redirect from https to http is refused" {
	run -4 --separate-stderr get --ca-bundle "$DIR/ca.pem" \
		--allow-host 127.0.0.1 "$TLS/redirect-peer"
	[[ $stderr == *"$TLS/redirect-peer: redirect to $A/echo refused: from https to http"* ]]
}

@test "a client certificate is shown to its server, and asked for" {
	run ! get --ca-bundle "$DIR/ca.pem" "https://127.0.0.1:$PORT_CLIENT/ok"
	run -0 get --ca-bundle "$DIR/ca.pem" --client-cert "$DIR/client.pem" \
		--client-key "$DIR/client.key" "https://127.0.0.1:$PORT_CLIENT/ok"
	[ "$(sha256_of out)" = "$GOOD" ]
}

@test "an inline certificate authority of the configuration is trusted" {
	{
		printf 'repositories:\n- id: r\n  type: http\n  feed: %s/\n  ssl:\n    ca_cert: |\n' "$TLS"
		sed 's/^/      /' "$DIR/ca.pem"
	} >config.yaml
	run -0 chantal-fetch --config config.yaml --repo r --get "$TLS/ok" -O out
	[ "$(sha256_of out)" = "$GOOD" ]
}

credentials() {
	printf 'basic user:canary\n' >basic
	printf 'bearer canary\n' >bearer
	printf 'header X-Token: canary\n' >header
	chmod 600 basic bearer header
	: >"$DIR/A.log"
	: >"$DIR/B.log"
}

@test "credentials go to the feed's origin and stay behind at a redirect" {
	credentials
	for kind in basic bearer header; do
		run -0 get --auth-file "$kind" --allow-host "127.0.0.1:$PORT_B" "$A/redirect-peer"
		run ! grep -qi -e canary -e dXNlcjpjYW5hcnk -e authorization out
	done
	[ "$(grep -c -e canary -e dXNlcjpjYW5hcnk "$DIR/A.log")" -eq 3 ]
	[ "$(grep -c echo "$DIR/B.log")" -eq 3 ]
	run ! grep -qi -e canary -e dXNlcjpjYW5hcnk -e authorization -e x-token "$DIR/B.log"
}

@test "credentials for one origin are not sent to another" {
	credentials
	run -0 get --auth-file bearer --auth-origin "$B" "$A/echo"
	run ! grep -q canary "$DIR/A.log"
}

@test "credentials in a url of the command line are not shown again" {
	run --separate-stderr get "http://user:canary@127.0.0.1:$PORT_A/status-404?token=canary"
	[ "$status" -ne 0 ]
	[[ $stderr != *canary* ]]
	run --separate-stderr get -v "http://user:canary@nowhere.invalid/x?token=canary"
	[ "$status" -ne 0 ]
	[[ $stderr != *canary* ]]
	run -75 --separate-stderr get -v "$A/status-503?token=canary"
	[[ $stderr == *asking* ]]
	[[ $stderr != *canary* ]]
}

# seen PID: is the canary in its arguments or its environment?
seen() {
	tr '\0' '\n' <"/proc/$1/cmdline" | grep -q canary ||
		tr '\0' '\n' <"/proc/$1/environ" | grep -q canary
}

@test "a secret is in no argument, environment, or message while it is used" {
	credentials
	printf 'repositories:\n- id: r\n  type: http\n  feed: %s/\n  auth: {type: basic, username: u, password: canary}\n' "$A" >config.yaml
	chmod 600 config.yaml
	for how in "--auth-file bearer" "--auth-env SECRET" "--config config.yaml --repo r"; do
		secret=
		[ "$how" != "--auth-env SECRET" ] || secret="header X-Token: canary"
		# shellcheck disable=SC2086 # options
		SECRET=$secret chantal-fetch -v $how --get \
			--retries 0 --timeout 2 -O out "$A/stall" >log 2>&1 3>&- &
		pid=$!
		wait_for grep -q asking log
		run ! seen "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq 75 ]
		run ! grep -q canary log
		grep -q stall "$DIR/A.log"
	done
	[ "$(grep -c -e canary -e dTpjYW5hcnk "$DIR/A.log")" -eq 3 ]
}

@test "a proxy is used, with its own credentials and without the feed's host" {
	credentials
	printf 'proxy: {http_proxy: "http://127.0.0.1:%s", username: "us er", password: "pa:ss@"}\nrepositories:\n- id: r\n  type: http\n  feed: http://far.example/\n' "$PORT_B" >config.yaml
	run -0 chantal-fetch --config config.yaml --repo r --get http://far.example/ok -O out
	[ "$(sha256_of out)" = "$GOOD" ]
	# printf 'us er:pa:ss@' | base64
	grep -q '"Proxy-Authorization", "Basic dXMgZXI6cGE6c3NA"' "$DIR/B.log"
}

@test "a tunnel through a proxy shows it no credentials" {
	credentials
	run -0 get --auth-file header --ca-bundle "$DIR/ca.pem" --proxy "http://127.0.0.1:$PORT_B" "$TLS/ok"
	grep -q CONNECT "$DIR/B.log"
	run ! grep -q canary "$DIR/B.log"
	grep -q canary "$DIR/TLS.log"
}

@test "no_proxy names hosts that are reached without it" {
	run -75 get --retries 0 --proxy http://127.0.0.1:9 "$A/ok"
	run -0 get --proxy http://127.0.0.1:9 --no-proxy 127.0.0.1,.example "$A/ok"
}

@test "a proxy's password is not shown when the proxy fails" {
	printf 'proxy: {http_proxy: "http://user:canary@127.0.0.1:9"}\nrepositories:\n- id: r\n  type: http\n  feed: http://far.example/\n' >config.yaml
	run -75 --separate-stderr chantal-fetch -v --config config.yaml --repo r --retries 0 --get http://far.example/ok -O out
	[[ $stderr != *canary* ]]
	http_proxy="http://user:canary@[bad" run --separate-stderr get --retries 0 "$A/ok"
	[ "$status" -ne 0 ]
	[[ $stderr != *canary* ]]
}

@test "another host that resolves to a private address is refused when it connects" {
	local name
	name=$(hostname)
	getent hosts "$name" >/dev/null || skip "this machine's name has no address"
	[ "$name" != localhost ] || skip "this machine has no name of its own"
	start NAMED --peer "http://$name:$PORT_B"
	run -2 --separate-stderr get --allow-host "$name" "http://127.0.0.1:$PORT_NAMED/redirect-peer"
	[[ $stderr == *"redirected to http://$name:$PORT_B/echo: its host has a private address"* ]]
	# A proxy that is for other URLs does not change that.
	HTTPS_PROXY=http://127.0.0.1:9 run -2 --separate-stderr get --allow-host "$name" "http://127.0.0.1:$PORT_NAMED/redirect-peer"
	[[ $stderr == *"its host has a private address"* ]]
	: >"$DIR/B.log"
	run get --retries 0 --allow-host "$name" --allow-private "http://127.0.0.1:$PORT_NAMED/redirect-peer"
	[[ $output != *"private address"* ]]
}

@test "offline nothing is asked" {
	: >"$DIR/A.log"
	run -75 --separate-stderr get --offline "$A/ok"
	[[ $stderr == *"$A/ok: "*"--offline"* ]]
	[ ! -s "$DIR/A.log" ]
}

@test "a rate limit is kept" {
	local began
	began=$(date +%s%N)
	run -0 get --rate-limit 64K "$A/ok"
	[ $(($(date +%s%N) - began)) -ge 500000000 ]
	[ "$(sha256_of out)" = "$GOOD" ]
}
