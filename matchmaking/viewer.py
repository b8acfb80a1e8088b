"""One person looking at matches: in which role, and how much of the need and the offer."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Value
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from accounts.models import Organisation, User
from catalog.codes import Disclosure
from catalog.models.document import Document
from catalog.presenting import Shown

from .agreeing import agreement_of, read_agreements
from .codes import UNDECIDED_STATES, MatchState, Side
from .disclosure import needs_disclosed_to, offers_disclosed_to, offers_visible_to
from .evidence import MarkedSection, Pair, marked_sections, marked_title, pairs_of
from .history import History, history_of
from .models import Ask, Match, Review
from .models.question import ASKABLE_STATES
from .progress import Likelihood, Status, likelihood, match_status
from .reasons import ALIKE, disclosed
from .score_parts import Part, parts_of
from .shared_concepts import SharedConcepts
from .track_record import TrackRecord
from .weighing import Weight, weights_of


class Marked(NamedTuple):
    """One side's text with the evidence marked in it."""

    side: Side
    shown: Shown
    title: SafeString
    sections: list[MarkedSection]


class Seen:
    """One match as one person sees it. Everything a template shows of a match comes from here."""

    def __init__(self, match: Match, need: Shown, offer: Shown, role: "Role", beside: "Beside") -> None:
        self.pk, self.match, self.need, self.offer = match.pk, match, need, offer
        self.concepts, self._track_record = beside
        self.similar: list[Shown] = []  # offers that say almost the same, as far as this person may see them
        self.decides = match.pk in role.decides
        self.leads = match.pk in role.leads  # decides for the cluster that knows the need in full
        self.may_review = match.pk in role.reviews  # now: undecided, and nobody else's turn
        self.sides = role.sides_in(match)
        self.ask = role.asks.get(match.pk)

    @property
    def owes_answer(self) -> bool:
        """Whether an answer of this person's side is missing; "later" is an answer that may change."""
        return self.ask is not None and not self.ask.answer

    @property
    def may_ask(self) -> bool:
        """Whether the person's side may put a question to the other; none goes to another installation."""
        match = self.match
        asks = not match.origin and any(match.state in ASKABLE_STATES[side] for side in self.sides)
        return asks and match.need.is_open and match.offer.is_open

    @property
    def asks_provider(self) -> bool:
        return self.may_ask and Side.NEED in self.sides

    @property
    def may_dismiss(self) -> bool:
        """Whether the person may turn the suggestion down for the side of the need; whoever decides rejects it."""
        return self.is_undecided and Side.NEED in self.sides and not self.decides

    @property
    def is_wanted(self) -> bool:
        """Whether the side of the need said before a broker decided that it is interested; the other never learns."""
        return self.match.wanted_at is not None and (self.decides or Side.NEED in self.sides)

    @property
    def may_want(self) -> bool:
        return self.may_dismiss and not self.is_wanted

    @property
    def may_unwant(self) -> bool:
        return self.may_dismiss and self.is_wanted

    @property
    def is_dismissed(self) -> bool:
        return self.match.state == MatchState.DISMISSED

    @property
    def may_bring_back(self) -> bool:
        return self.is_dismissed and Side.NEED in self.sides and not self.match.origin

    @property
    def weights(self) -> list[Weight]:
        """Cost, benefit and risk of the offer, with the questions where it does not say."""
        return weights_of(self.offer)

    @property
    def status(self) -> Status:
        said_yes = self.is_wanted and self.ask is None and not self.decides
        return match_status(
            self.match, decides=self.decides, owes_answer=self.owes_answer, said_yes=said_yes, turn=self.may_review
        )

    @property
    def is_long_shot(self) -> bool:
        """Hardly probable, no broker has decided on it or suggested it, and it is not wanted: folded away below what
        fits."""
        unlikely = self.likelihood is not None and self.likelihood.level == 0
        return unlikely and self.is_undecided and self.match.suggested_at is None and not self.is_wanted

    @property
    def likelihood(self) -> Likelihood | None:
        return likelihood(self.match.probability)

    @property
    def record(self) -> str:
        """While nobody has decided, what brokers here made of matches as probable as this."""
        return self._track_record.told(self.likelihood.level) if self.likelihood and self.is_undecided else ""

    @property
    def origin(self) -> str:
        return self.match.origin

    @property
    def is_undecided(self) -> bool:
        return self.match.state in UNDECIDED_STATES

    @property
    def agreement(self) -> Review | None:
        """What a broker of the first cluster decided, for those of the second and for that broker's colleagues."""
        return agreement_of(self.match) if self.decides else None

    @cached_property
    def history(self) -> History:
        """All of it: what this person may know of it is told by `course` and `questions`."""
        return history_of(self.match)

    @cached_property
    def pairs(self) -> list[Pair]:
        return pairs_of(self.match, self.need, self.offer)

    @cached_property
    def bridge(self) -> list[Pair]:
        """The pairs with the concepts between them: some more queries for all matches seen together."""
        return pairs_of(self.match, self.need, self.offer, self.concepts)

    @property
    def texts(self) -> list[Marked]:
        """Both texts side by side, the need first."""
        return [self._marked(Side.NEED, self.need), self._marked(Side.OFFER, self.offer)]

    def _marked(self, side: Side, shown: Shown) -> Marked:
        return Marked(side, shown, marked_title(shown, side, self.pairs), marked_sections(shown, side, self.pairs))

    @property
    def components(self) -> dict[str, float]:
        """Of the score, for whoever decides: they tell what the other side wishes and what brokers have taught."""
        return self.match.components if self.decides else {}

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.components)

    @cached_property
    def reasons(self) -> list[dict]:
        """Each reason in words with its share of the strongest, 0 to 1, strongest first."""
        strongest = max((reason["weight"] for reason in self.match.reasons), default=0.0) or 1.0
        found = [(reason, disclosed(reason, self.need, self.offer)) for reason in self.match.reasons]
        return [
            {"code": reason["code"], "words": words, "share": reason["weight"] / strongest}
            for reason, words in found
            if words
        ]

    @property
    def in_short(self) -> str:
        """The strongest reason; beside two sentences the strongest that says more than that they are alike."""
        more = [reason for reason in self.reasons if not (self.pairs and reason["code"] in ALIKE)]
        return more[0]["words"] if more else ""

    def strip(self, words: str) -> str:
        """Words that may quote both texts, so they go through both disclosures."""
        return self.offer.strip(self.need.strip(words))


class Beside(NamedTuple):
    """What is read once for all matches that are seen together, when somebody asks for it."""

    concepts: SharedConcepts
    track_record: TrackRecord


class Role(NamedTuple):
    """What one person is to each of some matches."""

    needs: Mapping[int, int]  # how much may be seen of each, as a `Disclosure`
    offers: Mapping[int, int]
    own: frozenset[int]  # organisations the person acts for
    decides: frozenset[int]  # matches, alone or together with brokers of another cluster
    leads: frozenset[int]  # those of them that are of the person's own cluster
    reviews: frozenset[int]  # matches that wait for this person
    asks: dict[int, Ask]  # by match: the question this person's side may still answer

    def sides_in(self, match: Match) -> frozenset[Side]:
        of = {Side.NEED: match.need.organisation_id, Side.OFFER: match.offer.organisation_id}
        return frozenset(side for side, organisation in of.items() if organisation in self.own)


def seen_by(user: User, matches: Iterable[Match]) -> list[Seen]:
    """The matches of which the person may see both sides, in the order given; one query for all, and another each
    where the person is asked, where one has similar offers, and where brokers of two clusters decide.

    Whoever decides keeps a match of which one side was closed meanwhile, without that side's text.
    """
    rows = list(matches)
    role, beside = role_of(user, rows), Beside(SharedConcepts(rows), TrackRecord())
    sides = [(_shown(match.need, role.needs), _shown(match.offer, role.offers)) for match in rows]
    seen = [Seen(match, *shown, role, beside) for match, shown in zip(rows, sides, strict=True)]
    _name_similar(user, seen)
    read_agreements(one.match for one in seen if one.decides and one.is_undecided)
    return [one for one in seen if one.decides or not (one.need.is_none or one.offer.is_none)]


def _name_similar(user: User, seen: list[Seen]) -> None:
    pks = {pk for one in seen for pk in one.match.similar}
    offers = offers_visible_to(user).filter(pk__in=pks).without_vectors().select_related("organisation")
    found = {offer.pk: Shown(offer) for offer in offers} if pks else {}
    for one in seen:
        one.similar = [found[pk] for pk in one.match.similar if pk in found]


def _shown(document: Document, levels: Mapping[int, int]) -> Shown:
    return Shown(document, levels.get(document.pk, Disclosure.NONE))


def role_of(user: User, matches: list[Match]) -> Role:
    found = _standing(user, matches)
    asks = Ask.objects.filter(pk__in=found["ask"]) if found["ask"] else ()
    return Role(
        needs=found["need"],
        offers=found["offer"],
        own=frozenset(found["own"]),
        decides=frozenset(found["decides"]),
        leads=frozenset(found["leads"]),
        reviews=frozenset(found["reviews"]),
        asks={ask.match_id: ask for ask in asks},
    )


def _standing(user: User, matches: list[Match]) -> dict[str, dict[int, int]]:
    """What the person may see, decide and answer: by what it is, {primary key: level}. One query for all of it."""
    pks = [match.pk for match in matches]
    parts = {
        "need": needs_disclosed_to(user).filter(pk__in=[match.need_id for match in matches]),
        "offer": offers_disclosed_to(user).filter(pk__in=[match.offer_id for match in matches]),
        "own": Organisation.objects.of(user),
        "decides": Match.objects.decided_by(user).filter(pk__in=pks),
        "leads": Match.objects.led_by(user).filter(pk__in=pks),
        "reviews": Match.objects.reviewable_by(user).filter(pk__in=pks),
        "ask": Ask.objects.answerable_by(user).waiting().filter(match__in=pks),
    }
    levels = {"need": "disclosure", "offer": "disclosure"}
    first, *others = (rows.values_list(Value(name), "pk", levels.get(name, Value(0))) for name, rows in parts.items())
    found: dict[str, dict[int, int]] = {name: {} for name in parts}
    for name, pk, level in first.union(*others, all=True):
        found[name][pk] = level
    return found
