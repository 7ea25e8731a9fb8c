"""Make `oferta` of this checkout importable and callable in the environment that runs this file.

What `pip install --editable .` would do, without fetching a build backend.
"""

import sys
import sysconfig
from pathlib import Path

# By way of the shell, because a path after `#!` may hold no space and not be long.
SCRIPT = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from oferta.project.cli import main

sys.exit(main())
"""

root = Path(__file__).resolve().parent.parent
Path(sysconfig.get_path("purelib"), "oferta.pth").write_text(f"{root / 'src'}\n")
command = Path(sysconfig.get_path("scripts"), "oferta")
command.unlink(missing_ok=True)
command.write_text(SCRIPT.format(python=sys.executable))
command.chmod(0o755)
