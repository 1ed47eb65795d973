"""The NIC that firmware of a management controller finds on the user network."""
