#!/usr/bin/env python3
"""Checks Cargo.lock against a snapshot of the RustSec advisory database, without network.

    advisories.py REPOSITORY            compare Cargo.lock with scripts/house/advisories.jsonl
    advisories.py --snapshot CHECKOUT   renew the snapshot from a git checkout of RustSec/advisory-db

An advisory that applies must be in deny.toml, under [advisories] ignore, with a reason; an entry there that
no longer applies must go. Exits with 1 otherwise. Renewing the snapshot needs Python 3.11.
"""
import json
import pathlib
import re
import subprocess
import sys

SNAPSHOT = pathlib.Path(__file__).parent / "advisories.jsonl"
PACKAGE = re.compile(r'^\[\[package\]\]\nname = "(.+)"\nversion = "(.+)"$', re.MULTILINE)
EXCEPTION = re.compile(r'\{\s*id\s*=\s*"(RUSTSEC-\d+-\d+)"\s*(?:,\s*reason\s*=\s*"([^"]*)"\s*)?\}')
CLAUSE = re.compile(r"\s*(\^|>=|<=|>|<|=|~)?\s*(\d[\d.]*)")


def numbers(text):
    """Major, minor and patch of a version, 0 where missing; pre-releases count as their release."""
    return tuple(int(part) for part in (re.split(r"[-+]", text)[0].split(".") + ["0", "0"])[:3])


def satisfies(version, requirement):
    """Whether a version meets a requirement as Cargo writes them, such as '>= 0.3.1, < 0.4'."""
    for clause in requirement.split(","):
        match = CLAUSE.match(clause)
        if not match:
            raise ValueError(f"{requirement!r} is not a requirement of versions")
        operator, wanted = match[1] or "^", numbers(match[2])
        if operator == "~":
            same = version[:2] == wanted[:2]
        else:
            same = version[0] == wanted[0] if wanted[0] else version[:2] == wanted[:2]
        if not {
            ">=": version >= wanted,
            ">": version > wanted,
            "<=": version <= wanted,
            "<": version < wanted,
            "=": version == wanted,
        }.get(operator, same and version >= wanted):
            return False
    return True


def read_snapshot():
    """Advisories by crate."""
    lines = [json.loads(line) for line in SNAPSHOT.read_text().splitlines()[1:]]
    return {line["crate"]: line["advisories"] for line in lines}


def found(path, pattern):
    """Line and groups of each match in a file."""
    text = path.read_text()
    return [(text.count("\n", 0, match.start()) + 1, *match.groups()) for match in pattern.finditer(text)]


def check(repository):
    snapshot = read_snapshot()
    exceptions = found(repository / "deny.toml", EXCEPTION)
    listed = {identifier for _, identifier, _ in exceptions}
    applying = set()
    offences = []
    for line, name, version in found(repository / "Cargo.lock", PACKAGE):
        for advisory in snapshot.get(name, []):
            safe = advisory["patched"] + advisory["unaffected"]
            if any(satisfies(numbers(version), requirement) for requirement in safe):
                continue
            identifier = advisory["id"]
            applying.add(identifier)
            if identifier not in listed:
                patched = " or ".join(advisory["patched"]) or "no version"
                offences.append(
                    f"Cargo.lock:{line}: {name} {version}: {identifier} ({advisory['kind']}), "
                    f"patched in {patched}; "
                    "update or replace the crate, or add the advisory with a reason to deny.toml "
                    f"(https://rustsec.org/advisories/{identifier})"
                )
    for line, identifier, reason in exceptions:
        if not reason:
            offences.append(f"deny.toml:{line}: {identifier} has no reason; add one")
        if identifier not in applying:
            offences.append(f"deny.toml:{line}: {identifier} no longer applies; remove it")
    for offence in offences:
        print(offence)
    return 1 if offences else 0


def write_snapshot(checkout):
    import tomllib

    command = ["git", "log", "-1", "--format=%cs"]
    date = subprocess.check_output(command, cwd=checkout, text=True).strip()
    crates = {}
    for path in sorted(checkout.glob("crates/*/RUSTSEC-*.md")):
        facts = tomllib.loads(re.match(r"```toml\n(.*?)```", path.read_text(), re.DOTALL)[1])
        advisory, versions = facts["advisory"], facts.get("versions", {})
        if "withdrawn" in advisory:
            continue
        crates.setdefault(advisory["package"], []).append({
            "id": advisory["id"],
            "kind": advisory.get("informational", "vulnerability"),
            "patched": versions.get("patched", []),
            "unaffected": versions.get("unaffected", []),
        })
    lines = [{"source": f"RustSec advisory database, {date}"}]
    lines += [{"crate": name, "advisories": crates[name]} for name in sorted(crates)]
    SNAPSHOT.write_text("".join(json.dumps(line) + "\n" for line in lines))


def main():
    if sys.argv[1:2] == ["--snapshot"] and len(sys.argv) == 3:
        return write_snapshot(pathlib.Path(sys.argv[2]))
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    return check(pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
