"""A client that a public generator makes from the description of the API works against a running server."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command

from catalog.models import Need
from matchmaking.models import Ask
from matchmaking.reviewing import accept
from tests.factories import make_case, make_match, make_offer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
GENERATOR = Path(sys.executable).with_name("openapi-python-client")
TEXT = "We throw away a third of the dough every evening and never know how much to bake."


@pytest.fixture
def generated(tmp_path, monkeypatch):
    """The generated package; nothing in the description was left out of it."""
    schema, config = tmp_path / "schema.yml", tmp_path / "config.yml"
    call_command("spectacular", file=str(schema))
    config.write_text("post_hooks: []\n")
    arguments = ["--path", schema, "--output-path", tmp_path / "made_client", "--meta", "none", "--config", config]
    done = subprocess.run(  # noqa: S603 - the program is of our own requirements, the arguments are ours
        [GENERATOR, "generate", *arguments], capture_output=True, text=True, check=True
    )
    assert "Unable" not in done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    return lambda name: importlib.import_module(f"made_client.{name}")


def test_it_creates_a_need_reads_its_matches_and_answers_one(generated, live_server):
    case = make_case()
    EmailAddress.objects.create(user=case.seeker, email=case.seeker.email, verified=True, primary=True)
    client, models = generated("client"), generated("models")
    visitor = client.Client(base_url=live_server.url)
    wanted = models.WantedRequest(
        email=case.seeker.email, password="correct horse", scope=models.ScopeEnum.WRITE, name="A generated client"
    )
    with visitor:
        token = generated("api.tokens.tokens_create").sync(client=visitor, body=wanted).token
    with client.AuthenticatedClient(base_url=live_server.url, token=token, prefix="Token") as known:
        made = generated("api.needs.needs_create").sync(client=known, body=models.NeedRequest(description=TEXT))
        published = generated("api.needs.needs_publish_create").sync(made.id, client=known)
        assert (published.description, published.state) == (TEXT, "published")

        match = make_match(need=Need.objects.get(pk=made.id), offer=make_offer(), cluster=case.cluster, score=1.0)
        assert accept(match, by=case.broker)
        page = generated("api.matches.matches_list").sync(client=known, need=made.id)
        assert [(one.id, one.may_answer) for one in page.results] == [(match.pk, True)]

        yes = models.AnswerRequest(answer=models.AnswerEnum.YES)
        answered = generated("api.matches.matches_answer_create").sync(match.pk, client=known, body=yes)
        assert answered.id == match.pk
        assert Ask.objects.get(match=match, side="need").answer == "yes"

        refused = generated("api.matches.matches_answer_create").sync(match.pk, client=known, body=yes)
        assert (refused.status, refused.code) == (409, "conflict")
