# SPDX-License-Identifier: GPL-2.0-or-later
# What zsh offers for a command line, one a line:
#     zsh -f completed.zsh FOLDER "bal-mode s"
# FOLDER has _bal.  A zsh at a terminal of its own gets the line and a tab; its
# compadd writes down what matches.  HOME keeps what compinit found.
zmodload zsh/zpty || exit 77
out=$(mktemp) done=$out.done
trap 'zpty -d shell 2>/dev/null; rm -f $out $done' EXIT

zpty shell zsh -f -i
while IFS= read -r line; do
	zpty -w shell "$line"
done <<END
PS1= ; unset zle_bracketed_paste
fpath=($1 \$fpath); autoload -U compinit; compinit -u -d \$HOME/zcompdump
compadd() {
	local -a found
	if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
		builtin compadd -O found "\$@"
		print -rl -- \$found >>$out
	fi
	builtin compadd "\$@"
}
complete-and-tell() { zle complete-word; : >$done; }
zle -N complete-and-tell; bindkey '^I' complete-and-tell
END
zpty -w -n shell "$2"$'\t'
for ((i = 0; i < 200 && ! $+ok; i++)); do
	zpty -r -t shell >/dev/null
	[[ -e $done ]] && ok=1 || sleep 0.05
done
(( $+ok )) || exit 1
sort -u $out | grep .
exit 0
