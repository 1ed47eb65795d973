"""The closed family of errors. Any other exception that leaves refnet is a bug."""


class RefnetError(Exception):
    """Base of every error that refnet raises on purpose."""


class WireError(RefnetError):
    """The octets are not a message of this protocol: the frame is dropped and counted."""


class OptionError(RefnetError):
    """The command line is wrong. The text is QEMU's; the process ends with status 1."""


class NotFound(OptionError):
    """A monitor's command names a netdev or an object that there is not."""


class PeerError(RefnetError):
    """The other end of a backend broke its protocol; only that link is closed."""


class HostError(RefnetError):
    """The operating system refused what a backend needs."""
