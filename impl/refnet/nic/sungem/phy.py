"""The PHY behind the management interface: a BCM5201 that has nothing to set (GEM-03)."""

_READ, _WRITE = 2, 1
_TURNED = 0x1_0000
_NOTHING = 0xFFFF

_STATUS = 1
_UP, _DOWN = 0x402C, 0x4008
#: ID, what is advertised by it and by its partner (100 Mbit/s, full duplex), and what was agreed.
_REGISTERS = {2: 0x0040, 3: 0x6210, 4: 0x0100, 5: 0x0100, 0x18: 3}


def answer(frame: int, address: int, link_up: bool) -> int:
    """What the frame register holds after a management frame was written to it.

    Args:
        frame: start, operation, PHY, register, turn-around and data, 32 bits.
        address: the PHY's own.
    """
    if frame >> 30 != 1:
        return _NOTHING
    operation, phy, register = frame >> 28 & 3, frame >> 23 & 0x1F, frame >> 18 & 0x1F
    if operation == _WRITE:
        return frame | _TURNED
    if operation != _READ or phy != address:
        return _NOTHING | _TURNED
    if register == _STATUS:
        return (_UP if link_up else _DOWN) | _TURNED
    return _REGISTERS.get(register, 0) | _TURNED
