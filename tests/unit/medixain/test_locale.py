"""German: every string of the pages is translated and keeps its placeholders; what is compiled is what is written."""

import ast
import gettext
import re
from pathlib import Path

from django.conf import settings

FOLDER = Path(__file__).resolve().parents[3] / "locale" / "de" / "LC_MESSAGES"
ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|</?\w+>")


def written() -> dict[str, list[str]]:
    """Translations by original: one, or singular and plural; an original's plural stands as an entry of its own."""
    found: dict[str, list[str]] = {}
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n")[1:]:
        texts = {name: ast.literal_eval(f"({text})") for name, text in ENTRY.findall(block)}
        forms = [text for name, text in texts.items() if name.startswith("msgstr")]
        found[texts["msgid"]] = forms
        if "msgid_plural" in texts:
            found[texts["msgid_plural"]] = forms
    return found


def test_every_string_is_translated_and_keeps_its_placeholders() -> None:
    entries = written()
    assert len(entries) > 300
    for original, forms in entries.items():
        assert all(forms), original
        wanted = set(PLACEHOLDER.findall(original))
        assert set(PLACEHOLDER.findall(forms[-1])) == wanted or len(forms) == 2, original


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for original, forms in written().items():
        if len(forms) == 1:
            assert compiled.gettext(original) == forms[0]
        elif "%(n)s" not in original:
            assert [compiled.ngettext(original, original, number) for number in (1, 2)] == forms


def test_no_string_of_a_template_is_missing() -> None:
    entries = written()
    strings = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')""")
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for template in Path(folder).rglob("*.html"):
            for double, single in strings.findall(template.read_text(encoding="utf-8")):
                text = double or single
                assert text in entries, f"{template.name}: run `make locale` and translate {text!r}"
