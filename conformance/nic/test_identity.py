"""Who a NIC says it is: on the PCI bus, and to the monitor."""

import pytest

from vnetspec.fixtures.addresses import GUEST_MAC
from vnetspec.fixtures.driver.models import DRIVERS
from vnetspec.fixtures.requirements import requirement

MODELS = sorted(DRIVERS)
PCI_MODELS = [name for name in MODELS if DRIVERS[name].pci]


@requirement("NIC-05")
@pytest.mark.parametrize("model", PCI_MODELS)
def test_configuration_space_names_the_model(plug, transcript, model):
    card, _ = plug(model)

    for offset in range(0, 256, 4):
        card.function.read(offset)

    transcript.matches()


@requirement("NIC-05", variant="windows")
@pytest.mark.parametrize("model", PCI_MODELS)
def test_base_address_registers_have_their_sizes(plug, transcript, model):
    card, _ = plug(model)

    for offset in (*range(0x10, 0x28, 4), 0x30):
        card.function.write(offset, 4, 0xFFFF_FFFF)
        card.function.read(offset)

    transcript.matches()


@requirement("NIC-05", variant="writable")
@pytest.mark.parametrize("model", PCI_MODELS)
def test_only_some_of_configuration_space_can_be_written(plug, transcript, model):
    card, _ = plug(model)

    for offset in (0x00, 0x04, 0x08, 0x0C, 0x2C, 0x34, 0x3C, 0x40, 0xDC, 0xFC):
        card.function.write(offset, 4, 0xFFFF_FFFF)
        card.function.read(offset)

    transcript.matches()


@requirement("NIC-06")
@pytest.mark.parametrize("model", MODELS)
def test_the_monitor_lists_model_and_mac(plug, model):
    _, far = plug(model)

    first, *others = far.monitor("info network").splitlines()

    assert first.endswith(f": index=0,type=nic,model={model},macaddr={GUEST_MAC}")
    assert [line.partition(":")[0] for line in others] == [" \\ s0"]
