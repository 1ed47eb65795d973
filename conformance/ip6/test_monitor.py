"""What the monitor shows of IPv6."""

import pytest

from vnetspec.fixtures.addresses import GUEST6, LOOPBACK6, REMOTE6, ROUTER6
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.frames import udp
from vnetspec.fixtures.requirements import requirement
from vnetspec.fixtures.usernet import sessions


@requirement("IP6-18")
@pytest.mark.parametrize(("address", "bound"), [(ROUTER6, LOOPBACK6), (REMOTE6, REMOTE6)])
def test_info_usernet_shows_the_addresses_of_a_connection(guest, host, address, bound):
    guest.announces6()
    server = host.tcp(8080, bound)
    Conversation(guest, address, 8080).opens()
    server.accepts()

    (row,) = sessions(guest)

    assert row.state == "ESTABLISHED"
    assert (row.source, row.source_port) == (GUEST6, 40000)
    assert (row.destination, row.destination_port) == (address, "8080")


@requirement("IP6-18", variant="udp")
def test_info_usernet_shows_the_addresses_of_a_session(guest, host):
    guest.announces6()
    server = host.udp(7101, LOOPBACK6)
    guest.says(udp(ROUTER6, 7101))
    server.hears()

    (row,) = sessions(guest, "UDP")

    assert (row.source, row.source_port) == (GUEST6, 40000)
    assert (row.destination, row.destination_port) == (ROUTER6, "7101")
