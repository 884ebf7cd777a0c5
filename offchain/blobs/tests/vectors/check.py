"""Checks the vectors of the sealed-blob format with another implementation of AES-256-GCM.

Needs `cryptography` from PyPI. Run it in this folder: python3 check.py
The format is that of docs/sealed-blob.md; nothing here is shared with the Rust code but that page.
"""

import hashlib
import json
import struct
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HEADER, CHUNK, TAG = 1298, 65536, 16
SUITES = {"qkd-ml-kem-768": 1, "ml-kem-768": 2}


def expand(rule):
    """Bytes that are written in hexadecimal, or as `count` numbers: byte i is (first + i * step) mod 251."""
    if isinstance(rule, str):
        return bytes.fromhex(rule)
    return bytes((rule["first"] + i * rule["step"]) % 251 for i in range(rule["count"]))


def context(header):
    return b"".join([
        b"CSLMseal",
        bytes([1, SUITES[header["suite"]]]),
        bytes.fromhex(header["genesis"]),
        struct.pack(">III", header["study"], header["round"], header["attempt"]),
        bytes.fromhex(header["sender"]),
        bytes.fromhex(header["receiver"]),
        bytes.fromhex(header["key_id"]),
        expand(header["kem_ciphertext"]),
        bytes.fromhex(header["salt"]),
        struct.pack(">IQ", CHUNK, header["length"]),
    ])


def nonce(prefix, index, is_last):
    return prefix + struct.pack(">IB", index, is_last)


def seal(header, okm, plaintext):
    key, commitment, prefix = okm[:32], okm[32:64], okm[64:]
    blob = context(header) + commitment
    assert len(blob) == HEADER and len(prefix) == 7 and len(plaintext) == header["length"]
    associated_data = hashlib.sha256(blob).digest()
    count = max(1, -(-len(plaintext) // CHUNK))
    for index in range(count):
        chunk = plaintext[index * CHUNK:(index + 1) * CHUNK]
        blob += AESGCM(key).encrypt(nonce(prefix, index, index + 1 == count), chunk, associated_data)
    return blob


def open_blob(header, okm, blob):
    """The plaintext, or the name of the check that fails."""
    key, commitment, prefix = okm[:32], okm[32:64], okm[64:]
    if len(blob) < HEADER or blob[:8] != b"CSLMseal" or blob[8] != 1 or blob[9] not in (1, 2):
        return "format"
    if blob[9] == 2 and any(blob[118:134]):
        return "format"
    chunk_length, length = struct.unpack(">IQ", blob[1254:1266])
    count = max(1, -(-length // CHUNK))
    if chunk_length != CHUNK or len(blob) != HEADER + length + count * TAG:
        return "format"
    if blob[9:118] != context(header)[9:118]:
        return "unexpected"
    if blob[1266:1298] != commitment:
        return "keys"
    associated_data = hashlib.sha256(blob[:HEADER]).digest()
    plaintext = b""
    for index in range(count):
        start = HEADER + index * (CHUNK + TAG)
        sealed = blob[start:start + CHUNK + TAG]
        chunk_nonce = nonce(prefix, index, index + 1 == count)
        try:
            plaintext += AESGCM(key).decrypt(chunk_nonce, sealed, associated_data)
        except InvalidTag:
            return "altered"
    return plaintext


def edit(blob, rejected):
    blob = bytearray(blob)
    for offset, mask in rejected.get("xor", {}).items():
        blob[int(offset)] ^= int(mask, 16)
    if "swap_chunks" in rejected:
        starts = (HEADER + i * (CHUNK + TAG) for i in rejected["swap_chunks"])
        a, b = (slice(start, start + CHUNK + TAG) for start in starts)
        blob[a], blob[b] = blob[b], blob[a]
    return bytes(blob[:rejected.get("truncate", len(blob))]) + bytes.fromhex(rejected.get("append", ""))


def main():
    vectors = json.loads(Path(__file__).with_name("sealed-blob.json").read_text())
    blobs = {}
    for vector in vectors["sealed"]:
        header, okm, plaintext = vector["header"], bytes.fromhex(vector["okm"]), expand(vector["plaintext"])
        blob = seal(header, okm, plaintext)
        assert hashlib.sha256(context(header)).hexdigest() == vector["context_sha256"], vector["name"]
        assert hashlib.sha256(blob[:HEADER]).hexdigest() == vector["associated_data"], vector["name"]
        assert len(blob) == vector["blob_length"], vector["name"]
        assert hashlib.sha256(blob).hexdigest() == vector["blob_sha256"], vector["name"]
        assert blob[-TAG:].hex() == vector["last_tag"], vector["name"]
        assert blob[HEADER:].hex() == vector.get("chunks", blob[HEADER:].hex()), vector["name"]
        assert open_blob(header, okm, blob) == plaintext, vector["name"]
        blobs[vector["name"]] = (header, okm, blob)
    for rejected in vectors["rejected"]:
        header, okm, blob = blobs[rejected["blob"]]
        assert open_blob(header, okm, edit(blob, rejected)) == rejected["error"], rejected["name"]
    print(f"{len(vectors['sealed'])} blobs and {len(vectors['rejected'])} refusals agree")


if __name__ == "__main__":
    main()
