"""The TFTP server of the user network."""
