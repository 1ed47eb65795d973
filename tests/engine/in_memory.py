"""Targets that answer ARP out of memory, well or in one of the ways that go wrong."""

from collections import deque

from vnetspec.fixtures.plan import Plan
from vnetspec.fixtures.targets.contract import Died, Refused, Unsupported

ANSWERED = (b"\x0a\0\2\2", b"\x0a\0\2\3")


class Responder:
    """Answers for the router and the nameserver."""

    name = "in-memory"
    capabilities = frozenset({"arp", "goldens", "padding", "virtual-time", "profile:qemu-7.2"})
    answered = ANSWERED

    def version(self):
        return "in-memory 1"

    def open(self, network, directory):
        return Link(self)

    def close(self):
        pass

    def reply(self, request):
        """The answer to an ARP request."""
        mac = b"\x52\x55" + request[38:42]
        arp = request[14:20] + b"\0\2" + mac + request[38:42] + request[22:32]
        return (request[6:12] + mac + b"\x08\x06" + arp).ljust(60, b"\0")


class Elsewhere(Responder):
    """Has a plan of its own, in which the router is the nameserver too."""

    capabilities = Responder.capabilities - {"goldens"}
    plan = Plan.of(
        network="192.168.127.0/24",
        router="192.168.127.1",
        nameserver="192.168.127.1",
        guest="192.168.127.2",
    )
    answered = (b"\xc0\xa8\x7f\1",)

    def reply(self, request):
        mac = bytes.fromhex("5a94efe40cee")
        answer = bytearray(super().reply(request))
        answer[6:12] = answer[22:28] = mac
        return bytes(answer)


class Link:
    """The wire to one of them."""

    def __init__(self, target):
        self.target = target
        self.frames = deque()

    def send(self, frame, port=0):
        if frame[38:42] in self.target.answered:
            self.frames.append(self.target.reply(frame))

    def receive(self, within=0.0, patience=0.0, port=0):
        return self.frames.popleft() if self.frames else None

    def now(self):
        return 0.0

    def warnings(self):
        return ""

    def close(self):
        pass


class Housed(Responder):
    """Has a host whose end the suite can reach."""

    capabilities = Responder.capabilities | {"world"}


class Reference(Responder):
    """One that goldens may be recorded from."""

    name = "qemu"


class Unpadded(Responder):
    name = "libslirp"
    capabilities = Responder.capabilities - {"padding"}

    def reply(self, request):
        return super().reply(request)[:42]


class Strange(Reference):
    """Answers with a MAC of its own."""

    def reply(self, request):
        return super().reply(request).replace(b"\x52\x55", b"\x52\x56")


class Terse(Responder):
    """Knows the nameserver alone: breaks the MUST."""

    answered = ANSWERED[1:]


class Nameless(Responder):
    """Knows the router alone: breaks the SHOULD."""

    answered = ANSWERED[:1]


class Dying(Responder):
    def reply(self, request):
        raise Died("in-memory ended (SIGBUS)")


class Unable(Responder):
    def open(self, network, directory):
        raise Unsupported("no ARP in here")


class Unwilling(Responder):
    def open(self, network, directory):
        raise Refused("no such option")


class Faulty(Responder):
    """Whose driver has a mistake."""

    def reply(self, request):
        raise ValueError("a mistake of the driver")


class Hanging(Responder):
    """Whose driver takes everything for a mistake of its own, and never comes back."""

    def reply(self, request):
        try:
            while True:
                pass
        except Exception as error:
            raise Died("in-memory ended") from error


class Absent(Responder):
    def version(self):
        raise Unsupported("not installed: install the package in-memory")


class Old(Responder):
    """Has no profile that cases ask for."""

    capabilities = Responder.capabilities - {"profile:qemu-7.2"}


class Speaker(Reference):
    """Says something: at the start, to its monitor, and when it is asked for a strange network."""

    capabilities = Reference.capabilities | {"command-line"}
    descriptor = 7
    answer = "fd={descriptor} in {directory}\nsecond\n"

    def open(self, network, directory):
        if network.arguments:
            raise Refused(f"{network.arguments[-1]}: no such option", 3)
        link = SpeakingLink(self)
        link.directory = directory
        return link


class SpeakingLink(Link):
    said = "warning: mind the gap\n"

    def monitor(self, command):
        self.said += f"{command} was asked\n"
        return self.target.answer.format(
            descriptor=self.target.descriptor, directory=self.directory
        )

    def warnings(self):
        return self.said


class OtherDescriptor(Speaker):
    descriptor = 1234


class Stutterer(Speaker):
    answer = "fd={descriptor} in {directory}\nsecond second\n"


class Taciturn(Speaker):
    """Not one that goldens may be recorded from; and it drops a line."""

    name = "in-memory"
    answer = "fd={descriptor} in {directory}\n"
