"""The receive ring (NE2K-09)."""

import pytest

from vnetspec.fixtures.requirements import requirement

MODELS = ["ne2k_pci", "ne2k_isa"]
FIRST = 0x4700


@requirement("NE2K-09")
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("length", "header"),
    [(42, "01484000"), (60, "01484000"), (248, "0148fc00"), (249, "0149fd00"), (1514, "014dee05")],
)
def test_a_frame_stands_behind_its_header(plug, transcript, model, length, header):
    card, far = plug(model)
    card.start()

    far.says(bytes.fromhex("525400123456525400000001 88b5") + bytes(length - 14))

    card.bus.settle()
    assert card.read(FIRST, 4).hex() == header
    assert len(card.take()) == max(60, length) + 4
    transcript.matches()
