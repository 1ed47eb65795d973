"""The whole command line: QEMU's options, told apart from those that say nothing about networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..errors import OptionError
from ..slirp.profile import PROFILES, QEMU_7_2, Profile
from . import chardev, netdev, nic, objects, texts
from .chardev import Chardev, Monitor
from .fields import leading_number
from .forwards import from_redirection
from .grammar import Dialect, Line, Report, check_identifier
from .objects import FilterDump


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Options of QEMU that refnet takes and ignores, with an argument and without.
_IGNORED_WITH_ARGUMENT = _words(
    "D L accel acpitable action add-fd append audio audiodev bios blockdev boot cdrom chroot compat"
    " cpu d debugcon dfilter display drive dtb dump-vmstate echr fda fdb fsdev fw_cfg g gdb global"
    " hda hdb hdc hdd icount incoming initrd iscsi k kernel loadvm m mem-path msg mtdblock name"
    " numa option-rom overcommit parallel pflash plugin prom-env readconfig rotate rtc"
    " runas sandbox sd semihosting-config serial set smbios smp spice tpmdev trace usbdevice uuid"
    " vga virtfs vnc watchdog-action xen-domid"
)
_IGNORED_FLAGS = _words(
    "async-teardown enable-kvm enable-sync-profile full-screen mem-prealloc"
    " no-acpi no-fd-bootchk no-hpet no-reboot no-shutdown no-user-config nodefaults nographic"
    " old-param only-migratable portrait preconfig s semihosting singlestep snapshot usb"
    " win2k-hack xen-attach xen-domid-restrict"
)
_WITH_ARGUMENT = _IGNORED_WITH_ARGUMENT | _words(
    "M machine netdev net nic device object chardev mon monitor qmp qmp-pretty seed profile"
    " pidfile qtest qtest-log"
)
#: Machines of QEMU's x86 program; without devices they are all the same here.
_MACHINES = _words("none pc q35 isapc microvm xenfv xenpv")
#: Options of QEMU 0.6, with profile qemu-0.6 (CLI-15, LEG-13): those with an argument, and flags.
_LEGACY_WITH_ARGUMENT = {"redir": "hostfwd", "tftp": "tftp", "bootp": "bootfile", "smb": "smb"}
_LEGACY_FLAGS = frozenset({"user-net", "dummy-net"})


@dataclass(slots=True)
class Arguments:
    """What the command line says.

    Attributes:
        answer: what to print before ending with status 0 (``-help``); nothing else counts then.
        netdevs: in the order in which they are to be made, which is QEMU's: the dotted and JSON
            forms before the others.
        stopped: ``-S``: nothing moves until ``cont``.
        seed: of the stack's random numbers; None leaves QEMU's fixed ones.
        pidfile: where the process writes its number.
    """

    answer: str | None = None
    profile: Profile = QEMU_7_2
    seed: int | None = None
    stopped: bool = False
    netdevs: list[Line] = field(default_factory=list)
    nics: list[Line] = field(default_factory=list)
    nets: list[Line] = field(default_factory=list)
    objects: list[FilterDump] = field(default_factory=list)
    chardevs: list[Chardev] = field(default_factory=list)
    monitors: list[Monitor] = field(default_factory=list)
    pidfile: str | None = None


def parse(argv: Sequence[str], report: Report = lambda text: None) -> Arguments:
    """Read the arguments that follow the program's name; ``report`` is told of what is deprecated.

    What depends on other arguments or on the host is left to :class:`refnet.machine.Machine`.

    Raises:
        OptionError: with QEMU's text.
    """
    return _Reader(report).read(argv)


class _Reader:
    def __init__(self, report: Report) -> None:
        self.result = Arguments()
        self._report = report
        self._dotted: list[Line] = []
        self._old: list[Line] = []
        self._legacy: list[tuple[str, str]] = []
        self._legacy_asked = False

    def read(self, argv: Sequence[str]) -> Arguments:
        result = self.result
        result.profile = _profile(argv)
        words = iter(argv)
        for word in words:
            if not word.startswith("-") or word == "-":
                raise OptionError(f"{word}: Could not open '{word}': No such file or directory")
            name = word[2:] if word.startswith("--") else word[1:]
            if self._is_flag(name):
                self._flag(name)
            elif name in _WITH_ARGUMENT or self._is_legacy(name):
                argument = next(words, None)
                if argument is None:
                    raise OptionError(f"{word}: requires an argument")
                self._option(name, argument)
            else:
                raise OptionError(f"{word}: invalid option")
            if result.answer is not None:
                return result
        self._add_legacy_network()
        result.netdevs = [*self._dotted, *self._old]
        if any(netdev.wants_help(line) for line in result.netdevs):
            result.answer = netdev.HELP
        return result

    def _is_flag(self, name: str) -> bool:
        if name in _LEGACY_FLAGS:
            return self.result.profile.name == "qemu-0.6"
        return name in _IGNORED_FLAGS or name in ("h", "help", "version", "S", "daemonize")

    def _is_legacy(self, name: str) -> bool:
        return name in _LEGACY_WITH_ARGUMENT and self.result.profile.name == "qemu-0.6"

    def _flag(self, name: str) -> None:
        match name:
            case "h" | "help":
                self.result.answer = texts.VERSION + texts.HELP
            case "version":
                self.result.answer = texts.VERSION
            case "S":
                self.result.stopped = True
            case "user-net":
                self._legacy_asked = True
            case "daemonize":
                raise OptionError("-daemonize: not supported, start refnet in the background")

    def _option(self, name: str, text: str) -> None:
        match name:
            case "netdev":
                self._netdev(text)
            case "object":
                self._object(text)
            case "chardev" if chardev.wants_help(text):
                self.result.answer = chardev.HELP
            case "chardev":
                self._add_chardev(chardev.parse(text, self._report))
            case "mon":
                self.result.monitors.append(chardev.parse_monitor(text, self._report))
            case "monitor" | "qmp" | "qmp-pretty":
                self._short_monitor(name, text)
            case "M" | "machine":
                _check_machine(text)
            case "seed":
                self.result.seed = _seed(text)
            case "pidfile":
                self.result.pidfile = text
            case "nic" if text != "none":
                self.result.nics.append(nic.split("-nic", text, self._report))
            case "net" if text != "none":
                self.result.nets.append(nic.split("-net", text, self._report))
            case "device":
                raise _no_device(text)
            case "qtest" | "qtest-log":
                raise OptionError(f"-{name} {text}: there are no devices to drive")
            case "redir":
                self._legacy.append(("hostfwd", from_redirection(text)))
            case _ if name in _LEGACY_WITH_ARGUMENT:
                self._legacy.append((_LEGACY_WITH_ARGUMENT[name], text))

    def _netdev(self, text: str) -> None:
        line = netdev.split(text, self._report)
        if line.dialect is not Dialect.OPTS:
            netdev.interpret(line)
            self._dotted.append(line)
            return
        check_identifier(line)
        name = line.get("id")
        if name is not None and any(other.get("id") == name for other in self._old):
            raise line.error(f"Duplicate ID '{name}' for netdev")
        self._old.append(line)

    def _object(self, text: str) -> None:
        line = objects.split(text, self._report)
        answer = objects.help_for(line)
        if answer is not None:
            self.result.answer = answer
            return
        spec = objects.interpret(line)
        if any(other.name == spec.name for other in self.result.objects):
            raise line.error(f"Duplicate ID '{spec.name}' for object")
        self.result.objects.append(spec)

    def _short_monitor(self, option: str, text: str) -> None:
        if text == "none":
            return
        if text.startswith("chardev:"):
            line = Line(f"-{option}", text)
            control, pretty = option != "monitor", option == "qmp-pretty"
            name = text.removeprefix("chardev:")
            self.result.monitors.append(Monitor(name, line, control, pretty))
            return
        name = f"compat_monitor{len(self.result.monitors)}"
        device, monitor = chardev.parse_short(f"-{option}", text, name, self._report)
        self._add_chardev(device)
        self.result.monitors.append(monitor)

    def _add_chardev(self, device: Chardev) -> None:
        if any(other.name == device.name for other in self.result.chardevs):
            raise device.line.error(f"Duplicate ID '{device.name}' for chardev")
        self.result.chardevs.append(device)

    def _add_legacy_network(self) -> None:
        """What QEMU 0.6 took as options of its own belongs to the user network that there is, or
        makes one, ``user.0``.
        """
        if not self._legacy and not self._legacy_asked:
            return
        for number, line in enumerate(self._old):
            if line.get("type") == "user":
                self._old[number] = line._replace(pairs=(*line.pairs, *self._legacy))
                return
        pairs = (("type", "user"), ("id", "user.0"), *self._legacy)
        text = ",".join(f"{key}={value.replace(',', ',,')}" for key, value in pairs)
        self._old.append(Line("-netdev", text, Dialect.OPTS, pairs))


def _profile(argv: Sequence[str]) -> Profile:
    """The profile asked for, wherever it stands: it decides which options there are."""
    profile = QEMU_7_2
    for word, value in pairwise(argv):
        if word in ("-profile", "--profile"):
            if value not in PROFILES:
                known = ", ".join(PROFILES)
                raise OptionError(f"{word} {value}: unknown profile, there are: {known}")
            profile = PROFILES[value]
    return profile


def _check_machine(text: str) -> None:
    name = text.removeprefix("type=").partition(",")[0]
    if name in ("help", "?") or "=" in name:
        return
    if name not in _MACHINES and not name.startswith("pc-"):
        raise OptionError("unsupported machine type\nUse -machine help to list supported machines")


def _no_device(text: str) -> OptionError:
    model = text.partition(",")[0].removeprefix("driver=")
    if model in nic.MODELS:
        return OptionError(f"-device {text}: No 'PCI' bus found for device '{model}'")
    return OptionError(f"-device {text}: '{model}' is not a valid device model name")


def _seed(text: str) -> int:
    value, rest, found = leading_number(text)
    if rest or not found:
        raise OptionError(f"Invalid seed number: {text}")
    return value
