// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICouncil} from "./interfaces/ICouncil.sol";
import {IEconomyRegistry} from "./interfaces/IEconomyRegistry.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";

/// @title Votes of work tokens
/// @notice OpenZeppelin's Governor, with the terms of the economy file. A vote weighs what its account had both a
/// snapshot's length before the proposal and when it was made: what was borrowed for it weighs nothing. A proposal passes
/// with the quorum (for and abstained, of all tokens) and its majority of those for and against: the smaller one where it
/// can only tighten the economy or pay from the treasury, the larger one for everything else. Its terms are those of the
/// moment it was made.
contract TokenGovernor is
    Governor,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorTimelockControl,
    GovernorPreventLateQuorum,
    GovernorProposalGuardian
{
    struct Settings {
        IVotes token;
        TimelockController timelock;
        IEconomyRegistry economy;
        ITreasury treasury;
        IAccessManager manager;
        address guardian;
        uint48 lateQuorumSeconds;
        uint128 proposalThresholdGrains;
    }

    /// @param isVetoable Whether the guardian may cancel it: not what tightens, and not what is about the guardian.
    struct Terms {
        uint32 quorumPpm;
        uint32 passPpm;
        bool isVetoable;
    }

    uint256 private constant PPM = 1_000_000;
    /// @notice Longest that a late quorum may lengthen a vote; a constant, because the parents ask before the economy is
    /// known.
    uint256 public constant LATE_QUORUM_SECONDS_MAX = 7 days;

    IEconomyRegistry public immutable economy;
    ITreasury public immutable treasury;
    IAccessManager public immutable manager;
    uint256 private immutable _thresholdGrains;

    mapping(uint256 proposalId => Terms) private _terms;
    /// @dev What the snapshot's length was at the second of a proposal.
    mapping(uint256 timepoint => uint256) private _snapshotSeconds;

    event ProposalTerms(uint256 indexed proposalId, uint32 quorumPpm, uint32 passPpm, bool isVetoable);

    error ZeroAddress();

    constructor(Settings memory settings)
        Governor("Stannary Governor")
        GovernorVotes(settings.token)
        GovernorTimelockControl(settings.timelock)
        GovernorPreventLateQuorum(settings.lateQuorumSeconds)
    {
        if (
            address(settings.token) == address(0) || address(settings.timelock) == address(0)
                || address(settings.economy) == address(0) || address(settings.treasury) == address(0)
                || address(settings.manager) == address(0) || settings.guardian == address(0)
        ) revert ZeroAddress();
        economy = settings.economy;
        treasury = settings.treasury;
        manager = settings.manager;
        _thresholdGrains = settings.proposalThresholdGrains;
        _setProposalGuardian(settings.guardian);
    }

    function termsOf(uint256 proposalId) external view returns (Terms memory) {
        return _terms[proposalId];
    }

    function votingDelay() public pure override returns (uint256) {
        return 0;
    }

    function votingPeriod() public view override returns (uint256) {
        return _valueOf("governance.vote");
    }

    function proposalThreshold() public view override returns (uint256) {
        return _thresholdGrains;
    }

    /// @notice Of a proposal made now; rounded up.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return _quorumUp(timepoint, _valueOf("governance.quorum"));
    }

    // ---- terms

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        (bool loosens, bool isVetoable) = _kindOf(targets, calldatas);
        uint256 passPpm = _valueOf("governance.pass");
        // Each of the two moves by itself; what loosens never needs less.
        if (loosens) passPpm = Math.max(passPpm, _valueOf("governance.passToLoosen"));
        Terms memory terms =
            Terms({quorumPpm: uint32(_valueOf("governance.quorum")), passPpm: uint32(passPpm), isVetoable: isVetoable});
        _terms[proposalId] = terms;
        _snapshotSeconds[clock()] = _valueOf("governance.snapshot");
        emit ProposalTerms(proposalId, terms.quorumPpm, terms.passPpm, isVetoable);
    }

    /// @dev By what the calls are, never by what values are now: those move between the vote and the effect. The registry
    /// itself refuses a `scheduleTightening` that would loosen.
    function _kindOf(address[] memory targets, bytes[] memory calldatas)
        private
        view
        returns (bool loosens, bool isVetoable)
    {
        for (uint256 i = 0; i < targets.length; ++i) {
            bytes4 selector = bytes4(calldatas[i]);
            bool tightens = targets[i] == address(economy) && selector == IEconomyRegistry.scheduleTightening.selector;
            bool pays = targets[i] == address(treasury) && selector == ITreasury.pay.selector;
            if (!tightens && !pays) loosens = true;
            if (!tightens && !_isAboutGuardian(targets[i], calldatas[i])) isVetoable = true;
        }
    }

    /// @dev Nobody vetoes its own removal.
    function _isAboutGuardian(address target, bytes memory data) private view returns (bool) {
        (address veto, bytes4 selector) = (proposalGuardian(), bytes4(data));
        if (target == address(this)) return selector == this.setProposalGuardian.selector;
        if (target == veto) return selector == ICouncil.appoint.selector;
        if (target != address(manager) || data.length != 0x44) return false;
        uint256 account;
        // revokeRole(role, account): length, selector, role, account.
        assembly ("memory-safe") {
            account := mload(add(data, 0x44))
        }
        return selector == IAccessManager.revokeRole.selector && account == uint160(veto);
    }

    function _validateCancel(uint256 proposalId, address caller)
        internal
        view
        override(Governor, GovernorProposalGuardian)
        returns (bool)
    {
        if (caller == proposalGuardian() && !_terms[proposalId].isVetoable) return false;
        return super._validateCancel(proposalId, caller);
    }

    // ---- counting

    function _getVotes(address account, uint256 timepoint, bytes memory params)
        internal
        view
        override(Governor, GovernorVotes)
        returns (uint256)
    {
        uint256 length = _snapshotSeconds[timepoint];
        if (length == 0) length = _valueOf("governance.snapshot");
        uint256 earlier = super._getVotes(account, Math.saturatingSub(timepoint, length), params);
        return Math.min(earlier, super._getVotes(account, timepoint, params));
    }

    function _quorumReached(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingSimple)
        returns (bool)
    {
        (, uint256 forVotes, uint256 abstainVotes) = proposalVotes(proposalId);
        uint256 needed = _quorumUp(proposalSnapshot(proposalId), _terms[proposalId].quorumPpm);
        return forVotes + abstainVotes >= needed;
    }

    function _voteSucceeded(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingSimple)
        returns (bool)
    {
        (uint256 againstVotes, uint256 forVotes,) = proposalVotes(proposalId);
        return forVotes > 0 && forVotes * PPM >= (forVotes + againstVotes) * _terms[proposalId].passPpm;
    }

    function _quorumUp(uint256 timepoint, uint256 ppm) private view returns (uint256) {
        return Math.mulDiv(token().getPastTotalSupply(timepoint), ppm, PPM, Math.Rounding.Ceil);
    }

    function _valueOf(bytes32 name) private view returns (uint256) {
        return economy.valueOf(name);
    }

    function _maxLateQuorumVoteExtension() internal pure override returns (uint256) {
        return LATE_QUORUM_SECONDS_MAX;
    }

    // ---- what several parents define

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
