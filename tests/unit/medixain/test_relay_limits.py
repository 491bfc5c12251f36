"""The relay asks its signer for nothing that the signer refuses: such a row would hold up all behind it."""

from django.conf import settings

from keymgmt.signer.service import MAX_GAS
from medixain.demo.founding import RELAY_QUOTA


def test_the_relays_gas_is_what_its_signer_signs_for_and_a_block_takes() -> None:
    assert settings.RELAY_MAX_GAS <= MAX_GAS
    assert settings.RELAY_MAX_GAS <= RELAY_QUOTA
