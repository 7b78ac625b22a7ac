"""The HTML of the pages: labels for all fields, unique ids, headings in order, no inline code."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.behaviour import actions as behaviour
from borrowers.messages import actions as messages
from borrowers.people.models import Account
from borrowers.tests import cast

pytestmark = pytest.mark.django_db

PAGES = ("identity", "consents", "sources", "messages", "privacy", "outbox")
VOID = {"input", "meta", "link", "img", "br", "hr"}


class Reader(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.fields: list[dict[str, str | None]] = []
        self.labelled: set[str] = set()
        self.inline: list[str] = []
        self.forms: list[dict[str, str | None]] = []
        self.tokens = 0
        self.depth: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.depth.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(int(tag[1]))
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden":
            self.fields.append(found)
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag == "form":
            self.forms.append(found)
        self.tokens += found.get("name") == "csrfmiddlewaretoken"
        self._note_inline(tag, found)

    def _note_inline(self, tag: str, found: dict[str, str | None]) -> None:
        handlers = [name for name in found if name.startswith("on") or name == "style"]
        if handlers or (tag == "script" and not found.get("src")):
            self.inline.append(f"{tag} {handlers}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.depth.pop() == tag


@pytest.fixture
def lin():
    """Lin with a bill and texts in the outbox, so that no page is empty."""
    lin = cast.borrower("Lin")
    cast.allow(lin)
    behaviour.upload_bill(
        borrower_id=lin.id,
        reading=cast.reading([cast.event(number) for number in range(5)]),
        content=b"a bill",
        media_type="text/csv",
        by=cast.self_of(lin),
    )
    messages.text_out(phone=cast.PHONES["Lin"], words="123456 is your code")
    return lin


@pytest.fixture
def phone(lin) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=lin.account_id))
    return client


@pytest.fixture(params=PAGES)
def page(request, phone) -> Reader:
    return Reader(phone.get(reverse(f"borrowers:{request.param}")).content.decode())


@pytest.fixture(params=["identity", "sources"])
def refused(request, phone) -> Reader:
    """A page that shows what is to be corrected."""
    answer = phone.post(reverse(f"borrowers:{request.param}"), {})
    assert answer.status_code == 422
    return Reader(answer.content.decode())


def assert_is_well_made(page: Reader) -> None:
    assert page.depth == []
    assert [name for name, times in Counter(page.ids).items() if times > 1] == []
    assert page.inline == []
    unlabelled = [
        field
        for field in page.fields
        if field.get("id") not in page.labelled and not field.get("aria-label")
    ]
    assert unlabelled == []


def assert_forms_are_safe(page: Reader) -> None:
    posting = [form for form in page.forms if (form.get("method") or "get").lower() == "post"]
    assert page.tokens == len(posting)
    for form in page.forms:
        assert (form.get("action") or "/").startswith("/")


def test_a_page_is_well_made(page):
    assert_is_well_made(page)
    assert_forms_are_safe(page)


def test_headings_go_down_one_step_at_a_time(page):
    assert page.headings[0] == 1
    for above, below in zip(page.headings, page.headings[1:], strict=False):
        assert below <= above + 1


def test_a_page_that_refuses_is_well_made_too(refused):
    assert_is_well_made(refused)
    assert_forms_are_safe(refused)


def test_an_upload_says_what_it_takes(phone):
    page = Reader(phone.get(reverse("borrowers:sources")).content.decode())

    (field,) = [each for each in page.fields if each.get("type") == "file"]
    assert {".csv", ".xlsx", ".xls", ".pdf", ".zip", ".ofx"} <= set(
        (field["accept"] or "").split(",")
    )
    (form,) = [each for each in page.forms if each.get("enctype") == "multipart/form-data"]
    assert form["method"] == "post"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_allows_no_foreign_code(phone, name):
    policy = phone.get(reverse(f"borrowers:{name}")).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
