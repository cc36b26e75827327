"""Upload photos, videos and sounds to a town, over HTTP: AMQP messages carry their references only.

In a terminal: `wangge-upload FILE…` with WANGGE_EDGE and WANGGE_TOKEN_FILE prints the reference of each.
"""

import argparse
import hashlib
import http.client
import json
import os
import sys
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from wangge_client.commandline import token
from wangge_client.errors import UploadFailed, UploadRefused, WanggeError

TRIES = 3


def reference_of(path: str | Path) -> str:
    """The reference that the file will have: a report may name it before the file is uploaded."""
    with open(path, "rb") as file:
        return f"m-{hashlib.file_digest(file, 'sha256').hexdigest()[:40]}"


def upload(url: str, token: str, path: str | Path, timeout: float = 60) -> str:
    """Send a file to the edge of a town at `url` and give back its reference. The same file again does no harm.

    Raises UploadRefused, UploadFailed.
    """
    failure: Exception | None = None
    for _ in range(TRIES):
        try:
            with open(path, "rb") as file:
                status, answer = _post(url, token, file, timeout)
        except (OSError, http.client.HTTPException) as error:
            failure = error
            continue
        if status in (200, 201):
            return answer["reference"]
        if status < 500:
            raise UploadRefused(_said(answer))
        failure = UploadFailed(answer.get("detail", f"HTTP {status}"))
    raise UploadFailed(f"the file could not be uploaded: {failure}; try again later") from failure


def _post(url: str, token: str, file: BinaryIO, timeout: float) -> tuple[int, dict]:
    address = urlsplit(url)
    secure = address.scheme == "https"
    connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(
        address.netloc, timeout=timeout
    )
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/octet-stream",  # the town looks at the bytes
        "Content-Length": str(os.fstat(file.fileno()).st_size),
    }
    try:
        connection.request("POST", f"{address.path.rstrip('/')}/intake/media", file, headers)
        answer = connection.getresponse()
        return answer.status, _object(answer.read())
    finally:
        connection.close()


def _object(body: bytes) -> dict:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(problem: dict) -> str:
    reasons = "".join(f"; {reason['problem']}: {reason['repair']}" for reason in problem.get("reasons", ()))
    return f"{problem.get('detail', 'the upload was refused')}{reasons}"


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(
        prog="wangge-upload",
        description="Upload photos, videos and sounds 上传照片、视频、录音; token: WANGGE_TOKEN(_FILE).",
    )
    parser.add_argument("file", nargs="+")
    parser.add_argument(
        "--edge", default=os.environ.get("WANGGE_EDGE"), help="https://HOST of the town; or WANGGE_EDGE"
    )
    given = parser.parse_args(arguments)
    if not given.edge:
        parser.error("say where the town is: --edge or WANGGE_EDGE")
    try:
        for path in given.file:
            print(upload(given.edge, token(), path))
    except (WanggeError, OSError) as problem:
        print(f"wangge-upload: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
