"""Registers, features, queues and identity (VIO-01, -02, -03, -09, -15, -16)."""

import pytest

from vnetspec.fixtures.driver.virtio import (
    CONTROL,
    CTRL_MAC_ADDR,
    DRIVER_OK,
    FEATURES_OK,
    MRG_RXBUF,
    RECEIVE,
    TRANSMIT,
    bits,
)
from vnetspec.fixtures.requirements import requirement
from vnetspec.vio.traffic import LEGACY, MODERN, TRANSITIONAL

MAC = bytes.fromhex("525400123456")


@requirement("VIO-01")
@pytest.mark.parametrize("size", [1, 2, 4])
def test_each_register_answers_at_its_offset(plug, transcript, size):
    card, _ = plug(LEGACY)

    for offset in range(0, 0x20, size):
        card.windows[0].load(offset, size)

    transcript.matches()


@requirement("VIO-01", variant="queue")
def test_a_queue_is_placed_by_its_page(plug, transcript):
    card, _ = plug(LEGACY)
    for number in (RECEIVE, TRANSMIT, CONTROL, 3):
        card.choose_queue(number)
        card.windows[0].store(0x08, 4, 0x100 + number)
    card.choose_queue(0x400)

    pages = []
    for number in (RECEIVE, TRANSMIT, CONTROL, 3):
        card.choose_queue(number)
        pages.append(card.windows[0].load(0x08, 4))

    assert pages == [0x100, 0x101, 0x102, 0]
    transcript.matches()


@requirement("VIO-01", variant="msix")
def test_msix_moves_the_configuration(plug, transcript):
    card, _ = plug(LEGACY)
    at = card.capability(0x11)

    card.function.write(at + 2, 2, 0x8000)

    assert card.windows[0].load(0x14, 4) == 0xFFFF_FFFF & 0xFFFF
    assert bytes(card.windows[0].load(0x18 + n, 1) for n in range(6)) == MAC
    transcript.matches()


@requirement("VIO-02")
@pytest.mark.parametrize("model", [LEGACY, MODERN])
@pytest.mark.parametrize(
    "options",
    ["", "mrg_rxbuf=off", "ctrl_vq=off", "event_idx=off", "host_mtu=1400", "mq=on", "speed=1000"],
)
def test_features_are_offered_as_the_properties_say(plug, transcript, model, options):
    card, _ = plug(model, *filter(None, [options]))

    offered = card.offered()

    if not options:
        assert offered == (0x79BF8064 if model == LEGACY else 0x101_30BF_8024)
    transcript.matches()


@requirement("VIO-02", variant="accepted")
@pytest.mark.parametrize("model", [LEGACY, MODERN])
def test_what_is_not_offered_is_not_accepted(plug, transcript, model):
    card, _ = plug(model)
    card.write_status(3)

    if model == LEGACY:
        card.windows[0].store(4, 4, 0xBFFF_FFFF)
        assert card.windows[0].load(4, 4) == 0x39BF8064
    else:
        card.accept(0x30BF_8025 | bits(32))
        card.windows[4].store(0x0C, 4, 0)
    transcript.matches()


@requirement("VIO-02", variant="thoughtless")
def test_a_driver_that_accepts_everything_is_given_little(plug, transcript):
    card, _ = plug(LEGACY)

    card.windows[0].store(4, 4, 0x79BF8064)

    assert card.windows[0].load(4, 4) == bits(5)
    transcript.matches()


@requirement("VIO-03")
@pytest.mark.parametrize("model", [LEGACY, MODERN])
@pytest.mark.parametrize("options", ["", "rx_queue_size=1024", "status=off", "host_mtu=1400"])
def test_queues_have_their_sizes(plug, transcript, model, options):
    card, _ = plug(model, *filter(None, [options]))

    sizes = [card.choose_queue(number) for number in range(4)]
    settings = [card.read_setting(offset, 2) for offset in range(0, 24, 2)]

    assert sizes == [1024 if options.startswith("rx") else 256, 256, 64, 0]
    assert settings[0] == int.from_bytes(MAC[:2], "little")
    transcript.matches()


@requirement("VIO-03", variant="smaller")
def test_a_modern_driver_chooses_a_smaller_queue(plug, transcript):
    card, _ = plug(MODERN)
    registers = card.windows[4]

    sizes = []
    for wanted in (16, 3, 0, 1024, 1025, 16):
        registers.store(0x18, 2, wanted)
        sizes.append(registers.load(0x18, 2))

    assert sizes == [16, 3, 3, 1024, 1024, 16]
    transcript.matches()


@requirement("VIO-09")
@pytest.mark.parametrize(
    ("model", "options", "identity", "windows"),
    [
        pytest.param(LEGACY, [], 0x1000, {0, 1, 4}, id="transitional-by-default"),
        pytest.param(TRANSITIONAL, [], 0x1000, {0, 1, 4}, id="transitional"),
        pytest.param(MODERN, [], 0x1041, {1, 4}, id="non-transitional"),
        pytest.param(LEGACY, ["disable-legacy=on"], 0x1041, {1, 4}, id="disable-legacy"),
        pytest.param(LEGACY, ["disable-modern=on"], 0x1000, {0, 1}, id="disable-modern"),
        pytest.param(LEGACY, ["modern-pio-notify=on"], 0x1000, {0, 1, 2, 4}, id="pio-notify"),
        pytest.param(LEGACY, ["page-per-vq=on"], 0x1000, {0, 1, 4}, id="page-per-vq"),
        pytest.param(LEGACY, ["vectors=0"], 0x1000, {0, 4}, id="no-msix"),
        pytest.param(LEGACY, ["vectors=200"], 0x1000, {0, 1, 4}, id="many-vectors"),
    ],
)
def test_the_function_says_what_it_is(plug, transcript, model, options, identity, windows):
    card, _ = plug(model, *options)

    assert card.function.identity() == (0x1AF4, identity)
    assert set(card.windows) == windows
    for offset in (8, 0x2C, *range(0x34, 0xC0, 4)):
        card.function.read(offset)
    transcript.matches()


@requirement("VIO-15")
@pytest.mark.parametrize("model", [LEGACY, MODERN])
def test_a_reset_forgets_the_driver(plug, transcript, model):
    card, far = plug(model)
    card.wanted |= bits(MRG_RXBUF)
    card.start()
    assert card.command(1, 1, b"\2\0\0\0\0\1") == 0
    assert "02:00:00:00:00:01" in far.monitor("info network")

    card.write_status(0)

    assert card.read_status() == 0
    assert card.mac() == MAC
    card.start()
    card.send(MAC + MAC + bytes(50))
    transcript.matches()


@requirement("VIO-15", variant="page")
def test_a_page_of_nought_resets_a_legacy_device(plug, transcript):
    card, _ = plug(LEGACY)
    card.start()

    card.windows[0].store(0x08, 4, 0)

    assert card.read_status() == 0
    assert card.windows[0].load(4, 4) == 0
    transcript.matches()


@requirement("VIO-15", variant="queue")
def test_a_queue_is_reset_alone(plug, transcript):
    card, _ = plug(MODERN)
    card.start()
    registers = card.windows[4]
    registers.store(0x16, 2, TRANSMIT)

    registers.store(0x3A, 2, 1)

    assert registers.load(0x1C, 2) == 0
    assert card.read_status() & DRIVER_OK
    card.add_queue(TRANSMIT)
    card.send(MAC + MAC + bytes(50))
    transcript.matches()


@requirement("VIO-16")
@pytest.mark.parametrize(("offset", "size"), [(0x12, 2), (0x14, 1), (0x2000, 4), (0x2002, 4)])
def test_registers_are_read_through_configuration_space(plug, transcript, offset, size):
    card, _ = plug(MODERN)
    at = card.capability(9)

    card.function.write(at + 8, 4, offset)
    card.function.write(at + 12, 4, size)

    value = card.function.read(at + 16)
    assert value & (1 << 8 * size) - 1 == card.windows[4].load(offset & -size, size)
    transcript.matches()


@requirement("VIO-16", variant="written")
def test_registers_are_written_through_configuration_space(plug, transcript):
    card, _ = plug(MODERN)
    at = card.capability(9)
    card.function.write(at + 8, 4, 0x14)
    card.function.write(at + 12, 4, 1)

    card.function.write(at + 16, 1, 3)

    assert card.read_status() == 3
    card.function.write(at + 12, 4, 3)
    card.function.write(at + 16, 1, 7)
    assert card.read_status() == 3
    transcript.matches()


@requirement("VIO-01", variant="mac")
def test_a_legacy_driver_writes_the_address_into_the_configuration(plug, transcript):
    card, far = plug(LEGACY)
    card.wanted &= ~bits(CTRL_MAC_ADDR)
    card.begin()

    for place, octet in enumerate(b"\2\0\0\0\0\1"):
        card.write_setting(place, 1, octet)

    assert card.mac() == b"\2\0\0\0\0\1"
    assert "02:00:00:00:00:01" in far.monitor("info network")
    transcript.matches()


@requirement("VIO-02", variant="settled")
def test_features_are_settled_once_the_driver_says_so(plug, transcript):
    card, _ = plug(MODERN)
    card.begin()
    assert card.read_status() & FEATURES_OK

    card.windows[4].store(0x08, 4, 0)
    card.windows[4].store(0x0C, 4, 0)
    for number in (RECEIVE, TRANSMIT, CONTROL):
        card.add_queue(number)
    card.write_status(card.read_status() | DRIVER_OK)

    assert card.command(0, 0, b"\0") == 0
    transcript.matches()
