// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAccessLog} from "../src/interfaces/IAccessLog.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice A node's committed ranges follow each other without gap or overlap.
contract AccessLogTest is Consortium {
    uint256 private constant FIRST_NODE = 0xB000;

    function setUp() public {
        deployAll();
    }

    function testFuzz_OnlyNodesCommit(address sender) public {
        vm.assume(!institutions.isNode(sender));
        vm.prank(sender);
        vm.expectRevert(abi.encodeWithSelector(IAccessLog.NotANode.selector, sender));
        accessLog.commitRoot(1, 1, bytes32("root"), bytes32("chain"));
    }

    function testFuzz_RangesFollowEachOther(uint64 firstEnd, uint64 from, uint64 to) public {
        // Near the fitting value, or it would hardly ever be met.
        firstEnd = 1 + (firstEnd % 1000);
        from = firstEnd + (from % 3);
        to = from + (to % 3) - 1;
        address node = vm.addr(FIRST_NODE);
        vm.prank(node);
        accessLog.commitRoot(1, firstEnd, bytes32("root"), bytes32("chain"));
        vm.prank(node);
        bool fits = from == firstEnd + 1 && to >= from;
        if (!fits) vm.expectRevert();
        accessLog.commitRoot(from, to, bytes32("root"), bytes32("chain"));
        assert(accessLog.last(node).toSeq == (fits ? to : firstEnd));
        assert(accessLog.count(node) == (fits ? 2 : 1));
    }

    function test_NodesDoNotShareASequence() public {
        vm.prank(vm.addr(FIRST_NODE));
        accessLog.commitRoot(1, 9, bytes32("root"), bytes32("chain"));
        vm.prank(vm.addr(FIRST_NODE + 1));
        vm.expectRevert(abi.encodeWithSelector(IAccessLog.LogGap.selector, 1, 10));
        accessLog.commitRoot(10, 10, bytes32("root"), bytes32("chain"));
    }

    function test_ACommittedRangeIsAnnouncedAndRead() public {
        address node = vm.addr(FIRST_NODE);
        vm.expectEmit(address(accessLog));
        emit IAccessLog.LogRootCommitted(node, 0, 1, 9, bytes32("root"), bytes32("chain"));
        vm.prank(node);
        accessLog.commitRoot(1, 9, bytes32("root"), bytes32("chain"));
        vm.expectEmit(address(accessLog));
        emit IAccessLog.LogRootCommitted(node, 1, 10, 10, bytes32("next"), bytes32("link"));
        vm.prank(node);
        accessLog.commitRoot(10, 10, bytes32("next"), bytes32("link"));
        IAccessLog.LogRoot memory first = accessLog.rootAt(node, 0);
        assert(first.fromSeq == 1 && first.toSeq == 9 && first.committedAt == block.timestamp);
        assert(first.root == "root" && first.chainHash == "chain");
        assert(accessLog.last(node).root == "next");
    }

    function test_ARangeHasAnEntry() public {
        vm.prank(vm.addr(FIRST_NODE));
        vm.expectRevert(abi.encodeWithSelector(IAccessLog.EmptyRange.selector, 1, 0));
        accessLog.commitRoot(1, 0, bytes32("root"), bytes32("chain"));
    }

    function testFuzz_OnlyWhatWasCommittedIsRead(uint64 index) public {
        address node = vm.addr(FIRST_NODE);
        assert(accessLog.last(node).toSeq == 0 && accessLog.count(node) == 0);
        vm.expectRevert(abi.encodeWithSelector(IAccessLog.UnknownRoot.selector, node, index));
        accessLog.rootAt(node, index);
    }

    function test_ANodeOfAPastSetStillCommits() public {
        IInstitutionRegistry.NodeSet memory next =
            IInstitutionRegistry.NodeSet(2, 1, addresses(0xB900, 1), publicKeys(1), ids(1), freshNonce(), soon());
        institutions.setNodes(next, votesOf(3, nodeSetDigest(next)));
        vm.prank(vm.addr(FIRST_NODE));
        accessLog.commitRoot(1, 1, bytes32("root"), bytes32("chain"));
        vm.prank(vm.addr(0xB900));
        accessLog.commitRoot(1, 1, bytes32("root"), bytes32("chain"));
        assert(accessLog.count(vm.addr(FIRST_NODE)) == 1 && accessLog.count(vm.addr(0xB900)) == 1);
    }
}
