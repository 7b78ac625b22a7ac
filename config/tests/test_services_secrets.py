"""The secrets that the first start generates."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.services import secret_file
from config.services.layout import CannotStart


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state/secrets.json"


class TestReadOrCreate:
    def test_generates_every_secret_once(self, path):
        first = secret_file.read_or_create(path)

        assert first.keys() == secret_file.GENERATED.keys()
        assert secret_file.read_or_create(path) == first

    def test_never_generates_the_same_twice(self, tmp_path):
        here = secret_file.read_or_create(tmp_path / "here/secrets.json")
        there = secret_file.read_or_create(tmp_path / "there/secrets.json")

        assert not set(here.values()) & set(there.values())

    def test_keeps_the_file_for_its_owner(self, path):
        secret_file.read_or_create(path)

        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert sorted(each.name for each in path.parent.iterdir()) == [
            "secrets.json",
            "secrets.lock",
        ]

    def test_adds_what_a_newer_version_needs_and_keeps_the_rest(self, path):
        older = secret_file.read_or_create(path)
        del older["BANK_API_KEY"]
        path.write_text(json.dumps(older))

        newer = secret_file.read_or_create(path)

        assert newer.pop("BANK_API_KEY")
        assert newer == older

    def test_gives_all_who_start_together_the_same(self, path):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(secret_file.read_or_create, [path] * 8))

        assert all(answer == answers[0] for answer in answers)

    def test_refuses_a_damaged_file_and_leaves_it_alone(self, path):
        path.parent.mkdir(mode=0o700)
        path.write_text("{ half")

        with pytest.raises(CannotStart, match="bring the file back from a copy"):
            secret_file.read_or_create(path)

        assert path.read_text() == "{ half"

    def test_survives_a_writer_that_was_killed(self, path):
        path.parent.mkdir(mode=0o700)
        path.with_suffix(".draft").write_text("half")

        assert secret_file.read_or_create(path).keys() == secret_file.GENERATED.keys()
        assert not path.with_suffix(".draft").exists()


class TestFormats:
    def test_keys_are_32_bytes_in_the_form_that_fernet_reads(self, path):
        found = secret_file.read_or_create(path)

        for name in ("FIELD_ENCRYPTION_KEY", "BLIND_INDEX_KEY"):
            assert len(base64.urlsafe_b64decode(found[name])) == 32

    def test_the_webhook_secret_follows_standard_webhooks(self, path):
        prefix, _, key = secret_file.read_or_create(path)["BANK_WEBHOOK_SECRET"].partition("_")

        assert prefix == "whsec"
        assert 24 <= len(base64.b64decode(key)) <= 64
