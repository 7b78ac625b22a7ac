"""One person's year on the platform: joining, asking, signing, repaying in their own way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from borrowers.people.id_number import check_character
from simulation.year.home import opened
from simulation.year.house import House
from simulation.year.people.habits import OVERNIGHT_SECONDS, Character, Habit, Payment
from simulation.year.people.notebook import Notebook, Paid
from simulation.year.people.officer import Officers
from simulation.year.people.phone import Phone, new_key
from simulation.year.people.records import Town

DAY = timedelta(days=1)
SHARING = ("CONSUMPTION_RECORDS", "AUTOMATED_DECISION")
FIRST_MONTHS, LATER_MONTHS = 6, 3
REGION = 990_000
MOST_LOANS = 3
PAYS_OFF_SHARE, CALL_BACK_SHARE, PAYS_AGAIN_SHARE = 0.5, 0.35, 0.4


class Stage(StrEnum):
    """Where somebody stands with us."""

    OUTSIDE = "OUTSIDE"
    FREE = "FREE"
    REFERRED = "REFERRED"
    BORROWS = "BORROWS"


@dataclass
class Life:
    """A person's year. `happened` counts; `has_moved` says that something has happened today."""

    character: Character
    town: Town
    house: House
    officers: Officers
    happened: Counter[str]
    phone: Phone = field(init=False)
    borrower_id: int = 0
    stage: Stage = Stage.OUTSIDE
    wakes_on: date = date.min
    application: str = ""
    loan: str = ""
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    plan: list[Payment] = field(default_factory=list)
    payments: list[tuple[str, int]] = field(default_factory=list)
    on_its_way: Paid | None = None
    told: Any = None
    account: str = ""
    has_moved: bool = False

    def __post_init__(self) -> None:
        person = self.character.person
        self.phone = Phone(
            number=f"1391{person:07d}",
            clock=self.house.clock,
            address=f"10.{person // 65_536}.{person // 256 % 256}.{person % 256}",
        )

    def live(self, today: date) -> None:
        """Whatever there is to do on a day."""
        self.has_moved = False
        if self.stage is Stage.OUTSIDE and today >= self.wakes_on:
            self.join(today)
        elif self.stage is Stage.FREE and today >= self.wakes_on:
            self.ask_for_a_loan(today)
        elif self.stage is Stage.REFERRED:
            self.look_after_the_application(today)
        elif self.stage is Stage.BORROWS:
            self.repay(today)

    # --- joining, and asking ---

    def join(self, today: date) -> None:
        """An account, a name, consents, records, and the first question."""
        self.borrower_id = self.phone.sign_up()
        person = self.character.person
        self.phone.post(
            "identity", {"name": self.town.name(person), "id_number": id_number(self.town, person)}
        )
        self.phone.consent(*SHARING)
        self.account = f"person:{self.phone.get('me')['public_id']}"
        self._note("joined")
        self._share(today, months=FIRST_MONTHS, files=2)
        self.ask_for_a_loan(today)

    def ask_for_a_loan(self, today: date) -> None:
        """Newer records, points where there are enough, and an application."""
        if self.notebooks:
            self._share(today, months=LATER_MONTHS, files=1)
        wish = self.character.wish()
        body = {
            "product": "DAILY",
            "amount_fen": wish.amount_fen,
            "term_months": wish.term_months,
            "merchant": "",
            "entitlement": self._discount(),
        }
        self.application = self.phone.post("applications", body, key=new_key())["id"]
        self.phone.post(f"applications/{self.application}/submit")
        self._note("applications")
        self.look_after_the_application(today)

    def look_after_the_application(self, today: date) -> None:
        """Take an offer, wait for a person, or come back another time."""
        found = self.phone.get(f"applications/{self.application}")
        if found["state"] == "REFERRED":
            self.stage = Stage.REFERRED
            return
        self._note(f"answered {found['state']}")
        if found["state"] == "OFFERED":
            self._sign(found)
        else:
            self._rest(today)

    def _sign(self, found: Any) -> None:
        path = f"applications/{self.application}"
        self.phone.post(f"{path}/accept")
        self.phone.read_cost(self.application)
        self.loan = self.phone.post(f"{path}/sign", {"agrees": True})["loan"]
        self.house.hear_until(lambda: self._loan()["state"] == "ACTIVE")
        self.notebooks[self.loan] = opened(self.phone, self.loan)
        self.payments = []
        self._note("loans")
        if found["discount_ppm"]:
            self._note("loans with a discount from points")
        self.stage = Stage.BORROWS
        self._plan()

    def _share(self, today: date, *, months: int, files: int) -> None:
        written = self.town.files(self.character.person, before=today, months=months)
        for file in islice(written, files):
            answer = self.phone.upload(
                file.name, file.content, self.town.password(self.character.person)
            )
            self._note(f"files {answer.status_code}")

    def _discount(self) -> str:
        """Points become a lower rate where they are enough."""
        rewards = self.phone.get("rewards")
        wanted = [each for each in rewards["benefits"] if each["kind"] == "RATE_DISCOUNT"]
        affordable = [each for each in wanted if each["cost_points"] <= rewards["available"]]
        if affordable and not rewards["owed"]:
            bought = self.phone.post(
                "rewards/redeem", {"benefit": affordable[0]["code"]}, key=new_key()
            )
            self._note("points redeemed")
            return str(bought["id"])
        return str(rewards["usable"][0]["id"]) if rewards["usable"] else ""

    # --- repaying ---

    def repay(self, today: date) -> None:
        """What was meant to be paid by today, once what is on its way has come."""
        self.look_after_what_is_on_its_way()
        if not self.on_its_way:
            while self.plan and self.plan[0].on <= today and not self.on_its_way:
                self._pay(self.plan.pop(0), today)
            if not self.plan and not self.on_its_way:
                self._see_how_it_stands(today)

    def _pay(self, payment: Payment, today: date) -> None:
        stands = self._loan()["standing"]
        habit, notebook = self.character.habit, self.notebooks[self.loan]
        if habit is Habit.PAYS_OFF and self.payments and self.character.happens(PAYS_OFF_SHARE):
            quote = self.phone.get(f"loans/{self.loan}/payoff-quote")
            self._collect("payoff", quote["total_fen"], today)
            self._note("paid off")
            return
        if habit is Habit.TAKEN_BACK and self.payments and self.character.happens(CALL_BACK_SHARE):
            self._call_back(notebook)
            return
        amount_fen = int(_wanted_fen(stands) * payment.share)
        if habit is Habit.WRONG_AMOUNT:
            self._refused(stands["most_fen"] + 100)
        if habit is Habit.GIVES_UP and self.payments:
            amount_fen = 0
        if (amount_fen := min(amount_fen, stands["most_fen"])) > 0:
            self._collect("repayments", amount_fen, today)
            self._note("paid late" if stands["days_past_due"] else "paid in time")
            if payment.share < 1:
                self._note("paid in part")
            if habit is Habit.PAYS_TWICE and self.payments and not self.on_its_way:
                self._pay_again(today)

    def _pay_again(self, today: date) -> None:
        """Paid already, and forgotten: the same once more, as far as it is taken."""
        most_fen = self._loan()["standing"]["most_fen"]
        if most_fen and self.character.happens(PAYS_AGAIN_SHARE):
            self._collect("repayments", min(most_fen, self.payments[-1][1]), today)
            self._note("paid twice")

    def _collect(self, how: str, amount_fen: int, today: date) -> None:
        """Have it collected; some press the button twice, and the bank has its ways."""
        fault = self.character.fault()
        if fault:
            self.house.misbehave(fault, self.account, seconds=_seconds(fault))
            self._note(f"bank: {fault}")
        path, key, body = f"loans/{self.loan}/{how}", new_key(), {"amount_fen": amount_fen}
        number = self.phone.post(path, body, key=key)["id"]
        if self.character.habit is Habit.PAYS_TWICE:
            again = self.phone.post(path, body, key=key)["id"]
            assert again == number, "one key has become two payments"
            self._note("pressed twice")
        self.on_its_way = Paid(number, today, amount_fen, how == "payoff")
        if fault != "delay":
            self.house.hear_until(self._has_come)
            self._note_down(self.on_its_way)

    def _has_come(self) -> bool:
        """Whether the bank has had its last word; what it said is remembered."""
        assert self.on_its_way is not None
        self.told = self.phone.get(f"loans/{self.loan}/repayments/{self.on_its_way.number}")
        return bool(self.told["state"] == "FAILED" or self.told["is_booked"])

    def look_after_what_is_on_its_way(self) -> None:
        """A payment that settles overnight comes when it comes."""
        if self.on_its_way is not None and self._has_come():
            self._note_down(self.on_its_way)

    def _note_down(self, paid: Paid) -> None:
        """What has left the account is noted; what was refused is meant to be paid again."""
        self.on_its_way = None
        if self.told["state"] == "SUCCEEDED":
            self.notebooks[self.loan].pays(paid)
            self.payments.append((paid.number, paid.fen))
            self._note("repayments")
        else:
            self._note("payments that failed")

    def _call_back(self, notebook: Notebook) -> None:
        """Regretted: the bank is told to fetch the last payment back, and staff book it."""
        number, _fen = self.payments.pop()
        self.house.call_back(number)
        self.officers.book_what_was_called_back(self.borrower_id, self.loan, number)
        notebook.taken_back(number)
        self._note("called back")

    def _refused(self, amount_fen: int) -> None:
        """More than may be paid."""
        answer = self.phone.ask(
            "POST", f"loans/{self.loan}/repayments", {"amount_fen": amount_fen}, key=new_key()
        )
        assert answer.status_code == 422, answer.content
        self._note("refused for a wrong amount")

    def _see_how_it_stands(self, today: date) -> None:
        """Settled: rest, and come again. Otherwise plan what comes next."""
        if self._loan()["state"] == "SETTLED":
            self._note("loans settled")
            self._rest(today)
        else:
            self._plan()

    def _plan(self) -> None:
        stands = self._loan()["standing"]
        today = _day(stands["on"])
        if stands["due_fen"]:
            self.plan = [Payment(today + self.character.waits_days() * DAY)]
        elif stands["next_due"]:
            self.plan = self.character.payments(_day(stands["next_due"]["due_on"]))

    def _rest(self, today: date) -> None:
        self.stage = Stage.FREE
        self.wakes_on = today + self.character.rests_days() * DAY
        if len(self.notebooks) >= MOST_LOANS:
            self.wakes_on = date.max

    def _loan(self) -> Any:
        return self.phone.get(f"loans/{self.loan}")

    def _note(self, what: str) -> None:
        self.happened[what] += 1
        self.has_moved = True


def id_number(town: Town, person: int) -> str:
    """A well-formed number of nobody: its region does not exist."""
    digits = f"{REGION + person // 1_000:06d}{town.born_on(person):%Y%m%d}{person % 1_000:03d}"
    return digits + check_character(digits)


def _wanted_fen(stands: Any) -> int:
    """What is due, or else the next instalment."""
    if stands["due_fen"] or not stands["next_due"]:
        return int(stands["due_fen"])
    return int(stands["next_due"]["outstanding_fen"])


def _seconds(fault: str) -> float:
    return OVERNIGHT_SECONDS if fault == "delay" else 0.0


def _day(text: str) -> date:
    return date.fromisoformat(text)
