"""Keys of requests in PostgreSQL: taken once, kept with their result, freed after a crash."""

import pytest
from django.db import connection

from common.idempotency import actions
from common.idempotency.actions import KeyReused, StillRunning
from common.idempotency.models import IdempotencyKey
from tests.machinery.races import together

KEY = "7f1c1b52-8a39"


def begin(account_id: int = 7, key: str = KEY, asked: str = "asked") -> actions.Begun:
    return actions.begin(account_id=account_id, key=key, fingerprint=asked)


def let_seconds_pass(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_idempotencykey SET locked_until ="
            " locked_until - make_interval(secs => %s)",
            [seconds],
        )


@pytest.mark.django_db
class TestBegin:
    def test_gives_a_new_key_to_work_with(self):
        begun = begin()

        assert (begun.status_code, begun.resource) == (None, "")
        assert IdempotencyKey.objects.get().pk == begun.row_id

    def test_of_what_is_running_says_so(self):
        begin()

        with pytest.raises(StillRunning):
            begin()
        assert IdempotencyKey.objects.count() == 1

    def test_of_what_has_ended_gives_its_result(self):
        first = begin()
        actions.complete(row_id=first.row_id, status_code=201, resource="Q1c4")

        again = begin()

        assert (again.status_code, again.resource) == (201, "Q1c4")

    @pytest.mark.parametrize("is_complete", [True, False])
    def test_of_another_request_under_the_key_is_refused(self, is_complete):
        first = begin()
        if is_complete:
            actions.complete(row_id=first.row_id, status_code=201, resource="Q1c4")

        with pytest.raises(KeyReused):
            begin(asked="asked for more")

        assert IdempotencyKey.objects.get().fingerprint == "asked"

    def test_is_each_accounts_own(self):
        begin(account_id=7)

        assert begin(account_id=8, asked="something else").status_code is None

    def test_frees_what_a_crash_left_after_half_a_minute(self):
        dead = begin()
        let_seconds_pass(29)
        with pytest.raises(StillRunning):
            begin()
        let_seconds_pass(1)

        heir = begin()

        assert heir.row_id == dead.row_id
        with pytest.raises(StillRunning):
            begin()

    def test_never_frees_what_has_ended(self):
        first = begin()
        actions.complete(row_id=first.row_id, status_code=201, resource="Q1c4")
        IdempotencyKey.objects.update(locked_until="2020-01-01T00:00:00Z")

        assert begin().resource == "Q1c4"

    def test_does_not_free_a_dead_key_for_another_request(self):
        begin()
        let_seconds_pass(60)

        with pytest.raises(KeyReused):
            begin(asked="asked for more")


@pytest.mark.django_db
class TestRelease:
    def test_frees_the_key_of_a_refused_request_for_any_other(self):
        actions.release(row_id=begin().row_id)

        assert begin(asked="asked for less").status_code is None

    def test_never_forgets_what_has_ended(self):
        first = begin()
        actions.complete(row_id=first.row_id, status_code=201, resource="Q1c4")

        actions.release(row_id=first.row_id)

        assert begin().resource == "Q1c4"


class TestFingerprint:
    def test_tells_method_path_and_body_apart(self):
        asked = {
            actions.fingerprint(method=method, path=path, body=body)
            for method in ("POST", "PUT")
            for path in ("/a", "/b")
            for body in (b"1", b"2")
        }

        assert len(asked) == 8

    def test_does_not_let_one_part_run_into_the_next(self):
        one = actions.fingerprint(method="POST", path="/a", body=b"b")

        assert one != actions.fingerprint(method="POST", path="/ab", body=b"")


@pytest.mark.commits
class TestAtOnce:
    def test_of_many_requests_one_runs(self):
        answers = together(*[begin] * 8)

        assert sum(isinstance(each, actions.Begun) for each in answers) == 1
        assert sum(isinstance(each, StillRunning) for each in answers) == 7

    def test_of_many_that_find_a_dead_key_one_runs(self):
        begin()
        let_seconds_pass(31)

        answers = together(*[begin] * 8)

        assert sum(isinstance(each, actions.Begun) for each in answers) == 1

    def test_a_key_freed_between_two_looks_is_no_error(self):
        """The second finds the key taken, and a moment later gone: it may only try again."""

        def refused_at_once():
            actions.release(row_id=begin().row_id)

        for _ in range(10):
            answers = together(refused_at_once, refused_at_once, refused_at_once)
            assert all(each is None or isinstance(each, StillRunning) for each in answers)
            IdempotencyKey.objects.all().delete()


@pytest.mark.commits
def test_only_the_keys_own_statements_do_not_wait_for_the_disk():
    """What the verb between them commits is as durable as ever."""

    def how() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    before = how()
    begun = begin()
    between = how()
    actions.complete(row_id=begun.row_id, status_code=201, resource="R-1")

    assert (between, how()) == (before, before)
    assert begin().resource == "R-1"
