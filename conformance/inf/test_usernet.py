"""What ``info usernet`` shows."""

import re

from vnetspec.fixtures.addresses import GUEST, LOOPBACK
from vnetspec.fixtures.conversation import connection
from vnetspec.fixtures.requirements import needs, network, requirement
from vnetspec.fixtures.usernet import sessions

HEADER = "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\n"


@requirement("INF-06")
@network(
    hostfwd=f"tcp:{LOOPBACK}:5555-:22",
    arguments=["-netdev", f"user,id=z,net=10.9.0.0/24,hostfwd=udp:{LOOPBACK}:5556-:53"],
)
def test_each_user_network_has_a_table(guest, transcript):
    text = re.sub(r"(\] ) *\d+ ", r"\1 FD ", guest.monitor("info usernet"))

    assert text == (
        f"Hub 0 (u0):\n{HEADER}"
        f"  TCP[HOST_FORWARD]  FD       127.0.0.1  5555{GUEST:>16}    22     0     0\n"
        f"Hub -1 (z):\n{HEADER}"
        "  UDP[HOST_FORWARD]  FD       127.0.0.1  5556       10.9.0.15    53     0     0\n"
    )

    transcript.matches()


@requirement("INF-07")
@needs("tcp")
def test_what_the_guest_has_not_acknowledged_is_counted(guest, host):
    conversation, stream = connection(guest, host)

    stream.says(b"meow")
    guest.hears(conversation.pattern("PA", seq=conversation.ack))
    assert [session.sent for session in sessions(guest)] == [4]

    conversation.ack += 4
    conversation.acknowledges()
    guest.hears_nothing()
    assert [session.sent for session in sessions(guest)] == [0]


@requirement("INF-07", variant="received")
@needs("tcp")
def test_what_the_host_has_not_taken_is_counted(guest, host):
    host.kernel.holds_little()
    conversation, stream = connection(guest, host)
    said = 0

    def says(data: bytes) -> int:
        nonlocal said
        conversation.says("PA", data)
        conversation.hears("A", ack=conversation.seq)
        said += len(data)
        return sessions(guest)[0].received

    # The host's kernel may take some at any time: then what is said next goes there, or waits.
    waiting = 0
    for length in (1000, 1, 100):
        while (now := says(bytes(length))) != waiting + length or not waiting:
            assert said < 60_000, "the host's kernel takes all, MUST have enough"
            waiting = now
        assert now < said
        waiting = now

    assert stream.takes(said) == bytes(said)
    guest.knocks()
    assert [session.received for session in sessions(guest)] == [0]
