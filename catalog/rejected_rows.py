"""The rows of a file that could not be imported, as a table: their line and the reasons in front, to be mended
in a spreadsheet and imported once more."""

from .importing import LINE, REASONS, ImportPlan
from .table_writing import csv_pieces


def rejected_csv(plan: ImportPlan) -> bytes:
    columns = list(dict.fromkeys(column for row, _problems in plan.rejected for column in row))
    rows = (
        {**row, LINE: problems[0].line, REASONS: " · ".join(f"{one.field}: {one.reason}" for one in problems)}
        for row, problems in plan.rejected
    )
    return b"".join(csv_pieces([LINE, REASONS, *(name for name in columns if name not in (LINE, REASONS))], rows))
