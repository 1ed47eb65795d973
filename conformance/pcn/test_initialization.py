"""The initialization block and software styles (PCN-04)."""

import pytest

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.pcnet import INIT, INITIALIZED
from vnetspec.fixtures.requirements import requirement

FRAME = bytes.fromhex("52540012345652540000000188b5") + bytes(range(50))
REPLY = bytes.fromhex("52540000000152540012345688b5") + bytes(range(50))


@requirement("PCN-04", variant="style")
@pytest.mark.parametrize("style", [0, 1, 2, 3])
def test_frames_cross_in_every_software_style(plug, transcript, golden, style):
    card, far = plug("pcnet")
    card.style = style
    card.start()

    card.send(REPLY)
    assert bytes(far.hears(ANY)) == REPLY
    far.says(FRAME)

    assert card.take_all() == [FRAME + bytes(4)]
    transcript.matches()
    golden.matches(far.wire)


@requirement("PCN-04", variant="block")
@pytest.mark.parametrize(
    ("style", "bits", "length"), [(0, 0, 1), (0, 7, 128), (2, 4, 16), (2, 15, 512)]
)
def test_the_block_gives_the_lengths_of_both_rings(plug, transcript, style, bits, length):
    card, _ = plug("pcnet")
    card.style = style
    card.set_bcr(20, style)
    card.received, card.transmitted = 0x11_1000, 0x11_2000
    card.mode, card.groups = 0x8000, bytes(range(8))
    block = card.bus.place(card.block(bytes.fromhex("020304050607"), bits))
    card.set_csr(1, block & 0xFFFF)
    card.set_csr(2, block >> 16)

    card.set_csr(0, INIT)

    assert card.csr(0) & (INITIALIZED | INIT) == INITIALIZED | INIT
    assert [card.csr(number) for number in (76, 78, 72, 74)] == [length] * 4
    assert card.csr(15) == 0x8000
    assert [card.csr(8 + place) for place in range(4)] == [0x0100, 0x0302, 0x0504, 0x0706]
    assert [card.csr(12 + place) for place in range(3)] == [0x0302, 0x0504, 0x0706]
    transcript.matches()


@requirement("PCN-04", variant="asked")
@pytest.mark.parametrize(
    ("asked", "given"),
    [(0, 0x0200), (1, 0x0101), (2, 0x0302), (3, 0x0303), (4, 0x0200), (0xFC02, 0xFF02)],
)
def test_the_software_style_says_how_wide_addresses_are(plug, transcript, asked, given):
    card, _ = plug("pcnet")

    card.set_bcr(20, asked)

    assert card.bcr(20) == given
    assert card.csr(58) == given
    transcript.matches()


@requirement("PCN-04", variant="running")
def test_the_software_style_stays_while_the_chip_runs(plug, transcript):
    card, _ = plug("pcnet")
    card.start()

    card.set_bcr(20, 3)
    card.set_csr(58, 0)

    assert card.bcr(20) == 0x0302
    transcript.matches()
