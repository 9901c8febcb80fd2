#!/usr/bin/env bats
# Type rpm: signatures, keys, mirrors and certificates.
# shellcheck disable=SC2154 # bats sets output and stderr

load helpers
load rpm

setup_file() {
	rpm_tree
	signing_home
}

teardown_file() { signing_home_end; }

setup() {
	WWW=$BATS_TEST_TMPDIR PORT=0
	rpm_setup
	small ordered
}

teardown() { www_teardown; }

# verify WORDS: the block, of the keys of repo and vendor unless it has others.
verify() {
	case $* in *key_files*) ;; *) set -- "$*, key_files: [$KEYS/repo.asc, $KEYS/vendor.asc]" ;; esac
	echo "verify: {enabled: true, $*}"
}

# refused ID TEXT: the sync fails with status 4, says so, and nothing is there.
refused() {
	run chantal -q repo sync --repo-id "$1"
	echo "$output"
	[ "$status" -eq 4 ]
	[[ $output = *"$2"* ]]
	run chantal -q publish repo --repo-id "$1"
	[ ! -e "www/$1" ]
}

# --- repomd.xml ---

@test "a repomd.xml that was changed after it was signed is refused" {
	sed -i 's|<revision>.*<|<revision>1600000001<|' up/repodata/repomd.xml
	repository f filtered "$VERIFY" "$NOSIGN"
	refused f repomd.xml
}

@test "a signature of a key that is not trusted is refused" {
	sign_repomd up/repodata stranger
	repository f filtered "$VERIFY" "$NOSIGN"
	refused f repomd.xml
}

@test "without a signature nothing is taken, and the words say what to do" {
	rm up/repodata/repomd.xml.asc
	repository f filtered "$VERIFY" "$NOSIGN"
	run chantal -q repo sync --repo-id f
	echo "$output"
	[ "$status" -eq 4 ]
	[[ $output = *repomd.xml* ]]
	[[ $output = *on_missing_signature* ]]
}

@test "missing and invalid signatures have policies of their own" {
	local word
	rm up/repodata/repomd.xml.asc
	for word in warn skip; do
		repository "$word" filtered "$(verify "gpgcheck: false, on_missing_signature: $word")" "$NOSIGN"
		run chantal repo sync --repo-id "$word"
		echo "$output"
		[ "$status" -eq 0 ]
		[ "$word" = skip ] || [[ $output = *signature* ]]
		packages_of "$word" | grep ordered
	done
	sign_repomd up/repodata stranger
	repository still filtered "$(verify 'gpgcheck: false, on_missing_signature: warn')" "$NOSIGN"
	refused still repomd.xml
	repository bad filtered "$(verify 'gpgcheck: false, on_invalid_signature: warn')" "$NOSIGN"
	run chantal repo sync --repo-id bad
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output = *repomd.xml* ]]
}

# --- packages ---

@test "packages with a good signature are taken" {
	repository f filtered "$(verify gpgcheck: true)" "$NOSIGN"
	mirror f
	[ "$(packages_of f | wc -l)" -eq 2 ]
}

@test "a package without a signature is refused when they are checked" {
	cp --preserve=timestamps "$RPMS"/plain/caret* up/
	again
	repository f filtered "$(verify gpgcheck: true)" "$NOSIGN"
	run chantal -q repo sync --repo-id f
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *caret* ]]
	[ ! -e www/f ]
}

@test "a package that another key signed is refused when they are checked" {
	cp "$RPMS"/plain/caret* up/
	sign_rpms stranger up/caret*
	again
	repository f filtered "$(verify gpgcheck: true)" "$NOSIGN"
	run chantal -q repo sync --repo-id f
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *caret* ]]
	repository g filtered "$(verify "gpgcheck: true, key_files: [$KEYS/repo.asc, $KEYS/vendor.asc, $KEYS/stranger.asc]")" \
		"$NOSIGN"
	mirror g
}

@test "a package is checked that a repository without checks has pooled before" {
	cp --preserve=timestamps "$RPMS"/plain/caret* up/
	again
	repository careless filtered 'verify: {enabled: false}' "$NOSIGN"
	mirror careless
	repository f filtered "$(verify gpgcheck: true)" "$NOSIGN"
	run chantal -q repo sync --repo-id f
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *caret* ]]
	[ ! -e www/f ]
}

# six MODE WORD...: the packages are signed as rpm 6 does, with these signatures.
six() {
	rm -rf up && small caret
	find up -name '*.rpm' -exec "$BATS_TEST_DIRNAME/bin/rpm-sign6" {} "$@" \;
	again
}

@test "signatures as rpm 6 has them are as good as those of rpm 4, and as bad" {
	local words
	repository f filtered "$(verify gpgcheck: true)" "$NOSIGN"
	for words in own 'own own' 'keep own' 'six own' 'own six' 'keep six'; do
		# shellcheck disable=SC2086 # several words
		six $words
		rpm -Kv --nosignature up/*.rpm
		mirror f
		[ "$(packages_of f | wc -l)" -eq 1 ]
	done
	for words in 'bad:does not hold' 'own bad:does not hold' 'keep bad:does not hold' 'junk:is none' \
		'own text:no base64' "six:version 6" 'keep junk:is none'; do
		rm -rf www store
		# shellcheck disable=SC2086 # several words
		six ${words%%:*}
		refused f "${words#*:}"
	done
	rm -rf www store
	six
	refused f 'not signed'
	six own
	repository other filtered "$(verify "gpgcheck: true, key_files: [$KEYS/repo.asc]")" "$NOSIGN"
	refused other 'not in the keyring'
}

@test "checks of packages without those of the metadata are refused" {
	repository f filtered "$(verify repo_gpgcheck: false, gpgcheck: true)" "$NOSIGN"
	run -2 chantal -q repo sync --repo-id f
	[[ $output = *repo_gpgcheck* ]]
}

@test "a key is pinned by its fingerprint, or 16 digits of it, or more" {
	local pin print
	print=$(cat "$KEYS/repo.fpr")
	for pin in "$print" "${print: -16}"; do
		repository "p${#pin}" filtered "$NOSIGN" \
			"$(verify "gpgcheck: false, trusted_fingerprints: ['$pin']")"
		mirror "p${#pin}"
	done
	repository other filtered "$NOSIGN" \
		"$(verify "gpgcheck: false, trusted_fingerprints: ['$(cat "$KEYS/vendor.fpr")']")"
	refused other repomd.xml
	for pin in '' "${print: -8}"; do
		repository "q${#pin}" filtered "$NOSIGN" \
			"$(verify "gpgcheck: false, trusted_fingerprints: ['$pin']")"
		run -2 chantal -q repo sync --repo-id "q${#pin}"
		sed -i "/id: q${#pin}/,\$d" config.yaml
	done
}

@test "the signature of a large package is checked without reading all of it into memory" {
	[[ "$BUILD" != */san ]] || skip "sanitizers take memory of their own"
	big_rpm up
	again
	repository f filtered "$(verify gpgcheck: true)" "$NOSIGN"
	(ulimit -v 600000; command time -f %M -o most chantal -q repo sync --repo-id f)
	cat most
	[ "$(cat most)" -lt 65536 ]
}

# big_rpm DIR: a signed package of 100 MB.
big_rpm() {
	local work
	work=$(mktemp -d)
	cat >"$work/big.spec" <<-END
	Name: big
	Version: 1
	Release: 1
	Summary: Big
	License: MIT
	BuildArch: noarch
	%description
	Big.
	%install
	mkdir -p %{buildroot}/usr/share
	head -c 100000000 /dev/urandom >%{buildroot}/usr/share/big
	%files
	/usr/share/big
	END
	rpm_build "$work" big noarch >"$work/log" 2>&1
	sign_rpms vendor "$work"/out/noarch/big*.rpm
	mv "$work"/out/noarch/big*.rpm "$1/"
	rm -rf "$work"
}

# --- what we publish ---

@test "metadata that we write are signed, in every mode" {
	local tree
	repository f filtered "$VERIFY" "$SIGN"
	repository own hosted "$SIGN"
	chantal -q package upload --repo-id own --file "$RPMS"/signed/caret*.rpm
	printf 'views:\n  - name: all\n    repos: [f, own]\n    %s\n' "$SIGN" >>config.yaml
	mirror f
	chantal -q publish repo --repo-id own
	chantal -q publish view --name all
	for tree in f own views/all/latest; do
		gpg --homedir "$GPG" --status-fd 1 --verify "www/$tree/repodata/repomd.xml.asc" \
			"www/$tree/repodata/repomd.xml" | grep "VALIDSIG $(cat "$KEYS/mirror.fpr")"
		cmp "$KEYS/mirror.asc" "www/$tree/repodata/repomd.xml.key" ||
			gpg --show-keys "www/$tree/repodata/repomd.xml.key" | grep "$(cat "$KEYS/mirror.fpr")"
	done
}

@test "upstream's key is published for the clients, mirrored or filtered" {
	local mode
	for mode in mirror filtered; do
		repository "$mode" "$mode" "$(verify gpgcheck: false, client_key_name: RPM-GPG-KEY-vendor)" "$NOSIGN"
		mirror "$mode"
		gpg --show-keys --with-colons "www/$mode/RPM-GPG-KEY-vendor" | grep "$(cat "$KEYS/vendor.fpr")"
	done
}

# --- mirrors ---

# metalink HASH [ALTERNATE]: of $FEED's repomd.xml.
metalink() {
	local alternate='' size
	size=$(stat -c %s up/repodata/repomd.xml)
	[ $# -eq 1 ] || alternate="<mm0:alternates><mm0:alternate><mm0:timestamp>1500000000</mm0:timestamp>
	<size>$size</size><verification><hash type='sha256'>$2</hash></verification></mm0:alternate></mm0:alternates>"
	cat >meta.link <<-END
	<?xml version="1.0" encoding="utf-8"?>
	<metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager">
	 <files>
	  <file name="repomd.xml">
	   <mm0:timestamp>1600000000</mm0:timestamp>
	   <size>$size</size>
	   <verification><hash type="sha256">$1</hash></verification>
	   $alternate
	   <resources maxconnections="1">
	    <url protocol="http" type="http" preference="100">$FEED/gone/repodata/repomd.xml</url>
	    <url protocol="http" type="http" preference="50">$FEED/up/repodata/repomd.xml</url>
	   </resources>
	  </file>
	 </files>
	</metalink>
	END
	# A later second, for who asks whether it changed.
	touch -d "@$((1600000000 + ${#alternate}))" meta.link
}

@test "a metalink pins repomd.xml, and a mirror that fails is skipped" {
	web .
	metalink "$(sha256_of up/repodata/repomd.xml)"
	repository m mirror "feed: $FEED/up/" "rpm: {metalink: '$FEED/meta.link'}" "$VERIFY"
	mirror m
	same_bytes up www/m
}

@test "what a metalink does not pin is refused, an older one it knows is taken" {
	local none=0000000000000000000000000000000000000000000000000000000000000000
	web .
	metalink $none
	repository m mirror "feed: $FEED/up/" "rpm: {metalink: '$FEED/meta.link'}" "$VERIFY"
	run chantal -q repo sync --repo-id m
	echo "$output"
	[ "$status" -ne 0 ]
	[ ! -e www/m ]
	metalink $none "$(sha256_of up/repodata/repomd.xml)"
	run chantal repo sync --repo-id m
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "of a list of mirrors the next one is taken when one fails" {
	web .
	printf '# mirrors\n%s/gone/\n%s/up/\n' "$FEED" "$FEED" >list
	repository m mirror "feed: $FEED/up/" "rpm: {mirrorlist: '$FEED/list'}" "$VERIFY"
	mirror m
	same_bytes up www/m
}

# --- certificates ---

# pair NAME DAYS: NAME.pem and NAME-key.pem, of the client's authority.
pair() {
	openssl req -newkey rsa:2048 -nodes -keyout "certs/$1-key.pem" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out "certs/$1.pem" \
		-days "$2" 2>/dev/null
}

# entitled: $W/up is at $FEED for those who show a certificate.
entitled() {
	local port
	mkdir -p certs
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 9 \
		-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	port=$(free_port)
	cat >nginx.conf <<-END
	daemon off; master_process off; pid $W/nginx.pid; error_log $W/error.log; worker_processes 1;
	events { worker_connections 64; }
	http {
		access_log $W/access.log; client_body_temp_path $W/b; proxy_temp_path $W/p;
		fastcgi_temp_path $W/f; uwsgi_temp_path $W/u; scgi_temp_path $W/s;
		server {
			listen 127.0.0.1:$port ssl; root $W/up; ssl_certificate $W/ca.pem; ssl_certificate_key $W/ca-key.pem;
			ssl_client_certificate $W/ca.pem; ssl_verify_client optional;
			if (\$ssl_client_verify != SUCCESS) { return 403; }
		}
	}
	END
	PATH=$PATH:/usr/sbin:/sbin nginx -c "$W/nginx.conf" >nginx.out 2>&1 3>&- &
	PIDS+=($!)
	FEED=https://127.0.0.1:$port
	wait_for curl -sk "$FEED/"
}

@test "of several entitlement certificates a valid one is taken, an expired one is named with its date" {
	entitled
	pair a -1
	pair b 5
	repository m mirror "feed: $FEED/" "$VERIFY" "ssl: {ca_bundle: $W/ca.pem}" \
		"auth: {type: client_cert, cert_dir: $W/certs}"
	mirror m
	rm certs/b.pem
	run chantal -q repo sync --repo-id m
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *a.pem* ]]
	[[ $output = *expired*"$(date -u -d '1 day ago' +%Y-%m)"* ]]
}

@test "an upstream that refuses says which address" {
	entitled
	repository m mirror "feed: $FEED/" "$VERIFY" "ssl: {ca_bundle: $W/ca.pem}"
	run chantal -q repo sync --repo-id m
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output = *403* && $output = *repodata/repomd.xml* ]]
}
