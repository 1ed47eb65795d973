"""What the documents say of NICs and of the options that make them (SEED-05 to SEED-30)."""

import pytest

from vnetspec.cli.listing import PC, listing, nic, started, user, warnings
from vnetspec.fixtures.checkers import ARP_REPLY
from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.oracle import ARP
from vnetspec.fixtures.requirements import network, requirement

IMPLIED = ["hub 0", f" \\ hub0port1: {user()}", f" \\ hub0port0: {nic('e1000.0')}"]


@requirement("SEED-05")
@pytest.mark.parametrize(("machine", "model"), [("pc", "e1000"), ("isapc", "ne2k_isa")])
def test_the_default_nic_is_the_machine_s(launch, transcript, machine, model):
    guest = launch(**started("-M", machine, "-S", "-net", "nic"))

    assert listing(guest) == ["hub 0", f" \\ hub0port0: {nic(f'{model}.0')}"]

    transcript.matches()


@requirement("SEED-09")
@network(**started(*PC, defaults=True))
def test_without_an_option_there_is_a_network(guest, transcript):
    assert listing(guest) == IMPLIED

    transcript.matches()


@requirement("SEED-15")
@network(user=False, arguments=["-net", "user,net=10.0.9.0/24"])
def test_net_joins_hub_nought(guest):
    guest.says(arp_request("10.0.9.2"))

    guest.hears(ARP_REPLY.where(ARP, psrc="10.0.9.2"))


@requirement("SEED-16")
@pytest.mark.parametrize("words", ["", "-net nic -net user"])
def test_a_nic_and_a_user_network_are_implied(launch, transcript, words):
    guest = launch(**started(*PC, *words.split(), defaults=True))

    assert listing(guest) == IMPLIED

    transcript.matches()


@requirement("SEED-18")
@network(**started(*PC, "-net", "nic,model=rtl8139", "-net", "user"))
def test_rtl8139_is_a_nic(guest, transcript):
    assert listing(guest)[2] == f" \\ hub0port0: {nic('rtl8139.0')}"

    transcript.matches()


@requirement("SEED-28")
def test_a_question_mark_lists_the_models(refuses):
    header, *models = refuses(**started(*PC, "-net", "nic,model=?")).splitlines()

    assert header == "Supported NIC models:"
    assert {"e1000", "pcnet", "rtl8139"} < set(models)


@requirement("SEED-28", variant="none")
@network(**started("-M", "none", "-net", "nic,model=?"))
def test_a_machine_without_nics_lists_none(guest, transcript):
    assert (
        "warning: requested NIC (#net, model ?) was not created (not supported by this machine?)"
        in warnings(guest)
    )

    transcript.matches()


@requirement("SEED-29")
@network(**started(*PC, "-nic", "hubport,hubid=1"))
def test_a_nic_on_a_hub_is_accepted(guest, transcript):
    assert listing(guest) == ["hub 1", f" \\ #net: {nic('e1000.0')}"]
    assert warnings(guest) == ["warning: hub 1 is not connected to host network"]

    transcript.matches()


@requirement("SEED-30")
@pytest.mark.parametrize("model", ["rtl8139", "pcnet", "e1000", "virtio-net-pci", "i82559c"])
def test_the_wiki_s_models_are_accepted(launch, transcript, model):
    guest = launch(**started(*PC, "-nic", f"user,id=u,model={model}"))

    assert listing(guest) == [nic(f"{model}.0"), f" \\ {user('u')}"]

    transcript.matches()
