from collections.abc import Iterator

import pytest

from tests.conformance.contracts.bindings_contract import BindingsContract
from tests.conformance.contracts.chains import AnvilChain, anvil_binary


class TestOnAnvil(BindingsContract):
    @pytest.fixture(scope="class")
    @classmethod
    def chain(cls) -> Iterator[AnvilChain]:
        binary = anvil_binary()
        if binary is None:
            pytest.skip("anvil is not installed: run npm ci in contracts/")
        chain = AnvilChain(binary)
        yield chain
        chain.close()
