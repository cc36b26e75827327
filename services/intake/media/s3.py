"""Media in an S3-compatible service (MinIO, a cloud's object storage): a town with replicas on several machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from services.intake.config import MediaSettings
from services.intake.errors import StoreAway
from services.intake.media.stores import PIECE, private_incoming
from shared.settings import SettingsError

PATIENCE = urllib3.Timeout(connect=3, read=20)
Result = TypeVar("Result")


class S3Store:
    """`<bucket>/<key>`. The bucket must be there, and not be open to the public."""

    def __init__(self, settings: MediaSettings):
        address = urlsplit(settings.store)
        query = parse_qs(address.query)
        endpoint = urlsplit(query.get("endpoint", [""])[0])
        if not (address.netloc and endpoint.netloc and settings.s3_access_key and settings.s3_secret_key):
            raise SettingsError(
                "MEDIA_STORE must be s3://<bucket>?endpoint=https://<host>[&region=…], "
                "with MEDIA_S3_ACCESS_KEY_FILE and MEDIA_S3_SECRET_KEY_FILE"
            )
        self._bucket, self.incoming = address.netloc, private_incoming()
        self._client = Minio(
            endpoint.netloc,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            secure=endpoint.scheme == "https",
            region=query.get("region", ["us-east-1"])[0],
            http_client=urllib3.PoolManager(timeout=PATIENCE, maxsize=10, retries=urllib3.Retry(2)),
        )

    def put(self, file: Path, key: str) -> None:
        if not self.exists(key):  # the same key is the same content: twice at once does no harm
            _asked(lambda: self._client.fput_object(self._bucket, key, str(file)))
        file.unlink()

    def open(self, key: str, start: int, length: int) -> Iterator[bytes]:
        answer = _asked(lambda: self._client.get_object(self._bucket, key, offset=start, length=length))

        def pieces() -> Iterator[bytes]:
            try:
                yield from answer.stream(PIECE)
            finally:
                answer.close()
                answer.release_conn()

        return pieces()

    def exists(self, key: str) -> bool:
        try:
            _asked(lambda: self._client.stat_object(self._bucket, key))
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        _asked(lambda: self._client.remove_object(self._bucket, key))


def _asked(ask: Callable[[], Result | Any]) -> Any:
    """What the service answers. Raises FileNotFoundError for a key that is not there, StoreAway for everything else."""
    try:
        return ask()
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise FileNotFoundError(error.code) from error
        raise StoreAway(f"the media store refuses ({error.code})") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise StoreAway(f"the media store does not answer ({type(error).__name__})") from error
