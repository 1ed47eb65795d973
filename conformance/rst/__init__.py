"""What restrict=on lets through and what it stops."""
