# shellcheck shell=sh
# Read by tools/chantal: messages, options, names, selections, running.

newline='
'
tab='	'

# A text without control bytes, for messages.
clean() {
	printf '%s' "$1" | LC_ALL=C tr '\001-\037\177' '?'
}

say() {
	[ "$verbose" = ' -q' ] || printf 'chantal: %s\n' "$1" >&2
}

complain() {
	printf 'chantal: %s\n' "$1" >&2
}

# die STATUS MESSAGE
die() {
	complain "$2"
	exit "$1"
}

# For what prints: a standard output that takes no more.
full() {
	die 75 "stdout: cannot be written"
}

usage() {
	complain "$1"
	printf "try 'chantal %s-h'\n" "${asked:+$asked }" >&2
	exit 2
}

# In this file and its like, a $(...) that may fail stands alone behind a "=":
# anywhere else the shell passes over its failure.

# A word as the shell reads it back.
quote() {
	case $1 in
		'' | *[!A-Za-z0-9_./:=,@%+-]*)
			printf "'"
			printf '%s' "$1" | sed "s/'/'\\\\''/g"
			printf "'"
			;;
		*) printf '%s' "$1" ;;
	esac
}

# Common options of the tools: "$conf" behind their names in lines.
set_config() {
	conf=
	if [ -n "$config" ]; then
		conf=" --config $(quote "$config")"
	fi
}

config_tool() {
	chantal-config ${config:+--config "$config"} "$@"
}

# The same rule as lib/path has for what becomes a folder.
check_name() {
	case $2 in
		'' | [!A-Za-z0-9]* | *[!A-Za-z0-9._+-]*)
			die 2 "$1: $(clean "$2"): use letters, digits and . _ - +, a letter or digit first"
			;;
		snapshots | views) die 2 "$1: $2: this name is reserved" ;;
	esac
	[ ${#2} -le 128 ] || die 2 "$1: longer than 128 bytes"
}

# A repository that is configured; its id is safe in lines from here on.
need_repo() {
	[ -n "$repo_id" ] || usage "--repo-id: which repository?"
	check_name --repo-id "$repo_id"
	setting "$repo_id" id
	# What is not in the list has its error said by who knows the names.
	[ -n "$value" ] || config_tool --repo "$repo_id" --get id >/dev/null
}

need_view() {
	[ -n "$1" ] || usage "which view?"
	check_name view "$1"
	config_tool --view "$1" >/dev/null
}

need_name() {
	[ -n "$2" ] || usage "$1: which name?"
	check_name "$1" "$2"
}

# Sets "ids" to what --repo-id, --all, --pattern, --tag and --type name.
select_ids() {
	case ${repo_id:+i}${all:+a}${pattern:+p} in
		i)
			need_repo
			ids=$repo_id
			return
			;;
		a | p) ;;
		'') [ -n "$tag" ] || usage "give one of --repo-id, --all, --pattern, --tag" ;;
		*) usage "give one of --repo-id, --all, --pattern, not several" ;;
	esac
	set -- --list --enabled
	[ -z "$pattern" ] || set -- "$@" --pattern "$pattern"
	[ -z "$tag" ] || set -- "$@" --tag "$tag"
	[ -z "$type" ] || set -- "$@" --type "$type"
	ids=$(config_tool "$@")
}

# What setting() knows, in this order.
SETTINGS=storage.base_path,storage.published_path,id,mode,type,on_reject,drop_codes,retention.policy,retention.keep_count,latest_path,snapshots_path

# All settings, a repository a line; asked for once: no program is run for the
# next of them.  Whoever needs one in a $(...) has asked before.
settings=
need_settings() {
	[ -n "$settings" ] ||
		settings=$(exec chantal-config ${config:+--config "$config"} \
			--list --fields "$SETTINGS")
}

# Sets "value" to what SETTINGS has at this place of a line.
value_of() {
	rest=$1
	fields=$SETTINGS
	while [ "${fields%%,*}" != "$2" ]; do
		fields=${fields#*,}
		rest=${rest#*"$tab"}
	done
	value=${rest%%"$tab"*}
}

# Sets "value" to one value of a repository's block.
setting() {
	need_settings
	lines=$settings
	while [ -n "$lines" ]; do
		line=${lines%%"$newline"*}
		value_of "$line" id
		if [ "$value" = "$1" ]; then
			value_of "$line" "$2"
			return
		fi
		lines=${lines#"$line"}
		lines=${lines#"$newline"}
	done
	value=''
}

# The command that puts the first packages into a repository.
how_to_fill() {
	setting "$1" mode
	case $value in
		hosted) printf 'chantal package upload --repo-id %s --file FILE\n' "$1" ;;
		*) printf 'chantal repo sync --repo-id %s\n' "$1" ;;
	esac
}

# Sets "value" to a folder of the store, by its key below storage.
folder() {
	need_settings
	value=''
	case $1 in
		base_path | published_path)
			value_of "${settings%%"$newline"*}" "storage.$1"
			;;
	esac
	# In a list it is escaped; without repositories there is none.
	case $value in
		'' | *\\*) value=$(config_tool --get "storage.$1") ;;
	esac
}

# For what writes: a folder that is there and has no format may be anything, or
# the place where the disk with the store is to be mounted.
need_store() {
	[ -z "$print_only" ] || return 0
	folder base_path
	base=$value
	# Another run may be about to make it: the folder is there first.
	[ ! -e "$base" ] || [ -e "$base/format" ] || sleep 1
	[ ! -e "$base" ] || [ -e "$base/format" ] ||
		die 2 "$base: there is no store in it: is its disk mounted? 'chantal init' makes one"
}

# Runs a line, or prints it with -n: what is printed is what is run.  Every word
# in it went through quote or check_name.
run() {
	if [ -n "$print_only" ]; then
		printf '%s\n' "$1" || full
		return
	fi
	set +eu
	eval "$1"
	ran=$?
	set -eu
	return "$ran"
}

# Sets "worst" to the gravest of two statuses.
graver() {
	for worst in 4 3 2 75 1 5; do
		case " $1 $2 " in
			*" $worst "*) return ;;
		esac
	done
	worst=$1
	[ "$1" -ne 0 ] || worst=$2
}

# each_id FUNCTION IDS: goes on past what fails, says at the end what did.
# Each call is a shell of its own in which the first error ends it; so who
# calls each_id must not stand left of || or in an if, where there is no set -e.
each_id() {
	case $2 in
		'' | *[[:space:]]*) ;;
		*) # one needs no other shell
			set -e
			"$1" "$2"
			return
			;;
	esac
	failed=''
	worst=0
	for id in $2; do
		set +e
		(
			set -e
			"$1" "$id"
		)
		status=$?
		set -e
		case $status in
			0 | 5) ;; # a difference is no failure
			*) failed="$failed $id" ;;
		esac
		graver "$worst" "$status"
	done
	if [ -n "$failed" ] && [ "$2" != "${failed# }" ]; then
		complain "failed:$failed"
	fi
	return "$worst"
}

catalog_tool() {
	chantal-catalog "$@" ${config:+--config "$config"}
}

publish_tool() {
	chantal-publish "$@" ${config:+--config "$config"}
}

# The packages of the references in "refs": those of several in one list.
list_refs() {
	set -- ls "$refs"
	case $refs in
		*[[:space:]]*)
			# shellcheck disable=SC2086 # references are single words
			set -- search '*' $refs
			;;
	esac
	[ -z "$format" ] || set -- "$@" --format "$format"
	[ -z "$limit" ] || set -- "$@" --limit "$limit"
	catalog_tool "$@"
}

# Sets "catalog" to the catalog's folder of a repository.
catalog_of() {
	folder base_path
	catalog=$value/catalog/$1
}

# A folder that goes when we go.
make_scratch() {
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/chantal.XXXXXX")
	trap 'rm -rf -- "$scratch"' EXIT
}
