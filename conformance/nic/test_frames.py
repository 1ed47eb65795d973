"""What a NIC does to the frames that pass through it, and when it lets none pass."""

import pytest

from vnetspec.fixtures.driver.models import DRIVERS
from vnetspec.fixtures.guest import Guest
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, NIC, STATION, STRANGER, frame, heard

MODELS = sorted(DRIVERS)
#: Models that write what came, however short.
BARE = {"tulip", "usb-net"} | {name for name in MODELS if name.startswith("virtio")}
#: Models that take every frame, or do until they are told not to.
PROMISCUOUS = BARE - {"tulip"}
#: Models whose length does not count the FCS.
WITHOUT_FCS = {"sungem", "usb-net"} | {
    name for name in MODELS if name.startswith(("virtio", "i8255", "i8256", "i8280"))
}

every_model = pytest.mark.parametrize("model", MODELS)


def hears_just(far: Guest, octets: bytes) -> None:
    came = heard(far)
    assert came == octets, f"heard {came.hex()}, MUST be {octets.hex()}"


@requirement("NIC-01")
@every_model
@pytest.mark.parametrize("length", [14, 20, 60, 1514])
def test_a_frame_leaves_as_it_was_written(plug, golden, model, length):
    card, far = plug(model)
    card.start()
    sent = frame(STATION, length, sender=NIC)

    card.send(sent)

    hears_just(far, sent)
    golden.matches(far.wire)


@requirement("NIC-02")
@every_model
@pytest.mark.parametrize("length", [14, 42, 59, 60, 61, 1514])
def test_a_frame_is_received_padded_or_as_it_came(plug, transcript, model, length):
    card, far = plug(model)
    card.start()
    sent = frame(NIC, length)

    far.says(sent)

    expected = sent if model in BARE else sent.ljust(60, b"\0")
    (taken,) = card.take_all()
    assert taken[: len(expected)].hex() == expected.hex()
    assert len(taken) == len(expected) + (0 if model in WITHOUT_FCS else 4)
    transcript.matches()


@requirement("NIC-03")
@pytest.mark.parametrize("model", sorted(set(MODELS) - PROMISCUOUS))
def test_a_frame_for_another_station_is_lost(plug, model):
    card, far = plug(model)
    card.start()

    far.says(frame(STRANGER), frame(BROADCAST, fill=1), frame(STRANGER), frame(NIC, fill=2))

    taken = [each[:60] for each in card.take_all()]
    assert taken == [frame(BROADCAST, fill=1), frame(NIC, fill=2)]


@requirement("NIC-04")
@every_model
def test_no_frame_leaves_while_the_link_is_off(plug, model):
    card, far = plug(model)
    card.start()
    far.monitor("set_link s0 off")
    card.send(frame(STATION, sender=NIC, fill=1))
    far.monitor("set_link s0 on")

    card.send(frame(STATION, sender=NIC, fill=2))

    hears_just(far, frame(STATION, sender=NIC, fill=2))


@requirement("NIC-04", variant="received")
@every_model
def test_no_frame_is_received_while_the_link_is_off(plug, model):
    card, far = plug(model)
    card.start()
    far.monitor("set_link s0 off")
    far.says(frame(NIC, fill=1))
    card.bus.settle()
    far.monitor("set_link s0 on")

    taken: list[bytes] = []

    def came() -> bool:
        """A link may have to be negotiated before it carries anything."""
        far.says(frame(NIC, fill=2))
        taken.extend(each[:60] for each in card.take_all())
        return bool(taken)

    assert card.bus.wait(came, within=2.0, step=0.1)
    assert set(taken) == {frame(NIC, fill=2)}
