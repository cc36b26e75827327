"""Notify's settings; it holds the key ring, because only it opens members' contact data in order to reach them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import Environment, Settings, SettingsError, read

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class NotifySettings(Settings):
    webhook_networks: tuple[Network, ...] = ()  # that may be called although they are not public


def load(environment: Mapping[str, str]) -> NotifySettings:
    listed = Environment(environment).get("WEBHOOK_NETWORKS", "").split()
    try:
        networks = tuple(ipaddress.ip_network(network) for network in listed)
    except ValueError as error:
        raise SettingsError(f"WEBHOOK_NETWORKS: {error}; write networks with blanks between: 10.1.2.0/24") from error
    return NotifySettings(**vars(read("notify", environment, sealed=True)), webhook_networks=networks)
