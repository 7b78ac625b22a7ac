"""One person's year on the platform: joining, asking, signing, repaying in their own way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from borrowers.people.id_number import check_character
from simulation.year.home import opened
from simulation.year.house import House
from simulation.year.people.habits import Character, Habit, Payment
from simulation.year.people.notebook import Notebook, Paid
from simulation.year.people.phone import Phone, new_key
from simulation.year.people.records import Town

DAY = timedelta(days=1)
SHARING = ("CONSUMPTION_RECORDS", "AUTOMATED_DECISION")
FIRST_MONTHS, LATER_MONTHS = 6, 3
FINAL = {"SUCCEEDED", "FAILED"}
REGION = 990_000
MOST_LOANS = 3


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
    happened: Counter[str]
    phone: Phone = field(init=False)
    borrower_id: int = 0
    stage: Stage = Stage.OUTSIDE
    wakes_on: date = date.min
    application: str = ""
    loan: str = ""
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    plan: list[Payment] = field(default_factory=list)
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
        self._note("joined")
        self._share(today, months=FIRST_MONTHS)
        self.ask_for_a_loan(today)

    def ask_for_a_loan(self, today: date) -> None:
        """Newer records, points where there are enough, and an application."""
        if self.notebooks:
            self._share(today, months=LATER_MONTHS)
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
        self._note("loans")
        if found["discount_ppm"]:
            self._note("loans with a discount from points")
        self.stage = Stage.BORROWS
        self._plan()

    def _share(self, today: date, *, months: int) -> None:
        for file in self.town.files(self.character.person, before=today, months=months):
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
        """What was meant to be paid by today."""
        while self.plan and self.plan[0].on <= today and self.stage is Stage.BORROWS:
            self._pay(self.plan.pop(0), today)
        if self.stage is Stage.BORROWS and not self.plan:
            self._see_how_it_stands(today)

    def _pay(self, payment: Payment, today: date) -> None:
        found = self._loan()
        stands = found["standing"]
        wanted_fen = stands["due_fen"] or (
            stands["next_due"]["outstanding_fen"] if stands["next_due"] else 0
        )
        amount_fen = min(int(wanted_fen * payment.share), stands["most_fen"])
        if amount_fen <= 0:
            return
        if self.character.habit is Habit.WRONG_AMOUNT:
            self._refused(stands["most_fen"] + 100)
        self._collect("repayments", amount_fen, today)
        self._note("paid late" if stands["days_past_due"] else "paid in time")
        if payment.share < 1:
            self._note("paid in part")

    def _collect(self, how: str, amount_fen: int, today: date) -> None:
        """Have it collected; some press the button twice."""
        path, key, body = f"loans/{self.loan}/{how}", new_key(), {"amount_fen": amount_fen}
        number = self.phone.post(path, body, key=key)["id"]
        if self.character.habit is Habit.PAYS_TWICE:
            again = self.phone.post(path, body, key=key)["id"]
            assert again == number, "one key has become two payments"
            self._note("pressed twice")
        one = f"loans/{self.loan}/repayments/{number}"
        self.house.hear_until(lambda: self.phone.get(one)["state"] in FINAL)
        if self.phone.get(one)["state"] == "SUCCEEDED":
            self.notebooks[self.loan].pays(Paid(number, today, amount_fen, how == "payoff"))
            self._note("repayments")
        else:
            self._note("payments that failed")

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


def _day(text: str) -> date:
    return date.fromisoformat(text)
