"""What we write to borrowers: a code, its words, and the facts that fill them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from common import money, rates
from common.texts import gettext_noop


@dataclass(frozen=True, slots=True)
class Template:
    """A title and a body; `facts` are the keys that must be given.

    A fact's unit is its key's last word: `amount_fen` fills `%(amount)s` as `¥1,234.56`,
    `rate_ppm` fills `%(rate)s` as a percentage, `due_on` fills `%(due)s` as a date.
    """

    title: str
    body: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in words, ready to be shown."""

    title: str
    body: str


TEMPLATES: Mapping[str, Template] = {
    "OFFER_READY": Template(
        title=gettext_noop("Your offer is ready"),
        body=gettext_noop("Look at what it costs, take your time, then decide."),
    ),
    "DECLINED": Template(
        title=gettext_noop("We cannot lend to you now"),
        body=gettext_noop(
            "Your application shows the reasons and what would change them. You may ask a person "
            "to look again."
        ),
    ),
    "REFERRED": Template(
        title=gettext_noop("A person is looking at your application"),
        body=gettext_noop("This takes up to three days. We will write to you here."),
    ),
    "PROOF_CHECKED": Template(
        title=gettext_noop("Your proof has been checked"),
        body=gettext_noop("It fits. You can sign now, while your offer is good."),
    ),
    "LOAN_PAID_OUT": Template(
        title=gettext_noop("Your loan has been paid out"),
        body=gettext_noop(
            "The bank has paid out %(amount)s. Your repayment plan is on the loan's page."
        ),
        facts=("amount_fen",),
    ),
    "PAYOUT_FAILED": Template(
        title=gettext_noop("The payout did not arrive"),
        body=gettext_noop(
            "The bank could not pay your loan out. You owe nothing for it. We look into it and "
            "write to you here."
        ),
    ),
    "LOAN_GIVEN_BACK": Template(
        title=gettext_noop("You have given your loan back"),
        body=gettext_noop("You owe nothing for it, and it costs nothing."),
    ),
    "PAYEE_CHANGES": Template(
        title=gettext_noop("Where we pay you money changes tomorrow"),
        body=gettext_noop(
            "We were asked to pay you at another account of a payment service, and it counts in "
            "24 hours. Until then nothing is paid out to you there. If you did not ask for it, "
            "tell us at once, and we stop it."
        ),
    ),
    "PAYEE_STAYS": Template(
        title=gettext_noop("Where we pay you money stays as it was"),
        body=gettext_noop("The other account at a payment service was stopped and does not count."),
    ),
    "INSTALMENT_DUE_SOON": Template(
        title=gettext_noop("An instalment falls due soon"),
        body=gettext_noop(
            "Please pay %(amount)s by %(due)s. If you have paid it in the meantime, there is "
            "nothing more to do."
        ),
        facts=("amount_fen", "due_on"),
    ),
    "REPAYMENT_RECEIVED": Template(
        title=gettext_noop("Thank you, your payment has arrived"),
        body=gettext_noop("We have received %(amount)s."),
        facts=("amount_fen",),
    ),
    "PAYMENT_REVERSED": Template(
        title=gettext_noop("An amount no longer counts on your loan"),
        body=gettext_noop(
            "%(amount)s that counted from %(paid)s has been reversed. The loan's page says why, "
            "and what is due now. If it is not right, write to us."
        ),
        facts=("amount_fen", "paid_on"),
    ),
    "PAYMENT_CHARGED_BACK": Template(
        title=gettext_noop("A payment was taken back at the bank"),
        body=gettext_noop(
            "%(amount)s that counted from %(paid)s went back and counts no longer. The loan's page "
            "says what is due now. If it is not right, write to us."
        ),
        facts=("amount_fen", "paid_on"),
    ),
    "MONEY_SENT_BACK": Template(
        title=gettext_noop("Money is on its way back to you"),
        body=gettext_noop(
            "The bank has sent %(amount)s back to the account that it came from. It counts on no "
            "loan."
        ),
        facts=("amount_fen",),
    ),
    "MERCHANT_REFUNDED": Template(
        title=gettext_noop("Money came back for what you bought"),
        body=gettext_noop(
            "The bank has brought us %(amount)s that was paid for you. It counts on your loan, and "
            "the loan's page says what that leaves. It is no repayment of yours, so it earns no "
            "points."
        ),
        facts=("amount_fen",),
    ),
    "REPAYMENT_FAILED": Template(
        title=gettext_noop("Your payment did not go through"),
        body=gettext_noop("No money has moved. Please try again, or pay from another account."),
    ),
    "MANDATE_GIVEN": Template(
        title=gettext_noop("Automatic debit is on"),
        body=gettext_noop(
            "At most %(most)s at a time. You are told before every debit, and you can withdraw "
            "this at any time on the loan's page. If it was not you, write to us."
        ),
        facts=("most_fen",),
    ),
    "MANDATE_ENDED": Template(
        title=gettext_noop("Automatic debit is off"),
        body=gettext_noop(
            "Nothing more is collected by itself. What falls due you now pay on the loan's page."
        ),
    ),
    "DEBIT_ANNOUNCED": Template(
        title=gettext_noop("An automatic debit is coming"),
        body=gettext_noop(
            "On %(next)s we collect %(amount)s, as you allowed, or less if less is due by then. "
            "If you pay before, nothing is collected."
        ),
        facts=("amount_fen", "next_on"),
    ),
    "DEBIT_ANNOUNCED_IN_PART": Template(
        title=gettext_noop("An automatic debit is coming, and it is not enough"),
        body=gettext_noop(
            "On %(next)s we collect %(amount)s, the most that you allowed. %(rest)s more is due "
            "and is not collected by itself: please pay it on the loan's page by its day. To allow "
            "more, turn automatic debit off there and on again."
        ),
        facts=("amount_fen", "rest_fen", "next_on"),
    ),
    "DEBIT_LEFT_REST": Template(
        title=gettext_noop("Automatic debit has collected only a part"),
        body=gettext_noop(
            "It was the most that you allowed. %(amount)s is still due and is not collected by "
            "itself: please pay it on the loan's page. To allow more, turn automatic debit off "
            "there and on again."
        ),
        facts=("amount_fen",),
    ),
    "MANDATE_TOO_LOW": Template(
        title=gettext_noop("Automatic debit no longer covers your instalment"),
        body=gettext_noop(
            "You allowed %(most)s at a time, and an instalment of your plan is %(amount)s. The "
            "rest is not collected by itself. To allow more, turn automatic debit off on the "
            "loan's page and on again; or pay the rest there each time."
        ),
        facts=("amount_fen", "most_fen"),
    ),
    "DEBIT_TRIED_AGAIN": Template(
        title=gettext_noop("The debit did not go through"),
        body=gettext_noop(
            "No money has moved. We try once more on %(next)s; you can also pay by yourself "
            "before, or withdraw the automatic debit."
        ),
        facts=("next_on",),
    ),
    "DEBIT_GIVEN_UP": Template(
        title=gettext_noop("We have stopped this debit"),
        body=gettext_noop(
            "Nothing more is collected for this due date. Please pay on the loan's page when you "
            "can. If you cannot, tell us: we will look for a way together."
        ),
    ),
    "POINTS_EARNED": Template(
        title=gettext_noop("You have earned points"),
        body=gettext_noop(
            "%(points)s points for paying on time. Your points page shows from when and until when "
            "they can be used."
        ),
        facts=("points",),
    ),
    "POINTS_END_SOON": Template(
        title=gettext_noop("Some of your points have a last day"),
        body=gettext_noop(
            "%(points)s points can be used until %(until)s and end after it. Letting them end "
            "changes nothing about your loans."
        ),
        facts=("points", "until_on"),
    ),
    "LOAN_SETTLED": Template(
        title=gettext_noop("Your loan is paid back"),
        body=gettext_noop("You owe nothing more on this loan. Thank you."),
    ),
    "DUE_DATE_CHANGED": Template(
        title=gettext_noop("Your due date has changed"),
        body=gettext_noop(
            "You asked for another due date, and we have agreed. Your next instalment is "
            "%(amount)s, due on %(due)s; the loan's page has the whole plan."
        ),
        facts=(
            "amount_fen",
            "due_on",
        ),
    ),
    "DUE_DATE_KEPT": Template(
        title=gettext_noop("Your due date stays as it is"),
        body=gettext_noop(
            "You asked to pay next on %(wanted)s. We have looked at it and cannot agree. "
            "Nothing changes: keep to your plan. If paying is hard, tell us: we will look "
            "for a way together."
        ),
        facts=("wanted_on",),
    ),
    "PAUSE_AGREED": Template(
        title=gettext_noop("Your pause begins"),
        body=gettext_noop(
            "You asked for a pause (periods: %(periods)s), and we have agreed. Your next "
            "instalment is %(amount)s, due on %(due)s; the loan's page has the whole plan."
        ),
        facts=(
            "periods",
            "amount_fen",
            "due_on",
        ),
    ),
    "OVERDUE_STAYS": Template(
        title=gettext_noop("What is overdue stays due"),
        body=gettext_noop(
            "What we agreed changes what was not due yet. %(amount)s was due before and stays "
            "due, with what being late costs for each day. Please pay it on the loan's page. If "
            "you cannot, tell us: we will look for a way together."
        ),
        facts=("amount_fen",),
    ),
    "PAUSE_DECLINED": Template(
        title=gettext_noop("There is no pause for your loan"),
        body=gettext_noop(
            "You asked for a pause (periods: %(periods)s). We have looked at it and cannot "
            "agree. Nothing changes: keep to your plan. If paying is hard, tell us: we will "
            "look for a way together."
        ),
        facts=("periods",),
    ),
    "EXTENSION_AGREED": Template(
        title=gettext_noop("Your loan has more time"),
        body=gettext_noop(
            "You asked for more time (periods more: %(periods)s), and we have agreed. Your "
            "next instalment is %(amount)s, due on %(due)s; the loan's page has the whole "
            "plan."
        ),
        facts=(
            "periods",
            "amount_fen",
            "due_on",
        ),
    ),
    "EXTENSION_DECLINED": Template(
        title=gettext_noop("Your loan keeps its term"),
        body=gettext_noop(
            "You asked for more time (periods more: %(periods)s). We have looked at it and "
            "cannot agree. Nothing changes: keep to your plan. If paying is hard, tell us: "
            "we will look for a way together."
        ),
        facts=("periods",),
    ),
    "NEW_PLAN_AGREED": Template(
        title=gettext_noop("Your loan has a new plan"),
        body=gettext_noop(
            "You asked for a new plan (periods: %(periods)s), and we have agreed. Your next "
            "instalment is %(amount)s, due on %(due)s; the loan's page has the whole plan."
        ),
        facts=(
            "periods",
            "amount_fen",
            "due_on",
        ),
    ),
    "NEW_PLAN_DECLINED": Template(
        title=gettext_noop("Your loan keeps its plan"),
        body=gettext_noop(
            "You asked for a new plan (periods: %(periods)s). We have looked at it and "
            "cannot agree. Nothing changes: keep to your plan. If paying is hard, tell us: "
            "we will look for a way together."
        ),
        facts=("periods",),
    ),
    "MONEY_BACK_AGREED": Template(
        title=gettext_noop("The money that you asked for comes back"),
        body=gettext_noop(
            "You asked for %(amount)s to come back, and we have agreed. The bank is asked "
            "to move it; the loan's page shows when it has come."
        ),
        facts=("amount_fen",),
    ),
    "MONEY_BACK_DECLINED": Template(
        title=gettext_noop("The money that you asked for does not come back"),
        body=gettext_noop(
            "You asked for %(amount)s to come back. We have looked at it and cannot agree. "
            "Nothing changes: keep to your plan."
        ),
        facts=("amount_fen",),
    ),
    "EARLY_WARNING_NOTE": Template(
        title=gettext_noop("Do you need help with your loan?"),
        body=gettext_noop(
            "Your records show that things may have become tighter. Nothing has changed for you. "
            "If paying back may be hard, tell us early: we will look for a way together."
        ),
    ),
    "LINE_LOWERED": Template(
        title=gettext_noop("Your limit is lower now"),
        body=gettext_noop(
            "It was %(before)s and is %(limit)s now. Loans that run go on as agreed. Your start "
            "page says why, and what you can do."
        ),
        facts=("before_fen", "limit_fen"),
    ),
    "LATE_NOTE": Template(
        title=gettext_noop("An instalment is late"),
        body=gettext_noop(
            "Please pay when you can; the loan's page shows what is due. If you cannot, tell us: "
            "we will look for a way together."
        ),
    ),
}


def missing_facts(template: str, facts: Mapping[str, object]) -> list[str]:
    """Which facts of a known template are not given."""
    return [key for key in TEMPLATES[template].facts if key not in facts]


def wording(
    template: str,
    facts: Mapping[str, object],
    translate: Callable[[str], str],
    day: Callable[[date], str] = str,
) -> Wording:
    """The message in the reader's language; `day` writes a date as that language does."""
    found = TEMPLATES[template]
    shown = dict(_shown(key, value, day) for key, value in facts.items())
    return Wording(title=translate(found.title) % shown, body=translate(found.body) % shown)


def _shown(key: str, value: object, day: Callable[[date], str]) -> tuple[str, str]:
    """The placeholder of a fact, and how its value reads."""
    name, _, unit = key.rpartition("_")
    match unit, value:
        case "fen", int():
            return name, f"¥{money.yuan(value)}"
        case "ppm", int():
            return name, f"{rates.percent(value):.2f}%"
        case "on", date():
            return name, day(value)
        case "on", str():
            return name, day(date.fromisoformat(value))
        case _:
            return key, str(value)
