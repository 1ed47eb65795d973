"""Where filters stand in their row, and which way frames pass it.

A redirector that takes frames away stands in the row: what is in front of it, seen in the
direction of the frame, records the frame, what is behind it does not.
"""

import pytest

from vnetspec.filt.channels import device, filter_
from vnetspec.filt.dumps import dump, frames
from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.requirements import network, requirement

BAD_POSITION = "Parameter 'position' expects 'head', 'tail' or 'id=<id>'"


def taker(queue: str, *properties: str) -> list[str]:
    """A redirector ``f`` that takes away what goes ``queue``."""
    return [*device("out"), *filter_("redirector", f"queue={queue}", "outdev=out", *properties)]


@requirement("FILT-08")
@pytest.mark.parametrize(
    ("queue", "before", "after"),
    [("tx", ["question", "answer"], ["question"]), ("rx", [], ["question"])],
    ids=["from-head", "from-tail"],
)
def test_what_leaves_goes_from_head_to_tail_and_what_arrives_back(
    launch, host, queue, before, after
):
    host.unix("out")
    row = dump(name="a") + taker(queue) + dump(name="b")
    guest = launch(arguments=row)

    ask(guest)

    assert kinds(host, "a") == before
    assert kinds(host, "b") == after


@requirement("FILT-08", variant="place")
@pytest.mark.parametrize(
    ("place", "sees"),
    [
        ("position=head", True),
        ("position=tail", False),
        ("position=id=f", False),
        ("position=id=f,insert=behind", False),
        ("position=id=f,insert=before", True),
        ("position=tail,insert=before", False),
    ],
    ids=["head", "tail", "id", "behind", "before", "tail-before"],
)
def test_a_filter_stands_where_it_is_put(launch, host, place, sees):
    host.unix("out")
    guest = launch(arguments=taker("tx") + dump("queue=tx", place, name="own"))

    ask(guest)

    assert kinds(host, "own") == (["answer"] if sees else [])


@requirement("FILT-08", variant="running")
@network(arguments=dump(name="a"))
def test_a_filter_is_put_between_others_while_the_network_runs(guest, transcript, host):
    guest.resolves()
    assert names_on_u0(guest) == ["f0", "a"]

    guest.monitor("object_add filter-replay,id=b,netdev=u0,position=id=f0,insert=behind")
    guest.monitor("object_add filter-replay,id=c,netdev=u0,position=id=f0,insert=before")
    guest.monitor("object_add filter-replay,id=d,netdev=u0,position=head")

    assert names_on_u0(guest) == ["d", "c", "f0", "b", "a"]
    guest.monitor("object_del f0")
    assert names_on_u0(guest) == ["d", "c", "b", "a"]
    guest.resolves()

    transcript.matches()


@requirement("FILT-08", variant="bad")
@pytest.mark.parametrize(
    ("position", "complaint"),
    [
        ("middle", BAD_POSITION),
        ("HEAD", BAD_POSITION),
        ("", BAD_POSITION),
        ("id=zz", "filter 'zz' not found"),
        ("id=other", "filter 'other' belongs to a different netdev"),
    ],
)
def test_another_position_is_refused(refuses, transcript, position, complaint):
    arguments = filter_("replay", name="other", netdev="s0")

    assert refuses(arguments=arguments + dump(f"position={position}")) == complaint

    transcript.matches()


@requirement("FILT-08", variant="bad-insert")
def test_another_insert_is_refused(refuses, transcript):
    object_ = "filter-replay,id=f,netdev=u0,insert=beside"

    assert (
        refuses(arguments=["-object", object_])
        == f"-object {object_}: Parameter 'insert' does not accept value 'beside'"
    )

    transcript.matches()


def ask(guest):
    """Ask for the router's MAC: the answer is taken away, or the question was."""
    guest.says(arp_request(ROUTER))
    guest.listens()
    guest.monitor("info network")
    guest.close()


def kinds(host, name):
    """What a dump has: ARP questions and answers."""
    return [
        {1: "question", 2: "answer"}[int.from_bytes(frame[20:22], "big")]
        for frame in frames(host.directory / f"{name}.pcap")
    ]


def names_on_u0(guest):
    """The filters of the user network, in the order in which they stand."""
    after = guest.monitor("info network").partition(": u0: ")[2]
    lines = after.partition("filters:\n")[2].splitlines()
    return [line.split(":")[0].removeprefix("  - ") for line in lines if line.startswith("  - ")]
