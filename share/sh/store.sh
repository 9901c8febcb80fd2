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

content_search() {
	take_options 1 'repo-id= snapshot= format= limit=' "$@"
	[ -n "$operand1" ] || usage "content search: for what?"
	set -- search "$operand1"
	if [ -n "$repo_id" ]; then
		need_repo
		[ -z "$snapshot" ] || need_name --snapshot "$snapshot"
		set -- "$@" "$repo_id${snapshot:+@$snapshot}"
	fi
	[ -z "$format" ] || set -- "$@" --format "$format"
	[ -z "$limit" ] || set -- "$@" --limit "$limit"
	catalog_tool "$@"
}

content_list() {
	take_options 0 'repo-id= snapshot= view= format= limit=' "$@"
	if [ -n "$view" ]; then
		need_view "$view"
		refs=$(config_tool --view "$view" --get repos)
	else
		need_repo
		[ -z "$snapshot" ] || need_name --snapshot "$snapshot"
		refs=$repo_id${snapshot:+@$snapshot}
	fi
	list_refs
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
		db-*) die 2 "$1: there is no database; chantal init makes the store" ;;
		*) usage "$(clean "$1" | tr - ' '): unknown command" ;;
	esac
	shift
	"$verb" "$@"
}
