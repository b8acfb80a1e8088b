"""What the demo says happened before: some matches decided, asked about, introduced, and what became of them.

Written as rows of the past, without the mails that such a history would have caused. The pairs are true ones of the
demo, whose sentences `evidence.py` knows, or plainly wrong ones that a broker rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Cluster, Organisation, User
from catalog.codes import PartnershipType
from catalog.models import Document, Need, Offer

from ..codes import ASKED_STATES, INTRODUCED_STATES, Answer, MatchState, Progress, Reason, Side, Verdict
from ..introductions import draft
from ..models import Achievement, Ask, Case, CaseEvent, FollowUp, Introduction, Match, Review
from .evidence import HALVES, judged

S, R = MatchState, Reason


@dataclass(frozen=True)
class Past:
    """One match, proposed so many `days` ago, and where it stands; `step` is planned for so many days from now."""

    need: str
    offer: str
    days: int
    state: S
    reason: R | str = ""
    step: str = ""
    step_in: int = 7
    said: str = ""
    has_owner: bool = True

    @property
    def decided_after(self) -> timedelta:
        """After the proposal, then both sides are asked at once. It only has to differ from match to match."""
        return timedelta(days=min(1 + self.days % 9, self.days // 3))

    @property
    def answered_after(self) -> timedelta:
        """After that the first side answers, and the second after twice as long."""
        return timedelta(days=1 + self.days % 5)


HISTORY = [
    Past("A-N023", "A-O024", 215, S.AGREEMENT, said="The pilot runs in one of three fermentation cellars."),
    Past("B-N005", "B-O006", 120, S.AGREEMENT, said="Ordered; the refit is planned for the winter."),
    Past("A-N013", "A-O014", 95, S.AGREEMENT, said="A contract for a first electric furnace."),
    Past("A-N014", "A-O015", 70, S.NEGOTIATING, step="Ask both how the visit went", step_in=4),
    Past("A-N008", "A-O009", 62, S.NEGOTIATING, step="Send the model contract for pilot projects", step_in=-3),
    Past("B-N010", "B-O011", 45, S.IN_CONTACT, step="Call the installer after the test", step_in=9),
    Past("B-N014", "B-O015", 52, S.IN_CONTACT),
    Past("B-N018", "B-O020", 33, S.IN_CONTACT, step="Join their first call", step_in=2),
    Past("B-N009", "B-O010", 16, S.INTRODUCED, step="Ask whether they have spoken", step_in=5),
    Past("A-N006", "A-O007", 12, S.INTRODUCED, has_owner=False),
    Past("A-N017", "A-O018", 28, S.INTRODUCED, step="Find a date for a visit of the site", step_in=6),
    Past("A-N022", "A-O023", 80, S.NO_AGREEMENT, R.TOO_EXPENSIVE, said="Will ask again when there is a grant."),
    Past("B-N012", "B-O013", 110, S.NO_AGREEMENT, R.TOO_EARLY),
    Past("B-N006", "B-O007", 9, S.ACCEPTED),
    Past("B-N024", "B-O026", 6, S.ACCEPTED),
    Past("A-N016", "A-O017", 40, S.DECLINED, R.NO_CAPACITY),
    Past("B-N001", "B-O001", 24, S.DECLINED, R.TOO_EARLY),
    Past("A-N007", "A-O008", 50, S.DECLINED, R.BENEFIT_UNCLEAR),
    Past("A-N011", "A-O012", 48, S.LAPSED),
    Past("B-N023", "A-O015", 21, S.REJECTED, R.NOT_RELEVANT),
    Past("A-N015", "B-O006", 19, S.REJECTED, R.NOT_RELEVANT),
    Past("B-N022", "A-O014", 30, S.REJECTED, R.TOO_FAR),
    Past("B-N025", "A-O023", 35, S.REJECTED, R.TEXT_UNCLEAR),
]


@transaction.atomic
def load_history() -> int:
    """Write what is not there yet; how many matches. Needs and offers of the demo must be loaded."""
    needs, offers = _named(Need, {past.need for past in HISTORY}), _named(Offer, {past.offer for past in HISTORY})
    known = set(Match.objects.filter(need__in=needs.values()).values_list("need__external_id", "offer__external_id"))
    new = [past for past in HISTORY if (past.need, past.offer) not in known]
    marked = {(one.need, one.offer): one.marked for half in HALVES for one in judged(half)}
    for past in new:
        _write(past, needs[past.need], offers[past.offer], marked.get((past.need, past.offer)))
    return len(new)


def _named(model: type[Document], names: set[str]) -> dict[str, Any]:
    found = model.objects.filter(external_id__in=names).without_vectors().select_related("organisation")
    return {document.external_id: document for document in found}


def _write(past: Past, need: Need, offer: Offer, marked: Sequence[str] | None) -> None:
    cluster = Cluster.objects.taking_care_of(need.organisation)
    broker = User.objects.brokering(cluster).order_by("pk").first()
    proposed = timezone.now() - timedelta(days=past.days)
    decided = proposed + past.decided_after
    bridge = [{"need": marked[0], "offer": marked[1], "score": 1.0}] if marked else []
    match = Match.objects.create(
        need=need, offer=offer, cluster=cluster, state=past.state, created_at=proposed, decided_at=decided,
        score=1.0, probability=0.4 if marked else 0.05, bridge=bridge,
    )  # fmt: skip
    is_rejected = past.state == S.REJECTED
    verdict = Verdict.REJECT if is_rejected else Verdict.ACCEPT
    Review.objects.create(
        match=match, broker=broker, verdict=verdict, reason=past.reason if is_rejected else "", created_at=decided
    )
    if past.state in (*ASKED_STATES, *INTRODUCED_STATES):
        draft(match, broker=broker)
        _ask(past, match)
    if past.state in INTRODUCED_STATES:
        _introduce(past, match, broker)
        for provider in Organisation.objects.verifiable_by(broker).filter(pk=offer.organisation_id):
            provider.verify(by=broker)


def _ask(past: Past, match: Match) -> None:
    """Both sides of what was introduced said yes; else the need's side did, and the offer's as its state says."""
    second = {S.DECLINED: Answer.NO, S.ACCEPTED: "", S.LAPSED: ""}.get(past.state, Answer.YES)
    for side, answer, after in ((Side.NEED, Answer.YES, 1), (Side.OFFER, second, 2)):
        ask = Ask(match=match, side=side, asked_at=match.decided_at, answer=answer)
        ask.remind_at = match.decided_at + timedelta(days=7)
        if answer:
            ask.answered_at = match.decided_at + after * past.answered_after
            ask.answered_by = User.objects.acting_for(ask.document.organisation).order_by("pk").first()
        if answer == Answer.NO:
            ask.reason = past.reason
        if past.state == S.LAPSED and not answer:
            ask.reminded_at, ask.lapsed_at = ask.remind_at, match.decided_at + timedelta(days=21)
        ask.save()


def _introduce(past: Past, match: Match, broker: User | None) -> None:
    introduced = match.decided_at + 2 * past.answered_after
    Introduction.objects.filter(match=match).update(created_at=match.decided_at, introduced_at=introduced)
    owner = broker if past.has_owner else None
    path = _path(past.state)
    # Evenly between the introduction and now: the last of them is when the case was touched.
    moments = [introduced + (timezone.now() - introduced) * (n + 1) / (len(path) + 2) for n in range(len(path) + 1)]
    planned = {"next_step": past.step, "next_step_on": timezone.localdate() + timedelta(days=past.step_in)}
    case = Case.objects.create(
        match=match, owner=owner, opened_at=introduced, touched_at=moments[-1], version=len(path) + bool(past.step),
        reason=past.reason if past.state == S.NO_AGREEMENT else "", **(planned if past.step else {}),
    )  # fmt: skip
    if owner:
        CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.TAKEN, by=owner, at=introduced)
    for state, moment in zip(path, moments, strict=False):
        said = {"text": past.said, "reason": case.reason} if state == past.state else {}
        CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.MOVED, by=broker, state=state, at=moment, **said)
    if past.step:
        on = planned["next_step_on"]
        CaseEvent.objects.create(
            case=case, kind=CaseEvent.Kind.PLANNED, by=broker, text=past.step, on=on, at=moments[-1]
        )
    Match.objects.filter(pk=match.pk).update(decided_at=moments[-1])
    if past.state == S.AGREEMENT:
        _achieve(past, case)


def _path(state: S) -> list[S]:
    """The states after the introduction, up to the one that was reached."""
    way = [S.IN_CONTACT, S.NEGOTIATING, S.AGREEMENT]
    if state == S.NO_AGREEMENT:
        return [S.IN_CONTACT, S.NO_AGREEMENT]
    return way[: way.index(state) + 1] if state in way else []


def _achieve(past: Past, case: Case) -> None:
    """What the need's side told; of an old case in its answer after six months."""
    person = case.match.asks.get(side=Side.NEED).answered_by
    Achievement.objects.create(
        case=case, side=Side.NEED, kind=PartnershipType.SUPPLIER, jobs=2, savings=18_000, quote=past.said,
        told_by=person, told_at=case.touched_at,
    )  # fmt: skip
    if past.days > 190:
        for side in Side:
            person = case.match.asks.get(side=side).answered_by
            asked = case.opened_at + timedelta(days=183)
            FollowUp.objects.create(
                case=case, side=side, months=6, asked_at=asked, progress=Progress.TOGETHER,
                answered_at=asked + timedelta(days=2), answered_by=person,
            )  # fmt: skip
