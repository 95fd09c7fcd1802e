// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Timelock} from "../src/Timelock.sol";
import {TokenGovernor} from "../src/TokenGovernor.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {ITreasury} from "../src/interfaces/ITreasury.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

contract TokenGovernorTest is GovernanceFixture {
    struct Call {
        address target;
        bytes data;
    }

    bytes32 private constant WHY = keccak256("why");

    function setUp() public override {
        super.setUp();
        vm.prank(whale);
        workToken.delegate(whale);
        vm.prank(minnow);
        workToken.delegate(minnow);
        vm.prank(foe);
        workToken.delegate(foe);
        skip(25 hours);
    }

    function lists(Call memory one)
        private
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory data)
    {
        targets = new address[](1);
        values = new uint256[](1);
        data = new bytes[](1);
        (targets[0], data[0]) = (one.target, one.data);
    }

    function propose(address who, Call memory one) private returns (uint256 id) {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = lists(one);
        vm.prank(who);
        id = governor.propose(targets, values, data, "why");
        skip(1);
    }

    function vote(address who, uint256 id, uint8 support) private {
        vm.prank(who);
        governor.castVote(id, support);
    }

    function queue(Call memory one) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = lists(one);
        governor.queue(targets, values, data, WHY);
    }

    function execute(Call memory one) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = lists(one);
        governor.execute(targets, values, data, WHY);
    }

    function cancel(address who, Call memory one) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = lists(one);
        vm.prank(who);
        governor.cancel(targets, values, data, WHY);
    }

    /// A version that will still be in time once voted and waited for.
    function loosening(uint96 value) private view returns (Call memory) {
        IEconomyRegistry.VersionChange memory version = versionWith(2, 10 days, change(SPREAD, value));
        return Call(address(economy), abi.encodeCall(economy.scheduleLoosening, (version)));
    }

    function tightening(uint96 value) private view returns (Call memory) {
        IEconomyRegistry.VersionChange memory version = versionWith(2, 10 days, change(SPREAD, value));
        return Call(address(economy), abi.encodeCall(economy.scheduleTightening, (version)));
    }

    function stateOf(uint256 id) private view returns (uint8) {
        return uint8(governor.state(id));
    }

    // ---- the way of a change

    function test_aChangeGoesThroughVoteTimelockAndEpochAndIsRolledBack() public {
        Call memory one = loosening(2_000);
        uint256 id = propose(whale, one);
        vote(whale, id, 1);
        skip(5 days);
        queue(one);
        skip(48 hours);
        execute(one);
        (uint32 version, uint64 startsAt,,) = economy.scheduled();
        assertEq(version, 2);
        assertEq(economy.valueOf(SPREAD), 3_000);
        vm.warp(startsAt);
        assertEq(economy.valueOf(SPREAD), 2_000);
        vm.prank(address(guardian));
        economy.rollback();
        assertEq(economy.valueOf(SPREAD), 3_000);
    }

    function test_theTimelockWaitsItsDelay() public {
        Call memory one = loosening(2_000);
        uint256 id = propose(whale, one);
        vote(whale, id, 1);
        skip(5 days);
        queue(one);
        skip(48 hours - 1);
        vm.expectPartialRevert(bytes4(keccak256("TimelockUnexpectedOperationState(bytes32,bytes32)")));
        execute(one);
    }

    function test_looseningNeedsTheLargerMajority() public {
        assertTrue(passes(loosening(2_000), 400_601e6, 200_000e6));
    }

    function test_looseningFailsBelowTheLargerMajority() public {
        assertFalse(passes(loosening(2_000), 400_600e6, 200_000e6));
    }

    function test_tighteningNeedsTheSmallerMajority() public {
        assertTrue(passes(tightening(4_000), 450_000e6, 300_000e6));
    }

    function test_tighteningFailsBelowTheSmallerMajority() public {
        assertFalse(passes(tightening(4_000), 450_000e6 - 1, 300_000e6));
    }

    function passes(Call memory one, uint256 grainsFor, uint256 grainsAgainst) private returns (bool) {
        vm.prank(whale);
        workToken.transfer(stranger, 500_000e6 - grainsFor);
        vm.prank(foe);
        workToken.transfer(stranger, 300_000e6 - grainsAgainst);
        skip(25 hours);
        uint256 id = propose(whale, one);
        vote(whale, id, 1);
        vote(foe, id, 0);
        skip(5 days);
        return stateOf(id) == uint8(IGovernor.ProposalState.Succeeded);
    }

    function test_withoutTheQuorumNothingPasses() public {
        uint256 id = propose(minnow, tightening(4_000));
        vote(minnow, id, 1);
        assertEq(governor.quorum(block.timestamp - 1), 150_000e6);
        skip(6 days);
        assertEq(stateOf(id), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_aLateQuorumLengthensTheVote() public {
        uint256 id = propose(whale, loosening(2_000));
        skip(5 days - 1 hours);
        vote(whale, id, 1);
        assertEq(governor.proposalDeadline(id), block.timestamp + 1 days);
    }

    function test_theTermsAreThoseOfTheProposal() public {
        uint256 id = propose(whale, tightening(4_000));
        Call memory other = Call(address(pauses), abi.encodeCall(pauses.resume, ("settlement")));
        loosenNow(2, "governance.pass", 720_000);
        TokenGovernor.Terms memory terms = governor.termsOf(id);
        assertEq(terms.passPpm, 600_000);
        assertEq(terms.quorumPpm, 150_000);
        assertFalse(terms.isVetoable);
        // By now the two majorities have crossed: what loosens needs the larger of them.
        assertEq(governor.termsOf(propose(whale, other)).passPpm, 720_000);
    }

    // ---- attacks

    function test_attack_flashBorrowedVotes() public {
        uint256 id = propose(minnow, loosening(2_000));
        address thief = makeAddr("thief");
        vm.prank(whale);
        workToken.transfer(thief, 500_000e6);
        vm.prank(thief);
        workToken.delegate(thief);
        vote(thief, id, 1);
        (, uint256 votesFor,) = governor.proposalVotes(id);
        assertEq(votesFor, 0);
    }

    function test_attack_votesBorrowedForTheProposalAlone() public {
        address thief = makeAddr("thief");
        vm.prank(whale);
        workToken.transfer(thief, 500_000e6);
        vm.prank(thief);
        workToken.delegate(thief);
        skip(23 hours);
        // Held at the proposal, not a snapshot's length before it: not even enough to propose.
        Call memory one = loosening(2_000);
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = lists(one);
        vm.prank(thief);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, thief, 0, 1_000e6));
        governor.propose(targets, values, data, "why");
        uint256 id = propose(minnow, one);
        vote(thief, id, 1);
        (, uint256 votesFor,) = governor.proposalVotes(id);
        assertEq(votesFor, 0);
    }

    function test_attack_votesSoldBeforeTheProposal() public {
        skip(1 days);
        vm.prank(whale);
        workToken.transfer(stranger, 500_000e6);
        skip(1 hours);
        uint256 id = propose(minnow, loosening(2_000));
        vote(whale, id, 1);
        (, uint256 votesFor,) = governor.proposalVotes(id);
        assertEq(votesFor, 0);
    }

    function test_attack_proposeVoteDrainInOneBlock() public {
        Call memory drain =
            Call(address(treasury), abi.encodeCall(ITreasury.pay, (address(workToken), whale, 100_000e6)));
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = lists(drain);
        vm.startPrank(whale);
        uint256 id = governor.propose(targets, values, data, "why");
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.castVote(id, 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(targets, values, data, WHY);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.execute(targets, values, data, WHY);
        vm.stopPrank();
        // And with all the time it needs it takes a day's share, not the treasury.
        skip(1);
        vote(whale, id, 1);
        skip(5 days);
        queue(drain);
        skip(48 hours);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.DayLimitExceeded.selector, address(workToken), 100_000e6, 5_000e6)
        );
        execute(drain);
    }

    function test_attack_aVoteSetsTheTimelockToNothing() public {
        Call memory one = Call(address(timelock), abi.encodeCall(timelock.updateDelay, (0)));
        uint256 id = propose(whale, one);
        vote(whale, id, 1);
        skip(5 days);
        queue(one);
        skip(48 hours);
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayIsEconomys.selector, bytes32("governance.timelock")));
        execute(one);
        // By the economy it moves one step in one delay.
        loosenNow(2, "governance.timelock", 38.4 hours);
        assertEq(timelock.getMinDelay(), 38.4 hours);
    }

    function test_theGuardianCancelsWhatLoosens() public {
        Call memory one = loosening(2_000);
        uint256 id = propose(whale, one);
        cancel(address(guardian), one);
        assertEq(stateOf(id), uint8(IGovernor.ProposalState.Canceled));
    }

    function test_attack_theGuardianVetoesATightening() public {
        Call memory one = tightening(4_000);
        uint256 id = propose(whale, one);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, address(guardian)));
        cancel(address(guardian), one);
    }

    function test_attack_theGuardianVetoesItsOwnRemoval() public {
        Call memory one = Call(address(manager), abi.encodeCall(manager.revokeRole, (GUARDIAN_ROLE, address(guardian))));
        uint256 id = propose(whale, one);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, address(guardian)));
        cancel(address(guardian), one);
        vote(whale, id, 1);
        skip(5 days);
        queue(one);
        skip(48 hours);
        execute(one);
        vm.prank(address(guardian));
        vm.expectRevert(unauthorised(address(guardian)));
        pauses.pause("settlement", 1 hours, 0);
    }

    function test_theGuardianCancelsTheRemovalOfAnother() public {
        Call memory one =
            Call(address(manager), abi.encodeCall(manager.revokeRole, (EMERGENCY_ROLE, address(triggers))));
        assertTrue(governor.termsOf(propose(whale, one)).isVetoable);
        Call memory two = Call(address(guardian), abi.encodeCall(guardian.appoint, (0, "new", stranger, 1)));
        assertFalse(governor.termsOf(propose(whale, two)).isVetoable);
        Call memory three = Call(address(governor), abi.encodeCall(governor.setProposalGuardian, (stranger)));
        assertFalse(governor.termsOf(propose(whale, three)).isVetoable);
    }

    function test_attack_theGuardianRaisesTheBarForItsOwnRemoval() public {
        vm.startPrank(address(guardian));
        vm.expectPartialRevert(IEconomyRegistry.NotTighter.selector);
        economy.tighten(change("governance.passToLoosen", 800_000));
        vm.expectPartialRevert(IEconomyRegistry.NotTighter.selector);
        economy.tighten(change("governance.quorum", 180_000));
    }

    function test_DelayIsEconomys() public {
        vm.prank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayIsEconomys.selector, bytes32("governance.timelock")));
        timelock.updateDelay(0);
    }

    function test_ZeroAddress() public {
        TokenGovernor.Settings memory settings = governorSettings();
        settings.guardian = address(0);
        vm.expectRevert(TokenGovernor.ZeroAddress.selector);
        new TokenGovernor(settings);
        vm.expectRevert(Timelock.ZeroAddress.selector);
        new Timelock(IEconomyRegistry(address(0)), new address[](0), new address[](0), deployer);
    }

    // ---- the deployment

    function test_theDeployerHoldsNothing() public {
        for (uint64 role = 0; role <= EMERGENCY_ROLE; ++role) {
            (bool isMember,) = manager.hasRole(role, deployer);
            assertFalse(isMember);
        }
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), deployer));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), deployer));
        assertFalse(timelock.hasRole(timelock.CANCELLER_ROLE(), deployer));
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        assertEq(workToken.balanceOf(deployer), 0);
        bytes32 proposerRole = timelock.PROPOSER_ROLE();
        vm.startPrank(deployer);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        manager.grantRole(GUARDIAN_ROLE, deployer, 0);
        vm.expectRevert(unauthorised(deployer));
        economy.setAuthority(deployer);
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        timelock.grantRole(proposerRole, deployer);
    }
}
