#!/usr/bin/env bats
# Clients that update without a pause while 200 generations are published.

load helpers
load apt

setup_file() { apt_setup_file; }

teardown_file() { www_teardown_file; }

setup() { apt_setup; }

teardown() { www_teardown; }

# client_loop NAME: updates and downloads from $W/www/live until $W/stop is there;
# what fails goes to $W/NAME.failed, a line for each round to $W/NAME.rounds.
client_loop() {
	client_root "$W/$1"
	client mirror "$URL/www/live"
	while [ ! -e "$W/stop" ]; do
		# Half of the clients come for the first time.
		[ $((RANDOM % 2)) -eq 0 ] || fresh_client
		apt_update >>"$W/$1.failed" 2>&1 || echo "update failed" >>"$W/$1.failed"
		apt_names | tr '\n' ' ' >>"$W/$1.rounds"
		echo >>"$W/$1.rounds"
		rm -f "$APTROOT"/var/cache/apt/archives/*.deb
		apt apt-get -qqy install --download-only tool >"$W/$1.log" 2>&1 || cat "$W/$1.log" >>"$W/$1.failed"
	done
}

@test "apt-get update and install never fail through 200 publishes" {
	# The last of the three is of now: more publishes than seconds are to come.
	CLOCK=$(($(date +%s) - 190))
	for v in 1 2 3; do
		rm -rf up/pool
		add_deb tool "$v"
		add_deb "only-in-$v" 1
		for i in 1 2 3 4 5 6 7 8; do add_deb "filler$i" "$v.$i"; done
		reindex
		[ -f config.yaml ] || repository live filtered "feed: $W/up" "$VERIFY" "$SIGN" 'apt: {distribution: stable}'
		chantal -q repo sync --repo-id live
	done
	chantal -q publish repo --repo-id live
	client_loop one &
	PIDS+=($!)
	for i in $(seq 200); do
		chantal-catalog restore -q "live@$((i % 3 + 1))"
		chantal -q publish repo --repo-id live
	done
	touch stop
	wait "${PIDS[@]}"
	echo "$(wc -l <one.rounds) rounds"
	head -n 50 one.failed
	[ ! -s one.failed ]
	[ "$(wc -l <one.rounds)" -ge 40 ]
	# What it has in the end is what was published last.
	APTROOT=$W/one
	apt_update
	[ "$(apt_names | sed -n 's/^tool \([0-9]*\) .*/\1/p')" = \
		"$(xz -dc www/live/dists/stable/main/binary-amd64/Packages.xz | grep -A3 '^Package: tool$' | sed -n 's/^Version: //p')" ]
	# It has seen all three.
	[ "$(sort -u one.rounds | wc -l)" -ge 3 ]
}
