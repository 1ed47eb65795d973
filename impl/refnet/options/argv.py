"""The whole command line: QEMU's options, told apart from those that say nothing about networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..errors import OptionError
from ..slirp.profile import PROFILES, QEMU_7_2, Profile, with_quirks
from . import boards, chardev, device, legacy, models, netdev, nic, objects, qtest, texts
from .boards import Board
from .chardev import Chardev, Monitor
from .fields import leading_number
from .grammar import Dialect, Line, Report, check_identifier
from .legacy import Legacy, net_line
from .objects import FilterSpec
from .qtest import Qtest


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Options of QEMU that refnet takes and ignores, with an argument and without.
_IGNORED_WITH_ARGUMENT = _words(
    "D L acpitable action add-fd append audio audiodev bios blockdev boot cdrom chroot compat"
    " cpu d debugcon dfilter display drive dtb dump-vmstate echr fda fdb fsdev fw_cfg g gdb global"
    " hda hdb hdc hdd icount incoming initrd iscsi k kernel loadvm mem-path msg mtdblock name"
    " numa option-rom overcommit parallel pflash plugin prom-env readconfig rotate rtc"
    " runas sandbox sd semihosting-config serial set smbios smp spice tpmdev trace usbdevice uuid"
    " vga virtfs vnc watchdog-action xen-domid"
)
_IGNORED_FLAGS = _words(
    "async-teardown enable-kvm enable-sync-profile full-screen mem-prealloc"
    " no-acpi no-fd-bootchk no-hpet no-reboot no-shutdown no-user-config nographic"
    " old-param only-migratable portrait preconfig s semihosting singlestep snapshot"
    " win2k-hack xen-attach xen-domid-restrict"
)
_FLAGS = _words("h help version S daemonize nodefaults usb")
_WITH_ARGUMENT = _IGNORED_WITH_ARGUMENT | _words(
    "M machine m accel netdev net nic device object chardev mon monitor qmp qmp-pretty seed profile"
    " pidfile qtest qtest-log"
)
#: What ``-vga`` puts on the PCI bus.
_DISPLAYS = {
    "std": "VGA",
    "cirrus": "cirrus-vga",
    "qxl": "qxl-vga",
    "virtio": "virtio-vga",
    "vmware": "vmware-svga",
}


_UNITS = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_DEFAULT_MEMORY = 128 << 20
_MOST_MEMORY = 3 << 30


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
        board: the machine.
        usb: whether it has a USB bus.
        memory: the guest's, in octets.
        test_clock: ``-accel qtest``: time passes only when a qtest client says so.
        display: the PCI device that shows its picture; empty: none.
        default_network: nothing was said of networks: ``nets`` has a NIC and a user network
            (CLI-03), and no loose end is told of.
    """

    answer: str | None = None
    profile: Profile = QEMU_7_2
    seed: int | None = None
    stopped: bool = False
    netdevs: list[Line] = field(default_factory=list)
    nics: list[Line] = field(default_factory=list)
    nets: list[Line] = field(default_factory=list)
    board: Board = field(default_factory=lambda: boards.find(boards.DEFAULT))
    usb: bool = False
    memory: int = _DEFAULT_MEMORY
    test_clock: bool = False
    display: str = "VGA"
    default_network: bool = False
    devices: list[Line] = field(default_factory=list)
    objects: list[FilterSpec] = field(default_factory=list)
    chardevs: list[Chardev] = field(default_factory=list)
    monitors: list[Monitor] = field(default_factory=list)
    qtests: list[Qtest] = field(default_factory=list)
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
        self._objects: list[Line] = []
        self._legacy = Legacy()
        self._defaults = True
        self._display: str | None = None
        self._networked = False

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
        self._add_default_network()
        result.usb &= "PCI" in result.board.buses
        display = self._display or ("std" if self._defaults else "none")
        result.display = _DISPLAYS.get(display, "")
        result.netdevs = [*self._dotted, *self._old]
        if any(netdev.wants_help(line) for line in result.netdevs):
            result.answer = netdev.HELP
        elif (answer := self._device_help()) is not None:
            result.answer = answer
        elif result.board.nic and any(map(nic.wants_help, [*result.nics, *result.nets])):
            result.answer = models.help_for(result.board)
        default = "ne2k_isa" if self._legacy.isa else result.profile.default_nic
        if default is not None and result.board.nic in ("e1000", "e1000e"):
            result.board = result.board._replace(nic=default)
        return result

    def _device_help(self) -> str | None:
        for line in self.result.devices:
            try:
                answer = device.help_for(line, self.result.board)
            except OptionError as error:
                self._report(str(error))
                answer = ""
            if answer is not None:
                return answer
        return None

    def _is_flag(self, name: str) -> bool:
        if name in legacy.FLAGS:
            return self.result.profile.name == "qemu-0.6"
        return name in _IGNORED_FLAGS | _FLAGS

    def _is_legacy(self, name: str) -> bool:
        return name in legacy.WITH_ARGUMENT and self.result.profile.name == "qemu-0.6"

    def _flag(self, name: str) -> None:
        match name:
            case "h" | "help":
                self.result.answer = texts.VERSION + texts.HELP
            case "version":
                self.result.answer = texts.VERSION
            case "S":
                self.result.stopped = True
            case "nodefaults":
                self._defaults = False
            case "usb":
                self.result.usb = True
            case "daemonize":
                raise OptionError("-daemonize: not supported, start refnet in the background")
            case _ if name in legacy.FLAGS:
                self._legacy.flag(name)

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
                self._machine(text)
            case "vga":
                self._display = text
            case "seed":
                self.result.seed = _seed(text)
            case "pidfile":
                self.result.pidfile = text
            case "nic" | "net":
                self._networked = True
                if text != "none":
                    self._net(name, text)
            case "device":
                self._device(text)
            case "m":
                self.result.memory = _memory(text)
            case "accel":
                self.result.test_clock |= text.partition(",")[0] == "qtest"
            case "qtest":
                self._short_qtest(text)
            case _ if name in legacy.WITH_ARGUMENT:
                self._legacy.option(name, text)

    def _machine(self, text: str) -> None:
        name, *options = text.removeprefix("type=").split(",")
        if "=" in name:
            options.append(name)
        elif name not in ("help", "?"):
            self.result.board = boards.find(name)
        self.result.usb |= "usb=on" in options

    def _net(self, option: str, text: str) -> None:
        lines = self.result.nics if option == "nic" else self.result.nets
        lines.append(nic.split(f"-{option}", text, self._report, _newcomer(lines, option)))

    def _device(self, text: str) -> None:
        others = self.result.devices
        line = device.split(text, self._report, _newcomer(others, "device"))
        if line.dialect is Dialect.JSON:
            _check_fresh(line, others, "device")
        others.append(line)

    def _netdev(self, text: str) -> None:
        self._networked = True
        line = netdev.split(text, self._report, _newcomer(self._old, "netdev"))
        if line.dialect is not Dialect.OPTS:
            netdev.interpret(line)
            self._dotted.append(line)
            return
        self._old.append(line)

    def _object(self, text: str) -> None:
        line = objects.split(text, self._report, _newcomer(self._objects, "object"))
        answer = objects.help_for(line)
        if answer is not None:
            self.result.answer = answer
            return
        if line.get("qom-type") == "qtest":
            self.result.qtests.append(qtest.interpret(line))
            return
        self._objects.append(line)
        self.result.objects.append(objects.interpret(line))

    def _short_monitor(self, option: str, text: str) -> None:
        if text == "none" and option == "monitor":
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

    def _short_qtest(self, text: str) -> None:
        name = text.removeprefix("chardev:")
        if name == text:
            name = "qtest"
            device, _ = chardev.parse_short("-qtest", text, name, self._report)
            self._add_chardev(device)
        self.result.qtests.append(Qtest("qtest", name, Line("-qtest", text)))

    def _add_chardev(self, device: Chardev) -> None:
        if any(other.name == device.name for other in self.result.chardevs):
            raise device.line.error(f"Duplicate ID '{device.name}' for chardev")
        self.result.chardevs.append(device)

    def _add_legacy_network(self) -> None:
        """What QEMU 0.6 took as options of its own belongs to the user network that there is, or
        makes a network.
        """
        old = self._legacy
        for lines in (self._old, self.result.nets) if old.asked else ():
            for number, line in enumerate(lines):
                if line.get("type") == "user":
                    lines[number] = line._replace(pairs=(*line.pairs, *old.settings))
                    return
        if not self._networked and self._defaults:
            network = old.network()
            self.result.nets += network or []
            self._networked = network is not None
        elif old.asked:
            self.result.nets.append(old.user_line())
            self._networked = True

    def _add_default_network(self) -> None:
        """Without a word about networks there are a NIC and a user network (CLI-03)."""
        if self._defaults and not self._networked:
            self.result.default_network = True
            self.result.nets += net_line(("type", "nic")), net_line(("type", "user"))


def _profile(argv: Sequence[str]) -> Profile:
    """The profile asked for, wherever it stands: it decides which options there are."""
    profile = QEMU_7_2
    for word, value in pairwise(argv):
        if word in ("-profile", "--profile"):
            name, _, quirks = value.partition(",")
            if name not in PROFILES:
                known = ", ".join(PROFILES)
                raise OptionError(f"{word} {value}: unknown profile, there are: {known}")
            if quirks not in ("", "quirks=on", "quirks=off"):
                raise OptionError(f"{word} {value}: expected quirks=on or quirks=off")
            profile = PROFILES[name]
            if quirks == "quirks=on":
                profile = with_quirks(profile)
    return profile


def _check_fresh(line: Line, others: list[Line], group: str) -> None:
    name = line.get("id")
    if name is not None and any(other.get("id") == name for other in others):
        raise line.error(f"Duplicate ID '{name}' for {group}")


def _memory(text: str) -> int:
    """The size of ``-m``: mebibytes, or with a suffix; QEMU's text is not followed here."""
    size = text.split(",")[0].removeprefix("size=")
    number, suffix = (size[:-1], size[-1].upper()) if size[-1:].isalpha() else (size, "M")
    octets = int(number) * _UNITS[suffix] if number.isdecimal() and suffix in _UNITS else 0
    if not 0 < octets <= _MOST_MEMORY:
        raise OptionError(f"-m {text}: expected a size of up to 3G")
    return octets


def _newcomer(others: list[Line], group: str) -> Callable[[Line], None]:
    """Checks that the name of a line is an identifier, and not that of another one."""

    def check(line: Line) -> None:
        check_identifier(line)
        _check_fresh(line, others, group)

    return check


def _seed(text: str) -> int:
    value, rest, found = leading_number(text)
    if rest or not found:
        raise OptionError(f"Invalid seed number: {text}")
    return value
