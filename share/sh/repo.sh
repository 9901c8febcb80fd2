# shellcheck shell=sh
# Read by tools/chantal: chantal repo.

# Sets "retention" to the rule that it adds; a mirror keeps what upstream has.
set_retention() {
	retention=
	setting "$1" mode
	mode=$value
	setting "$1" retention.policy
	policy=$value
	setting "$1" retention.keep_count
	count=$value
	case $mode-$policy in
		mirror-*) ;;
		*-newest-only) retention=' --latest 1' ;;
		*-keep-last-n) retention=" --latest $count" ;;
	esac
}

# Sets "saving" to the options of save.
set_saving() {
	saving=${allow_shrink:+ --allow-shrink}${allow_rollback:+ --allow-rollback}
	setting "$1" on_reject
	[ "$value" = drop ] || return 0
	setting "$1" drop_codes
	codes=$(printf '%s' "$value" | tr -d '[]"')
	saving="$saving --on-reject $(quote "${codes:-not-found}")"
}

# Sets "line" to what upstream has and the filters keep; $2: options of fetch.
upstream_line() {
	set_retention "$1"
	line="chantal-fetch$conf$verbose --repo $1$2 |
	chantal-filter$conf$verbose --repo $1$retention"
}

# Sets "line" to the pipeline of a sync.
sync_line() {
	set_saving "$1"
	upstream_line "$1" " --since $1$events"
	line="$line |
	chantal-pool add$conf$verbose --repo $1 --known $1$events |
	chantal-catalog save $1$conf$verbose$saving"
}

# A number of a line of compact JSON; 0 when it is not there.
number_in() {
	n=$(printf '%s\n' "$1" | sed -n "s/.*[{,]\"$2\":\([0-9]*\).*/\1/p")
	echo "${n:-0}"
}

# Did the last attempt fail only with what may succeed at once?
may_retry() {
	catalog_of "$1"
	folder=$catalog
	attempt=$(tail -n 1 "$folder/history.ndjson" 2>/dev/null) || return 1
	rejects=$(number_in "$attempt" rejects)
	[ "$rejects" -gt 0 ] &&
		[ "$rejects" -eq "$(number_in "$attempt" rejects_retry)" ]
}

sync_one() {
	setting "$1" mode
	mode=$value
	if [ "$mode" = hosted ]; then
		say "$1: hosted: nothing to sync; upload with chantal package upload"
		return 0
	fi
	sync_line "$1"
	status=0
	run "$line" || status=$?
	if [ "$status" -eq 1 ] && may_retry "$1"; then
		say "$1: trying once more what was rejected"
		status=0
		run "$line" || status=$?
	fi
	return "$status"
}

repo_sync() {
	take_options 0 'repo-id= all pattern= tag= type= workers= dry-run n
		allow-shrink allow-rollback events-fd=' "$@"
	need_store
	select_ids
	[ -n "$ids" ] || say "no enabled repository matches"
	if [ -n "$dry_run" ]; then
		each_id dry_run_one "$ids"
	else
		each_id sync_one "$ids"
	fi
}

# Several repositories as JSON: one object, a member for each; null for one
# that failed.  json_object FUNCTION IDS calls FUNCTION for each of them.
json_object() {
	printf '{'
	set +e
	(each_id "$1" "$2")
	status=$?
	set -e
	printf '}\n'
	return "$status"
}

# json_member ID LINE: what LINE prints, as the member ID.
json_member() {
	[ ! -e "$scratch/comma" ] || printf ','
	: >"$scratch/comma"
	printf '"%s": ' "$1"
	member=0
	run "$2" >"$scratch/member" || member=$?
	if [ -s "$scratch/member" ]; then
		cat "$scratch/member"
	else
		echo null
	fi
	return "$member"
}

# What a sync would change, by name and architecture; 5 when it is anything.
dry_run_one() {
	setting "$1" mode
	mode=$value
	[ "$mode" != hosted ] || return 0
	upstream_line "$1" ''
	line="$line |
	chantal-catalog diff $1 -$conf$verbose${format:+ --format $format}"
	status=0
	case ${print_only}${repo_id:-${format:-table}} in
		table)
			printf '%s:\n' "$1"
			run "$line" || status=$?
			;;
		json) json_member "$1" "$line" || status=$? ;;
		*) run "$line" || status=$? ;;
	esac
	if [ "$status" -eq 5 ] && [ -n "$dry_run" ]; then
		status=0
	fi
	return "$status"
}

repo_check_updates() {
	take_options 0 'repo-id= all pattern= tag= type= format=' "$@"
	select_ids
	case ${print_only}${repo_id:-$format} in
		json) json_object dry_run_one "$ids" ;;
		*) each_id dry_run_one "$ids" ;;
	esac
}

# id, type, mode, enabled, name, feed of what --type and --tag name.
configured() {
	set -- --list --fields id,type,mode,enabled,name,feed
	[ -z "$type" ] || set -- "$@" --type "$type"
	[ -z "$tag" ] || set -- "$@" --tag "$tag"
	config_tool "$@"
}

# Tab-separated: the configured ones with what the catalog knows of each.
standing() {
	configured >"$scratch/configured"
	catalog_tool repos --format csv >"$scratch/known"
	awk -v known="$scratch/known" '
	BEGIN {
		FS = ","
		getline <known
		for (i = 1; i <= NF; i++)
			column[$i] = i
		while ((getline <known) > 0)
			about[$column["repo"]] = $column["generation"] "\t" \
				$column["packages"] "\t" $column["bytes"] "\t" \
				$column["status"] "\t" $column["last_attempt"]
		FS = "\t"
	}
	{ print $0 "\t" ($1 in about ? about[$1] : "0\t0\t0\tnever\t") }
	' "$scratch/configured"
}

repo_list() {
	take_options 0 'type= tag= format=' "$@"
	standing >"$scratch/standing"
	[ -s "$scratch/standing" ] || say "no repository matches, or none is configured: see chantal-config(5)"
	case $format in
		json) awk -F '\t' -f "$share/sh/repo-json.awk" "$scratch/standing" || full ;;
		*) awk -F '\t' -f "$share/sh/repo-table.awk" "$scratch/standing" || full ;;
	esac
}

repo_show() {
	take_options 0 'repo-id= format=' "$@"
	need_repo
	standing | awk -F '\t' -v id="$repo_id" '$1 == id' >"$scratch/standing"
	if [ "$format" = json ]; then
		awk -F '\t' -f "$share/sh/repo-json.awk" "$scratch/standing" || full
		return
	fi
	config_tool --repo "$repo_id"
	awk -F '\t' -f "$share/sh/repo-table.awk" "$scratch/standing" || full
	catalog_of "$repo_id"
	folder=$catalog
	if [ ! -e "$folder/current" ]; then
		say "$repo_id: configured, but not synced yet: $(how_to_fill "$repo_id")"
		return
	fi
	catalog_tool snapshots "$repo_id" --limit 5
}

history_one() {
	set -- "$1" history "$1" --limit "${limit:-10}"
	[ -z "$format" ] || set -- "$@" --format "$format"
	id=$1
	shift
	case ${all:+$format} in
		json)
			[ ! -e "$scratch/comma" ] || printf ','
			: >"$scratch/comma"
			printf '"%s": ' "$id"
			;;
		table | '') [ -z "$all" ] || printf '%s:\n' "$id" ;;
	esac
	catalog_of "$id"
	folder=$catalog
	if [ -n "$all" ] && [ ! -e "$folder" ]; then
		[ "$format" != json ] || echo '[]'
		return
	fi
	catalog_tool "$@"
}

repo_history() {
	take_options 0 'repo-id= all last limit= format=' "$@"
	[ -z "$last" ] || [ -n "$all" ] || usage "--last: only with --all"
	[ -z "$last" ] || [ -z "$limit" ] || usage "--last or --limit, not both"
	[ -z "$last" ] || limit=1
	select_ids
	case ${all:+$format} in
		json) json_object history_one "$ids" ;;
		*) each_id history_one "$ids" ;;
	esac
}

# Where it is; when it is not in the current generation, also what the filters
# or the upstream say of it: status 5.
repo_why() {
	take_options 1 'repo-id=' "$@"
	need_repo
	[ -n "$operand1" ] || usage "repo why: which package?"
	catalog_of "$repo_id"
	folder=$catalog
	if [ -e "$folder/history.ndjson" ]; then
		catalog_tool why "$repo_id" "$operand1" >"$scratch/why"
		cat "$scratch/why" || full
		! grep -q '^current' "$scratch/why" || return 0
		! grep -q '^last rejects' "$scratch/why" || return 5
	else
		say "$repo_id: not synced yet"
	fi
	setting "$repo_id" mode
	mode=$value
	[ "$mode" = hosted ] || ask_upstream "$operand1"
	return 5
}

ask_upstream() {
	upstream_line "$repo_id" ''
	status=0
	sh -c "$line --explain" >"$scratch/kept" 2>"$scratch/said" || status=$?
	end=$(tail -n 1 "$scratch/kept")
	case $end in
		*'"status":"failed"'*) status=$(number_in "$end" exit) ;;
	esac
	if [ "$status" -gt 1 ]; then
		cat "$scratch/said" >&2
		exit "$status"
	fi
	if awk -v name="$1" 'index($0, name " ") == 1 { print "filtered: " $0; n++ }
	END { exit n == 0 }' "$scratch/said"; then
		return
	fi
	if grep -qF -e "\"name\":\"$1\"" -e "\"name\": \"$1\"" "$scratch/kept"; then
		echo "upstream: $1: there, and kept by the filters: the next sync brings it"
	else
		echo "upstream: $1: no such package there"
	fi
}

do_repo() {
	case $1 in
		list) verb=repo_list ;;
		show) verb=repo_show ;;
		sync) verb=repo_sync ;;
		check-updates) verb=repo_check_updates ;;
		history) verb=repo_history ;;
		why) verb=repo_why ;;
		*) refuse_command "repo " "$1" list show sync check-updates history why ;;
	esac
	shift
	"$verb" "$@"
}
