# shellcheck shell=sh
# Read by tools/chantal: chantal package.

# shellcheck source=share/sh/publish.sh
. "$share/sh/publish.sh"

# Files at once: what fits into one command line.
BATCH=200

# Sets "folder" to a folder without links in its path, as find and chantal-pool's
# --allow-file want it.  A $(...) loses newlines at its end, but for the slash.
enter_folder() {
	folder=$(cd -- "$1/" && pwd -P && printf /)
	folder=${folder%"$newline"/}
	case $folder in
		*"$newline"*) refuse_newline "$folder" ;;
	esac
}

# upload FETCH FOLDERS: what chantal-fetch reads, from folders that may be read.
upload() {
	line="$1 |
	chantal-pool add$conf$verbose --repo $repo_id$2 |
	chantal-catalog save $repo_id --merge$conf$verbose${force:+ --force}"
	status=0
	run "$line" || status=$?
	graver "$worst" "$status"
}

flush_batch() {
	[ -n "$batch" ] || return 0
	upload "$fetch$batch" "$allowed_folders"
	batch='' batched=0 allowed_folders=''
}

add_file() {
	[ ! -d "$1" ] || die 2 "$(clean "$1"): a folder: name it with --directory"
	[ -f "$1" ] || die 2 "$(clean "$1"): no such file"
	case $1 in
		*/*) enter_folder "${1%/*}" ;;
		*) enter_folder . ;;
	esac
	batch="$batch $(quote "$folder/${1##*/}")"
	case "$allowed_folders " in
		*" --allow-file $(quote "$folder") "*) ;;
		*) allowed_folders="$allowed_folders --allow-file $(quote "$folder")" ;;
	esac
	batched=$((batched + 1))
	[ "$batched" -lt "$BATCH" ] || flush_batch
}

# However many there are, they are one stream and one new generation.
add_folder() {
	[ -d "$directory" ] || die 2 "$(clean "$directory"): no such folder"
	enter_folder "$directory"
	find="find $(quote "$folder")"
	[ -n "$recursive" ] || find="$find -maxdepth 1"
	find="$find -type f ! -name '.*'"
	case $type in
		apt) find="$find '(' -name '*.deb' -o -name '*.udeb' -o -name '*.ddeb' -o -name '*.dsc' ')'" ;;
		rpm) find="$find '(' -name '*.rpm' -o -name modules.yaml -o -name updateinfo.xml -o -name comps.xml ')'" ;;
	esac
	odd=$(eval "$find -path '*$newline*' -print -quit")
	[ -z "$odd" ] || refuse_newline "$odd"
	any=$(eval "$find -print -quit")
	[ -n "$any" ] || return 0
	upload "$find -print0 | LC_ALL=C sort -z |
	$fetch -" " --allow-file $(quote "$folder")"
}

package_upload() {
	take_options 0 'file= directory= recursive repo-id= force component=' "$@"
	need_store
	need_repo
	[ -n "$files$directory" ] || usage "package upload: --file or --directory?"
	setting "$repo_id" mode
	mode=$value
	case $mode in
		mirror) die 2 "$repo_id: a mirror is as its upstream: upload to a hosted or filtered repository" ;;
	esac
	setting "$repo_id" type
	type=$value
	overrides=''
	if [ -n "$component" ]; then
		[ "$type" = apt ] || usage "--component: $type has no components"
		overrides=" -o $(quote "apt.component=$component")"
	fi
	fetch="chantal-fetch$conf$verbose --repo $repo_id$overrides --files $type"
	batch='' batched=0 allowed_folders='' worst=0
	while [ -n "$files" ]; do
		file=${files%%"$newline"*}
		files=${files#*"$newline"}
		add_file "$file"
	done
	[ -z "$directory" ] || add_folder
	flush_batch
	return "$worst"
}

package_list() {
	take_options 0 'repo-id= format= limit=' "$@"
	need_repo
	generation_of "$repo_id"
	run "chantal-catalog ls $repo_id --local${format:+ --format $format}${limit:+ --limit $limit}$conf"
}

# The next publish is without them; their bytes stay as long as a snapshot or
# a kept generation has them.
package_remove() {
	take_options 1000 'repo-id= pattern= dry-run format=' "$@"
	need_store
	need_repo
	case ${words_given:+words}${pattern:+pattern} in
		words) words_given=" --$words_given" ;;
		pattern) words_given=" --pattern -- $(quote "$pattern")" ;;
		'') usage "package remove: which? NAME[=VERSION][.ARCH] or --pattern" ;;
		*) usage "package remove: names or --pattern, not both" ;;
	esac
	generation_of "$repo_id"
	run "chantal-catalog drop $repo_id${dry_run:+ --dry-run}${format:+ --format $format}$conf$verbose$words_given"
}

do_package() {
	case $1 in
		upload)
			shift
			package_upload "$@"
			;;
		list)
			shift
			package_list "$@"
			;;
		remove)
			shift
			package_remove "$@"
			;;
		*) refuse_command "package " "$1" upload list remove ;;
	esac
}
