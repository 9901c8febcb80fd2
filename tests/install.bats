#!/usr/bin/env bats
# make install, uninstall and dist, and that what was installed works alone.

load helpers

setup() {
	common_setup
	unset MAKEFLAGS MAKELEVEL MFLAGS
}

installed() {
	make -s -C "$TOP" install DESTDIR="$PWD/root" PREFIX=/usr
}

@test "what make install puts below DESTDIR works without the source tree" {
	installed
	mkdir upstream
	echo one >upstream/tool-1.0.txt
	export PATH=$PWD/root/usr/bin:/usr/bin:/bin
	[ "$(command -v chantal)" = "$PWD/root/usr/bin/chantal" ]
	cat >config.yaml <<-EOF
		storage:
		  base_path: $PWD/store
		  published_path: $PWD/www
		repositories:
		  - id: tools
		    type: http
		    feed: $PWD/upstream
	EOF
	chantal --config config.yaml init
	chantal --config config.yaml repo sync --repo-id tools
	chantal --config config.yaml publish repo --repo-id tools
	cmp www/tools/tool-1.0.txt upstream/tool-1.0.txt
	chantal --config config.yaml plugin new mine --lang sh
	run -0 chantal plugin list
	[[ $output == *"$PWD/root/usr/libexec/chantal/plugins/http"* ]]
}

@test "each program and each page is installed, and each program names its page" {
	installed
	for tool in "$TOP"/tools/chantal*; do
		name=$(basename "$tool" .c)
		[ -x "root/usr/bin/$name" ]
		[ -s "root/usr/share/man/man1/$name.1" ]
	done
	for page in "$TOP"/man/*.[1-8]; do
		[ -s "root/usr/share/man/man${page##*.}/$(basename "$page")" ]
	done
	[ -s root/usr/share/chantal/mirror.mk ]
}

@test "make uninstall leaves no file" {
	installed
	make -s -C "$TOP" uninstall DESTDIR="$PWD/root" PREFIX=/usr
	run -0 find root -type f
	[ -z "$output" ]
}

@test "make dist packs the sources that git has" {
	git -C "$TOP" rev-parse HEAD >/dev/null 2>&1 || skip "no git checkout"
	git clone -q "$TOP" clone
	make -s -C clone dist
	run -0 tar -tzf clone/dist/chantal-*.tar.gz
	[[ $output == *chantal-*/lib/record.c* ]]
	[[ $output == *chantal-*/Makefile* ]]
}

@test "mirror.mk syncs and publishes what the configuration enables" {
	mkdir upstream
	echo one >upstream/tool-1.0.txt
	cat >config.yaml <<-EOF
		storage:
		  base_path: $PWD/store
		  published_path: $PWD/www
		repositories:
		  - id: a
		    type: http
		    feed: $PWD/upstream
		  - id: b
		    type: http
		    feed: $PWD/upstream
		  - id: c
		    type: http
		    enabled: false
		    feed: $PWD/nowhere
	EOF
	printf 'CHANTAL_CONFIG = %s\ninclude %s\n' "$PWD/config.yaml" "$TOP/share/mirror.mk" >Makefile
	chantal --config config.yaml init
	make -s -j2 mirrors
	cmp www/a/tool-1.0.txt upstream/tool-1.0.txt
	cmp www/b/tool-1.0.txt upstream/tool-1.0.txt
	[ ! -e www/c ]
	make -s snapshot NAME=first
	run -0 chantal --config config.yaml snapshot list --repo-id a
	[[ $output == *first* ]]
}
