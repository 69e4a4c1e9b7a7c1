"""Fixtures: a blob store in a folder."""

from pathlib import Path

import pytest

from voicebot_workers.blobs import FolderBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")
