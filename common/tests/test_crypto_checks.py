"""The system checks find a column or a key that would fail people later."""

import pytest
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.test import override_settings
from django.test.utils import isolate_apps
from encrypted_model_fields.fields import EncryptedCharField

from common import checks
from common.crypto import keys
from common.crypto.fields import SealedCharField, sealed_check


def errors_of(*, constraints=(), indexes=(), managed=True, key_field="key_id", **options):
    """What the checks say about a model with one sealed column, and these options."""
    with isolate_apps("common"):

        class Guest(models.Model):
            key_id = models.BigIntegerField()
            city = models.CharField(max_length=20)
            phone = SealedCharField(context="guest.phone", key_field=key_field)

            Meta = type(
                "Meta",
                (),
                {
                    "app_label": "common",
                    "constraints": list(constraints),
                    "indexes": list(indexes),
                    "managed": managed,
                    **options,
                },
            )

            def __str__(self):
                return str(self.pk)

        return [error.id for error in checks.sealed_column_errors(Guest)]


CHECK = sealed_check("phone", "key_id")


class TestSealedColumns:
    def test_a_whole_one_raises_nothing(self):
        assert errors_of(constraints=[CHECK]) == []

    def test_the_row_check_is_required(self):
        assert errors_of() == ["mingzhang.E003"]
        assert errors_of(constraints=[sealed_check("city", "key_id")]) == ["mingzhang.E003"]
        assert errors_of(constraints=[sealed_check("phone", None)]) == ["mingzhang.E003"]

    def test_a_view_has_no_check_of_its_own(self):
        assert errors_of(managed=False) == []

    def test_the_key_column_must_exist_and_hold_a_number(self):
        assert "mingzhang.E003" in errors_of(key_field="nothing", managed=False)
        assert "mingzhang.E003" in errors_of(key_field="city", managed=False)

    def test_the_platforms_own_column_needs_no_key_column(self):
        assert errors_of(key_field=None, constraints=[sealed_check("phone", None)]) == []

    @pytest.mark.parametrize(
        "options",
        [
            {"indexes": [models.Index(fields=["phone"], name="a")]},
            {"indexes": [models.Index(fields=["city", "-phone"], name="b")]},
            {"indexes": [models.Index(Lower("phone"), name="c")]},
            {"indexes": [models.Index(F("phone").desc(), name="d")]},
            {"constraints": [CHECK, models.UniqueConstraint(fields=["phone"], name="e")]},
            {"constraints": [CHECK, models.UniqueConstraint(Lower("phone"), name="f")]},
            {"unique_together": [("city", "phone")]},
            {"ordering": ["-phone"]},
            {"ordering": [F("phone").asc()]},
        ],
    )
    def test_ciphertext_is_never_compared(self, options):
        assert "mingzhang.E002" in errors_of(**{"constraints": [CHECK]} | options)

    def test_other_columns_may_be(self):
        index = models.Index(fields=["city"], name="g")
        assert errors_of(constraints=[CHECK], indexes=[index], ordering=["city"]) == []

    def test_a_column_of_the_bare_package_is_found(self):
        with isolate_apps("common"):

            class Bare(models.Model):
                phone = EncryptedCharField(max_length=20)

                class Meta:
                    app_label = "common"

                def __str__(self):
                    return str(self.pk)

        assert [error.id for error in checks.sealed_column_errors(Bare)] == ["mingzhang.E001"]

    def test_the_whole_house_is_sound(self):
        assert checks.sealed_columns_are_whole(None) == []


class TestKeys:
    def messages(self, **changes):
        with override_settings(**changes):
            return [error.msg for error in checks.keys_are_configured()]

    def test_the_tests_have_good_ones(self):
        assert self.messages() == []

    def test_a_blind_index_key_is_required(self):
        assert "is empty" in self.messages(BLIND_INDEX_KEYS={})[0]

    @pytest.mark.parametrize("bad", [{"1": "short"}, {"one": "k" * 40}, {"": "k" * 40}])
    def test_a_weak_or_unnumbered_key_is_refused_and_not_shown(self, bad):
        (message,) = self.messages(BLIND_INDEX_KEYS=bad)
        assert "not a number with a key of 32 characters" in message
        assert "kkkk" not in message
        assert "short" not in message

    def test_one_key_may_not_serve_two_purposes(self, settings):
        (message,) = self.messages(BLIND_INDEX_KEYS={"1": settings.FIELD_ENCRYPTION_KEY[0]})
        assert "also another key" in message
        (message,) = self.messages(BLIND_INDEX_KEYS={"1": settings.SECRET_KEY})
        assert settings.SECRET_KEY not in message

    def test_a_database_of_keys_and_its_router_are_required(self, settings):
        only_main = {"default": settings.DATABASES["default"]}
        with pytest.warns(UserWarning, match="DATABASES"):
            assert "no database of keys" in self.messages(DATABASES=only_main)[0]
        assert "does not send keys" in self.messages(DATABASE_ROUTERS=[])[0]


@pytest.mark.django_db(databases=["default", "keys"])
class TestTheCanary:
    def test_it_is_asked_only_where_a_database_is_asked(self):
        keys.plant_canary()
        with override_settings(BLIND_INDEX_KEYS={"1": "x" * 40}):
            assert checks.keys_are_the_right_ones() == []
            assert checks.keys_are_the_right_ones(databases=["default"]) == []

    def test_right_keys_pass(self):
        keys.plant_canary()
        assert checks.keys_are_the_right_ones(databases=["keys"]) == []

    def test_wrong_keys_do_not(self):
        keys.plant_canary()
        with override_settings(BLIND_INDEX_KEYS={"1": "x" * 40}):
            (error,) = checks.keys_are_the_right_ones(databases=["keys"])
        assert error.id == "mingzhang.E005"
        assert "x" * 40 not in error.msg
