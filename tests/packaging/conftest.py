"""Where the archives are that the tests look into."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--dist", type=Path, help="a directory with a wheel and an sdist of the tree")


@pytest.fixture(scope="session")
def dist(request: pytest.FixtureRequest) -> Path:
    """The directory with the archives."""
    given = request.config.getoption("--dist")
    if given is None:
        pytest.fail("--dist DIR is needed: tox -e wheel builds the archives and gives it")
    return Path(given)
