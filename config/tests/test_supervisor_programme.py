"""What the platform's processes are told, and what a person is told when they stand."""

import pytest

from config.services import endpoints
from config.services.layout import Layout
from config.supervisor import programme
from config.supervisor.console import LOGINS_FILE, welcome
from config.supervisor.programme import Addresses

ADDRESSES = Addresses(host="0.0.0.0", port=8000, bank_port=8001, url="http://127.0.0.1:8000")


@pytest.fixture
def place(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINGZHANG_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("MINGZHANG_ENV", "demo")
    return endpoints.current()


class TestChildEnvironment:
    def test_holds_the_applications_role_and_never_the_owners(self, place, monkeypatch):
        monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@/x")
        monkeypatch.setenv("MINGZHANG_DATABASE_ROLE", "owner")

        told = programme.child_environment(place, ADDRESSES)

        assert told["DATABASE_URL"] == place.database_url
        assert "DATABASE_OWNER_URL" not in told
        assert "MINGZHANG_DATABASE_ROLE" not in told

    def test_says_where_the_bank_and_the_site_are(self, place):
        told = programme.child_environment(place, ADDRESSES)

        assert told["BANK_URL"] == "http://127.0.0.1:8001"
        assert told["SITE_URL"] == "http://127.0.0.1:8000"
        assert "127.0.0.1" in told["ALLOWED_HOSTS"].split(",")

    def test_respects_what_the_operator_set(self, place, monkeypatch):
        monkeypatch.setenv("ALLOWED_HOSTS", "loans.test")
        monkeypatch.setenv("OMP_NUM_THREADS", "4")

        told = programme.child_environment(place, ADDRESSES)

        assert told["ALLOWED_HOSTS"] == "loans.test"
        assert told["OMP_NUM_THREADS"] == "4"

    def test_of_the_schemas_steps_holds_the_owners_role_too(self, place):
        told = programme.owner_environment(place, programme.child_environment(place, ADDRESSES))

        assert told["DATABASE_OWNER_URL"] == place.owner_url
        assert told["MINGZHANG_DATABASE_ROLE"] == "owner"


class TestPlatformChildren:
    @pytest.fixture
    def names(self, place):
        layout = Layout.for_repository()

        def of(environment):
            children = programme.platform_children(layout, ADDRESSES, environment)
            return [child.name for child in children]

        return of

    def test_of_a_demonstration_include_the_sandbox_bank(self, names):
        assert names({}) == ["bank", "web", "worker", "reader", "beat"]

    def test_of_a_real_installation_do_not(self, names, monkeypatch):
        monkeypatch.setenv("MINGZHANG_ENV", "production")

        assert names({}) == ["web", "worker", "reader", "beat"]

    def test_tell_the_keys_of_the_bank_to_the_bank_only(self, place):
        children = programme.platform_children(Layout.for_repository(), ADDRESSES, {})

        knowing = [child.name for child in children if "BANK_API_KEY" in child.environment]
        assert knowing == ["bank"]

    def test_put_no_secret_on_a_command_line(self, place):
        children = programme.platform_children(Layout.for_repository(), ADDRESSES, {})

        words = " ".join(word for child in children for word in child.command)
        assert endpoints.secret("BANK_API_KEY") not in words


class TestWelcome:
    def test_shows_the_logins_of_a_demonstration(self, tmp_path):
        (tmp_path / LOGINS_FILE).write_text("13900000091 Mei\n")

        said = welcome(
            url="http://127.0.0.1:8000", seconds=3.21, state=tmp_path, is_demonstration=True
        )

        assert "ready after 3.2s at http://127.0.0.1:8000/" in said
        assert "http://127.0.0.1:8000/demo/outbox/" in said
        assert "  13900000091 Mei\n" in said

    def test_of_a_real_installation_shows_none(self, tmp_path):
        (tmp_path / LOGINS_FILE).write_text("13900000091 Mei\n")

        said = welcome(
            url="http://127.0.0.1:8000", seconds=1, state=tmp_path, is_demonstration=False
        )

        assert "139" not in said
        assert "outbox" not in said

    def test_does_without_logins(self, tmp_path):
        said = welcome(
            url="http://127.0.0.1:8000", seconds=1, state=tmp_path, is_demonstration=True
        )

        assert "Ctrl-C stops everything" in said
