"""From ``smb=`` and ``smbserver=`` to a share that the guest can reach (SMB-01, SMB-02)."""

from ..backend.smb import Share
from ..backend.user import UserPort
from ..errors import OptionError
from ..options.user import User


def serve(port: UserPort, spec: User) -> None:
    """Share the directory that ``spec`` names, if it names one.

    Raises:
        OptionError: nobody can be reached at the address.
        HostError: the directory can't be shared.
    """
    if spec.shared_directory is None:
        return
    share = Share(spec.shared_directory)
    config = spec.config
    if not config.contains(spec.smb_server) or spec.smb_server in (config.host, config.nameserver):
        share.close()
        raise OptionError("Conflicting/invalid smbserver address")
    port.serve(share, spec.smb_server)
