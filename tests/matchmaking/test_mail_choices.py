"""Choosing from a mail without signing in: GET changes nothing, POST acts, used and old links say so kindly."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog.codes import State
from matchmaking.consent import left_groups, silence
from matchmaking.expiry import announce_expiry, next_end
from matchmaking.links import document_url, settings_url, unsubscribe_url
from matchmaking.models import Mail, MailGroup, OptOut, SilencedAddress
from tests.factories import make_case, make_cluster, make_need, make_offer, make_organisation, make_user
from tests.matchmaking.mail_reading import link_to, read

pytestmark = pytest.mark.django_db


def path_of(url):
    return "/" + url.split("/", 3)[3]


def need_ending_soon():
    person = make_user()
    organisation = make_organisation(people=(person,))
    return make_need(organisation=organisation, valid_until=timezone.localdate() + timedelta(days=5)), person


def test_a_text_is_kept_with_one_button_from_the_mail(client):
    need, person = need_ending_soon()
    announce_expiry()
    path = link_to(read(Mail.objects.get(recipient=person)), "/answer/document/")
    assert client.get(path).status_code == 200
    need.refresh_from_db()
    assert need.valid_until == timezone.localdate() + timedelta(days=5)
    assert client.post(path).status_code == 200
    need.refresh_from_db()
    assert need.valid_until == next_end()
    assert client.get(path).status_code == 410


def test_a_text_is_closed_with_one_of_the_four_ends(client):
    need, person = need_ending_soon()
    path = path_of(document_url(need, person, "close"))
    assert "Solved, with a partner found here" in client.get(path).text
    assert client.post(path).status_code == 422
    assert client.post(path, {"end": "published"}).status_code == 422
    assert client.post(path, {"end": State.MET_HERE}).status_code == 200
    need.refresh_from_db()
    assert need.state == State.MET_HERE
    assert client.get(path).status_code == 410


def test_a_text_that_just_expired_can_still_be_kept(client):
    need, person = need_ending_soon()
    path = path_of(document_url(need, person, "extend"))
    type(need).objects.update(state=State.EXPIRED)
    assert client.post(path).status_code == 200
    need.refresh_from_db()
    assert need.is_open


@pytest.mark.parametrize("cause", ["left", "inactive", "deleted text", "deleted person"])
def test_a_link_to_a_text_serves_nobody_who_has_no_say(client, cause):
    offer_of = make_case()
    offer, person = offer_of.match.offer, offer_of.provider
    path = path_of(document_url(offer, person, "extend"))
    if cause == "left":
        person.memberships.all().delete()
    elif cause == "inactive":
        type(person).objects.filter(pk=person.pk).update(is_active=False)
    elif cause == "deleted text":
        offer.delete()
    else:
        person.delete()
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410


def test_old_and_broken_links_say_so(client, settings):
    need, person = need_ending_soon()
    for url in (document_url(need, person, "extend"), settings_url(person)):
        path = path_of(url)
        settings.ANSWER_LINK_DAYS = 45
        assert client.get(path[:-4] + "xyz/").status_code == 404
        settings.ANSWER_LINK_DAYS = -1
        assert client.get(path).status_code == 410


def test_buttons_of_links_need_their_cookie_but_for_leaving():
    need, person = need_ending_soon()
    strict = Client(enforce_csrf_checks=True)
    for url in (document_url(need, person, "extend"), settings_url(person)):
        assert strict.post(path_of(url)).status_code == 403
    assert strict.post(path_of(unsubscribe_url(person, ["questions"]))).status_code == 200
    assert left_groups(person) == {"questions"}


def test_frequency_and_kinds_are_chosen_by_a_signed_link(client):
    person = make_user()
    path = path_of(settings_url(person))
    assert 'value="weekly"' in client.get(path).text
    assert not OptOut.objects.exists()
    form = {"frequency": "monthly", "groups": ["questions", "joining"]}
    assert "Saved" in client.post(path, form).text
    person.refresh_from_db()
    assert person.digest_frequency == "monthly"
    assert left_groups(person) == {"expiry", "searches", "introduced"}  # of cases only brokers are asked
    others = [group for group in MailGroup.values if group not in ("digest", "cases")]
    client.post(path, {"frequency": "never", "groups": others})
    person.refresh_from_db()
    assert left_groups(person) == {"digest"}
    assert client.post(path, {"frequency": "hourly"}).status_code == 422


def test_only_brokers_choose_whether_mails_of_cases_come_and_for_others_it_stays_as_it_was(client):
    person, broker = make_user(), make_user()
    make_cluster(brokers=(broker,))
    for reader, is_shown in ((person, False), (broker, True)):
        client.force_login(reader)
        assert ('value="cases"' in client.get("/mail/").text) is is_shown
        client.post("/mail/", {"frequency": "daily", "groups": ["expiry"]})
        assert ("cases" in left_groups(reader)) is is_shown
    client.force_login(person)
    client.post(path_of(unsubscribe_url(person, ["cases"])))
    client.post("/mail/", {"frequency": "daily", "groups": ["expiry"]})
    assert "cases" in left_groups(person)


def test_each_kind_is_left_by_itself(client):
    person = make_user()
    for group in MailGroup.values:
        path = path_of(unsubscribe_url(person, [group]))
        assert client.get(path).status_code == 200
        assert group not in left_groups(person)
        client.post(path)
        person.refresh_from_db()
        assert group in left_groups(person)
        assert "no more mail of this kind" in client.get(path).text
    assert left_groups(person) == set(MailGroup.values)


def test_signed_in_mail_settings_hold_and_a_silent_address_speaks_again(client):
    person = make_user()
    silence(person.email, "bounce")
    client.force_login(person)
    assert "Mail to this address came back" in client.get("/mail/").text
    client.post("/mail/", {"again": "1"})
    assert not SilencedAddress.objects.exists()
    client.post("/mail/", {"frequency": "daily", "groups": ["expiry"]})
    person.refresh_from_db()
    assert person.digest_frequency == "daily"
    assert left_groups(person) == {"questions", "searches", "joining", "introduced"}


def test_the_page_of_settings_asks_for_a_sign_in_without_a_link(client):
    assert client.get("/mail/").status_code == 302


def test_a_link_to_extend_an_offer_does_not_touch_a_need_of_the_same_number(client):
    case = make_case()
    offer = make_offer(organisation=case.match.offer.organisation)
    path = path_of(document_url(offer, case.provider, "extend"))
    client.post(path)
    offer.refresh_from_db()
    case.match.need.refresh_from_db()
    assert offer.valid_until == next_end()
    assert case.match.need.valid_until is None
