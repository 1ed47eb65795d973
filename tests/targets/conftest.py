"""What the tests of targets share: every installed target in turn, inside namespaces."""

import pytest

from vnetspec.fixtures import namespace
from vnetspec.fixtures.targets.contract import Network, Unsupported
from vnetspec.fixtures.targets.find import find, known


@pytest.fixture(scope="session")
def network_namespace():
    return namespace.enter()


@pytest.fixture(scope="module", params=list(known()))
def target(request, network_namespace):
    """Each target that the distribution announces; skipped where its package is missing."""
    target = find(request.param)
    try:
        target.version()
    except Unsupported as error:
        pytest.skip(str(error))
    yield target
    target.close()


@pytest.fixture
def needs(target):
    """Skip a target that says that it lacks a capability."""

    def check(*capabilities):
        lacking = set(capabilities) - target.capabilities
        if lacking:
            pytest.skip(f"{target.name} says that it has no {', '.join(sorted(lacking))}")

    return check


@pytest.fixture
def plain(target):
    """The simplest network that the target has: with a user network, or else two guests alone."""
    return Network() if "arp" in target.capabilities else Network(user=None, ports=2)


@pytest.fixture
def start(target, tmp_path):
    """Open networks that are closed when the test ends."""
    links = []

    def start(network=None):
        link = target.open(network or Network(), tmp_path)
        links.append(link)
        return link

    yield start
    for link in links:
        link.close()
