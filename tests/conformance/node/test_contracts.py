from collections.abc import Iterator

import pytest

from keymgmt.node.errors import StaleChain
from keymgmt.node.server.chain import RpcChainView
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.server.facts import RootFacts
from keymgmt.pre import SecretKey
from tests.conformance.contracts.chains import CHAIN_ID
from tests.conformance.contracts.consortium import key_of
from tests.conformance.node.chain_view_contract import NOBODY, ChainViewContract
from tests.conformance.node.real_chain import RealDriver


class TestContracts(ChainViewContract):
    @pytest.fixture(scope="class")
    @classmethod
    def driver(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDriver]:
        driver = RealDriver(tmp_path_factory.mktemp("chain"))
        yield driver
        driver.close()

    def test_the_root_of_a_stranger_or_with_a_gap_is_never_taken(self, driver: RealDriver) -> None:
        stranger = driver.view_of("nobody")
        stranger.send_log_root(RootFacts(1, 1, b"r" * 32, b"c" * 32))
        driver.advance(final=True)
        at = driver.view.head().hash
        assert driver.view.log_root_count(NodeKeys(key_of("nobody"), SecretKey.random()).address, at) == 0

    def test_another_chain_or_none_is_a_stale_chain(self, driver: RealDriver) -> None:
        keys = NodeKeys(key_of("node 0"), SecretKey.random())
        addresses = driver.world.manifest.addresses.by_name()
        with pytest.raises(StaleChain, match="7077"):
            RpcChainView(driver.rpc_url, addresses, CHAIN_ID + 1, keys).head()
        nowhere = RpcChainView("http://127.0.0.1:1", addresses, CHAIN_ID, keys)
        for read in (nowhere.head, nowhere.final, lambda: nowhere.slot(NOBODY, bytes(32))):
            with pytest.raises(StaleChain):
                read()
        with pytest.raises(StaleChain):
            nowhere.send_log_root(RootFacts(1, 1, b"r" * 32, b"c" * 32))

    def test_a_state_without_contracts_is_a_stale_chain(self, driver: RealDriver) -> None:
        genesis = driver.chain.web3.eth.get_block(0)
        with pytest.raises(StaleChain):
            driver.view.slot(NOBODY, bytes(genesis["hash"]))
