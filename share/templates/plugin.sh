#!/bin/sh
# The repository type @TYPE@ for Chantal: collects the archives that a page
# links to, publishes them with checksums and a page of links.
# chantal-plugin(7) tells what each verb reads and prints.  Needs jq.
set -eu

verb=${1:-}

fail() { # STATUS MESSAGE
	echo "$2" >&2
	exit "$1"
}

describe() {
	cat <<-'END'
		{"protocol": [1], "type": "@TYPE@", "version": "1",
		 "verbs": ["describe", "list", "index"],
		 "modes": ["mirror", "filtered"], "version_order": "none",
		 "config": {"type": "object", "additionalProperties": false,
		  "properties": {
		   "page": {"type": "string", "default": "index.html",
		    "description": "the page with the links"},
		   "suffix": {"type": "string", "default": ".tar.gz",
		    "description": "what an archive's name ends in"}}}}
	END
}

read_config() {
	unknown=$(jq -r '."@TYPE@" // {} | del(.page, .suffix) | keys[]' "$config")
	[ -z "$unknown" ] || fail 2 "@TYPE@.$unknown: no such key"
	page=$(jq -r '."@TYPE@".page // "index.html"' "$config")
	suffix=$(jq -r '."@TYPE@".suffix // ".tar.gz"' "$config")
}

# Wants while the page is missing; then a repo line and the packages.
list() {
	read_config
	if [ ! -e "$meta/page" ]; then
		jq -cn --arg url "$page" \
			'{record: "want", url: $url, as: "page", root: true}'
		return
	fi
	echo '{"record":"repo"}'
	tr '\n>' ' \n' <"$meta/page" |
		sed -n 's/.*href="\([^"#?]*\).*/\1/p' | sort -u |
		jq -cR --arg suffix "$suffix" '
			select(endswith($suffix) and (test("^[a-z]+:|^/") | not))
			| . as $link
			| (split("/") | last | rtrimstr($suffix)) as $stem
			| ($stem | capture("^(?<name>.+?)-(?<version>[0-9].*)$")
				// {name: $stem, version: "0"})
			| {record: "package", name, version,
				path: "packages/\($link)", url: $link}'
}

# All lines go through as they came; the index is made from a copy.
index() {
	lines=$(mktemp)
	trap 'rm -f "$lines"' EXIT
	tee "$lines"
	jq -r 'select(.record == "package") | "\(.sha256)  \(.path)"' "$lines" |
		sort >"$out/SHA256SUMS"
	{
		echo '<!DOCTYPE html><meta charset="utf-8"><title>@TYPE@</title><ul>'
		jq -r 'select(.record == "package") | .path
			| "<li><a href=\"./\(split("/") | map(@uri) | join("/"))\">\(@html)</a>"' \
			"$lines" | sort
		echo '</ul>'
	} >"$out/index.html"
	echo '{"record":"file","path":"index.html"}'
	echo '{"record":"file","path":"SHA256SUMS","role":"root","sign":"openpgp-detached"}'
}

[ $# -eq 0 ] || shift
while [ $# -gt 1 ]; do
	case $1 in
		--config) config=$2 ;;
		--meta) meta=$2 ;;
		--out) out=$2 ;;
		--cache) ;;
		*) fail 2 "$1: no such option" ;;
	esac
	shift 2
done
case $verb in
	describe | list | index) "$verb" ;;
	*) fail 2 "'$verb': no such verb: describe, list or index" ;;
esac
