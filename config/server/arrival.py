"""One request as it arrives, byte by byte: whether it is whole, and reading it once it is."""

import re

LARGEST_HEAD = 64 * 1024
# Beyond the largest file with its form: the page refuses such a body by its announced length.
LARGEST_BODY = 24 * 1024 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Arrival:
    """What one connection has sent of its present request.

    It only tells when to begin; gunicorn's parser decides what the bytes mean. Should the two
    disagree, the parser meets the end of what is here and closes: it never waits for a socket.
    """

    def __init__(self) -> None:
        self.content = bytearray()
        self.is_head_whole = False
        self.is_short = False
        self._bytes_wanted = 0
        self._bytes_read = 0

    def __len__(self) -> int:
        return len(self.content)

    def add(self, piece: bytes) -> None:
        """Take the next bytes, and look whether they end the head."""
        begin = max(0, len(self.content) - len(_END_OF_HEAD) + 1)
        self.content += piece
        if not self.is_head_whole:
            self._look_for_end_of_head(begin)

    def _look_for_end_of_head(self, begin: int) -> None:
        end = self.content.find(_END_OF_HEAD, begin)
        if end < 0:
            return
        self.is_head_whole = True
        head = self.content[: end + len(_END_OF_HEAD)]
        announced = _LENGTH.search(head)
        body_bytes = int(announced[1]) if announced else 0
        # A body that is too long is not waited for: its length alone refuses it.
        self._bytes_wanted = len(head) + (body_bytes if body_bytes <= LARGEST_BODY else 0)

    @property
    def is_whole(self) -> bool:
        """Whether a thread can answer it without waiting, be it with a refusal."""
        return self.is_head_whole and len(self.content) >= self._bytes_wanted

    @property
    def is_endless(self) -> bool:
        """Whether the head is longer than any honest one."""
        return not self.is_head_whole and len(self.content) >= LARGEST_HEAD

    @property
    def waits_for_consent(self) -> bool:
        """Whether the client holds its body back until it is told to go on."""
        return self.is_head_whole and not self.is_whole and bool(_EXPECTS.search(self.content))

    @property
    def is_read(self) -> bool:
        """Whether all of it was read and nothing more was asked for: the next request may come."""
        return self._bytes_read >= len(self.content) and not self.is_short

    def recv(self, size: int) -> bytes:
        """The next bytes for the parser, as a socket gives them; at the end, nothing."""
        piece = bytes(self.content[self._bytes_read : self._bytes_read + size])
        self._bytes_read += len(piece)
        self.is_short |= not piece
        return piece

    def clear(self) -> None:
        """Ready for the connection's next request."""
        Arrival.__init__(self)
