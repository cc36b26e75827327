"""Intake's settings; it holds the key ring, because it seals what reporters tell about themselves, and media.

MEDIA_STORE                      where media are kept: a directory, or s3://… (media/stores.py)
MEDIA_S3_ACCESS_KEY, …_SECRET_KEY  for s3://; better as names of files, with _FILE
MEDIA_MAX_PHOTO, _VIDEO, _AUDIO  MiB that one of them may have: 15, 200, 30
MEDIA_LINK_SECONDS               how long a link to media is good: 600
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import Environment, Settings, read

MIB = 1024 * 1024


@dataclass(frozen=True)
class MediaSettings:
    """Where media are kept, how large they may be (bytes, by the first part of the media type), how long links hold."""

    store: str
    s3_access_key: str
    s3_secret_key: str
    most: dict[str, int]
    link_seconds: int


@dataclass(frozen=True)
class IntakeSettings(Settings):
    """The settings of one process of intake."""

    media: MediaSettings


def load(environment: Mapping[str, str]) -> IntakeSettings:
    return IntakeSettings(**vars(read("intake", environment, sealed=True)), media=_media(Environment(environment)))


def _media(env: Environment) -> MediaSettings:
    return MediaSettings(
        store=env.get("MEDIA_STORE", ""),  # commands of administrators need none; the service does not start without
        s3_access_key=env.get("MEDIA_S3_ACCESS_KEY", ""),
        s3_secret_key=env.get("MEDIA_S3_SECRET_KEY", ""),
        most={
            "image": env.number("MEDIA_MAX_PHOTO", 15) * MIB,
            "video": env.number("MEDIA_MAX_VIDEO", 200) * MIB,
            "audio": env.number("MEDIA_MAX_AUDIO", 30) * MIB,
        },
        link_seconds=env.number("MEDIA_LINK_SECONDS", 600),
    )
