"""Encryption of blobs, by the vectors that the service is tested with."""

import base64
import itertools
import json
from pathlib import Path

import pytest

from voicebot_workers.blob_cipher import BlobCipher
from voicebot_workers.blobs import open_blobs
from voicebot_workers.codec import KeyRing, derived_key, key_ring

VECTORS = json.loads((Path(__file__).parents[2] / "tests" / "vectors" / "blobs.json").read_text())
GIVEN = key_ring(VECTORS["keys"], "the test")
DERIVED = KeyRing("secrets-key", {"secrets-key": derived_key(VECTORS["secret"])})


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_a_blob_is_sealed_and_opened_as_by_the_service(case: dict):
    cipher = BlobCipher(DERIVED if case["ring"] == "derived" else GIVEN)
    plain, sealed = base64.b64decode(case["plain"]), base64.b64decode(case["sealed"])
    counted = itertools.count(1)
    assert cipher.seal(case["name"], plain, lambda length: bytes([next(counted)]) * length) == sealed
    assert cipher.open(case["name"], sealed) == plain


def test_what_was_changed_moved_or_is_of_another_key_is_not_opened():
    sealed = BlobCipher(GIVEN).seal("messages/north/a.wav", b"sound")
    with pytest.raises(ValueError, match="cannot be decrypted"):
        BlobCipher(GIVEN).open("messages/south/a.wav", sealed)
    with pytest.raises(ValueError, match="cannot be decrypted"):
        BlobCipher(GIVEN).open("messages/north/a.wav", sealed[:-1])
    with pytest.raises(ValueError, match="is not here"):
        BlobCipher(DERIVED).open("messages/north/a.wav", sealed)


def test_the_store_is_sealed_unless_that_is_turned_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PAYLOAD_KEYS", VECTORS["keys"])
    open_blobs().put("messages/north/a.wav", b"sound")
    file = tmp_path / "blobs" / "messages" / "north" / "a.wav"
    assert b"sound" not in file.read_bytes()
    assert open_blobs().get("messages/north/a.wav") == b"sound"
    monkeypatch.setenv("BLOB_ENCRYPTION", "false")
    open_blobs().put("messages/north/a.wav", b"sound")
    assert file.read_bytes() == b"sound"
