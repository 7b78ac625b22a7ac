"""The fees of a quote: how much, of what, and when, in the words of several houses."""

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from common.rates import PPM_PER_PERCENT
from lending.calc.plans import FeeBase, PlanFee
from lending.management import spellings
from lending.management.typed import (
    MissingTerm,
    Typed,
    UnclearTerm,
    day,
    money,
    number_of,
    several,
    shortened,
    truth,
    whole,
)

ON = "on due_on date due_date charged_on specified_due_date"
ABOUT = "instalment number period instalment_number period_number"
WHEN = "when timing at charged charged_at due event charge_time charge_time_type payment_due_at"
HOW = "calculation calculation_type charge_calculation charge_calculation_type"
BASE = "base basis percent_of percentage_of of"
PERCENT = "percent rate_percent percentage rate"
LAST = -1


class _Words(NamedTuple):
    """What a fee's words say: its moment, and its base where it is a part of something."""

    moment: str | None = None
    on: date | None = None
    base: FeeBase | None = None
    is_percent: bool = False


def fees_of(content: object) -> list[PlanFee]:
    """A list of fees. Raises UnknownTerm, UnclearTerm and MissingTerm."""
    return [_fee(Typed(each, name="fees")) for each in several(content)]


def _fee(terms: Typed) -> PlanFee:
    words = _words(terms)
    rate_ppm, base = _rate(terms, words)
    on, instalment = terms.find(ON, day) or words.on, terms.find(ABOUT, whole)
    moment = _moment(words.moment, on, instalment)
    found = PlanFee(
        code=terms.take("code name", spellings.code_of, default="FEE"),
        amount_fen=money(terms, "amount") or 0,
        rate_ppm=rate_ppm,
        base=base,
        is_each_instalment=moment == "EACH",
        is_financed=terms.take("financed is_financed capitalised", truth, default=False),
        on=on,
        instalment=LAST if moment == "LAST" else instalment,
    )
    terms.finish()
    return found


def _words(terms: Typed) -> _Words:
    """Moment and calculation, whichever key they stand under; each may be said once."""
    when, how = _moment_under_on(terms) or terms.find(WHEN, str), terms.find(HOW, str)
    kind = terms.find("type kind", str)
    found = _Words()
    for name, value in (("when", when), ("calculation", how), ("type", kind)):
        if value is None:
            continue
        said = _understood(name, value)
        if (said.moment and found.moment) or (said.is_percent and found.is_percent):
            raise UnclearTerm(name=f"fees.{name}", value=shortened(value))
        found = _Words(
            said.moment or found.moment,
            said.on or found.on,
            said.base or found.base,
            said.is_percent or found.is_percent,
        )
    return found


def _moment_under_on(terms: Typed) -> str | None:
    """`"on": "DISBURSEMENT"` names no day but a moment."""
    return terms.find("on", str) if terms.says("on", _is_moment) else None


def _is_moment(value: object) -> bool:
    is_words = isinstance(value, str)
    return is_words and any(spellings.code_of(value) in each for each in spellings.MOMENTS.values())


def _understood(name: str, value: str) -> _Words:
    code = spellings.code_of(value)
    for moment, known in spellings.MOMENTS.items():
        if name != "calculation" and code in known:
            return _Words(moment=moment)
    if name == "when":
        try:
            return _Words(moment="DAY", on=day(value))
        except ValueError as error:
            raise UnclearTerm(name="fees.when", value=shortened(value)) from error
    if code in spellings.FLAT_FEES:
        return _Words()
    part = spellings.part_of(code)
    if part not in spellings.FEE_PARTS:
        raise UnclearTerm(name=f"fees.{name}", value=shortened(value))
    return _Words(base=spellings.FEE_PARTS[part], is_percent=True)


def _rate(terms: Typed, words: _Words) -> tuple[Fraction, FeeBase]:
    """The part in ppm, and what it is a part of."""
    bases = spellings.word(FeeBase, spellings.FEE_BASES)
    base = terms.find(BASE, bases) or words.base or FeeBase.PRINCIPAL
    rate_ppm = terms.take("rate_ppm", number_of, default=Fraction(0))
    percent = terms.take(PERCENT, number_of, default=Fraction(0))
    if words.is_percent and not percent and not rate_ppm:
        # As Apache Fineract has it: the amount of a fee in percent is that percentage.
        percent = terms.take("amount value", number_of, default=Fraction(0))
    for each in FeeBase:
        names = f"percent_of_{each.lower()} {each.lower()}_percent"
        part = terms.find(names, number_of)
        if part is not None:
            if percent or rate_ppm:
                raise UnclearTerm(name=f"fees.percent_of_{each.lower()}", value=part)
            percent, base = part, each
    return rate_ppm + PPM_PER_PERCENT * percent, base


def _moment(said: str | None, on: date | None, instalment: int | None) -> str:
    """When it is paid; a day or an instalment says so by itself. Raises MissingTerm."""
    known = [name for name, given in (("DAY", on), ("INSTALMENT", instalment)) if given is not None]
    if said == "DAY" and on is None:
        raise MissingTerm(name="fees.on")
    if len(known) > 1 or (known and said not in {None, *known}):
        raise UnclearTerm(name="fees.when", value=said or on)
    return known[0] if known else said or "START"
