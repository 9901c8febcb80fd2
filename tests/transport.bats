#!/usr/bin/env bats
# Many downloads from a real server: HTTP/2, connections used again, one
# conditional request where nothing changed.

load helpers

setup() {
	common_setup
	PATH=$PATH:/usr/sbin:/sbin
	command -v nginx >/dev/null || skip "nginx is not installed"
	mkdir www
	for i in $(seq 200); do
		head -c 8192 /dev/urandom >"www/$i.bin"
	done
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem \
		-days 2 -subj "/CN=127.0.0.1" \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
	PLAIN=$(free_port)
	SECURE=$(free_port)
	cat >nginx.conf <<-END
		daemon off; master_process off; pid $PWD/nginx.pid;
		error_log $PWD/error.log; worker_processes 1;
		events { worker_connections 256; }
		http {
			log_format short '\$server_protocol \$connection \$status \$uri';
			access_log $PWD/access.log short;
			client_body_temp_path $PWD/b; proxy_temp_path $PWD/p;
			fastcgi_temp_path $PWD/f; uwsgi_temp_path $PWD/u;
			scgi_temp_path $PWD/s;
			ssl_certificate $PWD/ca.pem; ssl_certificate_key $PWD/key.pem;
			server { listen 127.0.0.1:$PLAIN; root $PWD/www; }
			server { listen 127.0.0.1:$SECURE ssl http2; root $PWD/www; }
		}
	END
	nginx -c "$PWD/nginx.conf" >nginx.out 2>&1 3>&- &
	echo $! >pid
	wait_for curl -sf "http://127.0.0.1:$PLAIN/1.bin"
	wait_for grep -q 1.bin access.log
	: >access.log
}

teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/pid")" 2>/dev/null || true
}

# stream BASE: records of all files, without digests.
stream() {
	repo_line r http
	for i in $(seq 200); do
		pkg_line r "f$i" 1 all "$i.bin" "\"url\":\"$1/$i.bin\",\"size\":8192"
	done
	end_line r
}

# arrived FILE: each of the 200 records carries the digest of its file.
arrived() {
	jq -r 'select(.record == "package") | "\(.sha256)  www/\(.path)"' "$1" >sums
	[ "$(wc -l <sums)" -eq 200 ]
	sha256sum --quiet -c sums
}

# logged N PATTERN: the server, which writes after it has answered, logs so many.
logged() {
	local i
	for ((i = 0; i < 50; i++)); do
		[ "$(grep -c "$2" access.log)" -lt "$1" ] || break
		sleep 0.1
	done
	[ "$(grep -c "$2" access.log)" -eq "$1" ]
}

connections() {
	cut -d' ' -f2 access.log | sort -u | wc -l
}

@test "200 files over HTTP/2 share a connection" {
	stream "https://127.0.0.1:$SECURE" >in
	run -0 chantal-pool add --pool pool --cache cache --ca-bundle ca.pem <in
	printf '%s\n' "$output" | grep '^{' >out
	arrived out
	logged 200 '^HTTP/2.0 [0-9]* 200 '
	[ "$(connections)" -le 2 ]
}

@test "200 files over HTTP/1.1 use at most --per-host connections, again and again" {
	stream "http://127.0.0.1:$PLAIN" >in
	run -0 chantal-pool add --pool pool --cache cache --jobs 8 --per-host 3 <in
	printf '%s\n' "$output" | grep '^{' >out
	arrived out
	logged 200 '^HTTP/1.1 [0-9]* 200 '
	[ "$(connections)" -le 3 ]
}

@test "what has not changed is asked for with its validators and not sent again" {
	stream "http://127.0.0.1:$PLAIN" >in
	run -0 chantal-pool add --pool pool --cache cache <in
	logged 200 ' 200 '
	: >access.log
	run -0 chantal-pool add --pool pool --cache cache <in
	printf '%s\n' "$output" | grep '^{' >out
	arrived out
	logged 200 ' 304 '
	[ "$(wc -l <access.log)" -eq 200 ]
	rm -r cache
	: >access.log
	run -0 chantal-pool add --pool pool --cache cache <in
	logged 200 ' 200 '
}
