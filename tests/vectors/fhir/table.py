"""Reduce ``fhir.resources.R4B`` to the one table the browser vault validates FHIR by.

The Python client validates with these very models (``medixain/sdk/fhir.py``), so a table taken from them cannot differ
from it by a version or an editor's choice. Run ``python -m tests.vectors.fhir.table`` after an update of the library;
a test fails until it is done.

The table is ``{"v": 1, "fhir": version, "types": {name: [resource, base, fields, required, choices]}}``:

- ``resource``: 1 when the type derives from Resource, else 0; ``base``: the type whose rows it inherits, or "".
- ``fields``: element name to type, with ``[]`` for a list and ``!`` when it must be given. Each element of a primitive
  type has a sibling ``_name`` for its extensions, which the table does not repeat.
- ``required``: primitive elements that must have a value or say why not in their sibling.
- ``choices``: the groups of elements of which one at most may be given, ``[required, [names]]``.
"""

import json
import types as builtin
import typing
from pathlib import Path
from typing import Any, Final

from fhir.resources import R4B
from fhir.resources.R4B import fhirtypes
from fhir_core.fhirabstractmodel import FHIRAbstractModel
from fhir_core.types import FHIR_PRIMITIVES_MAPS, FhirBase

TABLE: Final = Path(__file__).parents[3] / "keymgmt" / "vault" / "static" / "fhir-r4.json"
_SKIPPED: Final = {"fhir_comments"}
_EXTENSION: Final = "FHIRPrimitiveExtension"


def make() -> dict[str, Any]:
    """Return the table."""
    rows = {}
    for name in sorted(vars(fhirtypes)):
        kind = getattr(fhirtypes, name)
        if name.endswith("Type") and isinstance(kind, type) and issubclass(kind, FhirBase):
            model = kind.get_model_klass()
            rows[name.removesuffix("Type")] = _row(model)
    return {"v": 1, "fhir": R4B.__fhir_version__, "types": rows}


def encode(table: dict[str, Any]) -> bytes:
    """Return the bytes of the table, one type a line."""
    lines = [f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}" for name, row in table["types"].items()]
    head = f'{{"v":{table["v"]},"fhir":{json.dumps(table["fhir"])},"types":{{\n'
    return (head + ",\n".join(lines) + "\n}}\n").encode("ascii")


def _row(model: type[FHIRAbstractModel]) -> list[Any]:
    parent = model.__mro__[1]
    # Some parents are the library's own and no FHIR type: their elements are the child's.
    inherits = issubclass(parent, FHIRAbstractModel) and hasattr(fhirtypes, f"{parent.get_resource_type()}Type")
    inherited = parent.model_fields if inherits else {}
    fields = {
        str(field.alias or name): _field(field.annotation, field.is_required())
        for name, field in model.model_fields.items()
        if name not in _SKIPPED and name not in inherited and not name.endswith("__ext")
    }
    blank = model.model_construct()
    choices = [
        [int(bool(model.model_fields[names[0]].json_schema_extra["one_of_many_required"])), list(names)]  # type: ignore[index]
        for names in blank.get_one_of_many_fields().values()
    ]
    required = [name for name, _ in blank.get_required_fields()]
    base = parent.get_resource_type() if inherits else ""
    return [int(model.has_resource_base()), base, fields, required, choices]


def _field(annotation: Any, required: bool) -> str:
    """``Optional[List[HumanNameType]]`` as ``HumanName[]``."""
    kind, many = _without_none(annotation), ""
    if typing.get_origin(kind) is list:
        kind, many = _without_none(typing.get_args(kind)[0]), "[]"
    if isinstance(kind, type) and issubclass(kind, FhirBase):
        name = kind.__name__.removesuffix("Type")
    else:
        name = FHIR_PRIMITIVES_MAPS[kind] if kind in FHIR_PRIMITIVES_MAPS else _annotated(kind)
    return name + many + ("!" if required else "")


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in {typing.Union, builtin.UnionType}:
        left = [part for part in typing.get_args(annotation) if part is not type(None)]
        return left[0] if len(left) == 1 else annotation
    return annotation


def _annotated(kind: Any) -> str:
    """The FHIR name of a primitive whose annotation is equal to none of the library's, by its marker."""
    for marker in reversed(getattr(kind, "__metadata__", ())):
        name = getattr(marker, "__visit_name__", None)
        if isinstance(name, str):
            return name
    raise TypeError(f"{kind!r} is no FHIR type")


if __name__ == "__main__":
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_bytes(encode(make()))
