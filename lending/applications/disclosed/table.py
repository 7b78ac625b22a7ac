"""The table of all costs (综合融资成本明示表): one value that page, PDF and API are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from common.rates import percent
from common.texts import gettext_noop
from lending.applications import cost
from lending.applications.disclosed.risk import RiskNotice, notice
from lending.calc.methods.manner import instalment, read

NO_OTHER_CHARGE = gettext_noop(
    "No other charge belongs to this loan: no service fee, no guarantee fee, no membership, no "
    "insurance, no fee for paying early. Whoever asks you for one does not act for us."
)
FIGURES = (
    "principal_fen", "term_months", "instalment_fen", "total_interest_fen", "total_fees_fen",
    "total_fen", "irr_nominal_ppm", "irr_effective_ppm", "cap_ppm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CostLine:
    """What is paid if all goes well: codes as they were kept, and words to read."""

    code: str
    name: str
    recipient: str
    recipient_name: str
    how_charged: str
    charged: str
    amount_fen: int
    annual_rate_ppm: int
    standard_ppm: int | None
    standard_fen: int | None
    floor_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class ContingentLine:
    """What is paid only if something goes wrong."""

    code: str
    name: str
    recipient: str
    recipient_name: str
    how_charged: str
    charged: str
    annual_rate_ppm: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A row of the repayment plan."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class CostTable:
    """Everything that the loan costs, and what nobody may ask for."""

    principal_fen: int
    term_months: int
    instalment_fen: int
    total_interest_fen: int
    total_fees_fen: int
    total_fen: int
    irr_nominal_ppm: int
    irr_effective_ppm: int
    cap_ppm: int
    items: tuple[CostLine, ...]
    contingent: tuple[ContingentLine, ...]
    no_other_charge: str
    schedule: tuple[Planned, ...]
    risk: RiskNotice | None
    instalment_name: str


def table(content: Mapping[str, Any]) -> CostTable:
    """The kept table in the active language; one from before there was a notice has none."""
    return CostTable(
        **{name: content[name] for name in FIGURES},
        items=tuple(_item(each) for each in content["items"]),
        contingent=tuple(_contingent(each) for each in content["contingent"]),
        no_other_charge=gettext(NO_OTHER_CHARGE),
        schedule=tuple(
            Planned(**{**each, "due_on": date.fromisoformat(each["due_on"])})
            for each in content["schedule"]
        ),
        risk=notice(content["risk"]) if "risk" in content else None,
        instalment_name=gettext(instalment(read(content))),
    )


def _item(kept: Mapping[str, Any]) -> CostLine:
    rate = rate_words(abs(kept["standard_ppm"] or 0))
    floor = rate_words(kept.get("floor_ppm") or 0)
    return CostLine(**kept, **_words(kept, {"rate": rate, "floor": floor}))


def _contingent(kept: Mapping[str, Any]) -> ContingentLine:
    figures = {"rate": rate_words(kept["annual_rate_ppm"]), "grace": kept["grace_days"]}
    return ContingentLine(**kept, **_words(kept, figures))


def _words(kept: Mapping[str, Any], figures: Mapping[str, object]) -> dict[str, Any]:
    return {
        "name": gettext(cost.item(kept["code"])),
        "recipient_name": gettext(cost.recipient(kept["recipient"])),
        "charged": gettext(cost.charged(kept["how_charged"])) % figures,
    }


def rate_parts(content: Mapping[str, Any]) -> tuple[CostLine, ...]:
    """The rate before discounts, and each of them; nothing where there is none."""
    lines = tuple(_item(each) for each in content["items"])
    discounts = tuple(each for each in lines if (each.standard_ppm or 0) < 0)
    return (lines[0], *discounts) if discounts else ()


def discounts_said(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Each discount in a sentence, then the rate without them and the floor; nothing for none."""
    parts = rate_parts(content)
    if not parts:
        return ()
    interest, *discounts = parts
    said = [
        gettext("%(name)s is in it: %(rate)s a year less.")
        % {"name": each.name, "rate": rate_words(-(each.standard_ppm or 0))}
        for each in discounts
    ]
    base = {"base": rate_words(interest.standard_ppm or 0)}
    if discounts[0].floor_ppm is None:  # A table from before the floor was told.
        return (*said, gettext("Without discounts the rate is %(base)s.") % base)
    floor = {"floor": rate_words(discounts[0].floor_ppm)}
    without = gettext(
        "Without discounts the rate is %(base)s; no discount takes it below %(floor)s."
    )
    return (*said, without % (base | floor))


def rate_words(ppm: int) -> str:
    """A yearly rate as everywhere on paper and page."""
    return f"{percent(ppm):.2f}%"
