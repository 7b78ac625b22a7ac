"""Which databases and which broker a process uses."""

import pytest

from config import env
from config.env import SettingIsWrong
from config.services import endpoints

GIVEN = {
    "DATABASE_URL": "postgresql://app:a@db.test/one",
    "DATABASE_OWNER_URL": "postgresql://owner:b@db.test/one",
    "KEYS_DATABASE_URL": "postgresql://keys:c@keys.test/two",
    "REDIS_URL": "redis://broker.test/0",
}


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch, tmp_path):
    for name in (*GIVEN, "DJANGO_SETTINGS_MODULE", "BANK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINGZHANG_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("MINGZHANG_ENV", "demo")


class TestCurrent:
    def test_is_the_embedded_servers_when_nothing_was_given(self):
        place = endpoints.current()

        application, owner = env.database(place.database_url), env.database(place.owner_url)
        assert application["USER"] == "mingzhang_app"
        assert owner["USER"] == "mingzhang_owner"
        assert application["PASSWORD"] != owner["PASSWORD"]
        assert application["HOST"] == owner["HOST"] == str(endpoints.embedded_layout().sockets)
        assert place.redis_url.startswith("redis+socket:///")

    def test_keeps_the_keys_in_a_file_of_their_own(self, tmp_path):
        keys = env.database(endpoints.current().keys_url)

        assert keys["ENGINE"].endswith("sqlite3")
        assert keys["NAME"] == str(tmp_path / "state/keys.sqlite3")

    def test_is_what_was_given(self, monkeypatch):
        for name, value in GIVEN.items():
            monkeypatch.setenv(name, value)

        place = endpoints.current()

        found = [place.database_url, place.owner_url, place.keys_url, place.redis_url]
        assert found == list(GIVEN.values())
        assert not endpoints.is_postgres_embedded()
        assert not endpoints.is_redis_embedded()

    def test_lets_one_address_be_both_roles(self, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", GIVEN["DATABASE_URL"])

        place = endpoints.current()

        assert place.owner_url == GIVEN["DATABASE_URL"]
        assert endpoints.is_redis_embedded()

    def test_shows_no_password_by_accident(self):
        place = endpoints.current()

        assert env.database(place.database_url)["PASSWORD"] not in repr(place)


class TestProduction:
    @pytest.fixture(autouse=True)
    def _production(self, monkeypatch, _nothing_given):
        monkeypatch.setenv("MINGZHANG_ENV", "production")

    @pytest.mark.parametrize("missing", ["DATABASE_URL", "KEYS_DATABASE_URL", "REDIS_URL"])
    def test_has_no_embedded_servers(self, monkeypatch, missing):
        for name, value in GIVEN.items():
            if name != missing:
                monkeypatch.setenv(name, value)

        with pytest.raises(SettingIsWrong, match=missing):
            endpoints.current()

        assert not endpoints.is_postgres_embedded()

    def test_generates_no_secret(self, tmp_path):
        with pytest.raises(SettingIsWrong, match="BANK_API_KEY"):
            endpoints.secret("BANK_API_KEY")

        assert not (tmp_path / "state").exists()

    def test_reads_a_secret_from_the_file_it_was_given(self, monkeypatch, tmp_path):
        (tmp_path / "key").write_text("from a file\n")
        monkeypatch.setenv("BANK_API_KEY_FILE", str(tmp_path / "key"))

        assert endpoints.secret("BANK_API_KEY") == "from a file"


class TestSecret:
    def test_prefers_the_environment(self, monkeypatch):
        generated = endpoints.secret("BANK_API_KEY")
        monkeypatch.setenv("BANK_API_KEY", "mine")

        assert endpoints.secret("BANK_API_KEY") == "mine"
        assert generated != "mine"

    def test_stays_the_same_from_start_to_start(self):
        assert endpoints.secret("BANK_API_KEY") == endpoints.secret("BANK_API_KEY")
