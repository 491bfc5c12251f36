// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IConsensusGovernance} from "../../src/interfaces/IConsensusGovernance.sol";
import {Consortium} from "../support/Consortium.sol";
import {vm} from "../support/Vm.sol";

/// @notice A reckless engine, and institutions that vote bounds and miners while it works.
contract GovernanceHandler is Consortium {
    uint256 private constant MINERS = 7;

    uint256 public engineSteps;
    uint256 public tooFast;
    uint256 public accepted;
    uint256 private _epoch;
    uint8 private _dAtEpochStart;

    constructor() {
        deployAll();
        (,, _dAtEpochStart) = governance.parameters();
    }

    /// @dev Half of the values lie near the bounds, or the engine would hardly ever be taken at its word.
    function engineMoves(uint16 s, uint8 r, uint8 d, bool near) external {
        if (near) {
            (uint16 nowS,, uint8 nowD) = governance.parameters();
            (s, r, d) = (nowS - 1 + (s % 3), 20 + (r % 24), nowD + (d % 3));
            if (d > 0) --d;
        }
        noteEpoch();
        IConsensusGovernance.Parameters memory message = IConsensusGovernance.Parameters(s, r, d, freshNonce(), soon());
        bytes memory signature = signDigest(ENGINE, parametersDigest(message));
        ++engineSteps;
        try governance.setParameters(message, signature) {
            ++accepted;
            uint8 step = d > _dAtEpochStart ? d - _dAtEpochStart : _dAtEpochStart - d;
            if (step > 1) ++tooFast;
        } catch {}
    }

    function institutionsVoteBounds(uint16 s, uint8 r, uint8 d, uint8 width) external {
        IConsensusGovernance.Bounds memory message = IConsensusGovernance.Bounds(
            s % 8,
            (s % 8) + (width % 4),
            16 + (r % 32),
            16 + (r % 32) + (width % 8),
            d % 24,
            (d % 24) + (width % 6),
            freshNonce(),
            soon()
        );
        noteEpoch();
        try governance.setBounds(message, votesOf(3, boundsDigest(message))) {} catch {}
    }

    function institutionsVoteMiners(uint256 enabledBits, uint8 count) external {
        IConsensusGovernance.MinerSet memory message =
            IConsensusGovernance.MinerSet(minerList(count % (MINERS + 1), enabledBits), freshNonce(), soon());
        noteEpoch();
        try governance.setMiners(message, votesOf(3, minersDigest(message))) {} catch {}
    }

    function blocksPass(uint8 count) external {
        vm.roll(block.number + (count % 5));
        noteEpoch();
    }

    function parametersInsideBounds() external view returns (bool) {
        (uint16 s, uint8 r, uint8 d) = governance.parameters();
        IConsensusGovernance.Limits memory limits = governance.bounds();
        return
            s >= limits.sMin && s <= limits.sMax && r >= limits.rMin && r <= limits.rMax && d >= limits.dMin
                && d <= limits.dMax;
    }

    /// @dev s enabled and different miners are active, and no institution has two more than another could still have.
    function activeMinersAreFair() external view returns (bool) {
        (uint16 s,,) = governance.parameters();
        IConsensusGovernance.Miner[] memory active = governance.activeMiners();
        IConsensusGovernance.Miner[] memory all = governance.miners();
        if (active.length != s) return false;
        for (uint256 i = 0; i < active.length; ++i) {
            if (!active[i].enabled) return false;
            for (uint256 j = 0; j < i; ++j) {
                if (active[i].id == active[j].id) return false;
            }
        }
        for (uint256 a = 0; a < N; ++a) {
            for (uint256 b = 0; b < N; ++b) {
                uint256 activeB = countOf(active, vm.addr(keys[b]));
                bool bHasMore = countOf(all, vm.addr(keys[b])) > activeB;
                if (bHasMore && countOf(active, vm.addr(keys[a])) > activeB + 1) return false;
            }
        }
        return true;
    }

    /// @dev The bounds' votes may move d at once; the engine's limit counts from d as the epoch found it.
    function noteEpoch() private {
        uint256 current = (block.number - 1) / 2;
        if (current != _epoch) {
            _epoch = current;
            (,, _dAtEpochStart) = governance.parameters();
        }
    }

    function countOf(IConsensusGovernance.Miner[] memory list, address institution)
        private
        pure
        returns (uint256 count)
    {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].enabled && list[i].institution == institution) ++count;
        }
    }
}

/// @notice Parameters never leave the voted bounds, whatever the engine signs and whatever is voted meanwhile.
contract GovernanceInvariants {
    GovernanceHandler private _handler;

    function setUp() public {
        _handler = new GovernanceHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_ParametersStayInsideTheBounds() public view {
        assert(_handler.parametersInsideBounds());
    }

    function invariant_ActiveMinersAreFair() public view {
        assert(_handler.activeMinersAreFair());
    }

    function invariant_TheEngineMovesOneStepAnEpoch() public view {
        assert(_handler.tooFast() == 0);
    }
}
