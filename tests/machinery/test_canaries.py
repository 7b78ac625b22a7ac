"""The scanner finds a planted word in every disguise that it claims to know."""

import base64
import gzip
import html
import io
import json
import random
import string
import zipfile
import zlib
from urllib.parse import quote

import pytest

from tests.machinery.canaries import Finding, Scanner, forms, slices

NAME = "阮灵犀虚构人"
PHONE = "13900007654"
CANARIES = {"name": NAME, "phone": PHONE}


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", content * 5)
    return file.getvalue()


DISGUISES = {
    "plain": lambda word: word.encode(),
    "utf-16": lambda word: word.encode("utf-16"),
    "utf-16-be": lambda word: word.encode("utf-16-be"),
    "gb18030": lambda word: word.encode("gb18030"),
    "json": lambda word: json.dumps({"a": word}).encode(),
    "json in json": lambda word: json.dumps(json.dumps({"a": word})).encode(),
    "json, upper case": lambda word: json.dumps(word).upper().replace("\\U", "\\u").encode(),
    "hex": lambda word: word.encode().hex().encode(),
    "hex, upper case": lambda word: word.encode().hex().upper().encode(),
    "bytea in COPY": lambda word: b"7\t\\\\x" + word.encode().hex().encode() + b"\t\\N",
    "url": lambda word: quote(word).encode(),
    "url, lower case": lambda word: quote(word).lower().encode(),
    "url of gbk": lambda word: quote(word.encode("gbk")).encode(),
    "html": lambda word: word.encode("ascii", "xmlcharrefreplace"),
    "html, hex": lambda word: "".join(f"&#x{ord(c):x};" for c in word).encode(),
    "repr of bytes": lambda word: repr(word.encode()).encode(),
    "zlib": lambda word: zlib.compress(word.encode() * 3),
    "gzip": lambda word: gzip.compress(word.encode()),
    "zip": lambda word: zipped(word.encode()),
    "base64 of zlib": lambda word: base64.b64encode(zlib.compress(word.encode())),
    "hex of gzip": lambda word: gzip.compress(word.encode()).hex().encode(),
    "zlib of json": lambda word: zlib.compress(json.dumps([word]).encode()),
    "base64 of base64": lambda word: base64.b64encode(base64.b64encode(b"ab" + word.encode())),
    "base64 of utf-16": lambda word: base64.b64encode(word.encode("utf-16-le")),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("canary", CANARIES)
def test_finds_a_word_in_this_disguise(disguise, canary):
    hidden = b"before " + DISGUISES[disguise](CANARIES[canary]) + b" after"

    found = Scanner(CANARIES).look("here", hidden)

    assert {finding.canary for finding in found} == {canary}


@pytest.mark.parametrize("code", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc", b"\xff\xfe\xfd\xfc\xfb"])
def test_finds_base64_whatever_stands_around_the_word(code, before):
    hidden = code(before + NAME.encode() + b"\xff\xfe\xfd")

    assert Scanner(CANARIES).look("here", b"x " + hidden + b" y")


def test_finds_a_word_in_the_middle_of_a_long_noise():
    chance = random.Random(5)
    noise = chance.randbytes(300_000)

    found = Scanner(CANARIES).look("here", noise + zlib.compress(PHONE.encode() * 2) + noise)

    assert {finding.canary for finding in found} == {"phone"}


def test_finds_a_phone_as_people_write_it():
    assert Scanner(CANARIES).look("here", b"139 0000 7654")
    assert Scanner(CANARIES).look("here", b"139-0000-7654")


def test_finds_a_file_by_its_slices():
    document = random.Random(6).randbytes(2_000)
    scanner = Scanner(slices(document))

    assert len(scanner.look("here", b"head" + document)) == 5
    assert scanner.look("here", base64.b64encode(document[:200]))


def test_finds_nothing_where_nothing_is():
    chance = random.Random(7)
    letters = "".join(chance.choices(string.ascii_letters + string.digits + "+/\\u% ", k=200_000))

    assert not Scanner(CANARIES).look("here", letters.encode())
    assert not Scanner(CANARIES).look("here", chance.randbytes(200_000))
    assert not Scanner(CANARIES).look("here", zlib.compress("阮灵".encode()))


def test_says_where_and_in_which_form():
    found = Scanner({"phone": PHONE}).look("table messages", PHONE.encode())

    assert Finding("table messages", "phone", "utf-8") in found


def test_knows_no_form_that_is_too_short_to_tell():
    assert all(len(needle) >= 6 for needle in forms("李四").values())
    assert "utf-16-le" not in forms("李四")


def test_html_of_a_page_is_html():
    assert html.unescape(forms(NAME)["html"].decode()) == NAME
