"""One page of a long list."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


def page_of(request: HttpRequest, rows: QuerySet) -> Page:
    """The page named in the address; nonsense there means the first, too much the last."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
