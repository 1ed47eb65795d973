"""The command line: which machine has which NIC, what is warned of, what is refused."""
