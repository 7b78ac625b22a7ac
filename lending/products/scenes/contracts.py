"""What a scene is made of: questions, evidence and rules over what was told. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from common.errors import Refused
from common.texts import gettext_noop

Facts = Mapping[str, Any]
Numbers = Mapping[str, int]


class Kind(StrEnum):
    """What an answer looks like."""

    TEXT = "TEXT"
    FEN = "FEN"
    DAY = "DAY"
    WHOLE = "WHOLE"
    YES_NO = "YES_NO"
    CHOICE = "CHOICE"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to tell. A CHOICE has its codes with their words."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """A loan as it is asked for, with what was told of its purpose."""

    amount_fen: int
    term_months: int
    rhythm: str
    licence: str
    pays_merchant: bool
    has_document: bool
    consents: Collection[str]
    on: date
    facts: Facts


class PurposeRefused(Refused):
    """The purpose does not allow this loan. `article` is the rule that says so."""

    code = "PURPOSE_REFUSED"
    message = gettext_noop("This purpose does not allow such a loan.")
    advice = gettext_noop("Look at what the product asks for, or choose another one.")
    status = 422
    article = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A law of a scene: what keeps it, and the refusal of what does not.

    `of` is the question whose answer may break it, beside what was asked for on the page before.
    Rules without one hang on what is given later, or by the product.
    """

    refusal: type[PurposeRefused]
    is_kept: Callable[[Wish, Numbers], bool]
    of: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """How pages name the scene's proof and payee, within their sentences; English, as msgids.

    `to_borrower` says who is paid where no merchant is.
    """

    proof: str = gettext_noop("proof")
    payee: str = gettext_noop("shop")
    to_borrower: str = gettext_noop("you")
    hint: str = gettext_noop("As PDF, JPG or PNG, at most 5 MB.")
    agreement: str = gettext_noop("I agree to this")


@dataclass(frozen=True, slots=True)
class Scene:
    """One purpose. `total_fen` is the most that can be lent on the evidence.

    `pays_merchant` is None where either may be paid. `credit_scene` is what the credit decision
    hears: of an illness it hears nothing.
    """

    code: str
    evidence: tuple[str, ...]
    consent: str | None
    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    numbers: tuple[str, ...] = ()
    needs_order: bool = True
    pays_merchant: bool | None = True
    total_fen: Callable[[Facts], int] = lambda facts: int(facts["total_fen"])
    credit_scene: str = "CONSUMPTION"
    # How it may be repaid; any way where nothing is said.
    methods: tuple[str, ...] = ()
    words: Words = Words()
