"""The file of a dump: its header, and what options make of it."""

import pytest

from vnetspec.filt.dumps import dump, header, records
from vnetspec.fixtures.requirements import network, requirement

MAGIC = 0xA1B2C3D4
ETHERNET = 1


@requirement("FILT-01")
@network(arguments=dump())
def test_a_dump_begins_with_a_pcap_header_in_the_hosts_byte_order(guest, host):
    guest.resolves()
    guest.close()

    assert header(host.directory / "own.pcap") == (MAGIC, 2, 4, 0, 0, 65536, ETHERNET)


@requirement("FILT-01", variant="maxlen")
@network(arguments=dump("maxlen=96"))
def test_the_header_names_the_longest_record(guest, host):
    guest.resolves()
    guest.close()

    assert header(host.directory / "own.pcap") == (MAGIC, 2, 4, 0, 0, 96, ETHERNET)


@requirement("FILT-01", variant="empty")
@network(arguments=dump())
def test_a_dump_of_nothing_is_a_header(guest, host):
    guest.clock()
    guest.close()

    assert (host.directory / "own.pcap").stat().st_size == 24


@requirement("FILT-02")
@network(arguments=dump())
def test_a_file_that_was_there_is_emptied(guest, host):
    file = host.file("own.pcap", b"something else" * 1000)

    guest.resolves()
    guest.close()

    assert len(records(file)) == 2


@requirement("FILT-02", variant="mode")
@network(arguments=dump())
def test_others_may_read_a_dump_and_not_write_it(guest, host):
    guest.clock()

    assert (host.directory / "own.pcap").stat().st_mode & 0o777 == 0o644


@requirement("FILT-02", variant="file")
def test_a_dump_needs_a_file(refuses, transcript):
    assert (
        refuses(arguments=["-object", "filter-dump,id=own,netdev=u0"])
        == "-object filter-dump,id=own,netdev=u0: Parameter 'file' is missing"
    )

    transcript.matches()


@requirement("FILT-02", variant="unwritable")
@pytest.mark.parametrize(
    ("file", "why"),
    [("{dir}/nowhere/x", "No such file or directory"), ("{dir}", "Is a directory")],
    ids=["nowhere", "directory"],
)
def test_a_dump_needs_a_file_that_can_be_written(refuses, transcript, host, file, why):
    place = file.replace("{dir}", str(host.directory))

    assert (
        refuses(arguments=["-object", f"filter-dump,id=own,netdev=u0,file={file}"])
        == f"net dump: can't open {place}: {why}"
    )

    transcript.matches()


@requirement("FILT-02", variant="maxlen-nought")
def test_the_longest_record_is_not_empty(refuses, transcript):
    assert (
        refuses(arguments=dump("maxlen=0"))
        == "Property 'filter-dump.maxlen' doesn't take value '0'"
    )

    transcript.matches()
