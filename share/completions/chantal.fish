# Completion of chantal, for fish.  Put it into ~/.config/fish/completions.

function __chantal_words
	set -l words (commandline -opc)
	set -e words[1]
	string match -v -- '-*' $words
end

function __chantal_at
	set -l words (__chantal_words)
	test "$words" = "$argv"
end

complete -c chantal -f
complete -c chantal -n '__chantal_at' -a 'init repo publish snapshot view package pool plugin content cache db schema stats'
complete -c chantal -n '__chantal_at repo' -a 'list show sync check-updates history why'
complete -c chantal -n '__chantal_at publish' -a 'repo snapshot view list unpublish'
complete -c chantal -n '__chantal_at snapshot' -a 'create list diff copy delete content'
complete -c chantal -n '__chantal_at view' -a 'list show'
complete -c chantal -n '__chantal_at package' -a upload
complete -c chantal -n '__chantal_at pool' -a 'stats verify cleanup'
complete -c chantal -n '__chantal_at plugin' -a 'new check list'
complete -c chantal -n '__chantal_at content' -a 'list search'
complete -c chantal -l config -r -F -d 'configuration'
complete -c chantal -s n -d 'print the pipelines'
complete -c chantal -s q -d 'say less'
complete -c chantal -s v -d 'say more'
complete -c chantal -s h -l help -d 'summary'
complete -c chantal -l version -d 'version'
complete -c chantal -l repo-id -x -a '(chantal-config --list 2>/dev/null)' -d 'repository'
complete -c chantal -l view -x -a '(chantal-config --views 2>/dev/null)' -d 'view'
complete -c chantal -l type -x -a '(chantal-config --list --fields type 2>/dev/null | sort -u)' -d 'type'
complete -c chantal -l all -d 'all enabled repositories'
complete -c chantal -l pattern -x -d 'ids like this'
complete -c chantal -l tag -x -d 'repositories with this tag'
complete -c chantal -l format -x -a 'table json csv'
complete -c chantal -l dry-run -d 'change nothing'
complete -c chantal -l force -d 'do not ask'
complete -c chantal -l target -r -a '(__fish_complete_directories)'
complete -c chantal -l file -r -F
complete -c chantal -l directory -r -a '(__fish_complete_directories)'
