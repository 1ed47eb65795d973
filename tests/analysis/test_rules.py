"""The rules that need no target: real QEMU keeps them, and each notices what breaks it."""

import struct
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from exchanges import (
    NAMES,
    SECOND,
    broken,
    edit,
    edited,
    is_of,
    judge,
    load,
    mend,
    numbered,
    put,
    roles_of,
    which,
)
from hypothesis import given
from hypothesis import strategies as st
from mutations import MUTATIONS

import vnetspec.captures
from vnetspec.fixtures.analysis.passive.judge import JUDGED, NEED_ALL, Judge
from vnetspec.fixtures.analysis.passive.roles import Wanted, find
from vnetspec.fixtures.analysis.passive.unjudged import AREAS, REASONS
from vnetspec.fixtures.requirements import load_all

BASELINE = Path(vnetspec.captures.__path__[0]).parent / "fixtures/baselines/qemu.toml"
RECORDED = sorted({name.partition("/")[0] for name in NAMES})


def test_each_requirement_is_judged_or_there_is_a_reason():
    requirements = load_all(Path(vnetspec.__path__[0]))
    areas = {entry.area for entry in requirements.values()}

    decided = {each for each, entry in requirements.items() if entry.area in AREAS}
    assert AREAS.keys() <= areas
    assert decided | REASONS.keys() | JUDGED.keys() == requirements.keys()
    assert not (decided | REASONS.keys()) & JUDGED.keys()


def test_each_rule_is_a_requirement_of_the_profile_that_is_judged():
    requirements = load_all(Path(vnetspec.__path__[0]))

    assert {requirements[each].profile for each in JUDGED} == {"qemu-7.2"}


# -- what real QEMU did ---------------------------------------------------------------------------


@pytest.mark.parametrize("area", RECORDED)
def test_real_qemu_breaks_no_rule_but_those_of_its_baseline(area):
    known = tomllib.loads(BASELINE.read_text()).keys()
    for name in NAMES:
        if name.startswith(f"{area}/"):
            steps = load(name)
            found = judge(steps, roles_of(name, steps))
            broken = {key: failure.text for key, failure in found.broken.items()}
            assert broken.keys() <= known, f"{name}: {broken}"
            assert not found.faults, name


#: No golden shows them: crafted captures do, below.
CRAFTED = {"DHCP-27", "IP6-05", "SEED-03", "TFTP-20"}


@pytest.mark.slow
def test_every_rule_is_seen_in_some_golden():
    seen = set()
    for name in NAMES:
        steps = load(name)
        seen |= judge(steps, roles_of(name, steps)).kept.keys()

    assert set(JUDGED) - seen == CRAFTED


# -- each rule notices ----------------------------------------------------------------------------


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_change_is_noticed_by_its_rules_alone(mutation):
    name, change, noticed = MUTATIONS[mutation]

    found = broken(name, change)

    said = {key: failure.text for key, failure in found.broken.items()}
    assert said.keys() == noticed, said


#: What the mutations above do not break is broken below.
ALONE = {"GEN-09", "IP6-05", "SEED-03", "TFTP-20"}


def test_every_rule_can_notice():
    noticed = set().union(*(rules for _, _, rules in MUTATIONS.values()))

    assert set(JUDGED) - noticed == ALONE


def test_a_number_that_was_used_is_noticed():
    steps = load("gen/GEN-09.pcap")

    found = broken(
        "gen/GEN-09.pcap", lambda _: [*steps, steps[which(steps, "echo", 2)]], number=False
    )

    assert found.broken.keys() == {"GEN-09"}


@pytest.mark.parametrize("make", [lambda i: 0, lambda i: i * 7919 & 0xFFFF], ids=["none", "random"])
def test_numbers_that_are_no_counter_s_are_noticed(make):
    steps = [
        replace(step, frame=edited(step.frame, {18: make(i).to_bytes(2, "big")}))
        for i in range(20)
        for step in load("icm/ICM-01.8.pcap")[1:3]
        if not step.guest
    ]

    assert broken("icm/ICM-01.8.pcap", lambda _: steps, number=False).broken.keys() == {"GEN-09"}


def test_a_late_packet_is_not_a_second_one():
    first, second = (
        replace(step, frame=edited(step.frame, {18: number.to_bytes(2, "big")}))
        for number in (5, 6)
        for step in load("icm/ICM-01.8.pcap")
        if not step.guest and is_of("echo", step.frame)
    )
    before = replace(first, frame=edited(first.frame, {18: b"\0\4"}))

    found = broken("icm/ICM-01.8.pcap", lambda _: [before, second, first], number=False)

    assert not found.broken
    assert found.kept["GEN-09"] == 2


def test_a_nameserver_for_1200_seconds_is_right():
    name = "ip6/IP6-04.nameserver.1.pcap"
    steps = load(name)
    at = steps[which(steps, "ra")].frame.index((1_200_000).to_bytes(4, "big"))

    found = broken(name, edit("ra", {at: "000004b0"}))

    assert found.kept["IP6-05"]
    assert not found.broken


def wrapped(last):
    """A transfer of which the capture has the first block, the last of 16 bits, and one more."""
    question, answer = load("tftp/TFTP-11.7.pcap")[1:3]
    acknowledgement = load("tftp/TFTP-11.7.pcap")[5]
    blocks = [
        replace(answer, frame=edited(answer.frame, {44: block, 18: number}))
        for block, number in ((b"\0\1", b"\0\0"), (b"\xff\xff", b"\1\0"), (last, b"\1\1"))
    ]
    return [question, blocks[0], acknowledgement, blocks[1], acknowledgement, blocks[2]]


def test_block_0_follows_block_65535():
    found = broken("tftp/TFTP-11.7.pcap", lambda _: wrapped(b"\0\0"), number=False)

    assert found.kept.keys() >= {"SEED-03", "TFTP-20"}
    assert not found.broken


def test_another_block_after_65535_is_noticed():
    found = broken("tftp/TFTP-11.7.pcap", lambda _: wrapped(b"\0\1"), number=False)

    assert found.broken.keys() == {"SEED-03", "TFTP-20"}


def test_a_lease_is_the_client_s_after_a_day():
    steps = load("dhcp/DHCP-20.pcap")
    late = [replace(step, time=step.time + 90_000 * SECOND) for step in steps[8:]]

    found = broken("dhcp/DHCP-20.pcap", lambda _: [*steps[:8], *late])

    assert found.kept["DHCP-27"]
    assert not found.broken


def test_a_network_that_starts_again_has_given_nothing_away():
    steps = load("dhcp/DHCP-20.pcap")
    other = load("dhcp/DHCP-18.pcap")[2:4]

    found = broken("dhcp/DHCP-20.pcap", lambda _: [*steps, *starting(other)], number=False)

    assert not found.broken


def test_a_network_that_goes_back_to_a_snapshot_counts_on_from_there():
    steps = numbered(load("dhcp/DHCP-20.pcap"))

    found = broken("dhcp/DHCP-20.pcap", lambda _: [*steps, *steps[4:]], number=False)

    assert not found.broken


def starting(steps):
    """The exchange at the start of a network: its packets are numbered from 0 on, and its leases
    from .15 on."""
    return [
        step if step.guest else replace(step, frame=edited(step.frame, {18: b"\0\0", 58: GUEST}))
        for step in steps
    ]


GUEST = bytes((10, 0, 2, 15))


# -- captures that lack something -----------------------------------------------------------------


def test_sequences_are_not_judged_where_frames_are_missing():
    steps = load("tcp/TCP-18.pcap")
    one = Judge(roles_of("tcp/TCP-18.pcap", steps))
    for number, step in enumerate(steps[:5] + steps[6:], 1):
        one.run([(number, (step.time, step.frame, len(step.frame)))])

    assert not one.finish().broken
    assert not one.is_whole


def test_an_answer_is_not_missed_where_frames_are_missing():
    name, change, _ = MUTATIONS["ARP-01"]
    echoes = numbered(load("icm/ICM-01.8.pcap") * 3)
    at = which(echoes, "echo", 2)
    steps = [*change(load(name)), *echoes[:at], *echoes[at + 1 :]]
    one = Judge(roles_of(name, steps))
    for number, step in enumerate(steps, 1):
        one.run([(number, (step.time, step.frame, len(step.frame)))])

    found = one.finish()
    assert "ARP-01" in found.broken
    assert not one.is_whole
    assert "ARP-01" in found.withdraw(NEED_ALL)
    assert not found.broken


def test_a_frame_that_the_capture_has_cut_is_not_judged():
    steps = load("icm/ICM-01.8.pcap")
    one = Judge(roles_of("icm/ICM-01.8.pcap", steps))
    for number, step in enumerate(steps, 1):
        one.run([(number, (step.time, step.frame[:40], 74))])

    found = one.finish()
    assert (one.frames, one.cut) == (len(steps), len(steps))
    assert not found.kept
    assert not found.broken


@pytest.mark.parametrize("field", ["checksum", "tcp", "header"])
def test_a_malformed_frame_of_the_network_is_a_fault(field):
    steps = load("tcp/TCP-11.pcap")
    at = which(steps, "syn-ack")
    frame = put(steps[at].frame, {{"checksum": 24, "tcp": 50, "header": 14}[field]: b"\x46\x01"})
    steps[at] = replace(steps[at], frame=frame)

    found = judge(steps, roles_of("tcp/TCP-11.pcap", steps))

    assert [number for number, _ in found.faults] == [at + 1]


# -- no octets make it fail -----------------------------------------------------------------------

POOL = [
    step
    for name in NAMES
    if name.partition("/")[0] in ("arp", "dhcp", "icm", "ip4", "ip6", "ncsi", "tcp", "tftp", "udp")
    for step in load(name)
][::7]


@st.composite
def mutant(draw):
    """A frame of a golden, or none of any, with octets changed, cut or filled up."""
    if draw(st.booleans()):
        step = draw(st.sampled_from(POOL))
        frame = bytearray(step.frame)
        for _ in range(draw(st.integers(0, 4))):
            if frame:
                frame[draw(st.integers(0, min(len(frame), 120) - 1))] = draw(st.integers(0, 255))
        frame = mend_what_can_be(bytes(frame)) if draw(st.booleans()) else bytes(frame)
        return frame[: draw(st.integers(0, 2000))], step.guest
    return draw(st.binary(max_size=200)), draw(st.booleans())


def mend_what_can_be(frame):
    try:
        return mend(frame)
    except (IndexError, struct.error):
        return frame


@given(st.lists(st.tuples(mutant(), st.integers(0, 10**12), st.booleans()), max_size=30))
def test_no_frame_makes_it_fail(exchange):
    one = Judge(find((frame for (frame, _), _, _ in exchange), Wanted()))
    for number, ((frame, guest), moment, known) in enumerate(exchange, 1):
        one.run([(number, (moment, frame, len(frame)))], told=not guest if known else None)
    one.finish()


def test_a_runt_that_begins_as_a_frame_of_the_stack_is_nobody_s():
    one = Judge(find([], Wanted()))
    one.run([(1, (0, b"\0" * 6 + b"RU", 8))])

    assert not one.finish().kept


@given(st.lists(st.sampled_from(POOL), max_size=60), st.booleans())
def test_no_order_of_frames_makes_it_fail(steps, restricted):
    roles = replace(find(step.frame for step in steps), restricted=restricted)
    judge(steps, roles)
