#!/usr/bin/env bats
# Plugins that lie, meddle, hang or die, and upstreams whose signatures do not
# hold: each is refused with its status and a word, and nothing is taken.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load plugins

setup() {
	common_setup
	plugins_setup
	mkdir feed
	echo hello >feed/x
}

teardown() {
	stop_feed
	[ ! -d gnupg ] || gpgconf --homedir "$PWD/gnupg" --kill gpg-agent
}

# lister < BODY: the plugin "evil" whose list is BODY
lister() {
	{
		echo 'list() {'
		cat
		echo '}'
	} | plugin evil
}

# says LINE...: the plugin "evil" that prints these lines
says() {
	printf "printf '%%s\\\\n' '%s'\n" "$@" | lister
}

REPO='{"record":"repo"}'

@test "a want leads to files only for a feed of files" {
	says '{"record":"want","url":"file:///etc/passwd","as":"x"}'
	serve_feed
	refused_as 2 "only a file feed leads to files" fetch evil "$URL"
	! grep -rq root: "$CHANTAL_HOME"
}

@test "a want leads to the feed's host, and to others only when they are allowed" {
	serve_feed
	other=${URL/127.0.0.1/localhost}
	lister <<-EOS
		[ -e "\$meta/x" ] || {
			echo '{"record":"want","url":"${other}x","as":"x"}'
			return
		}
		echo '$REPO'
	EOS
	refused_as 2 "another host" fetch evil "$URL"
	[ ! -s access ]
	run -0 --separate-stderr fetch --allow-host "${other:7:-1}" --allow-private evil "$URL"
	grep -q 'GET /x' access
}

@test "a want of a file feed stays beneath the feed" {
	echo secret >secret
	ln -s ../secret feed/link
	mkfifo feed/pipe
	for url in ../secret "file://$PWD/secret" link pipe %2e%2e/secret; do
		says "{\"record\":\"want\",\"url\":\"$url\",\"as\":\"x\"}"
		run --separate-stderr fetch evil feed
		[[ "$status" =~ ^[23]$ ]]
		[ -n "$stderr" ]
		[ "$(tail -n1 <<<"$output" | jq -r .status)" = failed ]
		! grep -rqs secret "$CHANTAL_HOME/pool"
	done
}

@test "a want is placed below the folder of the run, once" {
	for as in ../x /tmp/x a/../x '' . x.absent 'a\nb'; do
		says "{\"record\":\"want\",\"url\":\"x\",\"as\":\"$as\"}"
		refused_as 3 '"as"' fetch evil feed
	done
	says '{"record":"want","url":"x","as":"x"}' '{"record":"want","url":"y","as":"x"}'
	refused_as 3 "was wanted before" fetch evil feed
	says '{"record":"want","url":"x","as":"a"}' '{"record":"want","url":"x","as":"a/b"}'
	refused_as 3 "'a/b': 'a' is wanted as a file" fetch evil feed
	says '{"record":"want","url":"x","as":"a/b"}' '{"record":"want","url":"x","as":"a"}'
	refused_as 3 "'a' is a folder of another want" fetch evil feed
}

@test "a want that never ends is no progress" {
	says '{"record":"want","url":"x","as":"x"}'
	refused_as 3 "no progress" fetch evil feed
}

@test "more wants than are allowed end the run" {
	echo 'seq -f "{\"record\":\"want\",\"url\":\"x\",\"as\":\"%.0f\"}" 100001' | lister
	refused_as 3 "more than 100000 wants" fetch evil feed
}

@test "a plugin cannot speak for another repository or type, nor write marks" {
	says "$REPO" '{"record":"package","repo":"other","name":"n","path":"p","url":"u"}'
	refused_as 3 "line 2: \"repo\": 'other'" fetch evil feed --repo mine
	says '{"record":"repo","repo":"other"}'
	refused_as 3 "line 1: \"repo\": 'other'" fetch evil feed --repo mine
	says "$REPO" '{"record":"package","repo":"m\u0069ne","name":"n","path":"p","url":"u","type":"apt"}'
	refused_as 3 "\"type\": 'apt'" fetch evil feed --repo mine
	says "$REPO" '{"record":"end","status":"ok"}'
	refused_as 3 "only the host writes marks" fetch evil feed
	says "$REPO" "$REPO"
	refused_as 3 "second repo line" fetch evil feed
	says "$REPO" '{"record":"file","path":"p","from":"never"}'
	refused_as 3 never fetch evil feed
}

@test "lines that are no records end the run with their number" {
	for line in 'no json' '[]' '{"record":1}' '{}' '{"record":"package","record":"end"}' \
		'{"record":"package","name":"n","path":"p","url":"u","a":tru}'; do
		says "$REPO" "$line"
		refused_as 3 "line 2" fetch evil feed
	done
	echo "echo '$REPO'; printf '{\"record\":\"x\",\"a\":\"\\377\"}\\n'" | lister
	refused_as 3 "line 2" fetch evil feed
	echo "echo '$REPO'; printf '{\"record\":\"x\",\"a\":\"\\000\"}\\n'" | lister
	refused_as 3 "line 2" fetch evil feed
	echo "echo '$REPO'; printf '{\"record\":\"x\",\"a\":'; printf '%0100d' 0 | tr 0 '['; echo '}'" | lister
	refused_as 3 "line 2" fetch evil feed
}

@test "a line without an end costs no memory" {
	[[ "$BUILD" != */san ]] || skip "sanitizers take memory of their own"
	echo "echo '$REPO'; exec head -c 200000000 /dev/zero | tr '\\0' x" | lister
	run -3 --separate-stderr /usr/bin/env bash -c '
		ulimit -v 200000
		exec chantal-fetch -q evil feed'
	[[ "$stderr" == *"line 2"* ]]
}

@test "a plugin that fails is reported with its words, or without" {
	says "$REPO" '{"record":"package","name":"n","path":"p","url":"u"}'
	sed -i 's/^}$/echo "the page is green" >\&2; exit 3\n}/' plugins/evil
	refused_as 3 "the page is green" fetch evil feed
	printf 'echo %s\nexit 3\n' "'$REPO'" | lister
	refused_as 3 "without a word" fetch evil feed
	printf 'echo %s\nkill -SEGV $$\n' "'$REPO'" | lister
	refused_as 3 "evil" fetch evil feed
	printf 'exit 0\n' | lister
	refused_as 3 "neither a want nor a repo line" fetch evil feed
	printf 'echo x >&2; exit 4\n' | lister
	refused_as 4 x fetch evil feed
}

@test "control bytes in a plugin's words do not reach the terminal" {
	printf "printf 'warning: \\\\033[31mred\\\\a\\\\n' >&2; exit 3\n" | lister
	run -3 --separate-stderr fetch evil feed
	[[ "$stderr" != *$'\033'* ]]
	[[ "$stderr" != *$'\a'* ]]
	[[ "$stderr" == *red* ]]
}

@test "a plugin that says nothing is ended, and so is what it started" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	printf 'plugin_timeout: 1\n' >config.yaml
	printf 'sleep 977 & echo $! >"%s/child"; sleep 978\n' "$PWD" | lister
	run -75 --separate-stderr fetch --config config.yaml evil feed
	[[ "$stderr" == *evil* ]]
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = failed ]
	[ -s child ]
	gone() {
		! kill -0 "$(cat child)"
	}
	wait_for gone
}

@test "what a plugin leaves running when it ends is ended too" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	printf 'sleep 976 >/dev/null 2>&1 & echo $! >"%s/child"; echo %s\n' "$PWD" "'$REPO'" | lister
	run -0 --separate-stderr fetch evil feed
	gone() {
		! kill -0 "$(cat child)"
	}
	wait_for gone
}

@test "a plugin sees no secret, and nothing of the environment but what it needs" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	cat >config.yaml <<-EOF
		repositories:
		  - id: mine
		    type: evil
		    feed: http://user:canary@127.0.0.1:1/?token=canary
		    auth: {type: custom, headers: {X-Key: canary}}
		    gpg: {key_id: x, passphrase: canary}
		    proxy: {http_proxy: "http://127.0.0.1:9", username: u, password: canary}
	EOF
	{
		printf 'cd %s; env >seen; cat "$config" >>seen\n' "$PWD"
		printf 'tr "\\0" "\\n" </proc/$$/cmdline >>seen; ls -l /proc/$$/fd >fds\n'
		printf 'cat >stdin\n'
		echo "echo '$REPO'"
	} | lister
	SECRET=canary http_proxy=http://u:canary@h/ run -0 --separate-stderr \
		chantal-fetch -v --config config.yaml --repo mine
	[ -s seen ]
	run ! grep -q canary seen
	run ! grep -E '^(SECRET|http_proxy|CHANTAL)' seen
	[ ! -s stdin ]
	# the three that it needs, and the one of ls
	run ! grep -E 'socket|pool|catalog' fds
}

# Reads what it likes, and tries to write, make, rename and remove elsewhere.
wanderer() {
	mkdir -p feed elsewhere
	echo x >feed/page
	echo kept >elsewhere/file
	plugin wander <<-EOS
		list() {
			[ -f "\$meta/page" ] || {
				echo '{"record":"want","url":"page","as":"page","root":true}'
				return
			}
			cat $PWD/elsewhere/file >/dev/null
			echo a >"\$TMPDIR/a"
			mkdir "\$TMPDIR/sub"
			mv "\$TMPDIR/a" "\$TMPDIR/sub/b"
			sort "\$TMPDIR/sub/b" >"\$HOME/sorted"
			for try in 'echo x >$PWD/elsewhere/file' 'rm $PWD/elsewhere/file' \
				'echo x >$PWD/elsewhere/new' 'mkdir $PWD/elsewhere/dir' \
				'mv $PWD/elsewhere/file "\$TMPDIR/"' ': >$PWD/elsewhere/file'; do
				if (eval "\$try") 2>/dev/null; then echo "it could: \$try" >&2; fi
			done
			echo '{"record":"repo"}'
		}
	EOS
}

@test "a plugin writes to no folder but its own, and reads what it likes" {
	wanderer
	run -0 --separate-stderr fetch wander feed
	[[ "$stderr" != *"it could"* ]] || { echo "$stderr"; false; }
	[ "$(ls elsewhere)" = file ]
	[ "$(cat elsewhere/file)" = kept ]
}

@test "CHANTAL_SANDBOX=off lets a plugin write elsewhere" {
	wanderer
	CHANTAL_SANDBOX=off run -0 --separate-stderr fetch wander feed
	[[ "$stderr" == *"it could"* ]]
}

@test "a plugin has no network" {
	serve_feed
	cat >plugins/evil <<-EOF
		#!/usr/bin/python3
		import socket, sys
		if sys.argv[1] == "describe":
		    print('{"protocol":[1],"type":"evil","version":"1","verbs":["list"],"version_order":"none"}')
		    sys.exit()
		try:
		    socket.create_connection(("127.0.0.1", $(tr -dc 0-9 <<<"${URL##*:}")), 2)
		    print("warning: connected", file=sys.stderr)
		except OSError as e:
		    print("warning: refused", e, file=sys.stderr)
		print('{"record":"repo"}')
	EOF
	chmod 755 plugins/evil
	run -0 --separate-stderr fetch evil "$URL"
	[[ "$stderr" == *refused*"Permission denied"* ]]
	[[ "$stderr" != *connected* ]]
}

@test "an executable that others could have changed is not run" {
	says "$REPO"
	chmod o+w plugins/evil
	run -2 --separate-stderr fetch evil feed
	[[ "$stderr" == *"others may write to it"* ]]
	chmod 755 plugins/evil
	chmod g+w plugins
	run -2 --separate-stderr fetch evil feed
	[[ "$stderr" == *"others may write to it"* ]]
	chmod 755 plugins
	if [ "$(id -u)" -eq 0 ]; then
		chown nobody plugins/evil
		run -2 --separate-stderr fetch evil feed
		[[ "$stderr" == *"another user"* ]]
		chown root plugins/evil
	fi
	run -0 fetch evil feed
}

@test "the current folder is never searched for a plugin" {
	says "$REPO"
	cp plugins/evil .
	for path in '' . :; do
		CHANTAL_PLUGIN_PATH=$path PATH=.:$PATH run -2 --separate-stderr fetch evil feed
		[[ "$stderr" == *evil* ]]
	done
	for type in ../evil ./evil "$PWD/evil" 'a b' '' -x; do
		run -2 --separate-stderr fetch -- "$type" feed
	done
}

@test "a plugin does not take the place of a built-in type unasked" {
	says "$REPO"
	sed 's/"evil"/"http"/' plugins/evil >plugins/http
	chmod 755 plugins/http
	run -0 --separate-stderr fetch http feed
	[ "$(jq -r 'select(.record=="repo").plugin' <<<"$output")" != 1 ]
	run -0 --separate-stderr fetch --allow-override http feed
	[ "$(jq -r 'select(.record=="repo").plugin' <<<"$output")" = 1 ]
}

@test "a describe that makes no sense is refused" {
	for text in '' 'x' '[]' '{}' '{"protocol":[2],"type":"evil","version":"1","verbs":["list"]}' \
		'{"protocol":[1],"type":"other","version":"1","verbs":["list"]}' \
		'{"protocol":[1],"type":"evil","verbs":["list"]}'; do
		printf '#!/bin/sh\nprintf %%s '"'%s'"'\n' "$text" >plugins/evil
		chmod 755 plugins/evil
		run --separate-stderr fetch evil feed
		[[ "$status" =~ ^[23]$ ]]
		[[ "$stderr" == *evil* ]]
	done
	printf '#!/bin/sh\nexec sleep 975\n' >plugins/evil
	printf '#!/bin/sh\necho oh dear >&2\nexit 1\n' >plugins/evil
	run --separate-stderr fetch evil feed
	[[ "$stderr" == *"oh dear"* ]]
}

# keys NAME...: a key of each, its public half in NAME.asc
keys() {
	mkdir -m 700 gnupg
	for name; do
		gpg --homedir "$PWD/gnupg" --batch --quiet --passphrase '' \
			--quick-generate-key "$name@example.org" ed25519 sign never
		gpg --homedir "$PWD/gnupg" --armor --export "$name@example.org" >"$name.asc"
	done
}

# sign NAME HOW FILE: beside it, FILE.asc
sign() {
	gpg --homedir "$PWD/gnupg" --batch --quiet --yes --local-user "$1@example.org" \
		--armor "--$2" --output "$3.asc" "$3"
}

clear_plugin() {
	lister <<-'EOS'
		[ -e "$meta/index" ] || {
			echo '{"record":"want","url":"index.asc","as":"index","root":true,"verify":"openpgp-clear"}'
			return
		}
		echo '{"record":"repo"}'
		while read -r name; do
			printf '{"record":"package","name":"%s","path":"%s","url":"%s"}\n' "$name" "$name" "$name"
		done <"$meta/index"
	EOS
}

fingerprint() {
	gpg --homedir "$PWD/gnupg" --with-colons -k "$1@example.org" | awk -F: '/^fpr/ {print $10; exit}'
}

@test "only text that was signed by a trusted key is read" {
	keys good bad
	clear_plugin
	echo one >feed/index
	sign good clear-sign feed/index
	run -0 --separate-stderr fetch --keyring good.asc evil feed
	[ "$(jq -r 'select(.record=="package").name' <<<"$output")" = one ]
	refused_as 4 index fetch --keyring bad.asc evil feed
	# one byte of the text
	sed -i 's/^one$/two/' feed/index.asc
	refused_as 4 index fetch --keyring good.asc evil feed
	# text before and behind the signed text
	sign good clear-sign feed/index
	{
		echo evil
		cat feed/index.asc
		echo evil
	} >around
	mv around feed/index.asc
	run --separate-stderr fetch --keyring good.asc evil feed
	[ "$(jq -r 'select(.record=="package").name' <<<"$output" | grep -c evil)" -eq 0 ]
	# no signature at all
	cp feed/index feed/index.asc
	refused_as 4 index fetch --keyring good.asc evil feed
}

@test "a keyring is narrowed by fingerprints, whole or sixteen digits long" {
	keys good bad
	clear_plugin
	cat good.asc bad.asc >both.asc
	echo one >feed/index
	sign bad clear-sign feed/index
	run -0 fetch --keyring both.asc evil feed
	refused_as 4 index fetch --keyring both.asc --trust "$(fingerprint good)" evil feed
	run -0 fetch --keyring both.asc --trust "$(fingerprint bad)" evil feed
	pin=$(fingerprint bad)
	run -0 fetch --keyring both.asc --trust "${pin: -16}" evil feed
	for pin in '' "${pin: -8}" xyz; do
		run -2 --separate-stderr fetch --keyring both.asc --trust "$pin" evil feed
	done
}

@test "an expired key and a signature of SHA-1 are not good enough" {
	keys good
	clear_plugin
	echo one >feed/index
	gpg --homedir "$PWD/gnupg" --batch --quiet --yes --local-user good@example.org \
		--digest-algo SHA1 --allow-weak-digest-algos --clear-sign --output feed/index.asc feed/index
	refused_as 4 index fetch --keyring good.asc evil feed
	gpg --homedir "$PWD/gnupg" --batch --quiet --passphrase '' --faked-system-time 20200101T000000 \
		--quick-generate-key old@example.org ed25519 sign 1d
	gpg --homedir "$PWD/gnupg" --armor --export old@example.org >old.asc
	gpg --homedir "$PWD/gnupg" --batch --quiet --yes --faked-system-time 20200101T010000 \
		--local-user old@example.org --clear-sign --output feed/index.asc feed/index
	refused_as 4 index fetch --keyring old.asc evil feed
}

# make_weak: keys NAME@example.org that current clients reject, and a good one
make_weak() {
	local name
	mkdir -m 700 gnupg
	for name in rsa1024 dsa2048 brainpoolP256r1 secp256k1 ed25519; do
		gpg --homedir "$PWD/gnupg" --batch --quiet --passphrase '' \
			--quick-generate-key "$name@example.org" "$name" sign never 2>/dev/null
	done
	gpg --homedir "$PWD/gnupg" --batch --quiet --passphrase '' --cert-digest-algo SHA1 \
		--quick-generate-key sha1@example.org rsa2048 sign never
	for name in rsa1024 dsa2048 brainpoolP256r1 secp256k1 ed25519 sha1; do
		gpg --homedir "$PWD/gnupg" --armor --export "$name@example.org" >"$name.asc"
	done
}

WEAK="rsa1024:fewer than 2048 bits
dsa2048:DSA
brainpoolP256r1:brainpool
secp256k1:secp256k1
sha1:a self-signature made with SHA-1"

@test "an upstream's key that current clients reject is told, and taken" {
	make_weak
	clear_plugin
	echo one >feed/index
	while IFS=: read -r name words; do
		gpg --homedir "$PWD/gnupg" --batch --quiet --yes --local-user "$name@example.org" \
			--digest-algo SHA256 --clear-sign --output feed/index.asc feed/index
		run -0 --separate-stderr fetch --keyring "$name.asc" evil feed
		[[ "$stderr" == *"upstream's key $(fingerprint "$name"): "*"$words"*"current clients reject it"* ]]
	done <<<"$WEAK"
	sign ed25519 clear-sign feed/index
	cat sha1.asc ed25519.asc >both.asc
	run -0 --separate-stderr fetch --keyring both.asc evil feed
	[ -z "$stderr" ]
	# One good signature is enough for clients.
	gpg --homedir "$PWD/gnupg" --batch --quiet --yes --local-user sha1@example.org \
		--local-user ed25519@example.org --clear-sign --output feed/index.asc feed/index
	run -0 --separate-stderr fetch --keyring both.asc evil feed
	[ -z "$stderr" ]
	run -0 --separate-stderr fetch --keyring sha1.asc evil feed
	[[ "$stderr" == *SHA-1* ]]
	# The key is good, the subkey that signs is not.
	gpg --homedir "$PWD/gnupg" --batch --quiet --passphrase '' \
		--quick-generate-key sub@example.org ed25519 cert never
	gpg --homedir "$PWD/gnupg" --batch --quiet --passphrase '' \
		--quick-add-key "$(fingerprint sub)" rsa1024 sign never
	gpg --homedir "$PWD/gnupg" --armor --export sub@example.org >sub.asc
	sign sub clear-sign feed/index
	run -0 --separate-stderr fetch --keyring sub.asc evil feed
	[[ "$stderr" == *"upstream's key $(fingerprint sub): RSA with fewer than 2048 bits"* ]]
	gpgconf --homedir "$PWD/gnupg" --kill gpg-agent
}

@test "a signing key that current clients reject is told" {
	make_weak
	archive_plugin index
	rm -rf feed
	feed a-1
	chantal-fetch -q archive feed | chantal-pool add -q --allow-file feed >s
	while IFS=: read -r name words; do
		run -0 --separate-stderr sh -c "chantal-index -q --gnupg-home gnupg --sign-key $name@example.org <s"
		[[ "$stderr" == *"signing key $(fingerprint "$name"): "*"${words#a }"*"current clients reject it"* ]]
	done <<<"$WEAK"
	run -0 --separate-stderr sh -c 'chantal-index -q --gnupg-home gnupg --sign-key ed25519@example.org <s'
	[ -z "$stderr" ]
	gpgconf --homedir "$PWD/gnupg" --kill gpg-agent
}

@test "a detached signature is over the bytes that are read" {
	keys good
	lister <<-'EOS'
		[ -e "$meta/index" ] || {
			echo '{"record":"want","url":"index","as":"index","root":true,"verify":"openpgp-detached","signature":"sig"}'
			echo '{"record":"want","url":"index.asc","as":"sig","root":true,"optional":true}'
			return
		}
		echo '{"record":"repo"}'
	EOS
	echo one >feed/index
	sign good detach-sign feed/index
	run -0 --separate-stderr fetch --keyring good.asc evil feed
	echo two >feed/index
	refused_as 4 "sig: signature by" fetch --keyring good.asc evil feed
	rm feed/index.asc
	refused_as 4 "not there upstream" fetch --keyring good.asc evil feed
}

@test "a type that does not verify is refused where verifying is configured" {
	keys good
	archive_plugin
	feed a-1
	refused_as 4 "does not" fetch --keyring good.asc archive feed
}
