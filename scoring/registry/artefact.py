"""Artefacts of models: plain JSON under its own hash, and the ways in which one can be damaged."""

import json
from collections.abc import Mapping
from typing import Any

from common import canonical
from common.errors import Refused
from common.texts import gettext_noop

LARGEST_BYTES = 16_000_000


class ModelDamaged(Refused):
    """The artefact is not what its hash or its shape says; it must not decide anything."""

    code = "MODEL_DAMAGED"
    message = gettext_noop("This model file cannot be used: %(fault)s")
    advice = gettext_noop("Export the model again, and take the file as it was written.")
    status = 422

    def __init__(self, fault: str = "", **context: object) -> None:
        super().__init__(fault=fault or "–", **context)


class ArtefactAltered(ModelDamaged):
    """The content does not match its hash: somebody changed it after it was sealed."""

    code = "ARTEFACT_ALTERED"
    message = gettext_noop("This model file was changed after it was sealed (%(fault)s).")


class ArtefactCut(ModelDamaged):
    """Something that the kind needs is missing, or has another shape."""

    code = "ARTEFACT_CUT"
    message = gettext_noop("Something is missing in this model file (%(fault)s).")


class ArtefactVersionUnknown(ModelDamaged):
    """A kind or a format that this release cannot read."""

    code = "ARTEFACT_VERSION_UNKNOWN"
    message = gettext_noop("This release cannot read this kind of model file (%(fault)s).")
    advice = gettext_noop("Export the model for this release.")


class NumberNotFinite(ModelDamaged):
    """NaN or Infinity, which no arithmetic comes back from."""

    code = "NUMBER_NOT_FINITE"
    message = gettext_noop("A number in this model file is not finite (%(fault)s).")


class ArtefactTooLarge(ModelDamaged):
    """No model of ours is as large as this file."""

    code = "ARTEFACT_TOO_LARGE"
    message = gettext_noop("This model file is larger than %(fault)s MB.")


def read(content: bytes) -> dict[str, Any]:
    """A document out of a file that somebody gave; not yet checked.

    Raises ArtefactTooLarge, ArtefactCut, NumberNotFinite.
    """
    if len(content) > LARGEST_BYTES:
        raise ArtefactTooLarge(str(LARGEST_BYTES // 1_000_000))
    try:
        found = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise ArtefactCut(f"no JSON: {type(fault).__name__}") from fault
    if not isinstance(found, dict):
        raise ArtefactCut("no object")
    return found


def _refuse_constant(word: str) -> float:
    raise NumberNotFinite(word)


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything but the hash itself.

    Raises NumberNotFinite, and ArtefactCut for what is no JSON.
    """
    content = {name: each for name, each in document.items() if name != "sha256"}
    try:
        return canonical.sha256_of(_as_kept(content))
    except RecursionError as fault:
        raise ArtefactCut("nested too deeply") from fault
    except UnicodeEncodeError as fault:
        raise ArtefactCut("half a character") from fault
    except ValueError as fault:
        raise NumberNotFinite(str(fault)) from fault
    except TypeError as fault:
        raise ArtefactCut(str(fault)) from fault


def _as_kept(content: Any) -> Any:
    """The content as it comes back from PostgreSQL, which knows no -0.0 and writes 1e22 in full.

    Raises ArtefactCut for the one character that it cannot hold.
    """
    if isinstance(content, Mapping):
        return {_as_kept(name): _as_kept(each) for name, each in content.items()}
    if isinstance(content, str) and "\0" in content:
        raise ArtefactCut("NUL in a text")
    if isinstance(content, list | tuple):
        return [_as_kept(each) for each in content]
    if isinstance(content, float) and content.is_integer():
        return int(content)
    return content


def seal(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document under its own hash. Raises as `fingerprint` does."""
    return {**document, "sha256": fingerprint(document)}


def check(document: Mapping[str, Any], kind: str, fmt: int | None) -> None:
    """Refuse what is not whole, or not of this kind and format.

    Raises ArtefactCut, ArtefactVersionUnknown, ArtefactAltered, NumberNotFinite.
    """
    if not isinstance(document, Mapping):
        raise ArtefactCut("no object")
    if (document.get("kind"), document.get("format")) != (kind, fmt):
        raise ArtefactVersionUnknown(f"{document.get('kind')} {document.get('format')}")
    for name in ("version", "sha256"):
        if not isinstance(document.get(name), str) or not document[name]:
            raise ArtefactCut(name)
    if document["sha256"] != fingerprint(document):
        raise ArtefactAltered(document["version"])
