"""The sandbox adapter against the real bank in a child process."""

from dataclasses import replace

import pytest

from common import public_ids
from lending.channels.contracts import TransferAnswer, TransferRequest, Unread
from lending.channels.sandbox import SandboxBank
from lending.tests.bad_network import line, network, page, silent_port, to
from simulation.bank.testing import running_bank


@pytest.fixture(scope="module")
def bank():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def channel(bank):
    bank.faults("none")
    with SandboxBank(base_url=bank.base_url, api_key=bank.api_key) as opened:
        yield opened


@pytest.fixture
def request_of_lin():
    """Each test asks under a number and for an account of its own; they share one bank."""
    name = public_ids.new()
    return TransferRequest(f"D-{name}-1", "PAY_OUT", f"person:{name}", 500_00, "")


class TestSubmit:
    def test_the_bank_takes_it_and_says_its_reference(self, bank, channel, request_of_lin):
        answer = channel.submit(request_of_lin)

        assert answer == TransferAnswer(
            request_of_lin.out_trade_no,
            "PROCESSING",
            bank_reference=bank.settled(request_of_lin.out_trade_no)["bank_reference"],
            amount_fen=500_00,
            account=request_of_lin.account,
        )
        assert not answer.is_final
        assert bank.balance_fen(request_of_lin.account) == 20_500_00

    def test_asked_twice_it_moves_money_once(self, bank, channel, request_of_lin):
        channel.submit(request_of_lin)
        bank.settled(request_of_lin.out_trade_no)
        again = channel.submit(request_of_lin)

        assert again.outcome == "SUCCEEDED"
        assert again.is_final
        assert bank.balance_fen(request_of_lin.account) == 20_500_00

    def test_collecting_works_the_other_way(self, bank, channel, request_of_lin):
        channel.submit(replace(request_of_lin, kind="COLLECT"))
        bank.settled(request_of_lin.out_trade_no)

        assert bank.balance_fen(request_of_lin.account) == 19_500_00

    def test_another_content_under_the_same_number_stays_unknown(
        self, bank, channel, request_of_lin
    ):
        channel.submit(request_of_lin)
        answer = channel.submit(replace(request_of_lin, amount_fen=1))

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "OTHER_CONTENT")
        assert bank.settled(request_of_lin.out_trade_no)["amount_fen"] == 500_00

    def test_what_the_bank_refuses_in_its_own_words_has_failed(self, bank, channel, request_of_lin):
        answer = channel.submit(replace(request_of_lin, account="vault:7"))

        assert (answer.outcome, answer.reason) == ("FAILED", "INVALID_FIELD")
        assert channel.query(request_of_lin.out_trade_no).outcome == "NOT_FOUND"

    def test_a_lost_answer_is_unknown_and_a_query_resolves_it(self, bank, channel, request_of_lin):
        bank.faults("lose_answer", account=request_of_lin.account, times=1)
        answer = channel.submit(request_of_lin)

        assert (answer.outcome, answer.amount_fen) == ("UNKNOWN", None)
        assert not answer.is_final
        bank.settled(request_of_lin.out_trade_no)
        assert channel.query(request_of_lin.out_trade_no).outcome == "SUCCEEDED"
        assert bank.balance_fen(request_of_lin.account) == 20_500_00

    def test_an_error_of_the_bank_is_unknown_and_the_same_number_goes_on(
        self, bank, channel, request_of_lin
    ):
        bank.faults("error_500", account=request_of_lin.account, times=1)
        answer = channel.submit(request_of_lin)

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "OUT_OF_ORDER")
        assert channel.query(request_of_lin.out_trade_no).outcome == "NOT_FOUND"
        assert channel.submit(request_of_lin).outcome == "PROCESSING"

    def test_an_answer_that_comes_too_late_is_unknown(self, bank, request_of_lin):
        bank.faults("slow_answer", account=request_of_lin.account, times=1, seconds=5)
        with SandboxBank(
            base_url=bank.base_url, api_key=bank.api_key, read_seconds=0.2
        ) as impatient:
            answer = impatient.submit(request_of_lin)
            bank.settled(request_of_lin.out_trade_no)

            assert (answer.outcome, answer.reason) == ("UNKNOWN", "ReadTimeout")
            assert impatient.query(request_of_lin.out_trade_no).outcome == "SUCCEEDED"

    def test_a_wrong_key_is_unknown_not_failed(self, bank, request_of_lin):
        with SandboxBank(base_url=bank.base_url, api_key="wrong") as stranger:
            answer = stranger.submit(request_of_lin)

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "UNAUTHORIZED")

    def test_a_killed_bank_is_unknown_and_answers_after_its_restart(self, request_of_lin):
        with (
            running_bank() as bank,
            SandboxBank(base_url=bank.base_url, api_key=bank.api_key) as channel,
        ):
            bank.faults("delay", times=1, seconds=1)
            channel.submit(request_of_lin)
            bank.kill()
            while_dead = [
                channel.submit(request_of_lin),
                channel.query(request_of_lin.out_trade_no),
            ]
            bank.start()
            bank.settled(request_of_lin.out_trade_no)

            assert [answer.outcome for answer in while_dead] == ["UNKNOWN", "UNKNOWN"]
            assert [answer.reason for answer in while_dead] == ["ConnectionError"] * 2
            assert channel.submit(request_of_lin).outcome == "SUCCEEDED"
            assert len(bank.statement()) == 1


class TestQuery:
    def test_a_delayed_transfer_is_in_progress(self, bank, channel, request_of_lin):
        bank.faults("delay", account=request_of_lin.account, times=1, seconds=0.3)
        channel.submit(request_of_lin)

        assert channel.query(request_of_lin.out_trade_no).outcome == "PROCESSING"
        bank.settled(request_of_lin.out_trade_no)
        assert channel.query(request_of_lin.out_trade_no).outcome == "SUCCEEDED"

    def test_a_failed_transfer_says_why(self, bank, channel, request_of_lin):
        channel.submit(replace(request_of_lin, kind="COLLECT", amount_fen=20_000_01))
        bank.settled(request_of_lin.out_trade_no)
        answer = channel.query(request_of_lin.out_trade_no)

        assert (answer.outcome, answer.reason) == ("FAILED", "INSUFFICIENT_FUNDS")
        assert answer.amount_fen == 20_000_01

    def test_an_unheard_of_number_is_not_found(self, channel):
        assert channel.query("D-nobody-1") == TransferAnswer("D-nobody-1", "NOT_FOUND")

    @pytest.mark.parametrize("number", ["", "../accounts/lender", "a/b", "x" * 65, "a?b=c"])
    def test_a_number_cannot_lead_elsewhere(self, channel, number):
        with pytest.raises(AssertionError):
            channel.query(number)


class TestStatement:
    def test_it_is_what_moved_and_adds_up(self, bank, channel, request_of_lin):
        before = channel.statement()
        since_id = before[-1].id if before else 0
        for part in range(3):
            number = f"{request_of_lin.out_trade_no}{part}"
            channel.submit(replace(request_of_lin, out_trade_no=number, amount_fen=1 + part))
            bank.settled(number)
        lines = channel.statement(since_id=since_id)

        assert [line.amount_fen for line in lines] == [1, 2, 3]
        assert {(line.kind, line.account) for line in lines} == {
            ("PAY_OUT", request_of_lin.account)
        }
        assert channel.statement() == before + lines

    def test_nothing_new_is_an_empty_statement(self, channel):
        lines = channel.statement()

        assert channel.statement(since_id=lines[-1].id if lines else 0) == ()

    def test_a_bank_that_cannot_be_heard_has_no_statement(self):
        with silent_port() as port, SandboxBank(**to(port)) as channel:
            assert channel.statement() is None

    def test_a_long_statement_is_read_to_its_end(self):
        pages = [
            page([line(1), line(2)], has_more=True),
            page([line(7)], has_more=True),
            page([], has_more=False),
        ]
        with network(pages) as port, SandboxBank(**to(port)) as channel:
            lines = channel.statement()

        assert lines is not None
        assert [one.id for one in lines] == [1, 2, 7]

    @pytest.mark.parametrize(
        "entries",
        [
            [{"id": 3}],
            ["line"],
            None,
            [{"id": 3, "kind": "GIFT", "amount_fen": 1}],
            [{"id": True, "kind": "COLLECT", "amount_fen": 1}],
            [{"id": 0, "kind": "COLLECT", "amount_fen": 1}],
        ],
    )
    def test_a_statement_that_makes_no_sense_is_a_hole(self, entries):
        with network([page(entries, has_more=False)]) as port, SandboxBank(**to(port)) as channel:
            (hole,) = channel.statement() or ()
        assert isinstance(hole, Unread)

    def test_a_statement_that_goes_in_circles_ends_with_a_hole(self):
        pages = [page([line(1)], has_more=True)] * 2
        with network(pages) as port, SandboxBank(**to(port)) as channel:
            told = channel.statement() or ()
        assert [each.id for each in told] == [1, 0]
        assert told[1] == Unread("1+")
