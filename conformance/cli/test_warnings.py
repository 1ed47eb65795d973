"""What is warned of, and in which order (CLI-05 to CLI-07)."""

from vnetspec.cli.listing import PC, started, warnings
from vnetspec.fixtures.requirements import network, requirement

NOT_MADE = "was not created (not supported by this machine?)"


@requirement("CLI-05")
@network(**started(*PC, "-netdev", "user,id=u", "-device", "e1000", "-device", "e1000,id=n"))
def test_what_has_no_peer_is_warned_of(guest, transcript):
    assert warnings(guest) == [
        "warning: netdev u has no peer",
        "warning: nic e1000.0 has no peer",
        "warning: nic n has no peer",
    ]

    transcript.matches()


@requirement("CLI-05", variant="hubport")
@network(**started("-netdev", "hubport,id=p,hubid=3"))
def test_an_empty_hub_port_is_warned_of_twice(guest, transcript):
    assert warnings(guest) == ["warning: hub port p has no peer", "warning: netdev p has no peer"]

    transcript.matches()


@requirement("CLI-06")
@network(**started("-net", "nic,id=n,model=e1000", "-net", "user", "-nic", "user,id=v"))
def test_hubs_come_before_netdevs_before_nics(guest, transcript):
    assert warnings(guest) == [
        "warning: hub port hub0port0 has no peer",
        "warning: hub 0 with no nics",
        "warning: netdev v has no peer",
        "warning: netdev hub0port0 has no peer",
        f"warning: requested NIC (anonymous, model unspecified) {NOT_MADE}",
        f"warning: requested NIC (n, model e1000) {NOT_MADE}",
    ]

    transcript.matches()


@requirement("CLI-07")
@network(**started(*PC, "-net", "user"))
def test_a_hub_without_a_nic_is_warned_of(guest, transcript):
    assert warnings(guest) == ["warning: hub 0 with no nics"]

    transcript.matches()


@requirement("CLI-07", variant="host")
@network(**started(*PC, "-net", "nic", "-nic", "hubport,hubid=1"))
def test_a_hub_without_a_host_device_is_warned_of(guest, transcript):
    assert warnings(guest) == [
        "warning: hub 0 is not connected to host network",
        "warning: hub 1 is not connected to host network",
    ]

    transcript.matches()


@requirement("CLI-07", variant="both")
@network(**started(*PC, "-net", "nic", "-net", "user"))
def test_a_hub_with_both_is_not(guest, transcript):
    assert warnings(guest) == []

    transcript.matches()
