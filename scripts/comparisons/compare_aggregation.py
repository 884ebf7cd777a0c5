#!/usr/bin/env python3
"""Compares the costs of a committee, of Flower's SecAgg+ and of prio's SumVec, measured in the same run.

Reads Flower's and prio's figures (JSON lines of flower_secaggplus.py and prio-sum-vec) and criterion's
estimates of the bench `committee`.
"""
import argparse
import json
import pathlib

PARTIES = 4
FIELDS = ("Mersenne61", "Mersenne31")


def estimate(criterion, what, field, parameters):
    """Median in milliseconds, or None when it was not measured."""
    name = f"{field}, d = {parameters}, n = {PARTIES}"
    path = criterion / "committee" / what / name / "new" / "estimates.json"
    if not path.is_file():
        return None
    return json.loads(path.read_text())["median"]["point_estimate"] / 1e6


def package_bytes(field, parameters):
    """Bytes that a hospital sends, n = 4, t = 1: a seed and three shares (docs/secure-aggregation.md)."""
    tests = {"Mersenne61": 1, "Mersenne31": 4}[field]
    elements = parameters + 2 + tests
    packed = elements * 8 if field == "Mersenne61" else elements // 32 * 124 + elements % 32 * 4
    return 118 + 32 + 3 * (118 + packed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--flower", type=pathlib.Path, required=True)
    parser.add_argument("--prio", type=pathlib.Path, required=True)
    parser.add_argument("--criterion", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    lines = [json.loads(line) for line in arguments.flower.read_text().splitlines() if line.startswith("{")]
    peers = {(line["n"], line["d"]): line for line in lines if line.get("drop") == 0}
    print("ms; a ratio is ours over Flower's; "
          "a hospital's cost does not depend on the number of hospitals, a party's does")
    print("hospitals  d         field       hospital  Flower  ratio   "
          "party  sum only  reconstruct  Flower  ratio   bytes up     ratio")
    for (hospitals, parameters), peer in sorted(peers.items()):
        for field in FIELDS:
            get = lambda what: estimate(arguments.criterion, what, field, parameters)
            share, add = get("encode and share"), get("add a share to the sum")
            opened, checked, rebuilt = get("open elements"), get("check norm"), get("reconstruct")
            if None in (share, add, opened, checked, rebuilt):
                continue
            party, summed = hospitals * (opened + checked + add), hospitals * add
            client, server = peer["client_ms"][0], peer["server_ms"][0]
            up = package_bytes(field, parameters)
            print(f"{hospitals:9}  {parameters:<8}  {field}  "
                  f"{share:8.2f}  {client:6.1f}  {share / client:5.2f}  "
                  f"{party:6.1f}  {summed:8.2f}  {rebuilt:11.2f}  {server:6.1f}  "
                  f"{(party + rebuilt) / server:5.2f}   {up:<11}  {up / peer['up']:5.2f}")
    print("\nclient of Prio3SumVec, 2 aggregators, 16 bits: ms and bytes, "
          "and the committee's ratio to them (Mersenne61, n = 4)")
    for line in arguments.prio.read_text().splitlines():
        peer = json.loads(line)
        share = estimate(arguments.criterion, "encode and share", "Mersenne61", peer["d"])
        if share is not None:
            up = package_bytes("Mersenne61", peer["d"])
            print(f"d = {peer['d']:<6} {peer['client_ms']:7.2f} ms  {peer['up']:9} bytes   "
                  f"{share / peer['client_ms']:.3f}  {up / peer['up']:.3f}")


if __name__ == "__main__":
    main()
