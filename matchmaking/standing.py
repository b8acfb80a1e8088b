"""Where a need or an offer stands, as its editors read it: what is the case, who has it, what comes and when.

Only words, and the queries that count for them; states are changed elsewhere. A broker is named only where both sides
know each other: before, and to whoever is not concerned, a case is with the brokers of a cluster.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case as DatabaseCase
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation, User
from catalog.codes import ENDS, State, Visibility
from catalog.models import ClientText, Document, Need, Offer, Rewording

from .codes import RUNNING_STATES, UNDECIDED_STATES, MatchState, Side
from .follow_ups import next_question
from .models import Ask, Case, Introduction, Match, Run, Scouting
from .models.ask import rest_after_reminder
from .progress import Status

YOU, A_BROKER = gettext_lazy("you"), gettext_lazy("a broker")
# Of a document that is not open: words, what comes, who has it.
AT_REST: dict[str, tuple] = {
    State.DRAFT: (
        gettext_lazy("Draft, seen by nobody else"),
        gettext_lazy("Publish it, then we look for matches."),
        YOU,
    ),
    State.SUBMITTED: (
        gettext_lazy("With a broker"),
        gettext_lazy("A broker publishes it or asks you a question."),
        A_BROKER,
    ),
    State.QUESTIONED: (
        gettext_lazy("A broker has a question"),
        gettext_lazy("Answer it in the text, then publish."),
        YOU,
    ),
    State.PAUSED: (gettext_lazy("Paused, not matched"), gettext_lazy("Publish it again whenever you like."), YOU),
    State.MET_HERE: (gettext_lazy("Closed: met here"), "", ""),
    State.MET_ELSEWHERE: (gettext_lazy("Closed: met elsewhere"), "", ""),
    State.WITHDRAWN: (gettext_lazy("Closed: withdrawn"), "", ""),
    State.UNMET: (gettext_lazy("Closed: unmet"), "", ""),
    State.EXPIRED: (gettext_lazy("Expired"), gettext_lazy("Publish it again if it still holds."), YOU),
    State.PUBLISHED: (gettext_lazy("Expired"), gettext_lazy("Publish it again if it still holds."), YOU),
    State.ARCHIVED: (gettext_lazy("Archived"), "", ""),
}


# What is counted for the words


def with_progress(needs: QuerySet[Need], user: User) -> QuerySet[Need]:
    """Each need with everything of `_cases_of`, and `suggested`, `suggested_at` (the oldest), `was_matched`, and
    `scouted`: a broker is to look around for it, or does."""
    shown = Q(offer__visibility__in=(Visibility.PUBLIC, Visibility.ANONYMOUS))
    known = Match.objects.filter(state__in=(*UNDECIDED_STATES, MatchState.ACCEPTED, *RUNNING_STATES))
    undecided = known.filter(shown, state__in=UNDECIDED_STATES)
    scouting = Scouting.objects.live().filter(need=OuterRef("pk"))
    return needs.annotate(
        suggested=_counted(undecided, "need"),
        suggested_at=_first(undecided.filter(need=OuterRef("pk")).order_by("created_at"), "created_at"),
        was_matched=Exists(Run.objects.filter(need=OuterRef("pk"))),
        scouted=Exists(scouting),
        scouts=_first(scouting, "cluster__organisation__name"),
        **_cases_of("need", Side.NEED, known, user),
    )


def with_demand(offers: QuerySet[Offer], user: User) -> QuerySet[Offer]:
    """Each offer with everything of `_cases_of`; its side learns of a match once a broker accepted it."""
    known = Match.objects.filter(state__in=(MatchState.ACCEPTED, *RUNNING_STATES))
    return offers.annotate(**_cases_of("offer", Side.OFFER, known, user))


def _cases_of(field: str, side: Side, known: QuerySet[Match], user: User) -> dict[str, object]:
    """Counts: `wanted` (answers of this side), `asking`, `introduced` (cases that run), `agreed`. Moments: since when
    this side's first answer and the others' last one is waited for, the first talk, the latest introduction. Whether
    the person acts for it (`is_own`), a client has to be asked about the draft (`asks_client`) or was
    (`awaits_client`), and `hands`: {cluster, broker} that have the case which is furthest on. Whether a broker's
    change waits for the author (`reworded`)."""
    open_asks = Ask.objects.waiting().annotate(since=Coalesce("reminded_at", "remind_at"))
    of_this, about = Q(**{f"match__{field}": OuterRef("pk")}), Q(**{field: OuterRef("pk")})
    mine, theirs = open_asks.filter(of_this, side=side), open_asks.filter(of_this, answer="").exclude(side=side)
    introductions = Introduction.objects.filter(of_this, match__state__in=RUNNING_STATES)
    return {
        "reworded": Exists(Rewording.objects.waiting().filter(about, text_hash=OuterRef("text_hash"))),
        "awaits_client": Exists(ClientText.objects.waiting().filter(about)),
        "asks_client": Exists(Organisation.objects.to_be_asked_by(user).filter(pk=OuterRef("organisation"))),
        "is_own": Exists(Organisation.objects.of(user).filter(pk=OuterRef("organisation"))),
        "wanted": _counted(open_asks.filter(side=side), f"match__{field}"),
        "asking": _counted(Match.objects.filter(state=MatchState.ACCEPTED).of_open_texts(), field),
        "introduced": _counted(Match.objects.filter(state__in=RUNNING_STATES), field),
        "agreed": _counted(Match.objects.filter(state=MatchState.AGREEMENT), field),
        "waits_since": _first(mine.order_by("since"), "since"),
        "asked_since": _first(theirs.order_by("-since"), "since"),
        "talk_at": _first(introductions.filter(meeting_at__gte=timezone.now()).order_by("meeting_at"), "meeting_at"),
        "introduced_at": _first(introductions.order_by("-introduced_at"), "introduced_at"),
        "hands": _hands(known.filter(about)),
    }


def _hands(matches: QuerySet[Match]) -> Subquery:
    """Who takes care of the one that is furthest on."""
    is_introduced, is_accepted = Q(state__in=RUNNING_STATES), Q(state=MatchState.ACCEPTED)
    furthest = DatabaseCase(When(is_introduced, then=0), When(is_accepted, then=1), default=2)
    brokers = Case.objects.in_hands().filter(match=OuterRef("pk"))
    names = JSONObject(cluster="cluster__organisation__name", broker=_first(brokers, "owner__name"))
    return Subquery(matches.order_by(furthest, "-pk").values(names=names)[:1])


def _first(rows: QuerySet, name: str) -> Subquery:
    return Subquery(rows.values(name)[:1])


def _counted(rows: QuerySet, field: str) -> Coalesce:
    """How many of `rows` point to the outer row; a subquery each, so that counts do not multiply."""
    counted = rows.filter(**{field: OuterRef("pk")}).order_by().values(field).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


# In words


def need_status(need: Need) -> Status:
    """Of a need that came through `with_progress`."""
    if not need.is_open:
        return _at_rest(need)
    return _ending(need, _case_status(need) or _search_status(need))


def offer_status(offer: Offer) -> Status:
    """Of an offer that came through `with_demand`."""
    if not offer.is_open:
        return _at_rest(offer)
    return _ending(offer, _case_status(offer) or _offered_status(offer))


def _case_status(document: Document) -> Status | None:
    """What its matches want first, once a broker has accepted one."""
    if document.wanted:
        return _wanted_status(document)
    if document.reworded:
        then = _("Compare both texts and say yes or no.")
        return Status(_("A broker proposes a change of this text"), then, "warn", _editors(document))
    if document.introduced:
        words = ngettext("%(n)d introduction", "%(n)d introductions", document.introduced) % {
            "n": document.introduced
        }
        then = _("Write to each other; the broker is in copy.")
        return Status(words, then, "good", _brokers(document), _next_talk(document))
    if document.asking:
        return _asking_status(document)
    if document.agreed:
        then = _("If nothing more is looked for, close it and say how it ended.")
        return Status(_("Agreement reached"), then, "good", _editors(document))
    return None


def _wanted_status(document: Document) -> Status:
    then, until = _("Say yes, later or no. It takes a minute."), _("By %(day)s; after that we take it as no answer.")
    when = until % {"day": _last_day(document.waits_since)} if document.waits_since else ""
    if document.is_own:
        words = ngettext("%(n)d answer wanted from you", "%(n)d answers wanted from you", document.wanted)
        return Status(words % {"n": document.wanted}, then, "warn", str(YOU), when)
    words = ngettext("%(n)d answer wanted", "%(n)d answers wanted", document.wanted) % {"n": document.wanted}
    theirs = _("Somebody who acts for the organisation says yes, later or no.")
    return Status(words, theirs, "warn", _editors(document), when)


def _asking_status(document: Document) -> Status:
    until = _("They have until %(day)s to answer.")
    when = until % {"day": _last_day(document.asked_since)} if document.asked_since else ""
    then = _("We tell you as soon as it has answered.")
    return Status(_("The other side is being asked"), then, "busy", _("the other side"), when)


def _last_day(waiting_since: datetime) -> str:
    return _day(waiting_since + rest_after_reminder())


def _next_talk(document: Document) -> str:
    if document.talk_at:
        return _("A first talk is proposed for %(moment)s.") % {"moment": _moment(document.talk_at)}
    asked_at = document.introduced_at and next_question(document.introduced_at)
    return _("On %(day)s we ask you how it went.") % {"day": _day(asked_at)} if asked_at else ""


def _search_status(need: Need) -> Status:
    if need.suggested:
        words = ngettext("%(n)d suggestion", "%(n)d suggestions", need.suggested) % {"n": need.suggested}
        when = _("Waiting for the broker since %(day)s.") % {"day": _day(need.suggested_at)}
        then = _("A broker reviews them and asks both sides where it fits.")
        return Status(words, then, "busy", _brokers(need), when)
    again = _("We look again whenever an offer arrives, and write to you.")
    if need.scouted:
        then = _("A broker looks around for you. We look again whenever an offer arrives, and write to you.")
        return Status(_("Nothing fits yet"), then, who=_brokers_of(need.scouts))
    if need.was_matched:
        return Status(_("Nothing fits yet"), again)
    return Status(_("Looking for matches"), _("First suggestions appear here in a minute or two."), "busy")


def _offered_status(offer: Offer) -> Status:
    if offer.organisation.is_resting:
        day = date_format(offer.organisation.no_introductions_until)
        when = _("From %(day)s on it is proposed again.") % {"day": day}
        return Status(_("Published, resting"), _("Your organisation takes no new introductions."), when=when)
    return Status(_("Published"), _("We compare it with every need and ask you when one fits."), "good")


def _at_rest(document: Document) -> Status:
    if document.state == State.DRAFT and document.awaits_client:
        then = _("It is published when the client says yes in our mail.")
        return Status(_("Waits for the client"), then, "busy", str(document.organisation))
    words, then, who = AT_REST[State(document.state)]
    if document.state == State.DRAFT and document.asks_client and not document.published_at:
        then = _("Ask the client: with a yes it is published.")
    is_editors = who is YOU and document.state != State.DRAFT  # a draft is with whoever sees it
    turn = _editors(document) if is_editors else str(who)
    return Status(str(words), str(then), who=turn, when=_ended(document))


def _ended(document: Document) -> str:
    if document.state in ENDS and document.closed_at:
        return _("Closed on %(day)s.") % {"day": _day(document.closed_at)}
    if document.state in (State.PUBLISHED, State.EXPIRED) and document.valid_until:
        return _("It was valid until %(day)s.") % {"day": date_format(document.valid_until)}
    return ""


def _ending(document: Document, status: Status) -> Status:
    """The same, with the end of its term where that is near."""
    last_days = timezone.localdate() + timedelta(days=settings.EXPIRY_NOTICE_DAYS)
    if document.valid_until is None or document.valid_until > last_days:
        return status
    end = _("It ends on %(day)s unless it is kept.") % {"day": date_format(document.valid_until)}
    return status._replace(when=f"{status.when} {end}".strip())


# Who has it


def _editors(document: Document) -> str:
    return str(YOU) if document.is_own else str(document.organisation)


def _brokers(document: Document) -> str:
    """The broker by name once there is a case, else the cluster whose brokers decide."""
    hands = document.hands or {}
    if broker := hands.get("broker"):
        return f"{broker}, {hands['cluster']}" if hands["cluster"] else broker
    return _brokers_of(hands.get("cluster"))


def _brokers_of(cluster: str | None) -> str:
    return _("the brokers of %(cluster)s") % {"cluster": cluster} if cluster else str(A_BROKER)


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment))


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
