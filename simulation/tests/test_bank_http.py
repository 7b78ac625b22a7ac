"""The bank's door, spoken to over HTTP: a real bank in a child process."""

import socket
import threading

import pytest
import requests

from simulation.tests.bank_door import account, ask, bank, behaving, number, order, problem

__all__ = ["account", "bank", "behaving", "number"]  # fixtures are found by their names here


class TestTransfers:
    def test_an_order_is_accepted_and_then_settled(self, bank, number, account):
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert answer.status_code == 202
        accepted = answer.json()
        assert accepted["state"] == "PROCESSING"
        assert accepted["bank_reference"].startswith("SBK")
        settled = bank.settled(number)
        assert settled["state"] == "SUCCEEDED"
        assert settled["bank_reference"] == accepted["bank_reference"]
        assert bank.balance_fen(account) == 20_500_00

    def test_the_same_order_again_answers_the_same_transfer(self, bank, number, account):
        ask(bank, "POST", "/transfers", json=order(number, account))
        settled = bank.settled(number)
        answer = ask(bank, "POST", "/transfers", json=order(number, account))

        assert (answer.status_code, answer.json()) == (202, settled)
        assert bank.balance_fen(account) == 20_500_00

    def test_another_content_under_the_same_number_is_a_conflict(self, bank, number, account):
        ask(bank, "POST", "/transfers", json=order(number, account))
        other = ask(bank, "POST", "/transfers", json=order(number, account, amount_fen=1))

        assert problem(other) == (409, "OTHER_CONTENT")
        assert bank.settled(number)["amount_fen"] == 500_00
        assert bank.balance_fen(account) == 20_500_00

    def test_twenty_at_once_with_one_number_move_money_once(self, bank, number, account):
        def press():
            ask(bank, "POST", "/transfers", json=order(number, account))

        threads = [threading.Thread(target=press) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        bank.settled(number)
        assert bank.balance_fen(account) == 20_500_00
        assert [e["out_trade_no"] for e in bank.statement()].count(number) == 1

    def test_collecting_too_much_fails_with_its_reason(self, bank, number, account):
        wanted = order(number, account, kind="COLLECT", amount_fen=20_000_01)
        ask(bank, "POST", "/transfers", json=wanted)
        settled = bank.settled(number)

        assert (settled["state"], settled["reason"]) == ("FAILED", "INSUFFICIENT_FUNDS")
        assert bank.balance_fen(account) == 20_000_00

    def test_an_unknown_number_is_not_found(self, bank):
        assert problem(ask(bank, "GET", "/transfers/D-nobody")) == (404, "NO_SUCH_TRANSFER")


BAD_ORDERS = {
    "negative amount": {"amount_fen": -1},
    "no amount": {"amount_fen": 0},
    "amount with a point": {"amount_fen": 1.0},
    "amount as text": {"amount_fen": "100"},
    "amount as yes": {"amount_fen": True},
    "amount beyond all bounds": {"amount_fen": 10**13},
    "amount beyond the database": {"amount_fen": 2**64},
    "no number": {"out_trade_no": ""},
    "long number": {"out_trade_no": "x" * 65},
    "number with a path": {"out_trade_no": "../accounts/lender"},
    "number of another type": {"out_trade_no": 7},
    "other kind": {"kind": "REFUND"},
    "the lender itself": {"account": "lender"},
    "the outside": {"account": "outside"},
    "a name of a person": {"account": "person:Lin Xiaoming"},
    "no account": {"account": None},
    "a file to notify": {"notify_url": "file:///etc/passwd"},
    "another host to notify": {"notify_url": "http://169.254.169.254/latest"},
    "a look-alike host to notify": {"notify_url": "http://127.0.0.1@example.org/"},
    "a bad port to notify": {"notify_url": "http://127.0.0.1:99999/"},
    "a line break to notify": {"notify_url": "http://127.0.0.1/a\r\nX: y"},
    "no text to notify": {"notify_url": 7},
    "too long to notify": {"notify_url": "http://127.0.0.1/" + "x" * 500},
}


class TestBadRequests:
    @pytest.mark.parametrize("change", BAD_ORDERS.values(), ids=BAD_ORDERS.keys())
    def test_a_bad_field_is_refused_and_nothing_is_kept(self, bank, number, account, change):
        before = bank.statement()
        answer = ask(bank, "POST", "/transfers", json=order(number, account, **change))

        assert problem(answer) == (422, "INVALID_FIELD")
        assert ask(bank, "GET", f"/transfers/{number}").status_code == 404
        assert bank.statement() == before

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b'"text"',
            b"\xff\xfe",
            b"[" * 60_000,
            b'{"amount_fen": NaN',
            b"1" * 5_000,
        ],
        ids=["empty", "cut", "list", "text", "bytes", "deep", "nan", "long number"],
    )
    def test_what_is_not_a_json_object_is_refused(self, bank, body):
        assert problem(ask(bank, "POST", "/transfers", data=body)) == (400, "BAD_JSON")

    @pytest.mark.parametrize("size", [64 * 1024 + 1, 900_000])
    def test_a_body_above_64_kb_is_refused(self, bank, size):
        assert problem(ask(bank, "POST", "/transfers", data=b"x" * size)) == (413, "TOO_LARGE")

    def test_a_body_of_just_64_kb_is_read(self, bank):
        assert problem(ask(bank, "POST", "/transfers", data=b"x" * 64 * 1024)) == (400, "BAD_JSON")

    def test_a_body_without_a_length_is_refused(self, bank):
        answer = ask(bank, "POST", "/transfers", data=iter([b"{}"]))

        assert problem(answer) == (411, "LENGTH_REQUIRED")

    @pytest.mark.parametrize("length", ["-1", "1e3", "", "9" * 30])
    def test_a_length_that_is_none_is_refused(self, bank, length):
        request = f"POST /transfers HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"

        assert b" 411 " in raw(bank, request.encode())

    def test_what_is_not_http_is_refused(self, bank):
        assert b'"code": "BAD_REQUEST"' in raw(bank, b"GET / HTTP/9.9.9\r\n\r\n")

    def test_an_unknown_method_is_refused(self, bank):
        assert problem(ask(bank, "DELETE", "/transfers/x")) == (501, "BAD_REQUEST")

    def test_a_method_in_the_wrong_place_is_refused(self, bank):
        assert problem(ask(bank, "GET", "/transfers")) == (405, "METHOD_NOT_ALLOWED")

    def test_an_unknown_address_is_refused(self, bank):
        assert problem(ask(bank, "GET", "/vault")) == (404, "NO_SUCH_PAGE")

    @pytest.mark.parametrize("since", ["x", "-1", "1.5", "9" * 19])
    def test_a_statement_goes_on_after_a_number_only(self, bank, since):
        assert problem(ask(bank, "GET", f"/statement?since={since}")) == (422, "INVALID_FIELD")

    @pytest.mark.parametrize("name", ["outside", "person:", "person:Lin%20Xiaoming", "x"])
    def test_an_account_has_an_opaque_name(self, bank, name):
        assert problem(ask(bank, "GET", f"/accounts/{name}")) == (422, "INVALID_FIELD")

    def test_nobody_pays_into_the_lenders_account(self, bank):
        before = bank.balance_fen("lender")
        answer = ask(bank, "POST", "/accounts/lender/deposits", json={"amount_fen": 1})

        assert problem(answer) == (422, "INVALID_FIELD")
        assert bank.balance_fen("lender") == before

    @pytest.mark.parametrize(
        "wanted",
        [
            {},
            {"mode": "explode"},
            {"mode": ["delay"]},
            {"mode": "delay", "times": 0},
            {"mode": "delay", "times": True},
            {"mode": "delay", "seconds": -1},
            {"mode": "delay", "seconds": "2"},
            {"mode": "delay", "seconds": 10**9},
            {"mode": "none", "account": "nobody"},
            {"mode": "delay", "account": 7},
        ],
    )
    def test_misbehaviour_must_be_well_asked_for(self, bank, wanted):
        assert problem(ask(bank, "POST", "/faults", json=wanted)) == (422, "INVALID_FIELD")
        assert bank.call("GET", "/faults") == {"faults": []}


def raw(bank, request):
    with socket.create_connection(("127.0.0.1", bank.port), timeout=20) as line:
        line.sendall(request)
        return b"".join(iter(lambda: line.recv(65_536), b""))


class TestACallBack:
    """A customer has their bank fetch a payment back; nobody asks the lender."""

    def collected(self, bank, number, account):
        wanted = order(number, account, kind="COLLECT", amount_fen=300_00)
        ask(bank, "POST", "/transfers", json=wanted)
        assert bank.settled(number)["state"] == "SUCCEEDED"

    def test_gives_the_money_back_under_a_number_of_its_own(self, bank, number, account):
        self.collected(bank, number, account)

        answer = ask(bank, "POST", f"/transfers/{number}/charge-back", json={})

        assert answer.status_code == 202
        returned = bank.settled(f"CB-{number}")
        assert (returned["kind"], returned["amount_fen"]) == ("PAY_OUT", 300_00)
        assert bank.balance_fen(account) == 20_000_00
        on_paper = [each["out_trade_no"] for each in bank.statement()]
        assert on_paper.count(f"CB-{number}") == 1

    def test_gives_it_back_once(self, bank, number, account):
        self.collected(bank, number, account)

        first = ask(bank, "POST", f"/transfers/{number}/charge-back", json={})
        bank.settled(f"CB-{number}")
        again = ask(bank, "POST", f"/transfers/{number}/charge-back", json={})

        assert again.json()["bank_reference"] == first.json()["bank_reference"]
        assert bank.balance_fen(account) == 20_000_00

    def test_of_a_payout_is_refused_and_moves_nothing(self, bank, number, account):
        ask(bank, "POST", "/transfers", json=order(number, account))
        bank.settled(number)

        answer = ask(bank, "POST", f"/transfers/{number}/charge-back", json={})

        assert problem(answer) == (409, "NOTHING_COLLECTED")
        assert bank.balance_fen(account) == 20_500_00

    def test_of_what_was_never_collected_is_refused(self, bank, number, account):
        wanted = order(number, account, kind="COLLECT", amount_fen=20_000_01)
        ask(bank, "POST", "/transfers", json=wanted)
        assert bank.settled(number)["state"] == "FAILED"

        answer = ask(bank, "POST", f"/transfers/{number}/charge-back", json={})

        assert problem(answer) == (409, "NOTHING_COLLECTED")
        assert bank.balance_fen(account) == 20_000_00

    def test_of_an_unknown_number_is_refused(self, bank, number):
        answer = ask(bank, "POST", f"/transfers/{number}/charge-back", json={})

        assert problem(answer) == (404, "NO_SUCH_TRANSFER")


class TestKeys:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic x"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer \xe9"},
        ],
    )
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/transfers"),
            ("GET", "/transfers/x"),
            ("POST", "/transfers/x/charge-back"),
            ("GET", "/accounts/lender"),
            ("POST", "/accounts/person:x/deposits"),
            ("GET", "/statement"),
            ("POST", "/faults"),
            ("GET", "/faults"),
            ("GET", "/vault"),
        ],
    )
    def test_nothing_is_told_without_the_key(self, bank, method, path, headers):
        body = b"{}" if method == "POST" else None
        answer = requests.request(
            method, bank.base_url + path, data=body, headers=headers, timeout=20
        )

        assert problem(answer) == (401, "UNAUTHORIZED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_anybody_may_ask_whether_it_is_open(self, bank):
        answer = requests.get(f"{bank.base_url}/healthz", timeout=20)

        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


class TestPage:
    def test_it_shows_accounts_and_transfers_and_says_that_no_money_is_real(
        self, bank, number, account
    ):
        ask(bank, "POST", "/transfers", json=order(number, account, amount_fen=123_456_78))
        bank.settled(number)
        answer = requests.get(bank.base_url, timeout=20)

        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Sandbox bank: no real money." in answer.text
        assert "没有真实资金" in answer.text
        assert f"<td>{number}</td>" in answer.text
        assert f'<td>{account}</td><td class="fen">143,456.78</td>' in answer.text
        assert "<td>outside</td>" not in answer.text

    def test_it_may_run_no_script(self, bank):
        answer = requests.get(bank.base_url, timeout=20)

        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


class TestAReturnByAShop:
    """A shop sends money back by itself; nobody asks for it."""

    @pytest.fixture
    def shop(self, bank, number):
        name = f"merchant:{number}"[:60]
        ask(bank, "POST", "/transfers", json=order(number, name, amount_fen=300_00))
        assert bank.settled(number)["state"] == "SUCCEEDED"
        return name

    def test_comes_under_the_number_of_the_payout_and_is_on_the_statement(self, bank, number, shop):
        answer = ask(bank, "POST", f"/transfers/{number}/return", json={"amount_fen": 300_00})

        assert answer.status_code == 202
        came = bank.settled(f"MR-1-{number}")
        assert (came["kind"], came["account"], came["amount_fen"]) == ("COLLECT", shop, 300_00)
        assert bank.balance_fen(shop) == 0

    def test_is_once_for_each_count(self, bank, number, shop):
        asked = {"amount_fen": 100_00}
        for count in (1, 1, 2):
            ask(bank, "POST", f"/transfers/{number}/return", json={**asked, "count": count})
            bank.settled(f"MR-{count}-{number}")

        assert bank.balance_fen(shop) == 100_00

    def test_of_more_than_the_shop_has_fails(self, bank, number, shop):
        ask(bank, "POST", f"/transfers/{number}/return", json={"amount_fen": 300_01})

        assert bank.settled(f"MR-1-{number}")["state"] == "FAILED"
        assert bank.balance_fen(shop) == 300_00

    @pytest.mark.parametrize("wrong", [{}, {"amount_fen": 0}, {"amount_fen": 1, "count": "1 2"}])
    def test_that_makes_no_sense_is_refused(self, bank, number, shop, wrong):
        answer = ask(bank, "POST", f"/transfers/{number}/return", json=wrong)

        assert answer.status_code == 422
        assert bank.balance_fen(shop) == 300_00
