"""What a broker's clusters did in a period, as charts with their numbers, and the same numbers as CSV."""

import csv
from collections.abc import Iterable, Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.table_writing import plain

from ..charts import Cell, Chart, filled_first
from ..overview_charts import OverviewFilter, charts_of
from .rankers import check_broker


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    form = OverviewFilter(request.GET, user=request.user)
    context = {"filter": form, "charts": filled_first(charts_of(form.scope())), "section": "overview"}
    return render(request, "matchmaking/overview.html", context)


@login_required
@require_safe
def overview_csv(request: HttpRequest) -> HttpResponse:
    """One number a line, with what it counts, so that a spreadsheet can pivot it."""
    check_broker(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="overview.csv"'
    response.write("\ufeff")  # by which spreadsheets know the encoding
    writer = csv.writer(response)
    writer.writerow((_("Figure"), _("Row"), _("Column"), _("Number")))
    writer.writerows(_lines(charts_of(OverviewFilter(request.GET, user=request.user).scope())))
    return response


def _lines(charts: Iterable[Chart]) -> Iterator[list[Cell]]:
    for chart in charts:
        for name, *numbers in chart.rows:
            for column, number in zip(chart.head[1:], numbers, strict=True):
                yield [plain(chart.title), plain(str(name)), plain(column), number]
