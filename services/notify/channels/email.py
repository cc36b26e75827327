"""E-mail by SMTP, step by step: so it is known whether the server has had the whole message when something breaks."""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any

from eventlet import Timeout

from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.web import Forbidden, Web, address_of, said
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import TARGET, Delivered, Outcome, Refused, TryLater, Uncertain

MOST_OF_A_SUBJECT = KINDS["email"].room.title  # characters
LATER = 60.0  # seconds, for what a server says it may take later


class _Answered(Exception):
    """The server has said no to a step."""

    def __init__(self, code: int, text: bytes | str, account: bool = False):
        shown = text.decode(errors="replace") if isinstance(text, bytes) else text
        super().__init__(f"{code} {shown}")
        self.code, self.account = code, account


class Email:
    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        if not parseaddr(delivery.target)[1] or not delivery.target.isprintable() or " " in delivery.target:
            return Refused("this is no e-mail address")
        handed_over: list[bool] = []
        try:
            with Timeout(self._web.patience):
                with self._connection(account) as server:
                    _deliver(server, message_of(delivery, account), delivery.target, account, handed_over)
            return Delivered()
        except _Answered as error:
            return TryLater(LATER, str(error), of=TARGET) if error.code < 500 else Refused(str(error), error.account)
        except smtplib.SMTPResponseException as error:
            no = _Answered(error.smtp_code, error.smtp_error, account=True)
            return TryLater(LATER, str(no)) if no.code < 500 else Refused(str(no), account=True)
        except (Forbidden, smtplib.SMTPNotSupportedError) as error:
            return Refused(f"{type(error).__name__}: {error}", account=True)
        except (Timeout, OSError, smtplib.SMTPException, ValueError) as error:
            why = said(error, self._web.patience)
            return Uncertain(why) if handed_over else TryLater(0.0, why)

    def _connection(self, account: Account) -> smtplib.SMTP:
        """To the address that was looked at. Without TLS only in networks that are listed."""
        settings = account.settings
        host, port, security = settings["host"], int(settings["port"]), settings["security"]
        address = address_of(host, port, security != "none", self._web.listed)
        server = _Pinned(host, port, address, security == "tls", self._web.patience)
        if security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings["user"]:
            server.login(settings["user"], account.secrets.get("password", ""))
        return server


class _Pinned(smtplib.SMTP):
    """SMTP with an address, in the name of a host. Leaving it closes the connection, whatever the server says."""

    def __init__(self, host: str, port: int, address: str, tls: bool, patience: float):
        self._address, self._tls = address, tls
        super().__init__(host, port, timeout=patience)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        sock = socket.create_connection((self._address, port), timeout)
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host) if self._tls else sock

    def __exit__(self, *error: Any) -> None:
        self.close()


def message_of(delivery: Delivery, account: Account) -> EmailMessage:
    """Plain text; its Message-ID stays the same when it is sent again."""
    sender, words = account.settings["sender"], delivery.words
    message = EmailMessage()
    message["Subject"] = " ".join(words.title.split())[:MOST_OF_A_SUBJECT]
    message["From"], message["To"] = sender, delivery.target
    message["Date"], message["Message-ID"] = formatdate(localtime=False), f"<{delivery.id}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(part for part in (words.text, words.url) if part))
    return message


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _deliver(
    server: smtplib.SMTP, message: EmailMessage, target: str, account: Account, handed_over: list[bool]
) -> None:
    server.ehlo_or_helo_if_needed()
    _step(server.mail(parseaddr(account.settings["sender"])[1]), account=True)
    _step(server.rcpt(target))
    _step(server.docmd("DATA"), good=354)
    handed_over.append(True)
    server.send(message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n.."))
    server.send(b"\r\n.\r\n")
    _step(server.getreply())


def _step(answer: tuple[int, bytes], good: int = 250, account: bool = False) -> None:
    code, text = answer
    if code != good and not (good == 250 and code == 251):
        raise _Answered(code, text, account)
