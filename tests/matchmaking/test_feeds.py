"""What leaves the site for other pages and readers: Atom feeds of saved searches, and the widget."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.html import escape

from accounts.models import Organisation
from matchmaking.feeds import open_feed
from matchmaking.models import SavedSearch
from tests.factories import make_cluster, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def saved():
    return SavedSearch.objects.create(owner=make_user(), name="Ovens & more", kind="offer", filters={"country": "DE"})


def feed_url(saved):
    return f"/feeds/{SavedSearch.objects.get(pk=saved.pk).feed_key}.atom"


def test_a_feed_tells_what_answers_the_search_as_far_as_its_owner_may_see_it(saved, client):
    make_offer(title="Heat <pump>", organisation=make_organisation(name="Stoker Ltd"), visibility="anonymous")
    make_offer(title="Elsewhere", organisation=make_organisation(country="FR"))
    make_offer(title="Inside", visibility="network")
    open_feed(saved)
    answer = client.get(feed_url(saved))
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - we made it
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert feed.findtext(f"{ATOM}title") == "Ovens & more"
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Heat <pump>"]
    assert b"Stoker" not in answer.content
    assert not answer.cookies


def test_a_feed_goes_on_where_a_text_has_a_character_that_no_feed_holds(saved, client):
    make_offer(title="Heat\x0b pump", description="Quiet.\x02")
    open_feed(saved)
    assert b"Heat pump" in client.get(feed_url(saved)).content


def test_a_feed_has_an_address_only_while_its_owner_wants_it(saved, client):
    stranger = make_user()
    client.force_login(stranger)
    assert client.post(f"/searches/{saved.pk}/feed/").status_code == 404
    client.force_login(saved.owner)
    client.post(f"/searches/{saved.pk}/feed/")
    url = feed_url(saved)
    assert url in client.get("/searches/").content.decode()
    assert client.get(url).status_code == 200
    client.post(f"/searches/{saved.pk}/feed/", {"end": "1"})
    assert client.get(url).status_code == 404
    assert client.get(feed_url(saved)).status_code == 404
    open_feed(saved)
    assert feed_url(saved) != url
    SavedSearch.objects.filter(pk=saved.pk).end()
    assert client.get(feed_url(saved)).status_code == 404


def test_the_widget_shows_what_everybody_may_see_of_one_cluster_even_to_a_member(client):
    member = make_user()
    cluster = make_cluster()
    organisation = make_organisation(people=(member,), clusters=(cluster,), name="Baker Ltd")
    make_need(title="Seen by all", organisation=organisation)
    make_need(title="A teaser", organisation=organisation, visibility="anonymous")
    make_need(title="Kept inside", organisation=organisation, visibility="network")
    make_need(title="Of nobody's cluster")
    client.force_login(member)
    page = client.get(f"/widget/?kind=need&cluster={cluster.slug}&language=de").content.decode()
    assert "Seen by all" in page
    assert "A teaser" in page
    assert "Kept inside" not in page
    assert "nobody" not in page
    assert 'lang="de"' in page
    assert "Offene Gesuche" in page


def test_only_the_widget_may_stand_in_the_frame_of_another_site_and_it_sets_no_cookie(client):
    answer = client.get("/widget/?kind=offer&accent=0a5a5c")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert "/widget/0a5a5c.css" in answer.content.decode()
    assert "#0a5a5c" in client.get("/widget/0a5a5c.css").content.decode()
    for other in ("/", "/search/"):
        assert "frame-ancestors 'none'" in client.get(other)["Content-Security-Policy"]
        assert client.get(other)["X-Frame-Options"] == "DENY"
    for nonsense in ("kind=people", "kind=need&accent=red;}", "kind=need&cluster=none", "kind=need&language=xx"):
        assert client.get(f"/widget/?{nonsense}").status_code == 404


def test_the_widget_is_small(client):
    for number in range(12):
        make_need(title=f"Need {number} " + 200 * "x", description=4000 * "y")
    page = len(client.get("/widget/?kind=need").content)
    files = [Path(finders.find(f"matchmaking/widget.{end}")).stat().st_size for end in ("js", "css")]
    assert page + sum(files) < 15_000


def test_a_broker_copies_the_lines_for_the_own_site(client):
    broker = make_user()
    cluster = make_cluster(brokers=(broker,))
    client.force_login(make_user())
    assert client.get("/widget/code/").status_code == 404
    client.force_login(broker)
    page = client.get(f"/widget/code/?kind=offer&cluster={cluster.slug}&accent=0a5a5c").content.decode()
    assert f"&lt;iframe src=&quot;{settings.SITE_URL}/widget/?kind=offer" in page
    assert f"data-cluster=&quot;{cluster.slug}&quot;" in page
    assert client.get("/widget/code/?kind=offer&accent=red").status_code == 422


def test_over_the_api_a_broker_gets_the_very_lines_of_the_page(client):
    broker = make_user()
    cluster = make_cluster(brokers=(broker,))
    client.force_login(broker)
    (told,) = client.get("/api/v1/clusters/").json()["results"]
    assert (told["id"], told["slug"], told["name"]) == (cluster.pk, cluster.slug, str(cluster))
    for wanted in ("", f"?kind=offer&cluster={told['slug']}&accent=0a5a5c&language=de&country=PT"):
        lines = client.get(f"/api/v1/widget-code/{wanted}").json()
        page = client.get(f"/widget/code/{wanted}").content.decode()
        assert escape(lines["frame"]) in page
        assert escape(lines["script"]) in page
        assert client.get(lines["preview"].removeprefix(settings.SITE_URL)).status_code == 200
    for nonsense, field in (("accent=red", "accent"), ("cluster=none", "cluster"), ("kind=people", "kind")):
        answer = client.get(f"/api/v1/widget-code/?{nonsense}")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    client.force_login(make_user())
    assert client.get("/api/v1/widget-code/").status_code == 403


def test_a_cluster_that_stands_for_another_installation_is_not_told(client):
    cluster = make_cluster()
    Organisation.objects.filter(pk=cluster.organisation_id).update(origin="Nordwerk")
    assert client.get("/api/v1/clusters/").json()["results"] == []
    assert client.get(f"/api/v1/clusters/{cluster.pk}/").status_code == 404
