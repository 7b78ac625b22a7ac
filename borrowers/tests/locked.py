"""Files under a password, and a look into every table for where one might have stayed."""

import io

import pikepdf
import pyzipper
from django.db import connection


def archive(content: bytes, password: str, name: str = "bill.csv") -> bytes:
    """A ZIP as the wallets send it."""
    held = io.BytesIO()
    with pyzipper.AESZipFile(
        held, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as packed:
        packed.setpassword(password.encode())
        packed.writestr(name, content)
    return held.getvalue()


def statement(content: bytes, password: str) -> bytes:
    """A PDF as banks send it."""
    held = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(held, encryption=pikepdf.Encryption(user=password, owner="the bank"))
    return held.getvalue()


def places_of(word: str) -> list[str]:
    """The tables of the platform in which the word stands in the clear."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{word}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found
