#!/usr/bin/env python3
"""Collects the sentences of plug-in and command as gettext's template: resshift.pot.

    extract.py            writes it
    extract.py --check    says what is missing in it or in a catalogue, or would be shown untranslated, and fails then
    extract.py --update   writes it and brings the catalogues up to date: what is new is empty, what has gone is out

A sentence is a string literal of one of the files below, written as `Message` makes a template of it: interpolations are
places %1$s, %2$s, ...; per cent signs stand twice. `.counted(...)` makes two forms of one.
"""

import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SOURCES = FOLDER.parent.parent / "Sources"
# Where sentences stand that users of the plug-in and of the command see.
FILES = [
    "GimpShell/Messages/*.swift",
    "GimpShell/Models/*.swift",
    "GimpShell/Procedures/*.swift",
    "GimpShell/**/*.swift",
    "GtkWindows/**/*.swift",
    "Gimp2/**/*.swift",
    "Gimp3/**/*.swift",
    "ResShift/**/*Messages.swift",
    "ResShift/Outlook/*.swift",
    "ResShift/Path/RestoreProgress.swift",
    "ModelLibrary/*Messages.swift",
    "ModelLibrary/Catalogue/InstallAdvice.swift",
    "ModelStore/*Messages.swift",
    "Checkpoints/*Messages.swift",
    "Diagnosis/*Messages.swift",
    "PictureFiles/*Messages.swift",
    "Command/Messages/*.swift",
    "Command/**/*.swift",
    "Wording/Amount.swift",
]
# What only the procedure browser shows, which is English.
OTHER_FILES = ["Gimp2/Registration.swift", "Gimp3/Registration.swift"]

# Files that are full of other words, the pages of --help and tables: sentences are only what stands behind this.
MARKED_FILES = re.compile(r"Command/(?!Messages/)")
MARK = re.compile(r"\b(ValidationError\(|Message = )$")

# Words in these files that are no sentences: formats of pixels, beginnings of files, names of layers and of people, and what
# only scripts read.
NO_SENTENCES = re.compile(
    r"(Y|YA|RGB|RGBA|Y'|Y'A|R'G'B'|R'G'B'A) (float|u8)|GPL-3\.0-or-later|The ResShift for GIMP authors|RGB\*, GRAY\*, INDEXED\*"
    r"|\{ RUN-.* \}|[A-Z0-9*_]{2,20}|exemplar fill .*|GIMP |GIF8[79]a|ResShiftPlugIn|%%PDF|(Inpainted|Extended|Restored|Detail|Upscaled( to %1\$s pixels| x%1\$s)?)( \(%\d+\$s\))?|, seed %1\$s"
)
# Single words that are sentences all the same.
WORDS = {"broken", "installed", "super-resolution", "inpainting", "restoration"}
WORDS |= {"preparing", "reading", "writing", "encoding", "decoding", "finishing"}
# Where a string is for programmers: what a trap says.
FOR_PROGRAMMERS = re.compile(r"\b(preconditionFailure|precondition|fatalError|assert|assertionFailure|print)\([^\n]*$")
# Where a string goes to a window as it is, without being a `Message`.
UNTRANSLATED = re.compile(r"\b((gtk|gimp)_\w+\([^()\n]*|: String = )$")


def literal(text, start):
    """Reads the literal at `start`: its template, the index after it, literals within, what stands in the places."""
    is_block = text.startswith('"""', start)
    end = '"""' if is_block else '"'
    position = start + len(end)
    parts, within, places = [], [], []
    while not text.startswith(end, position):
        character = text[position]
        if text.startswith("\\(", position):
            depth, position = 1, position + 2
            first = position
            while depth:
                if text[position] == '"':
                    inner, position, more, _ = literal(text, position)
                    within += [inner] + more
                    continue
                depth += {"(": 1, ")": -1}.get(text[position], 0)
                position += 1
            places.append(text[first : position - 1])
            parts.append(f"%{len(places)}$s")
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
    return template, position + len(end), within, places


def numbered_as(template, places, others):
    """The template with each place numbered as the same value is in another sentence, as `Message.counted` does it."""
    left = list(enumerate(others, 1))
    numbers = []
    for place in places:
        found = next(pair for pair in left if pair[1] == place)
        left.remove(found)
        numbers.append(found[0])
    return re.sub(r"%(\d+)\$s", lambda match: f"%{numbers[int(match[1]) - 1]}$s", template)


def is_sentence(template):
    """Whether users read it: words, not names of arguments, tags or keys."""
    if NO_SENTENCES.fullmatch(template):
        return False
    if template in WORDS:
        return True
    words = re.sub(r"%\d+\$s|%%|</?\w+[^>]*>", "", template)
    # "about %1$s", "%1$s and %2$s", "%1$s s": words between places, and units.
    if re.fullmatch(r"(%\d+\$s[, ]*)*([a-z]+ %\d+\$s|%\d+\$s [A-Za-z]{1,3})( ?%\d+\$s| [a-z]+)*", template):
        # "%1$s x %2$s" is a size, "%1$s for a hole of %2$s x %3$s" is more.
        return template.lower() != template or not re.search(r"\bx\b", template) or len(words.split()) > 2
    if template in ("%1$s.%2$s", "%1$s. %2$s") or re.fullmatch(r"%1\$s \([a-z]+\)", template):  # a number with decimals; "x (recommended)"
        return True
    if not re.search(r"[A-Za-z]{2}", words):
        return False
    return bool(re.search(r"[ _]|^[A-Z]", words.strip())) and not re.match(
        r"(plug-in|resshift|script-fu)-[\w-]+$|gtk|_?[a-z]+([-_][a-z0-9]+)+$|\w+-\w+$", words.strip()
    )


def sentences(path):
    """Pairs of templates (one, many or None) and their lines."""
    text = path.read_text()
    # Comments go, their lines stay.
    text = re.sub(r"(?m)^(\s*)//.*$", r"\1", text)
    is_marked = MARKED_FILES.match(path.relative_to(SOURCES).as_posix())
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
        template, position, within, places = literal(text, match.start())
        before = text[: match.start()].rstrip()
        if FOR_PROGRAMMERS.search(before):
            continue
        if is_marked and not MARK.search(before + " " * before.endswith("=")):
            continue
        if before.endswith("verbatim:") or before.endswith("separator:"):
            continue
        if counted and before.endswith("one:"):
            counted.append((template, places))
            continue
        if counted and len(counted) == 2 and before.endswith("other:"):
            found.append((numbered_as(*counted[1], places), template, line))
            counted = []
            continue
        for one in [template] + within:
            if is_sentence(one):
                found.append((one, None, line))
    return found


def untranslated(path):
    """Lines with words that go to a window as they are."""
    text = path.read_text()
    for match in re.finditer(r'"((?:[^"\\\n]|\\.)*)"', text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if "//" not in line and UNTRANSLATED.search(line) and is_sentence(match[1]):
            yield text.count("\n", 0, match.start()) + 1, match[0]


def is_format(one, many):
    """Whether gettext can check places: numbered from 1 on without a gap."""
    places = [set(map(int, re.findall(r"%(\d+)\$s", text))) for text in (one, many or one)]
    return bool(places[0]) and all(numbers == set(range(1, len(numbers) + 1)) for numbers in places)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def sources():
    """The files in the order of `FILES`, each once."""
    paths = [path for pattern in FILES for path in sorted(SOURCES.glob(pattern))]
    return [path for path in dict.fromkeys(paths) if path.relative_to(SOURCES).as_posix() not in OTHER_FILES]


def template_file():
    entries = {}
    for path in sources():
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
        lines += ["", "#: " + " ".join(sorted(places))] + ["#, c-format"] * is_format(one, many) + ["msgid " + quoted(one)]
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
    for path in sources():
        for line, words in untranslated(path):
            problems.append(f"{path.relative_to(SOURCES.parent)}:{line}: {words} is shown as it is; make it a Message")
    return problems


def update():
    """msgmerge keeps the old translations; guesses are not translations."""
    for catalogue in sorted(FOLDER.glob("*.po")):
        command = ["msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", "--no-location", str(catalogue)]
        merged = subprocess.run(command + [str(FOLDER / "resshift.pot")], capture_output=True, text=True, check=True).stdout
        command = ["msgattrib", "--no-obsolete", "--no-wrap"]
        catalogue.write_text(subprocess.run(command, input=merged, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        problems = check()
        print("\n".join(problems), file=sys.stderr)
        sys.exit(bool(problems))
    (FOLDER / "resshift.pot").write_text(template_file())
    if sys.argv[1:] == ["--update"]:
        update()
