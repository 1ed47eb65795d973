"""The states that the monitor's table shows (RFC 9293 section 3.3.2, with SLiRP's two more)."""

from vnetspec.fixtures import outside
from vnetspec.fixtures.addresses import GUEST, ROUTER
from vnetspec.fixtures.checkers import SYN
from vnetspec.fixtures.conversation import connection
from vnetspec.fixtures.frames import tcp
from vnetspec.fixtures.outside import Outside
from vnetspec.fixtures.requirements import needs, network, requirement
from vnetspec.fixtures.usernet import sessions, states


@requirement("TCP-36")
@needs("usernet")
def test_the_states_of_a_connection_that_the_guest_finishes(guest, golden, host):
    conversation, stream = connection(guest, host)
    (row,) = sessions(guest)
    assert row.state == "ESTABLISHED"
    assert (row.source, row.source_port) == (GUEST, 40000)
    assert (row.destination, row.destination_port) == (ROUTER, "8080")
    assert (row.received, row.sent) == (0, 0)

    conversation.says("FA")
    conversation.hears("A")
    assert states(guest) == ["CLOSE_WAIT"]
    stream.close()
    conversation.hears("FA")
    assert states(guest) == ["LAST_ACK"]
    conversation.acknowledges()
    guest.hears_nothing()
    assert states(guest) == []
    golden.matches(guest.wire)


@requirement("TCP-36", variant="host")
@needs("usernet")
def test_the_states_of_a_connection_that_the_host_finishes(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.finishes()
    conversation.hears("FA")
    assert states(guest) == ["FIN_WAIT_1"]
    conversation.acknowledges()
    guest.hears_nothing()
    assert states(guest) == ["FIN_WAIT_2"]
    conversation.says("FA")
    conversation.hears("A")
    assert states(guest) == ["TIME_WAIT"]
    golden.matches(guest.wire)


@requirement("TCP-36", variant="both")
@needs("usernet")
def test_the_states_of_a_connection_that_both_finish_at_once(guest, golden, host):
    conversation, stream = connection(guest, host)

    stream.finishes()
    fin = conversation.pattern("FA", seq=conversation.ack)
    guest.hears(fin)
    conversation.says("FA")
    guest.hears_only(fin)
    assert states(guest) == ["CLOSING"]
    conversation.ack += 1
    conversation.acknowledges()
    guest.hears_nothing()
    assert states(guest) == ["TIME_WAIT"]
    golden.matches(guest.wire)


@requirement("TCP-36", variant="pending")
@needs("usernet")
def test_a_connection_that_hangs_shows_syn_rcvd(guest, golden, host):
    internet = Outside(host)
    guest.announces()

    guest.says(tcp(outside.ADDRESS, 8080))
    internet.hears_syn(8080)

    assert states(guest) == ["SYN_RCVD"]
    golden.matches(guest.wire)


@requirement("TCP-36", variant="hostfwd")
@network(hostfwd="tcp:127.0.0.1:5522-:22")
@needs("usernet")
def test_a_forward_and_its_new_connection(guest, golden, host):
    guest.announces()
    assert states(guest) == ["HOST_FORWARD"]

    host.connects(5522, source=("127.0.0.1", 40023))
    guest.hears(SYN)

    assert sorted(states(guest)) == ["HOST_FORWARD", "SYN_SENT"]
    golden.matches(guest.wire)
