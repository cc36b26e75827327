"""Run one service: `python -m shared.run services.intake.service:IntakeService`."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import argparse
import importlib
import logging
import os
import resource
import signal
import sys

from nameko.runners import ServiceRunner

from shared.observability import logs
from shared.settings import SettingsError

log = logging.getLogger(__name__)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.run", description=__doc__)
    parser.add_argument("service", help="module:Class, for example services.intake.service:IntakeService")
    module_name, _, class_name = parser.parse_args().service.partition(":")
    package = module_name.rpartition(".")[0]
    try:
        settings = importlib.import_module(f"{package}.config").load(os.environ)
    except SettingsError as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 2
    _allow_files()
    logs.configure(settings.service, settings.town, settings.log_level)
    runner = ServiceRunner({"settings": settings, "WEB_SERVER_ADDRESS": settings.http_address, "max_workers": 100})
    runner.add_service(getattr(importlib.import_module(module_name), class_name))
    runner.start()
    log.info("serving on %s, operations on %s", settings.http_address, settings.ops_address)
    _until_told_to_stop()
    runner.stop()
    log.info("stopped")
    return 0


def _allow_files() -> None:
    """As many open files as the system lets this process have: each client that listens is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _until_told_to_stop() -> None:
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, frame: told.append(signum))
    while not told:  # a timer, because an idle hub would notice a signal only when something else wakes it
        eventlet.sleep(0.5)


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)  # greenlets that wait for the broker must not hold the process
