#!/usr/bin/env bats
# Several runs at once: they give what one after the other gives.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

REPOS='a b c d'

setup() {
	common_setup
	mkdir -p upstream/shared upstream/more
	for i in $(seq 40); do
		head -c $((i * 300)) /dev/zero | tr '\0' "$((i % 10))" >"upstream/shared/tool-1.$i.bin"
		echo "$i" >"upstream/more/small-2.$i.txt"
	done
	{
		printf 'storage: {base_path: %s, published_path: %s}\n' "$PWD/store" "$PWD/www"
		printf 'repositories:\n'
		printf -- '- {id: a, type: http, feed: %s, mode: mirror}\n' "$PWD/upstream"
		printf -- '- {id: b, type: http, feed: %s, mode: mirror}\n' "$PWD/upstream/shared"
		printf -- '- {id: c, type: http, feed: %s, mode: mirror}\n' "$PWD/upstream/more"
		printf -- '- {id: d, type: http, feed: %s, filters: {patterns: {include: ["5"]}}}\n' "$PWD/upstream"
	} >config.yaml
	export CHANTAL_CONFIG=$PWD/config.yaml SOURCE_DATE_EPOCH=1700000000
	chantal -q init
}

trees() {
	(cd www && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2)
}

# at_once COMMAND...: status 0, or 75 where another one has the lock
at_once() {
	local status=0
	"$@" >/dev/null 2>>log || status=$?
	[ $status -eq 0 ] || [ $status -eq 75 ] || echo "$status $*" >>wrong
}

@test "syncs, publishes and gc side by side end as one after the other" {
	for round in 1 2 3; do
		rm -f upstream/more/small-2.$round.txt
		echo "new $round" >upstream/shared/tool-3.$round.bin
		for repo in $REPOS $REPOS; do
			at_once chantal repo sync --repo-id "$repo" &
		done
		at_once chantal-pool gc --yes &
		for repo in $REPOS; do
			at_once chantal publish repo --repo-id "$repo" &
		done
		wait
	done
	# A publish or a gc may have come before the first sync.
	[ ! -e wrong ] || ! grep -vE '^2 (chantal publish repo|chantal-pool gc)' wrong
	chantal -q repo sync --all
	chantal -q publish repo --all
	chantal -q pool verify
	trees >together
	rm -rf store www
	chantal -q init
	chantal -q repo sync --all
	chantal -q publish repo --all
	trees >alone
	[ "$(wc -l <alone)" -gt 150 ]
	# What upstream has removed meanwhile may stay for its grace.
	diff together alone | grep '^[<>]' | grep -v '^< .*/small-2\.[123]\.txt$' >differences || true
	[ ! -s differences ]
}

@test "uploads at once are all there, none twice" {
	printf -- '- {id: own, type: http, mode: hosted}\n' >>config.yaml
	for i in $(seq 8); do
		echo "$i" >"own-1.$i.txt"
		(
			until chantal -q package upload --repo-id own --file "own-1.$i.txt" 2>>log; do
				sleep 0.1
			done
		) &
	done
	wait
	run -0 chantal-catalog ls own --format csv
	[ "${#lines[@]}" -eq 9 ]
}

@test "a store is made once by many" {
	rm -rf store
	for repo in $REPOS; do
		at_once chantal repo sync --repo-id "$repo" &
	done
	wait
	[ ! -e wrong ]
	[ "$(cat store/format)" = 1 ]
	run -0 chantal -q pool verify
	run -0 chantal-catalog repos --format csv
	[ "$(grep -c ',ok,' <<<"$output")" -eq 4 ]
}
