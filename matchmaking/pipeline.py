"""The engine: from a need to proposals, and what of it is kept. Read it from top to bottom.

    match_need ─▶ find: retrieve ─▶ rank ─▶ cut ─▶ diversify ─▶ explain ─▶ save

Which needs are due says `due.py`. Hard conditions are part of the query for offers (`offers_for`), so that no place
among the candidates is lost to an offer that must not be proposed. Candidates are found and compared in
`candidates.py`, scores come from `ranking.py`, probabilities from `calibration.py`, variety from `diversity.py`, what
speaks for a proposal from `explaining.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cluster, Organisation
from catalog.encoding import encoder, identity
from catalog.language import detect
from catalog.measuring import one_space
from catalog.models import Need, Offer, OfferReading
from catalog.models.document import DocumentQuerySet
from catalog.placing import query_from, query_of
from catalog.tokens import Query

from . import calibration, explaining, ranking, scouting
from .candidates import Found, retrieve
from .codes import MatchState, Reason
from .diversity import Facts, almost_same, varied
from .explaining import Proposal, explain
from .exposure import proposals_of
from .glossary import Saying, sayings_in
from .glossary_search import brought_by, with_glossary
from .models import Match, RankerVersion, Run
from .ranking import Ranked
from .recalibration import recalibrated
from .wishes import side_of_need, sides_of

ENGINE_VERSION = f"{ranking.VERSION}.{calibration.VERSION}.{explaining.VERSION}"
# No broker has decided on these, not even the first of two clusters.
UNDECIDED = Q(state__in=(MatchState.PROPOSED, MatchState.WITHDRAWN), second_cluster=None)
RANKED = 100  # candidates whose wishes are looked at: further down they would change nothing that is proposed
LOOKED_AT = 5  # times as many as are proposed: further down nobody takes the place of a duplicate
LONGEST_TRIAL = 20_000  # characters read of a text that is only tried out
MATCH_FIELDS = (
    "state",
    "run",
    "cluster",
    "rank",
    "score",
    "components",
    "reasons",
    "bridge",
    "similar",
    "probability",
)


class NotEmbedded(ValueError):
    """The need has no vector of the present encoder; `catalog.embedding.embed_stale_documents` makes it."""


def match_need(need: Need, nearest: Sequence[int] = ()) -> Run:
    """Find what fits the need now and keep it; `nearest` as `rematch.nearest_offers` found. Raises NotEmbedded."""
    run = begun(need)
    if need.embedded_from != f"{identity().fingerprint}:{need.text_hash}":
        raise NotEmbedded(f"{need.reference} has no vector of the present encoder: run `manage.py encode`.")
    with one_space():
        query, cluster = replace(query_of(need), nearest=tuple(nearest)), cluster_of(need)
        sayings = sayings_in(need, query, cluster)
        candidates, kept = find(need, query, offers_within(cluster, need), settings.PROPOSALS, sayings)
        return save(run, explain(need, kept, sayings), candidates, cluster)


def begun(need: Need) -> Run:
    """A run from now on, not kept yet: what comes in or is activated later has not been looked at."""
    return Run(need=need, fingerprint=f"{need.embedded_from}/{engine_version()}", created_at=timezone.now())


@one_space()
def propose(text: str, top: int, language: str | None = None, ecosystems: Sequence[str] = ()) -> list[Proposal]:
    """What fits a text that nobody has stored, best first. The language is detected unless it is given."""
    text = text[:LONGEST_TRIAL]
    language = language or detect(text, settings.LANGUAGE_CODE)
    need = Need(description=text, language=language, ecosystems=list(ecosystems))
    query = query_from(encoder().read_query([need.text])[0], need.language)
    sayings = sayings_in(need, query, None)
    _candidates, kept = find(need, query, offers_for(need), top, sayings)
    return explain(need, kept, sayings)


def find(
    need: Need, query: Query, offers: DocumentQuerySet, top: int, sayings: Sequence[Saying] = ()
) -> tuple[int, list[Ranked]]:
    """How many candidates there were, and the best of them that are good enough."""
    found = look(need, query, offers, sayings)
    return len(found.candidates), diversify(need, found, good_enough(need, found), top)


def look(
    need: Need, query: Query, offers: DocumentQuerySet, sayings: Sequence[Saying] = (), further: Collection[int] = ()
) -> Found:
    """Everything that is looked at, with what brokers taught and `further` ones."""
    found = retrieve(need, query, offers, settings.CANDIDATES, {*brought_by(sayings, offers), *further})
    return with_glossary(found, sayings)


# Which offers may be proposed at all


def offers_for(need: Need) -> DocumentQuerySet:
    """Open offers of others who take introductions, within reach of the need's cluster, on which nobody has decided
    for this need."""
    return offers_within(cluster_of(need) if need.organisation_id else None, need)  # nobody's text reaches no network


def offers_within(cluster: Cluster | None, need: Need) -> DocumentQuerySet:
    """The same where the need's cluster is known already."""
    decided = Match.objects.filter(need=need.pk).exclude(UNDECIDED)
    offers = Offer.objects.open().comparable(identity().fingerprint).within_reach_of(cluster)
    accepting = offers.exclude(organisation__in=Organisation.objects.resting().values("pk"))
    return accepting.exclude(organisation=need.organisation_id).exclude(pk__in=decided.values("offer"))


def cluster_of(need: Need) -> Cluster | None:
    """Whose brokers take care of the need: those its author chose, those of its organisation, or the default."""
    if need.cluster_id:
        return need.cluster
    return Cluster.objects.taking_care_of(need.organisation)


# Rank, cut


def good_enough(need: Need, found: Found) -> list[Ranked]:
    """Those that are probable enough, best first; sometimes nobody, and that is an answer."""
    return rank(need, found, least=settings.LEAST_PROBABILITY)


def rank(need: Need, found: Found, further: Collection[int] = (), *, least: float = 0.0) -> list[Ranked]:
    """By score, moved by the wishes of both sides, best first; the wishes of `further` ones count in any place. Those
    less probable than `least` are left out first: no wish changes a probability, and most candidates are."""
    used = current_ranker()
    scores = ranking.score(found.candidates, found.places, trust=found.trust)
    judged = calibration.judged(found.candidates, scores, found.elsewhere)
    said = recalibrated(judged, used.calibration)
    kept = {one.pk: one for one in found.candidates if said[one.pk] >= least}
    moved = ranking.with_learnt(found.candidates, scores, used.learnt)
    first = Offer.objects.filter(pk__in=kept.keys() & {*ranking.best(moved, RANKED), *further})
    ranked = ranking.rank(kept.values(), scores, side_of_need(need), sides_of(first), used.learnt)
    return [_with_probability(one, said[one.pk], judged[one.pk]) for one in ranked]


def _with_probability(one: Ranked, said: float, judged: Mapping[str, float]) -> Ranked:
    """Reviews are held against what was said without them, so that and its signals are kept among the components."""
    return replace(one, probability=said, components=one.components | judged)


class InUse(NamedTuple):
    """The learnt version in use: what it adds to the weights, and how it moves probabilities; 0 where none is."""

    pk: int = 0
    learnt: dict[str, float] = {}
    calibration: dict[str, Any] = {}


def current_ranker() -> InUse:
    return InUse(*RankerVersion.objects.active().values_list("pk", "learnt", "calibration").first() or ())


def engine_version() -> str:
    """Of everything besides the texts that a score depends on."""
    return f"{ENGINE_VERSION}.{RankerVersion.objects.active().values_list('pk', flat=True).first() or 0}"


# Diversify


def diversify(need: Need, found: Found, ranked: Sequence[Ranked], top: int) -> list[Ranked]:
    """The first of them, without near-duplicates, of one another and of what was decided on, and with few of one
    provider."""
    first = {one.pk: one for one in ranked[: top * LOOKED_AT]}
    rows = Offer.objects.filter(pk__in=first).values_list("pk", "organisation", "held_terms__term_ids")
    places = dict(zip((candidate.pk for candidate in found.candidates), found.places, strict=True))
    seen = proposals_of((row[1] for row in rows), apart_from=need) if settings.EXPOSURE_PULL else {}
    facts = {
        pk: Facts(provider, places[pk], frozenset(terms or ()), seen.get(provider, 0)) for pk, provider, terms in rows
    }
    decided = _decided(need)
    is_fresh = {pk: not any(almost_same(own, other) for other in decided) for pk, own in facts.items()}
    scores = {pk: one.score for pk, one in first.items() if is_fresh.get(pk)}
    chosen = varied(scores, facts, top, limit=settings.OFFERS_A_PROVIDER, pull=settings.EXPOSURE_PULL)
    return [replace(first[one.pk], similar=tuple(one.similar)) for one in chosen]


def _decided(need: Need) -> list[Facts]:
    """Offers that somebody decided on for this need; but one that was declined as closed may come again."""
    matches = Match.objects.filter(need=need.pk).exclude(UNDECIDED)
    matches = matches.exclude(reviews__reason=Reason.EXPIRED).exclude(asks__reason=Reason.EXPIRED)
    rows = OfferReading.objects.filter(document__matches__in=matches).exclude(place=b"")
    found = rows.values_list("document__organisation", "place", "document__held_terms__term_ids")
    return [Facts(provider, np.frombuffer(place, "<f4"), frozenset(terms or ())) for provider, place, terms in found]


# Save


def save(run: Run, proposals: Sequence[Proposal], candidates: int, cluster: Cluster | None) -> Run:
    """Keep a run and what it proposes to the cluster's brokers: new matches are added, those still proposed get their
    new score, those that no longer qualify are withdrawn, and what somebody has decided on, suggested or wants stays
    as it is. Where nothing fits, the brokers get the task of looking around."""
    run.candidates, run.proposed = candidates, len(proposals)
    with transaction.atomic():
        Need.objects.select_for_update(no_key=True).only("pk").get(pk=run.need_id)  # two runs of a need take turns
        run.save()
        _save_matches(run, cluster, proposals)
        scouting.follow(run.need, cluster)
    return run


def _save_matches(run: Run, cluster: Cluster | None, proposals: Sequence[Proposal]) -> None:
    undecided = Match.objects.filter(UNDECIDED, need=run.need).select_for_update()
    known = {match.offer_id: match for match in undecided}
    matches = [_filled(known.get(p.offer.pk), run, cluster, rank, p) for rank, p in enumerate(proposals, start=1)]
    Match.objects.bulk_create([match for match in matches if not match.pk], ignore_conflicts=True)
    # Their rows are locked, so each is there: no new one is made, and one statement changes them all.
    changed = [match for match in matches if match.pk]
    Match.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=MATCH_FIELDS)
    found = {match.offer_id for match in matches}
    gone = [one.pk for pk, one in known.items() if pk not in found and _is_only_proposed_by_a_run(one)]
    if gone:
        Match.objects.filter(pk__in=gone).update(state=MatchState.WITHDRAWN)


def _is_only_proposed_by_a_run(match: Match) -> bool:
    """No broker has suggested it, and the side of the need has not said that it wants it."""
    return match.state == MatchState.PROPOSED and match.suggested_at is None and match.wanted_at is None


def _filled(match: Match | None, run: Run, cluster: Cluster | None, rank: int, proposal: Proposal) -> Match:
    match = filled(match or Match(need=run.need, offer=proposal.offer), cluster, proposal)
    match.run, match.rank = run, rank
    return match


def filled(match: Match, cluster: Cluster | None, proposal: Proposal) -> Match:
    """Proposed to the brokers of the cluster, with everything that speaks for it."""
    match.state, match.cluster, match.score = MatchState.PROPOSED, cluster, proposal.score
    match.components, match.reasons, match.bridge = proposal.components, proposal.reasons, proposal.bridge
    match.similar, match.probability = proposal.similar, proposal.probability
    return match
