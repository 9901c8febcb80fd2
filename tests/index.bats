#!/usr/bin/env bats
# chantal-index: repository metadata from records.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load plugins

setup() {
	common_setup
	plugins_setup
	archive_plugin index
	feed a-1.0 b-2.0
}

# synced TYPE [ID]: the stream of the folder feed, its bytes in the pool
synced() {
	chantal-fetch -q "$1" feed --repo "${2:-$1}" |
		chantal-pool add -q --allow-file feed
}

# index FILE [OPTION...]: of a stream in a file
index() {
	local file=$1
	shift
	chantal-index -q "$@" <"$file"
}

# file_named PATH: the bytes that the stream in $output has for it
file_named() {
	local sum
	sum=$(jq -r "select(.path==\"$1\").sha256" <<<"$output")
	cat "$CHANTAL_HOME/pool/${sum:0:2}/$sum"
}

paths() {
	jq -r 'select(.path).path' <<<"$output" | sort | tr '\n' ' '
}

# with_index TYPE < BODY: a plugin whose list is the archive's
with_index() {
	{
		archive_list
		cat
	} | plugin "$1" index
}

@test "help goes to stdout and names the page" {
	run -0 --separate-stderr chantal-index -h
	[[ "$output" == *"write the repository metadata that describes the records"* ]]
	[[ "$output" == *"man chantal-index"* ]]
	[ -z "$stderr" ]
}

@test "wrong use is status 2 with a message and the synopsis" {
	for args in --nonsense operand "--repo"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr chantal-index $args </dev/null
		[ -z "$output" ]
		[[ "$stderr" == *usage:* ]]
	done
}

@test "an empty stream is refused, as nothing says what it is" {
	run -3 --separate-stderr chantal-index </dev/null
	[ -n "$stderr" ]
}

@test "an empty repository gives a valid empty index" {
	: >feed/index.html
	synced archive >s
	run -0 --separate-stderr index s
	[ "$(file_named count)" = 0 ]
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = ok ]
}

@test "a malformed line is named by its number" {
	{
		head -n2 <(synced archive)
		echo '{"record":'
	} >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"line 3"* ]]
}

@test "unknown fields and kinds survive" {
	{
		synced archive | jq -c 'if .record=="package" then .odd={"a":1} else . end'
	} >s
	sed -i '2i{"record":"advisory","repo":"archive","id":7}' s
	run -0 --separate-stderr index s
	[ "$(jq -c 'select(.name=="a").odd' <<<"$output")" = '{"a":1}' ]
	[ "$(jq -c 'select(.record=="advisory").id' <<<"$output")" = 7 ]
}

@test "a full disk is status 75" {
	synced archive >s
	run -75 --separate-stderr sh -c 'chantal-index -q <s >/dev/full'
	[[ "$stderr" == *stdout* ]]
}

@test "a stream without its end mark is refused and leaves nothing" {
	synced archive | sed '$d' >s
	run -3 --separate-stderr index s
	[ -z "$(jq -r 'select(.record=="package")' <<<"$output")" ]
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = failed ]
	[ -z "$(ls "$CHANTAL_HOME/cache/work")" ]
}

@test "a failed stream is refused with the status that it carries" {
	synced archive | sed '$d' >s
	echo '{"record":"end","repo":"archive","status":"failed","exit":4,"message":"bad signature"}' >>s
	run -4 --separate-stderr index s
	[[ "$stderr" == *"bad signature"* ]]
}

@test "an unchanged stream changes nothing" {
	{
		synced archive | head -n1
		end_line archive unchanged
	} >s
	run -0 --separate-stderr index s
	[ "$(jq -r .record <<<"$output" | tr '\n' ' ')" = "repo end " ]
	[ "$(tail -n1 <<<"$output" | jq -r .status)" = unchanged ]
}

@test "lines without marks need --unmarked and a repository" {
	cat >config.yaml <<-EOS
		repositories:
		  - { id: demo, type: archive, feed: $PWD/feed }
	EOS
	synced archive demo | grep package >s
	run -3 --separate-stderr index s --config config.yaml --repo demo
	run -0 --separate-stderr index s --config config.yaml --repo demo --unmarked
	[ "$(file_named count)" = 2 ]
	chantal-publish -q "$PWD/tree" <<<"$output"
	cmp tree/packages/a-1.0.tar.gz feed/a-1.0.tar.gz
}

# counted [MORE]: type archive says that it is deterministic; its index prints
# MORE and counts its runs in the file runs
counted() {
	{
		archive_list
		printf 'index() {\n'
		printf 'cat\n'
		printf 'date +%%N >"$out/noise"\n'
		printf 'echo run >>%s/runs\n' "$PWD"
		printf '%s\n' "${1:-:}"
		printf "echo '{\"record\":\"file\",\"path\":\"noise\",\"role\":\"root\",\"sign\":\"openpgp-detached\"}'\n"
		printf '}\n'
	} | plugin archive index '"deterministic":true'
	: >runs
	# What has just been written may be written again, unseen.
	sleep 4
}

runs() { wc -l <runs; }

# demo_config [LINE]: config.yaml with a repository that signs
demo_config() {
	cat >config.yaml <<-EOS
		repositories:
		  - id: demo
		    type: archive
		    feed: $PWD/feed
		    gpg: { generate_key: true }
		    $1
	EOS
}

@test "what was indexed the last time is taken, signatures and all" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	counted
	demo_config
	synced archive demo >s
	# The first run makes the key.
	index s --config config.yaml >/dev/null
	run -0 --separate-stderr index s --config config.yaml
	first=$output
	[ "$(runs)" = 2 ]
	run -0 --separate-stderr index s --config config.yaml
	[ "$output" = "$first" ]
	[ "$(runs)" = 2 ]
	chantal-publish -q "$PWD/tree" <<<"$output"
	[ -s tree/noise.asc ]
	cmp tree/packages/a-1.0.tar.gz feed/a-1.0.tar.gz
}

@test "another stream, configuration, key, date or plugin is another index" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	counted
	demo_config
	synced archive demo >s
	index s --config config.yaml >/dev/null
	[ "$(runs)" = 1 ]
	sed '/"a"/d' s >t
	index t --config config.yaml >/dev/null
	[ "$(runs)" = 2 ]
	demo_config 'name: another'
	index t --config config.yaml >/dev/null
	[ "$(runs)" = 3 ]
	rm "$CHANTAL_HOME/keys/signing-key.asc"
	index t --config config.yaml >/dev/null
	[ "$(runs)" = 4 ]
	SOURCE_DATE_EPOCH=2000000000 index t --config config.yaml >/dev/null
	[ "$(runs)" = 5 ]
	index t --config config.yaml >/dev/null
	[ "$(runs)" = 6 ]
	echo '# changed' >>plugins/archive
	index t --config config.yaml >/dev/null
	[ "$(runs)" = 7 ]
	# None of which was for nothing.
	sleep 4
	index t --config config.yaml >/dev/null
	index t --config config.yaml >/dev/null
	[ "$(runs)" = 8 ]
}

@test "a file that is gone, or a damaged memo, is made again" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	counted
	demo_config
	synced archive demo >s
	index s --config config.yaml >/dev/null
	index s --config config.yaml >/dev/null
	sum=$(tail -n +2 "$CHANTAL_HOME/cache/index/demo.last" | jq -r 'select(.path=="noise").sha256')
	rm -f "$CHANTAL_HOME/pool/${sum:0:2}/$sum"
	: >runs
	run -0 --separate-stderr index s --config config.yaml
	[ "$(runs)" = 1 ]
	[ -n "$(file_named noise)" ]
	sed -i 's/"role":"root"/"role":"file"/' "$CHANTAL_HOME/cache/index/demo.last"
	run -0 --separate-stderr index s --config config.yaml
	[ "$(runs)" = 2 ]
	[ "$(jq -r 'select(.path=="noise").role' <<<"$output")" = root ]
	: >"$CHANTAL_HOME/cache/index/demo.last"
	run -0 --separate-stderr index s --config config.yaml
	[ "$(runs)" = 3 ]
}

@test "an index that rejects, or does not say it is deterministic, is made anew" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	counted "echo '{\"record\":\"reject\",\"code\":\"odd\",\"message\":\"m\",\"ref\":{\"name\":\"x\"}}'"
	demo_config
	synced archive demo >s
	run -1 index s --config config.yaml
	run -1 index s --config config.yaml
	[ "$(runs)" = 2 ]
	counted
	sed -i 's/,"deterministic":true//' plugins/archive
	sleep 4
	index s --config config.yaml >/dev/null
	index s --config config.yaml >/dev/null
	[ "$(runs)" = 2 ]
}

@test "an index that is dated by the clock is made anew" {
	export CHANTAL_SANDBOX=off # it leaves a word for the test
	counted 'date -u "+{\"record\":\"repo\",\"date\":\"%FT%TZ\"}"'
	demo_config
	synced archive demo >s
	index s --config config.yaml >/dev/null
	index s --config config.yaml >/dev/null
	[ "$(runs)" = 2 ]
	counted 'echo "{\"record\":\"repo\",\"date\":\"2026-01-02T00:00:00Z\"}"'
	index s --config config.yaml >/dev/null
	index s --config config.yaml >/dev/null
	[ "$(runs)" = 1 ]
}

@test "a plugin that asks for objects finds inputs of packages by their digests" {
	{
		archive_list
		cat <<-'EOS'
			index() {
				tee "$TMPDIR/lines"
				objects=$(jq -r .objects "$config")
				sum=$(jq -r 'select(.files).files[0].sha256' "$TMPDIR/lines")
				cat "$objects/$(printf %.2s "$sum")/$sum" >"$out/copy"
				[ ! -e "$meta/archive/note" ] || echo lent >>"$out/copy"
				echo '{"record":"file","path":"copy","role":"root"}'
			}
		EOS
	} | plugin archive index '"objects":true'
	synced archive >s
	echo noted >note
	chantal-pool -q import note >/dev/null
	jq -c "if .name == \"a\" then .files = [{as: \"note\", role: \"input\", sha256: \"$(sha256_of note)\", size: 6}] else . end" s >t
	run -0 --separate-stderr index t
	[ "$(file_named copy)" = noted ]
	rm -f "$CHANTAL_HOME/pool/$(sha256_of note | cut -c1-2)/$(sha256_of note)"
	run -4 --separate-stderr index t
	[[ "$stderr" == *"$(sha256_of note)"* ]]
}

@test "the plugin's files are in the pool, with digest and size" {
	synced archive >s
	run -0 --separate-stderr index s
	[ "$(file_named count)" = 2 ]
	[ "$(jq -r 'select(.path=="count").size' <<<"$output")" = 2 ]
	[ "$(paths)" = "count packages/a-1.0.tar.gz packages/b-2.0.tar.gz " ]
	[ "$(head -n1 <<<"$output" | jq -r .record)" = repo ]
}

@test "two inputs of one name and two contents are refused" {
	with_index inputs <<-'EOS'
		index() {
			cat
		}
	EOS
	echo one >one
	echo two >two
	{
		repo_line inputs inputs
		for file in one one two; do
			chantal-pool -q import $file >/dev/null
			printf '{"record":"file","repo":"inputs","as":"page","role":"input","sha256":"%s","size":4}\n' \
				"$(sha256_of $file)"
		done
		end_line inputs
	} >s
	run -3 --separate-stderr index s
	[[ "$stderr" == *"repository inputs"*"page"*"two contents"* ]]
	sed -i 4d s
	run -0 index s
}

@test "the plugin finds the inputs, in a folder per repository" {
	with_index inputs <<-'EOS'
		index() {
			cat
			cp "$meta/inputs/page" "$out/page"
			echo '{"record":"file","path":"page"}'
		}
	EOS
	synced inputs >s
	run -0 --separate-stderr index s
	[ "$(file_named page)" = "$(cat feed/index.html)" ]
}

@test "several repositories of one type become one index" {
	synced archive one >s1
	rm feed/*
	feed c-3
	synced archive two >s2
	cat s1 s2 >s
	run -0 --separate-stderr index s
	[ "$(file_named count)" = 3 ]
	[ "$(jq -r 'select(.record=="end").repo' <<<"$output" | tr '\n' ' ')" = "one two " ]
	plugin other <<-'EOS'
		list() { echo '{"record":"repo"}'; }
	EOS
	synced other >s3
	cat s1 s3 >s
	run -2 --separate-stderr index s
	[[ "$stderr" == *"type other"* ]]
}

@test "what clients pin is what the index says, and nothing else of its repo line" {
	with_index pins <<-'EOS'
		index() {
			cat >"$TMPDIR/lines"
			grep '"record":"package"' "$TMPDIR/lines"
			echo '{"record":"repo","identity":{"s":{"Origin":"Ours"}},"feed":"http://other.test/","odd":1,"mode":"hosted"}'
		}
	EOS
	synced pins | sed '1s/"type"/"identity":{"s":{"Origin":"Theirs"}},"type"/' >s
	run -0 --separate-stderr index s
	[ "$(jq -c 'select(.record=="repo")' <<<"$output")" = \
		"$(head -n1 s | jq -c '.identity.s.Origin="Ours"')" ]
	chantal-publish -q "$PWD/tree" <<<"$output"
	sed -i 's/Ours/Changed/' plugins/pins
	index s >t
	run -3 --separate-stderr chantal-publish -q "$PWD/tree" <t
	[[ "$stderr" == *'s.Origin was "Ours" and is "Changed"'* ]]
}

@test "a view pins what its index says, not what its repositories say" {
	with_index pins <<-'EOS'
		index() {
			cat >"$TMPDIR/lines"
			grep '"record":"package"' "$TMPDIR/lines"
			echo '{"record":"repo","repo":"two","identity":{"s":{"Origin":"View"}}}'
		}
	EOS
	for id in one two; do
		synced pins $id | sed "1s/\"type\"/\"identity\":{\"s\":{\"Origin\":\"$id\"}},\"type\"/"
	done >s
	run -0 --separate-stderr index s
	[ "$(jq -c 'select(.record=="repo")|[.repo,.identity]' <<<"$output" | paste -sd' ')" = \
		'["one",null] ["two",{"s":{"Origin":"View"}}]' ]
}

# dated: a plugin that writes the date of its repository into Release, but none
# that is older than what clients have seen
dated() {
	with_index dated <<-'EOS'
		index() {
			cat >"$TMPDIR/lines"
			grep '"record":"package"' "$TMPDIR/lines"
			day=$(jq -r 'select(.record=="repo").date|fromdate' "$TMPDIR/lines")
			seen=$(jq '.not_before // 0' "$config")
			[ "$seen" -le "$day" ] || day=$seen
			echo "$day" >"$out/Release"
			echo '{"record":"file","path":"Release","role":"root"}'
			printf '{"record":"repo","date":"%s"}\n' "$(date -u -d "@$day" +%FT%TZ)"
		}
	EOS
}

# dated_at DATE: a stream of upstream's date, into s
dated_at() {
	synced dated | sed "1s/\"type\"/\"date\":\"$1\",\"type\"/" >s
}

# released [OPTION...]: publish s, say what Release has
released() {
	index s "$@" | chantal-publish -q "$PWD/tree"
	cat tree/Release
}

@test "what is published again is newer, also when it is an older snapshot" {
	dated
	dated_at 2026-01-02T00:00:00Z
	[ "$(released --target tree)" = 1767312000 ]
	[ "$(released --target tree)" = 1767312001 ]
	[ "$(released --target tree)" = 1767312002 ]
	dated_at 2026-01-01T00:00:00Z
	run -0 --separate-stderr released --target "$PWD/tree"
	[ "$output" = 1767312003 ]
	[ -z "$stderr" ]
	dated_at 2026-01-03T00:00:00Z
	[ "$(released --target tree)" = 1767398400 ]
	run -0 --separate-stderr index s --target nowhere/tree
	[ "$(file_named Release)" = 1767398400 ]
}

@test "a date does not run ahead of the clock, nor back" {
	dated
	dated_at 2026-01-02T00:00:00Z
	export SOURCE_DATE_EPOCH=1767312001
	[ "$(released --target tree)" = 1767312000 ]
	[ "$(released --target tree)" = 1767312001 ]
	[ "$(released --target tree)" = 1767312001 ]
	SOURCE_DATE_EPOCH=1 released --target tree
	[ "$(cat tree/Release)" = 1767312001 ]
}

@test "an older date than clients have seen is told" {
	dated
	dated_at 2026-01-02T00:00:00Z
	released
	dated_at 2026-01-01T00:00:00Z
	run -0 --separate-stderr released
	[ "$output" = 1767225600 ]
	[[ "$stderr" == *"its date 2026-01-01T00:00:00Z is older than 2026-01-02T00:00:00Z, which clients have seen"* ]]
	# What clients have seen is not forgotten.
	[ "$(released --target tree)" = 1767312001 ]
}

# cheat BODY WORDS: an index that does this is refused with these words, and
# nothing of it is passed on
cheat() {
	with_index cheat <<-EOS
		index() {
			$1
		}
	EOS
	synced cheat >s
	refused_as 3 "$2" index s
	[ -z "$(jq -r 'select(.path)' <<<"$output")" ]
	[ -z "$(ls "$CHANTAL_HOME/cache/work")" ]
}

@test "a plugin may not change what a package is" {
	cheat 'sed s/\"1.0\"/\"9.9\"/' "not one of those it was fed"
	cheat 'sed s/\"sha256\":\".../\"sha256\":\"000/' "not one of those it was fed"
	cheat 'sed s/\"record\":\"package\"/\&,\"files\":[{\"path\":\"x\",\"sha256\":\"'"$(printf 'a%.0s' $(seq 64))"'\"}]/' "not one of those it was fed"
	cheat 'cat; echo "{\"record\":\"package\",\"name\":\"new\",\"path\":\"p\"}"' "not one of those it was fed"
}

@test "a plugin may change where a package is published" {
	with_index moved <<-'EOS'
		index() { sed 's|"path":"packages/|"path":"pool/|'; }
	EOS
	synced moved >s
	run -0 --separate-stderr index s
	[ "$(paths)" = "pool/a-1.0.tar.gz pool/b-2.0.tar.gz " ]
}

@test "packages come back as they were, elsewhere, in another order, or are missed" {
	feed a-1.0 b-2.0 c-3.0 d-4.0
	order() { jq -r 'select(.record|test("package|reject")) | .path // .record' | tr '\n' ' '; }
	with_index archive <<<'index() { cat; }'
	synced archive >s
	as_fed=$(order <s)
	run -0 --separate-stderr index s
	[ "$(grep '"package"' <<<"$output")" = "$(grep '"package"' s)" ]
	with_index archive <<<'index() { sed s,packages/c,moved/c,; }'
	run -0 --separate-stderr index s
	[ "$(order <<<"$output")" = "${as_fed/packages\/c/moved/c}" ]
	with_index archive <<<'index() { tac; }'
	run -0 --separate-stderr index s
	[ "$(order <<<"$output")" = "$(tac s | order)" ]
	with_index archive <<-'EOS'
	index() {
		sed '/"b"/c{"record":"reject","code":"odd","message":"m","ref":{"name":"b"}}'
	}
	EOS
	run -1 --separate-stderr index s
	[ "$(order <<<"$output")" = "${as_fed/packages\/b-2.0.tar.gz/reject}" ]
	for lost in b d; do
		with_index archive <<<"index() { sed '/\"$lost\"/d'; }"
		run -3 --separate-stderr index s
		[[ "$stderr" == *"1 of 4 packages are neither in its output nor rejected"* ]]
	done
	with_index archive <<<'index() { sed "/\"b\"/s/\"2.0\"/\"2.1\"/"; }'
	run -3 --separate-stderr index s
	[[ "$stderr" == *"package 'b': not one of those it was fed"* ]]
}

@test "a plugin may not speak for others, write marks or ask for files" {
	cheat 'cat; echo "{\"record\":\"end\",\"repo\":\"cheat\",\"status\":\"ok\"}"' "only the host writes marks"
	cheat 'sed s/\"repo\":\"cheat\"/\"repo\":\"other\"/' "not the repository it was run for"
	cheat 'sed s/\"type\":\"cheat\"/\"type\":\"apt\"/' "'apt'"
	cheat 'echo "{\"record\":\"want\",\"url\":\"x\",\"as\":\"x\"}"' "not of this verb"
	cheat 'echo "not json"' "line 1"
	cheat 'cat; echo "{\"record\":\"repo\",\"identity\":[1]}"' "identity"
	cheat 'cat; echo "{\"record\":\"repo\",\"date\":\"tomorrow\"}"' "not a date"
	cheat 'cat; echo "{\"record\":\"repo\",\"repo\":\"other\",\"identity\":{}}"' "not the repository it was run for"
}

@test "a plugin may only name regular files below its folder" {
	cheat 'cat; echo "{\"record\":\"file\",\"path\":\"missing\"}"' "missing"
	cheat 'cat; ln -s /etc/passwd "$out/x"; echo "{\"record\":\"file\",\"path\":\"x\"}"' "not a regular file"
	cheat 'cat; ln -s /etc "$out/d"; echo "{\"record\":\"file\",\"path\":\"d/passwd\"}"' "not a regular file"
	cheat 'cat; mkdir "$out/d"; echo "{\"record\":\"file\",\"path\":\"d\"}"' "not a regular file"
	cheat 'cat; mkfifo "$out/p"; echo "{\"record\":\"file\",\"path\":\"p\"}"' "not a regular file"
	cheat 'cat; echo "{\"record\":\"file\",\"path\":\"../x\"}"' "path"
	cheat 'cat; echo x >"$out/y"; echo "{\"record\":\"file\",\"path\":\"y\",\"sha256\":\"'"$(printf '0%.0s' $(seq 64))"'\"}"' "sha256"
}

@test "a written file is published under several names, and digested once" {
	with_index copies <<-'EOS'
		index() {
			cat
			mkdir "$out/d"
			echo listed >"$out/d/Packages"
			echo hidden >"$out/d/hidden"
			echo '{"record":"file","path":"d/early","copy_of":"d/Packages","odd":1}'
			echo '{"record":"file","path":"d/Packages","role":"metadata"}'
			echo '{"record":"file","path":"d/by-hash/1","copy_of":"d/Packages","role":"metadata","keep":true}'
			echo '{"record":"file","path":"d/by-hash/2","copy_of":"d/Packages","role":"metadata","keep":true}'
			echo '{"record":"file","path":"d/shown","copy_of":"d/hidden"}'
		}
	EOS
	synced copies >s
	run -0 --separate-stderr index s
	[ "$(paths)" = "d/Packages d/by-hash/1 d/by-hash/2 d/early d/shown packages/a-1.0.tar.gz packages/b-2.0.tar.gz " ]
	for name in d/Packages d/early d/by-hash/1 d/by-hash/2; do
		[ "$(file_named $name)" = listed ]
	done
	[ "$(file_named d/shown)" = hidden ]
	[ "$(jq -c 'select(.path=="d/by-hash/2")|[.size,.keep,.copy_of]' <<<"$output")" = '[7,true,null]' ]
	[ "$(jq -c 'select(.path=="d/early").odd' <<<"$output")" = 1 ]
	# Leaks cannot be looked for under strace.
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat -o trace chantal-index -q <s >/dev/null
	[ "$(grep -c 'openat([0-9]*, "Packages".*) = [0-9]' trace)" -eq 1 ]
	chantal-publish -q "$PWD/tree" <<<"$output"
	cmp tree/d/by-hash/1 tree/d/Packages
}

@test "a copy is of a file that was written, and of nothing else" {
	cheat 'cat; echo "{\"record\":\"file\",\"path\":\"x\",\"copy_of\":\"missing\"}"' "missing"
	cheat 'cat; echo "{\"record\":\"file\",\"path\":\"x\",\"copy_of\":\"../config.json\"}"' "not a regular file"
	cheat 'cat; echo "{\"record\":\"file\",\"path\":\"x\",\"copy_of\":7}"' "not a string"
	cheat 'cat; echo y >"$out/y"; echo y >"$out/x"; echo "{\"record\":\"file\",\"path\":\"x\",\"copy_of\":\"y\"}"' "both written and a copy"
	cheat 'cat; echo y >"$out/y"; echo "{\"record\":\"file\",\"path\":\"x\",\"role\":\"root\",\"copy_of\":\"y\",\"sign\":\"openpgp-detached\"}"' "not copies"
}

@test "a plugin that fails after its output leaves nothing" {
	cheat 'cat; echo "disk on fire" >&2; exit 1' "disk on fire"
	cheat 'cat; kill -9 $$' "signal 9"
	cheat 'exec <&-; sleep 0.1' "cheat: index:"
	cheat 'cat >/dev/null' "2 of 2 packages are neither in its output nor rejected"
	cheat 'sed /\"b\"/d' "1 of 2 packages"
}

@test "types without an index get lists for programs and for people" {
	archive_plugin
	synced archive demo >s
	run -0 --separate-stderr index s -o "name=A <b> & C"
	[ "$(file_named metadata/index.json | jq -c '.packages[]|[.name,.version,.filename,.size]')" = "$(printf '%s\n' '["a","1.0","packages/a-1.0.tar.gz",15]' '["b","2.0","packages/b-2.0.tar.gz",15]')" ]
	[ "$(file_named metadata/index.json | jq -r '.packages[0].sha256')" = "$(sha256_of feed/a-1.0.tar.gz)" ]
	file_named index.html >page
	grep -q 'href="./packages/a-1.0.tar.gz"' page
	grep -q '<h1>A &lt;b&gt; &amp; C</h1>' page
	run ! grep -qE 'https?://|<script' page
	xmllint --html --noout page
}

@test "the generic index escapes names and encodes links" {
	archive_plugin
	plugin esc <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			printf '%s\n' '{"record":"package","name":"<script>\"x","version":"1&2","path":"a b/100%?#é.gz","url":"a-1.0.tar.gz"}'
		}
	EOS
	synced esc >s
	run -0 --separate-stderr index s
	file_named index.html >page
	grep -q 'href="./a%20b/100%25%3F%23%C3%A9.gz"' page
	grep -q '&lt;script&gt;&quot;x\|&lt;script&gt;&#34;x' page
	[ "$(file_named metadata/index.json | jq -r '.packages[0]|.name+.filename')" = '<script>"xa b/100%?#é.gz' ]
	run ! grep -q '<script>' page
}

@test "the generic index is the same whatever order the packages come in" {
	archive_plugin
	synced archive demo >s
	run -0 --separate-stderr index s
	file_named metadata/index.json >one
	file_named index.html >page
	{
		grep '"record":"repo"' s
		grep '"record":"package"' s | tac
		grep '"record":"end"' s
	} >t
	run -0 --separate-stderr index t
	cmp <(file_named metadata/index.json) one
	cmp <(file_named index.html) page
}

@test "the generic index gives way to the repository's own files" {
	plugin own <<-'EOS'
		list() {
			echo '{"record":"repo"}'
			echo '{"record":"package","name":"home","path":"index.html","url":"a-1.0.tar.gz"}'
		}
	EOS
	synced own >s
	run -0 --separate-stderr index s
	[ "$(file_named index.html)" = "bytes of a-1.0" ]
	[ "$(paths)" = "index.html metadata/index.json " ]
}

# key_home: a GnuPG home with a key; its fingerprint in $FPR
key_home() {
	GNUPG=$BATS_TEST_TMPDIR/g
	mkdir -m 700 "$GNUPG"
	gpg --homedir "$GNUPG" --batch --quiet --passphrase '' \
		--quick-generate-key "Test <t@example.org>" rsa2048 sign never 2>/dev/null
	FPR=$(gpg --homedir "$GNUPG" --with-colons -k | awk -F: '/^fpr/ {print $10; exit}')
}

end_agent() {
	gpgconf --homedir "$GNUPG" --kill gpg-agent
}

@test "root files are signed, and the key is published" {
	key_home
	synced archive >s
	run -0 --separate-stderr index s --gnupg-home "$GNUPG" --sign-key "$FPR"
	[ "$(paths)" = "count count.asc key.gpg packages/a-1.0.tar.gz packages/b-2.0.tar.gz " ]
	file_named count >count
	file_named count.asc >count.asc
	file_named key.gpg | gpg --dearmor >ring
	gpgv --keyring "$PWD/ring" count.asc count
	[ "$(jq -r 'select(.path=="count.asc").role' <<<"$output")" = signature ]
	run ! grep -q '"sign"' <<<"$output"
	end_agent
}

@test "a clear signature becomes a file of its own" {
	key_home
	with_index clear <<-'EOS'
		index() {
			[ -s "$meta/signing-key.asc" ] || exit 9
			cat
			mkdir "$out/d"
			echo 'Origin: x' >"$out/d/Release"
			echo '{"record":"file","path":"d/Release","role":"root","sign":[{"how":"openpgp-clear","to":"d/InRelease"},{"how":"openpgp-detached","to":"d/Release.gpg"}]}'
		}
	EOS
	synced clear >s
	run -0 --separate-stderr index s --gnupg-home "$GNUPG"
	file_named d/InRelease >InRelease
	file_named key.gpg | gpg --dearmor >ring
	gpgv --keyring "$PWD/ring" --output - InRelease | cmp - <(echo 'Origin: x')
	[ "$(jq -r 'select(.path=="d/InRelease").role' <<<"$output")" = root ]
	file_named d/Release.gpg >sig
	echo 'Origin: x' >Release
	gpgv --keyring "$PWD/ring" sig Release
	end_agent
}

@test "a key that cannot sign fails the index" {
	synced archive >s
	run -2 --separate-stderr index s --gnupg-home "$BATS_TEST_TMPDIR/nowhere"
	mkdir -m 700 empty
	refused_as 2 "no secret key" index s --gnupg-home "$PWD/empty"
}

@test "of an agent nothing stays, its folder of sockets neither" {
	mkdir bin
	cat >bin/gpg <<-EOS
		#!/bin/sh
		printf '%s\\n' "\$@" | grep -A1 -x -e --homedir | tail -n1 >>$PWD/homes
		exec $(command -v gpg) "\$@"
	EOS
	chmod 755 bin/gpg
	cat >config.yaml <<-EOS
		repositories:
		  - { id: demo, type: archive, feed: $PWD/feed, gpg: { generate_key: true } }
	EOS
	synced archive demo >s
	PATH=$PWD/bin:$PATH run -0 --separate-stderr index s --config config.yaml
	[ -s homes ]
	python3 - "$(sort -u homes)" >places <<-'END'
		import hashlib, os, sys
		home = sys.argv[1]
		n = int.from_bytes(hashlib.sha1(home.encode()).digest()[:15], "big")
		name = "".join("ybndrfg8ejkmcpqxot1uwisza345h769"[n >> 115 - 5 * i & 31] for i in range(24))
		for run in "/run/gnupg", "/run", "/var/run/gnupg":
		    print(f"{run}/user/{os.getuid()}/gnupg/d.{name}")
		print(home)
	END
	while read -r place; do [ ! -e "$place" ]; done <places
	for _ in {1..50}; do
		pgrep -f "$(sort -u homes)" >/dev/null || break
		sleep 0.1
	done
	run -1 pgrep -f "$(sort -u homes)"
}

@test "a generated key stays the same from run to run" {
	cat >config.yaml <<-EOS
		repositories:
		  - id: demo
		    type: archive
		    feed: $PWD/feed
		    gpg: { generate_key: true, key_email: me@example.org }
	EOS
	synced archive demo >s
	run -0 --separate-stderr index s --config config.yaml
	file_named key.gpg >one
	[ "$(stat -c %a "$CHANTAL_HOME/keys/signing-key.asc")" = 600 ]
	run -0 --separate-stderr index s --config config.yaml
	cmp <(file_named key.gpg) one
}

@test "the same input gives the same bytes, signatures included" {
	key_home
	synced archive >s
	export SOURCE_DATE_EPOCH=2000000000
	index s --gnupg-home "$GNUPG" >one
	rm -r "$CHANTAL_HOME/cache"
	sleep 1
	TZ=Asia/Tokyo LC_ALL=C index s --gnupg-home "$GNUPG" >two
	cmp one two
	end_agent
}

@test "a stanza that disagrees with its record is refused before the plugin can print it" {
	{
		archive_list
		cat <<-'EOS'
			index() {
				cat
				echo made >"$out/Index"
				echo '{"record":"file","path":"Index","role":"root"}'
			}
		EOS
	} | plugin deb index '"stanza":{"name":"Package","version":"Version","sha256":"SHA256"}'
	synced deb >plain
	sum=$(jq -r 'select(.name=="a").sha256' plain)
	stanza() {
		jq -c "if .name==\"a\" then .stanza=\"$1\" else . end" plain
	}
	stanza "Package: a\\nVersion: 1.0\\nSHA256: $sum\\n" >good
	run -0 --separate-stderr index good
	[[ "$output" == *'"path":"Index"'* ]]
	stanza "Package: a\\nVersion: 9.0\\nSHA256: $sum\\n" >other-version
	run -4 --separate-stderr index other-version
	[[ "$stderr" == *'a: "version" is 1.0 in the record but 9.0 in its stanza'* ]]
	[[ "$output" == *'"status":"failed"'* ]]
	[[ "$output" != *'"path":"Index"'* ]]
	stanza "Package: a\\nVersion: 1.0\\nSHA256: ${sum//[0-9]/0}\\n" >other-digest
	run -4 --separate-stderr index other-digest
	[[ "$stderr" == *sha256* ]]
}
