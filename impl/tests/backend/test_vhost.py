"""Descriptors that vhost could use, and others (SOCK-19, TAP-10)."""

import os

import pytest

from refnet.backend import vhost
from refnet.errors import HostError

QUERY = "Fail to query features from vhost-vDPA device: "


@pytest.fixture
def gone():
    """The number of a descriptor that is closed."""
    fd = os.open(os.devnull, os.O_RDWR)
    os.close(fd)
    return fd


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/no/such", "Could not open '/no/such': No such file or directory"),
        ("/", "Could not open '/': Is a directory"),
        ("/dev/null", QUERY + "Inappropriate ioctl for device"),
    ],
)
def test_what_is_no_vdpa_device_is_told(path, complaint):
    before = os.listdir("/proc/self/fd")

    with pytest.raises(HostError) as caught:
        vhost.check_vdpa(path, -1)

    assert str(caught.value) == complaint
    assert os.listdir("/proc/self/fd") == before


def test_a_descriptor_is_asked_and_left_open():
    with open(os.devnull, "r+b") as file, pytest.raises(HostError, match=QUERY):
        vhost.check_vdpa(None, file.fileno())


def test_a_closed_descriptor_is_told(gone):
    with pytest.raises(HostError, match=QUERY + "Bad file descriptor"):
        vhost.check_vdpa(None, gone)


def test_what_is_no_vhost_has_no_owner(gone):
    assert vhost.why_not_owned(gone) == "vhost_set_owner failed: Bad file descriptor"
