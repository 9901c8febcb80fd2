# id type mode enabled name feed generation packages bytes status last
function quote(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}
BEGIN {
	printf "["
}
{
	printf "%s{\"repo_id\":%s,\"name\":%s,\"type\":%s,\"mode\":%s,", \
		(NR > 1 ? ",\n " : ""), quote($1), quote($5), quote($2), quote($3)
	printf "\"feed\":%s,\"enabled\":%s,\"synced\":%s,\"generation\":%d,", \
		quote($6), $4, ($7 > 0 ? "true" : "false"), $7
	printf "\"package_count\":%d,\"bytes\":%.0f,\"status\":%s,\"last_sync\":%s}", \
		$8, $9, quote($10), ($11 == "" ? "null" : quote($11))
}
END {
	print "]"
}
