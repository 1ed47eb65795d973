"""The profile qemu-0.6: what the user mode network how-to of 2004 shows."""
