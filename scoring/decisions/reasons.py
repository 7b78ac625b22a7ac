"""The words of reasons: one plain sentence per code, with the person's own figure in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common.texts import Bilingual, gettext_noop
from scoring.decisions.contracts import Reason
from scoring.features.catalogue import FEATURES, Feature, Unit, figure


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence to translate, and the figures to fill in after: `_(message) % context`."""

    message: str
    context: Mapping[str, str]
    # The same sentence about a third person, for staff; empty where it addresses nobody.
    to_staff: str = ""

    def __str__(self) -> str:
        return self.message % self.context


@dataclass(frozen=True, slots=True)
class _Sentence:
    """`to_staff` says the same about the applicant, where `message` speaks to a person."""

    unit: Unit
    message: str
    to_staff: str = ""


_WEIGHED: Mapping[str, _Sentence] = {
    "INCOME_LEVEL": _Sentence(
        Unit.YUAN,
        gettext_noop("Average income a month: %(value)s (reference: %(threshold)s)"),
    ),
    "INCOME_STEADINESS": _Sentence(
        Unit.SHARE,
        gettext_noop(
            "Your income moves by about %(value)s from month to month (reference: %(threshold)s)"
        ),
        gettext_noop(
            "The applicant's income moves by about %(value)s from month to month"
            " (reference: %(threshold)s)"
        ),
    ),
    "INCOME_TREND": _Sentence(
        Unit.FEN,
        gettext_noop("Income in the latest month: %(value)s (typical before: %(threshold)s)"),
    ),
    "LEFT_OVER": _Sentence(
        Unit.SHARE,
        gettext_noop("Left over from the income: %(value)s (reference: %(threshold)s)"),
    ),
    "SPENDING_STEADINESS": _Sentence(
        Unit.SHARE,
        gettext_noop(
            "Your spending moves by about %(value)s from month to month (reference: %(threshold)s)"
        ),
        gettext_noop(
            "The applicant's spending moves by about %(value)s from month to month"
            " (reference: %(threshold)s)"
        ),
    ),
    "DAILY_NEEDS": _Sentence(
        Unit.SHARE,
        gettext_noop("Spending on daily needs: %(value)s of all (reference: %(threshold)s)"),
    ),
    "SPENDING_VARIETY": _Sentence(
        Unit.RATIO,
        gettext_noop("Variety of your spending, from 0 to 1: %(value)s (reference: %(threshold)s)"),
        gettext_noop("Variety of the spending, from 0 to 1: %(value)s (reference: %(threshold)s)"),
    ),
    "ACTIVE_WEEKS": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "Weeks with payments in the last 13 weeks: %(value)s (reference: %(threshold)s)"
        ),
    ),
    "HISTORY": _Sentence(
        Unit.MONTHS,
        gettext_noop("Months of records: %(value)s (reference: %(threshold)s)"),
    ),
    "QUIET_TIME": _Sentence(
        Unit.DAYS,
        gettext_noop(
            "Longest time without a payment, in days: %(value)s (reference: %(threshold)s)"
        ),
    ),
    "OTHER_CREDIT": _Sentence(
        Unit.SHARE,
        gettext_noop("Other credit makes %(value)s of your payments (reference: %(threshold)s)"),
        gettext_noop("Other credit makes %(value)s of the payments (reference: %(threshold)s)"),
    ),
    "NIGHT_BUYS": _Sentence(
        Unit.SHARE,
        gettext_noop(
            "Large purchases at night: %(value)s of your spending (reference: %(threshold)s)"
        ),
        gettext_noop(
            "Large purchases at night: %(value)s of the spending (reference: %(threshold)s)"
        ),
    ),
    "GAMBLING": _Sentence(
        Unit.SHARE,
        gettext_noop(
            "Lotteries and games of chance: %(value)s of your spending (reference: %(threshold)s)"
        ),
        gettext_noop(
            "Lotteries and games of chance: %(value)s of the spending (reference: %(threshold)s)"
        ),
    ),
    "REPAID_ON_TIME": _Sentence(
        Unit.SHARE,
        gettext_noop("Instalments paid to us on time: %(value)s (reference: %(threshold)s)"),
    ),
}

_HELD: Mapping[str, _Sentence] = {
    "UNDER_AGE": _Sentence(
        Unit.COUNT,
        gettext_noop("We lend from the age of %(threshold)s; your age is %(value)s."),
        gettext_noop("We lend from the age of %(threshold)s; the applicant's age is %(value)s."),
    ),
    "ENROLMENT_NOT_PROVED": _Sentence(
        Unit.COUNT,
        gettext_noop("We need proof of enrolment before we can pay the school. Please upload it."),
        gettext_noop("The proof of enrolment is missing; without it the school is not paid."),
    ),
    "OVERDUE_WITH_US": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "An instalment of yours with us is %(value)s days late. A person looks at this first."
        ),
        gettext_noop(
            "An instalment of the applicant with us is %(value)s days late. A person"
            " looks at this first."
        ),
    ),
    "RECORDS_INCOMPLETE": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "Your records need a person's look first: a bill says other than its rows do, rows of"
            " it do not fit each other, or you left out a line. Uploading a bill as it was"
            " exported may settle this."
        ),
        gettext_noop(
            "A bill of the applicant says other than its rows do, its rows do not fit each other,"
            " or the applicant left out a line. A person looks at this first."
        ),
    ),
    "LINKED_CASE": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "You allowed a look at links between customers. A person looks at your application"
            " first; this accuses nobody and changes neither limit nor rate."
        ),
        gettext_noop(
            "Links between the applicant and other customers ask for a person's look. They accuse"
            " nobody and change neither limit nor rate."
        ),
    ),
    "AMOUNT_TOO_LARGE": _Sentence(
        Unit.FEN,
        gettext_noop("You asked for %(value)s; this product lends at most %(threshold)s."),
        gettext_noop(
            "The applicant asked for %(value)s; this product lends at most %(threshold)s."
        ),
    ),
    "AMOUNT_TOO_SMALL": _Sentence(
        Unit.FEN,
        gettext_noop("You asked for %(value)s; this product lends from %(threshold)s."),
        gettext_noop("The applicant asked for %(value)s; this product lends from %(threshold)s."),
    ),
    "TERM_NOT_OFFERED": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "You asked for %(value)s months; this product is not lent over that time."
            " The longest is %(threshold)s months."
        ),
        gettext_noop(
            "The applicant asked for %(value)s months; this product is not lent over"
            " that time. The longest is %(threshold)s months."
        ),
    ),
    "EXPOSURE_REACHED": _Sentence(
        Unit.FEN,
        gettext_noop("You owe %(value)s; one person may owe at most %(threshold)s in all."),
        gettext_noop(
            "The applicant owes %(value)s; one person may owe at most %(threshold)s in all."
        ),
    ),
    "INPUT_MISSING": _Sentence(
        Unit.COUNT,
        gettext_noop("Something we need for a decision is missing, so a person will look at it."),
    ),
    "NO_RECORDS": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "You share no spending records, which is your free choice:"
            " the base product is open to you."
        ),
        gettext_noop(
            "The applicant shares no spending records, which is a free choice: the"
            " base product is open to everybody."
        ),
    ),
    "SCARCE_RECORDS": _Sentence(
        Unit.SHARE,
        gettext_noop(
            "Your records are too few to judge by (%(value)s of a full picture)."
            " A bill of three recent months is enough."
        ),
        gettext_noop(
            "The applicant's records are too few to judge by (%(value)s of a full picture)."
        ),
    ),
    "THIN_RECORDS": _Sentence(
        Unit.SHARE,
        gettext_noop(
            "Your records are still thin (%(value)s of a full picture), so we start small."
            " A bill of three recent months is enough for more."
        ),
        gettext_noop(
            "The applicant's records are still thin (%(value)s of a full picture), so"
            " we start small."
        ),
    ),
    "INCOME_NOT_SEEN": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "Your records show no income, so the limit is small."
            " A bill of the account that receives your pay can raise it."
        ),
        gettext_noop("The applicant's records show no income, so the limit is small."),
    ),
    "SCORE_LOW": _Sentence(
        Unit.COUNT,
        gettext_noop(
            "Your score of %(value)s is under the line for an automatic offer,"
            " so a person will look at it."
        ),
        gettext_noop(
            "The applicant's score of %(value)s is under the line for an automatic"
            " offer, so a person looks at it."
        ),
    ),
    "NO_RULE_FITS": _Sentence(
        Unit.COUNT,
        gettext_noop("None of our rules fits your case, so a person will look at it."),
        gettext_noop("None of our rules fits this case, so a person looks at it."),
    ),
    "POLICY_UNREADABLE": _Sentence(
        Unit.COUNT,
        gettext_noop("Our rules gave no clear answer, so a person will look at it."),
    ),
    "BASE_PRODUCT": _Sentence(
        Unit.FEN,
        gettext_noop("Your records never give you less than our base product of up to %(value)s."),
        gettext_noop(
            "The records never give the applicant less than our base product of up to %(value)s."
        ),
    ),
    "LESS_THAN_ASKED": _Sentence(
        Unit.FEN,
        gettext_noop("You asked for %(value)s; the limit is %(threshold)s."),
        gettext_noop("The applicant asked for %(value)s; the limit is %(threshold)s."),
    ),
    "SHORTER_THAN_ASKED": _Sentence(
        Unit.COUNT,
        gettext_noop("You asked for %(value)s months; we lend this over up to %(threshold)s."),
        gettext_noop(
            "The applicant asked for %(value)s months; we lend this over up to %(threshold)s."
        ),
    ),
    "INCOME_BEARS": _Sentence(
        Unit.FEN,
        gettext_noop("Your income bears an instalment of up to %(value)s a month."),
        gettext_noop("The applicant's income bears an instalment of up to %(value)s a month."),
    ),
    "NOTHING_LEFT": _Sentence(
        Unit.COUNT,
        gettext_noop("Your spending leaves nothing of your income for an instalment."),
        gettext_noop("The applicant's spending leaves nothing of the income for an instalment."),
    ),
    "OTHER_LOANS_COUNT": _Sentence(
        Unit.FEN,
        gettext_noop("What you owe us already, %(value)s, counts towards the limit."),
        gettext_noop("What the applicant owes us already, %(value)s, counts towards the limit."),
    ),
}

SENTENCES: Mapping[str, _Sentence] = {**_WEIGHED, **_HELD}

# What is said instead where nothing can be lent now: the usual words would promise something.
_WITHOUT_ROOM: Mapping[str, _Sentence] = {
    "NO_RECORDS": _Sentence(
        Unit.COUNT,
        gettext_noop("You share no spending records, which is your free choice."),
        gettext_noop("The applicant shares no spending records, which is a free choice."),
    ),
    "LESS_THAN_ASKED": _Sentence(
        Unit.FEN,
        gettext_noop("You asked for %(value)s; there is no room for another loan now."),
        gettext_noop("The applicant asked for %(value)s; there is no room for another loan now."),
    ),
    "BASE_PRODUCT": _Sentence(
        Unit.FEN,
        gettext_noop("The base product has no room for another loan now either."),
    ),
}


def is_without_room(reasons: Iterable[Reason]) -> bool:
    """Whether these are the reasons of a limit of nothing."""
    return any(each.code == "LESS_THAN_ASKED" and not each.threshold for each in reasons)


NEUTRAL = gettext_noop("Our score weighed what your records show.")
NEUTRAL_TO_STAFF = gettext_noop("The score weighed what the records show.")
WEIGHED_ELSEWHERE = gettext_noop("One of our rules applies: %(code)s")


def words(reason: Reason, *, without_room: bool = False) -> Words | Bilingual:
    """The sentence of a reason: its own, or that of the feature which a fitted model names.

    A code that nobody gave words to is told neutrally: a person is owed an answer, never an error.
    """
    sentence = (_WITHOUT_ROOM if without_room else SENTENCES).get(reason.code)
    sentence = sentence or SENTENCES.get(reason.code)
    if sentence is not None:
        figures = {"value": reason.value, "threshold": reason.threshold}
        context = {
            name: "–" if number is None else figure(number, sentence.unit)
            for name, number in figures.items()
        }
        return Words(sentence.message, context, sentence.to_staff)
    feature = FEATURES.get(reason.code)
    if feature is not None:
        return _of_feature(feature, reason)
    if reason.points:
        return Words(NEUTRAL, {}, NEUTRAL_TO_STAFF)
    return Words(WEIGHED_ELSEWHERE, {"code": reason.code})


def _of_feature(feature: Feature, reason: Reason) -> Bilingual:
    """What a feature says of a person, with their own figure where there is one."""
    told = feature.better if reason.direction == "UP" else feature.worse
    if reason.value is None:
        return told
    value = figure(reason.value, feature.unit)
    if reason.threshold is None:
        return Bilingual(en=f"{told.en} ({value})", zh=f"{told.zh}（{value}）")
    held = figure(reason.threshold, feature.unit)
    return Bilingual(
        en=f"{told.en} ({value}; reference: {held})", zh=f"{told.zh}（{value}；参考值：{held}）"
    )
