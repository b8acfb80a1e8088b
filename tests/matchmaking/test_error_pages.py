"""What people see when something goes wrong can be looked at on a development machine, and only there."""

import pytest

from matchmaking.views.error_pages import ERRORS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "status"), ERRORS.items())
def test_each_page_of_an_error_is_shown_with_its_status_where_debug_is_on(client, settings, name, status):
    settings.DEBUG = True
    answer = client.get(f"/dev/errors/{name}/")
    assert answer.status_code == status
    assert "Go to the start page" in answer.content.decode()


@pytest.mark.parametrize("address", ["/search/?text=a%00b", "/en%00/", "/introductions/%00/confirm/"])
def test_an_address_with_a_character_that_no_table_keeps_is_a_bad_request(client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    assert "Go to the start page" in answer.content.decode()


@pytest.mark.parametrize(("debug", "name"), [(False, "500"), (True, "418")])
def test_otherwise_there_is_no_such_page(client, settings, debug, name):
    settings.DEBUG = debug
    assert client.get(f"/dev/errors/{name}/").status_code == 404
