# shellcheck disable=SC2154 # $stderr is set by run --separate-stderr
load helpers

setup() {
	common_setup
}

# config TEXT: writes it to config.yaml
config() {
	printf '%s\n' "$1" >config.yaml
}

# refused TEXT WORDS: the configuration is refused with these words
refused() {
	config "$1"
	run -2 --separate-stderr chantal-config --config config.yaml
	[ -z "$output" ]
	[ "$(printf '%s\n' "$stderr" | wc -l)" -eq 1 ]
	[[ "$stderr" == "chantal-config: "*"$2"* ]] || {
		echo "got: $stderr"
		return 1
	}
}

@test "help goes to stdout and names the page" {
	run -0 --separate-stderr chantal-config -h
	[[ "$output" == *"read, check and print the configuration"* ]]
	[[ "$output" == *"man chantal-config"* ]]
	[ -z "$stderr" ]
}

@test "wrong use is 2 with a message on stderr" {
	run -2 --separate-stderr chantal-config --frobnicate
	[ -z "$output" ]
	[[ "$stderr" == *"usage"* ]]
	run -2 --separate-stderr chantal-config operand
	[[ "$stderr" == *"operand"* ]]
	run -2 chantal-config --repo a --view b
}

@test "the caption of the help is the one of the page" {
	caption=$(sed -n 's/^\.Nd //p' "$TOP/man/chantal-config.1")
	run -0 chantal-config --help
	[[ "${lines[0]}" == "chantal-config - $caption" ]]
}

@test "a full disk is 75" {
	config 'repositories: [{id: a, type: http, feed: /x}]'
	run -75 --separate-stderr sh -c \
		'chantal-config --config config.yaml >/dev/full'
	[[ "$stderr" == *"No space left"* ]]
}

@test "an empty file is a good configuration" {
	: >config.yaml
	run -0 chantal-config --config config.yaml --get repositories
	[ -z "$output" ]
	run -0 chantal-config --config config.yaml --list
	[ -z "$output" ]
}

@test "without any file the built-in defaults hold" {
	run -0 chantal-config --get storage.base_path
	[ "$output" = "$CHANTAL_HOME" ]
	run -0 chantal-config --get storage.published_path
	[ "$output" = "$CHANTAL_HOME/published" ]
}

@test "malformed YAML is refused with line and column (T111)" {
	refused $'repositories:\n  - {id: a' 'config.yaml:'
	refused $'a: 1\n\tb: 2' 'config.yaml:2:'
}

@test "an unknown key is refused with its place and the nearest key (T107)" {
	refused $'repositories:\n  - id: a\n    type: http\n    fede: x' \
		'config.yaml:4:5: repositories.fede: unknown key; did you mean "feed"?'
	refused 'strage: {}' 'did you mean "storage"?'
	refused 'ssl: {verfy: true}' 'ssl.verfy: unknown key; did you mean "verify"?'
	refused 'repositories: [{id: a, type: http, feed: x, filters: {patterns: {includes: []}}}]' \
		'filters.patterns.includes: unknown key; did you mean "include"?'
}

@test "a type's block is only for that type" {
	refused 'repositories: [{id: a, type: http, feed: x, apt: {}}]' \
		'repositories.apt: unknown key'
}

@test "an unquoted 1.10 stays 1.10 (L5)" {
	config 'repositories: [{id: a, type: http, feed: x, name: 1.10, http: {v: 1.10, n: [0x10, 1e3]}}]'
	run -0 chantal-config --config config.yaml --repo a --get name
	[ "$output" = 1.10 ]
	run -0 chantal-config --config config.yaml --repo a --get http
	[ "$output" = '{"v":"1.10","n":["0x10","1e3"]}' ]
}

@test "all documents of a file are read (T117)" {
	config $'repositories: [{id: a, type: http, feed: x}]\n---\nrepositories: [{id: b, type: http, feed: y}]\n---\nstorage: {base_path: /b}'
	run -0 chantal-config --config config.yaml --list
	[ "$output" = $'a\nb' ]
	run -0 chantal-config --config config.yaml --get storage.pool_path
	[ "$output" = /b/pool ]
	refused $'ssl: {}\n---\nssl: {}' 'config.yaml:3:1: ssl: the same key twice'
}

@test "the flag goes before the environment, that before the defaults (T122)" {
	for f in flag env home local; do
		echo "storage: {base_path: /$f}" >$f.yaml
	done
	mkdir -p "$HOME/.config/chantal"
	cp home.yaml "$HOME/.config/chantal/config.yaml"
	cp local.yaml config.yaml
	[ ! -e /etc/chantal/config.yaml ] || skip "this machine has a configuration in /etc"
	run -0 chantal-config --get storage.base_path
	[ "$output" = /home ]
	rm "$HOME/.config/chantal/config.yaml"
	run -0 chantal-config --get storage.base_path
	[ "$output" = /local ]
	CHANTAL_CONFIG=env.yaml run -0 chantal-config --get storage.base_path
	[ "$output" = /env ]
	CHANTAL_CONFIG=env.yaml run -0 chantal-config --config flag.yaml --get storage.base_path
	[ "$output" = /flag ]
}

@test "a missing file that was named is an error (L39)" {
	echo "storage: {base_path: /local}" >config.yaml
	CHANTAL_CONFIG=gone.yaml run -2 --separate-stderr chantal-config
	[[ "$stderr" == *"CHANTAL_CONFIG: gone.yaml: No such file"* ]]
	run -2 --separate-stderr chantal-config --config gone.yaml
	[[ "$stderr" == *'gone.yaml: No such file'* ]]
}

@test "includes add repositories and views, sorted by name" {
	mkdir conf.d
	echo 'repositories: [{id: b, type: http, feed: x}]' >conf.d/2.yml
	echo 'repositories: [{id: a, type: http, feed: x}]' >conf.d/1.yaml
	echo 'views: [{name: v, repos: [a, b]}]' >>conf.d/2.yml
	echo 'not: yaml: at all' >conf.d/README
	config $'include: conf.d/*\nrepositories: [{id: main, type: http, feed: x}]'
	run -0 chantal-config --config config.yaml --list
	[ "$output" = $'main\na\nb' ]
	run -0 chantal-config --config "$PWD/config.yaml" --views --fields name,repos
	[ "$output" = $'v\t["a","b"]' ]
}

@test "duplicate ids across includes are errors (L47)" {
	echo 'repositories: [{id: a, type: http, feed: x}]' >more.yaml
	config $'include: more.yaml\nrepositories: [{id: a, type: http, feed: y}]'
	run -2 --separate-stderr chantal-config --config config.yaml
	[[ "$stderr" == *'more.yaml:1:17: repositories.id: "a" is there already, at config.yaml:2'* ]]
	config $'repositories: [{id: a, type: http, feed: y}]\nviews: [{name: v, repos: [a]}, {name: v, repos: [a]}]'
	run -2 --separate-stderr chantal-config --config config.yaml
	[[ "$stderr" == *'views.name: "v" is there already'* ]]
}

@test "a missing include and keys that an include cannot hold are errors (L47)" {
	refused 'include: gone.yaml' 'gone.yaml'
	refused 'include: conf.d/*.yaml' 'config.yaml:1:1: include: conf.d/*.yaml: its folder cannot be read'
	refused 'include: "*/x.yaml"' 'in the last part only'
	echo 'ssl: {verify: false}' >more.yaml
	config 'include: more.yaml'
	run -2 --separate-stderr chantal-config --config config.yaml
	[[ "$stderr" == *'more.yaml:1:1: ssl: included files may hold repositories and views only'* ]]
	echo 'repositories: {a: }' >more.yaml
	run -2 --separate-stderr chantal-config --config config.yaml
	[[ "$stderr" == *'more.yaml:1:1: repositories: a map where a list is expected'* ]]
	echo 'x: [' >more.yaml
	run -2 --separate-stderr chantal-config --config config.yaml
	[[ "$stderr" == *'more.yaml:'* ]]
}

@test "a mirror with filters, and no feed unless hosted, are errors (T114)" {
	refused 'repositories: [{id: a, type: http, feed: x, mode: mirror, filters: {where: [a=b]}}]' \
		'a mirror is as its upstream'
	refused 'repositories: [{id: a, type: http}]' 'required unless mode is hosted'
	config 'repositories: [{id: a, type: http, mode: hosted}]'
	run -0 chantal-config --config config.yaml --list
	[ "$output" = a ]
}

@test "filtered is the default mode (T123)" {
	config 'repositories: [{id: a, type: http, feed: x}]'
	run -0 chantal-config --config config.yaml --repo a --get mode
	[ "$output" = filtered ]
}

@test "hostile ids are refused (L31)" {
	for id in ../x /etc . .. a/b 'a b' -rf '' views snapshots $'"a\\nb"' '"a\u001bb"' "$(printf 'x%.0s' $(seq 200))"; do
		config "repositories: [{id: $id, type: http, feed: x}]"
		run -2 --separate-stderr chantal-config --config config.yaml
		[ -z "$output" ]
		[[ "$stderr" != *$'\033'* ]]
		config "views: [{name: $id, repos: []}]"
		run -2 chantal-config --config config.yaml
	done
}

@test "a pattern that does not compile is refused at load (T110)" {
	refused $'repositories:\n- {id: a, type: http, feed: x, filters: {patterns: {include: ["g++"]}}}' \
		'filters.patterns.include: pattern'
	for condition in '~x' '!=x' 'apt.section' 'apt.section!x'; do
		refused "repositories: [{id: a, type: http, feed: x, filters: {where: ['a.b=c', '$condition']}}]" \
			"filters.where: \"$condition\": write PATH=VALUE"
	done
	refused "repositories: [{id: a, type: http, feed: x, filters: {where: ['stanza.Depends~(']}}]" \
		'filters.where: pattern'
}

@test "views name known repositories of one type (T109)" {
	refused 'views: [{name: v, repos: [a]}]' 'there is no repository "a"'
	refused $'repositories:\n- {id: a, type: http, feed: x}\n- {id: b, type: rpm, feed: x}\nviews: [{name: v, repos: [a, b]}]' \
		'a view has one type'
	refused 'views: [{name: v, repos: []}]' 'a view of nothing'
	refused $'repositories: [{id: a, type: http, feed: x}]\nviews: [{name: v, repos: [a, a]}]' \
		'"a" is there twice'
}

@test "filters of another type are refused, legacy filters are understood (T108)" {
	refused 'repositories: [{id: a, type: apt, feed: x, filters: {rpm: {}}}]' \
		"filters.rpm: the repository's type is apt"
	config 'repositories: [{id: a, type: http, feed: x, filters: {include_packages: ["^a"], exclude_architectures: [i386]}}]'
	run -0 chantal-config --config config.yaml --repo a --get filters
	[ "$output" = '{"patterns":{"include":["^a"]},"metadata":{"architectures":{"exclude":["i386"]}}}' ]
}

@test "unknown kinds of credentials and incomplete ones are refused (L37)" {
	refused 'repositories: [{id: a, type: http, feed: x, auth: {type: ntlm}}]' 'auth.type: "ntlm" is none of'
	refused 'repositories: [{id: a, type: http, feed: x, auth: {type: basic, username: u}}]' 'basic wants'
	refused 'repositories: [{id: a, type: http, feed: x, auth: {username: u}}]' 'auth.type: required'
}

@test "a block of a repository replaces the whole global one (T48)" {
	config $'proxy: {http_proxy: "http://p:1", no_proxy: x}\nrepositories:\n- {id: a, type: http, feed: x}\n- {id: b, type: http, feed: x, proxy: {no_proxy: y}}'
	run -0 chantal-config --config config.yaml --repo a --get proxy
	[ "$output" = '{"http_proxy":"http://p:1","no_proxy":"x"}' ]
	run -0 chantal-config --config config.yaml --repo b --get proxy
	[ "$output" = '{"no_proxy":"y"}' ]
}

@test "secrets are printed only when asked for" {
	config $'proxy: {http_proxy: "http://u:canary@p:1", username: u, password: canary}\nrepositories:\n- {id: a, type: http, feed: "https://u:canary@h/x", auth: {type: bearer, token: canary}, gpg: {key_id: x, passphrase: canary}}\n- {id: b, type: http, feed: x, auth: {type: custom, headers: {X-Key: canary}}}'
	{
		chantal-config --config config.yaml
		chantal-config --config config.yaml --repo a
		chantal-config --config config.yaml --repo a --get auth
		chantal-config --config config.yaml --list --fields feed,auth,proxy,gpg
		chantal-config --config config.yaml --check || true
	} >out 2>&1
	[ -s out ]
	run -1 grep canary out
	run -0 chantal-config --config config.yaml --repo a --get auth.token --show-secrets
	[ "$output" = canary ]
}

@test "--get says what is wrong with a path" {
	config 'repositories: [{id: alpha, type: http, feed: x}]'
	run -2 --separate-stderr chantal-config --config config.yaml --get storage.pol_path
	[[ "$stderr" == *'did you mean "pool_path"?'* ]]
	run -0 chantal-config --config config.yaml --repo alpha --get auth.username
	[ -z "$output" ]
	run -2 --separate-stderr chantal-config --config config.yaml --repo alhpa
	[[ "$stderr" == *'did you mean "alpha"?'* ]]
}

@test "--list selects by tag, type, pattern and enabled" {
	config $'repositories:\n- {id: a1, type: http, feed: x, tags: [t]}\n- {id: a2, type: apt, feed: x, enabled: no}\n- {id: b1, type: apt, feed: x, tags: [t, u]}'
	c="chantal-config --config config.yaml --list"
	run -0 $c --tag t && [ "$output" = $'a1\nb1' ]
	run -0 $c --type apt && [ "$output" = $'a2\nb1' ]
	run -0 $c --type apt --enabled && [ "$output" = b1 ]
	run -0 $c --pattern 'a*' && [ "$output" = $'a1\na2' ]
	run -0 $c --tag nobody && [ -z "$output" ]
}

@test "a retention without effect is said by --check" {
	cat >config.yaml <<-END
		repositories:
		  - {id: a, type: http, mode: hosted, retention: {policy: newest-only}}
		  - {id: b, type: http, mode: mirror, feed: "$PWD", retention: {policy: newest-only}}
		  - {id: c, type: http, feed: "$PWD", retention: {policy: keep-all}}
		  - {id: d, type: http, mode: hosted, retention: {policy: keep-all}}
		  - {id: e, type: http, feed: "$PWD", retention: {policy: newest-only}}
	END
	run -0 --separate-stderr chantal-config --config config.yaml --check
	[ "$(grep -c 'retention.policy: .*ignored' <<<"$stderr")" -eq 3 ]
	[[ "$stderr" == *"config.yaml:2: retention.policy: newest-only: ignored: uploads stay until chantal package remove"* ]]
	[[ "$stderr" == *":3: "*"a mirror has what its upstream has"*":4: "*"a snapshot keeps it"* ]]
}

@test "keys without effect are said, once, by --check" {
	config $'database: {url: "sqlite:///x"}\nstorage: {temp_path: /t}'
	run -0 --separate-stderr chantal-config --config config.yaml --check
	[ -z "$output" ]
	[[ "$stderr" == *'database: ignored'*'temp_path: ignored'* ]]
	run -0 --separate-stderr chantal-config --config config.yaml --list
	[ -z "$stderr" ]
}

@test "--check names a type that no plugin has" {
	config 'repositories: [{id: a, type: nosuchtype, feed: x}]'
	run -2 --separate-stderr chantal-config --config config.yaml --check
	[[ "$stderr" == *"config.yaml:1:24:"*"nosuchtype"* ]]
}

@test "--check checks a type's block by what its plugin describes" {
	mkdir -m 755 plugins
	cat >plugins/toy <<'PLUGIN'
#!/bin/sh
[ "$1" = describe ] || exit 2
printf '%s\n' '{"protocol":[1],"type":"toy","version":"1","verbs":["describe","list"],"modes":["mirror"],"version_order":"none","config":{"type":"object","additionalProperties":false,"properties":{"depth":{"type":"integer","minimum":1}}}}'
PLUGIN
	chmod 755 plugins/toy
	p="plugin_path: [$PWD/plugins]"
	config "$p"$'\nrepositories: [{id: a, type: toy, mode: mirror, feed: x, toy: {depth: 3}}]'
	run -0 chantal-config --config config.yaml --check
	config "$p"$'\nrepositories: [{id: a, type: toy, mode: mirror, feed: x, toy: {dept: 3}}]'
	run -2 --separate-stderr chantal-config --config config.yaml --check
	[[ "$stderr" == *'config.yaml:2:64: toy.dept: unknown key; did you mean "depth"?'* ]]
	config "$p"$'\nrepositories: [{id: a, type: toy, mode: mirror, feed: x, toy: {depth: 0}}]'
	run -2 --separate-stderr chantal-config --config config.yaml --check
	[[ "$stderr" == *'toy.depth: 0 is less than 1'* ]]
	config "$p"$'\nrepositories: [{id: a, type: toy, feed: x}]'
	run -2 --separate-stderr chantal-config --config config.yaml --check
	[[ "$stderr" == *'filtered'* ]]
}

@test "the sample configuration is good (T116)" {
	run -0 --separate-stderr chantal-config --config "$TOP/share/config.yaml"
	[ -z "$stderr" ]
	[[ "$output" == *'"only_latest_n_versions": 3'* ]]
}

@test "the example of chantal-config(5) is good" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh/p' "$TOP/man/chantal-config.5" |
		sed -n '/^\.Bd/,/^\.Ed/p' | sed '/^\./d' >config.yaml
	[ -s config.yaml ]
	run -0 chantal-config --config config.yaml --list
	[ "$output" = tools ]
}

@test "the page lists the keys that the program knows" {
	chantal-config --keys | awk -F '\t' -f "$TOP/tests/data/config/keys.awk" >want
	sed -n '/^\.\\" Below:/,/^\.\\" Above:/p' "$TOP/man/chantal-config.5" |
		sed '1d;$d' >got
	diff want got
}

@test "the schema names every key, and is JSON" {
	chantal-config --schema >schema.json
	run -0 jq -r '."$schema"' schema.json
	[ "$output" = https://json-schema.org/draft/2020-12/schema ]
	chantal-config --keys | cut -f1 | grep -v '\.' | sort >want
	jq -r '.properties | keys[]' schema.json | sort >got
	diff want got
	run -0 jq -r '."$defs".ssl.properties.verify.default' schema.json
	[ "$output" = true ]
	# every reference leads somewhere
	jq -r '.. | objects | ."$ref"? // empty' schema.json | sort -u |
		sed 's,#/$defs/,,' >refs
	jq -r '."$defs" | keys[]' schema.json | sort >defs
	run -0 comm -23 refs defs
	[ -z "$output" ]
}

@test "the sample validates against the schema" {
	python3 -c 'import jsonschema, yaml' 2>/dev/null ||
		skip "python3-jsonschema and python3-yaml are not installed"
	chantal-config --schema >schema.json
	python3 - "$TOP/share/config.yaml" <<'PY'
import json, jsonschema, sys, yaml
jsonschema.Draft202012Validator.check_schema(json.load(open("schema.json")))
jsonschema.validate(yaml.safe_load(open(sys.argv[1])), json.load(open("schema.json")))
PY
}

@test "a file of 1,000 repositories loads at once" {
	{
		echo repositories:
		for i in $(seq 1000); do
			echo "  - {id: r$i, type: http, feed: /x, filters: {patterns: {include: ['^a$i']}}}"
		done
	} >config.yaml
	run -0 timeout 5 chantal-config --config config.yaml --list
	[ "${#lines[@]}" -eq 1000 ]
}
