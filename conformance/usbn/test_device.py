"""The device on its port (USBN-01)."""

from vnetspec.fixtures.driver.uhci import ACTIVE, IN, STATUS, TIMEOUT, Transaction
from vnetspec.fixtures.requirements import requirement

LISTED = "  Device 0.{}, Port 1, Speed 12 Mb/s, Product QEMU USB Network Interface\n"
FINISHED = 0x01


@requirement("USBN-01", variant="controller")
def test_the_controller_is_the_third_function_of_the_piix3(plug, transcript):
    card, _ = plug("usb-net")

    for offset in range(0, 256, 4):
        card.function.read(offset)

    assert card.function.identity() == (0x8086, 0x7020)
    assert {number: window.size for number, window in card.windows.items()} == {4: 32}
    transcript.matches()


@requirement("USBN-01", variant="listed")
def test_the_monitor_lists_it_with_its_address(plug, transcript):
    card, far = plug("usb-net")
    assert far.link.monitor("info usb") == LISTED.format(0)

    card.connect()

    assert far.link.monitor("info usb") == LISTED.format(5)
    transcript.matches()


@requirement("USBN-01", variant="port")
def test_a_reset_of_the_port_lets_it_answer(plug, transcript):
    card, _ = plug("usb-net")
    assert card.host.read(0x10) == 0x83

    card.host.start()

    assert card.host.read(0x10) == 0x85
    assert card.host.read(0x12) == 0x80
    assert len(card.descriptor(1, 0)) == 18
    transcript.matches()


@requirement("USBN-01", variant="interrupt")
def test_the_controller_interrupts_when_a_transaction_is_done(plug, transcript):
    card, _ = plug("usb-net")
    card.connect()
    card.bus.changes.clear()

    card.descriptor(1, 0)

    ours = [high for line, high in card.bus.changes if line == card.interrupt]
    assert ours == [True, False, True, False]
    assert card.host.read(STATUS) & FINISHED == 0
    transcript.matches()


@requirement("USBN-01", variant="elsewhere")
def test_nobody_answers_for_another_address(plug, transcript):
    card, _ = plug("usb-net")
    card.connect()

    [done] = card.host.run(99, [Transaction(IN, 0, 8)])

    assert done.status & (ACTIVE | TIMEOUT) == TIMEOUT
    transcript.matches()
