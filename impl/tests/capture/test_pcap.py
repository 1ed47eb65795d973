"""The libpcap file format (FILT-01, FILT-03)."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.capture.pcap import Header, Record, Writer, read, read_header
from refnet.errors import WireError


def written(*frames, snaplen=65536):
    sink = io.BytesIO()
    writer = Writer(sink, snaplen)
    for time, frame in frames:
        writer.write(time, frame)
    return sink.getvalue()


def test_the_header_is_qemu_s():
    expected = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 96, 1)

    assert written(snaplen=96) == expected


def test_a_record_is_cut_but_keeps_its_length():
    octets = written((3_000_004_999, b"abcdef"), snaplen=4)

    assert octets[24:] == struct.pack("=IIII", 3, 4, 4, 6) + b"abcd"


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=80)), max_size=5))
def test_what_is_written_can_be_read(frames):
    octets = written(*((microseconds * 1000, frame) for microseconds, frame in frames))

    header, records = read(io.BytesIO(octets))

    assert header == Header()
    assert list(records) == [
        Record(microseconds * 1000, frame, len(frame)) for microseconds, frame in frames
    ]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("magic", "tick"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_every_byte_order_and_unit_is_read(order, magic, tick):
    octets = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 100, 113)
    octets += struct.pack(order + "IIII", 5, 7, 1, 9) + b"x"

    header, records = read(io.BytesIO(octets))

    assert header == Header(order, tick, (2, 4), 100, 113)
    assert list(records) == [Record(5_000_000_000 + 7 * tick, b"x", 9)]


@pytest.mark.parametrize("length", [25, 39, 41])
def test_a_file_that_is_cut_off_is_refused_there(length):
    octets = written((0, b"abc"))[:length]
    _, records = read(io.BytesIO(octets))

    with pytest.raises(WireError, match="ends within"):
        list(records)


@pytest.mark.parametrize("octets", [b"", b"\n\r\r\n" * 6])
def test_what_is_no_capture_is_refused(octets):
    with pytest.raises(WireError):
        read_header(octets)
