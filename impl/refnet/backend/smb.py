"""A directory of the host for the guest, served by Samba (SMB-01..SMB-04).

Every connection gets an ``smbd`` of its own, which speaks on its standard input. What these share
is in a private directory: their configuration, and what Samba keeps.
"""

import contextlib
import errno
import os
import pwd
import select
import shlex
import shutil
import signal
import stat
import tempfile
from pathlib import Path

from ..errors import HostError

SMBD = "/usr/sbin/smbd"
#: The name of the share.
NAME = "qemu"

#: How long a server that was killed may take to be gone, in ms.
_END_LIMIT = 5000

_CONFIGURATION = """\
[global]
server role = standalone server
security = user
map to guest = Bad User
guest account = {user}
interfaces = 127.0.0.1
bind interfaces only = yes
private dir = {home}
pid directory = {home}
lock directory = {home}
state directory = {home}
cache directory = {home}
ncalrpc dir = {home}/ncalrpc
smb passwd file = {home}/smbpasswd
log file = {home}/log.smbd
load printers = no
printing = bsd
disable spoolss = yes
usershare max shares = 0

[{name}]
path = {home}/{link}
read only = no
guest ok = yes
force user = {user}
follow symlinks = yes
wide links = no
"""
_LINK = "shared"


class Share:
    """A directory that is served until :meth:`close`.

    The configuration names it by a link in the private directory, so that its name may be any.

    Attributes:
        command: what serves a connection, as ``guestfwd`` names a command (GFW-04).

    Raises:
        HostError: with QEMU's text (SMB-03).
    """

    def __init__(self, directory: str) -> None:
        if not os.path.exists(SMBD):
            raise HostError(f"Could not find '{SMBD}', please install it")
        try:
            reason = _why_not(directory)
        except ValueError as error:
            reason = str(error)
        if reason is not None:
            raise HostError(f"Error accessing shared directory '{directory}': {reason}")
        try:
            self._home = Path(tempfile.mkdtemp(prefix="refnet-smb."))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise HostError(f"Could not create samba server dir: {reason}") from None
        try:
            self._configure(directory)
        except BaseException:
            self.close()
            raise
        self.command = "cmd:" + shlex.join([SMBD, "-l", str(self._home), "-s", str(self._file)])

    @property
    def _file(self) -> Path:
        return self._home / "smb.conf"

    def _configure(self, directory: str) -> None:
        home = str(self._home)
        try:
            user = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            raise HostError("Failed to retrieve user name") from None
        try:
            os.symlink(os.path.abspath(directory), self._home / _LINK)
            self._file.write_text(
                _CONFIGURATION.format(home=home, link=_LINK, name=NAME, user=user),
                encoding="utf-8",
                errors="surrogateescape",
            )
        except OSError:
            complaint = f"Could not create samba server configuration file '{self._file}'"
            raise HostError(complaint) from None

    def close(self) -> None:
        """End what still serves, helpers of Samba's among it, and remove the private directory."""
        with contextlib.ExitStack() as held:
            killed = select.poll()
            left = 0
            for descriptor in self._servers():
                held.callback(os.close, descriptor)
                killed.register(descriptor, select.POLLIN)
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                left += 1
            while left and (ended := killed.poll(_END_LIMIT)):
                for descriptor, _ in ended:
                    killed.unregister(descriptor)
                    left -= 1
        shutil.rmtree(self._home, ignore_errors=True)

    def _servers(self) -> list[int]:
        """Process descriptors of all programs whose arguments name the private directory."""
        mark = os.fsencode(self._home)
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                descriptor = os.pidfd_open(int(entry))
                if mark in Path(f"/proc/{entry}/cmdline").read_bytes():
                    found.append(descriptor)
                else:
                    os.close(descriptor)
        return found


def _why_not(directory: str) -> str | None:
    """Why a directory can't be shared; None if it can.

    Raises:
        ValueError: that is no name of a file.
    """
    try:
        kind = os.stat(directory).st_mode
    except OSError as error:
        return os.strerror(error.errno or 0)
    if not os.access(directory, os.R_OK | os.X_OK):
        return os.strerror(errno.EACCES)
    return None if stat.S_ISDIR(kind) else os.strerror(errno.ENOTDIR)
