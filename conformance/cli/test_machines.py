"""Which NICs a machine makes, and how they are listed (CLI-02 to CLI-04, CLI-12 to CLI-21)."""

import pytest

from vnetspec.cli.listing import PC, listing, nic, started, user, warnings
from vnetspec.fixtures.requirements import network, requirement

NOT_LISTED = {"ne2k_isa", "usb-net"}
LISTED = {"e1000", "e1000e", "i82559c", "ne2k_pci", "pcnet", "rtl8139", "tulip", "virtio-net-pci"}


@requirement("CLI-02")
@pytest.mark.parametrize("option", ["-nic user,model=help", "-net nic,model=help"])
def test_models_are_listed_in_order(refuses, option):
    header, *models = refuses(**started(*PC, *option.split())).splitlines()

    assert header == "Supported NIC models:"
    assert models == sorted(models)
    assert set(models) >= LISTED
    assert not NOT_LISTED & set(models)


@requirement("CLI-03")
@network(**started(*PC, defaults=True))
def test_without_a_word_there_are_a_nic_and_a_user_network(guest, transcript):
    assert listing(guest) == [
        "hub 0",
        f" \\ hub0port1: {user()}",
        f" \\ hub0port0: {nic('e1000.0')}",
    ]
    assert warnings(guest) == []

    transcript.matches()


@requirement("CLI-03", variant="none")
@pytest.mark.parametrize("words", ["-net none", "-nic none", "-nodefaults"])
def test_there_may_be_no_network(launch, transcript, words):
    guest = launch(**started(*PC, *words.split(), defaults=True))

    assert listing(guest) == []
    assert warnings(guest) == []

    transcript.matches()


@requirement("CLI-04")
@pytest.mark.parametrize(
    ("machine", "model"), [("pc", "e1000"), ("q35", "e1000e"), ("isapc", "ne2k_isa")]
)
def test_the_default_nic_is_the_machine_s(launch, transcript, machine, model):
    guest = launch(**started("-M", machine, "-S", "-nic", "user,id=u"))

    assert listing(guest) == [nic(f"{model}.0"), f" \\ {user('u')}"]
    assert warnings(guest) == []

    transcript.matches()


@requirement("CLI-04", variant="none")
@pytest.mark.parametrize("machine", ["none", "microvm"])
def test_a_machine_without_a_place_makes_no_nic(launch, transcript, machine):
    guest = launch(**started("-M", machine, "-S", "-nic", "user,id=u"))

    assert listing(guest) == [user("u")]
    assert warnings(guest) == [
        "warning: netdev u has no peer",
        "warning: requested NIC (anonymous, model unspecified) was not created"
        " (not supported by this machine?)",
    ]

    transcript.matches()


@requirement("CLI-12")
@pytest.mark.parametrize("machine", ["none", "pc"])
def test_a_ninth_nic_is_refused(refuses, transcript, machine):
    nics = [word for _ in range(9) for word in ("-nic", "user")]
    nets = [word for _ in range(9) for word in ("-net", "nic")]

    assert (
        refuses(**started("-M", machine, *nics))
        == "-nic user: no more on-board/default NIC slots available"
    )
    assert refuses(**started("-M", machine, *nets)) == "-net nic: too many NICs"

    transcript.matches()


@requirement("CLI-13")
@network(**started("-M", "isapc", "-S", *["-net", "nic"] * 7, "-net", "user,id=u"))
def test_there_are_places_for_six_isa_nics(guest, transcript):
    assert listing(guest) == [
        "hub 0",
        f" \\ hub0port7: {user('u')}",
        " \\ hub0port6",
        *(f" \\ hub0port{n}: {nic(f'ne2k_isa.{n}', 0x56 + n)}" for n in range(5, -1, -1)),
    ]
    assert warnings(guest)[-1].startswith("warning: requested NIC (#net, model unspecified)")

    transcript.matches()


@requirement("CLI-17")
@network(**started(*PC, "-net", "nic", "-net", "nic", "-net", "user", "-nic", "user"))
def test_names_are_made_up(guest, transcript):
    assert listing(guest) == [
        "hub 0",
        f" \\ hub0port2: {user()}",
        f" \\ hub0port1: {nic('e1000.2', 0x58)}",
        f" \\ hub0port0: {nic('e1000.1', 0x57)}",
        nic("e1000.0"),
        f" \\ {user()}",
    ]

    transcript.matches()


@requirement("CLI-19")
@network(
    **started(
        *PC,
        *("-net", "nic,netdev=u", "-device", "rtl8139,netdev=v", "-nic", "user,id=w"),
        *("-netdev", "user,id=v", "-netdev", "user,id=u"),
    )
)
def test_the_order_of_kinds_does_not_matter(guest, transcript):
    assert listing(guest) == [
        nic("e1000.0"),
        f" \\ {user('w')}",
        nic("e1000.1", 0x57),
        f" \\ {user('u')}",
        nic("rtl8139.0", 0x58),
        f" \\ {user('v')}",
    ]

    transcript.matches()


@requirement("CLI-20")
@network(**started(*PC, "-usb", "-netdev", "user,id=u", "-device", "usb-net,netdev=u"))
def test_usb_net_is_on_a_usb_bus(guest, transcript):
    assert listing(guest) == [nic("usb-net.0"), f" \\ {user('u')}"]

    transcript.matches()


@requirement("CLI-20", variant="refused")
def test_usb_net_is_on_no_other_bus(refuses, transcript):
    assert (
        refuses(**started(*PC, "-device", "usb-net"))
        == "-device usb-net: No 'usb-bus' bus found for device 'usb-net'"
    )
    assert (
        refuses(**started(*PC, "-usb", "-nic", "user,model=usb-net"))
        == "Unsupported NIC model: usb-net"
    )

    transcript.matches()


@requirement("CLI-21")
@pytest.mark.parametrize(
    ("device", "model"),
    [
        *((each, each) for each in ("rtl8139", "pcnet", "e1000", "virtio-net-pci", "i82559c")),
        ("virtio-net", "virtio-net-pci"),
    ],
)
def test_advised_models_are_devices(launch, transcript, device, model):
    guest = launch(**started(*PC, "-netdev", "user,id=u", "-device", f"{device},netdev=u"))

    assert listing(guest) == [nic(f"{model}.0"), f" \\ {user('u')}"]

    transcript.matches()
