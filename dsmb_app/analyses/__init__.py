"""Pure functions from a Cut to a ResultTable. No Qt, SQL, files or clock."""
