"""A borrower with a phone: everything that the platform's API lets one person do, from outside."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

from borrowers.people.id_number import check_character
from borrowers.people.masking import phone as masked_phone

CODE = re.compile(r"<h2>\s*(?P<phone>[\d*]+)\s*</h2>\s*<p>\s*(?P<code>\d{6})\b")
PATIENCE_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.05
SHARING = ("CONSUMPTION_RECORDS", "AUTOMATED_DECISION")
BEING_DECIDED = {"SUBMITTED", "DECIDING"}
FINAL = {"SUCCEEDED", "FAILED"}
NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
# The smallest PDF that is one.
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Unexpected(AssertionError):
    """An answer with another status than the caller counted on."""

    def __init__(self, answer: requests.Response) -> None:
        asked = f"{answer.request.method} {answer.request.url}"
        super().__init__(f"{asked}: {answer.status_code} {answer.text[:2000]}")
        self.status = answer.status_code


@dataclass
class ApiPerson:
    """One person, signed in or not. Every method answers the JSON of a 2xx, or raises."""

    site: str
    phone: str
    language: str = "en"
    token: str = field(default="", repr=False)
    web: requests.Session = field(default_factory=requests.Session, repr=False)

    # --- the plain call ---

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> requests.Response:
        """Whatever the platform answers, refusals included. `path` begins after /api/v1/."""
        headers = {"Accept-Language": self.language}
        if self.token:
            headers["X-Session-Token"] = self.token
        if key is not None:
            headers["Idempotency-Key"] = key
        url = self.site + (path if path.startswith("/") else f"/api/v1/{path}")
        return self.web.request(method, url, json=body, files=files, headers=headers, timeout=30)

    def get(self, path: str) -> Any:
        return _content(self.ask("GET", path))

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Any:
        return _content(self.ask("POST", path, body, key=key, files=files))

    # --- who I am ---

    def sign_up(self) -> None:
        """A new account: the phone, then the code that was sent to it."""
        self._enter("/_allauth/app/v1/auth/signup", "/_allauth/app/v1/auth/phone/verify")

    def sign_in(self) -> None:
        """The account that there is: the phone, then the code."""
        self._enter("/_allauth/app/v1/auth/code/request", "/_allauth/app/v1/auth/code/confirm")

    def sign_out(self) -> None:
        self.ask("DELETE", "/_allauth/app/v1/auth/session")
        self.token = ""

    def code(self) -> str:
        """The latest code that was sent to this phone, as the demonstration's outbox shows it."""
        page = self.web.get(f"{self.site}/demo/outbox/", timeout=30).text
        mine = masked_phone(self.phone)
        codes = [found["code"] for found in CODE.finditer(page) if found["phone"] == mine]
        assert codes, f"no code for {mine} in the outbox"
        return codes[0]

    def me(self) -> Any:
        return self.get("me")

    def identify(self, name: str, id_number: str) -> Any:
        return self.post("identity", {"name": name, "id_number": id_number})

    # --- what may be used, and the records ---

    def consent(self, *purposes: str) -> None:
        """Read each purpose's notice and allow it."""
        notices = {each["purpose"]: each["notice_version"] for each in self.get("consents")}
        for purpose in purposes:
            self.post("consents", {"purpose": purpose, "notice_version": notices[purpose]})

    def withdraw_consent(self, purpose: str) -> Any:
        return self.post(f"consents/{purpose}/withdraw")

    def upload(self, bill: bytes, *, name: str = "bill.xlsx", key: str | None = None) -> Any:
        """Give a file, and wait for its reading as a client does that was told 202."""
        sent = self.ask("POST", "bills", key=key or new_key(), files={"file": (name, bill)})
        said = _content(sent)
        if sent.status_code != requests.codes.accepted:
            return said
        job = self._once(
            lambda: self.get(sent.headers["Location"]), lambda it: it["state"] != "READING"
        )
        if job["problem"]:
            raise Unexpected(self.ask("GET", sent.headers["Location"]))
        return job["bill"]

    # --- from the question to the signature ---

    def apply(
        self,
        amount_fen: int = 500_000,
        *,
        term_months: int = 6,
        product: str = "DAILY",
        merchant: str = "",
        entitlement: str = "",
        key: str | None = None,
    ) -> Any:
        """A draft; nothing is decided yet."""
        wanted = {
            "product": product,
            "amount_fen": amount_fen,
            "term_months": term_months,
            "merchant": merchant,
            "entitlement": entitlement,
        }
        return self.post("applications", wanted, key=key or new_key())

    def tell_purpose(self, application: str, **facts: Any) -> Any:
        """What the money is for: by default a stage of training, on its own invoice."""
        told = {
            "course": "SKILLS",
            "stage_months": 3,
            "stage_hours": 60,
            "is_student": False,
            "has_second_payer": False,
            "number": f"INV-{application}",
            "total_fen": 900_000,
            **facts,
        }
        return _content(self.ask("PUT", f"applications/{application}/purpose", {"facts": told}))

    def attach(self, application: str, document: bytes = PDF, *, name: str = "proof.pdf") -> Any:
        files = {"file": (name, document)}
        return self.post(f"applications/{application}/evidence", files=files)

    def submit(self, application: str) -> Any:
        """Send it, and wait for the answer as a client does that was told 202."""
        sent = self.post(f"applications/{application}/submit")
        return sent if sent["state"] not in BEING_DECIDED else self.decided(application)

    def application(self, application: str) -> Any:
        return self.get(f"applications/{application}")

    def decided(self, application: str) -> Any:
        """The application once there is an answer."""
        return self._once(
            lambda: self.application(application), lambda it: it["state"] not in BEING_DECIDED
        )

    def change_offer(self, application: str, *, amount_fen: int, term_months: int) -> Any:
        wanted = {"amount_fen": amount_fen, "term_months": term_months}
        return self.post(f"applications/{application}/offer/change", wanted)

    def accept(self, application: str) -> Any:
        return self.post(f"applications/{application}/accept")

    def open_cost(self, application: str) -> Any:
        """Open the cost table: its reading time begins."""
        return self.get(f"applications/{application}/cost")

    def confirm_cost(self, application: str, disclosure: int) -> Any:
        return self.post(f"applications/{application}/cost", {"disclosure": disclosure})

    def read_cost(self, application: str) -> Any:
        """Open the cost table, take the time to read it, confirm it."""
        shown = self.open_cost(application)
        time.sleep(shown["minimum_seconds"] + 0.2)
        return self.confirm_cost(application, shown["disclosure"])

    def sign(self, application: str) -> Any:
        return self.post(f"applications/{application}/sign", {"agrees": True})

    def withdraw(self, application: str) -> Any:
        return self.post(f"applications/{application}/withdraw")

    def ask_for_a_person(self, application: str) -> Any:
        return self.post(f"applications/{application}/review-request")

    # --- loans ---

    def loan(self, loan: str) -> Any:
        return self.get(f"loans/{loan}")

    def paid_out(self, loan: str) -> Any:
        """The loan once its payout has ended, one way or the other."""
        return self._once(lambda: self.loan(loan), _has_been_paid_out)

    def schedule(self, loan: str) -> Any:
        return self.get(f"loans/{loan}/schedule")

    def repay(self, loan: str, amount_fen: int, *, key: str | None = None) -> Any:
        """Ask for a payment to be collected; it is booked a moment later."""
        amount = {"amount_fen": amount_fen}
        return self.post(f"loans/{loan}/repayments", amount, key=key or new_key())

    def pay_off(self, loan: str, *, key: str | None = None) -> Any:
        """Pay what closes the loan today."""
        quote = self.get(f"loans/{loan}/payoff-quote")
        amount = {"amount_fen": quote["total_fen"]}
        return self.post(f"loans/{loan}/payoff", amount, key=key or new_key())

    def collected(self, loan: str, repayment: str) -> Any:
        """The payment once it has ended, one way or the other."""
        return self._once(
            lambda: self.get(f"loans/{loan}/repayments/{repayment}"),
            lambda it: it["state"] in FINAL,
        )

    def rewards(self) -> Any:
        return self.get("rewards")

    def redeem(self, benefit: str, *, key: str | None = None) -> Any:
        return self.post("rewards/redeem", {"benefit": benefit}, key=key or new_key())

    def messages(self) -> Any:
        return self.get("messages")["results"]

    def _enter(self, beginning: str, end: str) -> None:
        """Both steps of allauth's headless sign-in; 401 says that the next step is due."""
        self.token = ""
        begun = self.ask("POST", beginning, {"phone": self.phone})
        if begun.status_code != requests.codes.unauthorized:
            raise Unexpected(begun)
        self.token = begun.json()["meta"]["session_token"]
        done = self.post(end, {"code": self.code()})
        self.token = done["meta"].get("session_token", self.token)

    def _once(self, ask: Callable[[], Any], is_over: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_over(answer := ask()):
            assert time.monotonic() < deadline, f"waited in vain; the last answer was {answer}"
            time.sleep(ASK_AGAIN_SECONDS)
        return answer


def new_key() -> str:
    """An idempotency key of one's own."""
    return uuid4().hex


def name_of(serial: int) -> str:
    """A name whose bearer does not exist, and says so."""
    return f"测试人{str(serial).translate(NUMERALS)}（虚构）"


def id_number_of(serial: int, *, born: str = "19950615") -> str:
    """A well-formed number of nobody: its region does not exist."""
    digits = f"990199{born}{serial:03d}"
    return digits + check_character(digits)


def prepared(person: ApiPerson, *, serial: int, bills: Iterable[bytes] = ()) -> ApiPerson:
    """Sign up, say who one is, allow what a decision needs, and give the bills."""
    person.sign_up()
    person.identify(name_of(serial), id_number_of(serial))
    person.consent(*SHARING)
    for bill in bills:
        person.upload(bill)
    return person


def _has_been_paid_out(loan: Any) -> bool:
    """The two facts come from two questions: between them the loan may just be opening."""
    is_opening = loan["payout"] == "SUCCEEDED" and loan["state"] == "PENDING_DISBURSEMENT"
    return loan["payout"] in FINAL and not is_opening


def _content(answer: requests.Response) -> Any:
    if not answer.ok:
        raise Unexpected(answer)
    return answer.json() if answer.content else None
