#!/usr/bin/env bats
# chantal-fetch: an upstream's metadata as records.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load plugins

setup() {
	common_setup
	plugins_setup
}

teardown() { stop_feed; }

# packages: the names of the package records in $output
packages() {
	jq -r 'select(.record=="package").name' <<<"$output" | tr '\n' ' '
}

repo_field() {
	jq -r "select(.record==\"repo\").$1" <<<"$output"
}

# upstream: how many packages the end says that there were
upstream() {
	jq -r 'select(.record=="end").upstream' <<<"$output"
}

@test "help goes to stdout and names the page" {
	run -0 --separate-stderr chantal-fetch -h
	[[ "$output" == *"read an upstream's metadata and print its records"* ]]
	[[ "$output" == *"man chantal-fetch"* ]]
	[ -z "$stderr" ]
}

@test "wrong use is status 2 with a message and the synopsis" {
	for args in "" "--nonsense" "archive" "a b c" "--get" "--files x" "--max-total x a b"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr chantal-fetch $args
		[ -z "$output" ]
		[[ "$stderr" == *usage:* ]]
	done
}

@test "a full disk is status 75" {
	archive_plugin
	feed a-1
	run -75 --separate-stderr sh -c 'chantal-fetch -q archive feed >/dev/full'
	[[ "$stderr" == *stdout* ]]
}

@test "an upstream without packages is a whole stream without packages" {
	archive_plugin
	mkdir feed
	: >feed/index.html
	run -0 --separate-stderr fetch archive feed
	[ "$(jq -r .record <<<"$output" | tr '\n' ' ')" = "repo file end " ]
	[ "$(upstream)" = 0 ]
}

@test "unknown fields and kinds of the plugin survive" {
	plugin odd <<-'EOS'
		list() {
			echo '{"record":"repo","odd":{"a":[1,2]},"identity":"me"}'
			echo '{"record":"package","name":"n","path":"p","url":"u","odd":{"x":null}}'
			echo '{"record":"advisory","id":7}'
		}
	EOS
	run -0 --separate-stderr fetch odd http://127.0.0.1:1/
	[ "$(repo_field 'odd|tojson')" = '{"a":[1,2]}' ]
	[ "$(repo_field identity)" = me ]
	[ "$(jq -c 'select(.record=="package").odd' <<<"$output")" = '{"x":null}' ]
	[ "$(jq -c 'select(.record=="advisory")|[.id,.repo]' <<<"$output")" = '[7,"odd"]' ]
}

@test "a malformed line of the plugin is named by its number" {
	plugin bad <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			echo '{"record":"package",'
		}
	EOS
	refused_as 3 "bad: list: line 2" fetch bad http://127.0.0.1:1/
}

@test "a failed fetch ends its stream as failed, so what commits refuses it" {
	archive_plugin
	mkdir feed
	run -3 --separate-stderr fetch archive feed
	[ "$(jq -r '[.record,.repo,.status,.exit]|join(" ")' <<<"$output")" = "end archive failed 3" ]
	run -3 --separate-stderr sh -c 'chantal-fetch -q archive feed 2>/dev/null | chantal-catalog save archive'
	[[ "$stderr" == *index.html* ]]
}

@test "a folder, a file URL and a web server give the same packages" {
	archive_plugin
	feed a-1.0 b-2.0
	serve_feed
	for where in feed "$PWD/feed/" "file://$PWD/feed" "$URL"; do
		run -0 --separate-stderr fetch archive "$where" --repo demo
		[ "$(packages)" = "a b " ]
		[ "$(jq -r 'select(.name=="a").url' <<<"$output")" = "$(repo_field feed)"/a-1.0.tar.gz ] ||
			[ "$(jq -r 'select(.name=="a").url' <<<"$output")" = "$(repo_field feed)"a-1.0.tar.gz ]
	done
}

@test "a feed without a slash at its end is a folder all the same" {
	archive_plugin
	mkdir top
	cd top
	feed a-1
	cd ..
	mv top feed
	mv feed/feed feed/sub
	serve_feed
	run -0 --separate-stderr fetch archive "${URL}sub"
	[ "$(packages)" = "a " ]
}

@test "the repo record says what it is and comes first" {
	archive_plugin
	feed a-1 b-1
	run -0 --separate-stderr fetch archive feed --repo demo -o mode=mirror
	[ "$(head -n1 <<<"$output" | jq -r .record)" = repo ]
	[ "$(tail -n1 <<<"$output" | jq -r '[.record,.status]|join(" ")')" = "end ok" ]
	[ "$(repo_field 'repo+" "+.type+" "+.mode+" "+.plugin')" = "demo archive mirror 1" ]
	[ "$(upstream)" = 2 ]
	[ "$(repo_field v)" = 1 ]
	[[ "$(repo_field revision)$(repo_field config)" =~ ^[0-9a-f]{128}$ ]]
}

@test "an upstream's root file is recorded even when the plugin is silent on it" {
	archive_plugin
	feed a-1
	run -0 --separate-stderr fetch archive feed
	sum=$(sha256_of feed/index.html)
	[ "$(jq -r 'select(.record=="file")|[.as,.role,.sha256]|join(" ")' <<<"$output")" = "page input $sum" ]
	cmp "$CHANTAL_HOME/pool/${sum:0:2}/$sum" feed/index.html
}

@test "a second run asks whether the root file changed, and says unchanged" {
	archive_plugin
	feed a-1
	serve_feed
	fetch archive "$URL" --repo demo >first
	chantal-pool add -q <first | chantal-catalog save demo
	: >access
	run -0 --separate-stderr fetch archive "$URL" --repo demo --since demo
	[ "$(jq -r .record <<<"$output" | tr '\n' ' ')" = "repo end " ]
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = unchanged ]
	[ "$(grep -c GET access)" -eq 1 ]
	grep -q '"GET /index.html HTTP/1.1" 304' access
	[ "$(repo_field base)" = 1 ]
}

@test "a changed setting, filter date or upstream is no longer unchanged" {
	archive_plugin
	feed a-1
	fetch archive feed --repo demo >first
	chantal-pool add -q --allow-file feed <first | chantal-catalog save demo
	run -0 --separate-stderr fetch archive feed --repo demo --since demo -o mode=mirror
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = ok ]
	feed c-1
	run -0 --separate-stderr fetch archive feed --repo demo --since demo
	[ "$(packages)" = "a c " ]
}

@test "a plugin whose first wants are always the same is not asked for them again" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	# listed COUNT STATUS [WORDS...]: list ran so often in all
	listed() {
		run -0 --separate-stderr fetch archive feed --repo demo --since demo "${@:3}"
		[ "$(tail -n1 <<<"$output" | jq -r .status)" = "$2" ]
		[ "$(wc -l <count)" -eq "$1" ]
	}
	archive_list | plugin archive '' '"first_wants":true'
	sed -i "s|^list() {|& echo >>$PWD/count;|" plugins/archive
	feed a-1
	fetch archive feed --repo demo | chantal-pool add -q --allow-file feed | chantal-catalog save demo
	listed 3 unchanged
	sleep 5 # too young before
	listed 4 unchanged
	listed 4 unchanged
	listed 6 ok -o mode=mirror
	listed 7 unchanged
	echo x >>"$CHANTAL_HOME/cache/wants/demo"
	listed 8 unchanged
	listed 8 unchanged
	chmod go+w "$CHANTAL_HOME/cache/wants"
	listed 9 unchanged
	chmod go-w "$CHANTAL_HOME/cache/wants"
	touch plugins/archive
	listed 10 unchanged
	sleep 5
	feed c-1
	listed 12 ok
	[ "$(packages)" = "a c " ]
	listed 13 ok
	[ "$(packages)" = "a c " ]
}

@test "a plugin of another version reads the upstream again" {
	archive_plugin
	feed a-1
	fetch archive feed --repo demo | chantal-pool add -q --allow-file feed | chantal-catalog save demo
	sed -i 's/"version":"1","verbs/"version":"2","verbs/' plugins/archive
	run -0 --separate-stderr fetch archive feed --repo demo --since demo
	[ "$(repo_field plugin)" = 2 ]
	[ "$(packages)" = "a " ]
}

@test "credentials in the feed are sent to it and shown nowhere" {
	archive_plugin
	feed a-1
	serve_feed
	run -0 --separate-stderr chantal-fetch -v archive "${URL/127/user:canary@127}"
	[ "$(packages)" = "a " ]
	[[ "$output$stderr" != *canary* ]]
	[ "$(repo_field feed)" = "$URL" ]
	run grep -r canary "$CHANTAL_HOME"
	[ "$status" -eq 1 ]
}

@test "an optional want that is absent is seen as absent" {
	plugin opt <<-'EOS'
		list() {
			[ -e "$meta/sums" ] || [ -e "$meta/sums.absent" ] || {
				echo '{"record":"want","url":"SHA256SUMS","as":"sums","optional":true}'
				return
			}
			echo '{"record":"repo"}'
			[ ! -e "$meta/sums.absent" ] ||
				echo '{"record":"package","name":"none","path":"p","url":"u"}'
		}
	EOS
	mkdir feed
	serve_feed
	run -0 --separate-stderr fetch opt "$URL"
	[ "$(packages)" = "none " ]
	run -0 --separate-stderr fetch opt feed
	[ "$(packages)" = "none " ]
}

@test "several urls of a want are tried in order" {
	plugin urls <<-'EOS'
		list() {
			[ -e "$meta/x" ] || {
				echo '{"record":"want","url":["missing","gone/too","there"],"as":"x"}'
				return
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s","path":"p","url":"u"}\n' "$(cat "$meta/x")"
		}
	EOS
	mkdir feed
	printf found >feed/there
	serve_feed
	run -0 --separate-stderr fetch urls "$URL"
	[ "$(packages)" = "found " ]
}

# claims JSON: a plugin that wants the file x with these claims
claims() {
	plugin claims <<-EOS
		list() {
			[ -e "\$meta/x" ] || {
				echo '{"record":"want","url":"x","as":"x",$1}'
				return
			}
			echo '{"record":"repo"}'
		}
	EOS
}

@test "a want's digest and size must hold" {
	mkdir feed
	printf hello >feed/x
	sum=$(sha256_of feed/x)
	claims "\"sha256\":\"$sum\",\"size\":5"
	run -0 --separate-stderr fetch claims feed
	rm -r "$CHANTAL_HOME"
	claims "\"sha256\":\"${sum//[0-9]/a}\""
	refused_as 4 "sha256 is $sum" fetch claims feed
	claims '"size":4'
	refused_as 4 x fetch claims feed
	claims '"size":6'
	refused_as 4 x fetch claims feed
	claims '"max":4'
	run --separate-stderr fetch claims feed
	[ "$status" -ne 0 ]
}

@test "a want's digest may be of any algorithm" {
	mkdir feed
	printf hello >feed/x
	serve_feed
	for tool in md5 sha1 sha224 sha256 sha384 sha512; do
		sum=$("${tool}sum" feed/x | cut -d' ' -f1)
		rm -rf "$CHANTAL_HOME"
		claims "\"digest\":\"$tool:$sum\""
		run -0 --separate-stderr fetch claims feed
		run -0 --separate-stderr fetch claims "$URL"
		# The server says that it has not changed; it is compared all the same.
		run -0 --separate-stderr fetch claims "$URL"
		claims "\"digest\":\"$tool:${sum//[0-9]/a}\""
		refused_as 4 "$tool is $sum, but it should be ${sum//[0-9]/a}" fetch claims "$URL"
		refused_as 4 "$tool is $sum" fetch claims feed
	done
	claims "\"digest\":[\"sha512:${sum:0:1}$(printf '%0127d' 0)\",\"$tool:$sum\"]"
	fetch claims feed >/dev/null
	claims "\"digest\":[\"sha1:$(printf '%040d' 0)\",\"md5:$(printf '%032d' 0)\"]"
	refused_as 4 'or an older one' fetch claims feed
	claims '"digest":"sha512:abc"'
	refused_as 3 '"digest"' fetch claims feed
	claims '"digest":"crc32:abcdabcd"'
	refused_as 3 '"digest"' fetch claims feed
	claims '"digest":7'
	refused_as 3 '"digest"' fetch claims feed
	claims "\"sha256\":\"$(sha256_of feed/x)\",\"digest\":\"md5:${sum:0:32}\""
	rm -rf "$CHANTAL_HOME"
	refused_as 4 "md5 is" fetch claims feed
}

# by_hash MEMBERS: a plugin that wants by-hash, and plain behind it
by_hash() {
	plugin byhash <<-EOS
		list() {
			[ -e "\$meta/x" ] || [ -e "\$meta/x.absent" ] || {
				echo '{"record":"want","url":["by-hash/x","plain","older"],"as":"x",$1}'
				return
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s","path":"p","url":"u"}\n' "\$(cat "\$meta/x")"
		}
	EOS
}

@test "bytes that are not those claimed lead on to the next url" {
	mkdir -p feed/by-hash
	printf right >feed/right
	serve_feed
	sum=$(sha256_of feed/right)
	for claim in "\"sha256\":\"$sum\"" "\"size\":5,\"sha256\":\"$sum\"" \
		"\"optional\":true,\"digest\":\"md5:$(md5sum feed/right | cut -d' ' -f1)\""; do
		by_hash "$claim"
		for wrong in wrong "much longer" s; do
			printf '%s' "$wrong" >feed/by-hash/x
			printf right >feed/plain
			for from in feed "$URL"; do
				rm -rf "$CHANTAL_HOME"
				run -0 --separate-stderr fetch byhash "$from"
				[ "$(packages)" = "right " ]
			done
			cp feed/by-hash/x feed/plain
			printf right >feed/older
			rm -rf "$CHANTAL_HOME"
			run -0 --separate-stderr fetch byhash "$URL"
			[ "$(packages)" = "right " ]
			# None has them: what was wrong is told, not what was absent.
			rm -rf "$CHANTAL_HOME" feed/older
			refused_as 4 plain fetch byhash "$URL"
		done
	done
}

# states N...: folders up/0, up/1, … of an upstream in these generations: a root
# that names an index and its digest, the index that says the generation
states() {
	local at=0 n
	rm -rf up
	for n in "$@"; do
		mkdir -p "up/$at"
		echo "$n" >"up/$at/${INDEX-index}"
		echo "${INDEX-index} $(sha256_of "up/$at/${INDEX-index}") $n" >"up/$at/root"
		at=$((at + 1))
	done
	plugin swap <<-'EOS'
		list() {
			[ -e "$meta/root" ] || {
				echo '{"record":"want","url":"root","as":"root","root":true}'
				return
			}
			read -r name sum generation <"$meta/root"
			[ -e "$meta/$name" ] || {
				printf '{"record":"want","url":"%s","as":"%s","sha256":"%s"}\n' "$name" "$name" "$sum"
				return
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s-%s","path":"p","url":"u"}\n' "$generation" "$(cat "$meta/$name")"
		}
	EOS
}

# swapping TRIGGER: serves them on 127.0.0.1, the next one behind each answer
# to TRIGGER; sets URL and SERVER
swapping() {
	stop_feed
	"$TOP/tests/bin/swap-server" up "$1" >port 2>access 3>&- &
	SERVER=$!
	wait_for test -s port
	URL=http://127.0.0.1:$(cat port)/
	rm -rf "$CHANTAL_HOME"
}

@test "T33: an upstream that changes while it is read is read anew, never mixed" {
	states one two
	swapping root
	run -0 --separate-stderr chantal-fetch --retries 0 swap "$URL"
	[ "$(packages)" = "two-two " ]
	[[ "$stderr" == *"index: sha256 is "*"upstream changed meanwhile: starting over (1 of 3)"* ]]
	[ "$(repo_field revision)" = "$(printf 'root %s\n' "$(sha256_of up/1/root)" | sha256sum | cut -d' ' -f1)" ]
	run -0 --separate-stderr chantal-fetch --retries 0 swap "$URL"
	[[ "$stderr" != *"starting over"* ]]
	[ -z "$(ls "$CHANTAL_HOME/cache/work")" ]
}

@test "an index that is gone with its root leads to the new one" {
	states one
	mkdir -p new
	mv up/0 new/0
	INDEX=other states two
	mv up/0 new/1
	rm -r up
	mv new up
	swapping root
	run -0 --separate-stderr chantal-fetch --retries 0 swap "$URL"
	[ "$(packages)" = "two-two " ]
	[[ "$stderr" == *"not found"*"starting over (1 of 3)"* ]]
}

@test "an upstream that goes on changing is left for later" {
	# Each try sees one state, each question whether it changed another.
	states 1 2 3 4 5 6 7
	swapping root
	run -0 --separate-stderr fetch swap "$URL"
	[ "$(packages)" = "7-7 " ]
	states 1 2 3 4 5 6 7 8 9
	swapping root
	refused_as 75 "upstream changed 4 times while it was read; try again later" fetch swap "$URL"
}

@test "an upstream that is wrong and stays so fails as it is, and is asked once more" {
	states one
	echo other >up/0/index
	swapping none
	refused_as 4 "it should be" fetch swap "$URL"
	[ "$(grep -c '"GET /root ' access)" -eq 2 ]
	[ "$(grep -c '"GET /index ' access)" -eq 1 ]
	rm up/0/index
	refused_as 3 "not found" fetch swap "$URL"
	[ "$(grep -c '"GET /root ' access)" -eq 4 ]
}

@test "a plugin that sees two states in its files ends with 75 and reads anew" {
	states one two
	plugin swap <<-'EOS'
		list() {
			[ -e "$meta/root" ] || {
				echo '{"record":"want","url":"root","as":"root","root":true}'
				return
			}
			[ -e "$meta/index" ] || {
				echo '{"record":"want","url":"index","as":"index"}'
				return
			}
			read -r _ _ generation <"$meta/root"
			[ "$(cat "$meta/index")" = "$generation" ] || {
				echo "two states" >&2
				exit 75
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s","path":"p","url":"u"}\n' "$generation"
		}
	EOS
	swapping root
	run -0 --separate-stderr chantal-fetch --retries 0 swap "$URL"
	[ "$(packages)" = "two " ]
	[[ "$stderr" == *"two states"*"starting over"* ]]
	echo other >up/1/index
	touch -d 2030-01-01 up/1/index
	refused_as 75 "two states" fetch swap "$URL"
}

@test "records go on while the plugin still prints" {
	plugin patient <<-EOS
		list() {
			echo '{"record":"repo"}'
			seq 5000 | sed 's/.*/{"record":"package","name":"n&","path":"p&","url":"u"}/'
			for i in \$(seq 100); do
				[ ! -e "$BATS_TEST_TMPDIR/seen" ] || exit 0
				sleep 0.1
			done
			echo "nobody reads" >&2
			exit 3
		}
	EOS
	mkdir feed
	chantal-fetch -q patient feed | { head -n 1 >first; touch seen; cat >rest; }
	[ "$(jq -r .record first)" = repo ]
	[ "$(tail -n 1 rest | jq -c '[.status,.upstream]')" = '["ok",5000]' ]
}

@test "lines before the plugin's repo line wait for it" {
	plugin late <<-'EOS'
		list() {
			echo '{"record":"package","name":"a","path":"a","url":"u"}'
			echo '{"record":"repo"}'
			echo '{"record":"package","name":"b","path":"b","url":"u"}'
		}
	EOS
	mkdir feed
	run -0 --separate-stderr fetch late feed
	[ "$(jq -r .record <<<"$output" | tr '\n' ' ')" = "repo package package end " ]
	[ "$(packages)" = "a b " ]
}

@test "a list that fails behind its repo line is a failed stream, not begun anew" {
	states one two
	plugin swap <<-'EOS'
		list() {
			[ -e "$meta/root" ] || {
				echo '{"record":"want","url":"root","as":"root","root":true}'
				return
			}
			echo '{"record":"repo"}'
			echo '{"record":"package","name":"a","path":"a","url":"u"}'
			echo "two states" >&2
			exit 75
		}
	EOS
	swapping root
	run -75 --separate-stderr chantal-fetch --retries 0 swap "$URL"
	[[ "$stderr" == *"two states"* ]]
	[[ "$stderr" != *"starting over"* ]]
	[ "$(tail -n 1 <<<"$output" | jq -c '[.status,.exit]')" = '["failed",75]' ]
	grep -v '"package"' <<<"$output" >failed
	run -75 --separate-stderr chantal-catalog save --catalog c swap <failed
	[[ "$stderr" == *"two states"* ]]
	[ ! -e c/swap/current ]
}

@test "a reader that goes away ends the plugin" {
	plugin endless <<-EOS
		list() {
			echo '{"record":"repo"}'
			yes '{"record":"package","name":"n","path":"p","url":"u"}'
		}
	EOS
	mkdir feed
	timeout 60 chantal-fetch -q endless feed | head -n 3 >three
	[ "$(jq -r .record three | tr '\n' ' ')" = "repo package package " ]
	! pgrep -f "plugins/endless list"
}

# make_key: a GnuPG home g, and key.asc
make_key() {
	mkdir -m 700 g
	gpg --homedir g --batch --quiet --passphrase '' \
		--quick-generate-key "Test <t@example.org>" rsa2048 sign never 2>/dev/null
	gpg --homedir g --armor --export >key.asc
}

end_agent() {
	gpgconf --homedir g --kill gpg-agent
}

@test "a signature of another state of its file is asked for again" {
	make_key
	mkdir -p up/0 up/1
	echo new >up/1/Release
	gpg --homedir g --batch --quiet --armor --detach-sign -o up/1/Release.gpg up/1/Release
	end_agent
	cp up/1/Release.gpg up/0
	echo old >up/0/Release
	plugin signed <<-'EOS'
		list() {
			[ -e "$meta/Release" ] || {
				echo '{"record":"want","url":"Release","as":"Release","root":true,"verify":"openpgp-detached","signature":"Release.gpg"}'
				echo '{"record":"want","url":"Release.gpg","as":"Release.gpg","root":true}'
				return
			}
			echo '{"record":"repo"}'
			printf '{"record":"package","name":"%s","path":"p","url":"u"}\n' "$(cat "$meta/Release")"
		}
	EOS
	swapping Release
	run -0 --separate-stderr fetch --keyring key.asc signed "$URL"
	[ "$(packages)" = "new " ]
	echo forged >up/1/Release
	touch -d 2030-01-01 up/1/Release
	refused_as 4 Release fetch --keyring key.asc signed "$URL"
	[ "$(grep -c '"GET /Release ' access)" -eq 5 ]
}

# dated MEMBERS: a folder feed whose signed root has these members of the repo
# record, and a type that reads it
dated() {
	mkdir -p feed
	echo "$1" >root
	gpg --homedir g --batch --quiet --yes --clear-sign -o feed/root root
	plugin dated <<-'EOS'
		list() {
			[ -e "$meta/root" ] || {
				echo '{"record":"want","url":"root","as":"root","root":true,"verify":"openpgp-clear"}'
				return
			}
			printf '{"record":"repo",%s}\n' "$(cat "$meta/root")"
		}
	EOS
}

# in_s SECONDS: a date that far from now
in_s() {
	date -u -d "@$(($(date +%s) + $1))" +%FT%TZ
}

@test "T27: an upstream that has expired is refused when it is verified, told when not" {
	make_key
	dated "\"date\":\"2020-01-01T00:00:00Z\",\"expires\":\"2020-01-08T00:00:00Z\""
	refused_as 4 "expired at 2020-01-08T00:00:00Z" fetch --keyring key.asc dated feed
	[[ "$stderr" == *"verify.check_dates: false"* ]]
	run -0 --separate-stderr fetch dated feed
	[[ "$stderr" == *"expired at 2020-01-08T00:00:00Z"* ]]
	cat >config.yaml <<-EOS
		repositories:
		  - id: dated
		    type: dated
		    feed: $PWD/feed
		    verify: { enabled: true, key_files: [$PWD/key.asc], check_dates: false }
	EOS
	run -0 --separate-stderr fetch --config config.yaml --repo dated
	[[ "$stderr" == *"expired at 2020-01-08T00:00:00Z"* ]]
	sed -i 's/, check_dates: false//' config.yaml
	refused_as 4 "expired at" fetch --config config.yaml --repo dated
	dated "\"expires\":\"$(in_s 3600)\""
	run -0 --separate-stderr fetch --keyring key.asc dated feed
	[ -z "$stderr" ]
	end_agent
}

@test "an upstream from the future is refused when it is verified, told when not" {
	make_key
	dated "\"date\":\"$(in_s 60)\""
	refused_as 4 "is in the future" fetch --keyring key.asc dated feed
	run -0 --separate-stderr fetch dated feed
	[[ "$stderr" == *"is in the future"* ]]
	dated "\"date\":\"$(in_s 5)\""
	run -0 --separate-stderr fetch --keyring key.asc dated feed
	[ -z "$stderr" ]
	end_agent
}

@test "T27: a date that is none is told, and no reason to refuse" {
	make_key
	dated '"date":"yesterday","expires":"tomorrow"'
	run -0 --separate-stderr fetch --keyring key.asc dated feed
	[[ "$stderr" == *"\"expires\" is 'tomorrow', which is no date"* ]]
	[[ "$stderr" == *"\"date\" is 'yesterday', which is no date"* ]]
	end_agent
}

@test "an unchanged upstream that has expired meanwhile is told" {
	make_key
	dated "\"expires\":\"$(in_s 2)\""
	fetch --keyring key.asc dated feed | chantal-pool add -q | chantal-catalog save -q dated
	run -0 --separate-stderr fetch --keyring key.asc --since dated dated feed
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = unchanged ]
	[ -z "$stderr" ]
	sleep 3
	refused_as 4 "expired at" fetch --keyring key.asc --since dated dated feed
	run -0 --separate-stderr fetch --since dated dated feed
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = unchanged ]
	[[ "$stderr" == *"expired at"* ]]
	end_agent
}

@test "a signature that is not verified is told, unless that is configured" {
	make_key
	dated '"odd":1'
	run -0 --separate-stderr fetch dated feed
	[[ "$stderr" == *"root: its signature is not verified: say verify: {enabled: "* ]]
	cat >config.yaml <<-EOS
		repositories:
		  - { id: dated, type: dated, feed: $PWD/feed }
	EOS
	run -0 --separate-stderr fetch --config config.yaml --repo dated
	[[ "$stderr" == *"its signature is not verified"* ]]
	sed -i 's/feed }/feed, verify: { check_dates: false } }/' config.yaml
	run -0 --separate-stderr fetch --config config.yaml --repo dated
	[[ "$stderr" == *"its signature is not verified"* ]]
	sed -i 's/check_dates: false/enabled: false/' config.yaml
	run -0 --separate-stderr fetch --config config.yaml --repo dated
	[ -z "$stderr" ]
	archive_plugin
	feed a-1.0
	run -0 --separate-stderr fetch archive feed
	[ -z "$stderr" ]
	end_agent
}

@test "what the pool has is not fetched again" {
	mkdir feed
	printf hello >feed/x
	sum=$(sha256_of feed/x)
	claims "\"sha256\":\"$sum\",\"size\":5"
	serve_feed
	fetch claims "$URL" >/dev/null
	: >access
	fetch claims "$URL" >/dev/null
	[ "$(grep -c GET access)" -eq 0 ]
}

@test "a size that does not hold is seen in what the pool has, too" {
	mkdir feed
	printf hello >feed/x
	claims "\"sha256\":\"$(sha256_of feed/x)\",\"size\":5"
	fetch claims feed >/dev/null
	claims "\"sha256\":\"$(sha256_of feed/x)\",\"size\":6"
	refused_as 4 x fetch claims feed
}

@test "the wanted bytes are bounded in all" {
	mkdir feed
	printf hello >feed/x
	claims '"max":100'
	refused_as 3 "--max-total" fetch --max-total 4 claims feed
}

@test "from on a file line becomes the digest of the downloaded bytes" {
	plugin from <<-'EOS'
		list() {
			[ -e "$meta/dir/x" ] || {
				echo '{"record":"want","url":"x","as":"dir/x","root":true}'
				return
			}
			echo '{"record":"repo"}'
			echo '{"record":"file","path":"meta/x","from":"dir/x","role":"metadata"}'
			echo '{"record":"file","from":"dir/x","role":"input"}'
		}
	EOS
	mkdir feed
	printf hello >feed/x
	sum=$(sha256_of feed/x)
	run -0 --separate-stderr fetch from feed
	[ "$(jq -c 'select(.record=="file" and .path)|[.path,.sha256,.size,.from]' <<<"$output")" = "[\"meta/x\",\"$sum\",5,null]" ]
	[ "$(jq -c 'select(.record=="file" and .as)|[.as,.role,.sha256]' <<<"$output")" = "[\"dir/x\",\"input\",\"$sum\"]" ]
	[ "$(jq -c 'select(.record=="file")' <<<"$output" | wc -l)" -eq 2 ]
}

@test "packages with hostile names and addresses become rejects" {
	plugin nasty <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			echo '{"record":"package","name":"up","path":"../x","url":"u"}'
			echo '{"record":"package","name":"abs","path":"/etc/passwd","url":"u"}'
			echo '{"record":"package","name":"dot","path":"a/./b","url":"u"}'
			printf '%s\n' '{"record":"package","name":"nl","path":"a\nb","url":"u"}'
			echo '{"record":"package","name":"none","url":"u"}'
			echo '{"record":"package","name":"","path":"p","url":"u"}'
			echo '{"record":"package","name":"ftp","path":"p","url":"ftp://h/x"}'
			echo '{"record":"package","name":"file","path":"p","url":"file:///etc/passwd"}'
			echo '{"record":"package","name":"who","path":"p","url":"http://u:p@h/x"}'
			echo '{"record":"package","name":"inner","path":"p","url":"u","files":[{"path":"../y","url":"u"}]}'
			echo '{"record":"package","name":"sum","path":"p","url":"u","sha256":"xyz"}'
			echo '{"record":"package","name":"good","path":"p","url":"u"}'
		}
	EOS
	run -1 --separate-stderr fetch nasty http://127.0.0.1:1/
	[ "$(packages)" = "good " ]
	[ "$(jq -r 'select(.record=="reject").code' <<<"$output" | sort | uniq -c | tr -s ' \n' ' ')" = " 3 malformed 5 unsafe-path 3 unsafe-url " ]
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = partial ]
	[ "$(jq -r 'select(.ref.name=="up").repo' <<<"$output")" = nasty ]
	[ "$(upstream)" = 12 ]
}

@test "a package's other files get absolute addresses too" {
	plugin multi <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			echo '{"record":"package","name":"n","path":"p","url":"u","files":[{"path":"p.asc","url":"u.asc","role":"signature"}]}'
		}
	EOS
	run -0 --separate-stderr fetch multi http://127.0.0.1:1/x/
	[ "$(jq -r 'select(.record=="package").files[0]|.url+" "+.role' <<<"$output")" = "http://127.0.0.1:1/x/u.asc signature" ]
}

@test "local package files become records of their own bytes" {
	plugin local <<-'EOS'
		inspect() {
			while read -r line; do
				file=${line#*\"file\":\"}
				file=${file%%\"*}
				case $file in
				*.bad) printf '{"record":"reject","file":"%s","code":"malformed","message":"no good"}\n' "$file" ;;
				*.mute) ;;
				*)
					mkdir -p "$out/frag"
					wc -c <"$file" >"$out/frag/${file##*/}"
					printf '{"record":"package","file":"%s","name":"%s","version":"1","path":"pool/%s","files":[{"as":"frag/%s","role":"input"}]}\n' \
						"$file" "${file##*/}" "${file##*/}" "${file##*/}"
					;;
				esac
			done
		}
	EOS
	printf one >one
	printf two >two
	run -0 --separate-stderr fetch --files local one ./two --repo mine
	[ "$(packages)" = "one two " ]
	[ "$(jq -r 'select(.name=="one")|[.url,.sha256,.size,.local]|join(" ")' <<<"$output")" = "file://$PWD/one $(sha256_of one) 3 true" ]
	[ "$(jq -r 'select(.name=="one")|.file' <<<"$output")" = null ]
	sum=$(jq -r 'select(.name=="one").files[0].sha256' <<<"$output")
	[ "$(cat "$CHANTAL_HOME/pool/${sum:0:2}/$sum")" = 3 ]
	touch c.bad d.mute
	run -1 --separate-stderr fetch --files local one c.bad d.mute
	[ "$(jq -r 'select(.record=="reject").message' <<<"$output" | sort | tr '\n' ';')" = "no good;the plugin said nothing of this file;" ]
	run -2 --separate-stderr fetch --files local missing
}

@test "get prints the bytes of one URL, or writes a file at once" {
	feed a-1
	serve_feed
	run -0 --separate-stderr chantal-fetch -q --get "${URL}a-1.tar.gz"
	[ "$output" = "bytes of a-1" ]
	chantal-fetch -q --get "${URL}a-1.tar.gz" -O copy
	cmp copy feed/a-1.tar.gz
	run -3 --separate-stderr chantal-fetch -q --get "${URL}missing" -O none
	[ ! -e none ]
	[[ "$stderr" == *missing* ]]
}

@test "settings are checked by the type's schema" {
	plugin typed "" '"config":{"type":"object","properties":{"depth":{"type":"integer"},"names":{"type":"array"},"deep":{"type":"boolean"},"word":{"type":"string"}},"additionalProperties":false}' <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			printf '{"record":"seen","config":%s}\n' "$(cat "$config")"
		}
	EOS
	run -0 --separate-stderr fetch typed http://h/ -o typed.depth=3 -o typed.names=a,b -o typed.deep=true -o typed.word=1.10
	[ "$(jq -c 'select(.record=="seen").config.typed' <<<"$output")" = '{"depth":3,"names":["a","b"],"deep":true,"word":"1.10"}' ]
	plugin filled "" '"config":{"type":"object","properties":{"page":{"type":"string","default":"x.html"},"n":{"type":"integer","default":7}}}' <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			printf '{"record":"seen","config":%s}\n' "$(cat "$config")"
		}
	EOS
	run -0 --separate-stderr fetch filled http://h/ -o filled.n=8
	[ "$(jq -cS 'select(.record=="seen").config.filled' <<<"$output")" = '{"n":8,"page":"x.html"}' ]
	refused_as 2 "typed.nope" fetch typed http://h/ -o typed.nope=1
	refused_as 2 "not a number" fetch typed http://h/ -o typed.depth=x
	refused_as 2 "auth.password" fetch typed http://h/ -o auth.password=x
	refused_as 2 "not KEY=VALUE" fetch typed http://h/ -o word
}

@test "a repository of the configuration needs no more than its id" {
	archive_plugin
	feed a-1
	cat >config.yaml <<-EOS
		repositories:
		  - id: demo
		    type: archive
		    feed: $PWD/feed
		    mode: mirror
		    auth:
		      type: basic
		      username: me
		      password: canary
	EOS
	run -0 --separate-stderr fetch --config config.yaml --repo demo
	[ "$(packages)" = "a " ]
	[ "$(repo_field mode)" = mirror ]
	[[ "$output" != *canary* ]]
	refused_as 2 "nope" fetch --config config.yaml --repo nope
}

@test "nothing of a run is left in the cache" {
	archive_plugin
	feed a-1
	fetch archive feed >/dev/null
	[ -z "$(ls "$CHANTAL_HOME/cache/work")" ]
}

@test "progress is told to people, and to programs with --events-fd" {
	archive_plugin
	feed a-1 b-2
	run -0 --separate-stderr chantal-fetch --events-fd 3 archive feed --repo mine 3>events
	[[ "$stderr" == "chantal-fetch: metadata: 1 file, "*" fetched"* ]]
	[ "$(jq -r .event events | tr '\n' ' ')" = "start file end " ]
	[ "$(jq -r 'select(.event=="file")|.program+" "+.repo+" "+.path+" "+.outcome' events)" = "chantal-fetch mine page new" ]
	[ "$(jq -r 'select(.event=="end")|.files,.bytes' events | tr '\n' ' ')" = "1 $(stat -c %s feed/index.html) " ]
	run -0 --separate-stderr chantal-fetch -q archive feed
	[ -z "$stderr" ]
	run -2 --separate-stderr chantal-fetch --events-fd 9 archive feed
	[[ "$stderr" == *"--events-fd: 9: not open"* ]]
}

@test "names of local files come from standard input too, with blanks in them" {
	mkdir 'a b'
	for name in 'a b/one-1.0.tar.gz' ' two-2.0.tar.gz'; do echo "$name" >"$name"; done
	find . -name '*.tar.gz' -print0 | LC_ALL=C sort -z >names
	run -0 --separate-stderr chantal-fetch --files http - <names
	[ "$(jq -r 'select(.record=="package").version' <<<"$output" | sort | paste -sd' ')" = '1.0 2.0' ]
	run -0 --separate-stderr chantal-fetch --files http - </dev/null
	[ "$(jq -r .record <<<"$output" | paste -sd' ')" = 'repo end' ]
	run -2 --separate-stderr chantal-fetch --files http - < <(printf ' two-2.0.tar.gz\0gone\0')
	[[ "$stderr" == *gone* ]]
}

@test "a configuration that cannot be read is in the end of the stream too" {
	refused_as 2 none.yaml fetch --config none.yaml --repo mine
}
