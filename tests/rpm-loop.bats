#!/usr/bin/env bats
# Type rpm: a client that reads while we publish finds all that it was told of.

load helpers
load rpm

setup_file() { rpm_setup_file; }

teardown_file() { www_teardown_file; }

setup() { rpm_setup; }

teardown() { www_teardown; }

# client_loop: reads $URL/www/f and downloads from it until $W/stop is there; a
# line for each round goes to $W/rounds, what fails to $W/failed.
client_loop() {
	while [ ! -e "$W/stop" ]; do
		{
			dnf -q --refresh makecache && dnf -q install --downloadonly hello &&
				dnf -q clean packages
		} >"$W/log" 2>&1 || cat "$W/log" >>"$W/failed"
		dnf_names -C tool | tr '\n' ' ' >>"$W/rounds"
		echo >>"$W/rounds"
	done
}

@test "dnf finds all that it was told of through 100 publishes" {
	local i
	upstream
	repository f filtered "$VERIFY" "$SIGN"
	for i in 1 2 3; do
		make_rpm "up/Packages/t" tool $i-1 noarch /usr/share/tool
		sign_rpms vendor "up/Packages/t/tool-$i"*
		[ "$i" = 1 ] || rm "up/Packages/t/tool-$((i - 1))"*
		make_repodata up gz 2>log
		chantal -q repo sync --repo-id f
	done
	chantal -q publish repo --repo-id f
	dnf_repo f "$URL/www/f" repo_gpgcheck=1 gpgcheck=1 metadata_expire=0 \
		"gpgkey=file://$KEYS/mirror.asc file://$KEYS/vendor.asc"
	sed -i 's/^retries=.*/retries=0/' dnf/conf
	: >"$STATE/access.log"
	: >failed
	client_loop &
	PIDS+=($!)
	for i in $(seq 100); do
		chantal-catalog restore -q "f@$((i % 3 + 1))"
		chantal -q publish repo --repo-id f
	done
	touch stop
	wait "${PIDS[@]}"
	cat failed
	[ ! -s failed ]
	[ "$(wc -l <rounds)" -ge 3 ]
	[ "$(sort -u rounds | wc -l)" -ge 2 ]
	grep 'repodata/repomd.xml.asc' "$STATE/access.log"
	run ! grep '" 404 ' "$STATE/access.log"
	[ "$(find -L www/f/repodata -name '*-primary.xml.gz' | wc -l)" -eq 3 ]
	chantal-publish --check www/f
}
