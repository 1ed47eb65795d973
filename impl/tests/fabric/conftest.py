"""A fabric, and stations that keep what they receive."""

import pytest

from refnet.fabric.port import Fabric, Port


class Station(Port):
    """Keeps frames; refuses them while not ``ready``."""

    kind = "station"

    def __init__(self, fabric, name):
        super().__init__(fabric, name)
        self.heard = []
        self.ready = True

    def receive(self, frame):
        if self.ready:
            self.heard.append(frame)
        return self.ready


@pytest.fixture
def fabric():
    return Fabric()


@pytest.fixture
def station(fabric):
    return lambda name: Station(fabric, name)
