"""A saved search as an Atom feed: at an address that nobody can guess, for as long as its owner wants it there.

Whoever knows the address reads what the owner may see now. Nobody signs in for it: feed readers cannot.
"""

import secrets

from django.utils.feedgenerator import Atom1Feed

from catalog.models import Document
from catalog.presenting import Shown
from catalog.table_writing import UNWRITABLE

from .events import excerpt
from .links import absolute
from .models import SavedSearch
from .saved_searches import page_url, search_of
from .searching import find

EXCERPT = 400  # characters of a hit


def open_feed(saved: SavedSearch) -> None:
    """Give the search an address; a new one takes the place of the old."""
    SavedSearch.objects.filter(pk=saved.pk).update(feed_key=secrets.token_urlsafe(32))


def close_feed(saved: SavedSearch) -> None:
    """The address shows nothing any more."""
    SavedSearch.objects.filter(pk=saved.pk).update(feed_key=None)


def atom(saved: SavedSearch, address: str) -> str:
    """What answers the search now, the newest first."""
    search = search_of(saved)
    feed = Atom1Feed(
        title=_writable(saved.name),
        link=page_url(search),
        description=None,
        feed_url=address,
        language=saved.owner.language,
    )
    hits = find(saved.owner, search).documents
    for document in sorted(hits, key=_published_at, reverse=True):
        _add(feed, document)
    return feed.writeString("utf-8")


def _writable(text: str) -> str:
    return UNWRITABLE.sub("", text)


def _published_at(document: Document) -> object:
    return document.published_at or document.created_at


def _add(feed: Atom1Feed, document: Document) -> None:
    shown = Shown(document)
    url = absolute(document.get_absolute_url())
    feed.add_item(
        title=_writable(shown.title),
        link=url,
        unique_id=url,
        description=_writable(excerpt(shown, EXCERPT)),
        author_name=_writable(shown.organisation),
        pubdate=_published_at(document),
        updateddate=document.updated_at,
    )
