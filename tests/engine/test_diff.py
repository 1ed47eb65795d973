"""`vnetspec diff`: frames are aligned, masked and told apart; the exit status says what came."""

import json
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnetspec.fixtures import cli, pcap
from vnetspec.fixtures.analysis.aligning import Kind
from vnetspec.fixtures.analysis.diffing import Settings, compare
from vnetspec.fixtures.analysis.fields import differing
from vnetspec.fixtures.analysis.masking import Keys, Masks
from vnetspec.fixtures.oracle import (
    ARP,
    BOOTP,
    DHCP,
    DNS,
    DNSQR,
    ICMP,
    IP,
    TCP,
    UDP,
    Dot1Q,
    Ether,
    IPv6,
    Raw,
)

GOLDENS = Path(__file__).parents[2] / "captures"


def capture(file, frames, step=0.001):
    pcap.write(file, [(100 + number * step, bytes(frame)) for number, frame in enumerate(frames)])
    return file


def numbered(number, **changes):
    """One of many frames that differ in their data alone, or in what is given."""
    head = IP(**{"src": "10.0.2.15", "dst": "10.0.2.2", "id": 7, "ttl": 64} | changes)
    return (
        Ether(src="52:54:00:12:34:56", dst="52:55:0a:00:02:02")
        / head
        / UDP(sport=1000, dport=2000)
        / Raw(number.to_bytes(4, "big"))
    )


@pytest.fixture
def compared(tmp_path):
    def run(before, after, **settings):
        files = capture(tmp_path / "a.pcap", before), capture(tmp_path / "b.pcap", after)
        return compare(*files, Settings(**settings))

    return run


def kinds(result):
    return [(str(told.kind), told.before, told.after) for told in result.told]


# -- aligning -------------------------------------------------------------------------------------

MANY = [bytes(numbered(number)) for number in range(600)]


def test_equal_captures_do_not_differ(compared):
    result = compared(MANY, MANY)

    assert not result.differ
    assert result.counts == {Kind.SAME: 600}
    assert result.frames == (600, 600)


def test_a_changed_frame_is_told_by_its_fields(compared):
    changed = [*MANY[:40], bytes(numbered(40, ttl=63)), *MANY[41:]]

    (told,) = compared(MANY, changed).told

    assert (told.kind, told.before, told.after) == (Kind.CHANGED, 41, 41)
    assert told.fields[0] == ("ip.ttl", "63", "64")
    assert told.time == pytest.approx(0.040)


@pytest.mark.parametrize("number", [1, 3, 20, 200])
def test_missing_and_added_frames_leave_the_rest_in_step(compared, number):
    fewer = MANY[:100] + MANY[100 + number :]

    assert kinds(compared(MANY, fewer, most=300)) == [
        ("missing", 101 + i, None) for i in range(number)
    ]
    assert kinds(compared(fewer, MANY, most=300)) == [
        ("added", None, 101 + i) for i in range(number)
    ]


def test_beyond_the_window_nothing_is_found_again(compared):
    fewer = MANY[:100] + MANY[150:]

    assert compared(MANY, fewer, window=100).counts[Kind.SAME] == 550
    assert compared(MANY, fewer, window=20).counts[Kind.SAME] < 550


def test_frames_at_the_end_are_missing_or_added(compared):
    assert kinds(compared(MANY[:5], MANY[:3])) == [("missing", 4, None), ("missing", 5, None)]
    assert kinds(compared([], MANY[:1])) == [("added", None, 1)]


def test_a_frame_of_another_protocol_is_no_change_of_it(compared):
    other = bytes(Ether() / ARP(pdst="10.0.2.2"))

    assert kinds(compared(MANY[:9], [*MANY[:4], other, *MANY[5:9]])) == [
        ("missing", 5, None),
        ("added", None, 5),
    ]


def test_a_frame_at_another_place_has_moved(compared):
    arp = bytes(Ether() / ARP(pdst="10.0.2.2"))
    before, after = [arp, *MANY[:2], *MANY[3:9]], [*MANY[:2], arp, *MANY[3:9]]

    assert kinds(compared(before, after)) == [("moved", 1, 3)]
    assert compared(before, after).differ
    assert not compared(before, after, any_order=True).differ


def test_times_are_compared_where_asked_for(compared, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    pcap.write(one, [(50 + number, MANY[number]) for number in range(5)])
    pcap.write(other, [(90 + number + 0.2 * (number == 3), MANY[number]) for number in range(5)])

    assert not compare(one, other, Settings()).differ
    assert not compare(one, other, Settings(tolerance=250_000_000)).differ
    (told,) = compare(one, other, Settings(tolerance=150_000_000)).told
    assert (told.before, told.fields) == (4, (("time", "3.200000000", "3.000000000"),))


EDITS = st.lists(
    st.tuples(st.sampled_from(["drop", "change", "add", "swap"]), st.integers(0, 70)), max_size=12
)


@pytest.mark.slow
@given(edits=EDITS, window=st.integers(4, 80), volatile=st.booleans())
def test_every_frame_is_in_one_step(tmp_path_factory, edits, window, volatile):
    before, after = MANY[:70], MANY[:70]
    for kind, place in edits:
        at = min(place, len(after) - 1)
        if kind == "drop":
            del after[at]
        elif kind == "change":
            after[at] = after[at][:-1] + bytes([place])
        elif kind == "add":
            after.insert(at, MANY[500 + place])
        elif at:
            after[at - 1], after[at] = after[at], after[at - 1]
    directory = tmp_path_factory.mktemp("x")
    files = capture(directory / "a", before), capture(directory / "b", after)

    result = compare(*files, Settings(window=window, volatile=volatile, most=500))

    counts = result.counts
    both = counts[Kind.SAME] + counts[Kind.CHANGED] + counts[Kind.MOVED]
    assert both + counts[Kind.MISSING] == len(before)
    assert both + counts[Kind.ADDED] == len(after)
    assert result.differ == (before != after)
    told = [each.before for each in result.told if each.before]
    assert len(told) == len(set(told))
    if window == 80:
        assert counts[Kind.SAME] >= 70 - 2 * len(edits)


@pytest.mark.slow
def test_memory_is_bounded(tmp_path):
    one = capture(tmp_path / "one", [MANY[n % 600] + bytes(900) for n in range(40_000)])
    other = capture(
        tmp_path / "other", [MANY[(n + n // 999) % 600] + bytes(900) for n in range(40_000)]
    )
    tracemalloc.start()
    try:
        result = compare(one, other, Settings(most=10))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert result.counts[Kind.SAME] > 39_000
    assert one.stat().st_size > 30_000_000
    assert peak < 8_000_000


# -- masks ----------------------------------------------------------------------------------------

SEGMENT = {"sport": 40000, "dport": 80, "seq": 1000, "ack": 2000, "flags": "A", "window": 5}


def tcp(options=(), **changes):
    return (
        Ether()
        / IP(src="10.0.2.15", dst="10.0.2.2")
        / TCP(**SEGMENT | changes, options=list(options))
        / Raw(b"data")
    )


def ping(**changes):
    return Ether() / IP(src="10.0.2.15", dst="10.0.2.2") / ICMP(**{"id": 1, "seq": 2} | changes)


def query(**changes):
    return Ether() / IP() / UDP(sport=40000, dport=53) / DNS(**{"id": 5} | changes, qd=DNSQR())


def discover(**changes):
    options = [("message-type", "discover"), ("lease_time", changes.pop("lease", 5)), "end"]
    return (
        Ether()
        / IP()
        / UDP(sport=68, dport=67)
        / BOOTP(chaddr=b"x", **{"xid": 1} | changes)
        / DHCP(options=options)
    )


@pytest.mark.parametrize(
    ("mask", "before", "after"),
    [
        ("ip.id", numbered(1), numbered(1, id=9)),
        ("ip.ttl", numbered(1), numbered(1, ttl=3)),
        ("ip.*", numbered(1), numbered(1, ttl=3, id=8)),
        ("*.ttl", numbered(1), numbered(1, ttl=3)),
        ("ip.src", numbered(1), numbered(1, src="10.0.2.99")),
        ("ether.src", numbered(1), Ether(src="52:54:00:00:00:01", dst="52:55:0a:00:02:02")
         / numbered(1).payload),
        ("tcp.seq", tcp(), tcp(seq=99)),
        ("tcp.sport", tcp(), tcp(sport=1)),
        ("tcp.window", tcp(), tcp(window=99)),
        ("tcp.option[MSS]", tcp([("MSS", 1460)]), tcp([("MSS", 1400)])),
        ("icmp.id", ping(), ping(id=77)),
        ("dns.id", query(), query(id=77)),
        ("bootp.xid", discover(), discover(xid=77)),
        ("dhcp.option[lease_time]", discover(), discover(lease=6)),
        ("arp.psrc", Ether() / ARP(psrc="10.0.2.1"), Ether() / ARP(psrc="10.0.2.9")),
        ("ipv6.hlim", Ether() / IPv6() / UDP(), Ether() / IPv6(hlim=3) / UDP()),
        ("udp.sport", Ether() / IPv6() / UDP(sport=9), Ether() / IPv6() / UDP(sport=8)),
        ("ip.id", Ether() / Dot1Q(vlan=3) / IP(id=1) / UDP(), Ether() / Dot1Q(vlan=3) / IP(id=2)
         / UDP()),
        ("ip.id", Ether() / IP(id=1, options=b"\1\1\1\1"), Ether() / IP(id=2, options=b"\1\1\1\1")),
        ("raw.load", numbered(1), numbered(2)),
        ("ip.chksum", numbered(1), numbered(1, chksum=1)),
        ("ip.chksum", Ether() / Dot1Q() / IP(), Ether() / Dot1Q() / IP(chksum=1)),
    ],
)  # fmt: skip
def test_a_masked_field_may_differ(compared, mask, before, after):
    assert not compared([before], [after], masks=(mask,)).differ
    assert compared([before], [after]).differ
    assert compared([before], [after], masks=("tftp.op", "tcp.urgptr")).differ


@pytest.mark.parametrize("mask", ["ip.id", "ip.i*"])
def test_a_wrong_checksum_shows_behind_a_mask(compared, mask):
    wrong = bytearray(bytes(numbered(1, id=9)))
    wrong[25] ^= 1

    (told,) = compared([numbered(1)], [wrong], masks=(mask,)).told

    assert told.fields == (("ip.chksum", "wrong", "right"),)


def test_a_wrong_checksum_behind_ip_shows_too(compared):
    wrong = bytearray(bytes(tcp(seq=99)))
    wrong[51] ^= 4

    (told,) = compared([tcp()], [wrong], masks=("tcp.seq",)).told

    assert told.fields == (("tcp.chksum", "wrong", "right"),)


def test_what_is_not_masked_shows(compared):
    (told,) = compared([numbered(1)], [numbered(1, id=9, ttl=3)], masks=("ip.id",)).told

    assert told.fields == (("ip.ttl", "3", "64"),)


def after(number, octets):
    return (number + octets) % 2**32


def exchange(port, ours, theirs, stamp, identifier=1, data=b"data"):
    """A connection from its SYN on, as another run would show it."""
    drawn = {"id": identifier, "ttl": 60 + stamp % 3}
    up = IP(src="10.0.2.15", dst="10.0.2.2", **drawn)
    down = IP(src="10.0.2.2", dst="10.0.2.15", **drawn)
    timed = [("NOP", None), ("NOP", None), ("Timestamp", (stamp, stamp + 1))]
    first = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (stamp, 0)), ("NOP", None)]
    start, back = {"sport": port, "dport": 80}, {"sport": 80, "dport": port}
    asked, answered = after(ours, 1), after(theirs, 1)
    segments = [
        up / TCP(**start, flags="S", seq=ours, options=first),
        down / TCP(**back, flags="SA", seq=theirs, ack=asked, options=first),
        up / TCP(**start, flags="A", seq=asked, ack=answered, options=timed) / Raw(data),
        down / TCP(**back, flags="A", seq=answered, ack=after(asked, 4), options=timed),
    ]
    return [Ether() / segment for segment in segments]


def test_another_run_differs_in_nothing_but_what_is_volatile(compared):
    one = [*exchange(40000, 1000, 2000, 7), query(), discover(), ping()]
    other = [*exchange(50001, 2**32 - 2, 5, 99, 77), query(id=9), discover(xid=9), ping(id=4)]

    assert not compared(one, other, volatile=True).differ


def test_what_is_not_volatile_shows(compared):
    one, other = exchange(40000, 1000, 2000, 7), exchange(50001, 9, 5, 99, data=b"dada")
    result = compared(one, other, volatile=True)

    assert [(told.before, [each.name for each in told.fields]) for told in result.told] == [
        (3, ["raw.load"])
    ]


def test_a_gap_in_the_sequence_shows_by_its_relative_number(compared):
    one, other = exchange(40000, 1000, 2000, 7), exchange(50001, 9, 5, 99)
    other[3][TCP].ack += 3

    (told,) = compared(one, other, volatile=True).told

    assert told.fields == (("tcp.ack", "8", "5"),)


FRAMES = sorted(
    {frame for file in sorted(GOLDENS.glob("*/*.pcap"))[::12] for _, frame in pcap.read(file)}
)
MASKS = [
    Masks(("ip.id",)),
    Masks(("ip.ttl", "tcp.seq", "udp.sport", "ether.dst")),
    Masks(("ip.*", "dhcp.*")),
    Masks(volatile=True),
]


@pytest.mark.parametrize(
    ("names", "wrong"),
    [(("ip.tos",), ["ip.chksum"]), (("ip.tos", "ip.chksum"), []), (("ip.*",), [])],
)
def test_a_checksum_that_is_masked_itself_may_be_wrong(names, wrong):
    frame = next(frame for frame in FRAMES if frame[12:14] == b"\x08\x00")
    other = frame[:15] + bytes([frame[15] ^ 1]) + frame[16:]
    masks = Masks(names)

    assert [field.name for field in differing(frame, other, masks.hides)] == wrong
    assert (Keys(masks).key(frame) != Keys(masks).key(other)) == bool(wrong)


@pytest.mark.slow
@given(
    frame=st.sampled_from(FRAMES),
    masks=st.sampled_from(MASKS),
    changes=st.lists(st.tuples(st.integers(0, 70), st.integers(0, 255)), max_size=3),
    length=st.integers(0, 80) | st.none(),
)
def test_keys_agree_with_dissection(frame, masks, changes, length):
    other = bytearray(frame)
    for position, value in changes:
        if position < len(other):
            other[position] = value
    other = bytes(other[:length])

    keys = Keys(masks).key(frame), Keys(masks).key(other)

    if frame == other:
        assert keys[0] == keys[1]
    elif keys[0] == keys[1] and not masks.volatile:
        assert list(differing(frame, other, masks.hides)) == []


# -- the command ----------------------------------------------------------------------------------


@pytest.fixture
def diff(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = cli.main(["diff", *map(str, arguments)])
        return status, capsys.readouterr()

    return run


def test_the_time_line_and_the_status(diff, tmp_path):
    arp = bytes(Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(psrc="10.0.2.15", pdst="10.0.2.2"))
    capture(tmp_path / "a.pcap", [*MANY[:3], arp, *MANY[4:9]])
    capture(tmp_path / "b.pcap", [MANY[0], bytes(numbered(1, ttl=3)), *MANY[2:3], *MANY[4:9]])

    status, said = diff("a.pcap", "b.pcap")

    assert status == 1
    assert said.out.splitlines() == [
        "~       2       2     0.001000 IP / UDP 10.0.2.15:1000 > 10.0.2.2:2000 / Raw [46]",
        f"{'':31}ip.ttl: 3, expected 64",
        f"{'':31}ip.chksum: 40886, expected 25270",
        "-       4             0.003000 ARP who has 10.0.2.2 says 10.0.2.15 [42]",
        "7 frames the same, 1 changed, 1 missing",
    ]


def test_equal_captures_are_status_0(diff, tmp_path):
    capture(tmp_path / "a.pcap", MANY[:9])

    assert diff("a.pcap", "a.pcap") == (0, ("9 frames the same\n", ""))
    assert diff("a.pcap", "a.pcap", "-q") == (0, ("", ""))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["a.pcap", "gone.pcap"], "gone.pcap: No such file or directory"),
        (["a.pcap", "cut.pcap"], "cut.pcap: frame 9, at octet 520: cut short"),
        (["a.pcap", "."], ". is a folder, but a.pcap is not"),
        (["-", "-"], "standard input is one capture, not two"),
        (["a.pcap", "a.pcap", "--mask", "ttl"],
         "argument --mask: 'ttl' is no LAYER.FIELD such as ip.id (see vnetspec diff --help)"),
        (["a.pcap", "a.pcap", "--write", "a.pcap"], "--write: a.pcap is one of the captures"),
        (["a.pcap", "a.pcap", "--write", "no/x"], "--write: no/x: No such file or directory"),
        (["a.pcap", "a.pcap", "--json", "no/x"], "--json: no/x: No such file or directory"),
        (["empty", "empty"], "no captures in empty and empty"),
        ([".", ".", "--write", "x"],
         "--write takes what differs between two captures, not between folders"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_line(diff, tmp_path, arguments, complaint):
    whole = capture(tmp_path / "a.pcap", MANY[:9]).read_bytes()
    (tmp_path / "cut.pcap").write_bytes(whole[:-1])
    (tmp_path / "empty").mkdir()

    status, said = diff(*arguments)

    assert (status, said.err) == (2, f"vnetspec: {complaint}\n")


def test_json_has_each_difference(diff, tmp_path):
    capture(tmp_path / "a.pcap", MANY[:9])
    capture(tmp_path / "b.pcap", [*MANY[:4], bytes(numbered(4, ttl=3)), *MANY[5:9], MANY[20]])

    status, said = diff("a.pcap", "b.pcap", "--json", "-", "--max", "1")

    document = json.loads(said.out)
    assert status == 1
    assert document["counts"] == {"same": 8, "changed": 1, "missing": 0, "added": 1, "moved": 0}
    (told,) = document["differences"]
    assert (told["kind"], told["before"], told["after"]) == ("changed", 5, 5)
    assert told["fields"][0] == {"name": "ip.ttl", "actual": "3", "expected": "64"}


def test_one_tap_point_of_a_pcapng_is_compared(diff, tmp_path):
    seen = [pcap.Captured(number, MANY[number], number % 2) for number in range(18)]
    pcap.write_annotated(tmp_path / "b.pcapng", [("guest", ""), ("backend", "")], seen)
    capture(tmp_path / "even.pcap", MANY[:18:2])

    assert diff("even.pcap", "b.pcapng", "--interface", "guest")[0] == 0
    assert diff("even.pcap", "b.pcapng", "--interface", "backend")[0] == 1
    assert diff("even.pcap", "b.pcapng")[0] == 1
    assert diff("even.pcap", "b.pcapng", "--interface", "nic")[1].err == (
        "vnetspec: b.pcapng: no interface 'nic': there are backend, guest\n"
    )


@pytest.mark.skipif(shutil.which("tshark") is None, reason="install the package tshark")
@pytest.mark.slow
def test_wireshark_shows_what_differs(diff, tmp_path):
    capture(tmp_path / "a.pcap", MANY[:9])
    capture(tmp_path / "b.pcap", [*MANY[:4], bytes(numbered(4, ttl=3)), *MANY[5:8]])

    assert diff("a.pcap", "b.pcap", "--write", "w.pcapng", "-q")[0] == 1

    fields = ["frame.interface_name", "frame.time_epoch", "frame.comment"]
    shown = subprocess.run(
        ["tshark", "-n", "-r", "w.pcapng", "-T", "fields", *(p for f in fields for p in ("-e", f))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line.split("\t") for line in shown.splitlines()]
    assert [line[:2] for line in lines] == [
        ["expected", "100.004000000"],
        ["actual", "100.004000000"],
        ["expected", "100.008000000"],
    ]
    assert lines[1][2].startswith("frame 5, there frame 5,ip.ttl: 3, expected 64")
    assert lines[2][2] == "frame 9,missing in the second capture"


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["1", "2"])
def test_folders_are_paired_by_name(diff, tmp_path, processes):
    for folder in ("one", "other"):
        (tmp_path / folder / "arp").mkdir(parents=True)
        capture(tmp_path / folder / "same.pcap", MANY[:5])
        capture(tmp_path / folder / "arp" / "changed.pcap", MANY[: 5 + len(folder)])
        (tmp_path / folder / "notes.txt").write_text("no capture")
    capture(tmp_path / "one" / "lost.pcap", [])

    status, said = diff("one", "other", "--processes", processes)

    assert status == 1
    lines = said.out.splitlines()
    assert lines[0] == "arp/changed.pcap"
    assert lines[-2:] == ["- lost.pcap", "captures: 1 the same, 1 differ, 1 missing"]

    (tmp_path / "other" / "same.pcap").write_bytes(b"")
    status, said = diff("one", "other", "--processes", processes)

    assert status == 2
    assert "unreadable" in said.out
    assert "captures: 1 differ, 1 unreadable, 1 missing" in said.out
