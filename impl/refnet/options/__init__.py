"""QEMU's command line: its grammar, defaults and messages."""

from .argv import Arguments, parse

__all__ = ["Arguments", "parse"]
