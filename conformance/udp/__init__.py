"""UDP from the guest through the host, and back."""
