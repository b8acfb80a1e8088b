"""Who sees how much: the one table that drives the tests of QuerySets, pages, API, mails and files.

`ROWS` holds (kind of document, visibility, viewer, level); `make_scene` makes a document and that viewer.
"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import Brokership, Membership, User
from catalog.codes import Disclosure
from catalog.models import Need, Offer
from matchmaking.codes import MatchState
from tests.factories import make_cluster, make_match, make_need, make_offer, make_organisation, make_user

NONE, TEASER, FULL = Disclosure

#                        public  anonymous  network
TABLE = {
    "visitor":           (FULL,  TEASER,    NONE),
    "stranger":          (FULL,  TEASER,    NONE),
    "foreign broker":    (FULL,  TEASER,    NONE),
    "applicant":         (FULL,  TEASER,    NONE),
    "suggested side":    (FULL,  TEASER,    NONE),
    "linked broker":     (FULL,  TEASER,    TEASER),
    "asked side":        (FULL,  TEASER,    TEASER),
    "declined side":     (FULL,  TEASER,    TEASER),
    "introduced side":   (FULL,  FULL,      FULL),
    "former author":     (FULL,  TEASER,    NONE),
    "member":            (FULL,  FULL,      FULL),
    "own broker":        (FULL,  FULL,      FULL),
    "staff":             (FULL,  FULL,      FULL),
}  # fmt: skip
# Brokers of a cluster to which the match was routed, though its organisation is no member there.
ASKING_BROKER = {"offer": (FULL, TEASER, TEASER), "need": (FULL, FULL, FULL)}

VISIBILITIES = ("public", "anonymous", "network")
KINDS = ("need", "offer")
ROWS = [
    (kind, visibility, viewer, level)
    for kind in KINDS
    for viewer, levels in {**TABLE, "asking broker": ASKING_BROKER[kind]}.items()
    for visibility, level in zip(VISIBILITIES, levels, strict=True)
]

STATES = {
    "suggested side": MatchState.PROPOSED,
    "asked side": MatchState.ACCEPTED,
    "declined side": MatchState.DECLINED,
    "introduced side": MatchState.INTRODUCED,
}


def make_scene(kind: str, visibility: str, viewer: str) -> tuple[Need | Offer, User | AnonymousUser]:
    """A published document of this visibility, and the person of that name in the table."""
    own_broker, author, member = make_user(), make_user(), make_user()
    cluster = make_cluster(brokers=(own_broker,))
    organisation = make_organisation(people=(member,), clusters=(cluster,))
    make = make_need if kind == "need" else make_offer
    document = make(visibility=visibility, organisation=organisation, author=author)
    people = {"visitor": AnonymousUser(), "member": member, "former author": author, "own broker": own_broker}
    return document, people[viewer] if viewer in people else _outsider(viewer, kind, document, cluster)


def _outsider(viewer, kind, document, cluster):
    user = make_user(is_staff=viewer == "staff")
    if viewer == "foreign broker":
        make_cluster(brokers=(user,))
    elif viewer == "linked broker":
        make_cluster(brokers=(user,), linked=(cluster,))
    elif viewer == "applicant":  # asked to be let in, everywhere, and waits
        Membership.objects.create(user=user, organisation=document.organisation)
        Brokership.objects.create(user=user, cluster=cluster)
    elif viewer == "asking broker":
        _match(kind, document, state=MatchState.ACCEPTED, cluster=make_cluster(brokers=(user,)))
    elif viewer in STATES:
        _match(kind, document, state=STATES[viewer], people=(user,))
    return user


def _match(kind, document, people=(), **fields):
    other = make_offer if kind == "need" else make_need
    other_kind = "offer" if kind == "need" else "need"
    counterpart = other(organisation=make_organisation(people=people))
    make_match(**{kind: document, other_kind: counterpart}, **fields)
