"""ISO 20022 CAMT.053: entries with day or time, both sides named, opening and closing balance."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from simulation.bills.banks.entries import Account, Entry, oldest_first, summary
from simulation.bills.records import yuan
from simulation.words import Direction

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def statement(entries: Sequence[Entry], account: Account) -> bytes:
    ordered = oldest_first(entries)
    first, last = ordered[0], ordered[-1]
    opening = first.balance_fen - first.signed_fen
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{SPACE}"><BkToCstmrStmt>',
        f"<GrpHdr><MsgId>SPECIMEN{account.tail}</MsgId><CreDtTm>{last.wall.isoformat()}</CreDtTm></GrpHdr>",
        f"<Stmt><Id>SPECIMEN-{account.tail}</Id><CreDtTm>{last.wall.isoformat()}</CreDtTm>",
        f"<FrToDt><FrDtTm>{first.wall.isoformat()}</FrDtTm><ToDtTm>{last.wall.isoformat()}</ToDtTm></FrToDt>",
        f"<Acct><Id><Othr><Id>{account.number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>",
        balance("OPBD", opening, f"{first.wall:%Y-%m-%d}"),
        balance("CLBD", last.balance_fen, f"{last.wall:%Y-%m-%d}"),
        *("".join(entry_parts(each)) for each in ordered),
        "</Stmt></BkToCstmrStmt></Document>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def balance(code: str, fen: int, day: str) -> str:
    side = "CRDT" if fen >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="CNY">{yuan(abs(fen))}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry_parts(entry: Entry) -> Iterator[str]:
    is_in = entry.direction == Direction.IN
    party = "Dbtr" if is_in else "Cdtr"
    yield f'<Ntry><Amt Ccy="CNY">{yuan(entry.amount_fen)}</Amt>'
    yield f"<CdtDbtInd>{'CRDT' if is_in else 'DBIT'}</CdtDbtInd><Sts>BOOK</Sts>"
    yield f"<BookgDt><DtTm>{entry.wall.isoformat()}</DtTm></BookgDt>"
    yield f"<ValDt><Dt>{entry.wall:%Y-%m-%d}</Dt></ValDt>"
    yield f"<AcctSvcrRef>{entry.number}</AcctSvcrRef>"
    yield "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd><NtryDtls><TxDtls>"
    yield f"<Refs><AcctSvcrRef>{entry.number}</AcctSvcrRef></Refs>"
    if entry.whom:
        yield f"<RltdPties><{party}><Nm>{escape(entry.whom)}</Nm></{party}></RltdPties>"
    yield f"<RmtInf><Ustrd>{escape(summary(entry, {}))}</Ustrd></RmtInf>"
    yield "</TxDtls></NtryDtls></Ntry>"
