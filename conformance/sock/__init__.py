"""The backends that carry frames on sockets: socket, stream and dgram."""
