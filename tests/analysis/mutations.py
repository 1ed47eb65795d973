"""What a network may say wrong, by the rule that has to notice it.

A mutation takes a golden, changes what the network said, mends lengths and checksums so that only
the change is wrong, and names the rules that notice, no more and no fewer.
"""

from dataclasses import replace

from exchanges import (
    SECOND,
    Change,
    again,
    both,
    edit,
    edited,
    hasty,
    mend,
    options,
    other,
    put,
    raw,
    resized,
    shortened,
    spoken,
    total,
    unanswered,
)

ROUTER, NAMESERVER = bytes((10, 0, 2, 2)), bytes((10, 0, 2, 3))


def as_arp_reply(address):
    """An ARP reply for ``address`` to whoever sent the last frame."""

    def make(frame, last):
        mac = b"\x52\x55" + address
        return put(frame, {0: last[6:12], 6: mac, 22: mac, 28: address, 32: last[22:32]})

    return make


def as_echo_reply(frame, last):
    """A reply to the echo in the last frame."""
    head = put(frame[:34], {26: last[30:34], 30: last[26:30]})
    length = int.from_bytes(last[16:18], "big") - (last[14] & 15) * 4
    data = last[14 + (last[14] & 15) * 4 :][: max(length, 8)].ljust(8, b"\0")
    head = put(head, {16: (20 + len(data)).to_bytes(2, "big")})
    return (head + b"\0" + data[1:]).ljust(60, b"\0")


def as_dhcp_reply(frame, last):
    """A reply to the BOOTP message in the last frame."""
    return put(frame, {46: last[46:50].ljust(4, b"\0"), 70: last[70:76].ljust(6, b"\0")})


def as_response(frame, last):
    """An NC-SI response to the command in the last frame, and its checksum."""
    body = put(frame, {17: last[17:18], 18: bytes((last[18] | 0x80,))})
    end = 30 + int.from_bytes(frame[20:22], "big")
    value = -total(body[14:end]) & 0xFFFFFFFF
    return put(body, {end: value.to_bytes(4, "big")})


def as_answer(frame, last):
    """A datagram back to where the last frame came from."""
    return put(frame, {26: last[30:34], 30: last[26:30], 34: last[36:38], 36: last[34:36]})


ARP_REPLY = ("arp/ARP-01.router.pcap", "arp")
ECHO_REPLY = ("icm/ICM-01.8.pcap", "echo")
OFFER = ("dhcp/DHCP-03.pcap", "offer")
ACK = ("dhcp/DHCP-03.pcap", "ack")
ANSWER = ("udp/UDP-06.answer.0.pcap", "udp")
BLOCK = ("tftp/TFTP-10.1.pcap", "block")
ERROR = ("icm/ICM-09.203.0.113.9.pcap", "error")


def without_reply(steps):
    """The golden three times, in the second without what the router has sent."""
    middle = [s for s in steps if s.guest or s.frame[12:14] != b"\x08\x00"]
    return [*steps, *other(middle), *steps]


def narrowed(steps):
    """The golden with a guest that offers a window of 1000 octets."""
    return [
        replace(s, frame=edited(s.frame, {48: b"\x03\xe8"}))
        if s.guest and s.frame[23:24] == b"\6"
        else s
        for s in steps
    ]


#: Golden, change, what must notice it.
MUTATIONS: dict[str, tuple[str, Change, set[str]]] = {
    "ARP-01": ("arp/ARP-01.router.pcap", unanswered("arp"), {"ARP-01"}),
    "ARP-02": (
        "arp/ARP-01.router.pcap",
        edit("arp", {6: "525400123502", 22: "525400123502"}),
        {"ARP-02", "SEED-02"},
    ),
    "ARP-04": (
        "arp/ARP-04.10.0.2.255.pcap",
        spoken(ARP_REPLY, as_arp_reply(bytes((10, 0, 2, 255))), 1),
        {"ARP-04"},
    ),
    "ARP-05": ("arp/ARP-05.pcap", edit("arp", {38: "0a000263"}), {"ARP-05"}),
    "ARP-06": ("arp/ARP-06.hardware-type.pcap", unanswered("arp"), {"ARP-06"}),
    "ARP-07": (
        "arp/ARP-07.41.pcap",
        spoken(ARP_REPLY, as_arp_reply(bytes((10, 0, 2, 255))), 1),
        {"ARP-07"},
    ),
    "ARP-08": ("arp/ARP-08.router.pcap", spoken(ARP_REPLY, as_arp_reply(ROUTER), 1), {"ARP-08"}),
    "ARP-09": ("arp/ARP-09.10.0.2.2.pcap", unanswered("arp"), {"ARP-09"}),
    "ARP-10": (
        "arp/ARP-10.pcap",
        spoken(("arp/ARP-15.pcap", "who-has"), lambda f, _: put(f, {38: bytes((10, 0, 2, 40))}), 3),
        {"ARP-10"},
    ),
    "ARP-11": ("arp/ARP-11.10.0.2.255.pcap", edit("echo", {0: "525400123456"}), {"ARP-11"}),
    "ARP-13": (
        "arp/ARP-01.router.pcap",
        spoken(("arp/ARP-15.pcap", "who-has"), lambda f, _: put(f, {38: bytes((10, 0, 2, 15))})),
        {"ARP-13"},
    ),
    "ARP-14": (
        "arp/ARP-14.pcap",
        spoken(("arp/ARP-15.pcap", "who-has"), lambda f, _: put(f, {38: bytes((10, 0, 2, 15))}), 2),
        {"ARP-14"},
    ),
    "ARP-15": ("arp/ARP-15.pcap", edit("who-has", {32: "525400123456"}), {"ARP-15"}),
    "ARP-16": ("rst/RST-01.10.0.2.2.pcap", unanswered("arp"), {"ARP-01", "ARP-16", "RST-01"}),
    "GEN-01": ("gen/GEN-01.pcap", edit("echo", {59: "01"}), {"GEN-01"}),
    "GEN-02": ("gen/GEN-02.pcap", resized("arp", 60), {"GEN-02"}),
    "GEN-03": ("gen/GEN-03.10.0.2.3.pcap", edit("echo", {6: "52550a000203"}), {"GEN-03"}),
    "GEN-04": ("gen/GEN-04.02-11-22-33-44-55.pcap", unanswered("echo"), {"GEN-04"}),
    "GEN-05": (
        "gen/GEN-05.vlan.0x8100.pcap",
        spoken(ARP_REPLY, lambda f, _: put(f, {12: b"\x81\0"})),
        {"GEN-05"},
    ),
    "GEN-06": ("gen/GEN-06.pcap", without_reply, {"GEN-06"}),
    "GEN-07": ("gen/GEN-07.10.0.2.255.pcap", edit("echo", {0: "525400123456"}), {"GEN-07"}),
    "GEN-14": ("ip4/IP4-09.pcap", shortened("fragment", -8), {"GEN-14", "IP4-09"}),
    "ICM-01": ("icm/ICM-01.8.pcap", edit("echo", {43: "55"}), {"ICM-01"}),
    "ICM-02": ("icm/ICM-02.pcap", edit("echo", {43: "55"}), {"ICM-02"}),
    "ICM-03": (
        "icm/ICM-03.checksum.10.0.2.2.pcap",
        spoken(ECHO_REPLY, as_echo_reply, 2),
        {"ICM-03"},
    ),
    "ICM-04": (
        "icm/ICM-04.13-10.0.2.2.pcap",
        spoken(ECHO_REPLY, lambda f, last: put(as_echo_reply(f, last), {34: b"\x0e"}), 2),
        {"ICM-04"},
    ),
    "ICM-05": ("icm/ICM-05.198.51.100.10.pcap", edit("echo", {22: "40"}), {"ICM-05"}),
    "ICM-09": ("icm/ICM-09.203.0.113.9.pcap", edit("error", {26: "cb007109"}), {"ICM-09"}),
    "ICM-10": ("icm/ICM-10.pcap", edit("error", {15: "00"}), {"ICM-10"}),
    "ICM-10 quoted": ("icm/ICM-10.pcap", edit("error", {72: "ff"}), {"ICM-10"}),
    "ICM-11": ("icm/ICM-10.pcap", edit("error", {48: "0001"}), {"ICM-10", "ICM-11"}),
    "ICM-13": (
        "rst/RST-05.127.0.0.1.pcap",
        spoken(ECHO_REPLY, as_echo_reply, 2),
        {"ICM-13", "RST-05"},
    ),
    "ICM-14": ("icm/ICM-10.pcap", edit("error", {34: "05"}), {"ICM-14"}),
    "ICM-15": ("icm/ICM-15.10.0.2.2.pcap", without_reply, {"ICM-15"}),
    "RST-04": (
        "rst/RST-04.10.0.2.2.pcap",
        unanswered("echo"),
        {"ICM-01", "ICM-13", "RST-04", "SEED-12", "SEED-23"},
    ),
    "SEED-01": ("icm/ICM-02.pcap", unanswered("echo"), {"ICM-02", "SEED-01", "SEED-23"}),
    "SEED-12": ("icm/ICM-01.8.pcap", unanswered("echo"), {"ICM-01", "SEED-12", "SEED-23"}),
    "IP4-01": (
        "ip4/IP4-01.chksum-48879.pcap",
        spoken(ECHO_REPLY, as_echo_reply, 2),
        {"IP4-01"},
    ),
    "IP4-02": ("ip4/IP4-02.pcap", shortened("echo", -8), {"IP4-02"}),
    "IP4-03": ("ip4/IP4-03.10.0.2.2.pcap", spoken(ECHO_REPLY, as_echo_reply, 2), {"IP4-03"}),
    "IP4-04": ("ip4/IP4-04.no-operation.pcap", unanswered("echo"), {"IP4-04"}),
    "IP4-05": (
        "ip4/IP4-05.253.pcap",
        spoken(ERROR, lambda f, last: put(f, {30: last[26:30], 35: b"\2", 51: b"\xfd"})),
        {"IP4-05"},
    ),
    "IP4-08": ("ip4/IP4-08.1032.pcap", without_reply, {"ICM-15", "IP4-08"}),
    "IP4-09": ("ip4/IP4-09.pcap", edit("fragment", {20: "6000"}), {"IP4-09"}),
    "IP4-10": ("ip4/IP4-10.pcap", edit("echo", {20: "0000"}), {"IP4-10"}),
    "IP4-11": ("ip4/IP4-11.0x28-10.0.2.2.pcap", edit("echo", {15: "01"}), {"IP4-11"}),
    "IP4-12": ("udp/UDP-06.answer.0.pcap", edit("udp", {22: "ff"}), {"IP4-12"}),
    "DHCP-01": (
        "dhcp/DHCP-01.elsewhere.10.0.2.3.pcap",
        spoken(OFFER, as_dhcp_reply, 2),
        {"DHCP-01"},
    ),
    "DHCP-02": ("dhcp/DHCP-02.2.pcap", spoken(OFFER, as_dhcp_reply, 1), {"DHCP-02"}),
    "DHCP-03": ("dhcp/DHCP-03.pcap", edit("offer", {284: "05"}), {"DHCP-03"}),
    "DHCP-03 silence": (
        "dhcp/DHCP-03.release.7.pcap",
        lambda steps: unanswered("nak")([*steps, *steps]),
        {"DHCP-03"},
    ),
    "DHCP-04": ("dhcp/DHCP-03.pcap", edit("offer", {30: "0a00020f"}), {"DHCP-04"}),
    "DHCP-05": ("dhcp/DHCP-03.pcap", edit("offer", {580: "01"}), {"DHCP-05"}),
    "DHCP-06": ("dhcp/DHCP-03.pcap", edit("offer", {52: "8000"}), {"DHCP-06"}),
    "DHCP-06 xid": ("dhcp/DHCP-03.pcap", edit("offer", {46: "55555555"}), {"DHCP-06"}),
    "DHCP-07": ("dhcp/DHCP-03.pcap", edit("offer", {62: "00000000"}), {"DHCP-07"}),
    "DHCP-08": ("dhcp/DHCP-21.192.168.1.5.pcap", edit("nak", {150: "61"}), {"DHCP-08"}),
    "DHCP-08 file": ("dhcp/DHCP-03.pcap", edit("ack", {150: "61"}), {"DHCP-08"}),
    "DHCP-09": (
        "dhcp/DHCP-03.pcap",
        options(
            "offer",
            "350102 0104ffffff00 36040a000202 03040a000202 06040a000203 330400015180 ff",
        ),
        {"DHCP-09"},
    ),
    "DHCP-10": ("dhcp/DHCP-03.pcap", edit("offer", {311: "00000e10"}), {"DHCP-10"}),
    "DHCP-11": (
        "dhcp/DHCP-03.pcap",
        options("ack", "350105 36040a000202 0104ffffff00 03040a000202 330400015180 ff"),
        {"DHCP-11"},
    ),
    "DHCP-12": (
        "dhcp/DHCP-03.pcap",
        options(
            "ack",
            "350105 36040a000202 0104ffffff00 03040a000202 06040a000203 330400015180"
            "3c0a48545450436c69656e74 ff",
        ),
        {"DHCP-12"},
    ),
    "DHCP-13": (
        "dhcp/DHCP-03.pcap",
        options(
            "ack",
            "350105 36040a000202 0104ffffff00 03040a000202 06040a000203 330400015180"
            f"0c21{'61' * 33} ff",
        ),
        {"DHCP-13"},
    ),
    "DHCP-15": (
        "dhcp/DHCP-03.pcap",
        options(
            "ack",
            "350105 36040a000202 0104ffffff00 03040a000202 06040a000203 330400015180"
            "77040261c003 ff",
        ),
        {"DHCP-15"},
    ),
    "DHCP-17": ("dhcp/DHCP-18.pcap", edit("offer", {58: "0a000263"}, 2), {"DHCP-17"}),
    "DHCP-18": ("dhcp/DHCP-18.pcap", edit("offer", {58: "0a000211"}, 3), {"DHCP-18"}),
    "DHCP-19": (
        "dhcp/DHCP-19.10.0.2.20.pcap",
        both(lambda steps: [*steps, *steps], edit("offer", {58: "0a000215"}, 2)),
        {"DHCP-19"},
    ),
    "DHCP-20": ("dhcp/DHCP-20.pcap", edit("ack", {58: "0a000211"}), {"DHCP-20"}),
    "DHCP-21": (
        "dhcp/DHCP-21.192.168.1.5.pcap",
        edit("nak", {58: "00000000"}),
        {"DHCP-21"},
    ),
    "DHCP-22": ("dhcp/DHCP-22.renew.pcap", edit("ack", {58: "0a000211"}), {"DHCP-22"}),
    "DHCP-23": ("dhcp/DHCP-23.pcap", edit("ack", {58: "0a000211"}, 2), {"DHCP-23"}),
    "DHCP-24": (
        "dhcp/DHCP-24.cookie.pcap",
        both(lambda steps: [*steps, *steps], edit("ack", {58: "0a000211"}, 2)),
        {"DHCP-24"},
    ),
    "DHCP-25": ("dhcp/DHCP-25.server_id.pcap", unanswered("ack", 2), {"DHCP-25"}),
    "DHCP-26": ("dhcp/DHCP-26.235.pcap", spoken(ACK, as_dhcp_reply, 1), {"DHCP-26"}),
    "DHCP-27": (
        "dhcp/DHCP-18.pcap",
        edit("offer", {58: "0a00020f"}, 2),
        {"DHCP-27"},
    ),
    "RST-02": (
        "rst/RST-02.pcap",
        options(
            "offer",
            "350102 36040a000202 0104ffffff00 03040a000202 06040a000203 330400015180 ff",
        ),
        {"RST-02"},
    ),
}


MUTATIONS |= {
    "DNS-01": (
        "dns/DNS-01.198.51.100.10.pcap",
        edit("udp", {26: "c633640a"}),
        {"DNS-01"},
    ),
    "DNS-03": ("dns/DNS-03.udp-54.pcap", spoken(ANSWER, as_answer, 2), {"DNS-03"}),
    "DNS-10": ("dns/DNS-10.pcap", spoken(ANSWER, as_answer, 2), {"DNS-10", "RST-06"}),
    "UDP-04": ("udp/UDP-06.answer.0.pcap", edit("udp", {26: "7f000001"}), {"UDP-04"}),
    "UDP-06": ("udp/UDP-06.answer.0.pcap", raw("udp", {40: "0000"}), {"UDP-06"}),
    "UDP-07": ("udp/UDP-06.answer.0.pcap", edit("udp", {38: "0009"}), {"UDP-07"}),
    "UDP-08": ("udp/UDP-08.1-10.0.2.2.pcap", spoken(ANSWER, as_answer, 2), {"UDP-08"}),
    "UDP-12": ("udp/UDP-12.answer.1473.pcap", raw("udp", {60: "ffff"}), {"UDP-06", "UDP-12"}),
    "UDP-14": (
        "udp/UDP-14.10.0.2.2.pcap",
        spoken(ANSWER, as_answer, 2),
        {"RST-06", "UDP-14"},
    ),
    "TFTP-02": ("tftp/TFTP-10.1.pcap", edit("block", {34: "8000"}), {"TFTP-02"}),
    "TFTP-03": ("tftp/TFTP-03.again.pcap", edit("block", {44: "0003"}, 3), {"TFTP-03", "TFTP-11"}),
    "TFTP-04": (
        "tftp/TFTP-04.others.netascii.pcap",
        edit("tftp", {44: "0001"}),
        {"TFTP-04", "TFTP-07"},
    ),
    "TFTP-06": ("tftp/TFTP-06.up.pcap", edit("tftp", {44: "0000"}), {"TFTP-06"}),
    "TFTP-07": ("tftp/TFTP-07.missing.pcap", edit("tftp", {46: "66"}), {"TFTP-07"}),
    "TFTP-08": ("tftp/TFTP-07.missing.pcap", edit("tftp", {34: "0000"}), {"TFTP-08"}),
    "TFTP-09": ("tftp/TFTP-09.length.512.pcap", edit("tftp", {44: "0000"}), {"TFTP-09"}),
    "TFTP-10": ("tftp/TFTP-10.1.pcap", edit("block", {44: "0002"}), {"TFTP-10"}),
    "TFTP-10 short": ("tftp/TFTP-10.1024.pcap", shortened("block", 12), {"TFTP-10"}),
    "TFTP-11": ("tftp/TFTP-11.7.pcap", edit("block", {44: "0008"}, 2), {"TFTP-11"}),
    "TFTP-12": ("tftp/TFTP-11.7.pcap", again("block", 5), {"TFTP-12"}),
    "TFTP-14": (
        "tftp/TFTP-14.error.pcap",
        spoken(("tftp/TFTP-11.7.pcap", "block"), lambda f, _: f, 5),
        {"TFTP-14"},
    ),
    "TFTP-15": (
        "tftp/TFTP-15.2.pcap",
        spoken(("tftp/TFTP-07.missing.pcap", "tftp"), lambda f, _: put(f, {44: b"\0\4"}), 2),
        {"TFTP-15"},
    ),
    "TFTP-16": ("tftp/TFTP-16.tsize.pcap", edit("oack", {44: "54"}), {"TFTP-16"}),
    "TFTP-17": ("tftp/TFTP-17.77-77.pcap", edit("oack", {50: "38"}), {"TFTP-17"}),
    "TFTP-18": ("tftp/TFTP-18.8192.pcap", edit("oack", {52: "39"}), {"TFTP-18"}),
    "TFTP-19": ("tftp/TFTP-19.0.pcap", edit("block", {44: "0002"}), {"TFTP-19"}),
    "TFTP-23": ("tftp/TFTP-23.pcap", edit("udp6", {64: "0002"}), {"TFTP-23"}),
    "TFTP-25": ("tftp/TFTP-25.pcap", resized("block", 1475), {"TFTP-25"}),
    "TCP-01": ("tcp/TCP-11.pcap", edit("syn-ack", {42: "00000001"}), {"TCP-01"}),
    "TCP-02": ("tcp/TCP-02.A.pcap", edit("rst", {48: "0001"}), {"TCP-02"}),
    "TCP-02 numbers": ("tcp/TCP-02.A.pcap", edit("rst", {38: "00000007"}), {"TCP-02"}),
    "TCP-03": (
        "tcp/TCP-03.pcap",
        spoken(
            ("tcp/TCP-11.pcap", "syn-ack"),
            lambda f, last: put(as_answer(f, last), {38: (64001).to_bytes(4, "big")}),
            2,
        ),
        {"TCP-03"},
    ),
    "TCP-04": ("tcp/TCP-04.pcap", edit("rst", {38: "00000001"}), {"TCP-04"}),
    "TCP-05": ("tcp/TCP-05.network.pcap", edit("error", {35: "03"}), {"TCP-05"}),
    "TCP-06": (
        "tcp/TCP-07.pcap",
        spoken(("tcp/TCP-22.pcap", "fin"), as_answer, 2),
        {"TCP-06"},
    ),
    "TCP-10": ("tcp/TCP-10.pcap", edit("syn-ack", {38: "00000777"}, 2), {"TCP-10"}),
    "TCP-11": ("tcp/TCP-11.pcap", edit("syn-ack", {56: "0200"}), {"TCP-11"}),
    "TCP-13": ("tcp/TCP-13.1460.pcap", shortened("segment", -8), {"TCP-13"}),
    "TCP-15": ("tcp/TCP-15.pcap", edit("pure", {42: "000003e8"}, 1), {"TCP-15"}),
    "TCP-18": ("tcp/TCP-18.pcap", narrowed, {"TCP-18"}),
    "TCP-18 begin": (
        "tcp/TCP-18.pcap",
        lambda steps: [s for i, s in enumerate(steps, 1) if i != 9],
        {"TCP-18"},
    ),
    "TCP-19": ("tcp/TCP-19.pcap", lambda steps: [*steps[:18], *steps[21:]], {"TCP-19"}),
    "TCP-20": ("tcp/TCP-20.data.pcap", hasty("segment", 2, 3), {"TCP-20"}),
    "TCP-20 handshake": ("tcp/TCP-20.pcap", hasty("syn-ack", 2, 2), {"TCP-20"}),
    "TCP-21": ("tcp/TCP-21.pcap", hasty("segment", 2), {"TCP-21"}),
    "TCP-22": (
        "tcp/TCP-22.pcap",
        both(
            lambda steps: [*steps[:5], *(replace(s, time=s.time + 2 * SECOND) for s in steps[6:7])],
            edit("segment", {42: "000003e9"}),
        ),
        {"TCP-22"},
    ),
    "TCP-20 again": ("tcp/TCP-22.pcap", again("segment", 0), {"TCP-20"}),
    "TCP-23": (
        "tcp/TCP-22.pcap",
        spoken(
            ("tcp/TCP-22.pcap", "segment"), lambda f, _: put(f, {38: (7).to_bytes(4, "big")}), 10
        ),
        {"TCP-23"},
    ),
    "TCP-25": ("tcp/TCP-25.pcap", edit("rst", {47: "04"}), {"TCP-25"}),
    "TCP-29": (
        "tcp/TCP-29.pcap",
        spoken(
            ("tcp/TCP-22.pcap", "pure"),
            lambda f, _: put(f, {38: (1).to_bytes(4, "big"), 42: (1001).to_bytes(4, "big")}),
            5,
        ),
        {"TCP-29"},
    ),
    "TCP-30": ("tcp/TCP-30.80-8.pcap", edit("segment", {15: "00"}), {"TCP-30"}),
    "TCP-33": (
        "tcp/TCP-33.10.0.2.2-8080.pcap",
        edit("rst", {22: "40"}),
        {"RST-07", "TCP-33"},
    ),
    "HFW-02": ("hfw/HFW-02.pcap", edit("syn", {48: "2000"}), {"HFW-02"}),
    "HFW-05": ("hfw/HFW-05.again.pcap", hasty("syn", 2, 2), {"HFW-05"}),
    "GFW-07": ("gfw/GFW-07.536.pcap", shortened("segment", -8), {"GFW-07"}),
    "IP6-02": ("ip6/IP6-02.router.pcap", edit("na", {6: "525400123502"}), {"IP6-02"}),
    "IP6-03": ("ip6/IP6-03.pcap", edit("ra", {29: "99"}), {"IP6-03"}),
    "IP6-04": ("ip6/IP6-04.pcap", edit("ra", {60: "0001"}), {"IP6-04"}),
    "IP6-07": ("ip6/IP6-07.fec0-2.pcap", edit("na", {58: "60"}), {"IP6-07"}),
    "IP6-08": ("ip6/IP6-08.size.1.pcap", edit("echo6", {21: "40"}), {"IP6-08"}),
    "IP6-09": ("ip6/IP6-09.last.fec0-2.pcap", edit("error6", {55: "01"}), {"IP6-09"}),
    "IP6-10": ("ip6/IP6-10.fec0-2-4000.pcap", edit("error6", {58: "00000500"}), {"IP6-10"}),
    "IP6-12": (
        "ip6/IP6-12.router.pcap",
        lambda steps: [replace(s, frame=mend(s.frame.replace(b"tftp:", b"http:"))) for s in steps],
        {"IP6-11", "IP6-12"},
    ),
    "IP6-14": (
        "ip6/IP6-14.no-route.2001-db8-1-9-udp.pcap",
        edit("error6", {69: "ff"}),
        {"IP6-14"},
    ),
    "IP6-16": ("ip6/IP6-16.pcap", edit("ns", {21: "40"}), {"IP6-16"}),
    "IP6-22": (
        "ip6/IP6-22.5.pcap",
        spoken(("ip6/IP6-08.size.1.pcap", "echo6"), lambda f, _: f, 2),
        {"IP6-22"},
    ),
    "RST-10": ("rst/RST-10.echo.fec0-2.pcap", unanswered("echo6"), {"IP6-08", "RST-10"}),
    "RST-11": (
        "rst/RST-11.router.pcap",
        spoken(
            ("ip6/IP6-13.fec0-2-1.pcap", "udp6"),
            lambda f, last: put(
                f, {22: last[38:54], 38: last[22:38], 54: last[56:58], 56: last[54:56]}
            ),
            3,
        ),
        {"RST-11"},
    ),
    "RST-12": (
        "rst/RST-12.fec0-2-8080.pcap",
        spoken(
            ("ip6/IP6-13.tcp.fec0-2-1.pcap", "syn-ack6"),
            lambda f, _: put(f, {62: (5001).to_bytes(4, "big")}),
            2,
        ),
        {"RST-12"},
    ),
    "NCSI-01": ("ncsi/NCSI-01.pcap", edit("ncsi", {6: "52550a000202"}), {"NCSI-01"}),
    "NCSI-02": (
        "ncsi/NCSI-02.short.15.pcap",
        spoken(("ncsi/NCSI-03.0x00.pcap", "ncsi"), as_response, 1),
        {"NCSI-02"},
    ),
    "NCSI-03": ("ncsi/NCSI-03.0x00.pcap", edit("ncsi", {31: "01", 37: "f3"}), {"NCSI-03"}),
    "NCSI-04": ("ncsi/NCSI-04.0x5a.pcap", edit("ncsi", {21: "04", 33: "f4"}), {"NCSI-04"}),
    "NCSI-05": ("ncsi/NCSI-05.padding.pcap", edit("ncsi", {59: "01"}), {"NCSI-05"}),
    "RST-13": ("rst/RST-13.pcap", unanswered("ncsi"), {"NCSI-01", "RST-13"}),
}
