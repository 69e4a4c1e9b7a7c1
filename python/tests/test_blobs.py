import pytest

from voicebot_workers.blobs import FolderBlobs, open_blobs


def test_what_was_put_is_found_by_its_key(blobs: FolderBlobs):
    blobs.put("messages/default/raw/a.wav", b"sound")
    assert blobs.get("messages/default/raw/a.wav") == b"sound"
    assert blobs.get("messages/default/raw/b.wav") is None


def test_no_key_leaves_the_store(blobs: FolderBlobs):
    with pytest.raises(ValueError, match="leaves the blob store"):
        blobs.get("../secret")


def test_the_store_is_where_the_service_has_it(tmp_path, monkeypatch):
    monkeypatch.setenv("BLOB_ENCRYPTION", "false")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    open_blobs().put("a", b"1")
    assert (tmp_path / "blobs" / "a").read_bytes() == b"1"
    open_blobs(f"file://{tmp_path}/elsewhere").put("a", b"2")
    assert (tmp_path / "elsewhere" / "a").read_bytes() == b"2"
