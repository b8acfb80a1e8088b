"""One page of a long list."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


class Counted(Paginator):
    """Of rows that somebody has counted already."""

    count = 0

    def __init__(self, rows: QuerySet, count: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.count = count


def page_of(request: HttpRequest, rows: QuerySet, count: int | None = None, *, wide: bool = False) -> Page:
    """The page named in the address; nonsense there means the first, too much the last. Which of `wide` rows it shows
    is asked first, by their keys alone: sorting thousands of them whole takes the database many times as long."""
    pages = Paginator(rows, PAGE_SIZE) if count is None else Counted(rows, count)
    page = pages.get_page(request.GET.get("page"))
    if wide:
        page.object_list = rows.filter(pk__in=list(page.object_list.values_list("pk", flat=True)))
    return page
