# Completion of chantal and its programs, for bash.  Put it into
# /usr/share/bash-completion/completions/chantal, or source it.

_chantal_config() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == --config ]]; then
			chantal-config --config "${COMP_WORDS[i + 1]}" "$@" 2>/dev/null
			return
		fi
	done
	chantal-config "$@" 2>/dev/null
}

# Words that may follow an option; fails when it takes none that we know.
_chantal_value() {
	case $1 in
		--repo-id | --repo) _chantal_config --list ;;
		--view) _chantal_config --views ;;
		--name)
			[[ ${COMP_WORDS[*]} == *\ view\ * ]] || return 1
			_chantal_config --views
			;;
		--type) _chantal_config --list --fields type | sort -u ;;
		--tag) _chantal_config --list --fields tags | tr -d '[]"' | tr , '\n' | sort -u ;;
		--format) printf 'table\njson\ncsv\n' ;;
		--source-packages) printf 'all\nmatching\nnone\n' ;;
		--policy) printf 'first\nlast\nnewest\nrefuse\n' ;;
		--link) printf 'hard\nreflink\ncopy\n' ;;
		--switch) printf 'exchange\nsymlink\n' ;;
		*) return 1 ;;
	esac
}

# The two words of the command that stand already.
_chantal_words() {
	local i word
	words=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
			--config) ((i++)) ;;
			-*) ;;
			*) words+=("$word") ;;
		esac
	done
}

_chantal_commands() {
	case "${words[*]}" in
		'') echo init repo publish snapshot view package pool plugin content cache db schema stats ;;
		repo) echo list show sync check-updates history why ;;
		publish) echo repo snapshot view list unpublish ;;
		snapshot) echo create list diff copy delete content ;;
		view) echo list show ;;
		package) echo list remove upload ;;
		pool) echo stats verify cleanup ;;
		plugin) echo new check list ;;
		content) echo list search show ;;
		cache) echo clear ;;
		db) echo init ;;
	esac
}

# What the help of the command lists; before a command, the global ones.
_chantal_options() {
	chantal "${words[@]:0:2}" --help 2>/dev/null |
		grep -oE -- '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,' | sort -u
}

_chantal() {
	local words current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} values
	_chantal_words
	if values=$(_chantal_value "$previous"); then
		:
	elif [[ $current == -* ]]; then
		values=$(_chantal_options)
	else
		values=$(_chantal_commands)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
}

# The other programs: what their help lists.
_chantal_program() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} values
	values=$(_chantal_value "$previous") ||
		values=$("$1" --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*')
	mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
}

complete -o default -F _chantal chantal
complete -o default -F _chantal_program chantal-fetch chantal-filter \
	chantal-pool chantal-index chantal-publish chantal-catalog chantal-config
