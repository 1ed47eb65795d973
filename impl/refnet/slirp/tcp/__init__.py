"""The TCP of the user-mode network: the guest's peer on one side, the host's streams on the other.

``state`` holds the theory of operation, ``arrival`` what a segment does, ``output`` what is sent,
``timers`` what time does, ``table`` the connections and their rules.
"""

from .table import Tcp

__all__ = ["Tcp"]
