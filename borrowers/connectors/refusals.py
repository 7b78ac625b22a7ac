"""Why a file is refused, in words that a person can act on; raised by the readers only."""

from common.errors import Refused
from common.texts import gettext_noop

ACCEPTED = gettext_noop(
    "We read the bills of WeChat Pay, Alipay, JD and Meituan and the statements of banks, as the "
    "apps export them: CSV, XLS, XLSX, PDF, OFX, MT940, CAMT.053, QIF, or a ZIP with one of them."
)


class FileRefused(Refused):
    """A file that cannot be read as a bill; nothing of it is kept."""

    code = "FILE_REFUSED"
    message = gettext_noop("This file cannot be read.")
    advice = ACCEPTED
    status = 422


class EmptyFile(FileRefused):
    """There is nothing in the file."""

    code = "FILE_EMPTY"
    message = gettext_noop("This file is empty.")
    advice = gettext_noop("Export the bill again and upload the new file.")


class TooLarge(FileRefused):
    """More bytes or more rows than a bill of one person can have."""

    code = "FILE_TOO_LARGE"
    message = gettext_noop("This file is too large.")
    advice = gettext_noop(
        "A file may have %(megabytes)s MB and %(rows)s rows. Export a shorter period and upload "
        "the parts one by one."
    )


class NotABill(FileRefused):
    """Readable, but no bill that any connector knows."""

    code = "FILE_IS_NOT_A_BILL"
    message = gettext_noop("We can open this file, but it is not a bill that we know.")
    advice = ACCEPTED


class UnknownLayout(FileRefused):
    """A wallet's bill without a column that cannot be done without."""

    code = "FILE_LAYOUT_UNKNOWN"
    message = gettext_noop("This looks like a bill, but these columns are missing: %(columns)s.")
    advice = gettext_noop(
        "Export the bill again and upload it as it comes, without editing it. If it still does "
        "not work, the app may have changed its format: tell us, and we will learn it."
    )


class NoTransactions(FileRefused):
    """A bill with a header and no row below it."""

    code = "FILE_HAS_NO_TRANSACTIONS"
    message = gettext_noop("This bill has no transactions.")
    advice = gettext_noop("Choose a longer period when you export the bill, then upload it.")


class UnreadableRows(FileRefused):
    """Not one row of the bill could be understood."""

    code = "FILE_ROWS_UNREADABLE"
    message = gettext_noop("We could not understand any of the %(rows)s rows of this bill.")
    advice = gettext_noop("Export the bill again and upload it as it comes, without editing it.")


class TruncatedFile(FileRefused):
    """The end of the file is missing, or its inside is damaged."""

    code = "FILE_IS_CUT_OFF"
    message = gettext_noop("This file is damaged or its end is missing.")
    advice = gettext_noop(
        "Download the bill from the mail again, wait until it is complete, and upload it as it "
        "comes, without opening and saving it. If it fails again, export the bill anew."
    )


class UnreadableEncoding(FileRefused):
    """Bytes that are no text in any encoding that bills use."""

    code = "FILE_ENCODING_UNREADABLE"
    message = gettext_noop("The text of this file cannot be read.")
    advice = gettext_noop("Upload the file as the app exported it, without opening and saving it.")


class ZipBomb(FileRefused):
    """A workbook that unpacks to far more than a bill needs."""

    code = "FILE_UNPACKS_TOO_LARGE"
    message = gettext_noop("This file unpacks to far more than a bill needs.")
    advice = gettext_noop(
        "We did not unpack it. Export your bill again in the app and upload that file, without"
        " packing or changing it."
    )


class MultiplyingText(FileRefused):
    """A workbook whose text is defined to grow as it is read: no program writes that."""

    code = "FILE_MULTIPLIES_ITSELF"
    message = gettext_noop("This workbook holds definitions that make it grow as it is read.")
    advice = gettext_noop(
        "No app exports such a file, so we did not read it. Export your bill again in the app and"
        " upload that file, without opening it in between."
    )


class TooSlow(FileRefused):
    """The reader was stopped at its time limit."""

    code = "FILE_TOOK_TOO_LONG"
    message = gettext_noop("Reading this file took too long, so we stopped.")
    advice = gettext_noop("Export a shorter period and upload the parts one by one.")


class WrongKind(FileRefused):
    """A known kind of file, but not the one that is needed."""

    code = "FILE_IS_WRONG_KIND"
    message = gettext_noop("This is not the kind of file that we need.")
    advice = ACCEPTED


class PasswordNeeded(FileRefused):
    """A locked archive or PDF that came without its password."""

    code = "FILE_PASSWORD_NEEDED"
    message = gettext_noop("This file is locked; it opens with a password.")
    advice = gettext_noop(
        "Type the password that the app or the bank sent with the file. We use it once to open "
        "the file and do not keep it."
    )


class PasswordWrong(FileRefused):
    """The password does not open the file."""

    code = "FILE_PASSWORD_WRONG"
    message = gettext_noop("This password does not open the file.")
    advice = gettext_noop(
        "Type the password that came with this very file: each export has one of its own."
    )


class SeveralBills(FileRefused):
    """An archive or a workbook with more than one bill inside."""

    code = "FILE_HOLDS_SEVERAL_BILLS"
    message = gettext_noop("There are %(bills)s bills in this file.")
    advice = gettext_noop("Unpack them on your device and upload them one by one.")


class PartsUnread(FileRefused):
    """One part of the file is a bill that we know, and another holds rows that nobody knows."""

    code = "FILE_HAS_UNREAD_PARTS"
    message = gettext_noop(
        "A part of this file has no headings: %(rows)s rows would have been left out."
    )
    advice = gettext_noop(
        "Nothing was read. Export the whole period as one file, or unpack it and upload the parts"
        " that have headings one by one."
    )


class WebPage(WrongKind):
    """A page of a web site, saved under the name of a bill."""

    code = "FILE_IS_WEB_PAGE"
    message = gettext_noop("This is a saved web page, not an exported bill.")
    advice = gettext_noop(
        "The download may have ended on a sign-in page. Sign in, export the bill again and upload "
        "the file that comes."
    )


class PictureOrDocument(WrongKind):
    """An image, a scan or a word-processor file, whatever its name says."""

    code = "FILE_IS_PICTURE_OR_DOCUMENT"
    message = gettext_noop("This is a picture or a document, not an exported bill.")
    advice = gettext_noop(
        "In the app, choose to export the bill for your own records; it arrives by e-mail as a "
        "CSV or XLSX file. Upload that file."
    )


class PackedArchive(WrongKind):
    """An archive of another kind than ZIP, or one inside another."""

    code = "FILE_IS_PACKED"
    message = gettext_noop("This is a packed archive; the bill is still inside it.")
    advice = gettext_noop("Unpack it on your device, then upload the CSV or XLSX file inside.")


class PasswordProtected(WrongKind):
    """A workbook locked by a password, which no reader here opens."""

    code = "FILE_IS_PASSWORD_PROTECTED"
    message = gettext_noop("This workbook is protected by a password.")
    advice = gettext_noop(
        "Open it on your device with its password, save it without one, then upload it."
    )


class OldSpreadsheet(WrongKind):
    """A workbook in a format that no bill comes in (XLSB)."""

    code = "FILE_IS_OLD_SPREADSHEET"
    message = gettext_noop("This is a workbook in a format that we cannot read.")
    advice = gettext_noop("Upload the bill as the app exported it, or save it as XLSX first.")


class TellsTooMuch(WrongKind):
    """Columns that may not be read at all: places, contents, other people, raw logs."""

    code = "FILE_TELLS_TOO_MUCH"
    message = gettext_noop("This file tells more than we may know, so we read nothing of it.")
    advice = gettext_noop(
        "We take counts by the day or the week only: no places, no contents, no names of others, "
        "no single events. Export the summary and upload that."
    )


class SourceSwitchedOff(WrongKind):
    """Records that nobody has decided to ask for here."""

    code = "FILE_SOURCE_SWITCHED_OFF"
    message = gettext_noop("We do not take records of this kind.")
    advice = gettext_noop("You need not give them: your result is not lower without them.")


class NotAStatement(WrongKind):
    """A bank's message of another kind: a notice of one payment, an order."""

    code = "FILE_IS_NOT_A_STATEMENT"
    message = gettext_noop("This is a message of the kind %(message)s, not an account statement.")
    advice = gettext_noop("Ask your bank for the account statement, camt.053, and upload that.")


class BookkeepingExport(WrongKind):
    """Alipay's bookkeeping book: what a person wrote down, not what was paid."""

    code = "FILE_IS_BOOKKEEPING_EXPORT"
    message = gettext_noop("This is an export of the Alipay bookkeeping book, not of the bill.")
    advice = gettext_noop(
        "In Alipay, open Bills, then the menu, then choose to issue a transaction statement for "
        "your own records; upload the CSV file inside the mail."
    )


class MerchantBill(WrongKind):
    """What a merchant's account sold, not what a person spent."""

    code = "FILE_IS_MERCHANT_BILL"
    message = gettext_noop("This is the bill of a merchant account.")
    advice = gettext_noop("Export the bill of your personal wallet and upload that.")
