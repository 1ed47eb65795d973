"""From what the options say to what runs: netdevs, filters, monitors."""
