# What apt-upstreams.bash and rpm-upstreams.bash share: things that are slow to
# make and made once, keys, and a home of gpg that has their secret parts.

# made_once NAME FUNCTION: the folder $KEEP/NAME, filled by FUNCTION DIR when it
# is not there yet or was made by an older version of $KEEPER or of this file.
made_once() {
	local dir=$KEEP/$1 mark
	mark=$(cat "$BATS_TEST_DIRNAME/upstreams.bash" "$BATS_TEST_DIRNAME/$KEEPER" | sha256sum)
	mkdir -p "$KEEP"
	(
		flock 9
		[ "$(cat "$dir/.made" 2>/dev/null)" != "$mark" ] || exit 0
		rm -rf "$dir" "$dir.new"
		mkdir "$dir.new"
		# Agents that gpg leaves behind must not hold the lock.
		"$2" "$dir.new" 9>&- >"$dir.log" 2>&1 3>&- || {
			cat "$dir.log" >&2
			exit 1
		}
		echo "$mark" >"$dir.new/.made"
		mv "$dir.new" "$dir"
	) 9>"$dir.lock"
}

# make_key HOME DIR NAME ALGORITHM [EXPIRES [OPTION...]]: in all its forms,
# DIR/NAME.sec and .asc in armour, .gpg without, .fpr the fingerprint.
make_key() {
	local home=$1 dir=$2 name=$3 algo=$4 expires=${5:-never}
	gpg --homedir "$home" --batch "${@:6}" --pinentry-mode loopback --passphrase '' \
		--quick-gen-key "$name <$name@example.org>" "$algo" sign "$expires" || return 1
	gpg --homedir "$home" --batch --armor --export-secret-keys "$name@" >"$dir/$name.sec"
	gpg --homedir "$home" --batch --armor --export "$name@" >"$dir/$name.asc"
	gpg --homedir "$home" --batch --export "$name@" >"$dir/$name.gpg"
	gpg --homedir "$home" --batch --with-colons --list-keys "$name@" |
		awk -F: '$1 == "fpr" { print $10; exit }' >"$dir/$name.fpr"
	test -s "$dir/$name.sec" -a -s "$dir/$name.gpg" -a -s "$dir/$name.fpr"
}

# signing_home: $GPG, a home of gpg with all secret keys of $KEYS; its path is
# short, for the sockets in it.
signing_home() {
	GPG=$(mktemp -d /tmp/chantal-gpg.XXXXXX) || return 1
	export GPG
	gpg --homedir "$GPG" --batch --quiet --import "$KEYS"/*.sec 3>&-
}

# signing_home_end: no agent of it is left, nor the folder.
signing_home_end() {
	[ -n "${GPG-}" ] || return 0
	gpgconf --homedir "$GPG" --kill all
	rm -rf "$GPG"
}
