"""Captures are read as streams: every format, in bounded memory, and no file makes the reader fail
but with one line.
"""

import gzip
import lzma
import os
import shutil
import struct
import subprocess
import sys
import threading
import tracemalloc
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from vnetspec.fixtures import pcap
from vnetspec.fixtures.analysis.reading import Capture, CaptureError, frames

SECOND = 1_000_000_000

needs_wireshark = pytest.mark.skipif(
    shutil.which("editcap") is None or shutil.which("mergecap") is None,
    reason="Wireshark's programs are not installed: install the package wireshark-common",
)

FRAMES = st.lists(
    st.tuples(st.integers(0, 2**32 * SECOND - 1), st.binary(max_size=90)), max_size=12
)
ORDERS = st.sampled_from("<>")


def classic(listed, order="<", magic=0xA1B23C4D, link=1, cut=0):
    """A classic pcap; each frame was ``cut`` octets longer on the wire."""
    octets = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262144, link)
    for time, frame in listed:
        seconds, fraction = divmod(time, SECOND)
        fraction //= 1 if magic == 0xA1B23C4D else 1000
        octets += struct.pack(f"{order}IIII", seconds, fraction, len(frame), len(frame) + cut)
        octets += frame
    return octets


def padded(octets):
    return octets + bytes(-len(octets) % 4)


def block(order, kind, body):
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def options(order, *listed):
    return b"".join(
        struct.pack(f"{order}HH", code, len(value)) + padded(value) for code, value in listed
    )


def section(order, *listed):
    head = struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)
    return block(order, 0x0A0D0D0A, head + options(order, *listed))


def interface(order, *listed, link=1, snaplen=0):
    head = struct.pack(f"{order}HHI", link, 0, snaplen)
    return block(order, 1, head + options(order, *listed))


def packet(order, ticks, frame, *listed, index=0, length=None):
    length = len(frame) if length is None else length
    head = struct.pack(f"{order}5I", index, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), length)
    return block(order, 6, head + padded(frame) + options(order, *listed))


def read(directory, octets, name="x"):
    file = directory / name
    file.write_bytes(octets)
    return list(frames(file))


@given(listed=FRAMES, order=ORDERS, magic=st.sampled_from((0xA1B2C3D4, 0xA1B23C4D)))
def test_a_pcap_of_either_order_and_resolution(tmp_path_factory, listed, order, magic):
    found = read(tmp_path_factory.mktemp("x"), classic(listed, order, magic, cut=3))

    tick = 1 if magic == 0xA1B23C4D else 1000
    assert found == [(time // tick * tick, frame, len(frame) + 3) for time, frame in listed]


SECTIONS = st.lists(st.tuples(ORDERS, FRAMES), max_size=4)


@given(sections=SECTIONS)
def test_a_pcapng_of_several_sections(tmp_path_factory, sections):
    octets = b"".join(
        section(order)
        + interface(order, (9, b"\x09"))
        + block(order, 0x0BAD, bytes(8))
        + b"".join(packet(order, time, frame) for time, frame in listed)
        for order, listed in sections
    )

    found = read(tmp_path_factory.mktemp("x"), section("<") + octets)

    expected = [each for _, listed in sections for each in listed]
    assert found == [(time, frame, len(frame)) for time, frame in expected]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("settings", "ticks", "time"),
    [
        ((), 1_500_000, 1_500_000_000),
        (((9, b"\x03"),), 1_500, 1_500_000_000),
        (((9, b"\x00"),), 7, 7 * SECOND),
        (((9, b"\x0c"),), 1_500_000_000_999, 1_500_000_000),
        (((9, b"\x8a"),), 1536, 1_500_000_000),
        (((9, b"\x09"), "offset"), 5, 100 * SECOND + 5),
    ],
)
def test_the_times_of_an_interface(tmp_path, order, settings, ticks, time):
    listed = [(14, struct.pack(f"{order}q", 100)) if x == "offset" else x for x in settings]
    octets = section(order) + interface(order, *listed) + packet(order, ticks, b"abc")

    assert read(tmp_path, octets) == [(time, b"abc", 3)]


def test_simple_and_obsolete_packets(tmp_path):
    simple = block("<", 3, struct.pack("<I", 9) + padded(b"abcde"))
    obsolete = block("<", 2, struct.pack("<HHIIII", 1, 0, 0, 7, 3, 60) + padded(b"xyz"))
    octets = section("<") + interface("<", snaplen=5) + interface("<") + simple + obsolete

    assert read(tmp_path, octets) == [(0, b"abcde", 9), (7_000, b"xyz", 60)]


def test_what_else_a_pcapng_says(tmp_path):
    file = tmp_path / "x.pcapng"
    with pcap.AnnotatedFile(file, [("guest", "the guest's side"), ("host", "")], ["all"]) as made:
        made.add(5, b"abc", sent=True, comments=("one", "zwei ü"))
        made.add(6, b"de", interface=1, sent=False, length=60)
        made.add(7, b"f")

    with Capture(file) as capture:
        said = [(r.number, r.interface, r.sent, r.comments, r.length) for r in capture.records()]
        names = [(each.name, each.description) for each in capture.interfaces]

    assert said == [
        (1, 0, True, ("one", "zwei ü"), 3),
        (2, 1, False, (), 60),
        (3, 0, None, (), 1),
    ]
    assert names == [("guest", "the guest's side"), ("host", "")]
    assert capture.comments == ["all"]


@given(listed=FRAMES)
def test_records_are_the_frames(tmp_path_factory, listed):
    directory = tmp_path_factory.mktemp("x")
    pcapng = section(">") + interface(">", (9, b"\x09"))
    pcapng += b"".join(packet(">", *each, (1, b"note")) for each in listed)
    for octets in (classic(listed), pcapng):
        found = read(directory, octets)
        with Capture(directory / "x") as capture:
            records = list(capture.records())

        assert [(r.time, r.frame, r.length) for r in records] == found
        assert [r.number for r in records] == list(range(1, len(found) + 1))


def test_a_frame_check_sequence_is_left_out(tmp_path):
    frame = b"a" * 60 + b"FCS!"
    pcapng = section("<") + interface("<", (13, b"\x04")) + packet("<", 0, frame)

    for octets in (classic([(0, frame)], link=1 | 1 << 26 | 2 << 28), pcapng):
        assert read(tmp_path, octets) == [(0, b"a" * 60, 60)]


# -- compressed, and in a pipe --------------------------------------------------------------------

COMPRESSED = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "xz": lzma.compress,
    "plain": bytes,
}
MANY = [(i * SECOND, i.to_bytes(4, "big") * (5 + i % 300)) for i in range(900)]


@pytest.mark.parametrize("kind", COMPRESSED)
def test_a_compressed_capture_is_known_by_its_magic(tmp_path, kind):
    octets = classic(MANY)
    half = len(octets) // 2
    # Two streams, one behind the other, are one file to gzip, zstd and xz.
    stored = COMPRESSED[kind](octets[:half]) + COMPRESSED[kind](octets[half:])

    assert read(tmp_path, stored, "named.pcap") == [(t, f, len(f)) for t, f in MANY]


@pytest.mark.parametrize("kind", ["gz", "zst", "xz"])
def test_compressed_data_that_is_cut_or_corrupt_is_an_error(tmp_path, kind):
    whole = COMPRESSED[kind](classic([(0, os.urandom(5000))] * 40))

    with pytest.raises(CaptureError, match=r"^[^\n]+$"):
        read(tmp_path, whole[: len(whole) // 2])
    with pytest.raises(CaptureError, match=r"^[^\n]+$"):
        read(tmp_path, whole[:20] + bytes(200) + whole[220:])


def test_how_far_a_file_is_read(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(gzip.compress(classic(MANY)))

    with Capture(file) as capture:
        assert capture.total == file.stat().st_size
        assert sum(len(batch) for batch in capture.batches()) == capture.count == len(MANY)
        assert capture.position == capture.total


READS_STANDARD_INPUT = """
from vnetspec.fixtures.analysis.reading import Capture
with Capture("-") as capture:
    print(sum(len(octets) for _, octets, _ in capture), capture.total)
"""


@pytest.mark.slow
def test_standard_input_is_read(tmp_path):
    for stored in (classic(MANY), lzma.compress(classic(MANY))):
        ended = subprocess.run(
            [sys.executable, "-c", READS_STANDARD_INPUT], input=stored, capture_output=True
        )

        assert ended.stdout.decode() == f"{sum(len(frame) for _, frame in MANY)} None\n"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_memory_is_bounded(tmp_path, kind):
    frame = bytes(1000)
    head = classic([]) if kind == "pcap" else section("<") + interface("<")
    one = classic([(0, frame)])[24:] if kind == "pcap" else packet("<", 0, frame)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def fill():
        with pipe.open("wb") as file:
            file.write(head)
            if kind == "pcapng":
                file.write(struct.pack("<II", 0x0BAD, 20_000_012))
                for _ in range(20):
                    file.write(bytes(1_000_000))
                file.write(struct.pack("<I", 20_000_012))
            for _ in range(60):
                file.write(one * 1000)

    writer = threading.Thread(target=fill, daemon=True)
    writer.start()
    tracemalloc.start()
    try:
        with Capture(pipe) as capture:
            number = sum(len(batch) for batch in capture.batches())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    writer.join(timeout=30)

    assert number == 60_000
    assert peak < 5_000_000


# -- what is no capture ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", "x: no capture, for it is empty"),
        (b"short", "x: no capture, for it has 5 octets"),
        (b"GET / HTTP/1.0\r\nHost: x\r\n\r\n", "x: neither pcap nor pcapng"),
        (classic([], link=113), "x: link type 113 is not Ethernet"),
        (
            classic([(0, b"abc")]) + struct.pack("<IIII", 0, 0, 2**31, 60),
            "x: frame 2, at octet 43: a frame of 2147483648 octets",
        ),
        (classic([(0, b"abc")])[:-1], "x: frame 1, at octet 24: cut short"),
        (section("<") + bytes(9), "x: frame 1, at octet 28: cut short"),
        (
            section("<") + packet("<", 0, b"abc"),
            "x: frame 1, at octet 28: interface 0 is not described",
        ),
        (
            section("<") + interface("<", link=228) + packet("<", 0, b"abc"),
            "x: frame 1, at octet 48: link type 228 is not Ethernet",
        ),
        (
            section("<") + interface("<") + packet("<", 0, b"abc")[:-4] + bytes(24),
            "x: frame 2, at octet 80: a block of 36 octets ends in 0",
        ),
        (
            section("<") + struct.pack("<II", 1, 0xFFFFFFF0) + bytes(16),
            "x: frame 1, at octet 28: a block of type 0x1 of 4294967280 octets",
        ),
        (
            section("<") + interface("<") + packet("<", 0, b"abc", (1, b"yes"))[:-10] + bytes(10),
            "x: frame 2, at octet 88: a block of 44 octets ends in 0",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, monkeypatch, octets, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_bytes(octets)

    with pytest.raises(CaptureError) as raised:
        list(frames("x"))

    assert str(raised.value) == text


@pytest.mark.parametrize("path", ["gone.pcap", "."])
def test_what_cannot_be_opened_is_named(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CaptureError, match=r"^(gone\.pcap: No such file|\.: Is a directory)"):
        list(frames(path))


SMALL = [(i, bytes([i]) * (i % 7)) for i in range(4)]
SMALL_PCAPNG = (
    section("<", (1, b"comment"))
    + interface("<", (2, b"eth0"), (9, b"\x09"))
    + b"".join(packet("<", time, frame, (1, b"seen"), (2, bytes(4))) for time, frame in SMALL)
    + block("<", 5, bytes(12))
    + section(">")
    + interface(">")
    + packet(">", 0, b"last")
)
FILES = {"pcap": classic(SMALL), "pcapng": SMALL_PCAPNG}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("compression", COMPRESSED)
def test_every_truncation_gives_fewer_frames_or_an_error(tmp_path, kind, compression):
    whole = read(tmp_path, FILES[kind])
    stored = COMPRESSED[compression](FILES[kind])
    file = tmp_path / "cut"
    for length in range(len(stored)):
        file.write_bytes(stored[:length])
        found = []
        with suppress(CaptureError), Capture(file) as capture:
            for batch in capture.batches():
                found += batch
        assert found == whole[: len(found)]


@given(
    kind=st.sampled_from(sorted(FILES)),
    changes=st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)), min_size=1),
)
def test_no_corruption_escapes(tmp_path_factory, kind, changes):
    octets = bytearray(FILES[kind])
    for position, value in changes:
        octets[position : position + len(value)] = value
    directory = tmp_path_factory.mktemp("x")
    with suppress(CaptureError):
        found = read(directory, bytes(octets))
        with Capture(directory / "x") as capture:
            assert [(r.time, r.frame, r.length) for r in capture.records()] == found


# -- what Wireshark writes ------------------------------------------------------------------------


@needs_wireshark
@pytest.mark.slow
@pytest.mark.parametrize("format", ["pcap", "nsecpcap", "pcapng"])
def test_what_editcap_writes_is_read(tmp_path, format):
    (tmp_path / "x.pcap").write_bytes(classic(MANY))
    made = tmp_path / "made"
    subprocess.run(
        ["editcap", "-F", format, "-a", "2:a comment", "-s", "500", tmp_path / "x.pcap", made],
        check=True,
    )

    assert list(frames(made)) == [(time, frame[:500], len(frame)) for time, frame in MANY]
    if format == "pcapng":
        with Capture(made) as capture:
            assert [r.comments for r in capture.records()][:3] == [(), ("a comment",), ()]


@needs_wireshark
@pytest.mark.slow
def test_what_mergecap_writes_is_read(tmp_path):
    halves = [tmp_path / "even", tmp_path / "odd"]
    for number, file in enumerate(halves):
        file.write_bytes(classic(MANY[number::2], "<>"[number]))
    subprocess.run(["mergecap", "-I", "none", "-w", tmp_path / "made", *halves], check=True)

    with Capture(tmp_path / "made") as capture:
        records = list(capture.records())

    assert [(r.time, r.frame) for r in records] == MANY
    assert [r.interface for r in records] == [number % 2 for number in range(len(MANY))]
