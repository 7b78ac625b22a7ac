"""Who of the applicants meets a challenger: the same one always, and no draw at random. Pure."""

import hashlib
from dataclasses import dataclass
from typing import Any

from common.rates import PPM

# More than half would make the challenger the rule and the champion the exception.
LARGEST_SHARE_PPM = PPM // 2


@dataclass(frozen=True, slots=True)
class Split:
    """How an application came to its model; kept with the decision."""

    champion: str
    challenger: str
    share_ppm: int
    draw_ppm: int

    @property
    def goes_to_challenger(self) -> bool:
        return self.draw_ppm < self.share_ppm

    def kept(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "champion": self.champion,
            "challenger": self.challenger,
            "share_ppm": self.share_ppm,
            "draw_ppm": self.draw_ppm,
        }


def draw_ppm(application_public_id: str, version: str) -> int:
    """A number under a million that an application has with a version, today and in ten years."""
    digest = hashlib.sha256(f"{version}\n{application_public_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PPM
