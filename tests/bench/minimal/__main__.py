"""One process of the minimal chain: `python -m tests.bench.minimal dispatch`, with the settings of that service."""

from __future__ import annotations

import importlib
import os
import signal
import sys

from tests.bench.minimal.link import Link
from tests.bench.minimal.steps import STEPS

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    role = sys.argv[1]
    link = Link(importlib.import_module(f"services.{role}.config").load(os.environ))
    STEPS[role](link)
    link.run()
