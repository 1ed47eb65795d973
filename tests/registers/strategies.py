"""What programs of several models are made of, and how many of them are tried."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from side_by_side import MAC, Config, Operation

THOROUGH = "thorough"
#: How many times as many programs are tried under ``--hypothesis-profile=thorough``.
_THOROUGHNESS = 100

OURS = bytes.fromhex(MAC.replace(":", ""))
BROADCAST = b"\xff" * 6
GROUP = bytes.fromhex("01005e000001")
GROUP6 = bytes.fromhex("333300000001")
NOBODY = bytes(6)
#: Whom a frame may be for.
MACS = (BROADCAST, OURS, GROUP, GROUP6, NOBODY)

octets = st.integers(0, 255)
words = st.integers(0, 0xFFFF)
longs = st.integers(0, 0xFFFF_FFFF)


def examples(count: int) -> settings:
    """``count`` programs, however long they take; a hundred times as many if thorough."""
    thorough = settings.get_current_profile_name() == THOROUGH
    return settings(
        max_examples=count * (_THOROUGHNESS if thorough else 1),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def frames_of(
    lengths: st.SearchStrategy[int],
    heads: st.SearchStrategy[bytes] | None = None,
    fills: st.SearchStrategy[int] = octets,
) -> st.SearchStrategy[bytes]:
    """Frames of a head (one of ``MACS``) and the same octet again and again, cut to a length."""
    return st.builds(
        lambda head, length, fill: (head + bytes([fill]) * length)[:length],
        st.sampled_from(MACS) if heads is None else heads,
        lengths,
        fills,
    )


#: Configuration space as it is.
CONFIGURATION: list[Operation] = [Config(offset) for offset in range(0, 0x100, 4)]

#: Which of its bits can be set, and cleared; the NIC stays where it is.
SIZING: list[Operation] = [
    step
    for offset in range(0, 0x100, 4)
    for step in (
        Config(offset),
        Config(offset, 4, 0xFFFF_FFFF if offset != 4 else 0xFFFF_0407),
        Config(offset),
        Config(offset, 4, 0),
        Config(offset),
    )
]
