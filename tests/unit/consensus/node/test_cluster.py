"""Five partners' programs over HTTP gossip: agreement, partition, lost voters, restarts."""

import pytest

from tests.unit.consensus.cluster import Cluster, wait


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.close()


def test_five_nodes_agree_and_a_transaction_becomes_final(cluster):
    cluster.nodes[2].submit(nonce=0)
    sender = cluster.nodes[2].execution
    wait(lambda: not sender.has_pending() and cluster.all(lambda node: node.final >= 1) and cluster.agree())
    payloads = [node.execution.payload(node.execution.chain.marks.finalized.hash) for node in cluster.nodes.values()]
    assert len({payload.hash for payload in payloads}) == 1
    assert any(block.payload.transactions for block in cluster.nodes[5].client.canonical_blocks(1, 99))


def test_a_partition_stops_finality_but_not_blocks_and_heals(cluster):
    wait(lambda: cluster.all(lambda node: node.final >= 1))
    cluster.partition({1, 2, 3}, {4, 5})
    settled = {number: node.final for number, node in cluster.nodes.items()}
    heights = {number: node.head for number, node in cluster.nodes.items()}
    wait(lambda: cluster.all(lambda node: node.head >= heights[node.number] + 3))
    assert cluster.nodes[1].client.chain.head != cluster.nodes[4].client.chain.head
    assert cluster.all(lambda node: node.final <= settled[node.number] + 1)
    cluster.partition()
    stalled = max(node.final for node in cluster.nodes.values())
    wait(lambda: cluster.all(lambda node: node.final > stalled + 1) and cluster.agree())
    assert not any(node.client.chain.store.evidence() for node in cluster.nodes.values())


def test_two_voters_down_stop_finality_and_bring_it_back_when_they_return(cluster):
    wait(lambda: cluster.all(lambda node: node.final >= 1))
    cluster.stop(4, 5)
    stalled, height = cluster.nodes[1].final, cluster.nodes[1].head
    wait(lambda: cluster.all(lambda node: node.head >= height + 3))
    assert cluster.nodes[1].final <= stalled + 1
    cluster.start(4, 5)
    wait(lambda: cluster.all(lambda node: node.final > height) and cluster.agree())


def test_a_node_that_joins_late_with_nothing_catches_up(cluster):
    cluster.stop(5)
    cluster.nodes[1].submit(nonce=0)
    wait(lambda: cluster.nodes[1].final >= 3)
    cluster.start(5)
    wait(lambda: cluster.nodes[5].final >= 3 and cluster.agree())
