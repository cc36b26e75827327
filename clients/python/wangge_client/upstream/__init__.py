"""Be an upstream platform: report, and hear what becomes of it."""

from wangge_client.upstream.client import Upstream
from wangge_client.upstream.spool import Answer

__all__ = ["Answer", "Upstream"]
