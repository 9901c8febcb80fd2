#!/usr/bin/env bats
# Views: several repositories as one; what more than one of them has is decided
# by a policy, before any index is written.
# shellcheck disable=SC2154 # bats sets stderr

load helpers
load plugins

setup() {
	common_setup
	{
		repo_line one http
		item one hello 1.0 amd64 a 'pool/hello.deb' '"time":100'
		item one shared 1.0 amd64 5 'pool/shared.deb'
		item one only-one 1.0 all 1 'pool/only-one.deb'
		end_line one
	} >one
	{
		repo_line two http
		item two hello 1.0 amd64 b 'pool/hello.deb' '"time":200'
		item two shared 1.0 amd64 5 'pool/shared.deb'
		item two only-two 1.0 all 2 'pool/only-two.deb'
		end_line two
	} >two
	cat one two >both
}

# digest DIGIT
digest() {
	printf '%064d' 0 | tr 0 "$1"
}

# item REPO NAME VERSION ARCH DIGIT PATH [MEMBERS]: a package whose bytes have
# the digest of this digit
item() {
	pkg_line "$1" "$2" "$3" "$4" "$6" "\"size\":1,\"sha256\":\"$(digest "$5")\"${7:+,$7}"
}

# named_file REPO DIGIT PATH
named_file() {
	printf '{"record":"file","repo":"%s","path":"%s","role":"extra","size":1,"sha256":"%s"}\n' \
		"$1" "$3" "$(digest "$2")"
}

# taken FILE OPTION...: repository and name (or path of a file) of all that the
# index has, but its own files
taken() {
	local file=$1
	shift
	chantal-index -q "$@" <"$file" | jq -r 'select(.record == "package" or .role == "extra") |
		"\(.repo):\(.name // .path)"' | sort | paste -sd' '
}

@test "one package in two repositories with other bytes is refused, both are named" {
	run -3 --separate-stderr chantal-index <both
	[[ "$stderr" == *"hello 1.0 amd64: repositories one and two have it with other bytes"*policy* ]]
	[ "$(jq -r .record <<<"$output" | sort -u)" = end ]
	[ "$(jq -r .status <<<"$output" | sort -u)" = failed ]
	[ "$(jq -r .exit <<<"$output" | sort -u)" = 3 ]
	[ -z "$(ls "$CHANTAL_HOME/cache/work")" ]
}

@test "first and last take the repository that stands there" {
	[ "$(taken both --policy first)" = "one:hello one:only-one one:shared two:only-two" ]
	[ "$(taken both --policy last)" = "one:only-one two:hello two:only-two two:shared" ]
	cat two one >turned
	[ "$(taken turned --policy first)" = "one:only-one two:hello two:only-two two:shared" ]
}

@test "newest takes the later build, whichever repository has it" {
	[ "$(taken both --policy newest)" = "one:only-one one:shared two:hello two:only-two" ]
	sed -i 's/"time":100/"time":300/' both
	[ "$(taken both --policy newest)" = "one:hello one:only-one one:shared two:only-two" ]
}

@test "newest takes the repository's date for packages without a time" {
	sed 's/,"time":[0-9]*//' both >s
	[ "$(taken s --policy newest)" = "one:hello one:only-one one:shared two:only-two" ]
	sed -i 's/"repo":"two","v":1/&,"date":"2026-05-01T00:00:00Z"/' s
	[ "$(taken s --policy newest)" = "one:only-one two:hello two:only-two two:shared" ]
	sed -i 's/"repo":"one","v":1/&,"date":"2026-06-01T00:00:00Z"/' s
	[ "$(taken s --policy newest)" = "one:hello one:only-one one:shared two:only-two" ]
}

@test "the same bytes twice are one package, and no conflict" {
	grep -v hello both >s
	[ "$(taken s)" = "one:only-one one:shared two:only-two" ]
	run -0 --separate-stderr chantal-index -v <s
	[[ "$stderr" == *"shared 1.0 amd64: of repository one, not of two: the same bytes"* ]]
}

@test "each decision is named with -v, and counted without" {
	run -0 --separate-stderr chantal-index --policy newest <both
	[[ "$stderr" == *"1 packages or files are in several repositories with other bytes, left out by policy newest"* ]]
	[[ "$stderr" != *"hello 1.0"* ]]
	run -0 --separate-stderr chantal-index -v --policy newest <both
	[[ "$stderr" == *"hello 1.0 amd64: of repository two, not of one: policy newest"* ]]
}

@test "the decision does not depend on the order of the lines" {
	{
		cat both
		repo_line three http
		item three hello 1.0 amd64 a 'pool/hello.deb' '"time":150'
		item three other 1.0 amd64 9 'pool/shared.deb' '"time":1'
		end_line three
	} >s
	for policy in first last newest; do
		taken s --policy $policy >expected
		for _ in 1 2 3; do
			grep -v '"repo","repo"\|"record":"end"' s | shuf >shuffled
			{
				grep '"record":"repo"' s
				cat shuffled
				grep '"record":"end"' s
			} >turned
			taken turned --policy $policy | diff expected -
		done
	done
	[ "$(taken s --policy newest)" = "one:only-one three:other two:hello two:only-two" ]
}

@test "two packages at one path with other bytes are decided too" {
	{
		repo_line one http
		item one hello 1.0 amd64 a pool/x.deb
		end_line one
		repo_line two http
		item two goodbye 2.0 amd64 b pool/x.deb
		end_line two
	} >s
	run -3 --separate-stderr chantal-index <s
	[[ "$stderr" == *"goodbye 2.0 amd64: repositories one and two have it with other bytes at one path"* ]]
	[ "$(taken s --policy first)" = one:hello ]
	[ "$(taken s --policy last)" = two:goodbye ]
}

@test "a package goes whole when one of its files is at a path of another" {
	files() {
		printf '"files":[{"path":"pool/%s","size":1,"sha256":"%s","role":"source"}]' "$1" "$(digest "$2")"
	}
	{
		repo_line one http
		item one hello 1.0-1 source a pool/hello_1.0-1.dsc "$(files hello_1.0.orig.tar.gz 7)"
		end_line one
		repo_line two http
		item two hello 1.0-2 source b pool/hello_1.0-2.dsc "$(files hello_1.0.orig.tar.gz 8)"
		item two bye 1.0-1 source c pool/bye_1.0-1.dsc "$(files bye_1.0.orig.tar.gz 6)"
		end_line two
		repo_line three http
		item three bye 1.0-2 source d pool/bye_1.0-2.dsc "$(files bye_1.0.orig.tar.gz 6)"
		end_line three
	} >s
	run -3 --separate-stderr chantal-index <s
	[[ "$stderr" == *"hello 1.0-2 source: repositories one and two"* ]]
	chantal-index -q --policy first <s |
		jq -r 'select(.record == "package").path' >kept
	sort kept | diff - <(printf 'pool/%s\n' bye_1.0-1.dsc bye_1.0-2.dsc hello_1.0-1.dsc)
}

@test "other files are decided by their path" {
	{
		repo_line one http
		named_file one 1 SUMS
		named_file one 3 README
		end_line one
		repo_line two http
		named_file two 2 SUMS
		named_file two 3 README
		end_line two
	} >s
	run -3 --separate-stderr chantal-index <s
	[[ "$stderr" == *"the file SUMS: repositories one and two"* ]]
	[ "$(taken s --policy last)" = "two:README two:SUMS" ]
	[ "$(taken s --policy first)" = "one:README one:SUMS" ]
}

@test "what one repository has twice is its own affair" {
	{
		repo_line one http
		item one hello 1.0 amd64 a a.deb
		item one hello 1.0 amd64 b b.deb
		end_line one
		repo_line two http
		item two other 1.0 amd64 c c.deb
		end_line two
	} >s
	[ "$(taken s)" = "one:hello one:hello two:other" ]
}

@test "a view is asked by its name, in the order that it names" {
	cat >c.yaml <<-END
		repositories:
		  - {id: one, type: http, feed: $PWD}
		  - {id: two, type: http, feed: $PWD}
		views:
		  - {name: v, repos: [two, one], policy: first}
		  - {name: w, repos: [one, two]}
		  - {name: x, repos: [one, two], policy: newest, metadata: {compression: none}}
	END
	[ "$(taken both --config c.yaml --view v)" = "one:only-one two:hello two:only-two two:shared" ]
	[ "$(taken both --config c.yaml --view v --policy last)" = "one:hello one:only-one one:shared two:only-two" ]
	run -3 chantal-index -q --config c.yaml --view w <both
	[ "$(taken both --config c.yaml --view x)" = "one:only-one one:shared two:hello two:only-two" ]
	run -2 --separate-stderr chantal-index --config c.yaml --view vv <both
	[[ "$stderr" == *'did you mean "v"'* ]]
	run -2 chantal-index --config c.yaml --view v --repo one <both
	run -2 --separate-stderr chantal-index --policy best <both
	[[ "$stderr" == *"policy 'best': it is one of refuse, first, last, newest"* ]]
}

@test "the view's type is its repositories'" {
	cat >c.yaml <<-END
		repositories: [{id: one, type: apt, feed: "http://h/"}]
		views: [{name: v, repos: [one]}]
	END
	run -2 --separate-stderr chantal-index --config c.yaml --view v <both
	[[ "$stderr" == *"of view v are of type 'apt'"* ]]
	[ "$(chantal-config --config "$PWD/c.yaml" --view v --get type)" = apt ]
}

@test "a view has the block of its type, and no other" {
	cat >c.yaml <<-END
		gpg: {key_id: global}
		repositories: [{id: one, type: http, feed: "http://h/"}]
		views:
		  - {name: v, repos: [one], http: {hosted_dir: own}}
		  - {name: w, repos: [one], gpg: {enabled: false}}
	END
	run -0 --separate-stderr chantal-config --config "$PWD/c.yaml" --check
	[[ "$stderr" == *"2 views"* ]]
	[ "$(chantal-config --config "$PWD/c.yaml" --view v --get http.hosted_dir)" = own ]
	[ "$(chantal-config --config "$PWD/c.yaml" --view v --get gpg.key_id)" = global ]
	[ "$(chantal-config --config "$PWD/c.yaml" --view w --get gpg.enabled)" = false ]
	sed 's/http: {hosted/apt: {hosted/' c.yaml >d.yaml
	run -2 --separate-stderr chantal-config --config "$PWD/d.yaml" --check
	[[ "$stderr" == *"d.yaml:4:"*"views.apt: unknown key; the repositories of this view are of type http"* ]]
	sed 's/hosted_dir: own/hosted_drr: own/' c.yaml >d.yaml
	run -2 --separate-stderr chantal-config --config "$PWD/d.yaml" --check
	[[ "$stderr" == *'d.yaml:4:'*'http.hosted_drr'*'hosted_dir'* ]]
	sed 's/enabled: false/key_email: x/' c.yaml >d.yaml
	run -2 --separate-stderr chantal-config --config "$PWD/d.yaml" --check
	[[ "$stderr" == *'d.yaml:5:'*'gpg: wants one of'* ]]
}

@test "no secret of a view is printed" {
	cat >c.yaml <<-END
		repositories: [{id: one, type: http, feed: "http://h/"}]
		views: [{name: v, repos: [one], gpg: {key_id: k, passphrase: hush}}]
	END
	chmod 600 c.yaml
	run -0 chantal-config --config "$PWD/c.yaml" --view v
	[[ "$output" != *hush* ]]
	run -0 chantal-config --config "$PWD/c.yaml" --views --fields name,gpg
	[[ "$output" == v*'***'* && "$output" != *hush* ]]
}

@test "of type rpm the newest stays unless a policy says otherwise" {
	plugins_setup
	archive_plugin index
	sed 's/"type":"archive"/"type":"rpm"/' plugins/archive >plugins/rpm
	chmod 755 plugins/rpm
	sed 's/"type":"http"/"type":"rpm"/; s/"mode":"mirror"/"mode":"filtered"/' both >s
	[ "$(taken s --allow-override)" = "one:only-one one:shared two:hello two:only-two" ]
	run -3 chantal-index -q --allow-override --policy refuse <s
}

@test "a plugin that loses a package of a view is found out" {
	plugins_setup
	plugin archive index <<-'EOS'
		index() { grep '"package"' | grep -v only-two; }
	EOS
	sed 's/"type":"http"/"type":"archive"/; s/"mode":"mirror"/"mode":"filtered"/; /hello/d' both >s
	run -3 --separate-stderr chantal-index -q <s
	[[ "$stderr" == *"1 of 3 packages are neither in its output nor rejected"* ]]
}

@test "nothing is taken from a mirror with an index of its own" {
	plugins_setup
	archive_plugin index
	mirrors() {
		repo_line one archive
		item one hello 1.0 amd64 a pool/one/hello.deb
		item one shared 1.0 amd64 5 pool/shared.deb
		end_line one
		repo_line two archive
		item two hello 1.0 amd64 b pool/two/hello.deb
		item two shared 1.0 amd64 5 pool/shared.deb
		"$@"
		end_line two
	}
	mirrors true | sed 's/"type":"http"/"type":"archive"/' >s
	[ "$(taken s)" = "one:hello one:shared two:hello two:shared" ]
	mirrors item two other 2.0 amd64 c pool/one/hello.deb |
		sed 's/"type":"http"/"type":"archive"/' >s
	run -3 --separate-stderr chantal-index -q --policy first <s
	[[ "$stderr" == *"other 2.0 amd64: repositories one and two"*"is a mirror, whose index lists it"* ]]
}

@test "63,440 packages in two repositories take no more memory than they may" {
	{
		for id in one two; do
			repo_line $id http
			awk -v id=$id 'BEGIN { for (i = 0; i < 31720; i++)
				printf "{\"record\":\"package\",\"repo\":\"%s\",\"name\":\"p%d\",\"version\":\"1\",\"arch\":\"all\",\"path\":\"p%d\",\"type\":\"http\",\"size\":1,\"sha256\":\"%064x\"}\n", id, i, i, i }'
			end_line $id
		done
	} >s
	/usr/bin/time -f %M -o rss chantal-index -q <s | grep -c '"package"' >count
	[ "$(cat count)" -eq 31720 ]
	cat rss
	[[ "$BUILD" == */san ]] || [ "$(cat rss)" -lt 32768 ]
}
