"""Who may look at media, and who may bring some without a token: whoever has a link that was signed for a name."""

from __future__ import annotations

from typing import NamedTuple

from services.intake.media.receiving import Reception
from services.intake.media.stores import Store
from shared.http.links import links

DOOR = "/intake/media"
PURPOSE = "media"  # of the links' keys
FULL, THUMBNAIL = SIZES = ("full", "thumbnail")


class Access:
    """Links for a town's media, good for so many seconds."""

    def __init__(self, ring: str, seconds: int):
        self._links, self._seconds = links(ring, PURPOSE), seconds

    def look(self, reference: str, who: str, about: str, size: str = FULL) -> str:
        """To look at one photo, video or sound; `who` (role/name) and the case that it is `about` are logged."""
        return self._links.sign(f"{DOOR}/{reference}", self._seconds, **{"for": who, "about": about, "size": size})

    def bring(self, who: str, about: str, seconds: int, back: str = "") -> str:
        """To upload media about one case, for whoever answers; `back`: the page that a browser returns to."""
        return self._links.sign(DOOR, seconds, **{"for": who, "about": about} | ({"back": back} if back else {}))


class MediaParts(NamedTuple):
    """What the doors need."""

    store: Store
    reception: Reception
    access: Access
