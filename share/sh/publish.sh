# shellcheck shell=sh
# Read by tools/chantal: chantal publish.

# Sets "path": $1 as it is when absolute, else below published_path.
below_published() {
	folder published_path
	published=$value
	case $1 in
		/*) path=$1 ;;
		*) path=$published/$1 ;;
	esac
}

# Each of these sets "path" to where something is published.
repo_target() {
	setting "$1" latest_path
	path=$value
	below_published "${path:-$1}"
}

snapshot_target() {
	setting "$1" snapshots_path
	path=$value
	below_published "${path:-snapshots/$1}/$2"
}

# The folder that holds latest and snapshots.
view_target() {
	path=$(config_tool --view "$1" --get publish_path)
	below_published "${path:-views/$1}"
}

publish_options() {
	[ -z "$recreate" ] || printf ' --recreate'
	[ -z "$accept_identity" ] || printf ' --accept-identity-change'
}

# Sets "file" to the generation of a reference; what was never synced has none.
generation_of() {
	id=${1%%@*}
	catalog_of "$id"
	file=$catalog
	case $1 in
		*@*) file=$file/snapshots/${1#*@}.ndjson ;;
		*) file=$file/current ;;
	esac
	[ -z "$print_only" ] || return 0
	[ -e "$file" ] || case $1 in
		*@*) die 2 "$id: no snapshot ${1#*@}: chantal snapshot list --repo-id $id" ;;
		*) die 2 "$id: configured, but not synced yet: $(how_to_fill "$id")" ;;
	esac
}

# Sets "key" to the digest of what a tree depends on, the generations, and how
# they would be indexed today, and "shown" to 0 when the target shows it, else to
# 5 or what went wrong: set_key TARGET REFS --repo ID, or --view NAME.
set_key() {
	place=$1
	refs=$2
	shift 2
	for ref in $refs; do
		generation_of "$ref"
		set -- "$@" "$file"
	done
	if [ -n "$print_only$recreate" ]; then
		shown=5
		key=$(config_tool --key "$@")
	else
		shown=0
		key=$(exec chantal-publish ${config:+--config "$config"} \
			--is-current "$place" "$@") || shown=$?
	fi
}

# publish_refs TARGET REFS --repo ID, or --view NAME
publish_refs() {
	set_key "$@"
	case $shown in
		0)
			say "$1: nothing to do, it shows this already"
			return 0
			;;
		5) ;;
		*) return "$shown" ;;
	esac
	only=''
	[ "$3" != --repo ] || only=" --repo $4"
	run "chantal-catalog cat $2$conf$verbose |
	chantal-index$conf$verbose $3 $4 --target $(quote "$1") |
	chantal-publish $(quote "$1")$conf$verbose$only --key $key$(publish_options)"
}

publish_one() {
	setting "$1" mode
	mode=$value
	catalog_of "$1"
	file=$catalog
	if [ -z "$repo_id" ] && [ "$mode" = hosted ] && [ ! -e "$file" ]; then
		say "$1: hosted, and nothing was uploaded yet"
		return 0
	fi
	repo_target "$1"
	publish_refs "${target:-$path}" "$1" --repo "$1"
}

publish_repo() {
	take_options 0 'repo-id= all pattern= tag= type= target= recreate
		accept-identity-change' "$@"
	need_store
	[ -z "$target" ] || [ -n "$repo_id" ] ||
		usage "--target: only with --repo-id: each repository would replace the one before"
	select_ids
	each_id publish_one "$ids"
}

# Sets "refs": snapshots of a view have one name in each member.
view_refs() {
	folder base_path
	base=$value
	set -- "$base/views/$1/snapshots/$2"
	[ -e "$1" ] || die 2 "$view: no snapshot $snapshot: chantal snapshot create --view $view --name $snapshot"
	refs=$(paste -s -d ' ' "$1")
}

# Sets "refs" to the ids of the members.
view_members() {
	refs=$(config_tool --view "$1" --get repos)
	refs=$(printf '%s\n' "$refs" | paste -s -d ' ' -)
}

publish_snapshot() {
	take_options 0 'snapshot= repo-id= view= target= recreate
		accept-identity-change' "$@"
	need_store
	need_name --snapshot "$snapshot"
	if [ -n "$view" ]; then
		need_view "$view"
		view_refs "$view" "$snapshot"
		view_target "$view"
		publish_refs "${target:-$path/snapshots/$snapshot}" "$refs" --view "$view"
		return
	fi
	need_repo
	snapshot_target "$repo_id" "$snapshot"
	publish_refs "${target:-$path}" "$repo_id@$snapshot" --repo "$repo_id"
}

publish_one_view() {
	need_view "$1"
	view_members "$1"
	view_target "$1"
	publish_refs "${target:-$path/latest}" "$refs" --view "$1"
}

publish_view() {
	take_options 0 'name= all target= recreate accept-identity-change' "$@"
	need_store
	case ${name:+name}${all:+all} in
		all)
			[ -z "$target" ] || usage "--target: only with --name: each view would replace the one before"
			ids=$(config_tool --views)
			[ -n "$ids" ] || say "no view is configured"
			;;
		nameall) usage "give one of --name, --all, not both" ;;
		*) ids=$name ;;
	esac
	[ -n "$name$all" ] || usage "which view? --name or --all"
	each_id publish_one_view "$ids"
}

publish_list() {
	take_options 0 'format=' "$@"
	publish_tool --list ${format:+--format "$format"}
}

publish_unpublish() {
	take_options 0 'snapshot= repo-id= view= target=' "$@"
	[ -z "$snapshot" ] || need_name --snapshot "$snapshot"
	case ${target:+target}${view:+view}${repo_id:+repo}${snapshot:+-snapshot} in
		target) path=$target ;;
		view | view-snapshot)
			need_view "$view"
			view_target "$view"
			path=$path/${snapshot:+snapshots/}${snapshot:-latest}
			;;
		repo)
			need_repo
			repo_target "$repo_id"
			;;
		repo-snapshot)
			need_repo
			snapshot_target "$repo_id" "$snapshot"
			;;
		-snapshot) usage "--snapshot: of which repository? --repo-id or --view" ;;
		*) usage "give one of --repo-id, --view, --target" ;;
	esac
	run "chantal-publish --unpublish $(quote "$path")$conf$verbose"
}

do_publish() {
	case $1 in
		repo) verb=publish_repo ;;
		snapshot) verb=publish_snapshot ;;
		view) verb=publish_view ;;
		list) verb=publish_list ;;
		unpublish) verb=publish_unpublish ;;
		*) refuse_command "publish " "$1" repo snapshot view list unpublish ;;
	esac
	shift
	"$verb" "$@"
}
