"""The blob store of the service: a folder, or S3, as BLOB_URL says."""

import os
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlparse

from .blob_cipher import BlobCipher
from .codec import is_on, keys_from_environment


class Blobs(Protocol):
    """Bytes by key."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, data: bytes) -> None: ...


def open_blobs(url: str | None = None, data_dir: str | None = None) -> Blobs:
    """By the service's settings; what is stored passes through its cipher, unless BLOB_ENCRYPTION is off."""
    stored = _stored(url, data_dir)
    return SealedBlobs(stored, BlobCipher(keys_from_environment())) if is_on("BLOB_ENCRYPTION") else stored


def _stored(url: str | None, data_dir: str | None) -> Blobs:
    url = url or os.environ.get("BLOB_URL") or ""
    if url.startswith("s3://"):
        return S3Blobs(url)
    if url.startswith("file:"):
        return FolderBlobs(Path(unquote(urlparse(url).path)))
    return FolderBlobs(Path(data_dir or os.environ.get("DATA_DIR", "data")) / "blobs")


class SealedBlobs:
    def __init__(self, stored: Blobs, cipher: BlobCipher) -> None:
        self._stored = stored
        self._cipher = cipher

    def get(self, key: str) -> bytes | None:
        stored = self._stored.get(key)
        return None if stored is None else self._cipher.open(key, stored)

    def put(self, key: str, data: bytes) -> None:
        self._stored.put(key, self._cipher.seal(key, data))


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
