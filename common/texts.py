"""Words where Django is not imported: marked for translation, or carried in both languages."""

from dataclasses import dataclass


def gettext_noop(message: str) -> str:
    """Mark `message` for the catalogues; the doors translate it when it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text that brings both languages along, where one file must be whole by itself."""

    en: str
    zh: str

    def said(self, language: str) -> str:
        """The text in the reader's language: Chinese for every `zh`, English for all else."""
        return self.zh if language.startswith("zh") else self.en
