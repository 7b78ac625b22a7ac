"""The content of a file that somebody named on a command line."""

from pathlib import Path

from common.errors import Refused
from common.texts import gettext_noop


class FileNotThere(Refused):
    """No file under that name, or one that may not be read."""

    code = "FILE_NOT_THERE"
    message = gettext_noop("There is no file under this name that can be read.")
    advice = gettext_noop("Check the name and the permissions of the file.")
    status = 404


def content_of(path: Path, *, most_bytes: int) -> bytes:
    """The bytes of the file, and one more than may be read, so that too much is seen. Folders and
    devices are no files.

    Raises FileNotThere.
    """
    try:
        if not path.is_file():
            raise FileNotThere
        with path.open("rb") as file:
            return file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        raise FileNotThere from error
