"""Putting a seal on a PDF: a certifying PAdES signature that allows no change afterwards."""

import io
from dataclasses import dataclass, field

FIELD = "Seal"


@dataclass(frozen=True, slots=True)
class Seal:
    """Key and certificate, still locked. The representation shows neither."""

    pkcs12: bytes = field(repr=False)
    passphrase: str = field(repr=False)
    certificate_sha256: str = ""


def sealed(content: bytes, *, subject: str, seal: Seal) -> bytes:
    """The PDF with the seal on it; `subject` says what it is, and stands inside the seal."""
    # Slow to import, and needed only where a paper is sealed.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 (see above)
    from pyhanko.sign import signers  # noqa: PLC0415 (see above)
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter  # noqa: PLC0415 (see above)

    signer = signers.SimpleSigner.load_pkcs12_data(
        seal.pkcs12, other_certs=[], passphrase=seal.passphrase.encode()
    )
    meaning = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=subject,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    written = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)), meaning, signer=signer
    )
    return bytes(written.getvalue())
