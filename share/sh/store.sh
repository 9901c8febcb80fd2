# shellcheck shell=sh
# Read by tools/chantal: the store, the pool, the cache, and what is left of
# the original's other commands.

# Makes the folders; what is there stays as it is.
store_init() {
	take_options 0 '' "$@"
	folder base_path
	base=$value
	folder pool_path
	pool=$value
	folder cache_path
	cache=$value
	folder published_path
	published=$value
	line="mkdir -p"
	for dir in "$base" "$pool" "$cache" "$published" "$base/catalog" \
		"$base/trees" "$base/views"; do
		line="$line $(quote "$dir")"
	done
	if [ ! -e "$base/format" ]; then
		line="$line &&
	echo 1 >$(quote "$base/format")"
	fi
	run "$line"
	[ -n "$print_only" ] || say "$base: ready"
}

store_schema() {
	take_options 0 'output=' "$@"
	if [ -n "$output" ]; then
		chantal-config --schema >"$output"
	else
		chantal-config --schema
	fi
}

pool_line() {
	printf 'chantal-pool %s%s%s' "$1" "$conf" "$verbose"
}

pool_stats() {
	take_options 0 'format=' "$@"
	run "$(pool_line stats)${format:+ --format $format}"
}

pool_verify() {
	take_options 0 'quick sample= repair' "$@"
	how=' --full'
	[ -z "$quick" ] || how=' --quick'
	[ -z "$sample" ] || how="$how --sample $(quote "$sample")"
	[ -z "$repair" ] || how="$how --repair"
	run "$(pool_line fsck)$how"
}

pool_cleanup() {
	take_options 0 'dry-run orphaned missing force yes grace=' "$@"
	how=
	[ -z "$dry_run" ] || how=' --dry-run'
	[ -z "$force$yes" ] || [ -n "$dry_run" ] || how=' --yes'
	[ -z "$grace" ] || how="$how --grace $(quote "$grace")"
	run "$(pool_line gc)$how"
}

cache_clear() {
	take_options 0 'repo-id= all force yes' "$@"
	folder cache_path
	dir=$value
	[ -d "$dir" ] || return 0
	run "find $(quote "$dir") -mindepth 1 -delete"
}

# Sets "refs" to what --repo-id, --snapshot and --view name; empty for all.
content_refs() {
	refs=''
	if [ -n "$view" ]; then
		[ -z "$repo_id" ] || usage "give one of --repo-id, --view, not both"
		need_view "$view"
		refs=$(config_tool --view "$view" --get repos)
	elif [ -n "$repo_id$snapshot" ]; then
		need_repo
		[ -z "$snapshot" ] || need_name --snapshot "$snapshot"
		refs=$repo_id${snapshot:+@$snapshot}
	fi
}

# content_tool VERB QUERY: a verb of chantal-catalog on the references.
content_tool() {
	[ -z "$type" ] || set -- "$@" --type "$type"
	[ -z "$format" ] || set -- "$@" --format "$format"
	[ -z "$limit" ] || set -- "$@" --limit "$limit"
	# shellcheck disable=SC2086 # references are single words
	catalog_tool "$@" $refs
}

content_search() {
	take_options 1 'repo-id= snapshot= view= type= format= limit=' "$@"
	[ -n "$operand1" ] || usage "content search: for what?"
	content_refs
	content_tool search "$operand1"
}

content_show() {
	take_options 1 'repo-id= snapshot= view= type= format= limit=' "$@"
	[ -n "$operand1" ] || usage "content show: which? SHA256, NAME or NAME@VERSION"
	content_refs
	content_tool show "$operand1"
}

content_list() {
	take_options 0 'repo-id= snapshot= view= type= format= limit=' "$@"
	content_refs
	case $refs in
		'' | *[[:space:]]*) content_tool search '*' ;;
		*) content_tool ls ;;
	esac
}

do_store() {
	case $1 in
		init | db-init) verb=store_init ;;
		schema) verb=store_schema ;;
		stats | pool-stats) verb=pool_stats ;;
		pool-verify) verb=pool_verify ;;
		pool-cleanup) verb=pool_cleanup ;;
		cache-clear) verb=cache_clear ;;
		content-search) verb=content_search ;;
		content-list) verb=content_list ;;
		content-show) verb=content_show ;;
		db-*) die 2 "$1: there is no database; chantal init makes the store" ;;
		pool-*) refuse_command 'pool ' "${1#*-}" stats verify cleanup ;;
		cache-*) refuse_command 'cache ' "${1#*-}" clear ;;
		*) refuse_command 'content ' "${1#*-}" list search show ;;
	esac
	shift
	"$verb" "$@"
}
