"""What ties a part to the process that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

#: Environment variable with the number of the socket that a web server inherits.
LISTENING = "OFERTA_LISTENING_SOCKET"
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def die_with_parent() -> None:
    """End this process when its parent is gone, even by `kill -9`: no orphan holds the port."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it went in between
            os.kill(os.getpid(), signal.SIGTERM)


def become(name: str) -> None:
    """Make this fork a part of its own: own session, no terminal, `name` in lists of processes."""
    die_with_parent()
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())
