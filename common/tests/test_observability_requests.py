"""One line a request, with the route and never the path; alive and ready."""

import logging
from typing import Any

import pytest
from django.db import connections

from common.crypto import keys
from common.observability.logs import JsonLines
from common.processes.models import Process

NAME = "林月如"
PHONE = "13900000001"


def lines_of(caplog) -> list[dict[str, Any]]:
    return [record.msg for record in caplog.records if record.name.endswith("requests")]


@pytest.mark.django_db
class TestRequestLog:
    @pytest.fixture(autouse=True)
    def _listen(self, caplog):
        with caplog.at_level(logging.INFO):
            yield

    def test_says_route_method_status_and_time(self, client, caplog):
        response = client.get("/healthz")

        (line,) = lines_of(caplog)
        assert (line["method"], line["route"], line["status"]) == ("GET", "healthz", 200)
        assert line["duration_ms"] >= 0
        assert line["request_id"] == response["X-Request-Id"]

    def test_writes_the_route_instead_of_the_path(self, client, caplog):
        client.post(f"/consents/{NAME}/grant/?phone={PHONE}", {"name": NAME})

        (line,) = lines_of(caplog)
        assert line["route"] == "consents/<str:purpose>/grant/"

    @pytest.mark.parametrize("path", [f"/{NAME}/{PHONE}", f"/?q={PHONE}&name={NAME}", "/%00"])
    def test_never_says_what_was_asked(self, client, caplog, path):
        client.get(path, headers={"referer": f"/{PHONE}", "user-agent": NAME})

        written = "".join(JsonLines().format(record) for record in caplog.records)
        assert written
        assert PHONE not in written
        assert NAME not in written

    def test_gives_every_request_its_own_id(self, client):
        ids = {client.get("/healthz")["X-Request-Id"] for _ in range(5)}

        assert len(ids) == 5

    def test_does_not_take_an_id_from_outside(self, client):
        response = client.get("/healthz", headers={"X-Request-Id": PHONE})

        assert response["X-Request-Id"] != PHONE


class TestHealthz:
    def test_answers_without_any_service(self, client):
        """No database is allowed in this test: the answer must not need one."""
        response = client.get("/healthz")

        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert "no-store" in response["Cache-Control"]

    def test_takes_no_orders(self, client):
        assert client.post("/healthz").status_code == 405


@pytest.mark.commits
class TestReadyz:
    def test_is_ready_with_database_schema_and_keys(self, client):
        response = client.get("/readyz")

        assert response.status_code == 200
        assert response.json() == {"status": "ok", "database": True, "schema": True, "keys": True}

    def test_is_not_ready_without_its_database(self, client):
        self.point_elsewhere("default", "no_such_database")

        response = client.get("/readyz")

        assert response.status_code == 503
        assert response.json() == {
            "status": "not ready",
            "database": False,
            "schema": False,
            "keys": True,
        }

    def test_is_not_ready_with_other_peoples_keys(self, client, settings):
        keys.plant_canary()
        settings.FIELD_ENCRYPTION_KEY = ["cGxhbnRlZCBieSBhIHRlc3QsIG5vdCBhIHNlY3JldCE="]

        response = client.get("/readyz")

        assert response.status_code == 503
        assert response.json()["keys"] is False

    def test_is_not_ready_without_the_database_of_keys(self, client, tmp_path):
        self.point_elsewhere("keys", str(tmp_path / "missing" / "keys.sqlite3"))

        response = client.get("/readyz")

        assert (response.status_code, response.json()["keys"]) == (503, False)

    def test_is_ready_again_when_the_database_is_back(self, client):
        name = connections.databases["default"]["NAME"]
        self.point_elsewhere("default", "no_such_database")
        assert client.get("/readyz").status_code == 503
        self.point_elsewhere("default", name)

        assert client.get("/readyz").status_code == 200
        assert not Process.objects.exists()

    @staticmethod
    def point_elsewhere(alias: str, name: str) -> None:
        connections.close_all()
        connections.databases[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name
