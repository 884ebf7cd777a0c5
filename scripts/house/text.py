#!/usr/bin/env python3
"""Checks the text files that git tracks: length of lines, length of source files, words not to be used.

    text.py REPOSITORY

Prints file:line, what is wrong and the remedy for each offence; exits with 1 if there is one.
"""
import bisect
import fnmatch
import pathlib
import re
import subprocess
import sys

LINE_LIMIT = 110
TAB_WIDTH = 4
SOURCE_LIMIT = 500
SOURCES = ("*.rs", "*.mjs", "*.js", "*.ts", "*.sh", "*.py")
GLOSSARY = "docs/glossary.md"

# All exemptions. Nobody writes or wraps these files.
GENERATED = (
    "*Cargo.lock",
    "*package-lock.json",
    "*LICENSE",
    "*.pub",
    "*/vectors/*.json",
    "docs/study.schema.json",
    "scripts/house/advisories.jsonl",
)
# These quote the words.
WORDS_ALLOWED = (GLOSSARY, "CHANGELOG.md")
# A URL or a link that nothing but marks of comments, lists and quotations surrounds.
URL_LINE = re.compile(r"[\s/!#*>|-]*(\[[^\]]*\])?[:(<\s]*https?://\S+$")

MARKERS = re.compile(r"[ \t]*(?://[/!]?|/?\*+|#+|>)?[ \t]*")


def matches(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def tracked(repository):
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True)
    return sorted(path for path in listing.stdout.decode().split("\0") if path)


def read(path):
    """The text of a file; None if it is gone, a link or not text."""
    if not path.is_file() or path.is_symlink():
        return None
    content = path.read_bytes()
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def words(repository):
    """The glossary's list: a pattern of all phrases, and the remedy of each."""
    text = (repository / GLOSSARY).read_text()
    block = re.search(r"^```words\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    entries = [line.split(" => ") for line in block[1].splitlines()] if block else []
    if not entries or any(len(entry) != 2 for entry in entries):
        sys.exit(f"{GLOSSARY}: no list of words, or one whose lines are not 'regular expression => remedy'")
    pattern = "|".join(rf"(?P<w{number}>\b(?:{phrase})\b)" for number, (phrase, _) in enumerate(entries))
    return re.compile(pattern, re.IGNORECASE), [remedy for _, remedy in entries]


def long_lines(lines):
    for number, line in enumerate(lines, 1):
        width = len(line.replace("\t", " " * TAB_WIDTH))
        if width > LINE_LIMIT and not URL_LINE.match(line):
            yield number, f"{width} characters, at most {LINE_LIMIT} are allowed; break the line"


def long_source(lines):
    if len(lines) > SOURCE_LIMIT:
        yield len(lines), f"{len(lines)} lines, at most {SOURCE_LIMIT} are allowed; split the file by topic"


def unwanted_words(lines, pattern, remedies):
    """Phrases of the list, also those that a comment or paragraph breaks over two lines."""
    stripped = [line[MARKERS.match(line).end():].rstrip() for line in lines]
    starts = [0]
    for line in stripped:
        starts.append(starts[-1] + len(line) + 1)
    for match in pattern.finditer(" ".join(stripped)):
        number = bisect.bisect_right(starts, match.start())
        yield number, f'"{match[0]}" is not to be used; write instead: {remedies[int(match.lastgroup[1:])]}'


def main():
    repository = pathlib.Path(sys.argv[1])
    pattern, remedies = words(repository)
    offences = 0
    for path in tracked(repository):
        text = read(repository / path)
        if text is None or matches(path, GENERATED):
            continue
        lines = text.splitlines()
        found = list(long_lines(lines))
        if matches(path, SOURCES):
            found += long_source(lines)
        if not matches(path, WORDS_ALLOWED):
            found += unwanted_words(lines, pattern, remedies)
        for number, offence in sorted(found):
            print(f"{path}:{number}: {offence}")
        offences += len(found)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
