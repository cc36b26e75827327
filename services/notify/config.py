"""Notify's settings; it holds the key ring, because only it opens members' contact data in order to reach them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.settings import Environment, Settings, SettingsError, read

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class NotifySettings(Settings):
    webhook_networks: tuple[Network, ...] = ()  # that may be called although they are not public
    channel_patience: float = 15.0  # seconds for one call of a provider
    public_url: str = ""  # where members' links lead, without a slash at the end; without it there are none
    feed_days: int = 7  # how long what has happened is kept for subscribers who were away
    feed_events: int = 1_000_000  # and how much of it at the most


def load(environment: Mapping[str, str]) -> NotifySettings:
    env = Environment(environment)
    listed = env.get("WEBHOOK_NETWORKS", "").split()
    try:
        networks = tuple(ipaddress.ip_network(network) for network in listed)
    except ValueError as error:
        raise SettingsError(f"WEBHOOK_NETWORKS: {error}; write networks with blanks between: 10.1.2.0/24") from error
    patience = float(env.number("CHANNEL_PATIENCE", 15))
    if not 1 <= patience <= 120:
        raise SettingsError(f"CHANNEL_PATIENCE={patience:g}: give 1 to 120 seconds")
    url = env.get("PUBLIC_URL", "").rstrip("/")
    if url and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc):
        raise SettingsError(f"PUBLIC_URL={url!r} must be https://… or http://…, where people reach the town")
    days, events = env.number("FEED_DAYS", 7), env.number("FEED_EVENTS", 1_000_000)
    if not (1 <= days <= 366 and events):
        raise SettingsError(f"FEED_DAYS={days}, FEED_EVENTS={events}: give 1 to 366 days, and at least one event")
    return NotifySettings(
        **vars(read("notify", environment, sealed=True)),
        webhook_networks=networks,
        channel_patience=patience,
        public_url=url,
        feed_days=days,
        feed_events=events,
    )
