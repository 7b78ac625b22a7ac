"""What a person reads when the platform is ready."""

from pathlib import Path

LOGINS_FILE = "logins.txt"


def text(*, url: str, seconds: float, state: Path, is_demonstration: bool) -> str:
    """The address and, in a demonstration, who can sign in and where the codes appear."""
    lines = ["", f"  Mingzhang is ready after {seconds:.1f}s at {url}/"]
    if is_demonstration:
        lines += [
            f"  Staff work at {url}/admin/",
            f"  Codes that would go to a phone appear at {url}/demo/outbox/",
        ]
        lines += [f"  {line}" for line in _logins(state)]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


def _logins(state: Path) -> list[str]:
    """What `prepare_demonstration` wrote down."""
    try:
        content = (state / LOGINS_FILE).read_text(encoding="utf-8")
    except OSError:
        return []
    return ["", *content.rstrip().splitlines(), ""] if content.strip() else []
