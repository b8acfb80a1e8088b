"""Handing a case over to a broker or a cluster: who may receive it, who sees it then, and who is told."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from matchmaking import cases, erasure
from matchmaking.consent import leave
from matchmaking.handover import hand_over, receiving_brokers, receiving_clusters
from matchmaking.models import Case, CaseEvent, Mail, MailGroup, MailKind
from tests.factories import APPROVED, make_cluster, make_user
from tests.matchmaking.mail_reading import html_of, read, text_of
from tests.matchmaking.test_cases import current, introduced

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_invalid_variable(settings):
    settings.TEMPLATES = [
        template | {"OPTIONS": template["OPTIONS"] | {"string_if_invalid": "INVALID(%s)"}}
        for template in settings.TEMPLATES
    ]


@pytest.fixture
def scene():
    """An introduced case with a colleague in its cluster and a linked cluster with a broker."""
    found = introduced(offer={"visibility": "anonymous", "description": "Only for who may read it."})
    found.colleague, found.neighbour = make_user(name="Carlo"), make_user(name="Nina")
    found.cluster.brokerships.create(user=found.colleague, state=APPROVED)
    found.near = make_cluster(brokers=(found.neighbour,), linked=(found.cluster,))
    make_cluster(brokers=(make_user(),))
    return found


def told_of_it(person):
    return read(Mail.objects.get(kind=MailKind.HANDOVER, recipient=person))


def test_a_case_goes_to_colleagues_and_to_clusters_that_are_linked_or_take_care_of_a_side(scene):
    assert list(receiving_brokers(scene.case)) == [scene.colleague]
    assert list(receiving_clusters(scene.case, scene.broker)) == [scene.near]
    stranger = make_user()
    for receiver in (stranger, scene.broker, make_cluster(brokers=(stranger,))):
        with pytest.raises(ValidationError):
            hand_over(scene.case, receiver, by=scene.broker, seen=0)
    with pytest.raises(PermissionDenied):
        hand_over(scene.case, scene.near, by=scene.neighbour, seen=0)


def test_a_colleague_takes_over_and_everybody_concerned_but_the_giver_is_told(scene):
    cases.plan(scene.case, "Call both", None, by=scene.broker, seen=0)
    assert hand_over(current(scene), scene.colleague, by=scene.broker, seen=1, note="Speak slowly")
    assert current(scene).owner == scene.colleague
    people = Mail.objects.filter(kind=MailKind.HANDOVER).values_list("recipient", flat=True)
    assert set(people) == {scene.colleague.pk, scene.seeker.pk, scene.provider.pk}
    message = told_of_it(scene.colleague)
    for words in ("A case is in your hands now", "Speak slowly", "Call both", "Introduced to each other by mail"):
        assert words in text_of(message)
    assert "INVALID" not in html_of(message)


def test_a_side_reads_who_takes_care_now_and_nothing_that_brokers_write_to_each_other(scene):
    hand_over(scene.case, scene.colleague, by=scene.broker, seen=0, note="They are difficult")
    message = told_of_it(scene.seeker)
    assert scene.colleague.email in text_of(message)
    assert "Nothing else changes" in text_of(message)
    assert "difficult" not in html_of(message)
    assert "INVALID" not in html_of(message)


def test_another_cluster_gets_the_case_with_everything_that_was_known_of_it(client, scene):
    cases.note(scene.case, "Both speak French", by=scene.broker)
    assert hand_over(scene.case, scene.near, by=scene.colleague, seen=0, note="It is in your region")
    assert list(Case.objects.visible_to(scene.neighbour)) == [scene.case]
    assert not Case.objects.visible_to(scene.broker).exists()
    client.force_login(scene.neighbour)
    page = client.get(reverse("match-detail", args=[scene.match.pk])).text
    assert "Only for who may read it." in page
    assert "Both speak French" in page
    assert "Nobody takes care of it" in client.get(reverse("case-board")).text
    assert "It is in your region" in text_of(told_of_it(scene.neighbour))
    giver = told_of_it(scene.broker)
    assert "Somebody else takes care of your case" in text_of(giver)
    assert "INVALID" not in html_of(giver)


def test_nobody_hands_over_what_another_broker_changed_meanwhile(scene):
    cases.take(scene.case, by=scene.colleague, seen=0)
    assert not hand_over(scene.case, scene.near, by=scene.broker, seen=0)
    assert not Mail.objects.filter(kind=MailKind.HANDOVER).exists()
    assert current(scene).match.cluster == scene.cluster


def test_a_mail_is_dropped_when_the_case_went_on_or_its_reader_does_not_want_it(scene):
    hand_over(scene.case, scene.colleague, by=scene.broker, seen=0)
    leave(scene.seeker, [MailGroup.INTRODUCED])
    assert told_of_it(scene.seeker) is None
    assert told_of_it(scene.provider)
    cases.take(scene.case, by=scene.broker, seen=1)
    assert told_of_it(scene.provider) is None
    assert told_of_it(scene.colleague) is None


def test_a_broker_hands_over_on_the_page(client, scene):
    client.force_login(scene.broker)
    address = reverse("case-hand-over", args=[scene.case.pk])
    wrong = client.post(address, {"handover-seen": 0, "handover-to": ""})
    assert wrong.status_code == 422
    assert 'href="#id_handover-to"' in wrong.text
    form = {"handover-seen": 0, "handover-to": f"cluster {scene.near.pk}", "handover-note": "Yours"}
    assert client.post(address, form).url == reverse("case-board")
    assert current(scene).match.cluster == scene.near


def test_an_erased_person_is_unnamed_in_what_brokers_wrote(scene):
    other = make_user()
    scene.match.need.organisation.memberships.create(user=other, state=APPROVED)
    scene.seeker.name = "Marie Tremblay"
    scene.seeker.save()
    hand_over(scene.case, scene.colleague, by=scene.broker, seen=0, note="Call Marie Tremblay first")
    erasure.erase(scene.seeker)
    assert CaseEvent.objects.get(kind="handed").text == "Call … first"
