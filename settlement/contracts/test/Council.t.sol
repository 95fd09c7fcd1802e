// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Council} from "../src/Council.sol";
import {ICouncil} from "../src/interfaces/ICouncil.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IEmergencyPause} from "../src/interfaces/IEmergencyPause.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// The committee of seven, four of whom decide; and the guardian of five, three of whom do.
contract CouncilTest is GovernanceFixture {
    bytes private constant NOTHING = "";

    function setUp() public override {
        deployGovernance(Mode.Seats);
    }

    function member(uint256 which) private returns (address) {
        return person("member", which);
    }

    function put(address who, address target, bytes memory data) private returns (uint32 id) {
        vm.prank(who);
        return committee.put(target, 0, data, 0);
    }

    function agree(uint32 id, uint256 from, uint256 to) private {
        for (uint256 i = from; i <= to; ++i) {
            address who = member(i);
            vm.prank(who);
            committee.answer(id, true);
        }
    }

    function endTerms() private {
        skip(366 days);
        assertEq(committee.seated(), 0);
    }

    function test_aCommitteeChangesAParameterThroughTheTimelock() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, 5 days, change(SPREAD, 2_000));
        bytes memory inner = abi.encodeCall(economy.scheduleLoosening, (version));
        bytes memory outer = abi.encodeCall(timelock.schedule, (address(economy), 0, inner, 0, 0, 48 hours));
        uint32 id = put(member(0), address(timelock), outer);
        agree(id, 1, 3);
        committee.execute(id, address(timelock), 0, outer);
        skip(48 hours);
        timelock.execute(address(economy), 0, inner, 0, 0);
        skip(5 days);
        assertEq(economy.valueOf(SPREAD), 2_000);
    }

    function test_theGuardianPausesByThreeOfFive() public {
        bytes memory data = abi.encodeCall(pauses.pause, (bytes32("settlement"), 72 hours, bytes32(0)));
        address first = person("guardian", 0);
        vm.prank(first);
        uint32 id = guardian.put(address(pauses), 0, data, 0);
        for (uint256 i = 1; i < 3; ++i) {
            address next = person("guardian", i);
            vm.prank(next);
            guardian.answer(id, true);
        }
        guardian.execute(id, address(pauses), 0, data);
        assertTrue(pauses.isPaused("settlement"));
    }

    function test_theDutyLogCountsWhatWasAskedAndAnswered() public {
        uint32 id = put(member(0), stranger, NOTHING);
        address two = member(1);
        vm.prank(two);
        committee.answer(id, false);
        put(member(0), stranger, NOTHING);
        (uint32 asked, uint32 answered) = committee.dutyOf(0);
        assertEq(asked, 2);
        assertEq(answered, 2);
        (asked, answered) = committee.dutyOf(1);
        assertEq(asked, 2);
        assertEq(answered, 1);
        (asked, answered) = committee.dutyOf(2);
        assertEq(answered, 0);
        vm.prank(address(timelock));
        committee.appoint(2, "new", stranger, type(uint40).max);
        (asked,) = committee.dutyOf(2);
        assertEq(asked, 0);
    }

    function test_anEndedTermCountsNoMore() public {
        address fresh = makeAddr("fresh");
        vm.prank(address(timelock));
        committee.appoint(6, "fresh", fresh, uint40(block.timestamp + 400 days));
        skip(362 days);
        uint32 id = put(member(0), stranger, NOTHING);
        agree(id, 1, 3);
        skip(2 days);
        assertEq(committee.ayesOf(id), 0);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.QuorumNotReached.selector, id, 0, 4));
        committee.execute(id, stranger, 0, NOTHING);
    }

    function test_aVacantCommitteeRenewsItselfThroughTheTimelockAlone() public {
        endTerms();
        address one = member(0);
        vm.prank(one);
        uint32 id = committee.putRenewal(0, "again", one, type(uint40).max, 0);
        agree(id, 1, 3);
        committee.executeRenewal(id, 0, "again", one, type(uint40).max, 0);
        bytes memory inner = abi.encodeCall(committee.appoint, (0, bytes32("again"), one, type(uint40).max));
        vm.expectRevert();
        timelock.execute(address(committee), 0, inner, 0, 0);
        skip(48 hours);
        timelock.execute(address(committee), 0, inner, 0, 0);
        assertEq(committee.seated(), 1);
    }

    function test_attack_endedTermsDoSomethingElse() public {
        endTerms();
        address one = member(0);
        bytes memory grant = abi.encodeCall(timelock.schedule, (stranger, 0, NOTHING, 0, 0, 48 hours));
        uint40 endsAt = committee.seatOf(0).endsAt;
        vm.prank(one);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.TermOver.selector, 0, endsAt));
        committee.put(address(timelock), 0, grant, 0);
        vm.prank(one);
        uint32 id = committee.putRenewal(0, "again", one, type(uint40).max, 0);
        agree(id, 1, 3);
        vm.expectPartialRevert(ICouncil.CallDiffers.selector);
        committee.execute(id, address(timelock), 0, grant);
        vm.expectPartialRevert(ICouncil.CallDiffers.selector);
        committee.executeRenewal(id, 0, "again", stranger, type(uint40).max, 0);
    }

    function test_attack_aNewHolderInheritsAnAgreement() public {
        uint32 id = put(member(0), stranger, NOTHING);
        agree(id, 1, 3);
        assertEq(committee.ayesOf(id), 4);
        address fresh = makeAddr("fresh");
        vm.prank(address(timelock));
        committee.appoint(3, "fresh", fresh, type(uint40).max);
        assertEq(committee.ayesOf(id), 3);
        vm.prank(fresh);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.SeatedAfterMotion.selector, 3, id));
        committee.answer(id, true);
    }

    function test_TermOver() public {
        endTerms();
        address one = member(0);
        uint40 endsAt = committee.seatOf(0).endsAt;
        vm.prank(one);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.TermOver.selector, 0, endsAt));
        committee.put(stranger, 0, NOTHING, 0);
    }

    function test_SeatedAfterMotion() public {
        uint32 id = put(member(0), stranger, NOTHING);
        address fresh = makeAddr("fresh");
        vm.prank(address(timelock));
        committee.appoint(1, "fresh", fresh, type(uint40).max);
        vm.prank(fresh);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.SeatedAfterMotion.selector, 1, id));
        committee.answer(id, true);
    }

    function test_CallDiffers() public {
        uint32 id = put(member(0), stranger, NOTHING);
        agree(id, 1, 3);
        bytes32 agreed = keccak256(abi.encode(stranger, 0, keccak256(NOTHING)));
        bytes32 other = keccak256(abi.encode(stranger, 1, keccak256(NOTHING)));
        vm.expectRevert(abi.encodeWithSelector(ICouncil.CallDiffers.selector, id, agreed, other));
        committee.execute(id, stranger, 1, NOTHING);
    }

    function test_QuorumNotReached() public {
        uint32 id = put(member(0), stranger, NOTHING);
        agree(id, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.QuorumNotReached.selector, id, 3, 4));
        committee.execute(id, stranger, 0, NOTHING);
    }

    function test_MotionAlreadyExecuted() public {
        uint32 id = put(member(0), address(pauses), abi.encodeCall(IEmergencyPause.isPaused, ("x")));
        agree(id, 1, 3);
        committee.execute(id, address(pauses), 0, abi.encodeCall(IEmergencyPause.isPaused, ("x")));
        vm.expectRevert(abi.encodeWithSelector(ICouncil.MotionAlreadyExecuted.selector, id));
        committee.execute(id, address(pauses), 0, abi.encodeCall(IEmergencyPause.isPaused, ("x")));
    }

    function test_MotionOver() public {
        uint32 id = put(member(0), stranger, NOTHING);
        agree(id, 1, 3);
        uint40 endsAt = committee.motionOf(id).endsAt;
        vm.warp(endsAt);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.MotionOver.selector, id, endsAt));
        committee.execute(id, stranger, 0, NOTHING);
    }

    function test_MotionUnknown() public {
        address one = member(0);
        vm.prank(one);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.MotionUnknown.selector, 7));
        committee.answer(7, true);
    }

    function test_AlreadyAnswered() public {
        uint32 id = put(member(0), stranger, NOTHING);
        address one = member(0);
        vm.prank(one);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.AlreadyAnswered.selector, 0, id));
        committee.answer(id, false);
    }

    function test_NotSeated() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.NotSeated.selector, stranger));
        committee.put(stranger, 0, NOTHING, 0);
    }

    function test_NotAppointer() public {
        vm.expectRevert(abi.encodeWithSelector(ICouncil.NotAppointer.selector, address(this), address(timelock)));
        committee.appoint(0, "me", address(this), type(uint40).max);
    }

    function test_SeatTakenAndSeatUnknown() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ICouncil.SeatTaken.selector, member(1), 1));
        committee.appoint(0, "twice", member(1), type(uint40).max);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.SeatUnknown.selector, 7));
        committee.appoint(7, "none", stranger, type(uint40).max);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.SeatUnknown.selector, 7));
        committee.seatOf(7);
    }

    function test_anEmptySeatDoesNotCount() public {
        vm.prank(address(timelock));
        committee.appoint(0, 0, address(0), type(uint40).max);
        assertEq(committee.seated(), 6);
        address gone = member(0);
        vm.prank(gone);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.NotSeated.selector, gone));
        committee.put(stranger, 0, NOTHING, 0);
    }

    function test_CouncilNotVacant() public {
        address one = member(0);
        vm.prank(one);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.CouncilNotVacant.selector, 7, 4));
        committee.putRenewal(0, "again", one, type(uint40).max, 0);
    }

    function test_ZeroAddress() public {
        Council.Appointment[] memory two = seats("x", 2, type(uint40).max);
        vm.expectRevert(ICouncil.ZeroAddress.selector);
        new Council(address(0), 1, 1 days, two);
    }

    function test_ZeroDuration() public {
        Council.Appointment[] memory two = seats("x", 2, type(uint40).max);
        vm.expectRevert(ICouncil.ZeroDuration.selector);
        new Council(address(timelock), 1, 0, two);
    }

    function test_QuorumOutOfRange() public {
        Council.Appointment[] memory two = seats("x", 2, type(uint40).max);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.QuorumOutOfRange.selector, 3, 2));
        new Council(address(timelock), 3, 1 days, two);
    }

    function test_SeatsOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(ICouncil.SeatsOutOfRange.selector, 0, 32));
        new Council(address(timelock), 1, 1 days, new Council.Appointment[](0));
    }
}
