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

# A member snapshot in each repository, and a list of them.
create_of_view() {
	need_view "$view"
	base=$(folder base_path)
	list=$base/views/$view/snapshots/$name
	[ ! -e "$list" ] || die 2 "$view: there is a snapshot $name already"
	view_members "$view"
	members=$refs
	refs=
	for id in $members; do
		generation_of "$id"
		refs="$refs $id@$name"
	done
	for id in $members; do
		run "$(snapshot_line "$id" "$name")"
	done
	run "mkdir -p $(quote "${list%/*}") &&
	printf '%s\\n'$refs >$(quote "$list.new") &&
	mv $(quote "$list.new") $(quote "$list")"
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
	file=$(catalog_of "$1")
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

snapshot_list() {
	take_options 0 'repo-id= format=' "$@"
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

# Its tree goes first, so that nothing published is left without its roots.
snapshot_delete() {
	take_options 1 'repo-id= force yes' "$@"
	need_repo
	need_name "snapshot" "$operand1"
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
		*) usage "snapshot $(clean "$1"): unknown command" ;;
	esac
	shift
	"$verb" "$@"
}
