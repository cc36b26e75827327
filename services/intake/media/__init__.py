"""Photos, videos and sounds: received as a stream, known by their bytes, freed of what they tell about people, kept by
the digest of their content, shown by signed links. Nothing here knows cases: those refer to media by reference.
"""

from services.intake.media.access import PURPOSE, THUMBNAIL, Access, MediaParts
from services.intake.media.receiving import Received, Reception, Stream
from services.intake.media.sniff import ENDINGS
from services.intake.media.stores import Store, open_store

__all__ = [
    "ENDINGS",
    "PURPOSE",
    "THUMBNAIL",
    "Access",
    "MediaParts",
    "Received",
    "Reception",
    "Store",
    "Stream",
    "open_store",
]
