"""Nothing of a person lies open: after a whole journey every place is searched for planted words.

Tables, Redis, logs, and every file of the installation once it has stopped: the servers' own
files, their logs, SQLite files and sealed documents; plain and in every disguise that
tests/machinery/canaries.py knows. Then the same search is shown to find what is planted openly.
"""

import base64
import gzip
import json
import random
import re
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg2
import pytest
import redis
import requests

from common.clock import now
from common.periods import add_months, shanghai_date
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months
from simulation.bills.records import Owner
from tests.machinery import resting_places as places
from tests.machinery.canaries import Finding, Scanner, slices
from tests.machinery.client import SHARING, ApiPerson, Unexpected, id_number_of
from tests.machinery.installations import eventually, new_installation
from tests.machinery.officer import Officer
from tests.machinery.running import Platform, started, until

pytestmark = [pytest.mark.platform_up, pytest.mark.timeout(600)]

NAME = "阮灵犀"
FULL_NAME = f"{NAME}（虚构）"
PHONE = "13900004680"
UNKNOWN_PHONE = "13900004681"
ID_NUMBER = id_number_of(713, born="19930827")
WRONG_NUMBER = ID_NUMBER[:-1] + ("0" if ID_NUMBER[-1] != "0" else "1")
MERCHANT = "漆园咖啡馆第七分号"
ITEM = "独角兽纪念章"
NICKNAME = "云外青鸟"
WALLET_ACCOUNT = "qingniao.canary@example.invalid"
EMPLOYER = "白鹿原野望远镜厂"
TRADE_NUMBER = "4200777123456789012345678901"
EVIDENCE = b"%PDF-1.4\n" + random.Random(713).randbytes(4_000) + "独角兽技校入学通知".encode()
OTHER_PASSWORD = "canary-password-713-eagle"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def bill() -> bytes:
    """Seven ordinary months, with the planted words among them and above them."""
    today = shanghai_date(now())
    records = ordinary_months(
        seed=713,
        first_day=add_months(today, -7),
        months=7,
        monthly_income_fen=1_200_000,
        employer=EMPLOYER,
        payments_per_day=1.0,
    )
    planted = list(range(20, len(records), 25))
    for index in planted:
        records[index] = replace(records[index], party=MERCHANT, item=f"{ITEM} {index}")
    records[planted[0]] = replace(records[planted[0]], number=TRADE_NUMBER, undoes="")
    owner = Owner(nickname=NICKNAME, account=WALLET_ACCOUNT)
    return write(records, layout=Layout.WECHAT_XLSX_2026, owner=owner)


CANARIES: dict[str, str | bytes] = {
    "name": NAME,
    "phone": PHONE,
    "unknown phone": UNKNOWN_PHONE,
    "ID number": ID_NUMBER,
    "wrong ID number": WRONG_NUMBER,
    "merchant": MERCHANT,
    "item": ITEM,
    "employer": EMPLOYER,
    "nickname": NICKNAME,
    "wallet account": WALLET_ACCOUNT,
    "trade number": TRADE_NUMBER,
    "password": OTHER_PASSWORD,
    "evidence in words": "独角兽技校入学通知",
}


def live(platform: Platform, content: bytes) -> None:
    """Everything that a borrower does, from the first code to the last instalment."""
    person = ApiPerson(platform.url, PHONE, language="zh-hans")
    person.sign_up()
    stumble(person)
    person.identify(FULL_NAME, ID_NUMBER)
    person.consent(*SHARING, "SCENE_EDUCATION", "POST_LOAN_WATCH")
    person.upload(content, name=f"{NAME}的账单.xlsx")
    draft = person.apply(600_000, product="STUDY", merchant="TOMORROW")
    person.attach(draft["id"], EVIDENCE, name=f"{NAME}的入学通知.pdf")
    person.tell_purpose(draft["id"])
    assert person.submit(draft["id"])["state"] == "OFFERED"
    person.accept(draft["id"])
    person.read_cost(draft["id"])
    Officer(platform).confirm_proof(draft["id"])
    loan = person.paid_out(person.sign(draft["id"])["loan"])
    assert loan["state"] == "ACTIVE"
    first = person.schedule(loan["id"])["results"][0]["outstanding_fen"]
    person.collected(loan["id"], person.repay(loan["id"], first)["id"])
    person.collected(loan["id"], person.pay_off(loan["id"])["id"])
    assert person.loan(loan["id"])["state"] == "SETTLED"
    person.messages()
    person.sign_out()


def stumble(person: ApiPerson) -> None:
    """What goes wrong is logged more eagerly than what goes well."""
    with pytest.raises(Unexpected):
        person.identify(FULL_NAME, WRONG_NUMBER)
    with pytest.raises(Unexpected):
        person.upload(bill()[:900], name=f"{NAME}.xlsx")
    other = ApiPerson(person.site, "13900004691")
    other.sign_up()
    other.identify("别人（虚构）", id_number_of(714))
    for path in (f"applications/{ID_NUMBER}", f"/{NAME}/{PHONE}?q={ID_NUMBER}", "me?name=" + NAME):
        person.ask("GET", path)
    person.ask("POST", "identity", {"name": [NAME], "id_number": {"a": ID_NUMBER}})
    person.ask("POST", "/_allauth/app/v1/auth/code/request", {"phone": UNKNOWN_PHONE})


def take_another_identity(platform: Platform) -> None:
    """Somebody else with the same ID number: the database refuses the second."""
    thief = ApiPerson(platform.url, "13900004692")
    thief.sign_up()
    with pytest.raises(Unexpected):
        thief.identify(FULL_NAME, ID_NUMBER)


def walk_the_pages(platform: Platform) -> None:
    """The same person in a browser: the session of the pages, forms that are filled in wrongly."""
    with requests.Session() as browser:
        submit(browser, f"{platform.url}/accounts/login/", login=PHONE, password=OTHER_PASSWORD)
        submit(browser, f"{platform.url}/accounts/login/code/", phone=PHONE)
        code = ApiPerson(platform.url, PHONE).code()
        submit(browser, f"{platform.url}/accounts/login/code/confirm/", code=code)
        for page in ("home", "identity", "consents", "records", "loans", "messages", "privacy"):
            assert browser.get(f"{platform.url}/{page}/", timeout=30).ok, page
        submit(browser, f"{platform.url}/identity/", name=NAME, id_number=WRONG_NUMBER)


def submit(browser: requests.Session, url: str, **fields: str) -> requests.Response:
    """Fill in the form of a page."""
    page = browser.get(url, timeout=30)
    found = CSRF.search(page.text)
    assert found, f"{url} shows no form: {page.status_code}"
    fields["csrfmiddlewaretoken"] = found[1]
    return browser.post(url, fields, headers={"Referer": url}, timeout=30)


def closed(platform: Platform) -> None:
    """Stop it, and wait until PostgreSQL has written everything down and ended."""
    platform.stop()
    pid_file = platform.layout.postgres / "data/postmaster.pid"
    assert eventually(lambda: not pid_file.exists(), seconds=60)


@dataclass
class Search:
    """Where was looked, and what was found."""

    scanner: Scanner
    began: float = field(default_factory=time.time)
    looked: set[str] = field(default_factory=set)
    found: set[Finding] = field(default_factory=set)

    def of_running(self, platform: Platform) -> None:
        """What can be asked while it runs."""
        self._through(places.of_tables(platform))
        self._through(places.of_redis(platform))
        self._through(places.of_logs(platform))

    def of_stopped(self, platform: Platform, variables: dict[str, str]) -> None:
        """What it has left on the disk."""
        layout = platform.layout
        folders = {layout.state, layout.home, Path(variables["TMPDIR"])}
        self._through(places.of_files(*folders, since=self.began))

    def _through(self, found_in: Iterable[places.Place]) -> None:
        for place, content in found_in:
            self.looked.add(place)
            self.found |= self.scanner.look(place, content)


def plant(platform: Platform) -> Iterator[str]:
    """Leave the words lying about in every kind of place; says where to expect them."""
    packed = psycopg2.Binary(zlib.compress(f"{PHONE} {PHONE}".encode()))
    facts = json.dumps({"kept": base64.b64encode(NAME.encode("utf-16")).decode()})
    with closing(psycopg2.connect(platform.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_open (words text, packed bytea, facts jsonb)")
        cursor.execute("INSERT INTO left_open VALUES (%s, %s, %s)", (MERCHANT, packed, facts))
        connection.commit()
    yield "table public.left_open"
    with closing(redis.Redis(unix_socket_path=str(platform.layout.redis_socket))) as client:
        client.rpush("left_open", json.dumps({"who": NAME}))
        client.hset("left_open_too", "a", gzip.compress(ID_NUMBER.encode()))
    yield "redis"
    platform.lines.append(f"web | {{'event': 'asked', 'path': '/{NAME.encode().hex()}'}}\n")
    yield "output"
    leak = platform.state / "documents/left_open.bin"
    leak.write_bytes(EVIDENCE)
    yield f"file {leak}"
    book = platform.state / "left_open.sqlite3"
    with closing(sqlite3.connect(book)) as connection, connection:
        connection.execute("CREATE TABLE note (words TEXT)")
        connection.execute("INSERT INTO note VALUES (?)", (ID_NUMBER,))
    yield "left_open.sqlite3 table note"


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("temporary")
    with new_installation("demo") as fresh:
        yield {**fresh, "TMPDIR": str(folder)}


def test_after_a_whole_journey_no_planted_word_is_found_and_an_open_one_would_be(installation):
    content = bill()
    planted = CANARIES | slices(EVIDENCE) | {f"bill, {k}": v for k, v in slices(content).items()}
    scanner = Scanner(planted)
    with started(installation) as platform:
        search = Search(scanner)
        live(platform, content)
        take_another_identity(platform)
        walk_the_pages(platform)
        until(platform.is_quiet, seconds=60, what="all work to be done")
        search.of_running(platform)
        closed(platform)
        search.of_stopped(platform, installation)
    assert search.found == set()
    assert looked_everywhere(search.looked)

    with started(installation) as platform:
        search = Search(scanner)
        expected = set(plant(platform))
        search.of_running(platform)
        closed(platform)
        search.of_stopped(platform, installation)
    assert expected <= {finding.place for finding in search.found}
    assert any("postgres" in finding.place for finding in search.found)
    assert {"name", "phone", "ID number", "merchant"} <= {each.canary for each in search.found}


def looked_everywhere(looked: set[str]) -> bool:
    """The places that matter most were among those that were searched."""
    wanted = (
        "table public.borrowers_borrower", "event_text", "django_session", "common_auditentry",
        "pg_stats", "redis", "output", "pg_wal", "postgres.log", "appendonly", "keys.sqlite3",
        "bank.sqlite3 table movement", "/documents/",
    )  # fmt: skip
    missing = [each for each in wanted if not any(each in place for place in looked)]
    assert missing == []
    return True
