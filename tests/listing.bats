#!/usr/bin/env bats
# The type http: every listing format, without network. The pages in
# data/listings came from the real servers (bin/capture-listings); iis.html
# and s3-*.xml were written after their specifications.

load helpers

DATA=$BATS_TEST_DIRNAME/data/listings

setup() {
	common_setup
	HTTP=$BUILD/libexec/chantal/plugins/http
	mkdir -p meta
	conf
}

# conf [BLOCK [FEED]]: the configuration that the host would write.
conf() {
	printf '{"id":"r","mode":"mirror","feed":"%s","http":%s}\n' \
		"${2:-http://192.0.2.7/files/}" "${1:-{\}}" >conf
}

list() {
	"$HTTP" list --config conf --meta meta
}

# give URL FILE: fulfils the want for an address.
give() {
	local as
	as=$(list | jq -r --arg u "$1" 'select(.record=="want" and .url[0]==$u).as')
	[ -n "$as" ] || { echo "nothing wants $1" >&2; return 1; }
	cp "$2" "meta/$as"
}

# page HTML...: the feed's own listing, of given links.
page() {
	printf '<a href="%s">x</a>\n' "$@" >page.html
	give http://192.0.2.7/files/ page.html
}

# golden NAME PAGE: the records of a page are those that were checked by eye.
golden() {
	give http://192.0.2.7/files/ "$DATA/$2"
	list >out
	diff "$DATA/golden/$1.ndjson" out
}

# files: path and size of each package.
files() {
	list | jq -r 'select(.record=="package") | [.path, .size // "-"] | @tsv'
}

flat='{"recursive":false}'

@test "nginx's HTML listing" {
	conf "$flat"
	golden nginx-html nginx.html
}

@test "nginx's JSON listing" {
	conf "$flat"
	golden nginx-json nginx.json
}

@test "nginx's XML listing" {
	conf "$flat"
	golden nginx-xml nginx.xml
}

@test "Apache's listing as a table" {
	conf "$flat"
	golden apache-table apache-table.html
}

@test "Apache's listing as preformatted text" {
	conf "$flat"
	golden apache-pre apache-pre.html
}

@test "Apache's plain listing" {
	conf "$flat"
	golden apache-ul apache-ul.html
}

@test "lighttpd's listing" {
	conf "$flat"
	golden lighttpd lighttpd.html
}

@test "Caddy's HTML listing" {
	conf "$flat"
	golden caddy-html caddy.html
}

@test "Caddy's JSON listing" {
	conf "$flat"
	golden caddy-json caddy.json
}

@test "Python's listing" {
	conf "$flat"
	golden python python.html
}

@test "the listing of IIS, with absolute addresses" {
	conf "$flat"
	golden iis iis.html
}

@test "all servers name the same files of one folder" {
	local name
	conf "$flat"
	for name in "$DATA"/golden/{nginx,apache,lighttpd,caddy,python}*.ndjson; do
		jq -r 'select(.record=="package") | .path + " " + .url' "$name" >"$(basename "$name")"
	done
	[ "$(wc -l <python.ndjson)" -eq 22 ]
	for name in *.ndjson; do
		diff python.ndjson "$name"
	done
}

@test "hidden files are taken only when asked for" {
	conf '{"recursive":false,"include_hidden":true}'
	give http://192.0.2.7/files/ "$DATA/python.html"
	files | grep -q "^\.hidden"
	conf "$flat"
	run ! grep -q "^\.hidden" <(files)
}

@test "a page of hostile links gives rejects and good names only" {
	conf "$flat"
	golden hostile hostile.html
}

@test "an S3 bucket is listed page by page" {
	conf '{"format":"s3","prefix":"pub/"}' https://bucket.example/
	run list
	[ "$(jq -r '.url[0]' <<<"$output")" = 'https://bucket.example/?encoding-type=url&list-type=2&prefix=pub%2F' ]
	cp "$DATA/s3-first.xml" "meta/$(jq -r .as <<<"$output")"
	run list
	[[ $(jq -r '.url[0]' <<<"$output") == 'https://bucket.example/?continuation-token=1ueGcxLPRx1Tr%2FXYE'* ]]
	cp "$DATA/s3-last.xml" "meta/$(jq -r .as <<<"$output")"
	list >out
	diff "$DATA/golden/s3.ndjson" out
}

@test "a bucket at the feed's address is known by its listing" {
	conf '{"prefix":"pub/"}' https://bucket.example/
	give https://bucket.example/ "$DATA/s3-first.xml"
	[[ $(list | jq -r '.url[0]') == *'continuation-token=1ue'* ]]
	sed 's/<NextContinuationToken>.*<.NextContinuationToken>//' "$DATA/s3-first.xml" >first.xml
	rm meta/*
	give https://bucket.example/ first.xml
	[[ $(list | jq -r '.url[0]') == *'prefix=pub%2F&start-after=pub%2Fsub%2F..%2F..%2Fetc' ]]
}

@test "only the top of a bucket, when not recursive" {
	conf '{"format":"s3","prefix":"pub/","recursive":false}' https://bucket.example/
	[[ $(list | jq -r '.url[0]') == *'?delimiter=%2F&encoding-type=url&list-type=2&prefix=pub%2F' ]]
	cp "$DATA/s3-last.xml" meta/bucket-00000001
	[ "$(files)" = "x	1" ] || [ -z "$(files)" ]
	run ! grep -q / <(files)
}

@test "folders are entered level by level, and asked for with a slash" {
	page a.txt sub/ 'with%20blank/'
	run list
	[ "$(jq -r '.url[0]' <<<"$output" | tr '\n' ' ')" = \
		'http://192.0.2.7/files/sub/ http://192.0.2.7/files/with%20blank/ ' ]
	[ "$(jq -c '[.root, .optional]' <<<"$output" | uniq)" = '[true,true]' ]
	printf '<a href="../">up</a><a href="b.txt">b</a>' >sub.html
	give http://192.0.2.7/files/sub/ sub.html
	give http://192.0.2.7/files/with%20blank/ sub.html
	[ "$(files)" = "$(printf '%s\t-\n' a.txt sub/b.txt 'with blank/b.txt')" ]
	[ "$(list | jq -r 'select(.path=="with blank/b.txt").url')" = 'http://192.0.2.7/files/with%20blank/b.txt' ]
}

@test "a folder that is listed but gone is rejected by name" {
	page sub/
	touch "meta/$(list | jq -r .as).absent"
	run list
	[ "$(jq -r 'select(.record=="reject") | [.code, .ref.path, .retry] | @tsv' <<<"$output")" = "not-found	sub	true" ]
}

@test "folders below max_depth are not entered, and that is said" {
	conf '{"max_depth":0}'
	page a.txt sub/
	run --separate-stderr list
	[ "$(jq -r 'select(.record=="package").path' <<<"$output")" = a.txt ]
	# shellcheck disable=SC2154
	[[ $stderr == *'sub: deeper than http.max_depth: not entered'* ]]
}

@test "more entries than allowed end the run" {
	conf '{"max_entries":2}'
	page a b c
	run -3 list
	[[ $output == *'more than 2 entries: raise http.max_entries'* ]]
}

@test "a page that is larger than allowed ends the run" {
	conf '{"max_page_size":1024}'
	[ "$(list | jq .max)" = 1024 ]
	head -c 2000 /dev/zero | tr '\0' ' ' >"meta/$(list | jq -r .as)"
	run -3 list
}

@test "excluded files and folders are left alone, hostile names too" {
	conf '{"exclude":["private*","*.iso","bad*"]}'
	page a.txt private/ x.iso bad%0a.txt
	[ "$(files)" = "a.txt	-" ]
	run ! grep -q reject <(list)
}

@test "a base address counts for relative links" {
	conf "$flat"
	printf '<base href="/files/"><a href="x.txt">x</a><a href="/files/y.txt">y</a>' >base.html
	give http://192.0.2.7/files/ base.html
	[ "$(files)" = "$(printf '%s\t-\n' x.txt y.txt)" ]
	printf '<base href="https://other.example/"><a href="x.txt">x</a>' >base.html
	rm meta/*
	give http://192.0.2.7/files/ base.html
	[ -z "$(files)" ]
}

@test "a folder without a slash at its end is known by what is shown" {
	printf '<table><tr><td><a href="%s">%s</a>%s</td></tr></table>' \
		a a/ '' b b / c c '' >page.html
	give http://192.0.2.7/files/ page.html
	[ "$(list | jq -r '.url[0]' | sort | tr '\n' ' ')" = \
		'http://192.0.2.7/files/a/ http://192.0.2.7/files/b/ ' ]
}

@test "a feed without a slash at its end is a folder too" {
	conf '{}' http://192.0.2.7/files
	[ "$(list | jq -r '.url[0]')" = http://192.0.2.7/files/ ]
	conf '{}' http://192.0.2.7
	[ "$(list | jq -r '.url[0]')" = http://192.0.2.7/ ]
	conf '{}' file:///srv/x
	[ "$(list | jq -r '.url[0]')" = file:///srv/x/ ]
}

@test "a listing without sizes or times never passes for unchanged" {
	conf "$flat"
	give http://192.0.2.7/files/ "$DATA/lighttpd.html"
	[ "$(list | jq -r 'select(.record=="repo").expires')" = 1970-01-01T00:00:00Z ]
	rm meta/*
	give http://192.0.2.7/files/ "$DATA/nginx.html"
	[ "$(list | jq -r 'select(.record=="repo").expires')" = null ]
}

sha=$(printf '%064d' 7)

@test "SHA256SUMS and *.sha256 become the files' checksums" {
	page a-1.tar.gz b.txt c.txt SHA256SUMS c.txt.sha256
	run list
	[ "$(jq -r '.url[0]' <<<"$output" | tr '\n' ' ')" = \
		'http://192.0.2.7/files/SHA256SUMS http://192.0.2.7/files/c.txt.sha256 ' ]
	[ "$(jq -c '[.root, .optional]' <<<"$output" | uniq)" = '[null,true]' ]
	printf '%s  ./a-1.tar.gz\nSHA256 (b.txt) = %s\n# note\n%s  ../up\n' "$sha" "$sha" "$sha" >sums
	give http://192.0.2.7/files/SHA256SUMS sums
	printf '%s\n' "${sha^^}" >sums
	give http://192.0.2.7/files/c.txt.sha256 sums
	run list
	[ "$(jq -r 'select(.record=="package").sha256' <<<"$output" | sort | uniq -c | tr -s ' ')" = " 3 $sha" ]
	[ "$(jq -r 'select(.path=="SHA256SUMS") | [.record, .role, (.from | length > 0)] | @tsv' <<<"$output")" = "file	extra	true" ]
	[ "$(jq -c 'select(.path=="c.txt").files' <<<"$output")" = \
		'[{"path":"c.txt.sha256","url":"http://192.0.2.7/files/c.txt.sha256","role":"extra"}]' ]
}

@test "signatures belong to what they sign" {
	page foo.tgz foo.tgz.asc foo.tgz.sha256 foo.tgz.sha256.sig SHA256SUMS SHA256SUMS.gpg lone.asc
	touch empty
	give http://192.0.2.7/files/foo.tgz.sha256 empty
	give http://192.0.2.7/files/SHA256SUMS empty
	run --separate-stderr list
	[ "$(jq -r 'select(.record=="package").path' <<<"$output" | tr '\n' ' ')" = 'foo.tgz lone.asc ' ]
	[ "$(jq -r 'select(.path=="foo.tgz").files[] | .path + " " + .role' <<<"$output")" = \
		"$(printf '%s\n' 'foo.tgz.asc signature' 'foo.tgz.sha256 extra' 'foo.tgz.sha256.sig signature')" ]
	[ "$(jq -r 'select(.record=="file") | .path + " " + .role' <<<"$output")" = \
		"$(printf '%s\n' 'SHA256SUMS extra' 'SHA256SUMS.gpg signature')" ]
	[[ $stderr == *'SHA256SUMS: holds no checksum that can be used'* ]]
}

@test "checksum files that disagree reject the file" {
	page a.txt SHA256SUMS a.txt.sha256
	echo "$sha  a.txt" >sums
	give http://192.0.2.7/files/SHA256SUMS sums
	printf '%064d\n' 8 >sums
	give http://192.0.2.7/files/a.txt.sha256 sums
	run list
	[ "$(jq -r 'select(.record=="reject") | [.code, .ref.path] | @tsv' <<<"$output")" = "digest-mismatch	a.txt" ]
	[[ $output == *'a.txt.sha256 says that its sha256 is'* ]]
	run ! grep -q '"package"' <<<"$output"
}

@test "MD5SUMS and SHA1SUMS count for nothing unless allowed" {
	page a.txt MD5SUMS SHA1SUMS
	run list
	[ "$(jq -r 'select(.record=="package") | .path + (.digest // "")' <<<"$output")" = a.txt ]
	[ "$(jq -r 'select(.record=="file").path' <<<"$output" | tr '\n' ' ')" = 'MD5SUMS SHA1SUMS ' ]
	conf '{"allow_weak_checksums":true}'
	printf '%032d *a.txt\n' 5 >sums
	give http://192.0.2.7/files/MD5SUMS sums
	: >sums
	give http://192.0.2.7/files/SHA1SUMS sums
	[ "$(list 2>/dev/null | jq -r 'select(.record=="package").digest')" = "md5:$(printf '%032d' 5)" ]
}

@test "weak checksums in a file of strong name are not used either" {
	page a.txt checksums.txt
	printf '%032d *a.txt\n' 5 >sums
	give http://192.0.2.7/files/checksums.txt sums
	run list
	run ! grep -q digest <<<"$output"
}

@test "checksum files can be left unread" {
	conf '{"checksums":false}'
	page a.txt SHA256SUMS
	[ "$(list | jq -r .record | tr '\n' ' ')" = 'repo file package ' ]
}

@test "a list of addresses in the configuration" {
	conf '{"list":["a-1.0.tar.gz","# note","","https://other.example/dl/b-2.0.zip?raw=1","sub/c%20d.txt"]}'
	run list
	[ "$(jq -r 'select(.record=="package") | [.path, .url, .version // ""] | @tsv' <<<"$output")" = \
		"$(printf '%s\t%s\t%s\n' a-1.0.tar.gz http://192.0.2.7/files/a-1.0.tar.gz 1.0 \
			b-2.0.zip 'https://other.example/dl/b-2.0.zip?raw=1' 2.0 \
			'sub/c d.txt' http://192.0.2.7/files/sub/c%20d.txt '')" ]
	[ "$(jq -r 'select(.record=="repo").expires' <<<"$output")" = 1970-01-01T00:00:00Z ]
}

@test "a list of checksums beside the feed" {
	conf '{"list":"SHA256SUMS"}'
	[ "$(list | jq -r '.url[0]')" = http://192.0.2.7/files/SHA256SUMS ]
	printf '%s  a b.txt\n%s *sub/100%%.txt\r\n\n# end\n' "$sha" "$sha" >sums
	give http://192.0.2.7/files/SHA256SUMS sums
	run list
	[ "$(jq -r 'select(.record=="package") | [.path, .url, .sha256] | @tsv' <<<"$output")" = \
		"$(printf '%s\t%s\t%s\n' 'a b.txt' http://192.0.2.7/files/a%20b.txt "$sha" \
			sub/100%.txt http://192.0.2.7/files/sub/100%25.txt "$sha")" ]
	[ "$(jq -r 'select(.record=="repo").expires' <<<"$output")" = null ]
}

@test "a feed that is itself a list" {
	conf '{"format":"list"}' http://192.0.2.7/files/all.txt
	echo x.txt >all.txt
	give http://192.0.2.7/files/all.txt all.txt
	[ "$(list | jq -r 'select(.record=="package").url')" = http://192.0.2.7/files/x.txt ]
}

@test "hostile lines of a list are rejected" {
	conf '{"list":"l"}'
	printf '%s\n' "$sha  ../x" "$sha  /etc/passwd" "$sha" 'ftp://192.0.2.7/x' 'bad%zz' 'sub/' \
		"$sha  a" "$(printf '%064d' 8)  a" >l
	printf 'esc\033[1m.txt\n' >>l
	give http://192.0.2.7/files/l l
	run list
	[ "$(jq -r 'select(.record=="reject").code' <<<"$output" | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 1 digest-mismatch 4 malformed 3 unsafe-path ' ]
	run ! grep -q '"package"' <<<"$output"
}

@test "a list of weak checksums is refused unless allowed" {
	conf '{"list":"MD5SUMS"}'
	printf '%032d  a\n' 5 >l
	give http://192.0.2.7/files/MD5SUMS l
	run -3 list
	[[ $output == *'needs http.allow_weak_checksums: true'* ]]
	conf '{"list":"MD5SUMS","allow_weak_checksums":true}'
	[ "$(list | jq -r 'select(.record=="package").digest')" = "md5:$(printf '%032d' 5)" ]
}

@test "names, versions and architectures come from file names" {
	local f
	while read -r f; do
		[ -n "$f" ] && printf '"%s",' "${f%% *}"
	done <"$DATA/names.txt" >names
	conf "{\"list\":[$(sed 's/,$//' names)]}"
	list | jq -r 'select(.record=="package") | [.path, .name, .version // "-", .arch // "-"] | join(" ")' >got
	sort "$DATA/names.txt" >wanted
	sort got | diff wanted -
}

@test "the versions of files are ordered as people mean them" {
	local v
	for v in 0.9 1.9 1.10~x 1.10-dev3 1.10a1 1.10-beta1 1.10rc1 1.10RC2 1.10 1.10-1 1.10-2 1.10a 1.10.1 1.10.010 \
		2 2024.01.31 10000000000000000000000; do
		printf '"x-%s.zip",' "$v"
	done >names
	conf "{\"list\":[$(sed 's/,$//' names)]}"
	list | jq -r 'select(.record=="package") | .vkey + " " + .version' | sort | cut -d' ' -f2 | tr '\n' ' ' >got
	tr -d '"' <names | sed 's/x-//g; s/[.]zip,/ /g' | diff - got
}

@test "a name pattern of one's own" {
	conf '{"list":["app_r12_x64.bin","readme"],"name_pattern":"^(?<name>.+)_r(?<version>[0-9]+)_(?<arch>.+)[.]bin$"}'
	[ "$(list | jq -r 'select(.record=="package") | [.name, .version, .arch] | @tsv')" = \
		"$(printf 'app\t12\tx64\nreadme\t\t')" ]
	conf '{"name_pattern":"("}'
	run -2 list
	[[ $output == *http.name_pattern* ]]
	conf '{"name_pattern":"x"}'
	run -2 list
	[[ $output == *'has no group (?<name>...)'* ]]
}

@test "what is no listing is said to be none" {
	local page
	for page in 'plain text' '{"a":1}' '[1]' '[{"size":1}]' '<?xml version="1.0"?><feed/>' '<list><file>' \
		'<?xml version="1.0"?><!DOCTYPE list [<!ENTITY e "x">]><list><file>&e;</file></list>'; do
		rm -f meta/*
		printf '%s' "$page" >page
		give http://192.0.2.7/files/ page
		run -3 list
		[[ $output == *'http: http://192.0.2.7/files/: '* ]]
	done
}

@test "a format that is fixed is not guessed" {
	conf '{"format":"json"}'
	[ "$(list | jq -r .accept)" = application/json ]
	give http://192.0.2.7/files/ "$DATA/nginx.html"
	run -3 list
}

@test "describe tells verbs, modes and the configuration" {
	[ "$("$HTTP" describe | jq -c '[.protocol, .type, .verbs, .modes]')" = \
		'[[1],"http",["describe","list","inspect"],["mirror","filtered","hosted"]]' ]
	[ "$("$HTTP" describe | jq -r '.config.properties | keys[]' | wc -l)" -eq 13 ]
}

@test "a wrong configuration is 2 and names the key" {
	local block
	for block in '{"recursiv":true}' '{"max_depth":-1}' '{"max_depth":"3"}' '{"format":"yaml"}' \
		'{"list":7}' '{"exclude":[1]}' '{"hosted_dir":"../x"}'; do
		conf "$block"
		run -2 list
		[[ $output == *http.* ]]
	done
	echo '{"id":"r","mode":"mirror"}' >conf
	run -2 list
	[[ $output == *'feed: is missing'* ]]
	run -2 "$HTTP" list --config none --meta meta
}

@test "help is 0, wrong use is 2" {
	run -0 "$HTTP" -h
	[[ $output == *'http list --config FILE --meta DIR'* ]]
	run -2 "$HTTP"
	run -2 "$HTTP" dance
	[[ $output == *'dance: unknown verb'* ]]
	run -2 "$HTTP" list --config conf
	run -2 "$HTTP" list --meta meta
	run -2 "$HTTP" list --frob
}

@test "a full disk is 75" {
	page a b c
	run -75 bash -c "'$HTTP' list --config conf --meta meta >/dev/full"
	run -75 bash -c "'$HTTP' describe >/dev/full"
}

@test "the same pages give the same bytes in any locale and time zone" {
	conf "$flat"
	give http://192.0.2.7/files/ "$DATA/apache-pre.html"
	list >one
	LC_ALL=tr_TR.UTF-8 TZ=Asia/Kathmandu "$HTTP" list --config conf --meta meta >two
	cmp one two
}

@test "local files become packages" {
	echo x >hello-1.0.tar.gz
	printf '{"file":"%s/hello-1.0.tar.gz","sha256":"%s","size":2}\n{"file":"%s/gone","sha256":"%s","size":2}\n{"file":"/tmp","sha256":"%s","size":2}\n' \
		"$PWD" "$sha" "$PWD" "$sha" "$sha" >in
	run "$HTTP" inspect --config conf --out out <in
	[ "$(jq -c 'select(.record=="package") | [.name, .version, .path, .sha256, .size, .local]' <<<"$output")" = \
		"[\"hello\",\"1.0\",\"packages/hello-1.0.tar.gz\",\"$sha\",2,true]" ]
	[ "$(jq -r 'select(.record=="package").url' <<<"$output")" = "file://$PWD/hello-1.0.tar.gz" ]
	[ "$(jq -r 'select(.record=="reject").code' <<<"$output" | tr '\n' ' ')" = 'not-found malformed ' ]
	conf '{"hosted_dir":""}'
	[ "$("$HTTP" inspect --config conf --out out <in | jq -r 'select(.record=="package").path')" = hello-1.0.tar.gz ]
}

@test "a malformed line on inspect's input is named by number" {
	printf '{"file":"/tmp","sha256":"%s","size":2}\nnonsense\n' "$sha" >in
	run -3 "$HTTP" inspect --config conf --out out <in
	[[ $output == *'stdin: line 2'* ]]
}
