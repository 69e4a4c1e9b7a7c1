"""The blob store of the service: a folder, or S3, as BLOB_URL says."""

import os
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlparse


class Blobs(Protocol):
    """Bytes by key."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, data: bytes) -> None: ...


def open_blobs(url: str | None = None, data_dir: str | None = None) -> Blobs:
    url = url or os.environ.get("BLOB_URL") or ""
    if url.startswith("s3://"):
        return S3Blobs(url)
    if url.startswith("file:"):
        return FolderBlobs(Path(unquote(urlparse(url).path)))
    return FolderBlobs(Path(data_dir or os.environ.get("DATA_DIR", "data")) / "blobs")


class FolderBlobs:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if self._root not in path.parents:
            raise ValueError(f"The key {key!r} leaves the blob store.")
        return path

    def get(self, key: str) -> bytes | None:
        path = self._path(key)
        return path.read_bytes() if path.exists() else None

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)


class S3Blobs:
    def __init__(self, url: str) -> None:
        import boto3

        parsed = urlparse(url)
        self._bucket = parsed.netloc
        prefix = parsed.path.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._s3: Any = boto3.client("s3", endpoint_url=os.environ.get("BLOB_S3_ENDPOINT"))

    def get(self, key: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return None

    def put(self, key: str, data: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data)
