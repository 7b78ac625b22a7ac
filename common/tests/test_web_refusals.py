"""A refusal becomes a page: what happened and what to do, in the person's language."""

import polib
import pytest
from django.http import HttpResponse
from django.utils import translation

from common.errors import Refused
from common.tests.refusing import ShelfIsFull
from common.web.refusals import RefusalPages, advice, in_words, message

CHINESE = {
    "No more than %(most)s things fit on this shelf.": "这个架子最多放 %(most)s 件。",
    "Take one of the %(most)s away, 100%% of it.": "请从这 %(most)s 件里拿走一件（100%%）。",
    "Nothing was changed.": "什么都没有改变。",
}


@pytest.fixture
def chinese(settings, tmp_path):
    """A catalogue of our own, so that the test does not hang on the translators' words."""
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.extend(polib.POEntry(msgid=key, msgstr=words) for key, words in CHINESE.items())
    catalogue.save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]


@pytest.fixture(autouse=True)
def _doors(settings):
    settings.ROOT_URLCONF = "common.tests.refusing"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != "config.routes.Gate"]


class TestThePage:
    def test_says_in_english_what_happened_and_what_to_do(self, client):
        page = client.get("/full/", headers={"accept-language": "en"})

        assert page.status_code == 409
        assert page["Content-Language"] == "en"
        text = page.content.decode()
        assert "No more than 3 things fit on this shelf." in text
        assert "Take one of the 3 away, 100% of it." in text
        assert "Nothing was changed." in text

    @pytest.mark.usefixtures("chinese")
    def test_says_it_in_chinese(self, client):
        page = client.get("/full/", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"})

        text = page.content.decode()
        assert page["Content-Language"] == "zh-hans"
        assert '<html lang="zh-Hans">' in text
        assert "这个架子最多放 3 件。" in text
        assert "请从这 3 件里拿走一件（100%）。" in text
        assert "什么都没有改变。" in text
        assert "shelf" not in text

    @pytest.mark.usefixtures("chinese")
    def test_says_it_in_chinese_where_nothing_was_said(self, client):
        assert "这个架子最多放 3 件。" in client.get("/full/").content.decode()

    def test_has_the_status_of_the_refusal(self, client):
        assert client.get("/hidden/").status_code == 404

    def test_asks_no_database(self, client):
        """None is allowed in this test: a refusal must not fail because something else does."""
        assert client.get("/full/").status_code == 409

    def test_does_not_show_what_is_not_meant_for_people(self, client):
        assert "SHELF_IS_FULL" not in client.get("/full/").content.decode()


class TestTheMiddleware:
    def test_leaves_errors_alone_that_are_not_refusals(self, rf):
        pages = RefusalPages(lambda _request: HttpResponse())

        assert pages.process_exception(rf.get("/"), ValueError()) is None


class TestWords:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    def test_of_a_refusal_are_filled_in(self):
        refusal = ShelfIsFull(most=5)

        assert message(refusal).endswith("5 things fit on this shelf.")
        assert advice(refusal) == "Take one of the 5 away, 100% of it."
        assert str(refusal) == "SHELF_IS_FULL: No more than 5 things fit on this shelf."

    def test_of_every_refusal_have_a_default(self):
        assert message(Refused()) == "This cannot be done."
        assert advice(Refused()) == "Go back and check what you entered."


class TestHeaders:
    def test_forbid_scripts_that_we_did_not_send(self, client):
        policy = client.get("/page/")["Content-Security-Policy"]

        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy

    def test_let_the_staff_pages_evaluate_their_expressions(self, client):
        policy = client.get("/admin/page/")["Content-Security-Policy"]

        assert "'unsafe-eval'" in policy
        assert "script-src 'self' 'unsafe-eval'" in policy

    def test_are_on_refusals_too(self, client):
        page = client.get("/full/")

        assert "unsafe" not in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"
        assert page["X-Content-Type-Options"] == "nosniff"
        assert page["Referrer-Policy"] == "same-origin"
        assert "camera=()" in page["Permissions-Policy"]

    def test_let_strangers_pages_be_cached(self, client):
        assert "Cache-Control" not in client.get("/page/")


class TestInOneLine:
    def test_english_leaves_a_space_between_what_happened_and_what_to_do(self):
        with translation.override("en"):
            words = in_words(ShelfIsFull(most=3))

        assert words == f"{message(ShelfIsFull(most=3))} {advice(ShelfIsFull(most=3))}"

    def test_chinese_leaves_none(self, chinese):
        with translation.override("zh-hans"):
            words = in_words(ShelfIsFull(most=3))

            assert words == message(ShelfIsFull(most=3)) + advice(ShelfIsFull(most=3))
