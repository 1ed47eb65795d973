"""How thorough the comparison with QEMU is, and how much was compared."""

import hypothesis
import pytest
from side_by_side import compared
from strategies import THOROUGH

hypothesis.settings.register_profile(THOROUGH, max_examples=5000, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    # A program is long, and is shown only when it fails.
    config.addinivalue_line("filterwarnings", "ignore:Generating overly large repr")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for model, count in sorted(compared.items()):
        terminalreporter.write_line(f"{model}: {count:,} operations compared with QEMU")
