"""Recording what passes: -object filter-dump."""
