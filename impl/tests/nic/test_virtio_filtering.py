"""Which frames virtio-net wants, without a NIC around."""

import pytest

from refnet.nic.virtio.control import obey
from refnet.nic.virtio.filtering import Filter

OURS, OTHER, GROUP = b"\x52\x54\0\x12\x34\x56", b"\2" * 6, b"\1\0\x5e\0\0\1"
ALL = b"\xff" * 6


class Nic:
    """As much of a NIC as commands need."""

    def __init__(self):
        self.filter = Filter()
        self.address = OURS

    def set_address(self, address):
        self.address = address

    def announced(self):
        return True

    def set_pairs(self, data):
        return data == b"\1\0"


@pytest.fixture
def nic():
    nic = Nic()
    assert obey(nic, 0, 0, b"\0")
    return nic


def wanted(nic):
    names = {"ours": OURS, "other": OTHER, "group": GROUP, "all": ALL}
    return {
        name for name, target in names.items() if nic.filter.wants(target + bytes(60), nic.address)
    }


def table(unicast, multicast):
    return b"".join(
        len(part).to_bytes(4, "little") + b"".join(part) for part in (unicast, multicast)
    )


def test_everything_at_first():
    assert wanted(Nic()) == {"ours", "other", "group", "all"}


def test_little_without_promiscuity(nic):
    assert wanted(nic) == {"ours", "all"}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (1, {"ours", "all", "group"}),
        (2, {"ours", "all", "other"}),
        (3, {"ours", "all"}),
        (4, {"all"}),
        (5, {"ours"}),
    ],
)
def test_modes(nic, mode, expected):
    assert obey(nic, 0, mode, b"\1")
    assert wanted(nic) == expected


def test_a_table(nic):
    assert obey(nic, 1, 0, table([OTHER], [GROUP]))
    assert wanted(nic) == {"ours", "all", "other", "group"}
    assert obey(nic, 1, 0, table([b"\4" * 6] * 65, [b"\5" * 6] * 64))
    assert wanted(nic) == {"ours", "all", "other"}
    assert obey(nic, 1, 0, table([], [b"\5" * 6] * 65))
    assert wanted(nic) == {"ours", "all", "group"}


@pytest.mark.parametrize("data", [b"", b"\1\0\0\0", bytes(4), bytes(9)])
def test_a_table_that_does_not_add_up(nic, data):
    assert not obey(nic, 1, 0, data)
    assert wanted(nic) == {"ours", "all"}


def test_vlans(nic):
    tagged = OURS + bytes(6) + b"\x81\0\x20\5" + bytes(50)
    assert not nic.filter.wants(tagged, OURS)
    assert obey(nic, 2, 0, b"\5\0")
    assert nic.filter.wants(tagged, OURS)
    assert obey(nic, 2, 1, b"\5\0")
    assert not nic.filter.wants(tagged, OURS)
    nic.filter.set_all_vlans(True)
    assert nic.filter.wants(tagged, OURS)


def test_another_address(nic):
    assert not obey(nic, 1, 1, bytes(5))
    assert obey(nic, 1, 1, OTHER)
    assert wanted(nic) == {"other", "all"}


@pytest.mark.parametrize(
    ("kind", "command", "data"),
    [(0, 6, b"\1"), (0, 0, b""), (1, 2, OURS), (2, 0, b"\0\x10"), (2, 2, b"\0\0"), (2, 0, b"\0")],
)
def test_what_is_wrong_is_refused(nic, kind, command, data):
    assert not obey(nic, kind, command, data)


@pytest.mark.parametrize(("kind", "expected"), [(3, True), (4, True), (5, False), (9, False)])
def test_other_classes(nic, kind, expected):
    assert obey(nic, kind, 0, b"\1\0") is expected
