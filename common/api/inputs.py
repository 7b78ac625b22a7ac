"""What clients send: JSON bodies that can be read, and whole numbers that are whole numbers."""

import re
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)
LARGEST_NUMBER = 10**13


class ReadableJson(JSONParser):
    """JSON, strictly; where it cannot be read, in the caller's language and not the parser's."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The body's value. Raises ParseError, also for brackets without end."""
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, RecursionError) as error:
            raise ParseError(_("This is not JSON that can be read.")) from error


class WholeNumber(serializers.IntegerField):
    """Digits only: Python would also read `1_000`, `+5`, ` 5 `, `5.0` and digits of any script."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_value": LARGEST_NUMBER, **options})

    def to_internal_value(self, data: Any) -> int:
        """The number. Raises ValidationError."""
        is_number = type(data) is int
        if not is_number and not (isinstance(data, str) and DIGITS.fullmatch(data)):
            self.fail("invalid")
        return int(data)
