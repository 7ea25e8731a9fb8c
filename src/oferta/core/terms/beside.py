"""Asks the solver in a process of its own, for servers that answer many at once.

The solver's memory is no thread's own, so two threads of one process must not use it. A process
beside also may be given up after a time, and takes nobody with it if it fails.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, ParamSpec, TypeVar, cast

from oferta.kernel.errors import OfertaError

if TYPE_CHECKING:
    from collections.abc import Callable

_P = ParamSpec("_P")
_T = TypeVar("_T")
_CALL = "from oferta.core.terms.beside import _answer; _answer()"


@dataclass(eq=False, kw_only=True)
class NotProvedInTime(OfertaError):
    """The solver had no answer in the time it was given."""

    code: ClassVar[str] = "terms.not_proved_in_time"
    seconds: float


def ask(seconds: float, call: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Return what a function of `proving` returns, computed in another process.

    Args:
        seconds: how long it may take.
        call: a function that a module defines by name, as `rights_fall`.
        args: what it is given; packs, editions and what is made of them.
        kwargs: the same by name.

    Raises:
        NotProvedInTime: it took longer, or failed.
    """
    given = pickle.dumps((call, args, kwargs))
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CALL],
            input=given, capture_output=True, timeout=seconds, check=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise NotProvedInTime(seconds=seconds) from error
    return cast("_T", pickle.loads(done.stdout))  # noqa: S301 - written by our own process


def _answer() -> None:
    call, args, kwargs = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from our parent
    found = call(*args, **kwargs)
    sys.stdout.buffer.write(pickle.dumps(found))
