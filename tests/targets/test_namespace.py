"""The namespaces that the suite lives in."""

import ctypes
import errno
import os
import socket
from pathlib import Path

import pytest

from vnetspec.fixtures import namespace
from vnetspec.fixtures.addresses import NOWHERE
from vnetspec.fixtures.namespace import REMOTE, NamespaceError


def test_entering_twice_is_entering_once(network_namespace):
    assert namespace.enter() is network_namespace


def test_loopback_and_the_remote_host_answer(network_namespace):
    for address in ("127.0.0.1", REMOTE):
        with (
            socket.create_server((address, 0)) as server,
            socket.create_connection(server.getsockname()) as client,
        ):
            assert client.getpeername()[0] == address


def test_there_is_no_way_out(network_namespace):
    with pytest.raises(OSError, match="unreachable") as caught:
        socket.create_connection((NOWHERE, 80))
    assert caught.value.errno == errno.ENETUNREACH


def test_nameservers_are_those_of_the_case(network_namespace):
    resolv_conf = Path("/etc/resolv.conf")
    network_namespace.set_nameservers("192.0.2.1", "192.0.2.2")
    first = resolv_conf.stat().st_mtime
    assert resolv_conf.read_text() == "nameserver 192.0.2.1\nnameserver 192.0.2.2\n"

    network_namespace.set_nameservers("192.0.2.3", "192.0.2.4")
    assert int(resolv_conf.stat().st_mtime) > int(first)

    network_namespace.set_nameservers()
    assert resolv_conf.read_text() == ""
    network_namespace.set_nameservers(namespace.DEFAULT_NAMESERVER)


def test_ping_sockets_are_open(network_namespace):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()


def test_the_ping_group_range_can_be_closed_and_opened(network_namespace):
    shown = Path("/proc/sys/net/ipv4/ping_group_range")
    network_namespace.ping_group_range("1 0")
    assert shown.read_text().split() == ["1", "0"]

    network_namespace.open_ping_sockets()
    assert shown.read_text().split()[0] == "0"


def test_a_bad_ping_group_range_is_an_error(network_namespace):
    with pytest.raises(NamespaceError, match="ping_group_range"):
        network_namespace.ping_group_range("many")


def test_an_ordinary_user_can_enter(network_namespace):
    """In a child process that gives up root first, which the run may or may not be."""
    if network_namespace.has_user_namespace:
        assert os.geteuid() == 0
        return
    reader, writer = os.pipe()
    process_id = os.fork()
    if process_id == 0:
        try:
            os.write(writer, _enter_as_nobody().encode())
        except Exception as error:
            os.write(writer, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as pipe:
        assert pipe.read() == "root inside, alone"
    os.waitpid(process_id, 0)


def _enter_as_nobody():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    # Whoever changes its user may not write below /proc/self until it says so: PR_SET_DUMPABLE.
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    outside = os.stat("/proc/self/ns/net").st_ino
    namespace._entered = None
    namespace.enter().set_nameservers("192.0.2.9")
    alone = os.stat("/proc/self/ns/net").st_ino != outside
    read = Path("/etc/resolv.conf").read_text() == "nameserver 192.0.2.9\n"
    user = "root" if os.geteuid() == 0 else "nobody"
    return f"{user} inside, {'alone' if alone and read else 'not alone'}"
