#!/usr/bin/env bats
# Plugins: where they are found, how they run, and what they may not do.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load plugins

setup() {
	common_setup
	plugins_setup
	FEED=http://127.0.0.1:1/
}

teardown() {
	stop_feed
	[ -z "${LEFT:-}" ] || kill "$LEFT" 2>/dev/null || :
}

# a plugin that prints one package named by $1
says() {
	mkdir -p "$2"
	cat >"$2/${3:-speaker}" <<-EOS
		#!/bin/sh
		case \$1 in
		describe) echo '{"protocol":[1],"type":"${3:-speaker}","version":"1","verbs":["list"]}' ;;
		list)
			echo '{"record":"repo"}'
			echo '{"record":"package","name":"$1","path":"p","url":"u"}'
			;;
		esac
	EOS
	chmod 755 "$2" "$2/${3:-speaker}"
}

name_said() {
	jq -r 'select(.record=="package").name' <<<"$output"
}

# --- found where

@test "the first folder of CHANTAL_PLUGIN_PATH that has the type wins" {
	says one "$PWD/a"
	says two "$PWD/b"
	export CHANTAL_PLUGIN_PATH=$PWD/none:$PWD/a:$PWD/b
	run -0 --separate-stderr fetch speaker "$FEED"
	[ "$(name_said)" = one ]
}

@test "the configured plugin_path comes behind the environment's" {
	says one "$PWD/a"
	says two "$PWD/b"
	printf 'plugin_path: [%s/b]\n' "$PWD" >config.yaml
	CHANTAL_PLUGIN_PATH='' run -0 --separate-stderr fetch --config config.yaml speaker "$FEED"
	[ "$(name_said)" = two ]
	CHANTAL_PLUGIN_PATH=$PWD/a run -0 --separate-stderr fetch --config config.yaml speaker "$FEED"
	[ "$(name_said)" = one ]
}

@test "the current folder is never searched" {
	says here .
	for path in . : "$PWD/none:" ''; do
		CHANTAL_PLUGIN_PATH=$path run -2 --separate-stderr fetch speaker "$FEED"
		[[ "$stderr" == *"no plugin of this name"* ]]
	done
}

@test "a type that is no plain name is refused before it is a path" {
	for type in ../x a/b .hidden '' snapshots; do
		run -2 --separate-stderr fetch "$type" "$FEED"
		[[ "$stderr" == *"repository type"* ]]
	done
}

@test "a plugin that others may change is refused, and the remedy named" {
	says x plugins
	chmod g+w plugins/speaker
	refused_as 2 "chmod go-w" fetch speaker "$FEED"
	chmod 757 plugins/speaker
	refused_as 2 "chmod go-w" fetch speaker "$FEED"
	chmod 755 plugins/speaker
	chmod 777 plugins
	refused_as 2 "chmod go-w" fetch speaker "$FEED"
	chmod 755 plugins
	run -0 fetch speaker "$FEED"
}

@test "a plugin behind a link is judged by where it really is" {
	says x open
	chmod 777 open
	ln -s "$PWD/open/speaker" plugins/speaker
	refused_as 2 "chmod go-w" fetch speaker "$FEED"
	chmod 755 open
	run -0 fetch speaker "$FEED"
}

@test "a plugin of another user is refused" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to give a file away"
	says x plugins
	chown 12345 plugins/speaker
	refused_as 2 "another user" fetch speaker "$FEED"
}

@test "a file that is not executable is refused, and the remedy named" {
	says x plugins
	chmod 644 plugins/speaker
	refused_as 2 "chmod +x" fetch speaker "$FEED"
}

@test "a built-in type is not shadowed unless that is asked for" {
	says mine plugins http
	mkdir feed
	: >feed/index.html
	run -0 --separate-stderr chantal-fetch http feed
	[ "$(name_said)" != mine ]
	[[ "$stderr" == *"plugins/http: ignored"*--allow-override* ]]
	run -0 --separate-stderr chantal-fetch --allow-override http feed
	[ "$(name_said)" = mine ]
}

# --- describe

# describes JSON WORDS: refused with these words
describes() {
	cat >plugins/odd <<-EOS
		#!/bin/sh
		echo '$1'
	EOS
	chmod 755 plugins/odd
	run --separate-stderr fetch odd "$FEED"
	[ "$status" -eq 3 ] || [ "$status" -eq 2 ]
	[[ "$stderr" == *"odd: describe: "*"$2"* ]] || {
		echo "stderr: $stderr"
		return 1
	}
}

@test "a plugin describes itself again only when its file is another one" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	asked() {
		run -0 --separate-stderr fetch speaker "$FEED"
		[ "$(name_said)" = one ]
		[ "$(wc -l <count)" -eq "$1" ]
	}
	says one "$PWD/a"
	sed -i "s|describe)|& echo >>$PWD/count;|" a/speaker
	export CHANTAL_PLUGIN_PATH=$PWD/a
	asked 1
	# Too young: what comes next might look the same.
	asked 2
	sleep 5
	asked 3
	asked 3
	touch a/speaker
	asked 4
	sleep 5
	asked 5
	chmod go+w "$CHANTAL_HOME/cache/describe"
	asked 6
	chmod go-w "$CHANTAL_HOME/cache/describe"
	asked 6
	echo '{' >>"$CHANTAL_HOME/cache/describe/speaker"
	asked 7
	rm -r "$CHANTAL_HOME/cache"
	asked 8
	asked 9
	asked 9
}

@test "an answer to describe that makes no sense is refused" {
	describes 'hello' 'its answer'
	describes '' 'its answer'
	describes '[1]' 'not a JSON object'
	describes '{"type":"odd"}' protocol
	describes '{"protocol":[2]}' 'protocol: 1 is not among'
	describes '{"protocol":[1],"type":"even"}' "'even'"
	describes '{"protocol":[1],"type":"odd"}' version
	describes '{"protocol":[1],"type":"odd","version":"1","version_order":"alphabetical"}' version_order
	describes '{"protocol":[1],"type":"odd","version":"1"}' verbs
	describes '{"protocol":[1],"type":"odd","version":"1","verbs":["index"]}' verbs
	describes '{"protocol":[1],"type":"odd","version":"1","verbs":["list"],"modes":["sideways"]}' sideways
	describes '{"protocol":[1],"type":"odd","version":"1","verbs":["list"],"config":7}' config
}

@test "a mode that the type does not have is refused" {
	plugin modal "" '"modes":["mirror"]' <<-'EOS'
		list() { echo '{"record":"repo"}'; }
	EOS
	run -0 fetch modal "$FEED" -o mode=mirror
	refused_as 2 "hosted" fetch modal "$FEED" -o mode=hosted
}

# --- running

@test "a plugin's environment is an allow-list" {
	plugin env <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			env | cut -d= -f1 | sort | tr '\n' ' ' >&2
			echo >&2
			echo "$LANG $TZ $(pwd) $(umask)" >&2
			[ -d "$HOME" ] && [ -z "$(ls -A "$HOME")" ] && [ -w "$TMPDIR" ]
		}
	EOS
	export CANARY=secret TZ=Asia/Tokyo LC_ALL=C SOURCE_DATE_EPOCH=7 AWS_SECRET=canary
	run -0 --separate-stderr fetch env "$FEED"
	[[ "$stderr" == *"env: HOME LANG PATH PWD SOURCE_DATE_EPOCH TMPDIR TZ "* ]]
	[[ "$stderr" == *"env: C.UTF-8 UTC / "* ]]
}

@test "credentials never reach a plugin" {
	plugin spy <<-'EOS'
		list() {
			[ -e "$meta/x" ] || {
				echo '{"record":"want","url":"x","as":"x"}'
				return
			}
			echo '{"record":"repo"}'
			cat "$config" "/proc/$PPID/cmdline" >&2
			env >&2
			tr '\0' '\n' </proc/self/environ >&2
			ls -l /proc/self/fd >&2
		}
	EOS
	mkdir feed
	echo x >feed/x
	serve_feed
	printf 'basic me:canary-file\n' >auth
	chmod 600 auth
	cat >config.yaml <<-EOS
		repositories:
		  - id: r
		    type: spy
		    feed: "${URL/127/me:canary-feed@127}?canary-query"
		    proxy: { username: u, password: canary-proxy }
	EOS
	run -0 --separate-stderr fetch --config config.yaml --repo r --auth-file auth
	[[ "$stderr" == *'"feed":"http://127.0.0.1'* ]]
	[[ "$stderr" != *canary* ]] || {
		grep canary <<<"$stderr"
		return 1
	}
	run -0 --separate-stderr env CRED='basic me:canary-env' chantal-fetch -q --config config.yaml --repo r --auth-env CRED
	[[ "$stderr" != *canary* ]]
}

@test "what it says on stderr is forwarded with its type and level" {
	plugin talk <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			echo 'debug: deep' >&2
			echo 'info: fine' >&2
			echo 'warning: careful' >&2
			echo 'talk: warning: its own name' >&2
			printf 'plain \033[31m' >&2
		}
	EOS
	run -0 --separate-stderr chantal-fetch -v talk "$FEED"
	[[ "$stderr" == *"chantal-fetch: talk: deep"*"chantal-fetch: talk: fine"*"chantal-fetch: warning: talk: careful"*"chantal-fetch: talk: plain"* ]]
	[[ "$stderr" == *"chantal-fetch: warning: talk: its own name"* ]]
	[[ "$stderr" != *$'\033'* ]]
	run -0 --separate-stderr chantal-fetch talk "$FEED"
	[[ "$stderr" != *deep* && "$stderr" == *fine* ]]
	run -0 --separate-stderr chantal-fetch -q talk "$FEED"
	[[ "$stderr" != *fine* && "$stderr" == *careful* ]]
}

@test "its last words are the reason when it fails" {
	plugin sad <<-'EOS'
		list() {
			echo 'info: begun' >&2
			echo 'the page has no links' >&2
			exit "$(sed -n 's/.*"status":"\([0-9]*\)".*/\1/p' "$config")"
		}
	EOS
	for pair in 1:3 2:2 3:3 4:4 9:3 75:75; do
		refused_as "${pair#*:}" "sad: list: the page has no links" \
			fetch sad "$FEED" -o "sad.status=${pair%:*}"
		[ "$(grep -c 'no links' <<<"$stderr")" -eq 1 ]
	done
}

@test "a plugin that fails without a word is reported as such" {
	plugin mute <<-'EOS'
		list() { exit 7; }
	EOS
	refused_as 3 "mute: list: failed with status 7 without a word" fetch mute "$FEED"
	plugin dead <<-'EOS'
		list() { kill -SEGV $$; }
	EOS
	refused_as 3 "dead: list: ended by signal 11" fetch dead "$FEED"
}

@test "silence ends it, and all that it started" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	plugin sleeper <<-EOS
		list() {
			sleep 1000 &
			echo \$! >$PWD/child
			trap '' TERM
			sleep 1000
		}
	EOS
	echo 'plugin_timeout: 1' >config.yaml
	refused_as 75 "silent for 1 s" fetch --config config.yaml sleeper "$FEED"
	LEFT=$(cat child)
	run ! kill -0 "$LEFT"
}

@test "what it leaves running in the background is ended" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	plugin litter <<-EOS
		list() {
			echo '{"record":"repo"}'
			sleep 1000 >/dev/null 2>&1 &
			echo \$! >$PWD/child
		}
	EOS
	run -0 --separate-stderr fetch litter "$FEED"
	LEFT=$(cat child)
	wait_for bash -c "! kill -0 $LEFT"
}

@test "an interrupted fetch ends its plugin" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	plugin slow <<-EOS
		list() {
			echo \$\$ >$PWD/child
			sleep 1000
		}
	EOS
	chantal-fetch -q slow "$FEED" >/dev/null 2>&1 3>&- &
	wait_for test -s child
	LEFT=$(cat child)
	kill -TERM $!
	wait_for bash -c "! kill -0 $LEFT"
}

@test "output without end is stopped" {
	plugin endless <<-'EOS'
		list() { tr '\0' x </dev/zero; }
	EOS
	refused_as 3 "longer than" fetch endless "$FEED"
	plugin wants <<-'EOS'
		list() {
			yes '{"record":"want","url":"x","as":"x' | awk '{ print $0 NR "\"}" }'
		}
	EOS
	refused_as 3 "more than 100000 wants" fetch wants "$FEED"
}

@test "chatter without end does not keep it alive" {
	plugin chatter <<-'EOS'
		list() { yes noise >&2; }
	EOS
	echo 'plugin_timeout: 1' >config.yaml
	run -75 --separate-stderr timeout 60 chantal-fetch -q --config config.yaml chatter "$FEED"
	[[ "$stderr" == *"no more are shown"* ]]
	[ "$(wc -l <<<"$stderr")" -lt 11000 ]
}

@test "a plugin has no network where the system allows that" {
	unshare -rn true 2>/dev/null || skip "no network namespaces here"
	mkdir feed
	echo x >feed/x
	serve_feed
	plugin net <<-EOS
		list() {
			echo '{"record":"repo"}'
			! curl -s -o /dev/null $URL || echo 'it has network' >&2
		}
	EOS
	run -0 --separate-stderr fetch net "$URL"
	[ -z "$stderr" ]
}

# --- what it may not do

# lies LINE STATUS WORDS: printing this line in list is refused so
lies() {
	plugin liar <<-EOS
		list() {
			[ -e "\$meta/first" ] || {
				echo '{"record":"want","url":"first","as":"first","root":true}'
				return
			}
			echo '{"record":"repo"}'
			printf '%s\n' '$1'
		}
	EOS
	refused_as "$2" "$3" fetch liar feed
}

# wants MEMBERS STATUS WORDS: such a want is refused so
wants() {
	plugin greedy <<-EOS
		list() { echo '{"record":"want",$1}'; }
	EOS
	refused_as "$2" "$3" fetch greedy "${4:-feed}"
}

@test "a plugin may not forge ids, types or marks" {
	mkdir feed
	echo x >feed/first
	lies '{"record":"package","repo":"other","name":"n","path":"p","url":"u"}' 3 "not the repository it was run for"
	lies '{"record":"package","type":"apt","name":"n","path":"p","url":"u"}' 3 "'apt'"
	lies '{"record":"end","repo":"liar","status":"ok"}' 3 "only the host writes marks"
	lies '{"record":"repo"}' 3 "a second repo line"
	lies '{"record":"repo","repo":"two"}' 3 "not the repository it was run for"
	lies '{"record":"problem","path":"x"}' 3 "not of this verb"
	lies '{"record":"want","url":"first","as":"again"}' 3 "both wants and results"
	lies '{"record":"file","path":"p","from":"never"}' 3 "'never'"
	lies '{"record":"file","path":"p"}' 3 "neither"
	lies 'hello' 3 "line 2"
	lies '{"record":"package","name":"a","name":"b","path":"p","url":"u"}' 3 "line 2"
}

@test "host fields in a plugin's repo line are the host's all the same" {
	plugin vain <<-'EOS'
		list() { echo '{"record":"repo","feed":"http://evil/","base":99,"config":"x","upstream":1000000,"v":9,"mode":"hosted","revision":"y","plugin":"z"}'; }
	EOS
	run -0 --separate-stderr fetch vain "$FEED"
	[ "$(jq -r 'select(.record=="repo")|[.feed,.base,.upstream,.v,.mode,.plugin]|join(" ")' <<<"$output")" = "$FEED 0  1 filtered 1" ]
	[ "$(jq -r 'select(.record=="end").upstream' <<<"$output")" = 0 ]
	[[ "$(jq -r 'select(.record=="repo").config' <<<"$output")" =~ ^[0-9a-f]{64}$ ]]
	[ "$(jq -r 'select(.record=="repo").revision' <<<"$output")" = null ]
}

@test "a plugin may not want files of this machine" {
	mkdir feed
	echo secret >outside
	ln -s "$PWD/outside" feed/link
	mkfifo feed/pipe
	wants '"url":"file:///etc/passwd","as":"x"' 2 "only a file feed" "$FEED"
	wants '"url":"file:///etc/passwd","as":"x"' 2 "/etc/passwd"
	run ! grep -r root:x "$CHANTAL_HOME"
	for url in ../outside link pipe .; do
		plugin greedy <<-EOS
			list() { echo '{"record":"want","url":"$url","as":"x"}'; }
		EOS
		run --separate-stderr timeout 20 chantal-fetch -q greedy feed
		[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	done
	run ! grep -r secret "$CHANTAL_HOME"
}

@test "a plugin may not want from another host" {
	mkdir feed
	wants '"url":"http://other.example/x","as":"x"' 2 "--allow-host other.example" "$FEED"
	wants '"url":"//other.example/x","as":"x"' 2 "--allow-host other.example" "$FEED"
	wants '"url":"http://127.0.0.1:2/x","as":"x"' 2 "--allow-host" "$FEED"
	wants '"url":"http://u:p@127.0.0.1:1/x","as":"x"' 2 "credentials" "$FEED"
	wants '"url":"gopher://127.0.0.1/x","as":"x"' 3 "url" "$FEED"
}

@test "a want's name stays inside the folder" {
	mkdir feed
	echo x >feed/x
	for as in ../x /tmp/x a//b . 'a\u0000b' 'a\nb' ''; do
		plugin greedy <<-EOS
			list() { printf '%s\n' '{"record":"want","url":"x","as":"$as"}'; }
		EOS
		refused_as 3 '"as"' fetch greedy feed
	done
	wants '"url":"x","as":"x.absent"' 3 absent
	wants '"as":"x"' 3 url
	wants '"url":[],"as":"x"' 3 url
	wants '"url":7,"as":"x"' 3 url
	wants '"url":"x","as":"x","max":-1' 3 max
	wants '"url":"x","as":"x","sha256":"zz"' 3 sha256
	wants '"url":"x","as":"x","verify":"trust-me"' 3 verify
}

@test "each round has to want something new, and the same thing once" {
	mkdir feed
	echo x >feed/x
	wants '"url":"x","as":"x"' 3 "no progress"
	plugin twice <<-'EOS'
		list() {
			echo '{"record":"want","url":"x","as":"x"}'
			echo '{"record":"want","url":"y","as":"x"}'
		}
	EOS
	refused_as 3 "was wanted before" fetch twice feed
	plugin nested <<-'EOS'
		list() {
			echo '{"record":"want","url":"x","as":"x"}'
			echo '{"record":"want","url":"x?2","as":"x/y"}'
		}
	EOS
	run --separate-stderr fetch nested feed
	[ "$status" -ne 0 ]
	plugin nothing <<-'EOS'
		list() { :; }
	EOS
	refused_as 3 "neither a want nor a repo line" fetch nothing feed
}

@test "a plugin cannot change what is in the pool through its folder" {
	plugin vandal <<-'EOS'
		list() {
			[ -e "$meta/x" ] || {
				echo '{"record":"want","url":"x","as":"x","root":true}'
				return
			}
			echo '{"record":"repo"}'
			rm -f "$meta/x"
			echo evil >"$meta/x"
		}
	EOS
	mkdir feed
	echo good >feed/x
	run -0 --separate-stderr fetch vandal feed
	sum=$(sha256_of feed/x)
	cmp feed/x "$CHANTAL_HOME/pool/${sum:0:2}/$sum"
}

# --- signatures

# signed_feed: feed/Release, feed/InRelease, feed/Release.gpg by $FPR, and its
# key in key.asc
signed_feed() {
	export GNUPGHOME=$BATS_TEST_TMPDIR/g
	mkdir -p feed
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-generate-key "Up <u@x>" rsa2048 sign never 2>/dev/null
	FPR=$(gpg --with-colons -k 2>/dev/null | awk -F: '/^fpr/ {print $10; exit}')
	echo 'Origin: good' >feed/Release
	gpg --batch --quiet -a -o feed/InRelease --clearsign feed/Release
	gpg --batch --quiet -a -o feed/Release.gpg --detach-sign feed/Release
	gpg --batch --quiet -a --export >key.asc
	gpgconf --kill gpg-agent
	unset GNUPGHOME
	plugin signed <<-'EOS'
		list() {
			[ -e "$meta/InRelease" ] || {
				echo '{"record":"want","url":"InRelease","as":"InRelease","root":true,"verify":"openpgp-clear"}'
				return
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s","path":"p","url":"u"}\n' "$(cat "$meta/InRelease")"
			echo '{"record":"file","path":"InRelease","from":"InRelease","role":"root"}'
		}
	EOS
	plugin detached <<-'EOS'
		list() {
			[ -e "$meta/Release" ] || {
				echo '{"record":"want","url":"Release","as":"Release","root":true,"verify":"openpgp-detached","signature":"sig"}'
				echo '{"record":"want","url":"Release.gpg","as":"sig","optional":true}'
				return
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s","path":"p","url":"u"}\n' "$(cat "$meta/Release")"
		}
	EOS
}

@test "a clear signature is verified, and the plugin sees the signed text alone" {
	signed_feed
	run -0 --separate-stderr fetch signed feed --keyring key.asc
	[ "$(name_said)" = "Origin: good" ]
	[ "$(jq -r 'select(.path=="InRelease").sha256' <<<"$output")" = "$(sha256_of feed/InRelease)" ]
	run -0 --separate-stderr fetch signed feed --keyring key.asc --trust "$FPR"
	run -0 --separate-stderr fetch signed feed --keyring key.asc --trust "${FPR: -16}"
}

@test "without keys the text is taken out of its signature all the same" {
	signed_feed
	run -0 --separate-stderr fetch signed feed
	[ "$(name_said)" = "Origin: good" ]
}

@test "a text that was changed is not trusted and leaves nothing" {
	signed_feed
	sed -i s/good/evil/ feed/InRelease
	refused_as 4 "InRelease: signature" fetch signed feed --keyring key.asc
	[[ "$stderr" != *"$CHANTAL_HOME"* ]]
	printf 'Origin: evil\n' >feed/InRelease
	refused_as 4 "not signed" fetch signed feed --keyring key.asc
	refused_as 4 "InRelease" fetch signed feed --keyring key.asc --trust "${FPR//[0-9]/A}"
	run -2 fetch signed feed --keyring key.asc --trust 12345678
	run -2 fetch signed feed --keyring missing.asc
}

@test "a detached signature is verified, and missed when it is gone" {
	signed_feed
	run -0 --separate-stderr fetch detached feed --keyring key.asc
	[ "$(name_said)" = "Origin: good" ]
	echo 'Origin: evil' >feed/Release
	refused_as 4 "sig: signature" fetch detached feed --keyring key.asc
	rm feed/Release.gpg
	refused_as 4 "is not there upstream" fetch detached feed --keyring key.asc
}

@test "the configuration says what becomes of missing and invalid signatures" {
	signed_feed
	rm feed/Release.gpg
	sed -i s/good/evil/ feed/InRelease
	for word in warn skip; do
		cat >config.yaml <<-EOS
			repositories:
			  - { id: d, type: detached, feed: $PWD/feed, verify: { enabled: true, key_files: [$PWD/key.asc], on_missing_signature: $word } }
			  - { id: s, type: signed, feed: $PWD/feed, verify: { enabled: true, key_files: [$PWD/key.asc], on_invalid_signature: $word } }
		EOS
		run -0 --separate-stderr chantal-fetch --config config.yaml --repo d
		[ "$word" = skip ] || [[ "$stderr" == *"used all the same"* ]]
		run -0 --separate-stderr chantal-fetch --config config.yaml --repo s
		[ "$(name_said)" = "Origin: evil" ]
		[ "$word" = warn ] || [[ "$stderr" != *"used all the same"* ]]
	done
}

@test "verify with a type that knows no signatures is refused" {
	signed_feed
	plugin plain <<-'EOS'
		list() {
			[ -e "$meta/r" ] || {
				echo '{"record":"want","url":"Release","as":"r","root":true}'
				return
			}
			echo '{"record":"repo"}'
		}
	EOS
	refused_as 4 "type plain does not verify" fetch plain feed --keyring key.asc
	sed -i 's/"root":true/&,"verify":"none"/' plugins/plain
	refused_as 4 "type plain does not verify" fetch plain feed --keyring key.asc
}

@test "a body that did not verify is not remembered as good" {
	signed_feed
	serve_feed
	cp feed/InRelease good
	sed -i s/good/evil/ feed/InRelease
	refused_as 4 "InRelease" fetch signed "$URL" --keyring key.asc
	refused_as 4 "InRelease" fetch signed "$URL" --keyring key.asc
	cp good feed/InRelease
	run -0 --separate-stderr fetch signed "$URL" --keyring key.asc
}
