# shellcheck shell=sh
# Read by tools/chantal: the options of its commands.

unset_options() {
	repo_id='' all='' pattern='' tag='' type='' dry_run='' format=''
	limit='' last='' target='' snapshot='' view='' name='' description=''
	source='' force='' yes='' directory='' recursive='' component=''
	files='' output='' quick='' sample='' repair='' grace=''
	allow_shrink='' allow_rollback='' recreate='' accept_identity=''
	events='' operands=0 operand1='' operand2=''
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
}

# take_options OPERANDS ALLOWED ARGUMENT...: how many operands, and which
# options; one that takes a value is written with a "=" behind it.
take_options() {
	wanted=$1
	allowed=" $2 "
	shift 2
	unset_options
	while [ $# -gt 0 ]; do
		arg=$1
		shift
		case $arg in
			-q | --quiet) verbose=' -q' && continue ;;
			-v | --verbose) verbose=' -v' && continue ;;
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
			*) usage "$(clean "--$option"): unknown option here" ;;
		esac
	done
	while [ $# -gt 0 ]; do
		set_operand "$1"
		shift
	done
	[ "$operands" -le "$wanted" ] || usage "too many operands"
	case $format in
		'' | table | json | csv) ;;
		*) usage "--format: $(clean "$format"): table, json or csv" ;;
	esac
	case $limit in
		*[!0-9]*) usage "--limit: $(clean "$limit"): not a number" ;;
	esac
}
