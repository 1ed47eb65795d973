"""-netdev vde in a real switch, with a plug of the case's own beside it."""

import os
import pwd
import re
from pathlib import Path

import pytest

from vnetspec.fixtures.addresses import ROUTER, at
from vnetspec.fixtures.checkers import ANY, ARP_REPLY
from vnetspec.fixtures.frames import arp_request, gratuitous_arp
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import requirement
from vnetspec.fixtures.vde import Switch

PLUG = ["-netdev", "vde,id=v0,sock={dir}/switch", "-netdev", "hubport,id=h9,hubid=0,netdev=v0"]


@requirement("VDE-01")
def test_a_switch_takes_the_plug(launch, transcript, host):
    Switch(host)

    guest = launch(user=False, arguments=PLUG)

    assert f"v0: index=0,type=vde,sock={host.directory}/switch,fd=" in guest.monitor("info network")

    transcript.matches()


@requirement("VDE-02", "SEED-34")
@pytest.mark.parametrize("length", [14, 42, 60, 1514])
def test_frames_pass_both_ways(launch, host, length):
    switch = Switch(host)
    guest = launch(user=False, arguments=PLUG)
    other = switch.plug()
    frame = (bytes.fromhex("ffffffffffff 020000000001 88b5") + bytes(length))[:length]

    guest.says(frame)
    other.hears(frame)

    other.says(frame)
    assert guest.hears(ANY).original == frame


@requirement("VDE-03")
@pytest.mark.parametrize("port", [1, 7])
def test_the_port_that_is_asked_for_is_taken(launch, host, port):
    switch = Switch(host)
    arguments = [PLUG[0], f"{PLUG[1]},port={port}", *PLUG[2:]]

    launch(user=False, arguments=arguments)

    assert switch.plug().address.name.startswith("002." if port == 1 else "001.")


@requirement("VDE-03", variant="free")
def test_the_first_free_port_is_taken(launch, host):
    switch = Switch(host)
    assert switch.plug().address.name.startswith("001.")

    launch(user=False, arguments=PLUG)

    assert switch.plug().address.name.startswith("003.")


@requirement("VDE-02", variant="stay")
@pytest.mark.parametrize("command", ["netdev_del v0", ""], ids=["deleted", "ended"])
def test_a_plug_stays_until_its_netdev_goes(launch, host, command):
    switch = Switch(host)
    guest = launch(arguments=PLUG)
    guest.knocks()
    assert len(switch.descriptions()) == 1

    if command:
        guest.monitor(command)
        guest.knocks()
    else:
        guest.close()

    switch.is_left()


@requirement("VDE-02", variant="end")
def test_a_switch_that_ends_costs_its_frames_alone(launch, host):
    switch = Switch(host)
    guest = launch(arguments=PLUG)
    guest.knocks()

    switch.close()

    for _ in range(20):
        guest.knocks()


@requirement("VDE-05")
def test_a_plug_says_whose_it_is(launch, host):
    switch = Switch(host)

    guest = launch(user=False, arguments=PLUG)
    guest.monitor("info network")

    (description,) = switch.descriptions()
    match = re.fullmatch(r"\S+ user=(\S+) pid=(\d+)", description)
    assert match, f"the plug says {description!r}, MUST be NAME user=USER pid=PID"
    assert match[1] == pwd.getpwuid(os.getuid()).pw_name
    assert Path("/proc", match[2], "cmdline").exists()


@requirement("VDE-06")
@pytest.mark.parametrize(
    ("path", "reason"),
    [("/no/such", "No such file or directory"), ("no://such", "Protocol not supported")],
    ids=["path", "scheme"],
)
def test_where_there_is_no_switch_it_is_told(refuses, transcript, path, reason):
    argument = f"vde,id=v0,sock={path}"

    assert refuses(arguments=["-netdev", argument]) == (
        f"-netdev {argument}: Could not open vde: {reason}"
    )

    transcript.matches()


@requirement("VDE-06", variant="group")
def test_a_group_and_a_mode_are_taken(launch, host):
    switch = Switch(host)
    arguments = [PLUG[0], f"{PLUG[1]},group=nosuchgroup,mode=0600", *PLUG[2:]]

    launch(user=False, arguments=arguments)

    assert switch.plug().address.name.startswith("002.")


@requirement("VDE-08")
def test_the_user_network_answers_through_a_switch(launch, host):
    switch = Switch(host)
    guest = launch(arguments=PLUG)
    other = switch.plug()
    introduction = gratuitous_arp(at(77), mac="02:00:00:00:00:77")
    other.says(bytes(introduction))
    guest.hears(ANY)

    other.says(bytes(arp_request(ROUTER, sender=at(77), mac="02:00:00:00:00:77")))

    guest.hears(ANY)
    answer = guest.hears(ARP_REPLY.where(ARP, psrc=ROUTER)).original
    assert len(answer) == 64
    other.hears(answer)
