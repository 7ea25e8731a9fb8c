"""YAML files of our own, read by the compiled parser where there is one: seven times faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: Both read plain values only, never objects.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Path) -> Any:
    """Return what a YAML file says.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
