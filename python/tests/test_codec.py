"""Encryption of payloads, by the vectors that the service is tested with."""

import base64
import json
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from voicebot_workers.codec import EncryptionCodec, KeyRing, derived_key, key_ring, key_ring_from_environment

VECTORS = json.loads((Path(__file__).parents[2] / "tests" / "vectors" / "temporal-payloads.json").read_text())
GIVEN = key_ring(VECTORS["keys"], "the test")
DERIVED = KeyRing("secrets-key", {"secrets-key": derived_key(VECTORS["secret"])})


def payload_of(written: dict) -> Payload:
    metadata = {name: base64.b64decode(value) for name, value in written["metadata"].items()}
    return Payload(metadata=metadata, data=base64.b64decode(written["data"]))


def test_the_derived_key_is_that_of_the_service():
    assert base64.b64encode(derived_key(VECTORS["secret"])).decode() == VECTORS["derivedKey"]


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_a_payload_is_encrypted_and_decrypted_as_by_the_service(case: dict):
    codec = EncryptionCodec(DERIVED if case["ring"] == "derived" else GIVEN)
    plain, encrypted = payload_of(case["plain"]), payload_of(case["encrypted"])
    assert codec.encrypt(plain, base64.b64decode(case["iv"])) == encrypted
    assert codec.decrypt(encrypted) == plain


def test_payloads_in_the_clear_are_read_as_they_are():
    plain = payload_of(VECTORS["cases"][0]["plain"])
    assert EncryptionCodec(GIVEN).decrypt(plain) == plain


def test_what_was_changed_or_is_of_another_key_is_not_read():
    codec = EncryptionCodec(GIVEN)
    encrypted = codec.encrypt(payload_of(VECTORS["cases"][0]["plain"]))
    changed = Payload(metadata=encrypted.metadata, data=encrypted.data[:-1] + bytes([encrypted.data[-1] ^ 1]))
    with pytest.raises(ValueError, match="cannot be decrypted"):
        codec.decrypt(changed)
    with pytest.raises(ValueError, match="is not here"):
        EncryptionCodec(DERIVED).decrypt(encrypted)


def test_keys_come_from_the_settings_of_the_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("PAYLOAD_ENCRYPTION", "PAYLOAD_KEYS", "PAYLOAD_KEYS_FILE", "PAYLOAD_KEYS_COMMAND", "SECRETS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match="SECRETS_KEY is not set"):
        key_ring_from_environment()
    (tmp_path / "secrets.key").write_text(f"{VECTORS['secret']}\n")
    assert key_ring_from_environment() == DERIVED
    monkeypatch.setenv("PAYLOAD_KEYS", VECTORS["keys"])
    assert key_ring_from_environment() == GIVEN
    monkeypatch.setenv("PAYLOAD_ENCRYPTION", "off")
    assert key_ring_from_environment() is None


@pytest.mark.parametrize("text", ["", "a:c2hvcnQ=", "no-key", "a:!!!"])
def test_what_are_no_keys_is_refused(text: str):
    with pytest.raises(SystemExit, match="PAYLOAD_KEYS"):
        key_ring(text, "PAYLOAD_KEYS")
