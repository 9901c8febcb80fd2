# Completion of chantal and its programs, for fish.  Put it into
# ~/.config/fish/completions.

# The words of the command that stand already, without options.
function __chantal_words
	set -l words (commandline -opc)
	set -e words[1]
	string match -v -- '-*' $words
end

function __chantal_at
	set -l words (__chantal_words)
	test "$words" = "$argv"
end

# What a help text lists.
function __chantal_help_options
	$argv --help 2>/dev/null | string match -ra -- '(?<=^|[ ,])--?[a-zA-Z][a-z-]*' | sort -u
end

function __chantal_options
	set -l words (__chantal_words)
	__chantal_help_options chantal $words[1..2]
end

function __chantal_wants_option
	string match -q -- '-*' (commandline -ct)
end

complete -c chantal -f
complete -c chantal -n '__chantal_at' -a 'init repo publish snapshot view package pool plugin content cache db schema stats'
complete -c chantal -n '__chantal_at repo' -a 'list show sync check-updates history why'
complete -c chantal -n '__chantal_at publish' -a 'repo snapshot view list unpublish'
complete -c chantal -n '__chantal_at snapshot' -a 'create list diff copy delete content'
complete -c chantal -n '__chantal_at view' -a 'list show'
complete -c chantal -n '__chantal_at package' -a 'list remove upload'
complete -c chantal -n '__chantal_at pool' -a 'stats verify cleanup'
complete -c chantal -n '__chantal_at plugin' -a 'new check list'
complete -c chantal -n '__chantal_at content' -a 'list search show'
complete -c chantal -n '__chantal_at cache' -a clear
complete -c chantal -n '__chantal_at db' -a init
complete -c chantal -n __chantal_wants_option -a '(__chantal_options)'
complete -c chantal -l config -r -F -d 'configuration'
complete -c chantal -l repo-id -x -a '(chantal-config --list 2>/dev/null)' -d 'repository'
complete -c chantal -l view -x -a '(chantal-config --views 2>/dev/null)' -d 'view'
complete -c chantal -l type -x -a '(chantal-config --list --fields type 2>/dev/null | sort -u)' -d 'type'
complete -c chantal -l format -x -a 'table json csv'
complete -c chantal -l target -r -a '(__fish_complete_directories)'
complete -c chantal -l file -r -F
complete -c chantal -l directory -r -a '(__fish_complete_directories)'

for program in chantal-{fetch,filter,pool,index,publish,catalog,config}
	complete -c $program -n __chantal_wants_option -a "(__chantal_help_options $program)"
	complete -c $program -l repo -x -a '(chantal-config --list 2>/dev/null)' -d 'repository'
end
