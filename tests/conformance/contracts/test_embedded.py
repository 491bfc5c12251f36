from collections.abc import Iterator

import pytest

from tests.conformance.contracts.bindings_contract import BindingsContract
from tests.conformance.contracts.chains import EmbeddedChain


class TestOnTheEmbeddedChain(BindingsContract):
    @pytest.fixture(scope="class")
    @classmethod
    def chain(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedChain]:
        chain = EmbeddedChain(tmp_path_factory.mktemp("chain"))
        yield chain
        chain.close()
