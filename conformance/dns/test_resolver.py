"""Which nameserver of the host stands behind the virtual one."""

import pytest

from vnetspec.dns.questions import asked
from vnetspec.fixtures.addresses import LOOPBACK, NAMESERVER, REMOTE, ROUTER
from vnetspec.fixtures.checkers import NET_UNREACHABLE, quoting
from vnetspec.fixtures.frames import dns_query, tcp, udp
from vnetspec.fixtures.oracle import IP
from vnetspec.fixtures.requirements import requirement

QUESTION = dns_query()


@requirement("DNS-05")
@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([f"nameserver {REMOTE}", f"nameserver {LOOPBACK}"], id="two"),
        pytest.param(["nameserver 2001:db8::1", f"nameserver {REMOTE}"], id="ipv6"),
        pytest.param(["nameserver fe80::1%lo", f"nameserver {REMOTE}"], id="scope"),
        pytest.param(["nameserver localhost", f"nameserver {REMOTE}"], id="name"),
        pytest.param(["nameserver", f"nameserver {REMOTE}"], id="empty"),
        pytest.param([f"#nameserver {LOOPBACK}", f"nameserver {REMOTE}"], id="comment"),
        pytest.param(["search example.org", f"nameserver {REMOTE}"], id="search"),
        pytest.param([f"nameserver\t {REMOTE}  # ours"], id="spaces"),
        pytest.param([f"nameservers {LOOPBACK}", f"nameserver {REMOTE}"], id="keyword"),
    ],
)
def test_the_first_ipv4_nameserver_is_asked(guest, host, golden, lines):
    server, other = host.udp(53, REMOTE), host.udp(53)
    host.namespace.resolv_conf.write_text("".join(f"{line}\n" for line in lines))

    guest.says(udp(NAMESERVER, 53, QUESTION))

    asked(server, QUESTION)
    other.hears_nothing()
    golden.matches(guest.wire)


@requirement("DNS-06")
def test_a_change_is_followed_after_a_second(guest, host):
    before, after = host.udp(53, REMOTE), host.udp(53)
    host.namespace.set_nameservers(REMOTE)
    guest.says(udp(NAMESERVER, 53, QUESTION))
    asked(before, QUESTION)

    host.namespace.set_nameservers(LOOPBACK)
    guest.says(udp(NAMESERVER, 53, QUESTION))
    asked(before, QUESTION)
    guest.waits(2)
    guest.says(udp(NAMESERVER, 53, QUESTION))
    asked(after, QUESTION)

    before.hears_nothing()


@requirement("DNS-07")
@pytest.mark.parametrize("nameservers", [[], ["2001:db8::1"]], ids=["none", "ipv6"])
@pytest.mark.parametrize("segment", [udp, tcp], ids=["udp", "tcp"])
def test_without_a_nameserver_there_is_none(guest, host, golden, segment, nameservers):
    host.namespace.set_nameservers(*nameservers)
    guest.announces()
    sent = segment(NAMESERVER, 53)

    guest.says(sent)

    guest.hears_only(quoting(NET_UNREACHABLE, sent).where(IP, src=ROUTER))
    golden.matches(guest.wire)


@requirement("DNS-07", variant="later")
def test_a_nameserver_may_come_later(guest, host, golden):
    server = host.udp(53)
    host.namespace.set_nameservers()
    guest.announces()
    guest.says(udp(NAMESERVER, 53, QUESTION))
    guest.hears(NET_UNREACHABLE)

    host.namespace.set_nameservers(LOOPBACK)
    guest.says(udp(NAMESERVER, 53, QUESTION))

    asked(server, QUESTION)
    golden.matches(guest.wire)


@requirement("DNS-11")
def test_the_nameserver_is_looked_up_at_the_start(guest, host):
    first, later = host.udp(53), host.udp(53, REMOTE)
    guest.announces()
    host.namespace.set_nameservers(REMOTE)
    guest.waits(60)

    guest.says(udp(NAMESERVER, 53, QUESTION))

    asked(first, QUESTION)
    later.hears_nothing()


@requirement("DNS-11", variant="none")
def test_without_a_nameserver_the_network_does_not_start(host, refuses):
    host.namespace.set_nameservers()

    assert refuses(profile="qemu-0.6").endswith("Could not get DNS address")
