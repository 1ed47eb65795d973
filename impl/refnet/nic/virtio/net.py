"""The NIC: a receive, a transmit and a control queue (Virtio 1.2, 5.1).

Frames have a header in front of them on the queues, of nought where the backend has none: 10
octets, or 12 with mergeable buffers or for a modern driver (VIO-04).
"""

from typing import Any

from ..model import Setting
from . import features
from .control import obey
from .filtering import Filter
from .ring import Chain, Queue, total, within
from .transport import DRIVER_OK, VirtioPci

_RECEIVE, _TRANSMIT, _CONTROL = range(3)
_CONTROL_SIZE = 64

_LINK_UP, _ANNOUNCE = 0x01, 0x02
_SHORT_HEADER, _LONG_HEADER = 10, 12
_COUNT_AT = 10

#: The device's configuration: what each feature adds to its end, in octets.
_CONFIG_ENDS = {
    features.MAC: 6,
    features.STATUS: 8,
    features.MQ: 10,
    features.MTU: 12,
    features.SPEED_DUPLEX: 17,
}
_UNKNOWN_SPEED, _UNKNOWN_DUPLEX = 0xFFFF_FFFF, 0xFF
_DUPLEX = {"half": 0, "full": 1}

#: The longest that leaves the NIC; longer ones are lost.
_LONGEST = 4096 + 65536
#: As many frames are sent at one notification as an index can tell apart.
_PATIENCE = 1 << 16
_OK, _ERROR = b"\0", b"\1"


class VirtioNet(VirtioPci):
    """``virtio-net-pci``.

    Attributes:
        address: the one that the NIC has now; filter: the frames that it wants.
    """

    SAVED = (
        *VirtioPci.SAVED,
        "address",
        "filter",
        "_link",
        "_header",
        "_mergeable",
        "_multiqueue",
        "_sending",
        "_waiting",
        "_timer",
    )

    def __init__(self, setting: Setting) -> None:
        options = setting.options
        self.address = setting.mac
        self.filter = Filter()
        self._link = _LINK_UP if setting.cable.link_up else 0
        self._header = _SHORT_HEADER
        self._mergeable = self._multiqueue = False
        self._sending: Chain | None = None
        self._waiting = self._kicked = False
        self._timer = setting.board.timers.add(self._tick)
        self._delays = options.get("tx") == "timer"
        self._delay = features.number(options, "x-txtimer", 150_000)
        self._burst = features.number(options, "x-txburst", 256)
        self._mtu = features.number(options, "host_mtu", 0)
        speed = features.number(options, "speed", -1)
        self._speed = _UNKNOWN_SPEED if speed < 0 else speed
        self._duplex = _DUPLEX.get(str(options.get("duplex")), _UNKNOWN_DUPLEX)
        offered = features.offered(options)
        super().__init__(
            setting,
            kind=1,
            old=0x1000,
            vectors=4,
            config_size=max(end for bit, end in _CONFIG_ENDS.items() if offered & 1 << bit),
            queues=[
                features.number(options, "rx_queue_size", 256),
                features.number(options, "tx_queue_size", 256),
                _CONTROL_SIZE,
            ],
        )

    # -- what the transport asks -------------------------------------------------------------------

    def read_device_config(self) -> bytes:
        parts = (
            self.address,
            (self._link).to_bytes(2, "little"),
            (1).to_bytes(2, "little"),
            self._mtu.to_bytes(2, "little"),
            self._speed.to_bytes(4, "little"),
            bytes([self._duplex]),
        )
        return b"".join(parts)[: len(self.config_space)]

    def device_config_written(self) -> None:
        """A legacy driver may change the address here, unless it has a command for that."""
        if not self.has(23) and not self.has(features.VERSION_1):
            self.set_address(bytes(self.config_space[:6]))

    def on_features(self, accepted: int) -> None:
        self._multiqueue = bool(accepted & 1 << features.MQ)
        self._mergeable = bool(accepted & 1 << features.MRG_RXBUF)
        modern = bool(accepted & 1 << features.VERSION_1)
        self._header = _LONG_HEADER if self._mergeable or modern else _SHORT_HEADER
        self.filter.set_all_vlans(not accepted & 1 << features.CTRL_VLAN)

    def on_status(self, status: int) -> None:
        starts = bool(status & DRIVER_OK and self._link & _LINK_UP)
        if starts:
            self.cable.flush()
        if not self._waiting:
            return
        if starts:
            self._timer.set(self.now() + self._delay)
            return
        self._timer.cancel()
        if not self._link & _LINK_UP and status & DRIVER_OK:
            self._waiting = False
            queue = self.queues[_TRANSMIT]
            self.rings.want_kicks(queue, True)
            self._drop(queue)

    def on_reset(self) -> None:
        self._link &= ~_ANNOUNCE
        self.filter = Filter()
        self.set_address(self.mac)
        self.cable.purge()

    def on_queue_reset(self, number: int) -> None:
        self.cable.purge()

    def on_kick(self, queue: Queue) -> None:
        if queue.number == _RECEIVE:
            self.cable.flush()
        elif queue.number == _TRANSMIT:
            self._kick_transmit(queue)
        elif queue.number == _CONTROL:
            self._control(queue)

    def after_kicks(self) -> None:
        if self._kicked:
            self._kicked = False
            self._send_all(self.queues[_TRANSMIT])

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        self.set_address(self.address)

    def remove(self) -> None:
        self._timer.cancel()
        super().remove()

    # -- what commands do --------------------------------------------------------------------------

    def set_address(self, address: bytes) -> None:
        """Be reachable under another address."""
        self.address = self.cable.current_mac = address

    def announce(self) -> None:
        """Ask the driver to tell the network where it is."""
        if self.has(features.GUEST_ANNOUNCE) and self.has(features.CTRL_VQ):
            self._link |= _ANNOUNCE
            self.config_changed()

    def announced(self) -> bool:
        """The driver has done so; False: nobody had asked it to."""
        asked = bool(self._link & _ANNOUNCE)
        self._link &= ~_ANNOUNCE
        return asked

    def set_pairs(self, data: bytes) -> bool:
        """Use so many pairs of queues: there is one."""
        return self._multiqueue and data[:2] == b"\1\0"

    def on_link_change(self, up: bool) -> None:
        before = self._link
        self._link = before & ~_LINK_UP | (_LINK_UP if up else 0)
        if self._link != before:
            self.config_changed()
        self.set_status(self.status)

    # -- frames that come --------------------------------------------------------------------------

    def can_receive(self) -> bool:
        return bool(self.queues[_RECEIVE].available and self.status & DRIVER_OK)

    def receive(self, frame: bytes) -> bool:
        queue = self.queues[_RECEIVE]
        if not self.can_receive():
            return True
        if not self._has_room(queue, len(frame) + self._header):
            return False
        if self.filter.wants(frame, self.address):
            self._store(queue, frame)
        return True

    def _has_room(self, queue: Queue, size: int) -> bool:
        """Whether there are buffers for so many octets; else the driver is asked for some."""
        scarce = self._mergeable or self.rings.empty(queue)
        if scarce and self.rings.room(queue, size) < size:
            self.rings.want_kicks(queue, True)
            return False
        self.rings.want_kicks(queue, False)
        return True

    def _store(self, queue: Queue, frame: bytes) -> None:
        """Write a frame behind its header, into as many buffers as it takes (VIO-04, VIO-05)."""
        filled: list[tuple[Chain, int]] = []
        skip, left = self._header, frame
        while left:
            chain = self.rings.pop(queue)
            room = total(chain.writable) if chain is not None else 0
            if chain is None or room < skip or not room:
                # QEMU ends here if a buffer is too short for the header.
                if filled or chain is not None:
                    self.fail()
                queue.held -= len(filled) + (chain is not None)
                return
            if not filled:
                self._scatter(chain, 0, bytes(_SHORT_HEADER))
            self._scatter(chain, skip, left)
            took = min(room - skip, len(left))
            filled.append((chain, skip + took))
            left = left[took:]
            skip = 0
            if left and not self._mergeable:
                self.rings.put_back(queue)
                return
        if self._mergeable:
            self._scatter(filled[0][0], _COUNT_AT, len(filled).to_bytes(2, "little"))
        for place, (chain, length) in enumerate(filled):
            self.rings.fill(queue, chain, length, place)
        self.rings.publish(queue, len(filled))
        self.used(queue)

    def _scatter(self, chain: Chain, skip: int, octets: bytes) -> None:
        """Write octets behind the first ``skip`` of a chain, as many as there is room for."""
        done = 0
        for address, length in within(chain.writable, skip, len(octets)):
            self.deposit(address, octets[done : done + length])
            done += length

    # -- frames that go ----------------------------------------------------------------------------

    def _kick_transmit(self, queue: Queue) -> None:
        if not self._link & _LINK_UP:
            self._drop(queue)
            return
        if not self._delays:
            self.rings.want_kicks(queue, False)
            self._kicked = True
        elif self._waiting:
            self._timer.cancel()
            self._tick()
        else:
            self._timer.set(self.now() + self._delay)
            self._waiting = True
            self.rings.want_kicks(queue, False)

    def _tick(self) -> None:
        self._waiting = False
        self._send_all(self.queues[_TRANSMIT])

    def _send_all(self, queue: Queue) -> None:
        """Send what is available, and what becomes available meanwhile."""
        if not self.status & DRIVER_OK:
            return
        for _ in range(0, _PATIENCE, max(1, self._burst)):
            sent = self._send(queue)
            if sent is None:
                return
            if sent >= self._burst:
                continue
            self.rings.want_kicks(queue, True)
            sent = self._send(queue)
            if not sent:
                return
            self.rings.want_kicks(queue, False)

    def _send(self, queue: Queue) -> int | None:
        """Send a burst; how many frames it had. None: no more before something else happens."""
        if not self.status & DRIVER_OK:
            return 0
        if self._sending is not None:
            self.rings.want_kicks(queue, False)
            return 0
        count = 0
        while count < max(1, self._burst) and (chain := self.rings.pop(queue)) is not None:
            if total(chain.readable) < self._header:
                # QEMU ends here if there is a part of a header.
                self.fail()
                self.rings.forget(queue)
                return None
            self._sending = chain
            if not self._emit(self._gather(chain, self._header)):
                self.rings.want_kicks(queue, False)
                return None
            self._give_back(queue)
            count += 1
        return count

    def _emit(self, frame: bytes) -> bool:
        """Put a frame on the wire; False: it waits, and :meth:`_went` is called."""
        return len(frame) > _LONGEST or self.cable.send(frame, self._went)

    def _went(self) -> None:
        """The frame that had to wait went, or was lost."""
        queue = self.queues[_TRANSMIT]
        if self._sending is None:
            return
        self._give_back(queue)
        self.rings.want_kicks(queue, True)
        if (self._send(queue) or 0) >= self._burst:
            self.rings.want_kicks(queue, False)
            self._send_all(queue)

    def _give_back(self, queue: Queue) -> None:
        assert self._sending is not None
        chain, self._sending = self._sending, None
        self.rings.push(queue, chain, 0)
        self.used(queue)

    def _gather(self, chain: Chain, skip: int) -> bytes:
        """The octets of a chain behind the first ``skip``."""
        parts = within(chain.readable, skip, _LONGEST + 1)
        return b"".join(self.fetch(address, length) for address, length in parts)

    def _drop(self, queue: Queue) -> None:
        if self.rings.drop_all(queue):
            self.used(queue)

    # -- commands ----------------------------------------------------------------------------------

    def _control(self, queue: Queue) -> None:
        for _ in range(_PATIENCE):
            chain = self.rings.pop(queue)
            if chain is None:
                return
            if not chain.writable or total(chain.readable) < 2:
                self.fail()
                self.rings.forget(queue)
                return
            kind, command, *_ = self._gather(chain, 0)
            done = obey(self, kind, command, self._gather(chain, 2))
            self._scatter(chain, 0, _OK if done else _ERROR)
            self.rings.push(queue, chain, 1)
            self.used(queue)


class Transitional(VirtioNet):
    """``virtio-net-pci-transitional``: for legacy and modern drivers."""


class NonTransitional(VirtioNet):
    """``virtio-net-pci-non-transitional``: for modern drivers (VIO-09)."""

    def __init__(self, setting: Setting) -> None:
        options = {**setting.options, "disable-legacy": "on"}
        super().__init__(Setting(setting.board, setting.cable, setting.mac, options))
