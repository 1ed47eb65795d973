"""Filters with character devices, and what the monitor does with filters (FILT-10..12)."""

import socket

import pytest

from refnet.errors import OptionError
from refnet.options import parse


@pytest.fixture
def ends(tmp_path):
    """Listeners a and b; the devices ca and cb connect to them."""
    listeners = {}
    for name in "ab":
        listeners[name] = socket.socket(socket.AF_UNIX)
        listeners[name].bind(str(tmp_path / name))
        listeners[name].listen()
        listeners[name].settimeout(2)
    yield listeners
    for each in listeners.values():
        each.close()


@pytest.fixture
def devices(tmp_path, ends):
    return [
        argument
        for name in ends
        for argument in ("-chardev", f"socket,id=c{name},path={tmp_path / name}")
    ]


def framed(frame, head=b""):
    return len(frame).to_bytes(4, "big") + head + frame


def test_a_mirror_copies_and_the_frame_goes_on(bench, devices, ends):
    it = bench(*devices, "-object", "filter-mirror,id=m,netdev=u0,outdev=ca,vnet_hdr_support=on")
    far = ends["a"].accept()[0]

    (answer,) = it.asks()

    with far:
        heard = far.recv(65536)
    assert heard.endswith(framed(answer, bytes(4)))
    assert len(heard) == 8 + 42 + 8 + 64


def test_a_redirector_takes_away_and_brings_in(bench, devices, ends):
    it = bench(*devices, "-object", "filter-redirector,id=r,netdev=u0,outdev=ca,indev=cb,queue=tx")
    far, source = ends["a"].accept()[0], ends["b"].accept()[0]
    assert it.asks() == []

    with far, source:
        assert len(far.recv(65536)) == 4 + 64
        for octet in framed(b"hello" * 12):
            source.send(bytes([octet]))
            it.settle()

    assert it.hears() == [b"hello" * 12]


def test_a_redirector_that_is_off_leaves_its_peer_unread(bench, devices, ends):
    it = bench(*devices, "-object", "filter-redirector,id=r,netdev=u0,indev=cb,queue=tx,status=off")
    with ends["b"].accept()[0] as source:
        source.send(framed(b"x" * 60))
        assert it.hears() == []

        it.machine.set_property("r", "status", "on")

        assert it.hears() == [b"x" * 60]


def test_a_peer_that_breaks_the_framing_is_dropped(bench, devices, ends):
    it = bench(*devices, "-object", "filter-redirector,id=r,netdev=u0,indev=cb,queue=tx")
    with ends["b"].accept()[0] as source:
        source.settimeout(2)
        source.send(b"\xff" * 4 + bytes(69637))
        it.settle()

        assert it.said[-1].startswith("serious error: oversized packet received")
    assert len(it.asks()) == 1


def test_a_device_has_one_user_and_is_free_again(bench, devices, ends):
    it = bench(*devices, "-object", "filter-mirror,id=m,netdev=u0,outdev=ca")

    with pytest.raises(OptionError, match=r"^Device 'ca' is in use$"):
        it.machine.add_object("filter-redirector,id=r,netdev=u0,indev=cb,outdev=ca")
    it.machine.remove_object("m")
    it.machine.add_object("filter-redirector,id=r,netdev=u0,indev=cb,outdev=ca")


def test_a_buffer_stands_still_with_the_machine(bench):
    it = bench("-object", "filter-buffer,id=b,netdev=u0,interval=1000")
    assert it.asks() == []
    it.machine.stop()
    assert it.machine.next_deadline() is None
    it.clock.advance(5_000_000)
    assert it.hears() == []
    it.machine.resume()
    it.clock.advance(1_000_000)

    assert len(it.hears()) == 1


def test_properties_are_read_and_changed(bench):
    it = bench("-object", "filter-buffer,id=b,netdev=u0,interval=1000")
    do = it.machine.execute

    assert do("qom-get /objects/b interval") == "1000\n"
    assert do("qom-set /objects/b interval 7") == do("qom-set /objects/b queue rx") == ""
    assert do("qom-get /objects/b interval") == "7\n"
    assert do("qom-get /objects/b queue") == '"rx"\n'
    for name, value, complaint in [
        ("interval", "0", "Property 'filter-buffer.interval' requires a positive value"),
        ("interval", "x", "Parameter 'interval' expects uint64"),
        ("interval", "4294967296", "Parameter 'interval' expects uint32_t"),
        ("queue", "bad", "Parameter 'queue' does not accept value 'bad'"),
        ("zork", "1", "Property 'filter-buffer.zork' not found"),
    ]:
        assert do(f"qom-set /objects/b {name} {value}") == f"Error: {complaint}\n"


def test_most_properties_only_tell_what_they_were_set_to(bench):
    it = bench("-object", "filter-buffer,id=b,netdev=u0,interval=1000")

    for name, value in (("position", "head"), ("netdev", "zz"), ("insert", "before")):
        assert it.machine.execute(f"qom-set b {name} {value}") == ""

    assert "position=head,status=on,insert=before,netdev=zz,queue=all" in it.machine.execute(
        "info network"
    )
    assert it.asks() == []


def test_a_mirror_begins_to_tell_the_header_of_virtio(bench):
    ours, its = socket.socketpair()
    it = bench(
        *("-chardev", f"socket,id=c0,fd={its.detach()}"),
        *("-object", "filter-mirror,id=m,netdev=u0,outdev=c0"),
    )
    with ours:
        it.machine.set_property("m", "vnet_hdr_support", True)
        it.asks()

        heard = ours.recv(65536)

    assert heard[:8] == bytes([0, 0, 0, 42, 0, 0, 0, 0])


@pytest.mark.parametrize("value", ["x", "-1", "101", "nan"])
def test_a_share_is_a_percentage(value):
    with pytest.raises(OptionError, match="expects a percentage, from 0 to 100"):
        parse(["-object", f"filter-fault,id=f,netdev=u0,loss={value}"])


def test_faults_are_asked_for_in_percent(bench):
    it = bench("-object", "filter-fault,id=f,netdev=u0,loss=100,queue=rx,seed=3")

    assert it.asks() == []
    it.machine.set_property("f", "status", "off")
    assert len(it.asks()) == 1
    assert "type=filter-fault,loss=100,duplicate=0," in it.machine.execute("info network")
