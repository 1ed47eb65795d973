"""The NIC that NC-SI finds behind a user network: it agrees to everything, and does nothing.

SLiRP has it so that firmware of management controllers finds a link (NCSI-01..NCSI-05).
"""

from enum import IntEnum

from ..wire import ethernet, ncsi


class Command(IntEnum):
    """Commands that are known (DSP0222 section 8.3)."""

    CLEAR_INITIAL_STATE = 0x00
    SELECT_PACKAGE = 0x01
    DESELECT_PACKAGE = 0x02
    ENABLE_CHANNEL = 0x03
    DISABLE_CHANNEL = 0x04
    RESET_CHANNEL = 0x05
    ENABLE_CHANNEL_NETWORK_TX = 0x06
    DISABLE_CHANNEL_NETWORK_TX = 0x07
    ENABLE_AEN = 0x08
    SET_LINK = 0x09
    GET_LINK_STATUS = 0x0A
    SET_VLAN_FILTER = 0x0B
    ENABLE_VLAN = 0x0C
    DISABLE_VLAN = 0x0D
    SET_MAC_ADDRESS = 0x0E
    ENABLE_BROADCAST_FILTER = 0x10
    DISABLE_BROADCAST_FILTER = 0x11
    ENABLE_GLOBAL_MULTICAST_FILTER = 0x12
    DISABLE_GLOBAL_MULTICAST_FILTER = 0x13
    SET_FLOW_CONTROL = 0x14
    GET_VERSION = 0x15
    GET_CAPABILITIES = 0x16
    GET_PARAMETERS = 0x17
    GET_CONTROLLER_STATISTICS = 0x18
    GET_NCSI_STATISTICS = 0x19
    GET_PASS_THROUGH_STATISTICS = 0x1A
    GET_PACKAGE_STATUS = 0x1B
    GET_PACKAGE_UUID = 0x52


#: Response code and reason code: the command is completed, there is nothing to add.
_COMPLETED = bytes(4)
_LINK_IS_UP = (1).to_bytes(4, "big")
#: Five words of all that can be, two filters for unicast addresses, and every VLAN mode.
_CAPABILITIES = b"\xff" * 20 + bytes.fromhex("00000002 0000ff00")

#: What follows the codes in a response, where something does.
_DETAILS = {
    Command.GET_LINK_STATUS: _LINK_IS_UP + bytes(8),
    Command.GET_VERSION: bytes(36),
    Command.GET_CAPABILITIES: _CAPABILITIES,
    Command.GET_PARAMETERS: bytes(36),
    Command.GET_CONTROLLER_STATISTICS: bytes(168),
    Command.GET_NCSI_STATISTICS: bytes(168),
    Command.GET_PASS_THROUGH_STATISTICS: bytes(168),
    Command.GET_PACKAGE_STATUS: bytes(4),
    Command.GET_PACKAGE_UUID: bytes(16),
}
_KNOWN = frozenset(Command)


def answer(frame: ethernet.Frame) -> bytes:
    """The frame, unpadded, that answers one of NC-SI.

    A command that is not known is answered with no payload, so without a code that would say so
    (NCSI-04).

    Raises:
        WireError: it is no command (NCSI-02).
    """
    command = ncsi.decode(frame.payload)
    payload = b""
    if command.type in _KNOWN:
        payload = _COMPLETED + _DETAILS.get(Command(command.type), b"")
    response = ncsi.Packet(
        command.controller,
        command.instance,
        (command.type + ncsi.RESPONSE) & 0xFF,
        command.channel,
        payload,
    )
    return ethernet.encode(
        ethernet.Frame(ethernet.BROADCAST, ethernet.BROADCAST, ethernet.NCSI, ncsi.encode(response))
    )
