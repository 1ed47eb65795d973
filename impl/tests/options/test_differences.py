"""Command lines made at random, which refnet and QEMU 7.2 are to judge alike.

A line has up to four of ``-netdev``, ``-nic``, ``-net``, ``-device`` and ``-object``, with keys and
values that are right and wrong. Status and standard error are compared. The profile ``thorough``
(``--hypothesis-profile=thorough``) tries thousands.
"""

import re
import shutil
import socket
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refnet.clock import ManualClock
from refnet.errors import OptionError
from refnet.machine import Machine
from refnet.options import boards, models, parse

QEMU = "qemu-system-x86_64"
GUESTLESS = ["-M", "none", "-nodefaults", "-nographic", "-monitor", "none", "-serial", "none"]


def words(text):
    return text.split()


SWITCH = [*words("on off yes no true y n 1 maybe ON"), ""]
NUMBER = [*words("0 1 5 -1 0x10 010 zz 65535 70000 4294967296 1.5 1K"), ""]
ADDRESS = [*words("10.0.2.2 10.0.2.3 10.0.3.1 1.2.3.4 x 256.1.1.1 10.0.2 127.0.0.1"), ""]
ADDRESS6 = [*words("fec0:: fec0::2 :: x fe80::1 1::2::3 fec0::/64"), ""]
TEXT = [*words("x a,,b help /tmp example.org"), ""]
NAME = words("u u a a b 1x a_b a!")
KNOWN = [*words("u a b zz"), ""]
MAC = [*words("52:54:00:12:34:56 52-54-00-00-00-01 zz 01:00:00:00:00:01 5 0:1:2:3:4:5"), ""]

USER = {
    "net": words("10.0.2.0/24 10.0.0.0/8 192.168.1.0 x 10.0.2.0/33 10.0.2.0/255.255.255.0 /24"),
    **dict.fromkeys(("host", "dns", "dhcpstart", "smbserver"), ADDRESS),
    **dict.fromkeys(("restrict", "ipv4", "ipv6"), SWITCH),
    **dict.fromkeys(("hostname", "domainname", "bootfile"), TEXT),
    "dnssearch": words("x a,,b example.org"),
    "tftp": words("/tmp /no/such /etc/passwd"),
    "hostfwd": words("tcp::0-:22 udp:127.0.0.1:0-10.0.2.15:53 tcp::zz-:22 tcp::0 icmp::0-:1 x"),
    "guestfwd": words("tcp:10.0.2.100:80-null tcp:10.0.2.2:81-null tcp::82-null udp::80-null x"),
    "ipv6-prefixlen": words("64 127 0 -1 x"),
    **dict.fromkeys(("ipv6-prefix", "ipv6-host", "ipv6-dns"), ADDRESS6),
}
SOCKET = {
    "listen": words("127.0.0.1:0 :0 x 1.2.3:0 :zz"),
    "connect": words("x 127.0.0.1:zz"),
    "mcast": words("1.2.3.4:1 x"),
    "udp": words("127.0.0.1:1 x"),
    "localaddr": words("127.0.0.1 127.0.0.1:0 x"),
    "fd": words("x 99"),
}
L2TPV3 = {
    "src": ["127.0.0.1", ""],
    "dst": ["127.0.0.1", ""],
    **dict.fromkeys(("ipv6", "udp", "cookie64", "counter", "pincounter"), SWITCH),
    **dict.fromkeys(("txcookie", "rxcookie", "txsession", "rxsession", "offset"), NUMBER),
}
TYPES = {
    "user": USER,
    "socket": SOCKET,
    "hubport": {"hubid": NUMBER, "netdev": KNOWN},
    "l2tpv3": L2TPV3,
    "vde": {"sock": ["/no/such", ""], "port": NUMBER, "group": ["root", ""], "mode": NUMBER},
    "stream": {
        "server": SWITCH,
        "addr.type": words("inet unix fd bogus"),
        "addr.host": ["127.0.0.1"],
        "addr.port": ["0", "zz"],
        "addr.path": ["/no/such/x"],
    },
    "bogus": {"x": ["1"]},
}
CARD = {
    "model": [*words("e1000 rtl8139 ne2k_isa usb-net virtio bogus"), ""],
    "macaddr": MAC,
    "netdev": KNOWN,
    "addr": words("4 zz 5.1 20"),
    "vectors": NUMBER,
}
FILTER = {
    "queue": words("rx tx all x"),
    "status": words("on off x"),
    "position": words("head tail id=f id=zz x"),
    "insert": words("before behind x"),
}
FILTERS = {
    "filter-dump": {"file": ["/dev/null", "/no/such/x"], "maxlen": NUMBER},
    "filter-mirror": {"outdev": words("c0 zz"), "vnet_hdr_support": SWITCH},
    "filter-redirector": {"indev": words("c0 zz"), "outdev": words("c0 c1 zz")},
    "filter-buffer": {"interval": NUMBER},
    "filter-rewriter": {"vnet_hdr_support": SWITCH},
    "filter-replay": {},
    "filter-bogus": {"x": ["1"]},
}
MODELS = words(
    "e1000 e1000e rtl8139 pcnet ne2k_pci ne2k_isa usb-net i82559c tulip vmxnet3"
    " virtio-net-pci virtio-net-pci-transitional"
)
#: What depends on the host's ROM files, or what QEMU does not survive.
UNTRIED = words("romfile romsize pcap irq")


def properties(name):
    """Keys of a NIC model with values to try."""
    model = models.for_device(name, boards.find("pc"))
    values = {"bool": SWITCH, "str": TEXT, "OnOffAuto": words("on off auto zz")}
    own = {
        each.name: values.get(each.kind, NUMBER)
        for each in model.properties
        if each.name not in (*UNTRIED, "tx", "x-txburst", "vectors")
    }
    places = words("4 5.1 0 1f.7 20 x 4.8 -1 1.1")
    buses = words("pci.0 isa.0 pcie.0 zz")
    return {**own, "netdev": KNOWN, "mac": MAC, "addr": places, "bus": buses, "foo": ["1"]}


@st.composite
def arguments(draw, option, kinds, name=True):
    """One option with its argument."""
    kind = draw(st.sampled_from(sorted(kinds)))
    keys = sorted(kinds[kind])
    parts = [f"id={draw(st.sampled_from(NAME))}"] if name else []
    for key in draw(st.lists(st.sampled_from(keys), max_size=3, unique=True)) if keys else []:
        parts.append(f"{key}={draw(st.sampled_from(kinds[kind][key]))}")
    parts = draw(st.permutations(parts))
    return [option, ",".join([kind, *parts])]


FILTERED = {kind: {"netdev": KNOWN, **FILTER, **own} for kind, own in FILTERS.items()}
NIC = {
    kind: {**keys, "model": CARD["model"], "mac": MAC}
    for kind, keys in TYPES.items()
    if kind in ("user", "socket", "hubport", "bogus")
}
DEVICES = {name: properties(name) for name in MODELS}
OPTIONS = st.one_of(
    arguments("-netdev", TYPES),
    arguments("-nic", NIC, name=False),
    arguments("-net", {"nic": CARD, "user": USER}, name=False),
    arguments("-device", DEVICES),
    arguments("-object", FILTERED),
)
MACHINES = st.sampled_from(words("none none pc pc pc q35 isapc"))


@st.composite
def command_lines(draw):
    usb = draw(st.sampled_from([[], [], ["-usb"]]))
    line = ["-M", draw(MACHINES), *usb, "-chardev", "null,id=c0", "-chardev", "null,id=c1"]
    for option in draw(st.lists(OPTIONS, min_size=1, max_size=4)):
        line += option
    return line


def of_refnet(argv):
    said = []
    try:
        Machine(parse([*GUESTLESS, *argv], said.append), ManualClock(), said.append).close()
    except OptionError as error:
        return 1, comparable("\n".join([*said, str(error)]))
    return 0, comparable("\n".join(said))


def of_qemu(argv):
    ours, its = socket.socketpair()
    command = [QEMU, *GUESTLESS]
    command += ["-chardev", f"socket,id=qmp,fd={its.fileno()}", "-mon", "chardev=qmp,mode=control"]
    with subprocess.Popen(
        [*command, *argv],
        pass_fds=[its.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        its.close()
        with ours:
            try:
                if ours.recv(4096):
                    ours.sendall(b'{"execute":"qmp_capabilities"}{"execute":"quit"}')
                _, errors = process.communicate(timeout=60)
            except ConnectionError:
                _, errors = process.communicate(timeout=60)
            finally:
                process.kill()
    return process.returncode, comparable(errors.replace(f"{QEMU}: ", ""))


def comparable(text):
    """Without what is random: names made up, GLib's opinion of QEMU, which unknown key is told."""
    lines = [line for line in text.splitlines() if line and not line.startswith("GLib: ")]
    text = re.sub(r"#net(\d)\d\d", r"#net\1", "\n".join(lines))
    return re.sub(r"Parameter '[^']*' is unexpected|Invalid parameter '[^']*'", "unknown", text)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which(QEMU) is None, reason="qemu-system-x86 is not installed")
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=settings().max_examples <= 100,
)
@given(command_lines())
def test_refnet_judges_a_command_line_as_qemu_does(line):
    status, said = of_qemu(line)

    if status >= 0:
        assert of_refnet(line) == (status, said)
    else:
        assert of_refnet(line)[0] in (0, 1)
