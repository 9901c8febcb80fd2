# shellcheck shell=sh
# Read by tools/chantal: chantal plugin.

plugin_list() {
	if [ "$format" != json ]; then
		config_tool --plugins
		return
	fi
	config_tool --plugins >"$scratch/plugins"
	awk -F '\t' '
	function quote(s) {
		gsub(/\\/, "\\\\", s)
		gsub(/"/, "\\\"", s)
		return "\"" s "\""
	}
	{
		printf "%s{\"type\":%s,\"version\":%s,", (NR > 1 ? ",\n" : "["), quote($1), quote($2)
		printf "\"path\":%s,\"verbs\":%s,\"note\":%s}", quote($3), quote($4), quote($5)
	}
	END { print (NR > 0 ? "]" : "[]") }' "$scratch/plugins" || full
}

do_plugin() {
	case $1 in
		list)
			shift
			take_options 0 'format=' "$@"
			plugin_list
			;;
		new | check)
			verb=$1
			shift
			"${bin%/*}/libexec/chantal/plugin-$verb" "$@"
			;;
		*) refuse_command "plugin " "$1" new check list ;;
	esac
}
