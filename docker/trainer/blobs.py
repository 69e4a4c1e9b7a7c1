"""The blob store of the service: a folder, or S3, as BLOB_URL says."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse


class Blobs:
    def __init__(self, url: str | None = None, data_dir: str | None = None):
        url = url or os.environ.get("BLOB_URL") or ""
        if url.startswith("s3://"):
            import boto3

            parsed = urlparse(url)
            self._bucket = parsed.netloc
            prefix = parsed.path.strip("/")
            self._prefix = f"{prefix}/" if prefix else ""
            self._s3 = boto3.client("s3", endpoint_url=os.environ.get("BLOB_S3_ENDPOINT"))
            self._root = None
        else:
            folder = unquote(urlparse(url).path) if url.startswith("file:") else Path(data_dir or os.environ.get("DATA_DIR", "data")) / "blobs"
            self._root = Path(folder).resolve()
            self._s3 = None

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if self._root not in path.parents:
            raise ValueError(f"The key {key!r} leaves the blob store.")
        return path

    def get(self, key: str) -> bytes | None:
        if self._s3:
            try:
                return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
            except self._s3.exceptions.NoSuchKey:
                return None
        path = self._path(key)
        return path.read_bytes() if path.exists() else None

    def put(self, key: str, data: bytes) -> None:
        if self._s3:
            self._s3.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data)
            return
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)
