"""What a dump records, and when."""

import pytest

from vnetspec.filt.dumps import dump, frames, heard_and_said, records
from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.checkers import ARP_REPLY, ECHO_REPLY
from vnetspec.fixtures.frames import arp_request, echo_request
from vnetspec.fixtures.requirements import network, requirement


@requirement("FILT-03")
@network(arguments=dump("maxlen=50"))
def test_a_record_keeps_a_part_and_the_real_length(guest, host):
    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)
    guest.close()

    question, answer = records(host.directory / "own.pcap")

    assert (len(question.octets), question.length) == (42, 42)
    assert (len(answer.octets), answer.length) == (50, 64)
    assert answer.octets == heard_and_said(guest)[1][:50]


@requirement("FILT-03", variant="long")
@network(arguments=dump())
def test_a_record_keeps_64_kibibytes_by_default(guest, host):
    frame = bytes(arp_request(ROUTER)) + bytes(65000)

    guest.says(frame)
    guest.hears(ARP_REPLY)
    guest.close()

    (first, *_) = records(host.directory / "own.pcap")
    assert first.octets == frame


@requirement("FILT-03", variant="start")
@network(arguments=dump())
def test_times_begin_with_a_whole_second(guest, host):
    guest.resolves()
    elapsed = guest.clock()
    guest.close()

    first, *_ = records(host.directory / "own.pcap")

    assert first.microsecond <= elapsed * 1_000_000


@requirement("FILT-03", variant="clock")
@network(arguments=dump())
def test_times_follow_the_virtual_clock(guest, host):
    start = guest.clock()
    guest.resolves()
    guest.waits(0.9)
    guest.resolves()
    elapsed = guest.clock() - start
    guest.close()

    first, _, second, _ = records(host.directory / "own.pcap")

    assert 900_000 <= second.time - first.time <= elapsed * 1_000_000


@requirement("FILT-03", variant="stopped")
@network(arguments=dump())
def test_times_stand_while_the_machine_is_stopped(guest, host):
    guest.resolves()
    guest.monitor("stop")
    guest.waits(0.9)
    guest.monitor("cont")
    guest.resolves()
    guest.close()

    first, _, second, _ = records(host.directory / "own.pcap")

    assert second.time - first.time < 800_000


@requirement("FILT-04")
@network(arguments=dump())
def test_records_are_the_frames_in_their_order(guest, host):
    guest.announces()
    for number in range(5):
        guest.says(echo_request(ROUTER, sequence=number, data=b"x" * number * 100))
        guest.hears(ECHO_REPLY)
    guest.close()

    assert frames(host.directory / "own.pcap") == heard_and_said(guest)


@requirement("FILT-04", variant="lengths")
@network(arguments=dump())
def test_records_have_the_lengths_of_the_frames(guest, host):
    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)
    guest.says(echo_request(ROUTER))
    guest.hears(ECHO_REPLY)
    guest.close()

    lengths = [record.length for record in records(host.directory / "own.pcap")]

    assert lengths == [42, 64, 50, 60]


@requirement("FILT-05")
@network(
    arguments=dump("queue=rx", name="rx")
    + dump("queue=tx", name="tx")
    + dump("queue=all", name="all")
)
def test_the_queue_says_which_direction_is_recorded(guest, host):
    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)
    guest.close()

    question, answer = heard_and_said(guest)
    assert frames(host.directory / "rx.pcap") == [question]
    assert frames(host.directory / "tx.pcap") == [answer]
    assert frames(host.directory / "all.pcap") == [question, answer]


@requirement("FILT-05", variant="link")
@network(
    arguments=dump("queue=rx", name="rx", netdev="s0") + dump("queue=tx", name="tx", netdev="s0")
)
def test_the_queue_is_seen_from_the_netdev(guest, host):
    guest.says(arp_request(ROUTER))
    guest.hears(ARP_REPLY)
    guest.close()

    question, answer = heard_and_said(guest)
    assert frames(host.directory / "rx.pcap") == [answer]
    assert frames(host.directory / "tx.pcap") == [question]


@requirement("FILT-05", variant="bad")
@pytest.mark.parametrize("queue", ["bad", "RX", "both"])
def test_another_queue_is_refused(refuses, transcript, host, queue):
    object_ = f"filter-dump,id=own,netdev=u0,file={host.directory}/own.pcap,queue={queue}"

    assert (
        refuses(arguments=dump(f"queue={queue}"))
        == f"-object {object_}: Parameter 'queue' does not accept value '{queue}'"
    )

    transcript.matches()
