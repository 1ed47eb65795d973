"""The command lines that the documents quote: what became of each."""
