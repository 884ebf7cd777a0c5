"""Calls two KMEs with etsi-qkd-014-client (PyPI), an independent client.

Arguments: folder of certificates, host:port of the KME of sae-a1, host:port of the KME of sae-b1.
Exits with status 0 if every response is as specified in ETSI GS QKD 014 V1.1.1.
"""

import base64
import sys

from etsi_qkd_014_client import QKD014Client

NOT_FOUND = "one or more keys specified are not found on KME"


def main() -> None:
    folder, kme_a, kme_b = sys.argv[1:]

    def client(sae: str, kme: str) -> QKD014Client:
        return QKD014Client(kme, f"{folder}/{sae}.pem", f"{folder}/{sae}.key", f"{folder}/ca.pem")

    master, slave, other = client("sae-a1", kme_a), client("sae-b1", kme_b), client("sae-b2", kme_b)

    code, status = master.get_status("sae-b1")
    assert code == 200, status
    assert (status.source_kme_id, status.target_kme_id) == ("kme-a", "kme-b"), status
    assert (status.master_sae_id, status.slave_sae_id) == ("sae-a1", "sae-b1"), status
    assert status.stored_key_count > 0 and status.key_size == 256, status

    for number, size in [(None, None), (1, 128), (5, 512), (128, None)]:
        code, made = master.get_key("sae-b1", number, size)
        assert code == 200, made
        assert len(made.keys) == (number or 1)
        assert all(len(base64.b64decode(key.key)) == (size or 256) // 8 for key in made.keys)
        ids = [key.key_id for key in made.keys]
        code, error = other.get_key_with_key_IDs("sae-a1", ids)
        assert code == 401, error
        code, fetched = slave.get_key_with_key_IDs("sae-a1", ids)
        assert code == 200, fetched
        assert [(key.key_id, key.key) for key in fetched.keys] == [(key.key_id, key.key) for key in made.keys]
        code, error = slave.get_key_with_key_IDs("sae-a1", ids)
        assert (code, error.message) == (400, NOT_FOUND), error

    code, made = master.get_key("sae-b1", additional_slave_sae_ids=["sae-b2"])
    assert code == 200, made
    for sae in (slave, other):
        code, fetched = sae.get_key_with_key_IDs("sae-a1", [made.keys[0].key_id])
        assert (code, fetched.keys[0].key) == (200, made.keys[0].key)

    code, error = master.get_key("sae-b1", size=12)
    assert (code, error.message) == (400, "size shall be a multiple of 8"), error
    code, error = master.get_key("sae-b1", extension_mandatory=[{"route": "north"}])
    assert (code, error.message) == (400, "not all extension_mandatory parameters are supported"), error
    assert error.details == [{"extension_mandatory_unsupported": "route"}], error
    code, _ = master.get_key("sae-b1", extension_optional=[{"route": "north"}])
    assert code == 200
    code, _ = master.get_key("sae-unknown")
    assert code == 400
    print("every response is as specified in the standard")


main()
