"""Which file a name stands for on the TFTP server."""

import pytest

from vnetspec.fixtures.checkers import TFTP_ERROR, tftp_data, tftp_error
from vnetspec.fixtures.frames import tftp_read
from vnetspec.fixtures.oracle import UDP
from vnetspec.fixtures.requirements import network, requirement, tolerates

pytestmark = [
    network(tftp="{dir}"),
    tolerates("TFTP ERROR packet", reason="an error is what half of these cases ask for"),
]


@requirement("TFTP-05")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"hello"),
        ("/a.txt", b"hello"),
        ("//a.txt", b"hello"),
        ("./a.txt", b"hello"),
        ("sub/b.txt", b"below"),
        ("sub//b.txt", b"below"),
    ],
    ids=["name", "slash", "slashes", "dot", "sub", "sub-slashes"],
)
def test_names_are_relative_to_the_directory(guest, host, golden, name, data):
    host.file("a.txt", b"hello")
    host.file("sub/b.txt", b"below")
    guest.announces()

    guest.says(tftp_read(name))

    guest.hears_only(tftp_data(1, data))
    golden.matches(guest.wire)


@requirement("TFTP-05", variant="trailing")
@network(tftp="{dir}/")
def test_the_directory_may_end_in_a_slash(guest, host, golden):
    host.file("a.txt", b"hello")
    guest.announces()

    guest.says(tftp_read("a.txt"))

    guest.hears_only(tftp_data(1, b"hello"))
    golden.matches(guest.wire)


@requirement("TFTP-05", variant="absolute")
def test_the_full_path_name_of_a_file_is_not_its_name(guest, host):
    file = host.file("a.txt", b"hello")
    guest.announces()

    guest.says(tftp_read(str(file)))

    guest.hears_only(tftp_error(1, "File not found"))


@requirement("TFTP-06")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=label)
        for label, name in [
            ("up", "../a.txt"),
            ("down-and-up", "sub/../a.txt"),
            ("letters-before", "a../a.txt"),
            ("slash-before", "/../a.txt"),
            ("directory", "sub/"),
            ("file", "a.txt/"),
            ("root", "/"),
            ("empty", ""),
        ]
    ],
)
def test_names_that_lead_elsewhere_are_violations(guest, host, golden, name):
    host.file("a.txt", b"hello")
    host.file("sub/b.txt", b"below")
    guest.announces()

    guest.says(tftp_read(name))

    guest.hears_only(tftp_error(2, "Access violation"))
    golden.matches(guest.wire)


@requirement("TFTP-06", variant="odd")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=label)
        for label, name in [
            ("backslash", "back\\slash"),
            ("backslash-up", "..\\a.txt"),
            ("dots", "..a.txt"),
            ("dots-directory", "..sub/a.txt"),
            ("space", "a file.txt"),
        ]
    ],
)
def test_odd_names_are_names(guest, host, golden, name):
    host.file(name, b"odd")
    guest.announces()

    guest.says(tftp_read(name))

    guest.hears_only(tftp_data(1, b"odd"))
    golden.matches(guest.wire)


@requirement("TFTP-06", variant="link")
def test_symbolic_links_are_followed(guest, host, golden):
    (host.directory / "link").symlink_to(host.file("sub/b.txt", b"below"))
    guest.announces()

    guest.says(tftp_read("link"))

    guest.hears_only(tftp_data(1, b"below"))
    golden.matches(guest.wire)


@requirement("TFTP-07")
@pytest.mark.parametrize("name", ["missing", "A.TXT", "sub/missing"])
def test_a_missing_file_is_not_found(guest, host, golden, name):
    host.file("a.txt", b"hello")
    guest.announces()

    guest.says(tftp_read(name))

    guest.hears_only(TFTP_ERROR.carrying(b"\0\5\0\1File not found\0"))
    golden.matches(guest.wire)


@requirement("TFTP-08")
@pytest.mark.parametrize("name", ["sub", ".", "..", "sub/.."], ids=["sub", "dot", "up", "back"])
def test_a_directory_is_not_found(guest, host, name):
    host.file("sub/b.txt", b"below")
    guest.announces()

    guest.says(tftp_read(name))

    guest.hears_only(tftp_error(1, "File not found").where(UDP, sport=69, dport=40069))
