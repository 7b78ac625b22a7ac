"""An officer without a browser, who signs in as staff do and says whether a proof fits."""

import re

import requests

from simulation.cast import STAFF
from tests.machinery.client import ApiPerson
from tests.machinery.running import Platform

MEI = STAFF[0]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LONGEST_SECONDS = 30


class Officer:
    """Mei at her desk, through the pages of the admin."""

    def __init__(self, platform: Platform) -> None:
        self.site = platform.url
        self.web = requests.Session()
        self._sign_in(_password(platform))

    def confirm_proof(self, application: str) -> None:
        """Find the application by its public number, open the proof, and say that it fits."""
        found = self._get(f"/admin/lending/loanapplication/?q={application}")
        page = re.search(r"/admin/lending/loanapplication/\d+/", found)
        assert page is not None
        assert "Does the proof of enrolment fit?" in self._get(f"{page[0]}change/")
        opened = self._post(f"{page[0]}evidence/", {}, seen=found)
        assert "html" not in opened.headers["Content-Type"]
        done = self._post(f"{page[0]}proof/", {"fits": "yes"}, seen=self._get(f"{page[0]}change/"))
        assert "Does the proof of enrolment fit?" not in done.text

    def _sign_in(self, password: str) -> None:
        door = "/accounts/login/?next=/admin/"
        given = {"login": MEI.phone, "password": password}
        asked = self._post(door, given, seen=self._get(door))
        code = ApiPerson(self.site, MEI.phone).code()
        inside = self._post(asked.url.removeprefix(self.site), {"code": code}, seen=asked.text)
        assert inside.url.endswith("/admin/"), inside.url

    def _get(self, path: str) -> str:
        answer = self.web.get(
            self.site + path, headers={"Accept-Language": "en"}, timeout=LONGEST_SECONDS
        )
        assert answer.ok, (path, answer.status_code)
        return answer.text

    def _post(self, path: str, given: dict[str, str], *, seen: str) -> requests.Response:
        token = TOKEN.search(seen)
        assert token is not None, path
        answer = self.web.post(
            self.site + path,
            {**given, "csrfmiddlewaretoken": token[1]},
            headers={"Accept-Language": "en", "Referer": self.site + path},
            timeout=LONGEST_SECONDS,
        )
        assert answer.ok, (path, answer.status_code)
        return answer


def _password(platform: Platform) -> str:
    """What `manage.py demonstration_logins` tells whoever started the platform."""
    lines = [line.split() for line in platform.manage("demonstration_logins").splitlines()]
    return next(words[1] for words in lines if words and words[0] == MEI.phone)
