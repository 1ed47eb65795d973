"""The shapes of octets that codecs take and give."""

from typing import TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview
