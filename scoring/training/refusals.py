"""Why a table teaches nothing, and what to do about it."""

from common.errors import Refused
from common.texts import gettext_noop


class TableUnreadable(Refused):
    """The file is no table of text with columns."""

    code = "TABLE_UNREADABLE"
    message = gettext_noop("This file cannot be read as a table.")
    advice = gettext_noop(
        "Give a text file with one line of column names, in UTF-8 or GBK, its columns divided by "
        "commas, semicolons, tabs, bars or spaces."
    )
    status = 400


class RowTooLong(Refused):
    """A row has more fields than there are columns: nobody knows which belongs where."""

    code = "ROW_TOO_LONG"
    message = gettext_noop(
        "%(rows)s rows have more fields than there are column names, the first in line %(line)s."
    )
    advice = gettext_noop("Put quotes around fields in which the separator stands, or add a name.")
    status = 400


class ColumnRepeated(Refused):
    """Two columns have the same name."""

    code = "COLUMN_REPEATED"
    message = gettext_noop("The column name %(column)s stands more than once.")
    advice = gettext_noop("Give every column a name of its own.")
    status = 400


class ColumnMissing(Refused):
    """A named column is not in the table."""

    code = "COLUMN_MISSING"
    message = gettext_noop("The table has no column %(column)s.")
    advice = gettext_noop("The columns are: %(columns)s.")
    status = 400


class TargetUnclear(Refused):
    """It cannot be seen which rows are bad."""

    code = "TARGET_UNCLEAR"
    message = gettext_noop("The column %(column)s does not say which rows are bad: %(values)s.")
    advice = gettext_noop("Name the value that means bad with --bad.")
    status = 400


class OneClassOnly(Refused):
    """All rows ended alike, or too few ended otherwise to be shared out."""

    code = "ONE_CLASS_ONLY"
    message = gettext_noop("There are %(bads)s bad and %(goods)s good rows: too few to learn from.")
    advice = gettext_noop("Give at least %(least)s of each, or fewer splits with --cv.")
    status = 400


class NoSecondOutcome(OneClassOnly):
    """Every row ended alike."""

    code = "NO_SECOND_OUTCOME"
    message = gettext_noop("All rows ended alike: there are %(bads)s bad and %(goods)s good ones.")
    advice = gettext_noop(
        "A model needs both. Look whether the value that means bad is the right one: --bad."
    )


class NothingToLearnFrom(Refused):
    """No column differs between rows."""

    code = "NOTHING_TO_LEARN_FROM"
    message = gettext_noop("No column is left that differs between the rows.")
    advice = gettext_noop("Give columns that were known before the outcome, and drop fewer.")
    status = 400


class NoLoansMatured(NothingToLearnFrom):
    """No outcome has matured for anybody whose records may be read."""

    code = "NO_LOANS_MATURED"
    message = gettext_noop("No loan has matured until %(until)s whose records may be read.")
    advice = gettext_noop(
        "Wait until loans have had time to be repaid or not, or give a later day with"
        " --labels-until. A table of other loans is learned from with fit_scorecard."
    )


class ColumnLeaks(Refused):
    """A column tells the outcome: it was written down after it, or is the outcome itself."""

    code = "COLUMN_LEAKS"
    message = gettext_noop("These columns alone tell the outcome: %(columns)s.")
    advice = gettext_noop(
        "They were most likely written down after it. Leave them out with --drop %(columns)s."
    )
    status = 400


class FileNotWritable(Refused):
    """The place for the result cannot be written to."""

    code = "FILE_NOT_WRITABLE"
    message = gettext_noop("%(path)s cannot be written.")
    advice = gettext_noop("Name a file in a folder that exists and that you may write to.")
    status = 400
