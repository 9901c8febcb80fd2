# shellcheck shell=sh
# Read by tools/chantal: chantal publish.

# path BELOW: absolute as it is, else below published_path.
below_published() {
	case $1 in
		/*) printf '%s\n' "$1" ;;
		*) printf '%s/%s\n' "$(folder published_path)" "$1" ;;
	esac
}

repo_target() {
	path=$(setting "$1" latest_path)
	below_published "${path:-$1}"
}

snapshot_target() {
	path=$(setting "$1" snapshots_path)
	below_published "${path:-snapshots/$1}/$2"
}

# view_target VIEW: the folder that holds latest and snapshots.
view_target() {
	path=$(config_tool --view "$1" --get publish_path)
	below_published "${path:-views/$1}"
}

publish_options() {
	[ -z "$recreate" ] || printf ' --recreate'
	[ -z "$accept_identity" ] || printf ' --accept-identity-change'
}

# The plugin of a type as it is now: its version and path.
plugin_of() {
	[ -e "$scratch/plugins" ] || config_tool --plugins >"$scratch/plugins"
	awk -F '\t' -v type="$1" '$1 == type' "$scratch/plugins"
}

# The keys that sign now: their file, or their fingerprints.
signing_of() {
	file=$(config_tool --repo "$1" --get gpg.key_file)
	home=$(config_tool --repo "$1" --get gpg.gnupg_home)
	[ ! -r "$file" ] || sha256sum <"$file"
	[ ! -d "$home" ] ||
		gpg --homedir "$home" --batch --with-colons --list-secret-keys \
			2>/dev/null | grep '^fpr' || true
}

# What a tree depends on: the generations by their own digests, and how they
# would be indexed today.
key_of() {
	for ref in $1; do
		id=${ref%%@*}
		case $ref in
			*@*) file=$(catalog_of "$id")/snapshots/${ref#*@}.ndjson ;;
			*) file=$(catalog_of "$id")/current ;;
		esac
		tail -n 1 "$file" 2>/dev/null || return 1
		config_tool --repo "$id"
		plugin_of "$(setting "$id" type)"
		signing_of "$id"
	done >"$scratch/key"
	chantal-index --version >>"$scratch/key"
	sha256sum <"$scratch/key" | cut -d ' ' -f 1
}

# publish_refs TARGET REFS OPTIONS: OPTIONS are those of index and publish.
publish_refs() {
	key=$(key_of "$2") || key=
	if [ -n "$key" ] && [ -z "$print_only$recreate" ] &&
		publish_tool --is-current "$1" "$key"; then
		say "$1: nothing to do, it shows this already"
		return 0
	fi
	run "chantal-catalog cat $2$conf$verbose |
	chantal-index$conf$verbose$3 |
	chantal-publish $(quote "$1")$conf$verbose$3${key:+ --key $key}$(publish_options)"
}

publish_one() {
	path=${target:-$(repo_target "$1")}
	publish_refs "$path" "$1" " --repo $1"
}

publish_repo() {
	take_options 0 'repo-id= all pattern= tag= type= target= recreate
		accept-identity-change' "$@"
	[ -z "$target" ] || [ -n "$repo_id" ] ||
		usage "--target: only with --repo-id: each repository would replace the one before"
	ids=$(select_ids)
	each_id publish_one "$ids"
}

# Snapshots of a view have one name in each member.
view_refs() {
	set -- "$(folder base_path)/views/$1/snapshots/$2"
	[ -e "$1" ] || die 2 "$view: no snapshot $snapshot: chantal snapshot create --view $view --name $snapshot"
	paste -s -d ' ' "$1"
}

view_members() {
	config_tool --view "$1" --get repos | paste -s -d ' ' -
}

publish_snapshot() {
	take_options 0 'snapshot= repo-id= view= target= recreate
		accept-identity-change' "$@"
	need_name --snapshot "$snapshot"
	if [ -n "$view" ]; then
		need_view "$view"
		refs=$(view_refs "$view" "$snapshot")
		publish_refs "${target:-$(view_target "$view")/snapshots/$snapshot}" \
			"$refs" ''
		return
	fi
	need_repo
	publish_refs "${target:-$(snapshot_target "$repo_id" "$snapshot")}" \
		"$repo_id@$snapshot" " --repo $repo_id"
}

publish_view() {
	take_options 0 'name= target= recreate accept-identity-change' "$@"
	need_view "$name"
	refs=$(view_members "$name")
	publish_refs "${target:-$(view_target "$name")/latest}" "$refs" ''
}

publish_list() {
	take_options 0 'format=' "$@"
	publish_tool --list ${format:+--format "$format"}
}

publish_unpublish() {
	take_options 0 'snapshot= repo-id= view= target=' "$@"
	case ${target:+t}${view:+v}${repo_id:+i}${snapshot:+s} in
		t) path=$target ;;
		v | vs)
			need_view "$view"
			path=$(view_target "$view")/latest
			;;
		i | is)
			need_repo
			path=$(repo_target "$repo_id")
			;;
		s) usage "--snapshot: of which repository? --repo-id or --view" ;;
		*) usage "give one of --repo-id, --view, --target" ;;
	esac
	if [ -n "$snapshot" ]; then
		need_name --snapshot "$snapshot"
		path=${path%/latest}/snapshots/$snapshot
		[ -n "$view" ] || path=$(snapshot_target "$repo_id" "$snapshot")
	fi
	run "chantal-publish --unpublish $(quote "$path")$conf$verbose"
}

do_publish() {
	case $1 in
		repo) verb=publish_repo ;;
		snapshot) verb=publish_snapshot ;;
		view) verb=publish_view ;;
		list) verb=publish_list ;;
		unpublish) verb=publish_unpublish ;;
		*) usage "publish $(clean "$1"): unknown command" ;;
	esac
	shift
	"$verb" "$@"
}
