#!/usr/bin/env python3
"""The repository type @TYPE@ for Chantal.

It collects the archives that a page links to, and publishes them with
checksums and a page of links.  chantal-plugin(7) tells what each verb reads
and prints.
"""

import html
import html.parser
import json
import os
import re
import signal
import sys
import urllib.parse

DESCRIPTION = {
    "protocol": [1],
    "type": "@TYPE@",
    "version": "1",
    "verbs": ["describe", "list", "index"],
    "modes": ["mirror", "filtered"],
    "version_order": "none",
    "config": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "page": {
                "type": "string",
                "default": "index.html",
                "description": "the page with the links",
            },
            "suffix": {
                "type": "string",
                "default": ".tar.gz",
                "description": "what an archive's name ends in",
            },
        },
    },
}


def fail(status, message):
    print(message, file=sys.stderr)
    sys.exit(status)


def emit(record):
    print(json.dumps(record, ensure_ascii=False, separators=(",", ":")))


def read_config(path):
    """The type's own block, with its defaults."""
    properties = DESCRIPTION["config"]["properties"]
    with open(path, encoding="utf-8") as file:
        block = json.load(file).get("@TYPE@", {})
    for key in block:
        if key not in properties:
            fail(2, f"@TYPE@.{key}: no such key")
    return {k: block.get(k, p["default"]) for k, p in properties.items()}


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        link = dict(attrs).get("href") if tag == "a" else None
        if link:
            self.found.add(link.split("#")[0].split("?")[0])


def package(link, suffix):
    stem = link.rsplit("/", 1)[-1][: -len(suffix)]
    parts = re.fullmatch(r"(.+?)-([0-9].*)", stem)
    return {
        "record": "package",
        "name": parts[1] if parts else stem,
        "version": parts[2] if parts else "0",
        "path": "packages/" + link,
        "url": link,
    }


def list_upstream(options):
    """Wants while the page is missing; then a repo line and the packages."""
    config = read_config(options["config"])
    page = os.path.join(options["meta"], "page")
    if not os.path.exists(page):
        emit({"record": "want", "url": config["page"], "as": "page", "root": True})
        return
    links = Links()
    with open(page, encoding="utf-8", errors="replace") as file:
        links.feed(file.read())
    emit({"record": "repo"})
    for link in sorted(links.found):
        is_relative = not re.match(r"[a-z]+:|/", link)
        if is_relative and link.endswith(config["suffix"]):
            emit(package(link, config["suffix"]))


def index(options):
    """All lines go through as they came; the index is made on the way."""
    rows = []
    for line in sys.stdin:
        sys.stdout.write(line)
        record = json.loads(line)
        if record["record"] == "package":
            rows.append((record["path"], record["sha256"]))
    rows.sort()
    with open(os.path.join(options["out"], "SHA256SUMS"), "w", encoding="utf-8") as file:
        file.writelines(f"{digest}  {path}\n" for path, digest in rows)
    with open(os.path.join(options["out"], "index.html"), "w", encoding="utf-8") as file:
        file.write('<!DOCTYPE html><meta charset="utf-8"><title>@TYPE@</title><ul>\n')
        for path, _ in rows:
            link = urllib.parse.quote(path)
            file.write(f'<li><a href="./{link}">{html.escape(path)}</a>\n')
        file.write("</ul>\n")
    emit({"record": "file", "path": "index.html"})
    emit({"record": "file", "path": "SHA256SUMS", "role": "root", "sign": "openpgp-detached"})


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    verbs = {
        "describe": lambda options: emit(DESCRIPTION),
        "list": list_upstream,
        "index": index,
    }
    verb = sys.argv[1] if len(sys.argv) > 1 else ""
    if verb not in verbs:
        fail(2, f"'{verb}': no such verb: {', '.join(verbs)}")
    words = sys.argv[2:]
    options = {name.lstrip("-"): value for name, value in zip(words[::2], words[1::2])}
    verbs[verb](options)


main()
