# SPDX-License-Identifier: GPL-2.0-or-later
# Compares message formats with the entries of a manual page.
#     awk -v want=formats|entries -f messages.awk FORMATS ENTRIES
# Each is a line, "..." stands for what differs.  Prints the formats that no
# entry is for, or the entries that no format is for.  An entry of less than two
# fixed words is for nothing: it would be for everything.

function regex(text) {
	gsub(/\.\.\./, "\001", text)
	gsub(/[][\\(){}.*+?^$|]/, "\\\\&", text)
	gsub(/\001/, ".*", text)
	return "^(.*: )?" text "(: .*)?$"
}

function words(text) {
	gsub(/[^A-Za-z]+/, " ", text)
	gsub(/(^| )[A-Za-z]( |$)/, " ", text)
	return split(text, word, " ")
}

# The text of a format without its conversions.
function normal(text) {
	gsub(/%%/, "\002", text)
	gsub(/%[-.0-9*]*(l|ll|z)?[a-z]/, "...", text)
	gsub(/%[-.0-9*]*(l|ll|z)?X/, "...", text)
	gsub(/\002/, "%", text)
	sub(/[: ]+$/, "", text)
	return text
}

NR == FNR {
	text = normal($0)
	if (words(text) >= 2 && !seen[text]++)
		format[++formats] = text
	next
}
{
	entry[++entries] = $0
	fixed[entries] = words($0) >= 2
	pattern[entries] = regex($0)
}

END {
	for (i = 1; i <= formats; i++) {
		own = regex(format[i])
		covered = 0
		for (k = 1; k <= entries; k++) {
			if (!fixed[k] || (want == "entries" && used[k]))
				continue
			if (format[i] ~ pattern[k] || entry[k] ~ own) {
				covered = used[k] = 1
				if (want == "formats")
					break
			}
		}
		if (want == "formats" && !covered)
			print format[i]
	}
	for (k = 1; want == "entries" && k <= entries; k++)
		if (!used[k])
			print entry[k]
}
