"""The router's advertisements: when it is asked, and now and then unasked (IP6-03..06)."""

from ...clock import MILLISECOND
from ...wire import icmpv6, ipv6, ndp
from .. import hostio
from ..seam import Stack
from .addresses import ROUTER, mac_of
from .neighbours import message_packet

#: Bounds of the time between unsolicited advertisements, in ms (IP6-06).
SHORTEST_INTERVAL = 200_000
LONGEST_INTERVAL = 600_000

_HOP_LIMIT = 64
#: In seconds.
_ROUTER_LIFETIME = 1800
_VALID_LIFETIME = 86400
_PREFERRED_LIFETIME = 14400


class Router:
    """What the stack does as a router.

    Whether name servers are advertised depends on the host's resolver, so before each advertisement
    the host is asked for it.

    Args:
        seed: where the intervals come from.

    Attributes:
        deadline: when the next unsolicited advertisement is due, in ns.
    """

    def __init__(self, stack: Stack, seed: int) -> None:
        self._stack = stack
        self._random = seed
        self._handle = stack.claim(self)
        self.deadline = self._draw() * MILLISECOND

    def advertise(self) -> None:
        """Send an advertisement once the host has said whether it has a resolver."""
        self._stack.perform(hostio.FindNameserver(self._handle, hostio.Nameserver.IPV6))

    def on_timer(self) -> None:
        """Advertise unasked if that is due."""
        now = self._stack.now
        if now >= self.deadline:
            self.deadline = (now // MILLISECOND + self._draw()) * MILLISECOND
            self.advertise()

    def on_event(self, event: hostio.Event) -> None:
        """Send the advertisement (IP6-04)."""
        if not isinstance(event, hostio.NameserverFound):
            return
        config = self._stack.config
        options: list[ndp.Option] = [
            ndp.LinkLayer(ndp.SOURCE_LINK_LAYER, mac_of(ROUTER)),
            ndp.Prefix(
                config.prefix6,
                config.prefix6_length,
                True,
                True,
                _VALID_LIFETIME,
                _PREFERRED_LIFETIME,
            ),
        ]
        if event.exists:
            lifetime = self._stack.profile.nameserver_lifetime
            options.append(ndp.Nameservers((config.nameserver6,), lifetime))
        message = ndp.RouterAdvertisement(
            _HOP_LIMIT, False, False, _ROUTER_LIFETIME, 0, 0, tuple(options)
        )
        body = ndp.encode_router_advertisement(message)
        self._stack.send(
            message_packet(
                ROUTER, ipv6.ALL_NODES, icmpv6.Message(icmpv6.ROUTER_ADVERTISEMENT, 0, body)
            )
        )

    def _draw(self) -> int:
        """The next interval in ms (a linear congruential generator of 64 bits, Knuth's MMIX)."""
        self._random = (self._random * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return SHORTEST_INTERVAL + (self._random >> 32) % (LONGEST_INTERVAL - SHORTEST_INTERVAL)
