"""The database as a part of a nameko service: one pool per process, opened on first use."""

from __future__ import annotations

from nameko.extensions import SharedExtension

from shared.db.pool import Pool
from shared.db.waiting import wait_as_greenlets


class Database(SharedExtension):
    """The service's pool."""

    def __init__(self) -> None:
        super().__init__()
        self.pool: Pool | None = None

    def setup(self) -> None:
        wait_as_greenlets()
        settings = self.container.config["settings"]
        self.pool = Pool(settings.database_url, settings.pool_size, f"wangge-{settings.service}")

    def stop(self) -> None:
        assert self.pool
        self.pool.close()
