#!/usr/bin/env bats
# chantal publish view, snapshots of views: two http repositories into one tree.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

setup() {
	common_setup
	mkdir a b
	echo one >a/hello-1.0.tar.gz
	echo same >a/shared-1.0.tar.gz
	echo two >b/hello-1.0.tar.gz
	echo same >b/shared-1.0.tar.gz
	echo other >b/other-2.0.tar.gz
	touch -d 2026-01-01 a/hello*
	touch -d 2026-02-01 b/hello*
	cat >config.yaml <<-END
		storage: {base_path: $PWD/store, published_path: $PWD/www}
		repositories:
		  - {id: a, type: http, feed: $PWD/a}
		  - {id: b, type: http, feed: $PWD/b}
		  - {id: c, type: http, feed: $PWD/b}
		views:
		  - {name: all, repos: [a, b], policy: newest}
		  - {name: strict, repos: [a, b], publish_path: strictly}
		  - {name: twins, repos: [b, c]}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
	chantal -q repo sync --all
}

tree() {
	(cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2)
}

snapshots() {
	find store/catalog store/views -name "[!.]*" -path '*/snapshots/*' -type f ! -name "*.json" 2>/dev/null | LC_ALL=C sort
}

@test "a view is one tree of all its repositories, each path once" {
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"policy newest"* ]]
	cd www/views/all/latest
	[ "$(cat hello-1.0.tar.gz)" = two ]
	[ "$(cat shared-1.0.tar.gz other-2.0.tar.gz)" = $'same\nother' ]
	run -0 jq -r '.packages[].filename' metadata/index.json
	[ "$(sort <<<"$output" | paste -sd' ')" = "hello-1.0.tar.gz other-2.0.tar.gz shared-1.0.tar.gz" ]
	chantal-publish --check "$PWD"
}

@test "a view whose policy is to refuse publishes nothing, and says what to do" {
	run -3 --separate-stderr chantal publish view --name strict
	[[ "$stderr" == *"hello 1.0: repositories a and b have it with other bytes"* ]]
	[ ! -e www/strictly/latest ]
	sed -i 's/publish_path: strictly/&, policy: first/' config.yaml
	run -0 chantal -q publish view --name strict
	[ "$(cat www/strictly/latest/hello-1.0.tar.gz)" = one ]
}

@test "repositories with the same files make a view without a decision" {
	run -0 chantal -q publish view --name twins
	[ "$(find www/views/twins/latest -name '*.tar.gz' | wc -l)" -eq 3 ]
}

@test "a view that shows this already is not made again" {
	chantal -q publish view --name all
	tree www/views/all/latest >before
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"nothing to do, it shows this already"* ]]
	sed -i 's/policy: newest/policy: first/' config.yaml
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" != *"nothing to do"* ]]
	[ "$(cat www/views/all/latest/hello-1.0.tar.gz)" = one ]
	echo more >b/more-1.0.tar.gz
	chantal -q repo sync --repo-id b
	chantal -q publish view --name all
	[ -e www/views/all/latest/more-1.0.tar.gz ]
}

@test "-n prints the pipeline, and what it prints can be run" {
	run -0 --separate-stderr chantal -n publish view --name all
	[[ "$output" == *"chantal-catalog cat a b |"*"chantal-index --view all --target $PWD/www/views/all/latest |"*"chantal-publish $PWD/www/views/all/latest --key "* ]]
	[ ! -e www/views ]
	sh -c "$output"
	[ "$(cat www/views/all/latest/hello-1.0.tar.gz)" = two ]
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"nothing to do"* ]]
}

@test "a view goes where --target says" {
	run -0 chantal -q publish view --name all --target "$PWD/elsewhere"
	[ "$(cat elsewhere/hello-1.0.tar.gz)" = two ]
	[ ! -e www/views ]
}

@test "--all publishes every view, past one that fails" {
	run -3 --separate-stderr chantal publish view --all
	[[ "$stderr" == *"failed: strict"* ]]
	[ -e www/views/all/latest ]
	[ -e www/views/twins/latest ]
	run -2 chantal publish view --all --name all
	run -2 chantal publish view --all --target "$PWD/x"
	run -2 chantal publish view
}

@test "a view that got or lost a repository is published as it is now" {
	chantal -q publish view --name all
	sed -i 's/name: all, repos: \[a, b\]/name: all, repos: [a, b, c]/' config.yaml
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"shows repositories a,b,c from now on, not a,b"* ]]
	sed -i 's/name: all, repos: \[a, b, c\]/name: all, repos: [b]/' config.yaml
	run -0 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"shows repositories b from now on, not a,b,c"* ]]
	[ "$(cat www/views/all/latest/hello-1.0.tar.gz)" = two ]
	sed -i 's/name: all, repos: \[b\]/name: all, repos: [a]/' config.yaml
	run -2 --separate-stderr chantal publish view --name all
	[[ "$stderr" == *"shows repository b, not a"* ]]
	run -2 chantal publish repo --repo-id a --target "$PWD/www/views/all/latest"
}

@test "a view is unpublished like a repository" {
	chantal -q publish view --name all
	chantal -q publish unpublish --view all
	[ ! -e www/views/all/latest ]
	run -0 chantal publish list
	[[ "$output" != *views* ]]
}

@test "a view's metadata is signed with its own key" {
	sed -i 's/policy: newest/&, gpg: {generate_key: true, key_name: View}/' config.yaml
	chantal -q publish view --name all
	[ -e www/views/all/latest/metadata/index.json.asc ]
	[ -e www/views/all/latest/key.gpg ]
	chantal -q publish repo --repo-id a
	[ ! -e www/a/metadata/index.json.asc ]
}

@test "a view's snapshot is one of each member, and can be published years later" {
	run -0 --separate-stderr chantal snapshot create --view all --name spring
	[[ "$stderr" == *"a@spring: 2 packages, "*"all: snapshot spring: a@spring b@spring"* ]]
	[ "$(cat store/views/all/snapshots/spring)" = $'a@spring\nb@spring' ]
	[ "$(ls -A store/views/all/snapshots)" = spring ]
	chantal -q publish view --name all
	tree www/views/all/latest >latest
	rm b/*
	echo new >b/new-1.0.tar.gz
	chantal -q repo sync --repo-id b --allow-shrink
	chantal -q publish snapshot --view all --snapshot spring
	tree www/views/all/snapshots/spring | diff latest -
	run -0 chantal snapshot content --view all --snapshot spring
	[[ "$output" == *other* && "$output" != *new* ]]
}

@test "the snapshots of a view are listed as a table, csv and JSON" {
	run -0 chantal snapshot list --view all
	[ "${#lines[@]}" -eq 1 ]
	run -0 chantal snapshot list --view all --format json
	[ "$(jq length <<<"$output")" -eq 0 ]
	chantal -q snapshot create --view all --name spring
	chantal -q snapshot create --view all --name summer
	run -0 chantal snapshot list --view all
	[[ "${lines[1]}" == spring*"a@spring b@spring" ]]
	run -0 chantal snapshot list --view all --format json
	[ "$(jq -r '.[1].name, .[0].members[1]' <<<"$output")" = $'summer\nb@spring' ]
	[ "$(jq -r '.[0].created' <<<"$output" | date -f - +%Y)" -ge 2024 ]
	run -0 chantal snapshot list --view all --format csv
	[ "${lines[0]}" = name,created,members ]
	[[ "${lines[2]}" == summer,*,"a@summer b@summer" ]]
	run -2 chantal snapshot list --view al
}

@test "a snapshot of a view that one member refuses leaves nothing" {
	chantal -q snapshot create --repo-id b --name spring
	snapshots >before
	run -2 --separate-stderr chantal snapshot create --view all --name spring
	[[ "$stderr" == *"b: there is a snapshot spring already"* ]]
	snapshots | diff before -
	# One that fails in the middle, behind the first member's.
	rm -r store/catalog/b/snapshots
	echo no folder >store/catalog/b/snapshots
	run ! chantal -q snapshot create --view all --name summer
	[ ! -e store/views/all/snapshots/summer ]
	[ ! -e store/catalog/a/snapshots/summer.ndjson ]
}

@test "a snapshot of a view that is interrupted leaves nothing" {
	mkdir slow
	cat >slow/chantal-catalog <<-END
		#!/bin/sh
		[ "\$1 \$2" != "snapshot b" ] || { : >$PWD/waiting; sleep 2; }
		exec $BIN/chantal-catalog "\$@"
	END
	chmod +x slow/chantal-catalog
	cp -r "$BIN" bin
	cp -r "$BUILD/share" share
	cp slow/chantal-catalog bin/chantal-catalog
	bin/chantal -q snapshot create --view all --name spring 3>&- &
	wait_for test -e waiting
	kill -TERM $!
	status=0
	wait $! || status=$?
	echo "status $status"; find store -path "*snapshots*"
	[ "$status" -eq 143 ]
	run snapshots
	[ -z "$output" ]
	run -0 chantal -q snapshot create --view all --name spring
}

@test "a member of a view's snapshot is kept, by delete and by gc (T106)" {
	chantal -q snapshot create --view all --name spring
	run -2 --separate-stderr chantal snapshot delete --repo-id b spring
	[[ "$stderr" == *"snapshot spring of the view all"* ]]
	rm b/*
	echo new >b/new-1.0.tar.gz
	for _ in 1 2 3 4; do
		date >b/new-1.0.tar.gz
		chantal -q repo sync --repo-id b --allow-shrink
	done
	find store/pool store/catalog -exec touch -h -d '3 days ago' {} +
	chantal -q pool cleanup --yes --grace 0s
	chantal -q pool cleanup --yes --grace 0s
	run -0 chantal -q publish snapshot --view all --snapshot spring
	[ "$(cat www/views/all/snapshots/spring/other-2.0.tar.gz)" = other ]
}

@test "a view's snapshot is deleted with its members" {
	chantal -q snapshot create --view all --name spring
	chantal -q snapshot create --repo-id a --name other
	run -0 chantal -q snapshot delete --view all spring
	[ "$(snapshots)" = "$(printf '%s\n' store/catalog/a/snapshots/other.ndjson)" ]
	run -2 --separate-stderr chantal snapshot delete --view all spring
	[[ "$stderr" == *"all: no snapshot spring"* ]]
}

@test "a view's snapshot that lost a member can be deleted" {
	chantal -q snapshot create --view all --name spring
	chantal -q snapshot delete --repo-id a spring --force
	run -2 --separate-stderr chantal publish snapshot --view all --snapshot spring
	[[ "$stderr" == *"a: no snapshot spring"* ]]
	run -0 chantal -q snapshot delete --view all spring
	[ -z "$(snapshots)" ]
}

@test "a view's snapshot that is published is deleted with --force only" {
	chantal -q snapshot create --view all --name spring
	chantal -q publish snapshot --view all --snapshot spring
	run -2 --separate-stderr chantal snapshot delete --view all spring
	[[ "$stderr" == *"is published at $PWD/www/views/all/snapshots/spring"* ]]
	[ -e store/views/all/snapshots/spring ]
	run -0 chantal -q snapshot delete --view all spring --force
	[ ! -e www/views/all/snapshots/spring ]
	[ -z "$(snapshots)" ]
}

@test "a member that something else shows stays when the view's snapshot goes" {
	chantal -q snapshot create --view all --name spring
	chantal -q publish snapshot --repo-id a --snapshot spring
	run -2 --separate-stderr chantal snapshot delete --view all spring
	[[ "$stderr" == *"a@spring: is used by the published tree"* ]]
	[ "$(snapshots)" = store/catalog/a/snapshots/spring.ndjson ]
	[ -e www/snapshots/a/spring/hello-1.0.tar.gz ]
}

@test "-n prints what the snapshot of a view would do" {
	run -0 --separate-stderr chantal -n snapshot create --view all --name spring
	[[ "$output" == *"chantal-catalog snapshot a spring"*"chantal-catalog snapshot b spring"*views/all/snapshots/* ]]
	[ -z "$(snapshots)" ]
	sh -euc "$output"
	[ "$(cat store/views/all/snapshots/spring)" = $'a@spring\nb@spring' ]
	run -0 --separate-stderr chantal -n snapshot delete --view all spring
	[[ "$output" == *"rm "*"chantal-catalog rm a spring --yes"* ]]
	[ -e store/views/all/snapshots/spring ]
}
