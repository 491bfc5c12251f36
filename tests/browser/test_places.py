"""What `make screenshots` holds to have a picture: every page of platform and vault, found by its address."""

import pytest

from tests.browser.pictures.places import place, places

PLATFORM, VAULT = "http://localhost:8000", "http://localhost:8001"
RECORD = "0x" + "a1" * 32


@pytest.mark.parametrize(
    ("address", "shows"),
    [
        (f"{PLATFORM}/", "platform "),
        (f"{PLATFORM}/patient/records/{RECORD}/", "platform patient/records/<hash:record_id>/"),
        (f"{PLATFORM}/operator/registry/node/", "platform operator/registry/node/"),
        (f"{VAULT}/#/share?to={RECORD}", "vault share"),
        (f"{VAULT}/#/appointment/{RECORD}", "vault appointment/:event"),
        (f"{VAULT}/frame.html#/patient/quiet-heron", "frame patient/:slug"),
        (f"{VAULT}/link.html", "vault link.html"),
    ],
)
def test_an_address_leads_to_a_page_that_needs_a_picture(address: str, shows: str) -> None:
    assert place(address, PLATFORM) == shows
    assert shows in places()


def test_what_is_no_page_needs_no_picture() -> None:
    assert place(f"{VAULT}/#/nowhere", PLATFORM) is None
    assert place(f"{PLATFORM}/api/v1/meta", PLATFORM) not in places()
    assert {"error 404", "error 500", "frame charts", "vault remove"} <= places()
