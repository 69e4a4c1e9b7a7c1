"""
What passes through Temporal, encrypted as the service does it (temporal/payloads/codec.ts): AES-256-GCM; data is IV (12 bytes), ciphertext of the
serialised payload and tag (16 bytes); the id of the key is metadata, and authenticated.
"""

import base64
import hashlib
import hmac
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/encrypted"
KEY_ID_FIELD = "encryption-key-id"
DERIVED_ID = "secrets-key"
INFO = b"voicebot temporal payloads 1"
KEY_BYTES = 32
IV_BYTES = 12
COMMAND_SECONDS = 30


@dataclass(frozen=True)
class KeyRing:
    """Keys by their ids; the first one encrypts, all decrypt."""

    current: str
    keys: dict[str, bytes]


def derived_key(secret: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt, of one block."""
    extracted = hmac.new(bytes(KEY_BYTES), secret.encode(), hashlib.sha256).digest()
    return hmac.new(extracted, INFO + b"\x01", hashlib.sha256).digest()


def key_ring(text: str, source: str) -> KeyRing:
    """Keys as `id:base64`, separated by commas or white space."""
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(text.replace(",", " ").split(), 1):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded.replace("-", "+").replace("_", "/") + "=" * (-len(encoded) % 4))
        except ValueError:
            key = b""
        if not key_id or len(key) != KEY_BYTES:
            raise SystemExit(f"{source}: the key {number} is not {KEY_BYTES} bytes in base64 after an id.")
        if key_id in keys:
            raise SystemExit(f"{source}: the id {key_id!r} is there twice.")
        keys[key_id] = key
    if not keys:
        raise SystemExit(f"{source} holds no keys.")
    return KeyRing(next(iter(keys)), keys)


def key_ring_from_environment() -> KeyRing | None:
    """By the service's settings; nothing where PAYLOAD_ENCRYPTION is off."""
    if not is_on("PAYLOAD_ENCRYPTION"):
        return None
    return keys_from_environment()


def is_on(name: str) -> bool:
    """A setting of the service that is on unless somebody turns it off."""
    return os.environ.get(name, "true").lower() not in {"false", "0", "no", "off", "n", "disabled"}


def keys_from_environment() -> KeyRing:
    """The service's keys."""
    if text := os.environ.get("PAYLOAD_KEYS"):
        return key_ring(text, "PAYLOAD_KEYS")
    if name := os.environ.get("PAYLOAD_KEYS_FILE"):
        return key_ring(_read(Path(name), "PAYLOAD_KEYS_FILE"), "PAYLOAD_KEYS_FILE")
    if command := os.environ.get("PAYLOAD_KEYS_COMMAND"):
        return key_ring(_output(command), "PAYLOAD_KEYS_COMMAND")
    file = Path(os.environ.get("DATA_DIR", "data")) / "secrets.key"
    secret = os.environ.get("SECRETS_KEY") or _read(file, "SECRETS_KEY is not set, and DATA_DIR/secrets.key").strip()
    return KeyRing(DERIVED_ID, {DERIVED_ID: derived_key(secret)})


def _read(file: Path, source: str) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise SystemExit(f"{source} cannot be read: {error.strerror}.") from None


def _output(command: str) -> str:
    try:
        return subprocess.run(command.split(), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        # What it has printed may hold keys.
        raise SystemExit(f"PAYLOAD_KEYS_COMMAND failed: {type(error).__name__}.") from None


class EncryptionCodec(PayloadCodec):
    """Encrypts payloads; those in the clear are read as they are."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [self.encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.decrypt(payload) for payload in payloads]

    def encrypt(self, payload: Payload, iv: bytes | None = None) -> Payload:
        """`iv` is random; it is handed in by tests of the format alone."""
        key_id = self._ring.current
        iv = iv or os.urandom(IV_BYTES)
        data = iv + AESGCM(self._ring.keys[key_id]).encrypt(iv, payload.SerializeToString(), key_id.encode())
        return Payload(metadata={"encoding": ENCODING, KEY_ID_FIELD: key_id.encode()}, data=data)

    def decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata.get(KEY_ID_FIELD, b"").decode(errors="replace")
        key = self._ring.keys.get(key_id)
        if key is None:
            raise ValueError(f"A payload was encrypted with the key {key_id!r}, which is not here: add it to PAYLOAD_KEYS.")
        try:
            plain = AESGCM(key).decrypt(payload.data[:IV_BYTES], payload.data[IV_BYTES:], key_id.encode())
        except (InvalidTag, ValueError):
            raise ValueError("A payload cannot be decrypted: it was changed, or its key is another one.") from None
        return Payload.FromString(plain)
