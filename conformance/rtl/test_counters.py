"""The tally and the timer (RTL-12)."""

from vnetspec.fixtures.checkers import ANY
from vnetspec.fixtures.driver.rtl8139 import MASK, STATUS, TIMER, TIMER_INTERVAL, Rings
from vnetspec.fixtures.requirements import requirement
from vnetspec.nic.stations import BROADCAST, GROUP, NIC, STATION, STRANGER, come, frame

TIMED_OUT = 0x4000
MITIGATE = 0xE2
TICKS_A_SECOND = 1_000_000_000 // 30


@requirement("RTL-12")
def test_the_tally_is_dumped(plug, transcript):
    card, far = plug("rtl8139")
    card.start()
    rings = Rings(card)
    card.accept(0x0E)
    card.outl(0x08, 0xFFFF_FFFF)
    rings.send(frame(STATION, sender=NIC))
    far.hears(ANY)

    come(card, far, *(frame(to) for to in (NIC, BROADCAST, STRANGER, GROUP)))

    assert rings.tally() == {
        "sent": 1,
        "received": 3,
        "receive errors": 1,
        "unicasts": 1,
        "broadcasts": 1,
        "multicasts": 1,
    }
    transcript.matches()


@requirement("RTL-12", variant="reset")
def test_a_reset_clears_the_tally(plug):
    card, far = plug("rtl8139")
    card.start()
    Rings(card)
    come(card, far, frame(NIC))

    card.start()

    assert Rings(card).tally() == {}


@requirement("RTL-12", variant="mitigate")
def test_there_is_no_interrupt_mitigation(plug, transcript):
    card, _ = plug("rtl8139")

    card.outw(MITIGATE, 0xFFFF)

    assert card.inw(MITIGATE) == 0
    transcript.matches()


@requirement("RTL-12", variant="ticks")
def test_the_timer_counts(plug):
    card, _ = plug("rtl8139")
    card.outl(TIMER, 0)
    before = card.inl(TIMER)

    card.bus.pass_time(0.02)

    assert card.inl(TIMER) - before >= TICKS_A_SECOND // 50


@requirement("RTL-12", variant="restart")
def test_a_write_restarts_the_timer(plug):
    card, _ = plug("rtl8139")
    card.bus.pass_time(0.05)
    before = card.inl(TIMER)

    card.outl(TIMER, 0x1234_5678)

    assert card.inl(TIMER) < before


@requirement("RTL-12", variant="interrupt")
def test_the_timer_interrupts_when_it_reaches_its_interval(plug, transcript):
    card, _ = plug("rtl8139")
    card.outw(MASK, TIMED_OUT)

    card.outl(TIMER_INTERVAL, TICKS_A_SECOND // 100)
    card.outl(TIMER, 0)

    assert card.bus.wait(lambda: card.inw(STATUS) == TIMED_OUT)
    assert card.interrupting()
    card.outl(TIMER_INTERVAL, 0)
    card.outw(STATUS, TIMED_OUT)
    assert not card.interrupting()
    transcript.matches()


@requirement("RTL-12", variant="no-interval")
def test_a_timer_without_interval_does_not_interrupt(plug, transcript):
    card, _ = plug("rtl8139")
    card.outw(MASK, TIMED_OUT)
    card.outl(TIMER_INTERVAL, 0)
    card.outl(TIMER, 0)

    card.bus.pass_time(0.02)

    assert card.inw(STATUS) == 0
    transcript.matches()
