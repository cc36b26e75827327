"""The broker's address: read the AMQP URL, and turn the broker's complaints into sentences that help."""

import os
import pathlib

import pika
import pika.exceptions
from pika.adapters.utils import connection_workflow

from wangge_client import errors

ENVIRONMENT = "WANGGE_AMQP_URI"
_FORM = (
    "write amqp://USER:PASSWORD@HOST:PORT/VHOST, for example amqp://qiuchuan-hotline:…@localhost:5672/wangge-qiuchuan"
)


class Address:
    """Where the broker is, and who we are there. Never shows the password."""

    def __init__(self, url: str, purpose: str) -> None:
        """`purpose` is shown to the broker's operator as the name of the connection."""
        if not url.startswith(("amqp://", "amqps://")):
            raise errors.BadAddress(f"the broker's address must begin with amqp:// or amqps://; {_FORM}")
        try:
            self.parameters = pika.URLParameters(url)
        except (ValueError, IndexError, TypeError) as problem:
            raise errors.BadAddress(
                f"the broker's address cannot be read ({type(problem).__name__}); {_FORM}"
            ) from None
        if "@" not in url or not self.parameters.credentials.username:
            raise errors.BadAddress(f"the broker's address names no user; {_FORM}")
        self.parameters.client_properties = {"connection_name": purpose}
        self.parameters.heartbeat = self.parameters.heartbeat or 30
        # while the broker is short of memory or disk it answers nothing: start anew rather than wait for ever
        self.parameters.blocked_connection_timeout = self.parameters.blocked_connection_timeout or 60

    @property
    def user(self) -> str:
        """The broker user: property `user_id` of what we publish, which the broker checks."""
        return self.parameters.credentials.username

    def __str__(self) -> str:
        it = self.parameters
        return f"{it.host}:{it.port}, virtual host {it.virtual_host!r}, user {self.user!r}"

    def explain(self, problem: BaseException | None) -> errors.WanggeError:
        """The problem as one of our errors, with what to do about it."""
        if isinstance(problem, errors.WanggeError):
            return problem
        cause = _root_of(problem)
        code = getattr(cause, "reply_code", None)
        text = getattr(cause, "reply_text", "") or str(cause) or type(cause).__name__
        if isinstance(cause, pika.exceptions.ProbableAuthenticationError) or (code == 403 and "Login" in text):
            return errors.WrongPassword(
                f"the broker refuses user and password at {self}; compare the URL with the one the town's operator gave"
            )
        if code == 404 or ("vhost" in text and "not found" in text):
            return errors.NotThere(
                f"not found at {self}: {text}; check virtual host and name, or ask the operator to declare the topology"
            )
        if code in (403, 530) or isinstance(cause, pika.exceptions.ProbableAccessDeniedError):
            return errors.NotPermitted(
                f"403, not permitted at {self}: {text}; the user must be <town>-<name> of this very source or member: "
                "check the name, or ask the operator for the permission"
            )
        return errors.Unreachable(
            f"no connection to {self}: {text}; check that the broker runs and host and port are right"
        )


def _root_of(problem: BaseException | None) -> BaseException | None:
    """pika wraps the reason several times (workflow → connector → handshake → broker's answer)."""
    while True:
        if isinstance(problem, connection_workflow.AMQPConnectionWorkflowFailed) and problem.exceptions:
            problem = problem.exceptions[-1]
        elif isinstance(problem, connection_workflow.AMQPConnectorException) and problem.exception is not None:
            problem = problem.exception
        elif (
            problem is not None
            and type(problem) is pika.exceptions.AMQPConnectionError
            and problem.args
            and isinstance(problem.args[0], BaseException)
        ):
            problem = problem.args[0]
        else:
            return problem


def url_from(argument: str | None) -> str:
    """The URL given on the command line, or in WANGGE_AMQP_URI, or in the file that WANGGE_AMQP_URI_FILE names."""
    if argument or os.environ.get(ENVIRONMENT):
        return argument or os.environ[ENVIRONMENT]
    path = os.environ.get(f"{ENVIRONMENT}_FILE")
    if not path:
        raise errors.BadAddress(f"no broker given: use --url, {ENVIRONMENT} or {ENVIRONMENT}_FILE; {_FORM}")
    try:
        return pathlib.Path(path).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise errors.BadAddress(f"{ENVIRONMENT}_FILE={path} cannot be read: {problem.strerror}") from None
