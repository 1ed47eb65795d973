"""MSI-X: interrupts as writes to memory, each with an address, a value and a mask of its own.

PCI Local Bus Specification 3.0, section 6.8.2. The table has 16 octets a vector: address, value,
and a word whose lowest bit masks the vector; a vector that is raised while it is masked is pending.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from .bus import Region
from .pci import Function

_CAPABILITY, _LENGTH = 0x11, 12
_CONTROL, _TABLE, _PENDING = 2, 4, 8
_ENABLED, _ALL_MASKED = 0x80, 0x40

_ENTRY, _VALUE, _VECTOR_CONTROL = 16, 8, 12
_MASKED = 0x01
_SMALLEST_BAR = 0x1000


@dataclass
class _State:
    """What there is to save.

    Attributes:
        users: of each vector, how many things the driver has assigned to it.
    """

    table: bytearray
    pending: bytearray
    users: list[int] = field(default_factory=list)
    function_masked: bool = True


class Msix:
    """The table and the pending bits of a function, behind one of its base address registers.

    Args:
        vectors: how many, 1 to 2048.
        bar: the number of the register, which gets a region of its own.
        size: of that region in octets, and ``pending_at`` where in it the pending bits are; None:
            the smallest region, and its upper half.
        at: where in configuration space the capability is; None: the next free place.
    """

    def __init__(
        self,
        function: Function,
        vectors: int,
        bar: int,
        *,
        size: int | None = None,
        pending_at: int | None = None,
        at: int | None = None,
    ) -> None:
        self._function = function
        self.vectors = vectors
        self._state = _State(bytearray(vectors * _ENTRY), bytearray(-(-vectors // 64) * 8))
        if pending_at is None:
            pending_at = max(_SMALLEST_BAR // 2, len(self._state.table))
        if size is None:
            size = max(_SMALLEST_BAR, pending_at + len(self._state.pending))
            size = 1 << (size - 1).bit_length()
        self._pending_at = pending_at
        self._at = function.add_capability(_CAPABILITY, _LENGTH, at)
        function.preset(self._at + _CONTROL, (vectors - 1).to_bytes(2, "little"))
        function.preset(self._at + _TABLE, bar.to_bytes(4, "little"))
        function.preset(self._at + _PENDING, (pending_at | bar).to_bytes(4, "little"))
        function.allow(self._at + _CONTROL + 1, bytes([_ENABLED | _ALL_MASKED]))
        function.add_bar(bar, Region(size, self._load, self._store))
        self.reset()

    @property
    def enabled(self) -> bool:
        """Whether the function interrupts by messages, and by no line."""
        return bool(self._function.config[self._at + _CONTROL + 1] & _ENABLED)

    def reset(self) -> None:
        """Every vector masked and unused, nothing pending, no message from now on."""
        self._function.config[self._at + _CONTROL + 1] &= ~(_ENABLED | _ALL_MASKED)
        state = self._state
        state.table[:] = (bytes(_VECTOR_CONTROL) + b"\x01\0\0\0") * self.vectors
        state.pending[:] = bytes(len(state.pending))
        state.users = [0] * self.vectors
        state.function_masked = True

    def use(self, vector: int) -> None:
        """The driver assigns one more thing to a vector: an unused one never interrupts."""
        self._state.users[vector] += 1

    def unuse(self, vector: int) -> None:
        """The driver takes one thing away from a vector. There is none: nothing happens."""
        users = self._state.users
        if vector >= self.vectors or not users[vector]:
            return
        users[vector] -= 1
        if not users[vector]:
            self._set_pending(vector, False)

    def unuse_all(self) -> None:
        """Nothing is assigned to any vector."""
        self._state.users = [0] * self.vectors
        self._state.pending[:] = bytes(len(self._state.pending))

    def notify(self, vector: int) -> None:
        """Send a vector's message, or have it wait until its mask is taken away."""
        state = self._state
        if vector >= self.vectors or not state.users[vector]:
            return
        if self._masked(vector, state.function_masked):
            self._set_pending(vector, True)
            return
        entry = state.table[vector * _ENTRY : (vector + 1) * _ENTRY]
        address = int.from_bytes(entry[:_VALUE], "little")
        self._function.write_memory(address, entry[_VALUE:_VECTOR_CONTROL])

    def configured(self, offset: int, length: int) -> None:
        """Configuration space was written there: masks may have changed with it."""
        place = self._at + _CONTROL + 1
        if not offset <= place < offset + length:
            return
        control, was_masked = self._function.config[place], self._state.function_masked
        self._state.function_masked = not control & _ENABLED or bool(control & _ALL_MASKED)
        if not control & _ENABLED:
            return
        self._function.interrupt(False)
        if self._state.function_masked != was_masked:
            for vector in range(self.vectors):
                self._unmask(vector, self._masked(vector, was_masked))

    def save(self) -> dict[str, Any]:
        """Table, pending bits and users, as a plain value."""
        return asdict(self._state)

    def load(self, saved: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        state = _State(**saved)
        self._state = _State(
            bytearray(state.table), bytearray(state.pending), [*state.users], state.function_masked
        )

    def _masked(self, vector: int, all_masked: bool) -> bool:
        control = self._state.table[vector * _ENTRY + _VECTOR_CONTROL]
        return all_masked or bool(control & _MASKED)

    def _unmask(self, vector: int, was_masked: bool) -> None:
        """Send what was pending, if a mask has just gone."""
        masked = self._masked(vector, self._state.function_masked)
        if was_masked and not masked and self._state.pending[vector >> 3] & 1 << (vector & 7):
            self._set_pending(vector, False)
            self.notify(vector)

    def _set_pending(self, vector: int, pending: bool) -> None:
        bit = 1 << (vector & 7)
        octets = self._state.pending
        octets[vector >> 3] = octets[vector >> 3] & ~bit | (bit if pending else 0)

    def _load(self, offset: int, size: int) -> int:
        state = self._state
        if size != 4:
            return 0
        if offset < len(state.table):
            return int.from_bytes(state.table[offset : offset + 4], "little")
        place = offset - self._pending_at
        if place < 0:
            return 0
        return int.from_bytes(state.pending[place : place + 4], "little")

    def _store(self, offset: int, size: int, value: int) -> None:
        state = self._state
        if size != 4 or offset >= len(state.table):
            return
        vector = offset // _ENTRY
        was_masked = self._masked(vector, state.function_masked)
        state.table[offset : offset + 4] = value.to_bytes(4, "little")
        self._unmask(vector, was_masked)
