#!/usr/bin/env bats
# What help texts, pages and completions say is what the programs take.
# shellcheck disable=SC2154 # bats sets stderr

load helpers

TOOLS='catalog config fetch filter index pool publish'

setup() {
	common_setup
}

# The options in the lines of a help text that begin with one.
help_options() {
	"$@" --help | sed -n '/^options:/,$p' | grep -E '^ +-' |
		grep -oE -- '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,' | sort -u
}

# The options that a page explains: ".It Fl q , v", ".It Fl -jobs Ar N , Fl ...".
page_options() {
	sed -n 's/^\.It Fl /Fl /p' "$1" | tr ' ' '\n' | awk '
		$0 == "Fl" { is_flag = 1; next }
		$0 ~ /^(Ar|Cm|Ns|No)$/ { is_flag = 0 }
		is_flag && /^-?[a-zA-Z]/ { print "-" $0 }' | sort -u
}

# The long options in a program's source.
source_options() {
	{
		cat "$TOP/tools/chantal-$1.c"
		sed -n '/define CH_CLI_OPTIONS/,/^$/p' "$TOP/lib/cli.h"
		if grep -q CH_ACCESS_OPTIONS "$TOP/tools/chantal-$1.c"; then
			sed -n '/define CH_ACCESS_OPTIONS/,/^$/p' "$TOP/lib/access.h"
		fi
	} | tr '\n\\' '  ' | grep -oE '\{[[:space:]]*"[a-z-]+", *(no|required|optional)_argument' |
		sed 's/.*"\(.*\)".*/--\1/' | sort -u
}

# The commands of chantal, from what its scripts take.
commands() {
	sed -n '/^do_[a-z]*() {/,/^}/p' "$TOP"/share/sh/*.sh | awk '
		/^do_/ { part = $1; sub(/^do_/, "", part); sub(/\(.*/, "", part) }
		/^\t\t[a-z| -]+\)/ {
			sub(/\).*/, ""); gsub(/[ \t]/, "")
			n = split($0, words, "|")
			for (i = 1; i <= n; i++)
				if (part != "store")
					print part, words[i]
				else if (words[i] ~ /-/) {
					sub(/-/, " ", words[i]); print words[i]
				} else
					print words[i]
		}' | grep -v '^db $' | sort -u
}

@test "the help of each program names the options that it takes" {
	for tool in $TOOLS; do
		help_options "chantal-$tool" | grep '^--' >help
		source_options "$tool" >taken
		[ "$(wc -l <taken)" -gt 5 ]
		diff taken help || {
			echo "chantal-$tool"
			return 1
		}
	done
}

@test "the page of each program explains the options of its help" {
	for tool in $TOOLS; do
		help_options "chantal-$tool" >help
		page_options "$TOP/man/chantal-$tool.1" | sort -u >page
		diff help page || {
			echo "chantal-$tool"
			return 1
		}
	done
}

@test "what the help calls an option is one, what it does not name is none" {
	for tool in $TOOLS; do
		for option in $(help_options "chantal-$tool" | grep '^--'); do
			[ "$option" != --help ] || continue
			run --separate-stderr timeout 10 "chantal-$tool" "$option" </dev/null
			[[ "$stderr" != *"unknown option"* ]]
		done
		run -2 --separate-stderr "chantal-$tool" --no-such-option </dev/null
		[[ "$stderr" == "chantal-$tool: --no-such-option: unknown option"* ]]
		[ -z "$output" ]
	done
}

@test "each command of chantal has a help, and the page names it with its options" {
	mandoc -Tascii "$TOP/man/chantal.1" | col -bx | tr -s ' \n' ' ' >page
	chantal --help | tr -s ' ' >help
	commands >all
	[ "$(wc -l <all)" -gt 30 ]
	while read -r part verb; do
		[ "$part" != db ] || [ "$verb" = init ] || continue
		# shellcheck disable=SC2086 # one word or two
		run -0 --separate-stderr chantal $part $verb --help
		[ -z "$stderr" ]
		for option in $(grep -oE -- '--[a-z][a-z-]*' <<<"$output" | sort -u); do
			case "$part $option" in
			'plugin '* | 'db '* | 'cache '*) continue ;; # see chantal-plugin(7)
			*' --component' | 'pool --yes' | 'snapshot --yes') continue ;; # of the original
			esac
			grep -qF -e "$option" page || {
				echo "chantal(1): $part $verb: $option"
				return 1
			}
		done
		grep -qw -e "${verb:-$part}" page || {
			echo "chantal(1): $part $verb"
			return 1
		}
		grep -w -e "$part" help | grep -qw -e "${verb:-$part}" || {
			echo "help: $part $verb"
			return 1
		}
	done <all
}

# offered SHELL WORD...: what its completion offers in place of the last word
offered() {
	local shell=$1
	shift
	case $shell in
	bash)
		bash -c 'source "$0/share/completions/chantal.bash"
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			if [[ $1 == chantal ]]; then _chantal; else _chantal_program "$1"; fi
			printf "%s\n" "${COMPREPLY[@]}"' "$TOP" "$@"
		;;
	zsh)
		zsh -fc 'fpath=("$0/share/completions" $fpath)
			autoload -Uz compinit; compinit -u -d zcompdump
			source "$0/share/completions/_chantal"
			compadd() { print -rl -- $reply }
			_files() { : }
			words=("$@"); CURRENT=$#
			_chantal' "$TOP" "$@"
		;;
	fish)
		fish -c 'source $argv[1]/share/completions/chantal.fish
			complete -C "$argv[2..]"' "$TOP" "$@" | cut -f1
		;;
	esac
}

@test "the completions of each shell know every command" {
	commands >all
	for shell in bash zsh fish; do
		cut -d' ' -f1 all | sort -u >expected
		offered $shell chantal '' | grep -v '^-' | sort -u | diff expected - || {
			echo "$shell: chantal"
			return 1
		}
		for part in $(awk 'NF > 1 { print $1 }' all | sort -u); do
			awk -v part="$part" '$1 == part && NF > 1 { print $2 }' all | sort -u >expected
			offered $shell chantal "$part" '' | grep -v '^-' | sort -u | diff expected - || {
				echo "$shell: chantal $part"
				return 1
			}
		done
	done
}

@test "the completions of each shell know every option" {
	commands >all
	for shell in bash zsh fish; do
		for words in '' 'repo sync' 'publish repo' 'snapshot diff' 'pool cleanup' \
			'package upload' 'content search' 'plugin new'; do
			# shellcheck disable=SC2086 # words
			chantal $words --help | grep -oE -- '(^|[ ,])--[a-z][a-z-]*' | tr -d ' ,' | sort -u >expected
			# shellcheck disable=SC2086 # words
			offered $shell chantal $words -- | grep '^--[a-z]' | sort -u >got
			[ -z "$(comm -23 expected got)" ] || {
				echo "$shell: chantal $words"
				return 1
			}
		done
		for tool in $TOOLS; do
			help_options "chantal-$tool" | grep '^--' >expected
			offered $shell "chantal-$tool" -- | grep '^--[a-z]' | sort -u >got
			[ -z "$(comm -23 expected got)" ] || {
				echo "$shell: chantal-$tool"
				return 1
			}
		done
	done
}

@test "the completions of each shell know the configured ids" {
	printf 'repositories:\n- {id: first, type: http, feed: /x}\n- {id: second, type: http, feed: /y}\n' >config.yaml
	for shell in bash zsh fish; do
		offered $shell chantal repo sync --repo-id '' | sort >got
		printf 'first\nsecond\n' | diff - got
	done
}

@test "the pages know no other exit status than those of all programs" {
	for page in "$TOP"/man/*.[157]; do
		sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/p' "$page" | sed -n 's/^\.It \(Cm \)\{0,1\}\([0-9]*\)$/\2/p' >statuses
		run grep -vxE '0|1|2|3|4|5|75' statuses
		[ -z "$output" ]
	done
	for tool in $TOOLS; do
		grep -q '^\.Sh EXIT STATUS' "$TOP/man/chantal-$tool.1"
	done
}

@test "a page that another one refers to is there" {
	grep -ohE '^\.(Pq )?Xr chantal[a-z-]* [1-8]|Xr chantal[a-z-]* [1-8]' "$TOP"/man/*.[1-8] |
		sed 's/.*Xr //' | sort -u | while read -r name section; do
		[ -s "$TOP/man/$name.$section" ] || {
			echo "$name($section)"
			return 1
		}
	done
}

@test "-q hides what was done, -v tells how, and neither touches stdout" {
	mkdir upstream
	echo one >upstream/a-1.txt
	run -0 --separate-stderr bash -c 'set -o pipefail
		chantal-fetch -q --repo t http upstream | chantal-filter -q |
		chantal-pool add -q --allow-file "$PWD/upstream" | chantal-catalog save t -q &&
		chantal-catalog cat t -q | chantal-index -q | chantal-publish -q www/t &&
		chantal-pool gc -q --yes && chantal-pool fsck -q'
	[ -z "$stderr" ]
	chantal-fetch --repo t http upstream >stream 2>/dev/null
	chantal-pool add --allow-file upstream <stream >pooled 2>/dev/null
	for command in 'chantal-fetch --repo t http upstream' 'chantal-filter' \
		'chantal-pool add --allow-file upstream' 'chantal-catalog save t' \
		"chantal-publish $PWD/www/t"; do
		# shellcheck disable=SC2086 # words
		$command -q <pooled >quiet.out 2>quiet.err || true
		# shellcheck disable=SC2086 # words
		$command -v <pooled >loud.out 2>loud.err || true
		[ ! -s quiet.err ]
		[ -s loud.err ]
		diff quiet.out loud.out
	done
}
