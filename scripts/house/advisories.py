#!/usr/bin/env python3
"""Checks Cargo.lock against a snapshot of the RustSec advisory database, without network.

    advisories.py REPOSITORY            compare Cargo.lock with scripts/house/advisories.jsonl
    advisories.py --snapshot CHECKOUT   write advisories.jsonl anew, from a git checkout of RustSec/advisory-db

An advisory that applies must be in deny.toml, under [advisories] ignore, with a reason; an entry there that no longer
applies must go. Exits with 1 otherwise. The snapshot needs Python 3.11.
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
    """Major, minor and patch of a version; what it leaves out is 0, and pre-releases count as their release."""
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
    return {line["crate"]: line["advisories"] for line in map(json.loads, SNAPSHOT.read_text().splitlines()[1:])}


def check(repository):
    snapshot = read_snapshot()
    exceptions = dict(EXCEPTION.findall((repository / "deny.toml").read_text()))
    unexplained = [identifier for identifier, reason in exceptions.items() if not reason]
    offences = [f"deny.toml: {identifier} has no reason; add one" for identifier in unexplained]
    applying = set()
    for name, version in PACKAGE.findall((repository / "Cargo.lock").read_text()):
        for advisory in snapshot.get(name, []):
            safe = advisory["patched"] + advisory["unaffected"]
            if any(satisfies(numbers(version), requirement) for requirement in safe):
                continue
            applying.add(advisory["id"])
            if advisory["id"] not in exceptions:
                patched = " or ".join(advisory["patched"]) or "no version"
                offences.append(
                    f"Cargo.lock: {name} {version}: {advisory['id']} ({advisory['kind']}), patched in {patched}; "
                    "update or replace the crate, or add the advisory with a reason to deny.toml "
                    f"(https://rustsec.org/advisories/{advisory['id']})"
                )
    offences += [f"deny.toml: {identifier} no longer applies; remove it" for identifier in exceptions.keys() - applying]
    print("\n".join(sorted(offences)), end="\n" if offences else "")
    return 1 if offences else 0


def write_snapshot(checkout):
    import tomllib

    date = subprocess.run(
        ["git", "log", "-1", "--format=%cs"], cwd=checkout, check=True, capture_output=True, text=True
    ).stdout.strip()
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
