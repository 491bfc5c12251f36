"""The one table of layers and sections: what is sensitive, who may append (docs/spec/keys.md; promises C1-C4, C16).

Patients write only the predefined sections marked with them; diagnoses, results and blood type are the clinician's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from keymgmt.keys.errors import UnknownLayer, UnknownSection


class Writer(Enum):
    """Who may append to a section."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a layer with a key of its own. ``sensitive`` ones are off in a grant unless chosen."""

    name: str
    title: str
    writers: frozenset[Writer]
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of a wallet with a slot of its own; ``code`` is its byte in a container's header.

    ``clinical`` layers open to clinicians only, whatever was granted (promise G4).
    """

    name: str
    code: int
    clinical: bool
    sections: Mapping[str, Section]


_PATIENT: Final = frozenset({Writer.PATIENT})
_CLINICIAN: Final = frozenset({Writer.CLINICIAN})
_BOTH: Final = _PATIENT | _CLINICIAN


def _layer(name: str, code: int, *sections: Section, clinical: bool = False) -> Layer:
    return Layer(name, code, clinical, MappingProxyType({section.name: section for section in sections}))


LAYERS: Final[Mapping[str, Layer]] = MappingProxyType(
    {
        layer.name: layer
        for layer in (
            # Routing only: inbox, directory card, keystore. It holds no records.
            _layer("account", 0),
            _layer(
                "identity",
                1,
                Section("name", "Name", _PATIENT),
                Section("contact", "Address and contact", _PATIENT),
                Section("national", "National numbers", _PATIENT),
                Section("birth", "Birth certificate", _PATIENT),
                Section("family", "Family relations", _PATIENT),
                Section("bank", "Bank details", _PATIENT, sensitive=True),
                Section("contacts-emergency", "Emergency contacts", _PATIENT),
            ),
            _layer(
                "profile",
                2,
                Section("blood-type", "Blood type", _CLINICIAN),
                Section("sex", "Sex", _CLINICIAN),
                Section("allergies", "Allergies", _CLINICIAN),
                Section("conditions", "Conditions", _CLINICIAN),
                Section("medication", "Medication", _BOTH),
                Section("immunisations", "Immunisations", _CLINICIAN),
                Section("results", "Results", _CLINICIAN),
                Section("procedures", "Procedures", _CLINICIAN),
                Section("imaging", "Imaging", _CLINICIAN),
                Section("documents", "Documents", _BOTH),
                Section("mental-health", "Mental health", _CLINICIAN, sensitive=True),
                Section("sexual-health", "Sexual health", _CLINICIAN, sensitive=True),
                Section("genetics", "Genetics", _CLINICIAN, sensitive=True),
                Section("self-reports", "Self-reports", _PATIENT),
                Section("measurements", "Home measurements", _BOTH),
                Section("wishes", "Wishes", _PATIENT),
                # Marks stand in the section of their entry; those that older wallets wrote are here (promise D10).
                Section("disputes", "Confirmations and disputes", _BOTH),
                clinical=True,
            ),
            _layer(
                "activity",
                3,
                Section("appointments", "Appointments", _BOTH),
                Section("requests", "Requests", _BOTH),
                Section("edits", "Edits", _BOTH),
                Section("claims", "Claims", _BOTH),
                clinical=True,
            ),
            _layer(
                "emergency",
                4,
                Section("summary", "Emergency summary", _BOTH),
                Section("contacts", "Emergency contacts", _PATIENT),
                clinical=True,
            ),
            _layer("sealed", 5, Section("restricted", "Restricted", _BOTH), clinical=True),
        )
    }
)
"""The layers every wallet has, by name."""

FAMILIES: Final[Mapping[str, Layer]] = MappingProxyType(
    {
        "forum": _layer("forum", 16, Section("posts", "Posts", _PATIENT)),
        "study": _layer("study", 17, Section("submissions", "Submissions", _PATIENT)),
    }
)
"""Layers a wallet may have many of, named ``forum/<id>`` and ``study/<id>`` (promise C3)."""

_FAMILY_MEMBER = re.compile(r"(forum|study)/[a-z0-9][a-z0-9-]{0,63}")


def layer_of(name: str) -> Layer:
    """Return the layer called ``name``, ``forum/<id>`` and ``study/<id>`` included; raises :class:`UnknownLayer`."""
    if name in LAYERS:
        return LAYERS[name]
    if match := _FAMILY_MEMBER.fullmatch(name):
        return FAMILIES[match[1]]
    raise UnknownLayer(name)


def section_of(layer: str, section: str) -> Section:
    """Return the section; raises :class:`UnknownLayer` or :class:`UnknownSection`."""
    sections = layer_of(layer).sections
    if section not in sections:
        raise UnknownSection(layer, section, tuple(sections))
    return sections[section]


def require_layer(name: str) -> str:
    """Return ``name`` if there is such a layer; raises :class:`UnknownLayer`."""
    layer_of(name)
    return name


def require_section(layer: str, section: str) -> None:
    """Return if the layer has the section; raises :class:`UnknownLayer` or :class:`UnknownSection`."""
    section_of(layer, section)


def may_append(layer: str, section: str, writer: Writer) -> bool:
    """Whether ``writer`` may append to the section; raises as :func:`section_of`."""
    return writer in section_of(layer, section).writers
