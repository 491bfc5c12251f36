// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAccessLog} from "../src/interfaces/IAccessLog.sol";
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
}
