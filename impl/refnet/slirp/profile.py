"""Where versions of QEMU differ, as data. Code asks the profile, never the version."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One version's behaviour; every field names a catalogue entry."""

    name: str
    #: First octets of the stack's own MAC; None of the rest: see ``arp.mac_of`` (ARP-02, LEG-01).
    mac_prefix: bytes = b"\x52\x55"


QEMU_7_2 = Profile("qemu-7.2")
QEMU_0_6 = Profile("qemu-0.6", mac_prefix=b"\x52\x54\x00\x12\x35")

PROFILES = {profile.name: profile for profile in (QEMU_7_2, QEMU_0_6)}
