"""A machine around one NIC, without a fabric: what the tests of all models share."""

from refnet.clock import ManualClock
from refnet.nic import registry
from refnet.nic.boards import Pc
from refnet.nic.model import Setting

MAC = bytes.fromhex("525400123456")
#: A frame for the NIC.
OURS = MAC + bytes.fromhex("52540000000188b5") + bytes(60)
#: How many octets of memory a machine has.
MEMORY = 0x20_0000
COMMAND = 0x04


class Wire:
    """A cable that keeps what is sent, and what came while the NIC could not take it."""

    link_up = True
    current_mac = MAC

    def __init__(self):
        self.sent = []
        self.waiting = []
        self.nic = None

    def send(self, frame):
        self.sent.append(frame)
        return True

    def loop_back(self, frame):
        raise AssertionError("this NIC does not loop frames back")

    def offer(self, frame):
        """A frame comes in."""
        self.waiting.append(frame)
        if self.nic.can_receive():
            self.flush()

    def flush(self):
        while self.waiting and self.nic.receive(self.waiting[0]):
            self.waiting.pop(0)
        return not self.waiting


class LoopingWire(Wire):
    """One of a NIC that may hear itself."""

    def loop_back(self, frame):
        if self.nic.can_receive():
            self.nic.receive(frame)


class Assembly:
    """A board with a NIC on a clock that stands still.

    Args:
        model: the NIC's.
        bars: where its registers are mapped, by the offset of the base address register.
        slot: where it is plugged in; None: nowhere, as it is not on PCI.
        options: its properties.
    """

    def __init__(self, model, bars=(), *, slot=3, board=Pc, wire=Wire, options=()):
        self.clock = ManualClock()
        self.board = board(self.clock, MEMORY)
        self.wire = wire()
        setting = Setting(self.board, self.wire, MAC, dict(options))
        self.nic = self.wire.nic = registry.make(model, setting)
        if slot is None:
            return
        self.board.pci.plug(self.nic, slot << 3)
        for offset, base in dict(bars).items():
            self.nic.write_config(offset, 4, base)
        self.nic.write_config(COMMAND, 2, 7)

    def elapse(self, nanoseconds):
        """Time passes, and what was to be done meanwhile is done."""
        self.clock.advance(nanoseconds)
        self.board.timers.poll()
