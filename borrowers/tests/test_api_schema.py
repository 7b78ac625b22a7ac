"""What the published schema says of this door: everything, and the truth."""

from typing import Any

import pytest
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from borrowers.api.urls import urlpatterns
from borrowers.people.models import Account
from borrowers.tests import cast

PREFIX = "/api/v1/"
ANSWERS = {"me": "Person", "records": "Records", "bills": "Bills", "messages": "Messages"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


def path_of(pattern) -> str:
    return PREFIX + str(pattern.pattern).replace("<str:", "{").replace("<slug:", "{").replace(
        ">", "}"
    )


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda each: each.name)
class TestEveryAddress:
    def test_is_in_the_schema_with_a_summary_and_a_name(self, schema, pattern):
        operations = schema["paths"][path_of(pattern)]

        for operation in operations.values():
            assert operation["operationId"]
            assert operation["description"]

    def test_asks_for_the_token(self, schema, pattern):
        for operation in schema["paths"][path_of(pattern)].values():
            if operation["operationId"] != "behaviour_events_send":
                assert operation["security"] == [{"sessionToken": []}]

    def test_is_found_by_its_name(self, pattern):
        resolver = get_resolver()

        assert any(
            pattern.name in names
            for namespace, (_, names) in _names(resolver).items()
            if namespace == "borrowers-api"
        )


def test_a_partner_signs_instead_and_the_schema_says_how(schema):
    operation = schema["paths"]["/api/v1/behaviour-events"]["post"]

    assert "security" not in operation or operation["security"] in ([], [{}])
    assert {each["name"] for each in operation["parameters"] if each["required"]} == {
        "Partner-Key",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "Idempotency-Key",
    }


def _names(resolver) -> dict[str, tuple[str, set[str]]]:
    return {
        namespace: (prefix, {name for name in inner.reverse_dict if isinstance(name, str)})
        for namespace, (prefix, inner) in resolver.namespace_dict.items()
    }


def test_an_upload_is_described_as_one_with_its_key(schema):
    upload = schema["paths"][f"{PREFIX}bills"]["post"]

    assert "multipart/form-data" in upload["requestBody"]["content"]
    (key,) = [each for each in upload["parameters"] if each["in"] == "header"]
    assert (key["name"], key["required"]) == ("Idempotency-Key", True)


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "component"), ANSWERS.items())
def test_an_answer_has_the_fields_that_the_schema_promises(schema, address, component):
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=cast.borrower("Lin").account_id))

    answer = client.get(f"{PREFIX}{address}").json()

    found = next(
        each
        for name, each in schema["components"]["schemas"].items()
        if name in {component, f"{component}Output"}
    )
    assert set(answer) == set(found["properties"])
