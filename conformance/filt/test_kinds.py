"""What all filters have in common, and those that change nothing."""

import pytest

from vnetspec.filt.channels import filter_
from vnetspec.fixtures.addresses import ROUTER
from vnetspec.fixtures.conversation import Conversation
from vnetspec.fixtures.requirements import network, requirement

COMMON = {
    "insert": "string",
    "netdev": "string",
    "position": "string",
    "queue": "NetFilterDirection",
    "status": "string",
}
OWN = {
    "buffer": {"interval": "uint32"},
    "dump": {"file": "string", "maxlen": "uint32"},
    "mirror": {"outdev": "string", "vnet_hdr_support": "bool"},
    "redirector": {"indev": "string", "outdev": "string", "vnet_hdr_support": "bool"},
    "replay": {},
    "rewriter": {"vnet_hdr_support": "bool"},
}


@requirement("FILT-13")
@pytest.mark.parametrize("kind", ["rewriter", "replay"])
def test_a_filter_of_another_purpose_changes_nothing(launch, host, golden, kind):
    server = host.tcp(7000)
    guest = launch(arguments=filter_(kind))
    guest.announces()

    conversation = Conversation(guest, ROUTER, 7000).opens()
    stream = server.accepts()
    conversation.says("PA", b"hello")
    conversation.hears("A", b"")
    stream.hears(b"hello")
    stream.says(b"world")
    conversation.hears("PA", b"world")

    golden.matches(guest.wire)


@requirement("FILT-14")
@pytest.mark.parametrize("kind", sorted(OWN))
def test_help_lists_what_all_filters_have_and_their_own(refuses, transcript, kind):
    listed = sorted((COMMON | OWN[kind]).items())
    lines = [f"filter-{kind} options:", *(f"  {name}=<{type_}>" for name, type_ in listed)]

    assert refuses(arguments=["-object", f"filter-{kind},help"]).splitlines() == lines

    transcript.matches()


@requirement("FILT-14", variant="listed")
@network(
    arguments=[
        *("-chardev", "null,id=a", "-chardev", "null,id=b", "-chardev", "null,id=c"),
        *filter_("mirror", "outdev=a", name="m"),
        *filter_("buffer", "interval=4294967295", "status=off", "position=head", name="b"),
        *filter_("redirector", "outdev=b", "queue=tx", "status=off", name="r"),
        *filter_("rewriter", "vnet_hdr_support=on", "position=id=b", "insert=before", name="w"),
    ]
)
def test_info_network_lists_filters_and_their_properties(guest, transcript):
    after = guest.monitor("info network").partition(": u0: ")[2].splitlines()

    assert [line for line in after if line.startswith("  - ") and "filter-dump" not in line] == [
        "  - w: type=filter-rewriter,vnet_hdr_support=true,position=id=b,status=on,insert=before,"
        "netdev=u0,queue=all",
        "  - b: type=filter-buffer,interval=4294967295,position=head,status=off,insert=behind,"
        "netdev=u0,queue=all",
        "  - m: type=filter-mirror,vnet_hdr_support=false,outdev=a,position=tail,status=on,"
        "insert=behind,netdev=u0,queue=all",
        "  - r: type=filter-redirector,vnet_hdr_support=false,indev=,outdev=b,position=tail,"
        "status=off,insert=behind,netdev=u0,queue=tx",
    ]

    transcript.matches()


@requirement("FILT-16")
@pytest.mark.parametrize("argument", ["dump", "dump,file=x", "dump,vlan=0,file=x,len=5"])
def test_the_dump_of_old_is_refused(refuses, transcript, argument):
    assert (
        refuses(arguments=["-net", argument])
        == f"-net {argument}: Parameter 'type' does not accept value 'dump'"
    )

    transcript.matches()
