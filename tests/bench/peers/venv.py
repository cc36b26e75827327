"""The peers' libraries stand in an environment of their own: the product needs none of them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local.checkout import LOCAL, ROOT

FOLDER = LOCAL / "bench-venv"
PYTHON = FOLDER / "bin" / "python"
LOCK = ROOT / "deploy" / "requirements" / "bench.txt"


def ensure_venv(say: Callable[[str], None]) -> Path:
    """Its interpreter; made anew when the lock file has changed, else a second call costs nothing."""
    stamp, wanted = FOLDER / "stamp", hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return PYTHON
    say("installing the peers of the benchmark (once) 安装对比框架")
    shutil.rmtree(FOLDER, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", str(LOCK)], check=True)
    stamp.write_text(wanted)
    return PYTHON
