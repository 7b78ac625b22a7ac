"""What a chart asks of the things it draws; any object with these names will do."""

from datetime import date
from typing import Protocol


class Instalment(Protocol):
    """One row of a repayment plan."""

    @property
    def number(self) -> int: ...
    @property
    def due_on(self) -> date: ...
    @property
    def principal_fen(self) -> int: ...
    @property
    def interest_fen(self) -> int: ...


class Month(Protocol):
    """Money in and out in one calendar month."""

    @property
    def first_day(self) -> date: ...
    @property
    def in_fen(self) -> int: ...
    @property
    def out_fen(self) -> int: ...
