# Many at work in one store: 8 syncs of 4 repositories that share contents, gc
# and publish among them, give what one after the other gives.
load helpers

IDS='one two three four'

setup() {
	common_setup
	export SOURCE_DATE_EPOCH=1700000000
	write_config many
	write_config serial
	mkdir -p up said
	(cd up && mkdir -p a b c && seed_upstream)
}

# Each repository reads folders that another one reads too.
write_config() {
	cat >"$1.yaml" <<-END
		storage: {base_path: $PWD/$1, published_path: $PWD/$1.www}
		repositories:
		  - {id: one, type: http, feed: $PWD/up, mode: mirror}
		  - {id: two, type: http, feed: $PWD/up/a, mode: mirror}
		  - {id: three, type: http, feed: $PWD/up/b, mode: mirror}
		  - id: four
		    type: http
		    feed: $PWD/up
		    filters: {patterns: {exclude: ['^only']}}
	END
}

seed_upstream() {
	local i
	for i in $(seq 12); do
		echo "content $i" >"a/tool$i-1.0.tar.gz"
		echo "content $i" >"b/twin$i-1.0.tar.gz"
		echo "content of c $i" >"c/only$i-1.0.tar.gz"
	done
}

# What upstream has next: something new, something gone, something replaced.
change_upstream() {
	echo "new in $1" >"up/a/new$1-1.0.tar.gz"
	echo "new in $1" >"up/b/fresh$1-1.0.tar.gz"
	rm -f "up/a/tool$1-1.0.tar.gz" "up/b/new$(($1 - 1))-1.0.tar.gz"
	echo "replaced in $1" >"up/c/only$1-1.0.tar.gz"
	# What nobody refers to any more, and gc may have swept, is back.
	echo "content $(($1 - 1))" >"up/b/back$1-1.0.tar.gz"
}

# Two days pass: gc's grace protects nothing that is in the pool now.
age_store() {
	python3 - many/pool <<-'END'
		import os, sys
		for folder, _, names in os.walk(sys.argv[1]):
		    for name in names:
		        path = os.path.join(folder, name)
		        ns = os.lstat(path).st_mtime_ns - 2 * 86400 * 10**9
		        os.utime(path, ns=(ns, ns))
	END
}

# in_background NAME COMMAND...: its words and its status stay in said/.
in_background() {
	local name=$1
	shift
	{
		local status=0
		"$@" >"said/$name.out" 2>"said/$name.err" || status=$?
		echo "$status" >"said/$name.status"
	} 3>&- &
}

# A held lock is the only excuse, and whoever has it says so.
check_said() {
	local file status
	for file in said/*.status; do
		status=$(cat "$file")
		[ "$status" -ne 0 ] || continue
		if [ "$status" -ne 75 ] || ! grep -q "$1" "${file%.status}.err"; then
			echo "$file: $status"
			cat "${file%.status}.err"
			return 1
		fi
	done
	rm -f said/*
}

sync_and_publish() {
	local id
	for id in $IDS; do
		chantal -q --config "$1.yaml" repo sync --repo-id "$id"
		chantal -q --config "$1.yaml" publish repo --repo-id "$id"
	done
}

tree() {
	(cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2)
}

# What has to be the same: the trees, and the lines of the catalog; how often
# somebody looked is in the number of the generation alone.
compare_stores() {
	local id
	tree serial.www >serial.tree
	tree many.www >many.tree
	diff serial.tree many.tree
	for id in $IDS; do
		for store in serial many; do
			chantal-catalog --config "$store.yaml" cat "$id" |
				sed 's/"base":[0-9]*/"base":0/' >"$store.lines"
		done
		diff serial.lines many.lines
	done
}

@test "8 parallel syncs with gc and publish between equal the serial ones" {
	local round id k begun=$SECONDS
	local held='another program is at work here\|saved meanwhile\|no longer'
	sync_and_publish many
	sync_and_publish serial
	for round in 1 2 3 4 5; do
		[ $((SECONDS - begun)) -lt 40 ] || break
		change_upstream "$round"
		age_store
		for k in a b; do
			for id in $IDS; do
				in_background "sync-$id-$k" chantal -q \
					--config many.yaml repo sync --repo-id "$id"
			done
		done
		for id in $IDS; do
			in_background "publish-$id" chantal -q --config many.yaml \
				publish repo --repo-id "$id"
		done
		for k in a b; do
			in_background "gc-$k" chantal -q --config many.yaml \
				pool cleanup --force
		done
		wait
		check_said "$held"
		sync_and_publish many
		sync_and_publish serial
		compare_stores
	done
	run -0 chantal --config many.yaml pool verify
	run -0 chantal-publish --config many.yaml --check "$PWD/many.www/one"
	run -0 find many/pool/.stage -mindepth 1 ! -name '.lock'
	[ -z "$output" ]
}
