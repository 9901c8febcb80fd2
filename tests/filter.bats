#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets $stderr

bats_require_minimum_version 1.5.0
load helpers

setup() {
	common_setup
	{
		repo_line deb apt '"upstream":7'
		apt_line libfoo 1.9-1 amd64 1000 libs
		apt_line libfoo 1.10-1 amd64 2000 libs
		apt_line libfoo 1.10-1 i386 3000 libs
		apt_line vim 2:9.0-1 amd64 4000000 editors
		apt_line gcc 12.2 amd64 5000 devel
		apt_line g++ 12.2 amd64 6000 devel
		apt_line foo-doc 1.0 all 7000 doc
		echo '{"record":"file","repo":"deb","path":"dists/x/Release","role":"root"}'
		end_line deb
	} >stream
}

# apt_line NAME VERSION ARCH SIZE SECTION [MEMBERS]
apt_line() {
	pkg_line deb "$1" "$2" "$3" "pool/$1_$2_$3.deb" \
		"\"size\":$4,\"apt\":{\"section\":\"$5\",\"component\":\"main\"}${6:+,$6}" |
		sed 's/"type":"http"/"type":"apt"/'
}

# kept OPTION...: name version arch of what the filter keeps, on one line
kept() {
	chantal-filter "$@" <stream |
		jq -r 'select(.record == "package") | "\(.name) \(.version) \(.arch)"' |
		paste -sd, -
}

@test "help goes to stdout and names every option" {
	run --separate-stderr chantal-filter -h
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for o in include exclude arch not-arch min-size max-size newer-than \
		older-than last-days where source-packages min-phased latest \
		order config repo explain shard through compare version; do
		[[ $output == *"--$o"* ]]
		grep -q -e "Fl -$o" "$TOP/man/chantal-filter.1"
	done
	run chantal-filter --version
	[ "$status" -eq 0 ]
}

@test "wrong use is 2 and says what is wrong" {
	for args in --nonsense 'stray operand' '--include (' '--include g++' \
		'--min-size much' '--newer-than soon' '--last-days 0' \
		'--latest 0' '--latest x' '--order abc' '--where x' \
		'--where =x' '--where x~(' '--source-packages some' \
		'--min-phased 101' '--min-phased x' '--shard 0/2' '--shard 3/2' \
		'--shard 2' --through '--compare nonsense 1 2' '--compare deb 1' \
		'--config nothing.yaml' '--arch'; do
		# shellcheck disable=SC2086 # split on purpose
		run -2 --separate-stderr chantal-filter $args <stream
		[ -z "$output" ]
		[[ $stderr == "chantal-filter: "* ]]
	done
}

@test "an empty stream stays empty" {
	run --separate-stderr chantal-filter --include x --latest 1 </dev/null
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
}

@test "unknown fields and unknown kinds survive, byte for byte" {
	{
		repo_line r apt
		echo '{ "record" : "package", "repo":"r","name":"a","version":"1", "type":"apt" ,"path":"a" , "new":[1,{"x":1.50}],"u":"\u00e9\/" }'
		echo '{"record":"novelty","anything":[null]}'
		end_line r
	} >odd
	chantal-filter <odd | cmp - odd
	chantal-filter --latest 1 <odd | sort | cmp - <(sort odd)
	chantal-filter --include a --through cat <odd | sort | cmp - <(sort odd)
}

@test "a malformed line is named by its number" {
	{
		sed -n 1,3p stream
		echo '{"record":"package","repo":"deb",}'
		end_line deb
	} >bad
	run -3 --separate-stderr chantal-filter <bad
	[[ $stderr == *"stdin: line 4: "* ]]
	[[ ${lines[-1]} == *'"status":"failed","exit":3'* ]]
	{
		repo_line deb apt
		pkg_line deb evil 1 amd64 ../../etc/passwd
		end_line deb
	} >bad
	run -3 --separate-stderr chantal-filter --arch amd64 <bad
	[[ $stderr == *"stdin: line 2: "* ]]
}

@test "a full disk is 75" {
	run -75 --separate-stderr sh -c 'chantal-filter <stream >/dev/full'
	[[ $stderr == *"stdout: cannot write"* ]]
	run -75 --separate-stderr sh -c 'chantal-filter --compare deb 1 2 >/dev/full'
	run -75 --separate-stderr sh -c 'chantal-filter -h >/dev/full'
}

@test "a stream without its end is passed on and not completed" {
	grep -v '"end"' stream >cut
	for args in '' '--include ^lib' '--latest 1' '--through cat'; do
		# shellcheck disable=SC2086 # split on purpose
		run -3 --separate-stderr chantal-filter $args <cut
		[[ $output != *'"record":"end"'* ]]
		[[ $stderr == *"deb: incomplete stream"* ]]
	done
}

@test "an end that overtakes is held back to the last line" {
	{ grep '"end"' stream; grep -v '"end"' stream; } >early
	chantal-filter --include ^lib <early >out
	tail -n 1 out | grep -q '"record":"end"'
	[ "$(grep -c '"package"' out)" -eq 3 ]
}

@test "an end that overtakes a failure becomes a failed one" {
	{ grep '"end"' stream; grep -v '"end"' stream; echo garbage; } >early
	run -3 --separate-stderr chantal-filter <early
	[[ ${lines[-1]} == *'"status":"failed"'* ]]
	[ "$(grep -c '"record":"end"' <<<"$output")" -eq 1 ]
}

@test "unmarked lines pass" {
	grep '"package"' stream | chantal-filter --include ^lib >out
	[ "$(wc -l <out)" -eq 3 ]
}

@test "patterns are searched anywhere in the name unless anchored" {
	[ "$(kept --include oo)" = "libfoo 1.9-1 amd64,libfoo 1.10-1 amd64,libfoo 1.10-1 i386,foo-doc 1.0 all" ]
	[ "$(kept --include '^foo')" = "foo-doc 1.0 all" ]
	[ "$(kept --include '^gcc$' --include '^g\+\+$')" = "gcc 12.2 amd64,g++ 12.2 amd64" ]
	[ "$(kept --include '^g(cc|\+\+)$' --exclude '\+')" = "gcc 12.2 amd64" ]
}

@test "patterns are searched in name-version.arch too, without an epoch" {
	[ "$(kept --include '^libfoo-1\.10-1\.amd64$')" = "libfoo 1.10-1 amd64" ]
	[ "$(kept --include '^vim-9')" = "vim 2:9.0-1 amd64" ]
	[ "$(kept --include 'name:amd64')" = "" ]
	[ "$(kept --include 'full:^foo-doc-1')" = "foo-doc 1.0 all" ]
	[ "$(kept --include 'full:^foo-doc$')" = "" ]
}

@test "architectures are wanted or unwanted, exactly" {
	[ "$(kept --arch i386 --arch all)" = "libfoo 1.10-1 i386,foo-doc 1.0 all" ]
	[ "$(kept --not-arch amd64)" = "libfoo 1.10-1 i386,foo-doc 1.0 all" ]
	[ "$(kept --arch amd)" = "" ]
}

@test "sizes are inclusive and know units" {
	[ "$(kept --min-size 5000 --max-size 6000)" = "gcc 12.2 amd64,g++ 12.2 amd64" ]
	[ "$(kept --min-size 3M)" = "vim 2:9.0-1 amd64" ]
}

@test "build times are compared with dates, zones and days" {
	{
		repo_line deb apt
		apt_line old 1 all 1 x '"time":1700000000'
		apt_line new 1 all 1 x '"time":1710000000'
		apt_line unknown 1 all 1 x
		end_line deb
	} >stream
	[ "$(kept --newer-than 2024-01-01)" = "new 1 all,unknown 1 all" ]
	[ "$(kept --older-than 2024-01-01)" = "old 1 all,unknown 1 all" ]
	[ "$(kept --newer-than 2023-11-14T22:13:20Z)" = "old 1 all,new 1 all,unknown 1 all" ]
	[ "$(kept --newer-than 2023-11-14T22:13:21Z)" = "new 1 all,unknown 1 all" ]
	[ "$(kept --newer-than 2023-11-14T23:13:20+01:00)" = "old 1 all,new 1 all,unknown 1 all" ]
	[ "$(TZ=Asia/Tokyo kept --newer-than '2023-11-14 22:13:20')" = "old 1 all,new 1 all,unknown 1 all" ]
	export SOURCE_DATE_EPOCH=1710086400
	[ "$(kept --last-days 1)" = "new 1 all,unknown 1 all" ]
	[ "$(kept --newer-than 26h)" = "new 1 all,unknown 1 all" ]
	[ "$(kept --newer-than 23h)" = "unknown 1 all" ]
}

@test "where compares any attribute of the type" {
	[ "$(kept --where apt.section=editors)" = "vim 2:9.0-1 amd64" ]
	[ "$(kept --where apt.section=editors --where apt.section=doc)" = "vim 2:9.0-1 amd64,foo-doc 1.0 all" ]
	[ "$(kept --where apt.section=libs --where arch=i386)" = "libfoo 1.10-1 i386" ]
	[ "$(kept --where apt.section!=libs --where apt.section!=devel)" = "vim 2:9.0-1 amd64,foo-doc 1.0 all" ]
	[ "$(kept --where 'apt.section~^d' --where 'name!~\+')" = "gcc 12.2 amd64,foo-doc 1.0 all" ]
	[ "$(kept --where size=5000)" = "gcc 12.2 amd64" ]
	[ "$(kept --where apt.nothing=x)" = "" ]
	[ "$(kept --where apt.nothing!=x --where name=vim)" = "vim 2:9.0-1 amd64" ]
}

@test "where holds for an array when it holds for an element" {
	{
		repo_line deb apt
		apt_line a 1 all 1 x '"tags":["red","b\u006cue",3,true,null]'
		apt_line b 1 all 1 x '"tags":[]'
		end_line deb
	} >stream
	[ "$(kept --where tags=blue)" = "a 1 all" ]
	[ "$(kept --where tags=3)" = "a 1 all" ]
	[ "$(kept --where tags=true)" = "a 1 all" ]
	[ "$(kept --where tags!=red)" = "b 1 all" ]
	[ "$(kept --where 'tags~^r')" = "a 1 all" ]
}

@test "latest keeps so many versions of a name and architecture" {
	[ "$(kept --latest 1 --include foo)" = "libfoo 1.10-1 amd64,libfoo 1.10-1 i386,foo-doc 1.0 all" ]
	[ "$(kept --latest 2)" = "$(kept)" ]
	run -0 --separate-stderr chantal-filter -q --latest 1 --explain <stream
	[ "$stderr" = "libfoo 1.9-1 amd64: latest 1" ]
}

@test "latest does not depend on the order of the input" {
	{
		repo_line deb apt
		for v in 1.0 1.00 1.0~rc1 _bad 1.0-0 2:0.1 bad_2 1.0; do
			apt_line a "$v" all 1 x
		done
		end_line deb
	} >stream
	for n in 1 2 3 4 5 6; do
		kept --latest $n 2>/dev/null | tr , '\n' | sort >first
		for seed in 1 2 3; do
			shuf --random-source=<(yes $seed) stream >mixed
			chantal-filter -q --latest $n <mixed 2>/dev/null |
				jq -r 'select(.record == "package") | "\(.name) \(.version) \(.arch)"' |
				sort | cmp - first
		done
	done
	run --separate-stderr chantal-filter --latest 1 <stream
	[[ $stderr == *"2 versions are not valid in the deb order"* ]]
}

@test "latest takes each type's order, version_order, vkey or --order" {
	typed() {
		repo_line r "$1" "$2"
		pkg_line r a 1.9 all a19 | sed "s/\"type\":\"http\"/\"type\":\"$1\"/"
		pkg_line r a 1.10 all a110 "$3" | sed "s/\"type\":\"http\"/\"type\":\"$1\"/"
		pkg_line r a 1.10-rc.1 all arc | sed "s/\"type\":\"http\"/\"type\":\"$1\"/"
		end_line r
	}
	latest() {
		chantal-filter --latest 1 "$@" | jq -r 'select(.record == "package").version'
	}
	[ "$(typed helm '' '' | latest)" = 1.10 ]
	[ "$(typed apt '' '' | latest)" = 1.10-rc.1 ]
	[ "$(typed mine '"version_order":"semver"' '' | latest)" = 1.10 ]
	[ "$(typed mine '' '' | latest --order semver)" = 1.10 ]
	[ "$(typed mine '"version_order":"vkey"' '"vkey":"2"' | latest)" = 1.10 ]
	run -2 --separate-stderr chantal-filter --latest 1 < <(typed mine '' '')
	[[ $stderr == *"has no version order; give --order"* ]]
	[[ $output == *'"status":"failed","exit":2'* ]]
}

@test "latest of helm charts is per name" {
	{
		repo_line r helm
		pkg_line r a 1.0.0 amd64 p1 | sed 's/"http"/"helm"/'
		pkg_line r a 2.0.0 '' p2 | sed 's/"http"/"helm"/'
		end_line r
	} >stream
	[ "$(kept --latest 1)" = "a 2.0.0 " ]
}

@test "explain says of each dropped package which rule dropped it" {
	run -0 --separate-stderr chantal-filter --explain --arch amd64 \
		--max-size 1M --where apt.section!=devel --include lib \
		--exclude 1.9 <stream
	[ "$stderr" = "libfoo 1.9-1 amd64: exclude 1.9
libfoo 1.10-1 i386: arch: is none of the wanted
vim 2:9.0-1 amd64: max-size 1048576: has 4000000
gcc 12.2 amd64: where apt.section!=devel
g++ 12.2 amd64: where apt.section!=devel
foo-doc 1.0 all: arch: is none of the wanted" ]
}

@test "explain shows no control bytes" {
	{
		repo_line deb apt
		echo '{"record":"package","repo":"deb","name":"a\u009b31m","path":"p","type":"apt"}'
		end_line deb
	} >stream
	run -0 --separate-stderr chantal-filter --explain --include x <stream
	[[ $stderr != *$'\xc2\x9b'* ]]
}

@test "a filter that keeps nothing says so" {
	run -0 --separate-stderr chantal-filter --include nothing <stream
	[ "$stderr" = "chantal-filter: warning: the rules keep none of 7 packages: --explain names the rule that drops each" ]
	[ "$(wc -l <<<"$output")" -eq 3 ]
}

@test "a misspelt where is an error that names what was meant" {
	{
		repo_line deb apt
		apt_line a 1 all 1 admin '"stanza":"Package: a\nDepends: b\n"'
		end_line deb
	} >stream
	while IFS='|' read -r where meant; do
		run -2 --separate-stderr chantal-filter --where "$where" <stream
		[[ $stderr == *"where ${where%%[=~!]*}: none of 1 packages has it: is $meant meant?"* ]] ||
			{ echo "$where: $stderr"; return 1; }
		tail -n 1 <<<"$output" | jq -e '.status == "failed" and .exit == 2'
	done <<-END
		apt.sektion=admin|apt.section
		aptt.section=admin|apt.section
		stanza.Depnds~b|stanza.Depends
		nmae=a|name
	END
}

@test "a where that only excludes is warned of, one of a field that none has as well" {
	{
		repo_line deb apt
		apt_line a 1 all 1 admin
		end_line deb
	} >stream
	run -0 --separate-stderr chantal-filter --where 'apt.sektion!=games' <stream
	[[ $stderr == *"none is dropped: is apt.section meant?"* ]]
	[ "$(grep -c '"package"' <<<"$output")" -eq 1 ]
	run -0 --separate-stderr chantal-filter --where 'apt.phased!=0' <stream
	[ -z "$stderr" ]
	run -0 --separate-stderr chantal-filter --where 'apt.phased=0' <stream
	[[ $stderr == *"where apt.phased: none of 1 packages has it"* ]]
	run -0 --separate-stderr chantal-filter --include nothing --where 'apt.section=admin' <stream
	[[ $stderr != *"has it"* ]]
}

@test "a package keeps what belongs to it" {
	{
		repo_line deb apt
		apt_line src 1 source 1 x '"local":true,"files":[{"path":"x.dsc","role":"extra"}]'
		end_line deb
	} >stream
	chantal-filter --include src <stream | cmp - stream
}

@test "a pattern that would take for ever is an error" {
	{
		repo_line deb apt
		apt_line aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 all 1 x
		end_line deb
	} >stream
	run -2 --separate-stderr timeout 10 chantal-filter --include '^(([a-z])+.)+[A-Z]([a-z])+$' <stream
	[[ $stderr == *"gave up"* ]]
}

@test "shards have all marks, each package once, all versions together" {
	for i in 1 2 3; do
		chantal-filter --shard $i/3 <stream >part$i
		[ "$(grep -c "\"shard\":\"$i/3\"" part$i)" -eq 2 ]
	done
	grep -h '"package"' part? | sort | cmp - <(grep '"package"' stream | sort)
	[ "$(grep -l libfoo part? | wc -l)" -eq 1 ]
	[ "$(grep -l '"file"' part?)" = part1 ]
	# all parts make a complete stream again
	cat part1 part2 part3 | chantal-filter >whole
	[ "$(grep -c '"record":"end"' whole)" -eq 3 ]
}

@test "a dead shard is noticed" {
	for i in 1 2; do
		chantal-filter --shard $i/3 <stream >part$i
	done
	run -3 --separate-stderr chantal-filter < <(cat part1 part2)
	[[ $stderr == *"3/3"* || $stderr == *shard* ]]
	chantal-filter --shard 3/3 <stream | grep -v '"end"' >part3
	run -3 --separate-stderr chantal-filter < <(cat part1 part2 part3)
	[[ $stderr == *"incomplete stream"* ]]
}

@test "a stream is divided into shards once" {
	run -2 --separate-stderr sh -c 'chantal-filter --shard 1/2 <stream | chantal-filter --shard 1/3'
	[[ $stderr == *"is part 1/2 already"* ]]
	[[ $output == *'"status":"failed"'* ]]
}

@test "through carries every other line around the program" {
	chantal-filter --include ^lib --through jq -c '.path = "x/" + .path' <stream >out
	[ "$(grep -c '"path":"x/pool/libfoo' out)" -eq 3 ]
	grep -q '"record":"file"' out
	head -n 1 out | grep -q '"record":"repo"'
	tail -n 1 out | grep -q '"status":"ok"'
}

@test "through stands behind latest" {
	chantal-filter --latest 1 --through jq -c . <stream >out
	[ "$(grep -c '"package"' out)" -eq 6 ]
}

@test "a program that drops everything or stops early is no failure" {
	run -0 --separate-stderr chantal-filter --through sed d <stream
	[ "$(wc -l <<<"$output")" -eq 3 ]
	{
		repo_line deb apt
		for i in $(seq 5000); do apt_line "p$i" 1 all 1 x; done
		end_line deb
	} >stream
	run -0 --separate-stderr chantal-filter --through head -n 2 <stream
	[ "$(grep -c '"package"' <<<"$output")" -eq 2 ]
}

@test "a program that fails makes the stream failed, with its words" {
	run -3 --separate-stderr chantal-filter --through sh -c 'cat; echo it broke >&2; exit 4' <stream
	[[ ${lines[-1]} == *'"status":"failed","exit":3,"message":"through: sh: failed with status 4: it broke"'* ]]
	[[ $stderr == *"sh: it broke"* ]]
	run -2 --separate-stderr chantal-filter --through ./nothing <stream
	[[ $stderr == *"./nothing: cannot run it"* ]]
	[[ ${lines[-1]} == *'"status":"failed"'* ]]
	run -75 --separate-stderr chantal-filter --through sh -c 'kill -9 $$' <stream
	[[ $stderr == *"ended by signal 9"* ]]
}

@test "a program cannot forge repo, type, kind or path" {
	for change in '.repo = "other"' '.type = "rpm"' 'del(.repo)' \
		'del(.type)' '.record = "end" | .status = "ok"' \
		'.record = "repo"' '.record = "file"' '.path = "../x"' \
		'.record = "reject" | .repo = "other"' '1'; do
		run -3 --separate-stderr chantal-filter --through jq -c "$change" <stream
		[[ $stderr == *"chantal-filter: through: jq: output line 1: "* ]]
		[[ ${lines[-1]} == *'"status":"failed"'* ]]
	done
}

@test "rejects of a program make the stream partial" {
	run -1 --separate-stderr chantal-filter --through jq -c \
		'if .name == "vim" then {record: "reject", repo, code: "virus", message: "found", retry: false, ref: {name}} else . end' <stream
	[[ ${lines[-1]} == *'"status":"partial"'* ]]
	[ "$(grep -c '"package"' <<<"$output")" -eq 6 ]
}

@test "through does not wait for a program that waits for it" {
	{
		repo_line deb apt
		for i in $(seq 3000); do
			apt_line "p$i" 1 all 1 x "\"fill\":\"$(printf %0900d 0)\""
		done
		end_line deb
	} >stream
	# much out before all is in, all out when all is in, noise on stderr
	timeout 60 chantal-filter --through sh -c 'tee /dev/stderr' <stream 2>noise | cmp - stream
	[ "$(wc -l <noise)" -eq 3000 ]
	timeout 60 chantal-filter --through sort <stream | sort | cmp - <(sort stream)
}

@test "a line without end is refused from a program" {
	run -3 --separate-stderr chantal-filter --through sh -c 'head -c 20000000 /dev/zero | tr "\0" x' <stream
	[[ $stderr == *"prints a line over"* ]]
}

@test "rules come from the configuration, options win" {
	cat >config.yaml <<-'YAML'
		repositories:
		  - id: deb
		    type: apt
		    feed: http://127.0.0.1/
		    filters:
		      patterns:
		        include: ["^lib", "^vim"]
		        exclude: ["-dbg$"]
		      metadata:
		        architectures: {include: [amd64]}
		      deb:
		        sections: {exclude: [devel]}
		      post_processing: {only_latest_version: true}
		  - id: old
		    type: apt
		    feed: http://127.0.0.1/
		    filters: {include_packages: ["^g"], exclude_architectures: [i386]}
		  - id: program
		    type: apt
		    feed: http://127.0.0.1/
		    filters:
		      where: ["apt.section=libs"]
		      program: [jq, -c, 'select(.arch == "i386")']
	YAML
	[ "$(kept --config config.yaml --repo deb)" = "libfoo 1.10-1 amd64,vim 2:9.0-1 amd64" ]
	[ "$(kept --config config.yaml --repo deb --latest 2)" = "libfoo 1.9-1 amd64,libfoo 1.10-1 amd64,vim 2:9.0-1 amd64" ]
	[ "$(kept --config config.yaml --repo deb --include doc --arch all)" = "foo-doc 1.0 all" ]
	[ "$(kept --config config.yaml --repo old)" = "gcc 12.2 amd64,g++ 12.2 amd64" ]
	[ "$(kept --config config.yaml --repo program)" = "libfoo 1.10-1 i386" ]
	[ "$(kept --config config.yaml --repo program --through cat)" = "libfoo 1.9-1 amd64,libfoo 1.10-1 amd64,libfoo 1.10-1 i386" ]
	run -2 --separate-stderr chantal-filter --config config.yaml --repo debb <stream
	[ "$(jq -rs 'map(.record + (.status // "") + (.exit // "" | tostring)) | unique | join(" ")' <<<"$output")" = "endfailed2 repo" ]
}

@test "rpm and deb rules treat what is absent as they always did" {
	cat >config.yaml <<-'YAML'
		repositories:
		  - id: rpm
		    type: rpm
		    feed: http://127.0.0.1/
		    filters:
		      rpm:
		        exclude_source_rpms: true
		        groups: {include: [System]}
		        epochs: {include: ["0", 2]}
		  - id: apt
		    type: apt
		    feed: http://127.0.0.1/
		    filters:
		      deb: {priorities: {include: [required]}}
	YAML
	rpm_line() {
		pkg_line rpm "$1" "$2" "$3" "$1.rpm" "\"rpm\":{$4}" |
			sed 's/"type":"http"/"type":"rpm"/'
	}
	{
		repo_line rpm rpm
		rpm_line a 1-1 noarch '"group":"System"'
		rpm_line b 1-1 noarch '"group":"Games"'
		rpm_line c 1-1 noarch ''
		rpm_line d 1-1 src ''
		rpm_line e 1:1-1 noarch ''
		rpm_line f 2:1-1 noarch ''
		end_line rpm
	} >stream
	[ "$(kept --config config.yaml --repo rpm)" = "a 1-1 noarch,c 1-1 noarch,f 2:1-1 noarch" ]
	{
		repo_line deb apt
		apt_line a 1 all 1 x
		apt_line b 1 all 1 x '"x":1' | sed 's/"component"/"priority":"required","component"/'
		end_line deb
	} >stream
	[ "$(kept --config config.yaml --repo apt)" = "b 1 all" ]
}

@test "compare prints the relation of two versions" {
	[ "$(chantal-filter --compare deb 1.0~rc1 1.0)" = '<' ]
	[ "$(chantal-filter --compare rpm 1.0-10.el9 1.0-9.el9)" = '>' ]
	[ "$(chantal-filter --compare semver v1.0.0 1.0.0+b)" = '=' ]
	[ "$(chantal-filter --compare apk 1.0bc 1.0)" = invalid ]
	[ "$(chantal-filter --compare pep440 -- -1 1)" = invalid ]
	run -2 chantal-filter --compare
}

@test "compare reads pairs from stdin and agrees with every vector" {
	for order in rpm deb apk semver pep440; do
		grep -v '^#' "$TOP/tests/data/version-$order.txt" |
			awk -F '\t' '{ print $1 "\t" $3 }' |
			chantal-filter --compare $order >got
		grep -v '^#' "$TOP/tests/data/version-$order.txt" | cut -f 2 | cmp - got
	done
	printf '1\t2\nno tab\n' >pairs
	run -3 --separate-stderr chantal-filter --compare deb <pairs
	[ "$output" = '<' ]
	[[ $stderr == *"stdin: line 2: no tab"* ]]
	run -0 chantal-filter --compare deb </dev/null
	[ -z "$output" ]
}

@test "the deb order agrees with dpkg" {
	command -v dpkg >/dev/null || skip "dpkg is not here"
	local a relation b
	while IFS='|' read -r a relation b; do
		case $relation in
		invalid) run ! dpkg --validate-version "$a" ;;
		'<') dpkg --compare-versions "$a" lt "$b" ;;
		'=') dpkg --compare-versions "$a" eq "$b" ;;
		'>') dpkg --compare-versions "$a" gt "$b" ;;
		esac
	done < <(grep -v '^#' "$TOP/tests/data/version-deb.txt" | tr '\t' '|')
}

@test "the examples of the page run" {
	cp stream stream.ndjson
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$TOP/man/chantal-filter.1" |
		awk '/^\.Bd/ { on = 1; print "{"; next } /^\.Ed/ { on = 0; print "}"; next } on' |
		sed -e 's/\\e$/\\/' -e 's/\\(ti/~/g' >examples
	grep -q chantal-filter examples
	sh -eu examples
}
