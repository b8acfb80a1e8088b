"""How evenly the providers of a broker's clusters are proposed: a page, and the same as CSV."""

import csv

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.table_writing import plain

from ..diversity import gini
from ..exposure import Exposure, by_size, exposures_for
from .rankers import check_broker


@login_required
@require_safe
def exposure(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    rows = exposures_for(request.user)
    context = {
        "rows": rows,
        "sizes": by_size(rows),
        "most": max((row.proposed for row in rows), default=0) or 1,
        "never": sum(row.proposed == 0 for row in rows),
        "gini": gini([row.proposed for row in rows]),
        "section": "exposure",
    }
    return render(request, "matchmaking/exposure.html", context)


@login_required
@require_safe
def exposure_csv(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="exposure.csv"'
    response.write("\ufeff")  # by which spreadsheets know the encoding
    writer = csv.writer(response)
    head = (_("Provider"), _("Size"), _("Open offers"), _("Proposed"), _("Accepted"), _("Introduced"))
    writer.writerow(head)
    writer.writerows(_cells(row) for row in exposures_for(request.user))
    return response


def _cells(row: Exposure) -> list[str | int]:
    return [plain(row.name), row.size, row.offers, row.proposed, row.accepted, row.introduced]
