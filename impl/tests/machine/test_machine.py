"""A whole machine in this process (CLI-05..07, CLI-10, FILT-01..05, GEN-01, GEN-02, HUB-04)."""

import os
import socket
import struct

import pytest

from refnet.clock import ManualClock
from refnet.errors import OptionError
from refnet.machine import Machine
from refnet.options import parse


def test_a_guest_is_answered_and_short_frames_are_padded(bench):
    it = bench()

    (reply,) = it.asks(2)
    assert len(reply) == 64
    assert reply[:14] == bytes.fromhex("52540012345652550a0002020806")
    it.guest.send(bytes.fromhex("ffffffffffff5254001234560800") + ping(8))
    (echo,) = it.hears()
    assert len(echo) == 60
    assert it.said == ["warning: hub 0 with no nics"]


def ping(length):
    """An IPv4 datagram with an echo request of ``length`` octets for 10.0.2.2."""
    icmp = bytearray(b"\x08\0\0\0\0\1\0\1".ljust(length, b"x"))
    icmp[2:4] = checksum(icmp)
    header = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, 1, 0))
    header += bytes([10, 0, 2, 15, 10, 0, 2, 2])
    header[10:12] = checksum(header)
    return bytes(header + icmp)


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    return (~((total & 0xFFFF) + (total >> 16)) & 0xFFFF).to_bytes(2, "big")


def test_the_dump_has_qemu_s_form(bench, tmp_path):
    path = tmp_path / "dump.pcap"
    it = bench("-object", f"filter-dump,id=f0,netdev=u0,file={path}", epoch=1_000_000)

    it.clock.advance(30_000_000)
    it.asks(2)

    octets = path.read_bytes()
    assert octets[:24] == struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65536, 1)
    assert struct.unpack("=IIII", octets[24:40]) == (1_000_000, 30_000, 42, 42)
    assert struct.unpack("=IIII", octets[82:98]) == (1_000_000, 30_000, 64, 64)
    assert len(octets) == 24 + 16 + 42 + 16 + 64
    assert oct(os.stat(path).st_mode & 0o777) in ("0o644", "0o640", "0o600")


@pytest.mark.parametrize(("queue", "lengths"), [("rx", [42]), ("tx", [64]), ("all", [42, 64])])
@pytest.mark.parametrize("netdev", ["u0", "h1"])
def test_a_dump_sees_its_queue_anywhere(bench, tmp_path, queue, lengths, netdev):
    path = tmp_path / "dump.pcap"
    it = bench("-object", f"filter-dump,id=f0,netdev={netdev},file={path},queue={queue}")

    it.asks(2)

    records = path.read_bytes()[24:]
    got = []
    while records:
        (length,) = struct.unpack_from("=I", records, 8)
        got.append(length)
        records = records[16 + length :]
    assert got == lengths


def test_every_guest_on_the_hub_hears(bench):
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    with ours:
        it = bench(
            *("-netdev", f"dgram,id=s1,local.type=fd,local.str={its.detach()}"),
            *("-netdev", "hubport,id=h2,hubid=0,netdev=s1"),
        )
        it.asks(2)
        assert len(ours.recv(100)) == 42
        assert len(ours.recv(100)) == 64


@pytest.mark.parametrize(
    ("argv", "warnings"),
    [
        ("-netdev hubport,id=a,hubid=3", ["hub port a has no peer", "netdev a has no peer"]),
        ("-net user", ["hub 0 with no nics"]),
        (
            "-net nic,id=n,model=x -nic user,id=u",
            [
                "hub port hub0port0 has no peer",
                "netdev u has no peer",
                "netdev hub0port0 has no peer",
                "requested NIC (anonymous, model unspecified) was not created"
                " (not supported by this machine?)",
                "requested NIC (n, model x) was not created (not supported by this machine?)",
            ],
        ),
        (
            "-nic user -net nic",
            [
                "hub port hub0port0 has no peer",
                "netdev #net000 has no peer",
                "netdev hub0port0 has no peer",
                "requested NIC (anonymous, model unspecified) was not created"
                " (not supported by this machine?)",
                "requested NIC (#net100, model unspecified) was not created"
                " (not supported by this machine?)",
            ],
        ),
    ],
)
def test_loose_ends_are_told(argv, warnings):
    said = []

    with Machine(parse(["-M", "none", *argv.split()]), ManualClock(), said.append):
        assert said == [f"warning: {each}" for each in warnings]


def test_a_machine_may_begin_stopped(bench):
    it = bench("-S")

    assert it.asks() == []
    it.machine.execute("cont")
    assert len(it.hears()) == 1


def test_a_machine_that_can_t_be_leaves_nothing_behind(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    argv = ["-netdev", "user,id=u0,hostfwd=tcp:127.0.0.1:0-:1", "-netdev", "hubport,id=h,hubid=x"]

    with pytest.raises(OptionError):
        Machine(parse(argv), ManualClock())

    assert len(os.listdir("/proc/self/fd")) == before


def test_fifty_machines_leave_nothing_behind(bench, tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        each = bench("-object", f"filter-dump,id=f0,netdev=u0,file={tmp_path}/f")
        each.asks()
        each.close()
        each.machine.close()

    assert len(os.listdir("/proc/self/fd")) == before


def test_timers_run_on_the_given_clock(bench):
    it = bench()
    it.guest.send(bytes.fromhex("ffffffffffff5254001234560806") + bytes(28))
    it.settle()
    asked = ping(8).replace(bytes([10, 0, 2, 15]), bytes([10, 0, 2, 77]))
    header = bytearray(asked)
    header[10:12] = b"\0\0"
    header[10:12] = checksum(header[:20])
    it.guest.send(bytes.fromhex("ffffffffffff5254001234560800") + bytes(header))
    (request,) = it.hears()
    assert request[12:14] == b"\x08\x06"

    deadline = it.machine.next_deadline()
    assert 0 < deadline <= 2 * 10**9
    it.clock.advance(deadline)
    assert it.machine.step(0)


def test_what_the_stack_warns_of_names_the_netdev():
    said = []
    argv = ["-netdev", "user,id=u0,dnssearch=a..b"]

    Machine(parse(argv), ManualClock(), said.append).close()

    assert said[0] == (
        "-netdev user,id=u0,dnssearch=a..b: warning: Slirp: failed to parse domain name 'a..b'\n"
    )


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["-net", "user,id=a", "-net", "user,id=a"], "-net user,id=a: Duplicate ID 'a' for net"),
        (["-net", "nic,netdev=zz"], "-net nic,netdev=zz: netdev 'zz' not found"),
        (
            ["-net", "hubport,id=a,hubid=1"],
            "-net hubport,id=a,hubid=1: network backend 'hubport' is only supported with"
            " -netdev/-nic",
        ),
    ],
)
def test_the_old_options_are_checked(argv, complaint):
    with pytest.raises(OptionError) as caught:
        Machine(parse(argv), ManualClock())

    assert str(caught.value) == complaint


def test_a_command_that_can_t_be_run_is_told_when_it_is_wanted():
    said = []
    argv = ["-netdev", "user,id=u0,guestfwd=tcp:10.0.2.100:7-cmd:/nonexistent x"]
    with Machine(parse(argv), ManualClock(), said.append) as machine:
        port = machine.user_port("u0")
        for flags, acknowledged in ((2, 0), (16, 2)):
            segment = bytearray(
                struct.pack("!HHIIBBHHH", 4000, 7, 1000, acknowledged, 80, flags, 65535, 0, 0)
            )
            segment[4:8] = (1000 + (flags == 16)).to_bytes(4, "big")
            header = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, 0))
            header += bytes([10, 0, 2, 15, 10, 0, 2, 100])
            segment[16:18] = checksum(header[12:] + b"\0\6\0\x14" + segment)
            header[10:12] = checksum(header)
            port.receive(bytes.fromhex("52550a00020252540012345608 00") + header + segment)

    assert said[-1] == (
        "Slirp: fork_exec: Failed to execute child process “/nonexistent”"
        " (No such file or directory)"
    )
