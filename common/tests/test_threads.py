"""Small tables are worked on by one thread, large ones by as many as there are."""

import pytest
import sklearn.ensemble  # noqa: F401 (loads the OpenMP that is asked about)
from threadpoolctl import threadpool_info, threadpool_limits

from common.threads import MANY_ROWS, as_many_as_pay


def threads() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "openmp"}


@pytest.fixture(autouse=True)
def two_of_them():
    with threadpool_limits(limits=2, user_api="openmp"):
        yield


class TestThreads:
    def test_of_a_small_table_are_one(self):
        with as_many_as_pay(MANY_ROWS - 1):
            assert threads() == {1}

    def test_of_a_large_one_are_all_there_are(self):
        with as_many_as_pay(MANY_ROWS):
            assert threads() == {2}

    def test_are_given_back(self):
        with as_many_as_pay(1):
            pass

        assert threads() == {2}
