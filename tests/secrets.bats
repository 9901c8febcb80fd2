#!/usr/bin/env bats
# A canary for each secret, through everything that Chantal does with it.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load plugins

setup() {
	common_setup
	plugins_setup
	archive_plugin index
	feed a-1 b-2
	serve_feed
	mkdir -m 700 gnupg
	gpg --homedir "$PWD/gnupg" --batch --quiet --pinentry-mode loopback --passphrase canary-gpg \
		--quick-generate-key me@example.org ed25519 sign never
	gpg --homedir "$PWD/gnupg" --batch --quiet --pinentry-mode loopback --passphrase canary-gpg \
		--armor --export-secret-keys >key.asc
	gpgconf --homedir "$PWD/gnupg" --kill gpg-agent
	printf 'canary-file' >password
	chmod 600 password key.asc
	(
		umask 077
		cat >config.yaml <<-EOF
			storage: {base_path: $PWD/store, published_path: $PWD/www}
			plugin_path: [$PWD/plugins]
			gpg: {key_file: $PWD/key.asc, passphrase: canary-gpg}
			repositories:
			  - {id: basic, type: archive, feed: "$URL", auth: {type: basic, username: u, password: canary-basic}}
			  - {id: file, type: archive, feed: "$URL", auth: {type: basic, username: u, password_file: $PWD/password}}
			  - {id: bearer, type: archive, feed: "$URL", auth: {type: bearer, token: canary-bearer}}
			  - {id: env, type: archive, feed: "$URL", auth: {type: bearer, token_env: SECRET}}
			  - {id: custom, type: archive, feed: "$URL", auth: {type: custom, headers: {X-Key: canary-custom}}}
			  - {id: url, type: archive, feed: "${URL/127/u:canary-url@127}"}
			  - {id: query, type: archive, feed: "$URL?token=canary-query"}
		EOF
	)
	export CHANTAL_CONFIG=$PWD/config.yaml
	export SECRET=canary-env
}

teardown() {
	stop_feed
	gpgconf --homedir "$PWD/gnupg" --kill gpg-agent
}

# What has a canary in it, also in base64.
leaks() {
	grep -raoE 'canary-[a-z]*|Y2FuYXJ5|jYW5hcnkt|2FuYXJ5LW|dTpjYW5hcnk' "$@"
}

@test "secrets are in no argument, environment, output or file of a whole run" {
	export ASAN_OPTIONS=detect_leaks=0 # it cannot be traced
	traced() {
		strace -f -v -s 65536 -qq -e trace=execve -o "trace.$1" "${@:2}" >>out 2>>err
	}
	traced sync chantal -v repo sync --all
	traced publish chantal -v publish repo --all
	traced again chantal -v repo sync --all
	traced show chantal repo show --repo-id basic
	traced why chantal repo why a --repo-id url
	traced list chantal repo list --format json
	traced history chantal repo history --all --format json
	traced check chantal-pool -v fsck --full --repair
	traced dry chantal -n repo sync --all
	traced config chantal-config
	grep -q execve trace.sync
	grep -q '/archive' trace.sync
	grep -q '/gpg"' trace.publish
	[ -f www/basic/count.asc ]
	# The variable that the user has set goes on to the programs that may
	# need it, and to nothing else.
	run leaks out err store www
	[ -z "$output" ]
	sed 's/"SECRET=canary-env", //; s/, "SECRET=canary-env"//' trace.* >others
	run leaks others
	[ -z "$output" ]
	run bash -c 'grep -hE "/(archive|gpg|gpgv|gpg-agent)\", \[" trace.* | grep canary'
	[ -z "$output" ]
}

@test "each kind of credentials reached its server" {
	stop_feed
	port=${URL##*:}
	"$TOP/tests/bin/hostile-server" --healthy "$PWD/healthy" --log "$PWD/requests" >port 2>/dev/null 3>&- &
	SERVER=$!
	wait_for test -s port
	sed -i "s,127.0.0.1:${port%/}/,127.0.0.1:$(cat port)/ok/," config.yaml
	chantal -q repo sync --all 2>/dev/null || true
	for text in dTpjYW5hcnktYmFzaWM= dTpjYW5hcnktZmlsZQ== canary-bearer canary-env canary-custom dTpjYW5hcnktdXJs; do
		grep -q -e "$text" requests || {
			echo "not sent: $text"
			return 1
		}
	done
}

@test "a file of credentials that others may read is refused, and not shown" {
	printf 'basic u:canary-open\n' >open
	chmod 644 open
	run -2 --separate-stderr chantal-fetch --auth-file open --get "$URL"
	[[ "$stderr" == *open*600* ]]
	run leaks <(echo "$output$stderr")
	[ -z "$output" ]
}

@test "a crashed program leaves no dump of its memory" {
	ulimit -c unlimited 2>/dev/null || true
	mkfifo stream
	chantal-filter <stream >/dev/null &
	pid=$!
	exec 7>stream
	wait_for grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
	exec 7>&-
	wait "$pid" || true
}
