# name made members: the snapshots of a view, as a table, csv or json.
BEGIN {
	if (format == "json")
		printf "["
	else if (format == "csv")
		print "name,created,members"
	else
		printf "%-24s %-20s  %s\n", "NAME", "CREATED", "MEMBERS"
}
format == "json" {
	gsub(/ /, "\",\"", $3)
	printf "%s{\"name\":\"%s\",\"created\":\"%s\",\"members\":[\"%s\"]}", \
		(NR > 1 ? ",\n " : ""), $1, $2, $3
	next
}
format == "csv" {
	print $1 "," $2 "," $3
	next
}
{
	printf "%-24s %-20s  %s\n", $1, $2, $3
}
END {
	if (format == "json")
		print "]"
}
