# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
load helpers

setup() {
	common_setup
	mkdir -p up/sub
	echo one >up/hello-1.0.tar.gz
	echo two >up/hello-1.1.tar.gz
	echo three >up/sub/adder-2.0.tar.gz
	cat >config.yaml <<-END
		storage: {base_path: $PWD/store, published_path: $PWD/www}
		repositories:
		  - {id: tools, type: http, feed: $PWD/up, mode: mirror, tags: [all]}
		  - id: some
		    type: http
		    feed: $PWD/up
		    tags: [all, few]
		    filters: {patterns: {include: ['^hello']}}
		  - {id: mine, type: http, mode: hosted}
		  - {id: off, type: http, feed: $PWD/up, enabled: false}
		views:
		  - {name: both, repos: [tools, mine]}
	END
	export CHANTAL_CONFIG=$PWD/config.yaml
}

# A repository whose upstream is not there, in front of the others.
add_broken() {
	sed -i "s|^repositories:|&\n  - {id: broken, type: http, feed: $PWD/gone, tags: [all]}|" config.yaml
}

tree() {
	(cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2)
}

@test "help goes to stdout, each command answers to it" {
	run -0 --separate-stderr chantal -h
	[[ "$output" == *"mirror package repositories"* ]]
	[ -z "$stderr" ]
	run -0 chantal repo sync --help
	run -0 chantal --version
	[[ "$output" == "chantal (Chantal) "* ]]
}

@test "each command names its options, those of a long list as well" {
	run -0 chantal repo --help
	[[ "$output" == *"mirror package repositories"* ]]
	run -0 chantal repo sync --help
	for option in --repo-id --dry-run --allow-shrink --allow-rollback; do
		[[ "$output" == *"  $option"* ]]
	done
	for option in --allow-shrink --allow-rollback --dry-run; do
		run -0 chantal -n repo sync --repo-id tools "$option"
	done
	chantal -q repo sync --repo-id tools
	for option in --recreate --accept-identity-change; do
		run -0 chantal -n publish repo --repo-id tools "$option"
		[[ "$output" == *" $option"* ]]
	done
}

@test "a wrong word is told together with the right one" {
	run -2 chantal repo sync tools
	[[ "$output" == *"tools: too many operands; a repository is named with --repo-id"* ]]
	[[ "$output" == *"try 'chantal repo sync -h'" ]]
	run -2 chantal repo sync --repo tools
	[[ "$output" == *"--repo: unknown option here; did you mean --repo-id?"* ]]
	run -2 chantal repo list --config config.yaml
	[[ "$output" == *"it stands before the command"* ]]
	run -2 chantal package upload --repo-id mine --file up
	[[ "$output" == *"up: a folder: name it with --directory"* ]]
	run -0 --separate-stderr chantal repo list --tag none
	[[ "$stderr" == *"no repository matches"* ]]
}

@test "the caption is the one of the page" {
	caption=$(sed -n 's/^\.Nd //p' "$TOP/man/chantal.1")
	run -0 chantal -h
	[[ "${lines[0]}" == "chantal - $caption" ]]
}

@test "wrong use is 2 with a message on stderr" {
	for words in '' frob 'repo' 'repo frob' 'repo sync' '--frob repo list' \
		'repo list --frob' 'repo sync --repo-id' 'repo list x' \
		'repo sync --repo-id tools --all' 'snapshot create --repo-id tools' \
		'repo list --format xml' 'repo history --repo-id tools --last' \
		'publish unpublish' 'publish unpublish --snapshot s' \
		'repo history --all --limit x' 'package upload --repo-id mine'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr chantal $words
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}

@test "a full disk is 75" {
	chantal -q repo sync --repo-id tools
	run -75 sh -c 'chantal repo why --repo-id tools hello >/dev/full'
}

@test "init makes the store, and so does db init" {
	run -0 --separate-stderr chantal init
	[ -z "$output" ]
	for d in pool catalog trees views cache; do [ -d "store/$d" ]; done
	[ "$(cat store/format)" = 1 ]
	[ -d www ]
	run -0 chantal db init
	[ "$(cat store/format)" = 1 ]
}

@test "sync and publish give the upstream's files" {
	chantal init
	run -0 chantal repo sync --repo-id tools
	run -0 chantal publish repo --repo-id tools
	for f in hello-1.0.tar.gz hello-1.1.tar.gz sub/adder-2.0.tar.gz; do
		cmp "up/$f" "www/tools/$f"
	done
}

@test "the filters decide what is published" {
	chantal -q repo sync --repo-id some
	chantal -q publish repo --repo-id some
	run find www/some -name '*.tar.gz' -printf '%f\n'
	[ "$(printf '%s\n' "${lines[@]}" | LC_ALL=C sort | paste -sd' ')" = "hello-1.0.tar.gz hello-1.1.tar.gz" ]
}

@test "what -n prints, pasted, gives the same tree" {
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	tree www/tools >want
	mv store store.first
	mv www www.first
	chantal -n repo sync --repo-id tools >lines.sh
	chantal -n publish repo --repo-id tools >>lines.sh
	[ ! -e store/catalog ] && [ ! -e www ]
	grep -q '^chantal-fetch ' lines.sh
	sh -e lines.sh
	tree www/tools >got
	diff want got
}

@test "-n quotes what needs it" {
	mkdir "a 'dir"
	cp config.yaml "a 'dir/c.yaml"
	run -0 chantal --config "a 'dir/c.yaml" -n repo sync --repo-id tools
	printf '%s\n' "$output" >lines.sh
	sh -e lines.sh
	[ -e store/catalog/tools/current ]
}

@test "nothing is touched when nothing changed" {
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	stat -c %Z www/tools >before
	run -0 --separate-stderr chantal repo sync --repo-id tools
	[[ "$stderr" == *unchanged* ]]
	run -0 --separate-stderr chantal publish repo --repo-id tools
	[[ "$stderr" == *"nothing to do"* ]]
	stat -c %Z www/tools | diff before -
}

@test "a changed configuration is published again" {
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	sed -i 's/id: tools,/id: tools, name: Other name,/' config.yaml
	run -0 --separate-stderr chantal publish repo --repo-id tools
	[[ "$stderr" != *"nothing to do"* ]]
}

@test "a sync that cannot begin tells its status through the pipeline" {
	sed -i "s|feed: $PWD/up, mode|feed: $PWD/gone, mode|" config.yaml
	run -2 --separate-stderr chantal repo sync --repo-id tools
	[[ "$stderr" == "chantal-fetch: tools: "*"No such file"* ]]
	[[ "$stderr" != *"stream is empty"* ]]
	sed -i "s|feed: $PWD/gone, mode|feed: $PWD/up, mode|" config.yaml
	chantal -q repo sync --repo-id tools
	chmod u+w store/catalog/tools/current
	sed -i 's/hello/hullo/' "$(readlink -f store/catalog/tools/current)"
	touch up/new-1.0.tar.gz
	run -4 --separate-stderr chantal repo sync --repo-id tools
	[[ "$stderr" == *"chantal-pool: --known tools: "*"digest in its end record"* ]]
	chantal-catalog cat tools@1 2>/dev/null | head -n 1 | chantal-index 2>/dev/null >s || true
	run -3 --separate-stderr chantal-publish www/x <s
	[[ "$stderr" == *": tools: incomplete"* && "$stderr" != *"tools: tools:"* ]]
}

@test "--all goes on past a failing repository and names it (L45)" {
	add_broken
	run ! --separate-stderr chantal repo sync --all
	[ "$status" -ne 0 ]
	[[ "$stderr" == *"failed: broken" ]]
	[ -e store/catalog/tools/current ]
	[ -e store/catalog/some/current ]
	[ ! -e store/catalog/broken/current ]
	[ ! -e store/catalog/off ]
}

@test "a failed sync publishes nothing, the old tree stays (L44)" {
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	tree www/tools >before
	mv up away
	run ! chantal repo sync --repo-id tools
	run -0 chantal publish repo --repo-id tools
	tree www/tools | diff before -
	add_broken
	run -2 --separate-stderr chantal publish repo --repo-id broken
	[ ! -e www/broken ]
}

@test "not configured and not yet synced are two things (T112)" {
	run -2 --separate-stderr chantal publish repo --repo-id toolz
	[[ "$stderr" == *'did you mean "tools"?'* ]]
	run -2 --separate-stderr chantal publish repo --repo-id tools
	[[ "$stderr" == *"tools: configured, but not synced yet"* ]]
	run -0 --separate-stderr chantal repo show --repo-id tools
	[[ "$stderr" == *"not synced yet: chantal repo sync --repo-id tools"* ]]
	run -2 --separate-stderr chantal publish repo --repo-id mine
	[[ "$stderr" == *"chantal package upload --repo-id mine --file FILE"* ]]
	run -2 chantal repo show --repo-id toolz
}

@test "repositories are chosen by pattern, tag and type" {
	run -0 chantal -n repo sync --pattern 's*'
	[[ "$output" == *"--repo some"* && "$output" != *"--repo tools"* ]]
	run -0 chantal -n repo sync --tag few
	[[ "$output" == *"--repo some"* && "$output" != *"--repo tools"* ]]
	run -0 chantal -n repo sync --all --type apt
	[ "$output" = "chantal: no enabled repository matches" ]
	run -0 chantal -n repo sync --repo-id off
	[[ "$output" == *"--repo off"* ]]
}

@test "--dry-run tells counts and bytes and changes nothing" {
	chantal -q repo sync --repo-id tools
	cp -r store before
	echo four >up/new-1.tar.gz
	rm up/hello-1.0.tar.gz
	run -0 --separate-stderr chantal repo sync --repo-id tools --dry-run
	[[ "$output" == *"added "*"new "* ]]
	[[ "$output" == *"1 added"*"5 new bytes"* ]]
	diff -r before/catalog store/catalog
}

@test "check-updates is 5 when there is something new, else 0 (L44)" {
	run -5 chantal repo check-updates --repo-id tools
	chantal -q repo sync --repo-id tools
	run -0 chantal repo check-updates --repo-id tools
	echo changed >up/hello-1.0.tar.gz
	run -5 --separate-stderr chantal repo check-updates --repo-id tools --format json
	[ "$(jq -r '.summary.packages.updated' <<<"$output")" = 1 ]
	run -5 chantal repo check-updates --all
	[[ "$output" != *failed* ]]
}

@test "repo list shows what was never synced too (T120)" {
	chantal -q repo sync --repo-id tools
	run -0 chantal repo list
	[[ "$output" == *"tools "*" 3 "*"ok"* ]]
	[[ "$output" == *"some "*"never"* ]]
	run -0 --separate-stderr chantal repo list --format json
	[ "$(jq -r '.[] | select(.repo_id == "tools") | .package_count' <<<"$output")" = 3 ]
	[ "$(jq -r '.[] | select(.repo_id == "some") | .synced' <<<"$output")" = false ]
	[ "$(jq -r '.[] | select(.repo_id == "off") | .enabled' <<<"$output")" = false ]
	run -0 --separate-stderr chantal repo list --format json --tag few
	[ "$(jq length <<<"$output")" = 1 ]
}

@test "every attempt is in the history, failed ones with their message (T120)" {
	chantal -q repo sync --repo-id tools
	mv up away
	run ! chantal repo sync --repo-id tools
	run -0 --separate-stderr chantal repo history --repo-id tools --format json
	[ "$(jq -r '.[0].status' <<<"$output")" = failed ]
	[ "$(jq -r '.[0].message' <<<"$output")" != null ]
	[ "$(jq -r '.[1].status' <<<"$output")" = ok ]
	run -0 --separate-stderr chantal repo history --all --last --format json
	[ "$(jq -r '.tools | length' <<<"$output")" = 1 ]
	[ "$(jq -r '.some | length' <<<"$output")" = 0 ]
}

@test "why says where a package is, or what keeps it out" {
	chantal -q repo sync --repo-id some
	run -0 chantal repo why --repo-id some hello
	[[ "$output" == *current*1.0* ]]
	run -5 --separate-stderr chantal repo why --repo-id some adder
	[[ "$output" == *"filtered: adder 2.0"*include* ]]
	run -5 --separate-stderr chantal repo why --repo-id some nosuch
	[[ "$output" == *"no such package there"* ]]
	echo five >up/hello-9.tar.gz
	echo six >up/hellx-9.tar.gz
	run -5 --separate-stderr chantal repo why --repo-id some hellx
	[[ "$output" == *"filtered: hellx"* ]]
}

@test "why names the reject of a repository that was never saved" {
	printf '%064d  hello-1.0.tar.gz\n' 1 >up/SHA256SUMS
	run -1 chantal -q repo sync --repo-id some
	run -5 --separate-stderr chantal repo why --repo-id some hello
	[[ "$output" == *"last rejects"*digest-mismatch* ]]
	[[ "$output" != *"the next sync brings it"* ]]
}

@test "a sync never makes a snapshot (T113)" {
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	run -0 --separate-stderr chantal snapshot list --repo-id tools --format json
	[ "$(jq length <<<"$output")" = 0 ]
}

@test "snapshots: create, list, copy, diff, content, publish, delete" {
	chantal -q repo sync --repo-id tools
	chantal -q snapshot create --repo-id tools --name first --description "it's the first"
	run -2 chantal snapshot create --repo-id tools --name first
	run -0 --separate-stderr chantal snapshot list --repo-id tools --format json
	[ "$(jq -r '.[0].description' <<<"$output")" = "it's the first" ]
	run -0 chantal snapshot copy --repo-id tools --source first --target copied
	run -0 chantal snapshot diff --repo-id tools first copied
	run -0 chantal snapshot diff --repo-id tools first upstream
	rm up/hello-1.0.tar.gz
	chantal -q repo sync --repo-id tools
	run -5 --separate-stderr chantal snapshot diff --repo-id tools first upstream --format json
	[ "$(jq -r '.changes[] | select(.record == "package") | .change' <<<"$output")" = removed ]
	run -0 --separate-stderr chantal snapshot content --repo-id tools --snapshot first --format csv
	[[ "$output" == *hello*1.0* ]]
	chantal -q publish snapshot --repo-id tools --snapshot first
	[ -e www/snapshots/tools/first/hello-1.0.tar.gz ]
	run -0 chantal snapshot delete --repo-id tools copied
	run -2 chantal snapshot content --repo-id tools --snapshot copied
}

@test "a published snapshot is not deleted unless forced (T106)" {
	chantal -q repo sync --repo-id tools
	chantal -q snapshot create --repo-id tools --name s
	chantal -q publish snapshot --repo-id tools --snapshot s
	run -2 --separate-stderr chantal snapshot delete --repo-id tools s
	[[ "$stderr" == *published* ]]
	[ -e www/snapshots/tools/s/hello-1.0.tar.gz ]
	run -0 chantal snapshot delete --repo-id tools s --force
	[ ! -e www/snapshots/tools/s ]
	run -2 chantal publish snapshot --repo-id tools --snapshot s
}

@test "a snapshot that a view's snapshot uses is not deleted unless forced (T106)" {
	chantal -q repo sync --repo-id tools
	echo own >own-1.tar.gz
	chantal -q package upload --repo-id mine --file own-1.tar.gz
	chantal -q snapshot create --view both --name v
	run -2 --separate-stderr chantal snapshot delete --repo-id tools v
	[[ "$stderr" == *"view both"* ]]
	run -0 chantal snapshot delete --repo-id tools v --force
}

@test "views are published from the configuration alone (T124, L40, L43)" {
	chantal -q repo sync --repo-id tools
	run -2 --separate-stderr chantal publish view --name both
	[[ "$stderr" == *"mine: configured, but not synced yet"* ]]
	[ ! -e www/views ]
	echo own >own-1.tar.gz
	chantal -q package upload --repo-id mine --file own-1.tar.gz
	run -0 chantal publish view --name both
	[ -e www/views/both/latest/hello-1.0.tar.gz ]
	run find www/views/both/latest -name own-1.tar.gz
	[ -n "$output" ]
	chantal -q snapshot create --view both --name v
	run -0 chantal publish snapshot --view both --snapshot v
	[ -e www/views/both/snapshots/v/hello-1.0.tar.gz ]
	run -2 chantal snapshot create --view both --name v
	run -2 --separate-stderr chantal publish view --name bath
	[[ "$stderr" == *'did you mean "both"?'* ]]
	run -0 chantal snapshot content --view both --snapshot v
	[[ "$output" == *hello* && "$output" == *own* ]]
}

@test "hostile ids, snapshot and view names never become paths (L31)" {
	chantal -q repo sync --repo-id tools
	chantal -q snapshot create --repo-id tools --name ok
	find . -path ./home -prune -o -print | LC_ALL=C sort >before
	for name in ../x ../../etc /etc . .. '' -x 'a b' 'a;touch pwned' \
		"a'b" "\$(touch pwned)" $'a\nb' snapshots views; do
		run -2 chantal repo sync --repo-id="$name"
		run -2 chantal publish repo --repo-id="$name"
		run -2 chantal snapshot create --repo-id tools --name="$name"
		run -2 chantal snapshot copy --repo-id tools --source ok --target="$name"
		run -2 chantal snapshot copy --repo-id tools --source="$name" --target new
		run -2 chantal snapshot delete --repo-id tools --force -- "$name"
		run -2 chantal publish snapshot --repo-id tools --snapshot="$name"
		run -2 chantal publish view --name="$name"
		run -2 chantal publish unpublish --repo-id tools --snapshot="${name:-.}"
	done
	find . -path ./home -prune -o -print | LC_ALL=C sort | grep -v '^./before$' |
		diff <(grep -v '^./before$' before) -
}

@test "messages escape control bytes" {
	run -2 chantal repo sync --repo-id $'a\033[31m'
	[[ "$output" != *$'\033'* ]]
	run -2 chantal $'fr\033ob'
	[[ "$output" != *$'\033'* ]]
}

@test "--target: not with --all, not over a folder of somebody else (L32)" {
	chantal -q repo sync --all
	run -2 --separate-stderr chantal publish repo --all --target "$PWD/t"
	[[ "$stderr" == *"--target"* ]]
	mkdir precious
	echo x >precious/file
	run ! chantal publish repo --repo-id tools --target "$PWD/precious"
	[ "$(cat precious/file)" = x ]
	[ "$(find precious -type f)" = precious/file ]
	run -0 chantal publish repo --repo-id tools --target "$PWD/t"
	[ -e t/hello-1.0.tar.gz ]
}

@test "publish list and unpublish" {
	chantal -q repo sync --repo-id tools
	chantal -q publish repo --repo-id tools
	run -0 chantal publish list
	[[ "$output" == *"$PWD/www/tools"* ]]
	run -0 chantal publish unpublish --repo-id tools
	[ ! -e www/tools ]
	run -0 chantal publish list
	[[ "$output" != *"$PWD/www/tools"* ]]
}

@test "uploads are added, identical ones again, other bytes only by force" {
	mkdir in
	echo own >in/own-1.tar.gz
	echo more >"in/a b-2.tar.gz"
	run -0 chantal package upload --repo-id mine --directory in
	run -0 chantal package upload --repo-id mine --file in/own-1.tar.gz
	echo other >in/own-1.tar.gz
	run ! chantal package upload --repo-id mine --file in/own-1.tar.gz
	run -0 chantal package upload --repo-id mine --file in/own-1.tar.gz --force
	chantal -q publish repo --repo-id mine
	cmp in/own-1.tar.gz "$(find www/mine -name own-1.tar.gz)"
	cmp "in/a b-2.tar.gz" "$(find www/mine -name 'a b-2.tar.gz')"
	run -2 chantal package upload --repo-id tools --file in/own-1.tar.gz
	run -2 chantal package upload --repo-id mine --file gone.tar.gz
}

@test "names of uploads are taken as they are: blanks, newlines, CDPATH" {
	mkdir -p in 'deep/x
' other/in
	echo one >'in/ one-1.0.tar.gz '
	run -0 --separate-stderr chantal -q package upload --repo-id mine --directory in
	run -0 chantal content list --repo-id mine --format csv
	[[ "$output" == *' one-1.0.tar.gz '* ]]

	echo secret >secret-1.0.tar.gz
	echo x >deep/x
	mkdir -p "deep/x
$PWD"
	echo inner >"deep/x
$PWD/secret-1.0.tar.gz"
	run -2 --separate-stderr chantal package upload --repo-id mine --directory deep --recursive
	[[ "$stderr" == *'with a newline in it'* ]]
	run -2 chantal package upload --repo-id mine --file "deep/x
$PWD/secret-1.0.tar.gz"
	run -0 chantal content list --repo-id mine --format csv
	[[ "$output" != *secret* ]]

	echo right >in/right-1.0.tar.gz
	echo wrong >other/in/right-1.0.tar.gz
	CDPATH=$PWD/other chantal -q package upload --repo-id mine --file in/right-1.0.tar.gz
	chantal-catalog cat mine | grep -q "$(sha256_of in/right-1.0.tar.gz)"
}

@test "a folder with a newline in its name is refused, and none of a name like it is taken" {
	nl=$'\n'
	mkdir box "box$nl" "bo${nl}x" "box$nl/in"
	touch box/wrong-1.tar.gz "box$nl/right-1.tar.gz" "box$nl/in/deep-1.tar.gz"
	for folder in "box$nl" "bo${nl}x" "box$nl/in"; do
		run -2 --separate-stderr chantal package upload --repo-id mine --directory "$folder"
		[[ "$stderr" == *"/bo"*'?'*': a name with a newline in it: rename it' ]]
	done
	cd "box$nl"
	for words in '--directory .' '--file right-1.tar.gz' '--directory in'; do
		# shellcheck disable=SC2086 # two words
		run -2 --separate-stderr chantal package upload --repo-id mine $words
		[[ "$stderr" == *"/box?"*': a name with a newline in it: rename it' ]]
	done
	run -2 --separate-stderr chantal package list --repo-id mine
	[[ "$stderr" == *'mine: configured, but not synced yet'* ]]
}

@test "the pool is verified, corruption is not 0 (L44)" {
	chantal -q repo sync --repo-id tools
	run -0 chantal pool verify
	run -0 chantal pool stats
	object=$(find store/pool/?? -type f | head -n 1)
	chmod u+w "$object"
	echo garbage >"$object"
	run ! chantal pool verify
}

@test "cleanup asks, dry runs and forced ones do not (T119)" {
	chantal -q repo sync --repo-id tools
	run -0 chantal pool cleanup --dry-run </dev/null
	run -0 chantal pool cleanup --force </dev/null
	[ "$(find store/pool/?? -type f | wc -l)" -ge 3 ]
}

@test "--config goes before the environment; a missing file is an error (T122, L39)" {
	sed 's/id: tools/id: flagged/; s/repos: \[tools/repos: [flagged/' config.yaml >flag.yaml
	run -0 chantal --config flag.yaml repo list
	[[ "$output" == *flagged* ]]
	run -2 --separate-stderr chantal --config gone.yaml repo list
	[[ "$stderr" == *"gone.yaml"* ]]
	CHANTAL_CONFIG=gone.yaml run -2 --separate-stderr chantal repo list
	[[ "$stderr" == *"gone.yaml"* ]]
	run -2 chantal --config gone.yaml publish repo --all
	[ ! -e www ]
}

@test "duplicate ids across includes stop every command (L47)" {
	echo "repositories: [{id: tools, type: http, feed: /x}]" >more.yaml
	echo "include: more.yaml" >>config.yaml
	for words in 'repo list' 'repo sync --all' 'publish repo --all' 'pool stats'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr chantal $words
		[[ "$stderr" == *'more.yaml:1:17'*'is there already'* ]]
	done
}

@test "filtered is the default mode (T123)" {
	run -0 chantal repo show --repo-id some
	[[ "$output" == *'"mode": "filtered"'* ]]
}

@test "what failed for a moment is tried once more at once" {
	cat >server.py <<'PY'
import http.server, os, sys
seen = {}
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path.endswith("adder-2.0.tar.gz"):
            seen[self.path] = seen.get(self.path, 0) + 1
            if seen[self.path] <= int(sys.argv[1]):
                self.send_error(503)
                return
        super().do_GET()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
	(cd up && exec python3 ../server.py 1) >port 2>/dev/null 3>&- &
	pid=$!
	wait_for test -s port
	sed -i "s,id: tools\, type: http\, feed: $PWD/up,id: tools\, type: http\, feed: 'http://127.0.0.1:$(cat port)/'\, download: {retry_attempts: 0}," config.yaml
	run --separate-stderr chantal repo sync --repo-id tools
	kill "$pid"
	[ "$status" -eq 0 ]
	[[ "$stderr" == *"trying once more"* ]]
	[ -e store/catalog/tools/current ]
}

@test "retention newest-only is a rule of the filter, never of a mirror" {
	sed -i 's/id: tools,/id: tools, retention: {policy: newest-only},/; s/    tags: \[all, few\]/    retention: {policy: keep-last-n, keep_count: 2}/' config.yaml
	run -0 chantal -n repo sync --repo-id some
	[[ "$output" == *"chantal-filter --repo some --latest 2 "* ]]
	run -0 chantal -n repo sync --repo-id tools
	[[ "$output" != *--latest* ]]
}

@test "on_reject: drop names its codes to save" {
	sed -i 's/id: tools,/id: tools, on_reject: drop, drop_codes: [not-found, malformed],/' config.yaml
	run -0 chantal -n repo sync --repo-id tools
	[[ "$output" == *"chantal-catalog save tools --on-reject not-found,malformed"* ]]
}

@test "plugin list shows the built-in type" {
	run -0 --separate-stderr chantal plugin list
	[[ "$output" == *"http	"*"list"* ]]
}

@test "the completion for bash knows the commands and the ids" {
	run -0 bash -c "source '$TOP/share/completions/chantal.bash'
		COMP_WORDS=(chantal repo sync --repo-id t) COMP_CWORD=4
		_chantal; echo \"\${COMPREPLY[@]}\"
		COMP_WORDS=(chantal snap) COMP_CWORD=1
		_chantal; echo \"\${COMPREPLY[@]}\""
	[ "$output" = $'tools\nsnapshot' ]
}

@test "the wrapper leaves nothing behind" {
	export TMPDIR=$PWD/tmp
	mkdir tmp
	chantal -q repo sync --all
	chantal -q publish repo --all || true
	run -5 chantal repo why --repo-id some adder
	run -0 find tmp -mindepth 1
	[ -z "$output" ]
}

@test "the examples of chantal(1) run" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl \$ //p' "$TOP/man/chantal.1" >lines
	[ "$(wc -l <lines)" -ge 4 ]
	while read -r line; do
		status=0
		sh -c "$line" || status=$?
		case $line in
			*diff* | *why*) [ "$status" -eq 0 ] || [ "$status" -eq 5 ] ;;
			*) [ "$status" -eq 0 ] ;;
		esac
	done <lines
}

@test "the examples of chantal-config(1) run" {
	cp config.yaml new.yaml
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl \$ //p' "$TOP/man/chantal-config.1" >lines
	[ "$(wc -l <lines)" -ge 4 ]
	while read -r line; do
		sh -c "$line"
	done <lines
}

@test "the example of chantal(7) runs" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIFF/p' "$TOP/man/chantal.7" |
		sed -n '/^\.Bd/,/^\.Ed/p' | sed '/^\./d' >page
	sed -n '/^storage/,/^  - /p' page |
		sed "s,https://download.example.org/tools/,$PWD/up," >config.yaml
	unset CHANTAL_CONFIG
	[ -s config.yaml ]
	sed -n 's/^\$ \(chantal .*\)/\1/p' page >lines
	[ "$(wc -l <lines)" -eq 2 ]
	sh -e lines
	[ -e www/tools/hello-1.0.tar.gz ]
}

@test "statuses in the pages and in the header are the same" {
	sed -n 's/^\tCH_[A-Z]* = \([0-9]*\).*/\1/p' "$TOP/lib/err.h" | sort -n >want
	for page in chantal.1 chantal.7; do
		sed -n '/^\.Sh EXIT STATUS/,/^\.Sh [^E]/s/^\.It \([0-9]*\)$/\1/p' \
			"$TOP/man/$page" | sort -n | diff want -
	done
}

@test "cleanup without a terminal and without --force is refused (T119)" {
	chantal -q repo sync --repo-id tools
	run -2 --separate-stderr chantal pool cleanup </dev/null
	[[ "$stderr" == *--yes* || "$stderr" == *--force* ]]
}

@test "cleanup on a terminal asks, and no is the default (T119)" {
	command -v script >/dev/null || skip "script(1) is not installed"
	chantal -q repo sync --repo-id tools
	chantal -q repo sync --repo-id some
	chantal-catalog rm tools --yes -q
	find store/pool/?? -type f | LC_ALL=C sort >before
	[ -s before ]
	for answer in n ''; do
		run ! script -qec "chantal pool cleanup --grace 0s" /dev/null <<<"$answer"
		[[ "$output" == *"["*"N]"* || "$output" == *"(y/N)"* || "$output" == *no* ]]
		find store/pool/?? -type f | LC_ALL=C sort | diff before -
	done
}

@test "the events of a sync go to a descriptor of the caller's" {
	chantal -q repo sync --repo-id tools --events-fd 3 3>events
	[ "$(jq -r 'select(.event == "file") | .path' events | grep -c hello)" -eq 2 ]
	[ "$(tail -n 1 events | jq -r .event)" = end ]
	run ! chantal repo sync --repo-id tools --events-fd 77
}

@test "what is asked for as JSON is one document, CSV one table" {
	add_broken
	chantal -q package upload --repo-id mine --file up/hello-1.0.tar.gz
	chantal -q repo sync --all 2>/dev/null || true
	chantal -q snapshot create --view both --name s1
	for command in 'repo list' 'repo show --repo-id tools' 'repo check-updates --all' \
		'repo check-updates --repo-id tools' 'repo history --all' 'repo history --repo-id tools' \
		'snapshot list' 'snapshot list --repo-id tools' 'snapshot content --view both --snapshot s1' \
		'snapshot diff --repo-id tools s1 upstream' 'content list --view both' 'content list --repo-id tools' \
		'content search hello' 'pool stats' 'view list' 'view show --name both' 'plugin list' stats; do
		# shellcheck disable=SC2086 # words
		chantal -q $command --format json >out 2>/dev/null || true
		[ "$(jq -s length out)" = 1 ] || {
			echo "$command"
			cat out
			return 1
		}
	done
	run -2 --separate-stderr chantal -q repo check-updates --all --format json
	[ "$(jq -c '.broken, (.tools.summary.packages.added)' <<<"$output" | tr '\n' ' ')" = "null 0 " ]
	for command in 'snapshot list' 'snapshot content --view both --snapshot s1' 'content list --view both'; do
		# shellcheck disable=SC2086 # words
		chantal $command --format csv >out
		[ "$(awk -F, '{ print NF }' out | sort -u | wc -l)" -eq 1 ]
		[ "$(grep -c '^repo,' out)" -eq 1 ]
		grep -q '^mine' out
	done
}

@test "why does not say that a package is absent when upstream cannot be asked" {
	add_broken
	run -2 --separate-stderr chantal repo why hello --repo-id broken
	[[ "$output" != *"no such package"* ]]
	[[ "$stderr" == *"$PWD/gone"* ]]
	run -5 --separate-stderr chantal repo why 'h.*o' --repo-id tools
	[[ "$output" == *"no such package"* ]]
}
