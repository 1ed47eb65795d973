"""How the user network forwards DNS to the resolver of the host."""
