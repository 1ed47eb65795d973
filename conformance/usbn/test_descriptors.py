"""What the device says of itself (USBN-02, USBN-03)."""

import pytest

from vnetspec.fixtures.driver.uhci import IN, Transaction
from vnetspec.fixtures.driver.usbnet import CONFIGURATION, DEVICE, ECM, RNDIS, STRING, Refused
from vnetspec.fixtures.requirements import requirement

ETHERNET = 0x0F
CONNECTED, ANSWER_WAITS = "a100010001000000", "0100000000000000"


@requirement("USBN-02", variant="device")
def test_it_is_a_gadget_with_two_configurations(plug, transcript):
    card, _ = plug("usb-net")
    card.connect()

    described = card.descriptor(DEVICE, 0)

    assert described.hex() == "12010002020000402505a2a4000001020a02"
    transcript.matches()


@requirement("USBN-02", variant="configuration")
@pytest.mark.parametrize(("index", "value", "length"), [(0, RNDIS, 67), (1, ECM, 80)])
def test_each_configuration_has_three_endpoints(plug, transcript, index, value, length):
    card, _ = plug("usb-net")
    card.connect()

    described = card.descriptor(CONFIGURATION, index)

    assert (len(described), described[5]) == (length, value)
    endpoints = [part[2:6].hex() for part in parts(described) if part[1] == 5]
    assert endpoints == ["81031000", "82024000", "02024000"]
    transcript.matches()


@requirement("USBN-02", variant="texts")
def test_its_texts_are_there(plug, transcript):
    card, _ = plug("usb-net")
    card.connect()

    texts = [card.text(index) for index in (1, 2, 4, 5, 6, 7, 8, 9)]

    assert texts == [
        "QEMU",
        "RNDIS/QEMU USB Network Device",
        "QEMU USB Net Data Interface",
        "QEMU USB Net Control Interface",
        "QEMU USB Net RNDIS Control Interface",
        "QEMU USB Net CDC",
        "QEMU USB Net Subset",
        "QEMU USB Net RNDIS",
    ]
    assert card.descriptor(STRING, 0).hex() == "04030904"
    assert card.descriptor(STRING, 11) == b""
    transcript.matches()


@requirement("USBN-02", variant="stalled")
@pytest.mark.parametrize(
    ("kind", "request_", "value", "index"),
    [
        (0x80, 6, 0x0600, 0),
        (0x80, 6, 0x0202, 0),
        (0x81, 10, 0, 2),
        (0xA1, 1, 0, 0),
        (0xC0, 81, 0, 4),
    ],
    ids=["qualifier", "configuration", "interface", "answer", "vendor"],
)
def test_what_it_does_not_know_is_stalled(plug, transcript, kind, request_, value, index):
    card, _ = plug("usb-net")
    card.start()

    with pytest.raises(Refused):
        card.ask(kind, request_, value, index, 64)

    assert card.ask(0x80, 8, 0, 0, 1) == bytes([ECM])
    transcript.matches()


@requirement("USBN-02", variant="chosen")
def test_a_configuration_that_there_is_not_changes_nothing(plug, transcript):
    card, _ = plug("usb-net")
    card.start()
    assert card.ask(0x81, 10, 0, 1, 1) == b"\1"

    card.ask(0x00, 9, 7)

    assert card.ask(0x80, 8, 0, 0, 1) == bytes([ECM])
    assert card.ask(0x81, 10, 0, 1, 1) == b"\0"
    transcript.matches()


@requirement("USBN-02", variant="notifications")
def test_the_interrupt_endpoint_tells_of_the_network_or_of_answers(plug, transcript):
    card, _ = plug("usb-net")
    card.start()
    assert notification(card) == CONNECTED
    card.configure(RNDIS)
    assert notification(card) is None

    card.command(8, 1)

    assert notification(card) == ANSWER_WAITS
    card.response()
    assert notification(card) is None
    transcript.matches()


@requirement("USBN-03", variant="mac")
def test_its_mac_is_the_text_of_the_ethernet_descriptor(plug, transcript):
    card, _ = plug("usb-net")
    card.connect()

    described = parts(card.descriptor(CONFIGURATION, 1))

    ethernet = next(part for part in described if part[1] == 0x24 and part[2] == ETHERNET)
    assert card.text(ethernet[3]) == "525400123456"
    assert int.from_bytes(ethernet[8:10], "little") == 1514
    transcript.matches()


@requirement("USBN-03", variant="serial")
def test_its_serial_number_tells_the_port(plug, transcript):
    card, _ = plug("usb-net")
    card.connect()

    assert card.text(10) == "1-0000:00:01.2-1"
    transcript.matches()


def parts(described: bytes) -> list[bytes]:
    """The descriptors in one configuration."""
    found, place = [], 0
    while place < len(described):
        found.append(described[place : place + described[place]])
        place += described[place]
    return found


def notification(card) -> str | None:
    """What the interrupt endpoint says; None: nothing."""
    octets = card.run([Transaction(IN, 1, 16)])[0].octets
    return None if octets is None else octets.hex()
