"""One supervisor daemon per checkout runs everything; this writes its configuration and talks to it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from deploy.local.checkout import LOCAL, MARK, ROOT, LocalError, fingerprint

FILES = 65_536  # the broker needs a file per connection; the usual limit of 1,024 allows 832
CONFIG = LOCAL / "supervisord.conf"
PID = LOCAL / "run" / "supervisord.pid"
STOP_SECONDS = 180  # the broker and the database may need a minute each
SOCKET_LIMIT = 95  # bytes of a path that AF_UNIX takes, with room for the temporary name


@dataclass(frozen=True)
class Program:
    """One process: what to run, as whom, and how to stop it. Lower order starts first and stops last."""

    name: str
    command: str
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    order: int = 50


def write_group(group: str, programs: list[Program]) -> None:
    """Describe a group; it takes effect with `apply`."""
    names = ",".join(f"{group}.{program.name}" for program in programs)
    head = f"[group:{group}]\nprograms={names}\npriority={programs[0].order}\n"
    text = "\n".join([head, *(_section(group, program) for program in programs)])
    (LOCAL / "conf.d" / f"{group}.ini").write_text(text, encoding="utf-8")


def forget_group(group: str) -> None:
    (LOCAL / "conf.d" / f"{group}.ini").unlink(missing_ok=True)


def _section(group: str, program: Program) -> str:
    environment = ",".join(f'{name}="{_escaped(value)}"' for name, value in program.environment.items())
    user = f"user={program.user}\n" if program.user else ""
    return (
        f"[program:{group}.{program.name}]\nprocess_name={program.name}\ncommand={_escaped(program.command)}\n"
        f"environment={environment}\n{user}directory={ROOT if not program.user else '/'}\n"
        f"priority={program.order}\nautostart=false\nautorestart=true\nstartsecs=2\nstartretries=1000000\n"
        f"stopsignal={program.stop_signal}\nstopwaitsecs={program.stop_seconds}\nkillasgroup=true\n"
        f"redirect_stderr=true\nstdout_logfile={_escaped(str(log_of(group, program.name)))}\n"
        "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=3\n"
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def log_of(group: str, name: str) -> Path:
    return LOCAL / "log" / f"{group}.{name}.log"


def socket_path() -> Path:
    """The daemon's socket: in `.local/run`, or in /tmp where that path is too long for a socket."""
    inside = LOCAL / "run" / "supervisor.sock"
    if len(str(inside).encode()) <= SOCKET_LIMIT:
        return inside
    folder = Path(f"/tmp/wangge-{os.geteuid()}-{fingerprint()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.stat().st_mode & 0o077:
        raise LocalError(f"{folder} is not ours alone: remove it")
    return folder / "supervisor.sock"


def running() -> bool:
    """Whether the daemon answers; one that is ending does not."""
    try:
        _api().getState()
    except (OSError, HTTPException, Fault):
        return False
    return True


def _ended() -> bool:
    return not PID.exists() or int(PID.read_text() or 0) not in strays()


def start() -> None:
    """Start the daemon unless it runs; what a daemon that was killed has left behind ends first."""
    if running():
        return
    wait_for(_ended, STOP_SECONDS, "the end of the last run")
    end_strays()
    CONFIG.write_text(_daemon_config(), encoding="utf-8")
    CONFIG.chmod(0o600)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIG)]
    name, _, value = MARK.partition("=")
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "HOME", "TZ")} | {name: value}
    done = subprocess.run(command, env=environment, cwd=ROOT, preexec_fn=_raise_limits, capture_output=True, text=True)
    if done.returncode:
        raise LocalError(f"supervisord did not start: {(done.stderr or done.stdout).strip()}")
    wait_for(running, 15, "supervisord")


def stop() -> None:
    """Stop everything, in order, and the daemon; then whatever of this checkout is left."""
    if running():
        _call("shutdown")
    wait_for(_ended, STOP_SECONDS, "the end of all processes")
    end_strays()


def apply(group: str) -> bool:
    """Bring what `write_group` or `forget_group` said into force; says whether anything changed. Starts nothing."""
    added, changed, removed = _call("reloadConfig")[0]
    if group in changed + removed:
        _call("stopProcessGroup", group, True)
        _call("removeProcessGroup", group)
    if group in added + changed:
        _call("addProcessGroup", group)
    return group in added + changed + removed


def start_process(group: str, name: str) -> None:
    """Start it unless it runs; returns at once."""
    with contextlib.suppress(Fault):  # already started
        _api().startProcess(f"{group}:{name}", False)


def stop_process(group: str, name: str) -> None:
    """Stop it unless it is stopped; returns when it has ended."""
    with contextlib.suppress(Fault):  # not running
        _api().stopProcess(f"{group}:{name}", True)


def start_group(group: str) -> None:
    _call("startProcessGroup", group, False)


def stop_group(group: str) -> None:
    with contextlib.suppress(Fault):  # not there
        _api().stopProcessGroup(group, True)


def processes() -> list[dict[str, Any]]:
    """State of every process, as supervisor tells it; none when the daemon is down."""
    return _api().getAllProcessInfo() if running() else []


def process(group: str, name: str) -> dict[str, Any]:
    return _call("getProcessInfo", f"{group}:{name}")


def wait_for(condition: Any, seconds: float, what: str, log: Path | None = None) -> None:
    """Raises LocalError, with the end of the log, when it does not come true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log and log.exists() else ""
            raise LocalError(f"waited {seconds:.0f} s for {what} (make logs, make doctor){': ' + tail if tail else ''}")
        time.sleep(0.1)


def end_strays() -> None:
    """End what a daemon that was killed has left behind."""
    for signum, seconds in ((signal.SIGTERM, 30), (signal.SIGKILL, 5)):
        for pid in strays():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum)
        until = time.monotonic() + seconds
        while strays() and time.monotonic() < until:
            time.sleep(0.1)


def strays() -> list[int]:
    """Processes of this checkout, the daemon itself included: they carry our mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if MARK.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def _daemon_config() -> str:
    path = socket_path()
    return _escaped(
        f"[unix_http_server]\nfile={path}\nchmod=0700\n\n"
        f"[supervisord]\npidfile={PID}\nlogfile={LOCAL / 'log' / 'supervisord.log'}\nlogfile_maxbytes=5MB\n"
        f"logfile_backups=2\nchildlogdir={LOCAL / 'log'}\nminfds={file_limit()}\nidentifier=wangge\nnocleanup=true\n"
        + ("user=root\n" if os.geteuid() == 0 else "")
        + "\n[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
        "\n[include]\nfiles = conf.d/*.ini\n"
    )


def file_limit() -> int:
    """How many files a process of ours may have open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)


def _raise_limits() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (file_limit(), file_limit()))


def _api() -> Any:
    return ServerProxy("http://127.0.0.1", SupervisorTransport(None, None, f"unix://{socket_path()}")).supervisor


def _call(method: str, *arguments: Any) -> Any:
    try:
        return getattr(_api(), method)(*arguments)
    except Fault as error:
        raise LocalError(f"supervisor refused {method} {arguments}: {error.faultString}") from error
