# The table of keys as mdoc, for chantal-config(5):
# chantal-config --keys | awk -F '\t' -f tests/data/config/keys.awk
{
	block = $1
	if (!sub(/\.[^.]*$/, "", block))
		block = ""
	if (block != last && NR > 1)
		print ".El"
	if (block != last || NR == 1) {
		print block == "" ? ".Ss The top level" : ".Ss " block
		print ".Bl -tag -width Ds"
	}
	last = block
	name = substr($1, block == "" ? 1 : length(block) + 2)
	gsub(/\|/, " | ", $2)
	print ".It Cm " name
	print ".Pq " $2 ($3 == "" ? "" : "; default " $3)
	sub(/^[.']/, "\\\\\\&&", $4)
	print toupper(substr($4, 1, 1)) substr($4, 2) "."
}
END {
	print ".El"
}
