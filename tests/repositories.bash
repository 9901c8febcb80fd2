# What apt.bash and rpm.bash share: folders that clients of another user may
# read, web servers on 127.0.0.1, and a configuration that grows.

# shellcheck disable=SC2034 # variables of the tests

# --- the tests' folders and server ---

# www_setup_file: a folder served by nginx, $WWW is at http://127.0.0.1:$PORT/.
www_setup_file() {
	WWW=$(mktemp -d "${TMPDIR:-/tmp}/chantal-www.XXXXXX")
	chmod 755 "$WWW"
	signing_home
	read -r SERVER PORT STATE < <("$BATS_TEST_DIRNAME/bin/serve" nginx "$WWW")
	[ -n "$STATE" ]
	export WWW SERVER PORT STATE
}

www_teardown_file() {
	[ -z "${SERVER-}" ] || kill "$SERVER" 2>/dev/null || :
	[ -z "${STATE-}" ] || rm -rf "$STATE"
	signing_home_end
	[ -z "${WWW-}" ] || rm -rf "$WWW"
}

# www_setup: a folder for the test, $W, at $URL.
www_setup() {
	common_setup
	W=$WWW/$BATS_TEST_NUMBER URL=http://127.0.0.1:$PORT/$BATS_TEST_NUMBER
	PIDS=()
	SIGN="gpg: {enabled: true, key_file: $KEYS/mirror.sec}"
	mkdir "$W"
	chmod 755 "$W"
	cd "$W" || return 1
}

# www_teardown: what the test started ends; its folder goes.
www_teardown() {
	local pid
	for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || :; done
	[ -z "${W-}" ] || rm -rf "$W"
}

# web [OPTION...] DIR: bin/apt-upstream, a server that misbehaves as told; FEED
# is its address, ASKED its log.
web() {
	ASKED=$W/asked.log
	rm -f "$W/web.port"
	: >"$ASKED"
	"$BATS_TEST_DIRNAME/bin/apt-upstream" --log "$ASKED" "$@" \
		>"$W/web.port" 2>"$W/web.err" 3>&- &
	PIDS+=($!)
	wait_for test -s "$W/web.port"
	FEED=http://127.0.0.1:$(cat "$W/web.port")
}

# --- chantal ---

# add_repository TYPE ID MODE [LINE...]: one more in the configuration.
add_repository() {
	local line
	[ -f "$W/config.yaml" ] || cat >"$W/config.yaml" <<-END
	storage:
	  base_path: $W/store
	  published_path: $W/www
	repositories:
	END
	{
		printf '  - id: %s\n    type: %s\n    mode: %s\n' "$2" "$1" "$3"
		for line in "${@:4}"; do printf '    %s\n' "$line"; done
	} >>"$W/config.yaml"
	export CHANTAL_CONFIG=$W/config.yaml
	unset CHANTAL_HOME
}

# mirror ID: sync and publish.
mirror() {
	chantal -q repo sync --repo-id "$1"
	chantal -q publish repo --repo-id "$1"
}
