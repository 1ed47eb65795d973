"""Claims of the documents that the suite grew from, against what is so today."""
