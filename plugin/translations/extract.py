#!/usr/bin/env python3
"""Collects the sentences of the plug-in as gettext's template: resshift.pot.

    extract.py            writes it
    extract.py --check    says what is missing in it or in a catalogue, and fails then

A sentence is a string literal of one of the files below, written as `Message` makes a template of it: interpolations are
places %1$s, %2$s, ...; per cent signs stand twice. `.counted(...)` makes two forms of one.
"""

import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SOURCES = FOLDER.parent.parent / "Sources"
# Where sentences stand that users of the plug-in see.
FILES = [
    "GimpShell/Messages/*.swift",
    "GimpShell/Models/ModelList.swift",
    "GimpShell/Procedures/Form.swift",
    "GimpShell/Procedures/Parameter.swift",
    "GimpShell/Procedures/ProcedureTable.swift",
    "GtkWindows/*.swift",
    "Gimp2/FormWindow.swift",
    "Gimp3/FormWindow.swift",
    "ResShift/**/*Messages.swift",
    "ModelLibrary/*Messages.swift",
    "ModelLibrary/Catalogue/InstallAdvice.swift",
    "ModelStore/*Messages.swift",
    "Checkpoints/*Messages.swift",
]


def literal(text, start):
    """Reads the literal at `start`: its template or None if it is no plain string, the index after it, literals within."""
    is_block = text.startswith('"""', start)
    end = '"""' if is_block else '"'
    position = start + len(end)
    parts, within, places = [], [], 0
    while not text.startswith(end, position):
        character = text[position]
        if text.startswith("\\(", position):
            depth, position = 1, position + 2
            while depth:
                if text[position] == '"':
                    inner, position, more = literal(text, position)
                    within += [inner] + more
                    continue
                depth += {"(": 1, ")": -1}.get(text[position], 0)
                position += 1
            places += 1
            parts.append(f"%{places}$s")
        elif character == "\\":
            following = text[position + 1]
            if following == "\n":  # a line that goes on
                position += 2
                continue
            parts.append({"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'"}.get(following, following))
            position += 2
        else:
            parts.append("%%" if character == "%" else character)
            position += 1
    template = "".join(parts)
    if is_block:
        lines = template.split("\n")
        indent = len(lines[-1])
        template = "\n".join(line[indent:] for line in lines[1:-1])
        # Lines that go on had their indentation within.
        template = re.sub(r" {2,}", " ", template)
    return template, position + len(end), within


def is_sentence(template):
    """Whether users read it: words, not names of arguments, tags or keys."""
    words = re.sub(r"%\d+\$s|%%|</?\w+[^>]*>", "", template)
    if not re.search(r"[A-Za-z]{2}", words):
        return False
    return bool(re.search(r"[ _]|^[A-Z]|^(broken|installed)$", words.strip())) and not re.match(
        r"(plug-in|resshift|script-fu)-[\w-]+$|gtk|_?[a-z]+(-[a-z]+)+$|\w+-\w+$", words.strip()
    )


def sentences(path):
    """Pairs of templates (one, many or None) and their lines."""
    text = path.read_text()
    # Comments go, their lines stay.
    text = re.sub(r"(?m)^(\s*)//.*$", r"\1", text)
    found, position = [], 0
    counted = []
    while True:
        match = re.compile(r'"|\.counted\(').search(text, position)
        if not match:
            break
        if match.group() != '"':
            counted = [match.start()]
            position = match.end()
            continue
        line = text.count("\n", 0, match.start()) + 1
        template, position, within = literal(text, match.start())
        before = text[: match.start()].rstrip()
        if before.endswith("verbatim:") or before.endswith("separator:"):
            continue
        if counted and before.endswith("one:"):
            counted.append(template)
            continue
        if counted and len(counted) == 2 and before.endswith("other:"):
            found.append((counted[1], template, line))
            counted = []
            continue
        for one in [template] + within:
            if is_sentence(one):
                found.append((one, None, line))
    return found


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def template_file():
    entries = {}
    for pattern in FILES:
        paths = sorted(SOURCES.glob(pattern))
        for path in paths:
            for one, many, _ in sentences(path):
                entries.setdefault((one, many), set()).add(path.relative_to(SOURCES).as_posix())
    lines = [
        "# The sentences of ResShift for GIMP; extract.py collects them from the sources.",
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: resshift\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"',
    ]
    for (one, many), places in entries.items():
        lines += ["", "#: " + " ".join(sorted(places)), "msgid " + quoted(one)]
        lines += ["msgid_plural " + quoted(many), 'msgstr[0] ""', 'msgstr[1] ""'] if many else ['msgstr ""']
    return "\n".join(lines) + "\n"


def check():
    problems = []
    template = FOLDER / "resshift.pot"
    if not template.exists() or template.read_text() != template_file():
        problems.append("resshift.pot is not what the sources say: run extract.py")
    for catalogue in sorted(FOLDER.glob("*.po")):
        run = subprocess.run(["msgcmp", "--use-untranslated", str(catalogue), str(template)], capture_output=True, text=True)
        missing = subprocess.run(["msgcmp", str(catalogue), str(template)], capture_output=True, text=True)
        if run.returncode or missing.returncode:
            problems.append(f"{catalogue.name} is not complete:\n{missing.stderr.strip()}")
    return problems


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        problems = check()
        print("\n".join(problems), file=sys.stderr)
        sys.exit(bool(problems))
    (FOLDER / "resshift.pot").write_text(template_file())
