"""What brokers teach about words, and what follows for the next matches. With the real encoder."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from catalog.embedding import embed_stale_documents
from catalog.models import CorpusStatistic, Need, Offer
from matchmaking import glossary
from matchmaking.due import due_needs
from matchmaking.models import GlossaryEntry, Match, Run
from matchmaking.pipeline import match_need
from tests.factories import make_case, make_cluster, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

RINSE = {
    "title": "Trouble with rinse water",
    "description": "We make cheese. Our rinse water smells and the authority complains. We have little room.",
}
EXPERT = {
    "title": "High-rate reactors for industry",
    "description": "Anaerobic treatment with COD reduction above 95 %. Granules settle in tall steel towers.",
}
OTHERS = [
    ("Rinsing machines for bottles", "Our machines rinse bottles and jars. They need little water and little room."),
    ("Advice on permits", "We answer what the authority complains about. Our lawyers know every form."),
    ("Cheese vats", "Vats for dairies in every size. They are cleaned in place and need little water."),
    ("Odour sensors", "Our sensors tell when the air smells. They report to a phone."),
    ("Forecasts for bakeries", "Our software tells how many rolls a branch will sell. Waste falls by a third."),
    ("Laser cutting", "We cut steel sheets to measure. Small series within two days."),
]
JOINED = ("rinse water smells and the authority complains", "anaerobic treatment, COD reduction")


@pytest.fixture(autouse=True)
def everything_is_proposed(settings):
    settings.LEAST_PROBABILITY = 0.0


def embed_all() -> None:
    while embed_stale_documents():
        pass


def rank_of(offer: Offer, need: Need) -> int:
    embed_all()
    need.refresh_from_db()
    match_need(need)
    return Match.objects.get(need=need, offer=offer).rank


def catalogue() -> Offer:
    for title, description in OTHERS:
        make_offer(title=title, description=description)
    return make_offer(**EXPERT)


def case_of(cluster, **fields):
    """A match of another need in the cluster, on which its broker may teach."""
    case = make_case(need=fields)
    Match.objects.filter(pk=case.match.pk).update(cluster=cluster)
    case.match.refresh_from_db()
    return case


def taught():
    """A broker with a cluster, a need of a member, the offer in experts' words, and a match to teach on."""
    broker = make_user()
    cluster = make_cluster(brokers=(broker,))
    need = make_need(**RINSE, organisation=make_organisation(clusters=(cluster,)))
    return broker, need, catalogue(), case_of(cluster).match


def test_what_a_broker_joins_raises_the_rank_of_the_offer_and_is_shown_first():
    broker, need, expert, match = taught()
    before = rank_of(expert, need)
    glossary.join(match, *JOINED, by=broker)
    after = rank_of(expert, need)
    assert after < before
    assert after <= 3
    found = Match.objects.get(need=need, offer=expert)
    assert found.components["glossary"] > 0.5
    first = found.bridge[0]
    assert (first["need"], first["offer"]) == (
        "Our rinse water smells and the authority complains.",
        "Anaerobic treatment with COD reduction above 95 %.",
    )
    assert first["entry"] == GlossaryEntry.objects.get().pk


def test_a_joined_wording_is_heard_in_another_language():
    broker, need, expert, match = taught()
    Need.objects.filter(pk=need.pk).update(
        language="de",
        language_is_detected=False,
        title="Ärger mit dem Spülwasser",
        description="Wir machen Käse. Unser Spülwasser stinkt und die Behörde beschwert sich. Wir haben wenig Platz.",
    )
    need.refresh_from_db()
    before = rank_of(expert, need)
    glossary.join(match, *JOINED, by=broker)
    assert rank_of(expert, need) < before
    assert Match.objects.get(need=need, offer=expert).bridge[0]["need"].startswith("Unser Spülwasser stinkt")


def test_a_need_that_says_something_else_does_not_hear_it():
    broker, need, expert, match = taught()
    Need.objects.filter(pk=need.pk).update(
        title="Dough", description="Every evening we throw away a third of the rolls."
    )
    need.refresh_from_db()
    before = rank_of(expert, need)
    glossary.join(match, *JOINED, by=broker)
    assert rank_of(expert, need) == before
    assert Match.objects.get(need=need, offer=expert).components["glossary"] == 0.0


def test_another_clusters_glossary_is_not_heard_but_that_of_the_installation_is():
    _broker, need, expert, _match = taught()
    elsewhere = make_user()
    entry = glossary.join(case_of(make_cluster(brokers=(elsewhere,))).match, *JOINED, by=elsewhere)
    rank_of(expert, need)
    assert Match.objects.get(need=need, offer=expert).components["glossary"] == 0.0
    GlossaryEntry.objects.filter(pk=entry.pk).update(cluster=None)
    rank_of(expert, need)
    assert Match.objects.get(need=need, offer=expert).components["glossary"] > 0.0


def test_what_is_joined_makes_the_needs_of_the_cluster_due_again_and_so_does_taking_it_back():
    broker, need, expert, match = taught()
    rank_of(expert, need)
    assert need not in due_needs()
    entry = glossary.join(match, *JOINED, by=broker)
    assert need in due_needs()
    Run.objects.filter(need=need).update(created_at=timezone.now())
    assert need not in due_needs()
    assert glossary.take_back(entry, by=broker)
    assert need in due_needs()
    rank_of(expert, need)
    assert "entry" not in Match.objects.get(need=need, offer=expert).bridge[0]
    assert not glossary.take_back(entry, by=broker)


def test_the_glossary_of_another_cluster_makes_no_need_due():
    _broker, need, expert, _match = taught()
    rank_of(expert, need)
    elsewhere = make_user()
    entry = glossary.join(case_of(make_cluster(brokers=(elsewhere,))).match, *JOINED, by=elsewhere)
    Run.objects.filter(need=need).update(created_at=entry.changed_at - timedelta(seconds=1))
    Need.objects.update(updated_at=entry.changed_at - timedelta(minutes=1))
    CorpusStatistic.objects.update(counted_at=entry.changed_at - timedelta(minutes=1))  # not due for another reason
    assert need not in due_needs()


def test_a_pair_marked_wrong_is_gone_and_does_not_come_back():
    broker, need, expert, _match = taught()
    rank_of(expert, need)
    found = Match.objects.get(need=need, offer=expert)
    wrong = found.bridge[0]
    glossary.part(found, glossary.key_of(wrong), by=broker)
    found.refresh_from_db()
    assert wrong not in found.bridge
    assert need in due_needs()
    rank_of(expert, need)
    found.refresh_from_db()
    assert (wrong["need"], wrong["offer"]) not in [(pair["need"], pair["offer"]) for pair in found.bridge]


def test_a_joined_pair_is_shown_at_once_and_marking_it_wrong_takes_the_entry_back():
    broker, _need, _expert, match = taught()
    entry = glossary.join(match, " rinse  water smells ", "COD reduction", by=broker)
    match.refresh_from_db()
    assert (match.bridge[0]["need"], match.bridge[0]["entry"]) == ("rinse water smells", entry.pk)
    glossary.part(match, glossary.key_of(match.bridge[0]), by=broker)
    match.refresh_from_db()
    assert match.bridge == []
    assert not GlossaryEntry.objects.standing().exists()


def test_a_pair_that_another_cluster_taught_is_wrong_here_and_stays_right_there():
    broker, need, expert, match = taught()
    entry = glossary.join(match, *JOINED, by=broker)
    GlossaryEntry.objects.filter(pk=entry.pk).update(cluster=None)  # known to the whole installation
    rank_of(expert, need)
    found = Match.objects.get(need=need, offer=expert)
    wrong = found.bridge[0]
    assert wrong["entry"] == entry.pk
    glossary.part(found, glossary.key_of(wrong), by=broker)
    assert GlossaryEntry.objects.joining().filter(pk=entry.pk).exists()
    rank_of(expert, need)
    found.refresh_from_db()
    assert (wrong["need"], wrong["offer"]) not in [(pair["need"], pair["offer"]) for pair in found.bridge]


def test_a_pair_whose_entry_is_taken_back_is_gone_from_where_it_was_taught():
    broker, _need, _expert, match = taught()
    glossary.join(match, *JOINED, by=broker)
    entry = glossary.join(match, "rinse water smells", "COD reduction", by=broker)
    match.refresh_from_db()
    glossary.take_back(entry, by=broker)
    match.refresh_from_db()
    assert [pair["need"] for pair in match.bridge] == [JOINED[0]]


def test_only_a_broker_of_the_match_teaches_and_words_must_say_something():
    broker, _need, _expert, match = taught()
    for stranger in (make_user(), make_case().broker):
        with pytest.raises(PermissionDenied):
            glossary.join(match, *JOINED, by=stranger)
        with pytest.raises(PermissionDenied):
            glossary.part(match, "", by=stranger)
    with pytest.raises(ValidationError):
        glossary.join(match, "…", "COD reduction", by=broker)
    with pytest.raises(ValidationError):
        glossary.part(match, "none such", by=broker)
    entry = glossary.join(match, *JOINED, by=broker)
    with pytest.raises(PermissionDenied):
        glossary.take_back(entry, by=make_case().broker)


def test_wordings_are_read_once(monkeypatch):
    broker, need, expert, match = taught()
    glossary.join(match, *JOINED, by=broker)
    rank_of(expert, need)
    monkeypatch.setattr(glossary, "encoder", pytest.fail)
    rank_of(expert, need)
