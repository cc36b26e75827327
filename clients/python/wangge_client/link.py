"""The link to the broker: a thread that keeps one session alive and opens the next when it ends."""

import logging
import random
import threading
import time
from collections.abc import Callable

from wangge_client import errors
from wangge_client.address import Address
from wangge_client.session import Keeper, Session

log = logging.getLogger("wangge_client")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0  # seconds between two tries


class Link:
    """Keeps a connection in a thread of its own; comes back by itself. Safe to use from any thread."""

    def __init__(self, address: Address, queue: str, keeper: Keeper) -> None:
        self._address, self._queue, self._keeper = address, queue, keeper
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._closing = threading.Event()
        self._changed = threading.Condition()
        self._connected = False
        self.trouble: errors.WanggeError | None = None
        self._thread = threading.Thread(target=self._run, name=f"wangge {queue}", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def ready(self, timeout: float) -> None:
        """Wait until connected; raises what stands in the way: at once if waiting cannot help, else after `timeout`."""
        self.wait_for(lambda: self._connected, timeout, f"no connection to {self._address}")

    def wait_for(self, wanted: Callable[[], bool], timeout: float | None, missing: str) -> None:
        """Wait until `wanted()`; raises a lasting trouble at once, or NoAnswer(`missing`) after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not wanted():
                if isinstance(self.trouble, errors.BrokerTrouble) and self.trouble.lasting:
                    raise self.trouble
                left = 1.0 if end is None else end - time.monotonic()
                if left <= 0:
                    raise self.trouble or errors.NoAnswer(f"after {timeout:g} s: {missing}")
                self._changed.wait(min(left, 0.2))  # another process with the same file may change it, too

    def nap(self, seconds: float) -> None:
        """Wait until something changes, at most so long."""
        with self._changed:
            self._changed.wait(seconds)

    def tell(self) -> None:
        """Wake those who wait: something has changed."""
        with self._changed:
            self._changed.notify_all()

    def opened(self) -> None:
        """The session hears its queue (called by the keeper's `opened`)."""
        self.trouble, self._connected = None, True
        self.tell()

    def wake(self) -> None:
        """Publish what is due now, rather than at the next tick."""
        self._in_session(lambda session: session.pump)

    def close(self) -> None:
        """End the connection and the thread; what is kept stays kept."""
        self._closing.set()
        self._in_session(lambda session: session.close)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=10)

    def _in_session(self, step: Callable[[Session], Callable[[], None]]) -> None:
        with self._lock:
            if self._session is not None:
                self._session.loop.add_callback_threadsafe(step(self._session))

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._closing.is_set():
            began = time.monotonic()
            problem, worked = self._one_session()
            self._connected = False
            if self._closing.is_set():
                return
            self.trouble = self._explained(problem)
            self.tell()
            if worked or time.monotonic() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            log.warning("%s; next try in %.1f s", self.trouble, pause)
            self._closing.wait(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _explained(self, problem: BaseException | None) -> errors.WanggeError:
        if isinstance(problem, (OSError, errors.WanggeError)) or type(problem).__module__.startswith("pika"):
            return self._address.explain(problem)
        log.error("the client's own keeping failed", exc_info=problem)
        return errors.BadStore(f"what came or went could not be kept: {problem}; see to the disk and the file")

    def _one_session(self) -> tuple[BaseException | None, bool]:
        session = None
        try:
            session = Session(self._address.parameters, self._address.user, self._queue, self._keeper)
            with self._lock:
                self._session = session
            if not self._closing.is_set():
                session.run()
            return session.problem, session.worked
        except Exception as problem:
            return problem, False
        finally:
            with self._lock:
                self._session = None
            if session is not None:
                session.loop.close()
