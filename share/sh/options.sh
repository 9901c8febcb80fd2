# shellcheck shell=sh
# Read by tools/chantal: the options of its commands.

unset_options() {
	repo_id='' all='' pattern='' tag='' type='' dry_run='' format=''
	limit='' last='' target='' snapshot='' view='' name='' description=''
	source='' force='' yes='' directory='' recursive='' component=''
	files='' output='' quick='' sample='' repair='' grace=''
	allow_shrink='' allow_rollback='' recreate='' accept_identity=''
	events='' operands=0 operand1='' operand2='' surplus='' words_given=''
}

# Lists of files have one a line: a name of two lines would be two names.
refuse_newline() {
	die 2 "$(clean "$1"): a name with a newline in it: rename it"
}

add_name() {
	case $1 in
		*"$newline"*) refuse_newline "$1" ;;
	esac
	files="$files$1$newline"
}

# set_option NAME VALUE
set_option() {
	case $1 in
		repo-id) repo_id=$2 ;;
		all) all=1 ;;
		pattern) pattern=$2 ;;
		tag) tag=$2 ;;
		type) type=$2 ;;
		dry-run | n) dry_run=1 ;;
		format) format=$2 ;;
		limit) limit=$2 ;;
		last) last=1 ;;
		target) target=$2 ;;
		snapshot) snapshot=$2 ;;
		view) view=$2 ;;
		name) name=$2 ;;
		description) description=$2 ;;
		source) source=$2 ;;
		force) force=1 ;;
		yes) yes=1 ;;
		directory) directory=$2 ;;
		recursive) recursive=1 ;;
		component) component=$2 ;;
		file) add_name "$2" ;;
		output) output=$2 ;;
		quick) quick=1 ;;
		events-fd) events=" --events-fd $(quote "$2")" ;;
		sample) sample=$2 ;;
		repair) repair=1 ;;
		grace) grace=$2 ;;
		allow-shrink) allow_shrink=1 ;;
		allow-rollback) allow_rollback=1 ;;
		recreate) recreate=1 ;;
		accept-identity-change) accept_identity=1 ;;
		workers | orphaned | missing) ;; # of the original; without effect
	esac
}

set_operand() {
	operands=$((operands + 1))
	case $operands in
		1) operand1=$1 ;;
		2) operand2=$1 ;;
	esac
	words_given="$words_given $(quote "$1")"
	[ "$operands" -le "$wanted" ] || surplus=${surplus:-$1}
}

refuse_surplus() {
	[ -n "$surplus" ] || return 0
	case $allowed in
		*' repo-id= '*)
			usage "$(clean "$surplus"): too many operands; a repository is named with --repo-id"
			;;
		*) usage "$(clean "$surplus"): too many operands" ;;
	esac
}

# Sets "near" to what WORD may have been: one of KNOWN that begins so, or is like
# it.
# guess WORD KNOWN...
guess() {
	near=''
	word=$1
	shift
	for known; do
		case $known in
			"$word"?*) near=${near:-$known} ;;
		esac
	done
	[ -n "$near" ] || near=$(chantal-config --nearest "$word" "$@")
}

# guess_option WORD KNOWN...: sets "hint"
guess_option() {
	guess "$@"
	hint=${near:+"; did you mean --$near?"}
}

# refuse_command BEFORE WORD KNOWN...
refuse_command() {
	before=$1
	shift
	guess "$@"
	usage "$before$(clean "$word"): unknown command${near:+"; did you mean $before$near?"}"
}

refuse_option() {
	refused=$1
	set -- help quiet verbose
	for known in $allowed; do
		set -- "$@" "${known%=}"
	done
	guess_option "$refused" "$@"
	case $refused in
		config) hint='; it stands before the command' ;;
	esac
	usage "$(clean "--$refused"): unknown option here$hint"
}

# The options of one command, for its --help.
options_help() {
	operand=''
	[ "$wanted" = 0 ] || operand=' NAME...'
	printf 'usage: chantal %s%s [OPTION...]\n\noptions:\n' "$words" "$operand"
	for known in $allowed; do
		case $known in
			n | workers= | orphaned | missing) ;;
			*=) printf '  --%s VALUE\n' "${known%=}" ;;
			*) printf '  --%s\n' "$known" ;;
		esac
	done
	printf '  -q, -v\n  -h, --help\n\nThe page: man chantal\n'
}

# take_options OPERANDS ALLOWED ARGUMENT...: how many operands, and which
# options; one that takes a value is written with a "=" behind it.
take_options() {
	wanted=$1
	asked=$words
	allowed=' '
	for known in $2; do
		allowed="$allowed$known "
	done
	shift 2
	unset_options
	while [ $# -gt 0 ]; do
		arg=$1
		shift
		case $arg in
			-q | --quiet) verbose=' -q' && continue ;;
			-v | --verbose) verbose=' -v' && continue ;;
			-h | --help)
				options_help || full
				exit 0
				;;
			-o) arg=--output ;;
			--) break ;;
			--*) ;;
			-?*) usage "$(clean "$arg"): unknown option" ;;
			*) set_operand "$arg" && continue ;;
		esac
		option=${arg#--}
		option=${option%%=*}
		case $allowed in
			*" $option= "*)
				case $arg in
					*=*) set_option "$option" "${arg#*=}" ;;
					*)
						[ $# -gt 0 ] || usage "--$option: wants a value"
						set_option "$option" "$1"
						shift
						;;
				esac
				;;
			*" $option "*) set_option "$option" 1 ;;
			*) refuse_option "$option" ;;
		esac
	done
	while [ $# -gt 0 ]; do
		set_operand "$1"
		shift
	done
	refuse_surplus
	case $format in
		'' | table | json | csv) ;;
		*) usage "--format: $(clean "$format"): table, json or csv" ;;
	esac
	case $limit in
		*[!0-9]*) usage "--limit: $(clean "$limit"): not a number" ;;
	esac
}
