# id type mode enabled name feed generation packages bytes status last
BEGIN {
	printf "%-24s %-6s %-9s %9s %14s  %-10s %s\n", "ID", "TYPE", "MODE", \
		"PACKAGES", "BYTES", "STATUS", "LAST ATTEMPT"
}
{
	printf "%-24s %-6s %-9s %9d %14d  %-10s %s%s\n", $1, $2, $3, $8, $9, \
		$10, $11, ($4 == "true" ? "" : "(disabled)")
}
