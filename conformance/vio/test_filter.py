"""Which frames pass, and the commands that say so (VIO-06, VIO-10)."""

import pytest

from vnetspec.fixtures.driver.virtio import CONTROL, CTRL_VLAN, WRITE, bits
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import come
from vnetspec.vio.traffic import ALL, BOTH, GROUP, LEGACY, MODERN, OTHER, OURS, frame

PROMISCUOUS, ALL_MULTI, ALL_UNI, NO_MULTI, NO_UNI, NO_BROADCAST = range(6)
RX, MAC, VLAN, ANNOUNCE, MQ, OFFLOADS = range(6)
KINDS = {"ours": OURS, "all": ALL, "group": GROUP, "other": OTHER}


def table(unicast: list[str], multicast: list[str]) -> bytes:
    """The data of the command that sets the table of addresses."""
    parts = []
    for addresses in (unicast, multicast):
        parts.append(len(addresses).to_bytes(4, "little"))
        parts += map(bytes.fromhex, addresses)
    return b"".join(parts)


def passing(card, far) -> set[str]:
    """The kinds of frames that pass now; each is followed by one of a length of its own."""
    come(card, far, *map(frame, KINDS.values()))
    found = {octets[:6].hex() for octets in card.take_all()}
    return {name for name, address in KINDS.items() if address in found}


@requirement("VIO-06")
@pytest.mark.parametrize("model", BOTH)
def test_everything_passes_at_first(plug, transcript, model):
    card, far = plug(model)
    card.start()

    assert passing(card, far) == set(KINDS)
    transcript.matches()


@requirement("VIO-06", variant="mode")
@pytest.mark.parametrize(
    ("modes", "passes"),
    [
        pytest.param([], {"ours", "all"}, id="none"),
        pytest.param([ALL_MULTI], {"ours", "all", "group"}, id="all-multi"),
        pytest.param([ALL_UNI], {"ours", "all", "other"}, id="all-uni"),
        pytest.param([ALL_MULTI, NO_MULTI], {"ours", "all"}, id="no-multi"),
        pytest.param([ALL_UNI, NO_UNI], {"all"}, id="no-uni"),
        pytest.param([NO_BROADCAST], {"ours"}, id="no-broadcast"),
        pytest.param([NO_UNI, PROMISCUOUS], set(KINDS), id="promiscuous"),
    ],
)
def test_modes_say_what_passes(plug, transcript, modes, passes):
    card, far = plug(LEGACY)
    card.start()
    assert card.command(RX, PROMISCUOUS, b"\0") == 0

    for mode in modes:
        assert card.command(RX, mode, b"\1") == 0

    assert passing(card, far) == passes
    transcript.matches()


@requirement("VIO-06", variant="table")
@pytest.mark.parametrize(
    ("unicast", "multicast", "passes"),
    [
        pytest.param([OTHER], [], {"ours", "all", "other"}, id="unicast"),
        pytest.param([], [GROUP], {"ours", "all", "group"}, id="multicast"),
        pytest.param([GROUP], [OTHER], {"ours", "all"}, id="the-wrong-way-round"),
        pytest.param(["020000000001"] * 64, [], {"ours", "all"}, id="64-unicast"),
        pytest.param(["020000000001"] * 65, [], {"ours", "all", "other"}, id="65-unicast"),
        pytest.param(["020000000001"] * 2, ["010000000001"] * 62, {"ours", "all"}, id="full"),
        pytest.param(
            ["020000000001"] * 2, ["010000000001"] * 63, {"ours", "all", "group"}, id="overfull"
        ),
    ],
)
def test_a_table_says_what_passes(plug, transcript, unicast, multicast, passes):
    card, far = plug(MODERN)
    card.start()
    assert card.command(RX, PROMISCUOUS, b"\0") == 0

    assert card.command(MAC, 0, table(unicast, multicast)) == 0

    assert passing(card, far) == passes
    transcript.matches()


@requirement("VIO-06", variant="vlan")
def test_vlans_pass_that_were_added(plug, transcript):
    card, far = plug(MODERN)
    card.start()
    assert card.command(RX, PROMISCUOUS, b"\0") == 0
    assert card.command(VLAN, 0, b"\5\0") == 0
    assert card.command(VLAN, 0, b"\xff\x0f") == 0
    assert card.command(VLAN, 1, b"\xff\x0f") == 0

    come(card, far, *(frame(vlan=vlan) for vlan in (4, 5, 0x2005, 0xFFF)), frame())

    assert card.take_all() == [frame(vlan=5), frame(vlan=0x2005), frame()]
    transcript.matches()


@requirement("VIO-06", variant="every-vlan")
def test_every_vlan_passes_where_the_driver_does_not_choose(plug, transcript):
    card, far = plug(MODERN)
    card.wanted &= ~bits(CTRL_VLAN)
    card.start()
    assert card.command(RX, PROMISCUOUS, b"\0") == 0

    come(card, far, frame(vlan=4), frame(vlan=0xFFF))

    assert card.take_all() == [frame(vlan=4), frame(vlan=0xFFF)]
    transcript.matches()


@requirement("VIO-06", variant="address")
@pytest.mark.parametrize("model", BOTH)
def test_another_address_is_ours(plug, transcript, model):
    card, far = plug(model)
    card.start()
    assert card.command(RX, PROMISCUOUS, b"\0") == 0

    assert card.command(MAC, 1, bytes.fromhex(OTHER)) == 0

    assert passing(card, far) == {"all", "other"}
    assert card.mac() == bytes.fromhex(OTHER)
    assert "52:54:00:aa:aa:aa" in far.monitor("info network")
    transcript.matches()


@requirement("VIO-10")
@pytest.mark.parametrize(
    ("kind", "command", "data"),
    [
        pytest.param(RX, 6, b"\1", id="no-such-mode"),
        pytest.param(RX, 0, b"", id="mode-without-data"),
        pytest.param(MAC, 0, table([OTHER], [])[:-1], id="short-table"),
        pytest.param(MAC, 0, table([OTHER], []) + b"\0", id="long-table"),
        pytest.param(MAC, 0, b"\2\0\0\0" + bytes(6), id="lying-table"),
        pytest.param(MAC, 1, bytes(5), id="short-address"),
        pytest.param(MAC, 1, bytes(7), id="long-address"),
        pytest.param(MAC, 2, bytes(6), id="no-such-address-command"),
        pytest.param(VLAN, 0, b"\0\x10", id="vlan-4096"),
        pytest.param(VLAN, 0, b"\1", id="half-a-vlan"),
        pytest.param(VLAN, 2, b"\1\0", id="no-such-vlan-command"),
        pytest.param(ANNOUNCE, 0, b"", id="nothing-to-announce"),
        pytest.param(MQ, 0, b"\1\0", id="pairs-without-mq"),
        pytest.param(OFFLOADS, 0, bytes(8), id="offloads"),
        pytest.param(6, 0, b"", id="no-such-class"),
    ],
)
def test_a_wrong_command_is_refused(plug, transcript, kind, command, data):
    card, _ = plug(MODERN)
    card.start()

    assert card.command(kind, command, data) == 1

    assert card.command(RX, PROMISCUOUS, b"\0") == 0
    transcript.matches()


@requirement("VIO-10", variant="pairs")
@pytest.mark.parametrize(("pairs", "answer"), [(0, 1), (1, 0), (2, 1)])
def test_as_many_pairs_are_used_as_there_are(plug, transcript, pairs, answer):
    card, _ = plug(MODERN, "mq=on")
    card.wanted |= bits(22)
    card.start()

    assert card.read_setting(8, 2) == 1
    assert card.command(MQ, 0, pairs.to_bytes(2, "little")) == answer
    transcript.matches()


@requirement("VIO-10", variant="several")
def test_several_commands_are_carried_out_at_one_notification(plug, transcript):
    card, far = plug(LEGACY)
    card.start()
    ring = card.rings[CONTROL]
    answers = card.bus.place(b"\xee\xee\xee")

    for number, data in enumerate((b"\0\0\0", b"\0\5\1", b"\0\7\1")):
        ring.add((card.bus.place(data), 3, 0), (answers + number, 1, WRITE))
    card.kick(CONTROL)

    assert card.bus.wait(lambda: ring.used_index() == 3)
    assert card.bus.read(answers, 3) == b"\0\0\1"
    assert passing(card, far) == {"ours"}
    transcript.matches()
