"""Which language a page speaks: the switch, then the account, then the browser, then Chinese."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from borrowers.people import actions as people
from borrowers.people.queries import account_by_phone
from borrowers.tests import cast

CHINESE, ENGLISH = "zh-hans", "en"
FRENCH_BROWSER = "fr-FR,fr;q=0.9"
BROWSERS = {CHINESE: "zh-CN,zh;q=0.9,en;q=0.5", ENGLISH: "en-GB,en;q=0.9,zh;q=0.2"}


def speaks(client: Client, **headers: str) -> str:
    return client.get("/healthz", headers=headers)["Content-Language"]


def switched(client: Client, language: str) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def signed_in(language: str) -> Client:
    cast.borrower("Lin")
    account = account_by_phone(cast.PHONES["Lin"])
    assert account is not None
    people.set_language(account_id=account.pk, language=language)
    client = Client()
    client.force_login(account)
    return client


class TestStrangers:
    def test_read_chinese_when_nothing_says_otherwise(self):
        assert speaks(Client()) == CHINESE

    @pytest.mark.parametrize(("language", "browser"), BROWSERS.items())
    def test_read_what_their_browser_asks_for(self, language, browser):
        assert speaks(Client(), **{"accept-language": browser}) == language

    @pytest.mark.parametrize("browser", [FRENCH_BROWSER, "*", "", "not a language", "xx;q=oops"])
    def test_read_chinese_where_we_cannot_give_what_is_asked(self, browser):
        assert speaks(Client(), **{"accept-language": browser}) == CHINESE

    @pytest.mark.parametrize("browser", ["zh", "zh-TW", "zh-Hans-CN", "zh-SG"])
    def test_read_chinese_of_every_kind(self, browser):
        assert speaks(Client(), **{"accept-language": browser}) == CHINESE

    @pytest.mark.parametrize("language", BROWSERS)
    def test_read_what_they_switched_to_whatever_the_browser_asks(self, language):
        for browser in BROWSERS.values():
            assert speaks(switched(Client(), language), **{"accept-language": browser}) == language

    def test_are_not_stuck_with_a_switch_to_nowhere(self):
        client = switched(Client(), "fr")

        assert speaks(client, **{"accept-language": BROWSERS[ENGLISH]}) == ENGLISH


@pytest.mark.django_db
class TestPeople:
    @pytest.mark.parametrize("language", BROWSERS)
    def test_read_what_their_account_says_whatever_the_browser_asks(self, language):
        client = signed_in(language)

        for browser in [*BROWSERS.values(), FRENCH_BROWSER]:
            assert speaks(client, **{"accept-language": browser}) == language

    def test_read_what_they_switched_to_on_this_device(self):
        assert speaks(switched(signed_in(CHINESE), ENGLISH)) == ENGLISH

    def test_read_their_accounts_language_past_a_switch_to_nowhere(self):
        assert speaks(switched(signed_in(ENGLISH), "fr")) == ENGLISH

    def test_of_whom_nothing_is_known_read_what_their_browser_asks_for(self):
        client = signed_in(CHINESE)
        get_user_model().objects.update(language="")

        assert speaks(client, **{"accept-language": BROWSERS[ENGLISH]}) == ENGLISH
        assert speaks(client) == CHINESE

    def test_do_not_leave_their_language_to_the_next_request(self):
        assert speaks(signed_in(ENGLISH)) == ENGLISH
        assert speaks(Client()) == CHINESE


@pytest.mark.django_db
class TestMobileClients:
    """A program says its own language; the account's fills in where it says none."""

    @pytest.fixture
    def token(self) -> dict[str, str]:
        return {"X-Session-Token": str(signed_in(ENGLISH).session.session_key)}

    def test_are_answered_as_they_ask(self, token):
        headers = token | {"accept-language": BROWSERS[CHINESE]}

        assert Client().get("/api/v1/me", headers=headers)["Content-Language"] == CHINESE

    def test_are_answered_in_the_accounts_language_otherwise(self, token):
        assert Client().get("/api/v1/me", headers=token)["Content-Language"] == ENGLISH
