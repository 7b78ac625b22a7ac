"""The catalogue of purposes: what each consent allows, in words (PIPL art. 14, 17, 30). Pure.

Changing any sentence that changes the meaning needs a new `notice_version`: consents under an
older version no longer count, and the person is asked again.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from common.texts import gettext_noop

IDENTITY = "IDENTITY"
CONSUMPTION_RECORDS = "CONSUMPTION_RECORDS"
AUTOMATED_DECISION = "AUTOMATED_DECISION"
SCENE_EDUCATION = "SCENE_EDUCATION"
SCENE_MEDICAL = "SCENE_MEDICAL"
SCENE_PURCHASE = "SCENE_PURCHASE"
POST_LOAN_WATCH = "POST_LOAN_WATCH"
SOCIAL_INSURANCE = "SOCIAL_INSURANCE"
STUDENT_STATUS = "STUDENT_STATUS"
DEVICE = "DEVICE"
SOCIAL_ACTIVITY = "SOCIAL_ACTIVITY"
FAIRNESS_TEST = "FAIRNESS_TEST"
SHARED_LINKS = "SHARED_LINKS"

_LENDER_ONLY = gettext_noop("Only the lender of your loan. We do not sell it or pass it on.")


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that a person may allow, separately, and what follows when they do not.

    `is_necessary` is true where the law or the contract needs it; all else is a free choice, and
    refusing it never makes an offer worse than the basic one. `needs_switch` says that it is not
    even asked where the deployment has not switched it on.
    """

    code: str
    notice_version: str
    is_necessary: bool
    title: str
    why: str
    items: tuple[str, ...]
    period: str
    recipient: str
    refusal: str
    needs_switch: bool = False

    def sentences(self) -> tuple[str, ...]:
        """Everything that the person read before they agreed."""
        return (self.title, self.why, *self.items, self.period, self.recipient, self.refusal)


_ALL = (
    Purpose(
        code=IDENTITY,
        notice_version="2026-11",
        is_necessary=True,
        title=gettext_noop("Your identity"),
        why=gettext_noop(
            "The law and the loan contract need to know who borrows, and that they are of age. "
            "Your identity number is sensitive; we keep it sealed."
        ),
        items=(
            gettext_noop("Your name"),
            gettext_noop("Your identity number, and the date of birth in it"),
        ),
        period=gettext_noop("Until ten years after your last loan has ended, as the law asks."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("Without it there can be no loan contract."),
    ),
    Purpose(
        code=CONSUMPTION_RECORDS,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Your consumption records"),
        why=gettext_noop(
            "From what you spend and earn we see what you can repay. It can raise your limit and "
            "lower your rate. Payment records are sensitive; names and notes in them are sealed, "
            "and what tells of health or belief is not kept."
        ),
        items=(
            gettext_noop("Times, amounts and kinds of your payments and income"),
            gettext_noop("Names of shops and notes in the bills that you upload"),
        ),
        period=gettext_noop("Until you withdraw, at the longest two years."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("You can still apply for the basic product. Nothing gets worse."),
    ),
    Purpose(
        code=AUTOMATED_DECISION,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Deciding by computer"),
        why=gettext_noop(
            "A computer can decide on your application within seconds and tells you the reasons. "
            "You may ask a person to look again at any decision."
        ),
        items=(
            gettext_noop("What you enter in your application"),
            gettext_noop("Figures made from what you agreed to share"),
        ),
        period=gettext_noop("Five years, so that the decision can be checked."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("A person decides on your application. That takes longer."),
    ),
    Purpose(
        code=SCENE_EDUCATION,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Proof of your course"),
        why=gettext_noop(
            "A loan for education pays the school. We check that you are enrolled and whom we pay."
        ),
        items=(
            gettext_noop("The proof of enrolment that you upload"),
            gettext_noop("The name of your school and course"),
        ),
        period=gettext_noop("Until ten years after the loan has ended, as the law asks."),
        recipient=gettext_noop("The lender of your loan, and the school that is paid."),
        refusal=gettext_noop("You cannot take a loan for education. Other loans stay open."),
    ),
    Purpose(
        code=SCENE_MEDICAL,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("The sum of your medical invoice"),
        why=gettext_noop(
            "A loan for medical care pays the clinic. That there is an invoice tells of your "
            "health, so it is sensitive; we keep its number sealed and ask for nothing else."
        ),
        items=(
            gettext_noop("The number and the sum of the invoice, and the clinic's name"),
            gettext_noop("That it is not for cosmetic surgery"),
        ),
        period=gettext_noop("Until ten years after the loan has ended, as the law asks."),
        recipient=gettext_noop("The lender of your loan, and the clinic that is paid."),
        refusal=gettext_noop(
            "You cannot take a loan for medical care. Other loans stay open, and no decision, "
            "price or limit ever reads it."
        ),
    ),
    Purpose(
        code=SCENE_PURCHASE,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Proof of what you buy or rent"),
        why=gettext_noop(
            "A loan for one purpose is lent on its order, booking or lease. We check that it is "
            "yours, what it costs, and whom we pay."
        ),
        items=(
            gettext_noop("The order, booking, contract or lease that you upload"),
            gettext_noop("Its number, sum and days, and the name of the seller"),
        ),
        period=gettext_noop("Until ten years after the loan has ended, as the law asks."),
        recipient=gettext_noop("The lender of your loan, and the seller that is paid."),
        refusal=gettext_noop("You cannot take a loan for a purpose. Other loans stay open."),
    ),
    Purpose(
        code=POST_LOAN_WATCH,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Early help while you repay"),
        why=gettext_noop(
            "While a loan runs we look at the records that you upload, and write to you early when "
            "paying back may become hard."
        ),
        items=(gettext_noop("The consumption records that you agreed to share"),),
        period=gettext_noop("Until the loan has ended, or until you withdraw."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("We watch your repayments only. Your loan does not change."),
    ),
    Purpose(
        code=SOCIAL_INSURANCE,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Your social insurance"),
        why=gettext_noop(
            "The record of your contributions shows that you have steady work. It tells of your "
            "income, so it is sensitive; we keep it sealed and do not keep the file itself."
        ),
        items=(
            gettext_noop("Months, kinds of insurance, the base and what was paid in"),
            gettext_noop("The employer who paid it, and the code by which the paper is checked"),
        ),
        period=gettext_noop("Until you withdraw, at the longest two years."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("Nothing changes. Your result is not lower without it."),
    ),
    Purpose(
        code=STUDENT_STATUS,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Your student status"),
        why=gettext_noop(
            "The verification report of CHSI shows whether you study, where and until when. We "
            "need it only where a loan depends on it. Of the report we take no photo, ethnicity, "
            "number or date of birth, and we do not keep the file itself."
        ),
        items=(
            gettext_noop("School, level, status, first day and expected last day"),
            gettext_noop("A fingerprint of the code by which the report is checked"),
        ),
        period=gettext_noop("Until you withdraw, at the longest two years."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop(
            "Nothing changes. You can prove your course in another way, and your result is not "
            "lower without it."
        ),
    ),
    Purpose(
        code=DEVICE,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Your smart devices"),
        why=gettext_noop(
            "How regularly a household runs can speak for you. We take sums by the day only, no "
            "single events, no places and no number of a device."
        ),
        items=(gettext_noop("Kind of device, day, minutes switched on, times used"),),
        period=gettext_noop("Until you withdraw, at the longest ninety days."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("Nothing changes. Your result is not lower without it."),
        needs_switch=True,
    ),
    Purpose(
        code=SOCIAL_ACTIVITY,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Your activity on social networks"),
        why=gettext_noop(
            "You may give counts by the week. We never take what you write or see, nor who your "
            "friends are, and no price, no refusal and no collection ever rests on it."
        ),
        items=(
            gettext_noop("By the week: own posts, interactions, active days"),
            gettext_noop("Roughly how many contacts, in five steps"),
        ),
        period=gettext_noop("Until you withdraw, at the longest ninety days."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("Nothing changes. Your result is not lower without it."),
        needs_switch=True,
    ),
    Purpose(
        code=FAIRNESS_TEST,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Testing that we are fair"),
        why=gettext_noop(
            "We test whether women and men, young and old, and people of every region are treated "
            "alike. No decision, price or limit ever reads this, and nobody sees it of one person: "
            "only sums over at least thirty people come out."
        ),
        items=(
            gettext_noop("Sex, age band and place of household registration, from your number"),
            gettext_noop("What you say of yourself instead, if you want to"),
        ),
        period=gettext_noop("Until you withdraw; it is deleted the night after."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop("Nothing changes. Your result is not lower without it."),
    ),
    Purpose(
        code=SHARED_LINKS,
        notice_version="2026-11",
        is_necessary=False,
        title=gettext_noop("Protection against organised fraud"),
        why=gettext_noop(
            "Some fraud is planned by several people together. If you and another customer both "
            "allow it, we see what links you two. Nobody who has not allowed it is looked at, your "
            "contacts are never read, and how others repay says nothing about you."
        ),
        items=(
            gettext_noop("Transfers between you and customers who allowed it too"),
            gettext_noop("That a device or an account is shared, or who recommended us"),
        ),
        period=gettext_noop("Until you withdraw; then your links are gone by the next night."),
        recipient=_LENDER_ONLY,
        refusal=gettext_noop(
            "Nothing changes. Links never set a price and never refuse anybody; at most a person "
            "looks at an application."
        ),
    ),
)

PURPOSES: Mapping[str, Purpose] = {each.code: each for each in _ALL}

# One purpose for each partner: a consent names who sends (PIPL art. 23).
PARTNER_PREFIX = "PARTNER:"
PARTNER_NOTICE = "2026-11"


def of_partner(code: str, name: str) -> Purpose:
    """The purpose of letting one partner send its records of a person; its title is its name."""
    return Purpose(
        code=PARTNER_PREFIX + code,
        notice_version=PARTNER_NOTICE,
        is_necessary=False,
        title=name,
        why=gettext_noop(
            "This company sends us its records of what you bought, paid or earned there, so that "
            "you need not upload them. They count only while you also share your consumption "
            "records."
        ),
        items=(
            gettext_noop("Times, amounts and kinds of your payments and income there"),
            gettext_noop("Names of shops and notes in them, sealed"),
        ),
        period=gettext_noop("Until you withdraw, at the longest two years."),
        recipient=gettext_noop(
            "The company named above sends them to the lender of your loan. We tell the company "
            "nothing about you, not even whether we know you."
        ),
        refusal=gettext_noop("Nothing changes. Your result is not lower without it."),
    )


def notice_of(code: str) -> str | None:
    """The notice in force for a purpose; None for what is no purpose."""
    if code.startswith(PARTNER_PREFIX):
        return PARTNER_NOTICE
    known = PURPOSES.get(code)
    return known.notice_version if known else None


def offered(*, switched_on: Collection[str], given: Collection[str] = ()) -> list[Purpose]:
    """What a person may be asked here, and whatever they gave before a switch was turned off."""
    return [
        each
        for each in _ALL
        if not each.needs_switch or each.code in switched_on or each.code in given
    ]


def text_sha256(purpose: Purpose, translate: Callable[[str], str]) -> str:
    """The fingerprint of the notice as it was read, in the language it was read in."""
    read = "\n".join(translate(sentence) for sentence in purpose.sentences())
    return hashlib.sha256(f"{purpose.code} {purpose.notice_version}\n{read}".encode()).hexdigest()
