"""How the user network carries TCP between guest and host (RFC 9293 and SLiRP's own ways)."""
