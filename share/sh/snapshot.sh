# shellcheck shell=sh
# Read by tools/chantal: chantal snapshot.

# shellcheck source=share/sh/publish.sh
. "$share/sh/publish.sh"

described() {
	[ -z "$description" ] || printf ' --description %s' "$(quote "$description")"
}

snapshot_line() {
	printf 'chantal-catalog snapshot %s %s%s%s%s' "$1" "$2" "$(described)" \
		"$conf" "$verbose"
}

# The list of a view's snapshot: a member snapshot a line.
view_list() {
	folder base_path
	base=$value
	printf '%s/views/%s/snapshots/%s\n' "$base" "$1" "$2"
}

# Sets "refs" to the members' snapshots that are to be made; none is there yet.
check_members() {
	view_members "$view"
	members=$refs
	refs=''
	for id in $members; do
		generation_of "$id"
		catalog_of "$id"
		file=$catalog
		[ ! -e "$file/snapshots/$name.ndjson" ] ||
			die 2 "$id: there is a snapshot $name already: choose another name, or chantal snapshot delete --repo-id $id $name"
		refs="$refs $id@$name"
	done
}

# What was made of a snapshot that does not become one.
undo_members() {
	rm -f -- "$list" "$new"
	for ref in $made; do
		catalog_of "${ref%%@*}"
		file=$catalog
		[ ! -e "$file/snapshots/${ref#*@}.ndjson" ] ||
			run "chantal-catalog rm ${ref%%@*} ${ref#*@} --yes --force$conf$verbose" ||
			complain "$ref: is left of the snapshot that failed: remove it"
	done
	made=''
}

# A member snapshot in each repository, and a list of them: all or nothing.
create_of_view() {
	need_view "$view"
	list=$(view_list "$view" "$name")
	new=${list%/*}/.$name.new
	[ ! -e "$list" ] || die 2 "$view: there is a snapshot $name already"
	check_members
	made='' now=''
	trap 'made="$made $now"; undo_members; exit 130' INT
	trap 'made="$made $now"; undo_members; exit 143' TERM HUP
	status=0
	for now in $refs; do
		line=$(snapshot_line "${now%%@*}" "$name")
		run "$line" || status=$?
		[ "$status" -eq 0 ] || break
		made="$made $now"
	done
	now=''
	[ "$status" -ne 0 ] || run "mkdir -p $(quote "${list%/*}") &&
	printf '%s\\n'$refs >$(quote "$new") &&
	sync $(quote "$new") &&
	mv $(quote "$new") $(quote "$list")" || status=$?
	[ "$status" -eq 0 ] || undo_members
	[ "$status" -ne 0 ] || [ -n "$print_only" ] || say "$view: snapshot $name:$refs"
	return "$status"
}

snapshot_create() {
	take_options 0 'repo-id= view= name= description=' "$@"
	need_store
	need_name --name "$name"
	if [ -n "$view" ]; then
		create_of_view
		return
	fi
	need_repo
	run "$(snapshot_line "$repo_id" "$name")"
}

# The rows of one repository among those of others: with its id in front.
snapshots_of() {
	catalog_of "$1"
	file=$catalog
	[ -e "$file/current" ] || return 0
	case $format in
		json)
			printf '%s"%s": ' "$comma" "$1"
			comma=', '
			;;
		csv)
			catalog_tool snapshots "$1" --format csv |
				awk -v id="$1" -v began="$comma" '
				NR == 1 && began == "" { print "repo," $0 }
				NR > 1 { print id "," $0 }'
			comma=1
			return
			;;
		*) printf '%s:\n' "$1" ;;
	esac
	catalog_tool snapshots "$1" ${format:+--format "$format"}
}

# name, when it was made, members: the snapshots of a view.
list_of_view() {
	need_view "$1"
	list=$(view_list "$1" x)
	: >"$scratch/rows"
	for file in "${list%/*}"/*; do
		case $file in
			*/\*) continue ;;
		esac
		made=$(date -u -r "$file" +%Y-%m-%dT%H:%M:%SZ)
		refs=$(paste -s -d ' ' "$file")
		printf '%s\t%s\t%s\n' "${file##*/}" "$made" "$refs" >>"$scratch/rows"
	done
	awk -F '\t' -v format="$format" -f "$share/sh/view-snapshots.awk" \
		"$scratch/rows" || full
}

snapshot_list() {
	take_options 0 'repo-id= view= format=' "$@"
	if [ -n "$view" ]; then
		list_of_view "$view"
		return
	fi
	if [ -n "$repo_id" ]; then
		need_repo
		catalog_tool snapshots "$repo_id" ${format:+--format "$format"}
		return
	fi
	ids=$(config_tool --list)
	comma=''
	[ "$format" != json ] || printf '{'
	for id in $ids; do
		snapshots_of "$id"
	done
	[ "$format" != json ] || printf '}\n'
}

# "upstream" is what was synced last, as in the original.
ref_of() {
	case $2 in
		upstream) printf '%s\n' "$1" ;;
		*)
			need_name "snapshot" "$2"
			printf '%s@%s\n' "$1" "$2"
			;;
	esac
}

snapshot_diff() {
	take_options 2 'repo-id= format=' "$@"
	need_repo
	[ "$operands" -eq 2 ] || usage "snapshot diff: which two? SNAPSHOT SNAPSHOT, or upstream"
	old=$(ref_of "$repo_id" "$operand1")
	new=$(ref_of "$repo_id" "$operand2")
	run "chantal-catalog diff $old $new$conf${format:+ --format $format}"
}

snapshot_copy() {
	take_options 0 'repo-id= source= target= description=' "$@"
	need_store
	need_repo
	need_name --source "$source"
	need_name --target "$target"
	run "$(snapshot_line "$repo_id@$source" "$target")"
}

# The list goes before its members, which it keeps; a member that something
# else shows stays unless forced.
delete_of_view() {
	need_view "$view"
	list=$(view_list "$view" "$operand1")
	snapshot=$operand1
	view_refs "$view" "$operand1"
	view_target "$view"
	path=$path/snapshots/$operand1
	if [ -e "$path" ]; then
		[ -n "$force" ] ||
			die 2 "$view: the snapshot $operand1 is published at $path: unpublish it first, or say --force"
		run "chantal-publish --unpublish $(quote "$path")$conf$verbose"
	fi
	run "rm $(quote "$list")"
	status=0
	for ref in $refs; do
		catalog_of "${ref%%@*}"
		file=$catalog
		[ -e "$file/snapshots/${ref#*@}.ndjson" ] || continue
		run "chantal-catalog rm ${ref%%@*} ${ref#*@} --yes$conf$verbose${force:+ --force}" ||
			status=$?
	done
	return "$status"
}

# Its tree goes first, so that nothing published is left without its roots.
snapshot_delete() {
	take_options 1 'repo-id= view= force yes' "$@"
	need_name "snapshot" "$operand1"
	if [ -n "$view" ]; then
		delete_of_view
		return
	fi
	need_repo
	snapshot_target "$repo_id" "$operand1"
	if [ -n "$force" ] && [ -e "$path" ]; then
		run "chantal-publish --unpublish $(quote "$path")$conf$verbose"
	fi
	run "chantal-catalog rm $repo_id $operand1 --yes$conf$verbose${force:+ --force}"
}

snapshot_content() {
	take_options 0 'repo-id= view= snapshot= format= limit=' "$@"
	need_name --snapshot "$snapshot"
	if [ -n "$view" ]; then
		need_view "$view"
		view_refs "$view" "$snapshot"
	else
		need_repo
		refs=$repo_id@$snapshot
	fi
	list_refs
}

do_snapshot() {
	case $1 in
		create) verb=snapshot_create ;;
		list) verb=snapshot_list ;;
		diff) verb=snapshot_diff ;;
		copy) verb=snapshot_copy ;;
		delete) verb=snapshot_delete ;;
		content) verb=snapshot_content ;;
		*) refuse_command "snapshot " "$1" create list diff copy delete content ;;
	esac
	shift
	"$verb" "$@"
}
