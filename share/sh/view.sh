# shellcheck shell=sh
# Read by tools/chantal: chantal view.

do_view() {
	case $1 in
		list)
			shift
			take_options 0 'format=' "$@"
			case $format in
				json) config_tool --get views ;;
				*) config_tool --views --fields name,repos,description ;;
			esac
			;;
		show)
			shift
			take_options 0 'name= format=' "$@"
			need_view "$name"
			config_tool --view "$name"
			;;
		*) refuse_command "view " "$1" list show ;;
	esac
}
