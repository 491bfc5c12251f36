"""Reading JSON bodies of strangers."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from medixain.core.canonical import NotCanonical, require_shallow


class ShallowJSONParser(JSONParser):
    """A JSON parser that refuses deep nesting first, which would otherwise end the process (core.canonical)."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ParseError."""
        body = stream.read()
        try:
            require_shallow(body)
        except NotCanonical as error:
            raise ParseError(error.message) from error
        return super().parse(BytesIO(body), media_type, parser_context)
