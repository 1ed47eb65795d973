"""What is done about losses and closed windows (TCP-19..21)."""

from refnet.slirp import hostio

FULL = 1440


def flight(world, segments, window=65535):
    """A connection whose congestion window has ``segments`` segments outstanding."""
    handle = world.established(window=window)
    heard = world.tells(hostio.Received(handle, bytes(FULL * 40)))
    acknowledged = 2
    while len(heard) < segments:
        acknowledged += FULL
        heard = heard[1:] + world.says("A", 1001, acknowledged, window=window)
    return handle, acknowledged


def test_lost_text_is_sent_again_at_one_and_a_half_three_six_and_twelve_seconds(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"lost"))

    heard = world.ticks(93)

    assert [tick for tick, _ in heard] == [3, 9, 21, 45, 69, 93]
    assert {each.text for _, each in heard} == {b"lost"}
    assert {each.sequence for _, each in heard} == {2}


def test_after_twelve_attempts_segments_are_halved_until_the_connection_is_dropped(world):
    handle = world.established()
    world.tells(hostio.Received(handle, bytes(FULL)))

    heard = [each for _, each in world.ticks(2500)]

    sizes = [len(each.text) for each in heard[:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert set(sizes) == {1440, 720, 360, 180, 90, 45}
    assert heard[-1].flags == "RA"
    assert world.tcp.rows() == []


def test_an_acknowledgment_ends_the_back_off(world):
    handle = world.established()
    world.tells(hostio.Received(handle, b"lost"))
    world.ticks(30)
    world.says("A", 1001, 6)
    world.tells(hostio.Received(handle, b"next"))
    world.says("A", 1001, 10)

    world.tells(hostio.Received(handle, b"again"))

    assert next(tick for tick, _ in world.ticks(30)) < 12


def test_the_timeout_follows_the_round_trip(world):
    handle = world.established()
    for number in range(1, 8):
        world.tells(hostio.Received(handle, b"x"))
        world.ticks(2)
        world.says("A", 1001, 2 + number)
    world.tells(hostio.Received(handle, b"lost"))

    [first, *_] = [tick for tick, _ in world.ticks(24)]

    assert first > 3


def test_the_third_duplicate_acknowledgment_brings_the_segment_again(world):
    _, acknowledged = flight(world, 6)

    heard = [world.says("A", 1001, acknowledged) for _ in range(3)]

    assert heard[:2] == [[], []]
    [again] = heard[2]
    assert (again.sequence, len(again.text)) == (acknowledged, FULL)


def test_further_duplicates_inflate_the_window_until_new_text_is_acknowledged(world):
    _, acknowledged = flight(world, 6)
    for _ in range(3):
        world.says("A", 1001, acknowledged)

    heard = [world.says("A", 1001, acknowledged) for _ in range(4)]
    assert sum(map(len, heard)) > 0
    after = world.says("A", 1001, acknowledged + 6 * FULL)

    assert all(len(each.text) == FULL for each in after)
    assert len(after) <= 3


def test_acknowledgments_with_news_are_no_duplicates(world):
    _, acknowledged = flight(world, 6)

    heard = []
    for number in range(4):
        heard += world.says("A", 1001 + number, acknowledged, window=60_000 - number)
        heard += world.says("A", 1001 + number, acknowledged, b"x")
        heard += world.says("A", 1002 + number, acknowledged - FULL)

    assert [each.text for each in heard if each.sequence == acknowledged] == []


def test_a_closed_window_is_probed_with_one_octet(world):
    handle = world.established(window=0)
    assert world.tells(hostio.Received(handle, b"abc")) == []

    heard = world.ticks(400)

    assert [tick for tick, _ in heard][:6] == [10, 20, 30, 46, 78, 142]
    assert [tick for tick, _ in heard][6] == 262
    assert {each.text for _, each in heard} == {b"a"}


def test_a_window_that_opens_is_used(world):
    handle = world.established(window=0)
    world.tells(hostio.Received(handle, b"abc"))
    world.ticks(10)

    [heard] = world.says("A", 1001, 3, window=1000)

    assert heard.text == b"bc"


def test_the_probe_of_a_window_that_is_only_small_takes_what_fits(world):
    handle = world.established(window=1000)
    world.tells(hostio.Received(handle, bytes(2500)))
    assert world.says("A", 1001, 1002, window=10) == []

    [(tick, heard)] = world.ticks(10)

    assert (tick, len(heard.text)) == (10, 10)


def test_a_window_that_is_taken_back_stops_sending(world):
    handle = world.established(window=3000)
    world.tells(hostio.Received(handle, bytes(5000)))

    assert world.says("A", 1001, 2 + FULL, window=0) == []

    [(tick, heard)] = world.ticks(12)
    assert (tick, len(heard.text)) == (10, 1)
    assert world.row().send_queue == 5000 - FULL


def test_a_fin_is_probed_into_a_closed_window_with_the_last_octet(world):
    handle = world.established(window=0)
    world.tells(hostio.Received(handle, b"z"))

    heard = world.tells(hostio.EndOfStream(handle))
    heard += [each for _, each in world.ticks(12)]

    assert [(each.flags, each.text) for each in heard] == [("PA", b"z")]


def test_a_lost_fin_is_sent_again_with_its_number(world):
    handle = world.established()
    [fin] = world.tells(hostio.EndOfStream(handle))

    heard = [each for _, each in world.ticks(9)]

    assert [(each.flags, each.sequence) for each in [fin, *heard]] == [("FA", 2)] * 3


def test_keep_alive_only_counts(world):
    world.established()

    assert world.ticks(14_401) == []
    assert world.state == "ESTABLISHED"


def test_growth_beyond_the_threshold_is_slow(world):
    handle, acknowledged = flight(world, 8)
    world.ticks(3)
    world.hears()
    counts = []
    for _ in range(20):
        acknowledged += FULL
        counts.append(len(world.says("A", 1001, acknowledged)))
        world.tells(hostio.Received(handle, bytes(FULL)))

    assert max(counts) <= 3


def test_text_behind_an_acknowledgment_does_not_wait_for_ever(world):
    handle = world.established(window=10)
    world.says("A", 1002, 2, window=10)
    world.tells(hostio.Received(handle, bytes(15)))

    heard = world.says("FA", 1001, 12, window=10)

    assert [(each.acknowledgment, each.text) for each in heard] == [(1002, b"")]
    [(tick, probe)] = world.ticks(10)
    assert (tick, len(probe.text)) == (10, 1)


def test_a_segment_sent_before_the_loss_and_a_fast_retransmission_go_on_together(world):
    handle, acknowledged = flight(world, 3)
    for _ in range(3):
        world.says("A", 1001, acknowledged)

    heard = world.says("A", 1001, acknowledged + 2 * FULL)

    assert all(each.sequence >= acknowledged + 2 * FULL for each in heard)
    assert handle
