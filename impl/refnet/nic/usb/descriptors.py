"""What the network interface says of itself: USB 2.0 section 9.6, CDC 1.2 section 5.2.3 (USBN-02).

A full-speed device with two configurations of two interfaces: control, with an interrupt endpoint,
and data, with a bulk endpoint each way.
"""

RNDIS, ECM = 2, 1

DEVICE, CONFIGURATION, STRING, CAPABILITIES = 1, 2, 3, 15
_INTERFACE, _ENDPOINT, _CLASS_INTERFACE = 4, 5, 0x24

MANUFACTURER, PRODUCT, MAC, DATA, CONTROL, RNDIS_CONTROL, CDC, SUBSET, RNDIS_NET, SERIAL = range(
    1, 11
)

#: MAC and SERIAL are the device's own.
TEXTS = {
    MANUFACTURER: "QEMU",
    PRODUCT: "RNDIS/QEMU USB Network Device",
    DATA: "QEMU USB Net Data Interface",
    CONTROL: "QEMU USB Net Control Interface",
    RNDIS_CONTROL: "QEMU USB Net RNDIS Control Interface",
    CDC: "QEMU USB Net CDC",
    SUBSET: "QEMU USB Net Subset",
    RNDIS_NET: "QEMU USB Net RNDIS",
}

_COMMUNICATIONS, _CDC_DATA = 2, 10
_ABSTRACT, _ETHERNET, _VENDOR = 2, 6, 0xFF
_INTERRUPT, _BULK = 3, 2

#: The interrupt endpoint, the bulk endpoint, and the flag of those that the host reads from.
NOTIFICATIONS, FRAMES, INWARD = 1, 2, 0x80
PACKET = 64
_LONGEST_FRAME = 1514
_SELF_POWERED, _MILLIAMPERES = 0xC0, 100

#: Interface numbers with their alternate settings, by configuration.
SETTINGS = {RNDIS: ((0, 0), (1, 0)), ECM: ((0, 0), (1, 0), (1, 1))}

_LANGUAGES = bytes.fromhex("04030904")
_DEVICE = bytes.fromhex("1201 0002 020000 40 2505 a2a4 0000") + bytes(
    (MANUFACTURER, PRODUCT, SERIAL, 2)
)
_NO_CAPABILITIES = bytes((5, CAPABILITIES, 5, 0, 0))


def _interface(
    number: int, alternate: int, kind: tuple[int, int, int], text: int, *parts: bytes
) -> bytes:
    """An interface, and what belongs to it: functional descriptors, then endpoints."""
    endpoints = sum(part[1] == _ENDPOINT for part in parts)
    head = bytes((9, _INTERFACE, number, alternate, endpoints, *kind, text))
    return head + b"".join(parts)


def _functional(*octets: int) -> bytes:
    return bytes((len(octets) + 2, _CLASS_INTERFACE, *octets))


def _endpoint(address: int, kind: int, size: int, interval: int = 0) -> bytes:
    return bytes((7, _ENDPOINT, address, kind, size, 0, interval))


def _configuration(value: int, text: int, *interfaces: bytes) -> bytes:
    body = b"".join(interfaces)
    total = (len(body) + 9).to_bytes(2, "little")
    return (
        bytes((9, CONFIGURATION))
        + total
        + bytes((2, value, text, _SELF_POWERED, _MILLIAMPERES // 2))
        + body
    )


_HEADER = _functional(0x00, 0x10, 0x01)
_UNION = _functional(0x06, 0, 1)
_NOTIFIES = _endpoint(INWARD | NOTIFICATIONS, _INTERRUPT, 16, 32)
_BOTH_WAYS = (_endpoint(INWARD | FRAMES, _BULK, PACKET), _endpoint(FRAMES, _BULK, PACKET))
_DATA_KIND = (_CDC_DATA, 0, 0)

_CONFIGURATIONS = (
    _configuration(
        RNDIS,
        RNDIS_NET,
        _interface(
            0,
            0,
            (_COMMUNICATIONS, _ABSTRACT, _VENDOR),
            RNDIS_CONTROL,
            _HEADER,
            _functional(0x01, 0, 1),
            _functional(0x02, 0),
            _UNION,
            _NOTIFIES,
        ),
        _interface(1, 0, _DATA_KIND, DATA, *_BOTH_WAYS),
    ),
    _configuration(
        ECM,
        CDC,
        _interface(
            0,
            0,
            (_COMMUNICATIONS, _ETHERNET, 0),
            CONTROL,
            _HEADER,
            _UNION,
            _functional(0x0F, MAC, 0, 0, 0, 0, _LONGEST_FRAME & 0xFF, _LONGEST_FRAME >> 8, 0, 0, 0),
            _NOTIFIES,
        ),
        _interface(1, 0, _DATA_KIND, 0),
        _interface(1, 1, _DATA_KIND, DATA, *_BOTH_WAYS),
    ),
)


def find(kind: int, index: int, own: dict[int, str]) -> bytes | None:
    """A descriptor; None: there is none, which the device refuses to answer.

    A text that there isn't is no octets. ``own`` are the device's own texts.
    """
    if kind == DEVICE:
        return _DEVICE
    if kind == CONFIGURATION and index < len(_CONFIGURATIONS):
        return _CONFIGURATIONS[index]
    if kind == CAPABILITIES:
        return _NO_CAPABILITIES
    if kind != STRING:
        return None
    if index == 0:
        return _LANGUAGES
    text = own.get(index, TEXTS.get(index))
    if text is None:
        return b""
    encoded = text.encode("utf-16-le")
    return bytes((len(encoded) + 2, STRING)) + encoded
