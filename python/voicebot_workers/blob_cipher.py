"""
What lies in the blob store, encrypted as the service does it (db/blob-cipher.ts): `VBX1`, length of the ring key's id (1 byte), the id, IV (12), the
blob's key encrypted (32) and its tag (16), IV (12), ciphertext, tag (16); AES-256-GCM with the blob's name authenticated.
"""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .codec import IV_BYTES, KEY_BYTES, KeyRing

MAGIC = b"VBX1"
TAG_BYTES = 16
# Nobody's own, and large or read again and again.
IN_THE_CLEAR = ("adapters/", "speech/")


class BlobCipher:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, name: str, plain: bytes, random: Callable[[int], bytes] = os.urandom) -> bytes:
        """`random` is handed in by tests of the format alone."""
        if name.startswith(IN_THE_CLEAR):
            return plain
        current = self._ring.current
        key, key_iv, iv = random(KEY_BYTES), random(IV_BYTES), random(IV_BYTES)
        wrapped = AESGCM(self._key_for(current, name)).encrypt(key_iv, key, name.encode())
        sealed = AESGCM(key).encrypt(iv, plain, name.encode())
        return MAGIC + bytes([len(current.encode())]) + current.encode() + key_iv + wrapped + iv + sealed

    def open(self, name: str, stored: bytes) -> bytes:
        """What lies in the clear, from before there was a cipher, is given as it is."""
        if not stored.startswith(MAGIC):
            return stored
        at = len(MAGIC) + 1
        end = at + stored[len(MAGIC)]
        wrapping = self._key_for(stored[at:end].decode(errors="replace"), name)
        rest = stored[end:]
        wrapped_end = IV_BYTES + KEY_BYTES + TAG_BYTES
        try:
            key = AESGCM(wrapping).decrypt(rest[:IV_BYTES], rest[IV_BYTES:wrapped_end], name.encode())
            iv = rest[wrapped_end : wrapped_end + IV_BYTES]
            return AESGCM(key).decrypt(iv, rest[wrapped_end + IV_BYTES :], name.encode())
        except (InvalidTag, ValueError):
            raise ValueError("A stored file cannot be decrypted: it was changed, or its key is another one.") from None

    def _key_for(self, key_id: str, name: str) -> bytes:
        master = self._ring.keys.get(key_id)
        if master is None:
            raise ValueError(f"A stored file was encrypted with the key {key_id!r}, which is not here: add it to PAYLOAD_KEYS.")
        parts = name.split("/")
        owner = parts[1] if len(parts) > 1 else ""
        return HKDF(SHA256(), KEY_BYTES, None, f"voicebot blobs 1 {owner}".encode()).derive(master)
