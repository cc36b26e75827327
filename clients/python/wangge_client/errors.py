"""What can go wrong, as one tree; every text says how to repair it.

WanggeError
├── BadAddress            the AMQP URL cannot be read
├── BadReport             a report that cannot even be kept: no external id, not to be written as JSON, too large
├── BadStore              the local file belongs to somebody else, or cannot be written
├── BrokerTrouble         the connection does not work; the client keeps trying
│   ├── Unreachable       nobody listens there, or the line was cut
│   ├── WrongPassword     the broker does not accept user and password
│   ├── NotPermitted      403: the user may not do this
│   └── NotThere          404: the virtual host, exchange or queue does not exist
├── UploadRefused         the town does not take this photo, video or sound
├── UploadFailed          it has not arrived; uploading it again is safe
└── NoAnswer              nothing came in time; what was sent is kept and sent again (also a TimeoutError)
"""


class WanggeError(Exception):
    """Anything this library raises on its own."""


class BadAddress(WanggeError):
    """The AMQP URL cannot be read."""


class BadReport(WanggeError):
    """The report cannot be kept: it has no external id, cannot be written as JSON, or is too large."""


class BadStore(WanggeError):
    """The local file cannot be used."""


class BrokerTrouble(WanggeError):
    """The connection to the broker does not work; the client goes on trying."""

    lasting = False
    """True when only a person can repair it: waiting alone will not help."""


class Unreachable(BrokerTrouble):
    """The broker cannot be reached, or the connection was cut."""


class WrongPassword(BrokerTrouble):
    """The broker refuses the user's name or password."""

    lasting = True


class NotPermitted(BrokerTrouble):
    """The broker forbids what this user tries (403)."""

    lasting = True


class NotThere(BrokerTrouble):
    """The virtual host, exchange or queue does not exist (404)."""

    lasting = True


class UploadRefused(WanggeError):
    """The town does not take this file."""


class UploadFailed(WanggeError):
    """The file has not arrived; uploading it again later is safe."""


class NoAnswer(WanggeError, TimeoutError):
    """Nothing came in time. Nothing is lost: it is kept and sent again."""
