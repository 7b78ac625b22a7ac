"""OFX 1.0.2: tags without ends, amounts with signs, times with their zone."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, oldest_first, summary
from simulation.bills.containers.tables import signed

HEAD = (
    "OFXHEADER:100", "DATA:OFXSGML", "VERSION:102", "SECURITY:NONE", "ENCODING:UTF-8",
    "CHARSET:NONE", "COMPRESSION:NONE", "OLDFILEUID:NONE", "NEWFILEUID:NONE", "",
)  # fmt: skip
TYPES = {Occasion.SALARY: "DIRECTDEP", Occasion.INTEREST: "INT", Occasion.CONSUMPTION: "POS"}
STAMP = "%Y%m%d%H%M%S"


def statement(entries: Sequence[Entry], account: Account) -> bytes:
    ordered = oldest_first(entries)
    last = f"{ordered[-1].wall:{STAMP}}[+8:CST]"
    lines = [
        *HEAD,
        "<OFX>",
        "<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<DTSERVER>{last}<LANGUAGE>CHI</SONRS></SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        "<STMTRS><CURDEF>CNY",
        f"<BANKACCTFROM><BANKID>990000000<ACCTID>{account.number}<ACCTTYPE>CHECKING",
        "</BANKACCTFROM>",
        f"<BANKTRANLIST><DTSTART>{ordered[0].wall:{STAMP}}[+8:CST]<DTEND>{last}",
        *(row(each) for each in ordered),
        "</BANKTRANLIST>",
        f"<LEDGERBAL><BALAMT>{signed(ordered[-1].balance_fen)}<DTASOF>{last}</LEDGERBAL>",
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1>",
        "</OFX>",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def row(entry: Entry) -> str:
    default = "CREDIT" if entry.signed_fen >= 0 else "DEBIT"
    return (
        f"<STMTTRN><TRNTYPE>{TYPES.get(entry.occasion, default)}"
        f"<DTPOSTED>{entry.wall:{STAMP}}[+8:CST]<TRNAMT>{signed(entry.signed_fen)}"
        f"<FITID>{entry.number}<NAME>{safe(entry.whom or 'NONE')}"
        f"<MEMO>{safe(summary(entry, {}))}</STMTTRN>"
    )


def safe(words: str) -> str:
    return words.replace("&", "＆").replace("<", "＜").replace(">", "＞")
