"""How a directory of the host is shared with the guest by SMB."""
