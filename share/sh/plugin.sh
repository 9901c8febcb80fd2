# shellcheck shell=sh
# Read by tools/chantal: chantal plugin.

do_plugin() {
	case $1 in
		list)
			shift
			take_options 0 'format=' "$@"
			config_tool --plugins
			;;
		new | check)
			verb=$1
			shift
			"${bin%/*}/libexec/chantal/plugin-$verb" "$@"
			;;
		*) usage "plugin $(clean "$1"): unknown command" ;;
	esac
}
