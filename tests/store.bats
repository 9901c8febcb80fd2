#!/usr/bin/env bats
# What is on disk: chantal-store(5) and the store agree.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	mkdir upstream
	echo one >upstream/tool-1.0.txt
	echo two >upstream/tool-1.1.txt
	cat >config.yaml <<-EOF
		storage:
		  base_path: $PWD/store
		  published_path: $PWD/www
		gpg: {generate_key: true}
		repositories:
		  - {id: tools, type: http, feed: $PWD/upstream}
		  - {id: own, type: http, mode: hosted}
		views:
		  - {name: all, repos: [tools, own]}
	EOF
	export CHANTAL_CONFIG=$PWD/config.yaml
}

teardown() {
	[ ! -d "$CHANTAL_HOME/keys" ] || gpgconf --homedir "$CHANTAL_HOME/keys" --kill all 2>/dev/null || true
}

# A store with something of everything.
filled() {
	chantal -q init
	chantal -q repo sync --repo-id tools
	echo three >own-1.0.txt
	chantal -q package upload --repo-id own --file own-1.0.txt
	chantal -q snapshot create --view all --name spring
	chantal -q publish repo --all
	chantal -q publish repo --all # now with the key that the first has made
	chantal -q publish view --name all
	mv upstream upstream.away
	! chantal -q repo sync --repo-id tools
	mv upstream.away upstream
}

digests() {
	(cd "$1" && find . -type f ! -name '.*' -print0 | sort -z | xargs -0 sha256sum)
}

@test "every file of a store is one that the page names" {
	filled
	echo '{"record":"reject","repo":"tools","code":"x","message":"m"}' >stream
	{
		repo_line tools http '"base":1'
		cat stream
		end_line tools partial
	} | chantal-catalog save tools || [ $? -eq 1 ]
	chantal-pool gc --yes --grace 0s >/dev/null 2>&1
	hex='[0-9a-f]'
	find store -type f -o -type l | sed 's,^store/,,' | sort >files
	[ "$(wc -l <files)" -gt 20 ]
	run grep -vE \
		-e '^format$' \
		-e "^pool/$hex{2}/$hex{64}\$" -e '^pool/(\.stage/)?\.lock$' \
		-e "^pool/\.(roots|trash)/[0-9]+-$hex+(/$hex{64})?\$" \
		-e '^catalog/[a-z]+/([0-9]{8}\.ndjson|current|history\.ndjson|rejects\.ndjson|\.lock)$' \
		-e '^catalog/[a-z]+/snapshots/(spring\.(ndjson|json)|\.lock)$' \
		-e '^views/all/snapshots/spring$' \
		-e '^trees/%2F[^/]*/(manifest\.ndjson|history\.ndjson|\.lock)$' \
		-e '^keys/(signing-key\.asc|\.lock)$' \
		-e "^cache/http/$hex{2}/$hex{62}\$" -e '^cache/(index/|(describe|wants)/[a-z]+$)' \
		files
	[ -z "$output" ]
	mandoc -Tascii "$TOP/man/chantal-store.5" | col -b >page
	while read -r name; do
		grep -qF -e "$name" page
	done <<-'EOF'
		pool/ab/abcdef
		pool/.stage/RUN
		pool/.roots/RUN
		pool/.trash/
		catalog/ID/00000012.ndjson
		catalog/ID/rejects.ndjson
		views/VIEW/snapshots/NAME
		trees/TARGET/manifest.ndjson
		keys/signing-key.asc
		cache/http/ab/
	EOF
}

@test "the page names every field of history, snapshot and manifest" {
	filled
	mandoc -Tascii "$TOP/man/chantal-store.5" | col -b >page
	cat store/catalog/*/history.ndjson store/catalog/*/snapshots/*.json \
		store/trees/*/manifest.ndjson store/trees/*/history.ndjson |
		jq -r 'keys[]' | sort -u >fields
	[ "$(wc -l <fields)" -gt 20 ]
	while read -r field; do
		grep -qw -e "$field" page || {
			echo "no $field"
			return 1
		}
	done <fields
}

@test "a copy in the order of the page is a whole store" {
	filled
	digests www >before
	mkdir backup
	cp -a store/format store/keys store/catalog store/views backup
	# a sync meanwhile
	echo late >upstream/tool-1.2.txt
	chantal -q repo sync --repo-id tools
	cp -a store/pool backup
	rm -rf store www
	mv backup store
	chantal -q pool verify
	chantal -q publish repo --all --recreate
	chantal -q publish view --name all
	digests www | sed 's,\.asc$,,' >after
	grep -v '\.asc$' before >expected
	run -0 diff <(grep -v 'index\.json$' expected) <(grep -v -e '\.asc$' -e 'index\.json$' after)
	chantal-catalog ls tools@spring --format csv | grep -q '1\.1'
}

@test "a copy whose times were lost is set right by fsck" {
	filled
	find store/pool/?? -type f -exec stat -c '%n %y' {} + | sed 's/ .*\(\.[0-9]*\) .*/ \1/' | sort >before
	find store/pool/?? -type f -exec touch -d @1000000000 {} +
	run -0 chantal-pool fsck --quick
	find store/pool/?? -type f -exec stat -c '%n %y' {} + | sed 's/ .*\(\.[0-9]*\) .*/ \1/' | sort | diff before -
}

@test "what may be deleted by hand may be deleted by hand" {
	filled
	digests www >before
	rm -rf store/cache/* store/pool/.trash/* store/pool/.stage/* store/pool/.roots/*
	rm -f store/catalog/*/rejects.ndjson store/catalog/*/history.ndjson store/trees/*/history.ndjson
	find store -name .running -o -name .lock | xargs rm -f
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --all
	chantal -q publish view --name all
	chantal -q pool verify
	digests www | diff before -
	rm -rf www/tools store/trees/*www%2Ftools
	chantal -q publish repo --repo-id tools
	cmp www/tools/tool-1.0.txt upstream/tool-1.0.txt
}

@test "a store of another format is written by none" {
	filled
	echo 2 >store/format
	find store | sort >before
	{
		repo_line tools http
		end_line tools
	} >stream
	for command in 'chantal-fetch --repo tools' 'chantal-pool import stream' \
		'chantal-catalog save tools' 'chantal-catalog snapshot tools winter' \
		'chantal-catalog restore tools@spring' 'chantal-catalog rm own --yes --force' \
		'chantal-index' "chantal-publish $PWD/www/other" 'chantal-pool gc --yes'; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr $command <stream
		[[ "$stderr" == *"store/format: not the format"* ]] || {
			echo "$command: $stderr"
			return 1
		}
	done
	find store | sort | diff before -
	[ ! -e www/other ]
}

@test "the first who writes makes a store, with its format" {
	{
		repo_line tools http
		end_line tools
	} | chantal-catalog save tools
	[ "$(cat store/format)" = 1 ]
	run -0 chantal -q repo sync --repo-id tools
}

@test "a folder that is no store is not written by chantal" {
	mkdir store
	echo mine >store/file
	run -2 --separate-stderr chantal repo sync --repo-id tools
	[[ "$stderr" == *"chantal init"* ]]
	run -2 --separate-stderr chantal package upload --repo-id own --file config.yaml
	run -2 --separate-stderr chantal publish repo --repo-id tools
	run -2 --separate-stderr chantal snapshot create --repo-id tools --name x
	run -0 ls -A store
	[ "$output" = file ]
	chantal -q init
	run -0 chantal -q repo sync --repo-id tools
}

@test "the examples of chantal-store(5) run" {
	filled
	file=$CHANTAL_HOME/catalog/tools/current
	[ "$(tail -n 1 "$file" | jq -r .sha256)" = "$(head -n -1 "$file" | sha256sum | cut -d' ' -f1)" ]
	sum=$(sha256_of upstream/tool-1.0.txt)
	run -0 grep -l "${sum:0:16}" "$CHANTAL_HOME"/trees/*/manifest.ndjson
	[ "${#lines[@]}" -eq 2 ]
	[ "$(chantal-catalog cat tools | jq -n '[inputs|.size//0]|add')" -gt 8 ]
}
