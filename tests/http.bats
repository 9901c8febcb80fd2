#!/usr/bin/env bats
# A real folder of over 500 files, and names that listings get wrong, mirrored
# from real servers on 127.0.0.1 and compared byte for byte.

load helpers

setup_file() {
	# Not below bats' own folder: the servers run as another user.
	WWW=$(mktemp -d "${TMPDIR:-/tmp}/chantal-www.XXXXXX")
	export WWW
	chmod 755 "$WWW"
	make_tree "$WWW/tree"
}

teardown_file() {
	rm -rf "$WWW"
}

make_tree() {
	local i
	mkdir -p "$1"
	if [ "$(find /usr/include/linux -type f 2>/dev/null | wc -l)" -ge 500 ]; then
		cp -R --preserve=timestamps /usr/include/linux "$1/real"
	else
		mkdir -p "$1"/real/{a,b,c}
		for i in $(seq 200); do
			seq "$i" $((i * 3)) | tee "$1/real/a/$i.h" "$1/real/b/$i.h" >"$1/real/c/$i.h"
		done
	fi
	"$BATS_TEST_DIRNAME/bin/nasty-tree" "$1/nasty"
	# What no mirror takes: an empty folder, hidden files, a backslash.
	rm -r "$1"/nasty/.hidden* "$1/nasty/empty-dir" "$1/nasty/back\\slash.txt"
}

setup() {
	common_setup
	SERVER='' STATE=''
}

teardown() {
	[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || :
	[ -z "$STATE" ] || rm -rf "$STATE"
}

# serve KIND [DIR]: starts a server; FEED is its address.
serve() {
	read -r SERVER PORT STATE < <("$BATS_TEST_DIRNAME/bin/serve" "$1" "${2:-$WWW/tree}")
	[ -n "$STATE" ]
	FEED=http://127.0.0.1:$PORT/
}

# config FEED [LINES of the repository]
config() {
	cat >config.yaml <<-END
	storage:
	  base_path: $PWD/store
	  published_path: $PWD/published
	repositories:
	  - id: tree
	    type: http
	    feed: $1
	    mode: mirror
	${2:-}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
	unset CHANTAL_HOME
}

mirror() {
	chantal repo sync --repo-id tree
	chantal publish repo --repo-id tree
}

# same SOURCE: the published tree is the source, besides the generic index.
same() {
	local left
	left=$(diff -r "$1" published/tree) || :
	diff - <(printf '%s\n' "$left" | sort) <<-'END'
	Only in published/tree: index.html
	Only in published/tree: metadata
	END
}

@test "the folder is large enough to mean something" {
	[ "$(find "$WWW/tree" -type f | wc -l)" -ge 500 ]
}

@test "a folder on nginx is mirrored byte for byte" {
	serve nginx
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on nginx with JSON listings is mirrored byte for byte" {
	serve nginx-json
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on nginx with XML listings is mirrored byte for byte" {
	serve nginx-xml
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on Apache is mirrored byte for byte" {
	serve apache-table
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on Apache with preformatted listings is mirrored byte for byte" {
	serve apache-pre
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on Apache with plain listings is mirrored byte for byte" {
	serve apache-ul
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on lighttpd is mirrored byte for byte" {
	serve lighttpd
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on Caddy is mirrored byte for byte" {
	serve caddy
	config "$FEED"
	mirror
	same "$WWW/tree"
}

@test "a folder on Caddy with JSON listings is mirrored byte for byte" {
	serve caddy
	config "$FEED" '    http: {format: json}'
	mirror
	same "$WWW/tree"
}

@test "a folder on Python's server is mirrored byte for byte" {
	serve python "$WWW/tree/nasty"
	config "$FEED"
	mirror
	same "$WWW/tree/nasty"
}

@test "a local folder is mirrored byte for byte" {
	config "$WWW/tree"
	mirror
	same "$WWW/tree"
}

@test "upstream's own index page is kept" {
	mkdir -p "$WWW/site/metadata"
	echo '<a href="x">mine</a>' >"$WWW/site/index.html"
	echo '{}' >"$WWW/site/metadata/index.json"
	echo x >"$WWW/site/x"
	config "$WWW/site"
	mirror
	diff -r "$WWW/site" published/tree
}

@test "the separate programs do what the wrapper does" {
	serve nginx
	config "$FEED"
	mirror
	export CHANTAL_HOME=$PWD/apart
	unset CHANTAL_CONFIG
	chantal init
	chantal-fetch -o mode=mirror --repo tree http "$FEED" | chantal-filter |
		chantal-pool add | chantal-catalog save tree
	chantal-catalog cat tree | chantal-index | chantal-publish "$PWD/other" --repo tree
	diff -r published/tree other
}

@test "what changed, came or went upstream does so here" {
	cp -R --preserve=timestamps "$WWW/tree/nasty" "$WWW/live"
	serve nginx "$WWW/live"
	config "$FEED"
	mirror
	same "$WWW/live"
	echo changed >"$WWW/live/plain.txt"
	echo new >"$WWW/live/sub/new-1.0.txt"
	rm "$WWW/live/zero-bytes"
	mirror
	# What left stays a day for clients that read the old index.
	[ -f published/tree/zero-bytes ]
	rm published/tree/zero-bytes
	run ! grep -q zero-bytes published/tree/metadata/index.json
	same "$WWW/live"
}

@test "a sync of an unchanged folder asks for its listings only" {
	serve nginx
	config "$FEED"
	mirror
	: >"$STATE/access.log"
	run chantal repo sync --repo-id tree
	[ "$status" -eq 0 ]
	[ "$(wc -l <"$STATE/access.log")" -eq "$(find -L "$WWW/tree" -type d | wc -l)" ]
	run ! grep -vE '"GET [^ ]*/ HTTP' "$STATE/access.log"
	run chantal-catalog history tree
	[[ $output == *unchanged* ]]
}

@test "a folder without sizes in its listings is looked at again, and not fetched again" {
	cp -R --preserve=timestamps "$WWW/tree/nasty" "$WWW/vague"
	serve lighttpd "$WWW/vague"
	config "$FEED"
	mirror
	echo more >>"$WWW/vague/plain.txt"
	run chantal repo sync --repo-id tree
	[ "$status" -eq 0 ]
	[[ $output == *' 30 B fetched, '* ]] || { echo "$output"; false; } || { echo "$output"; false; }
	[[ $output == *'0 added, 0 removed, 2 updated'* ]]
	chantal publish repo --repo-id tree
	same "$WWW/vague"
}

@test "a filter publishes a part of the folder, with upstream's paths" {
	serve nginx
	config "$FEED" '    filters: {patterns: {include: ["^hello$"]}}'
	sed -i 's/mode: mirror/mode: filtered/' config.yaml
	mirror
	[ "$(cd published/tree && find . -type f | sort | tr '\n' ' ')" = \
		'./index.html ./metadata/index.json ./nasty/hello-1.2.3.tar.gz ' ]
}

@test "the latest versions are told by their file names" {
	local v
	mkdir "$WWW/versions"
	for v in 1.9 1.10 1.10rc1 0.9; do echo "$v" >"$WWW/versions/tool-$v.tar.gz"; done
	echo read >"$WWW/versions/README"
	serve nginx "$WWW/versions"
	config "$FEED" '    filters: {post_processing: {only_latest_n_versions: 1}}'
	sed -i 's/mode: mirror/mode: filtered/' config.yaml
	mirror
	[ "$(cd published/tree && ls | tr '\n' ' ')" = \
		'README index.html metadata tool-1.10.tar.gz ' ]
}

@test "a checksum that upstream states wrongly stops the sync" {
	mkdir "$WWW/sums"
	echo good >"$WWW/sums/a.txt"
	echo good >"$WWW/sums/b.txt"
	(cd "$WWW/sums" && sha256sum a.txt b.txt >SHA256SUMS)
	serve nginx "$WWW/sums"
	config "$FEED"
	mirror
	same "$WWW/sums"
	# The pool has what SHA256SUMS names; what was put in its place is not.
	echo evil >"$WWW/sums/b.txt"
	touch -d '+2 minutes' "$WWW/sums/b.txt"
	chantal repo sync --repo-id tree
	echo evil >"$WWW/sums/c.txt"
	echo better | sha256sum | sed 's/-/c.txt/' >>"$WWW/sums/SHA256SUMS"
	run chantal repo sync --repo-id tree
	[ "$status" -eq 1 ]
	[[ $output == *digest-mismatch*c.txt* || $output == *c.txt*digest-mismatch* ]]
	chantal publish repo --repo-id tree
	[ "$(cat published/tree/b.txt)" = good ]
	[ ! -e published/tree/c.txt ]
}

@test "the sidecars of a file go with it" {
	mkdir "$WWW/sidecars"
	(
		cd "$WWW/sidecars"
		echo one >one-1.0.tgz
		echo two >two-1.0.tgz
		sha256sum one-1.0.tgz >one-1.0.tgz.sha256
		echo signature >one-1.0.tgz.asc
		sha256sum -- *.tgz >SHA256SUMS
		echo signature >SHA256SUMS.gpg
	)
	serve lighttpd "$WWW/sidecars"
	config "$FEED"
	mirror
	same "$WWW/sidecars"
	config "$FEED" '    filters: {patterns: {exclude: ["^one$"]}}'
	sed -i 's/mode: mirror/mode: filtered/' config.yaml
	chantal repo sync --repo-id tree
	chantal-catalog cat tree | jq -r '.path // empty, .files[]?.path' | sort | tr '\n' ' ' >got
	[ "$(cat got)" = 'SHA256SUMS SHA256SUMS.gpg two-1.0.tgz ' ]
}

@test "a server that is gone is 75 and leaves the published tree alone" {
	serve nginx "$WWW/tree/nasty"
	config "$FEED" '    download: {retry_attempts: 0}'
	mirror
	kill "$SERVER"
	wait_for eval "! kill -0 $SERVER"
	run -75 chantal repo sync --repo-id tree
	same "$WWW/tree/nasty"
}
