// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestedFigures} from "../src/AttestedFigures.sol";
import {ContractFigures} from "../src/ContractFigures.sol";
import {RollbackTriggers} from "../src/RollbackTriggers.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IAttestedFigures} from "../src/interfaces/IAttestedFigures.sol";
import {IContractFigures} from "../src/interfaces/IContractFigures.sol";
import {IFigureSource} from "../src/interfaces/IFigureSource.sol";
import {IRollbackTriggers} from "../src/interfaces/IRollbackTriggers.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// Shows what it is told to show.
contract Shown {
    int256 public figure;

    function show(int256 figure_) external {
        figure = figure_;
    }

    function long() external pure returns (uint256, uint256) {
        return (1, 2);
    }

    function huge() external pure returns (uint256) {
        return type(uint256).max;
    }

    function endless() external pure returns (uint256) {
        while (true) {}
        return 0;
    }
}

contract ContractFiguresTest is GovernanceFixture {
    Shown private shown;
    ContractFigures private source;

    function setUp() public override {
        super.setUp();
        shown = new Shown();
        bytes32[] memory names = new bytes32[](6);
        IContractFigures.Question[] memory questions = new IContractFigures.Question[](6);
        address target = address(shown);
        names[0] = "figure";
        questions[0] = IContractFigures.Question(target, true, abi.encodeWithSelector(shown.figure.selector));
        names[1] = "long";
        questions[1] = IContractFigures.Question(target, false, abi.encodeCall(Shown.long, ()));
        names[2] = "huge";
        questions[2] = IContractFigures.Question(target, false, abi.encodeCall(Shown.huge, ()));
        names[3] = "endless";
        questions[3] = IContractFigures.Question(target, false, abi.encodeCall(Shown.endless, ()));
        names[4] = "nobody";
        questions[4] = IContractFigures.Question(stranger, false, "");
        names[5] = "reverts";
        questions[5] = IContractFigures.Question(target, false, "1234");
        source = new ContractFigures(names, questions);
    }

    function test_aContractsFigureFiresATrigger() public {
        bytes32[] memory spread = new bytes32[](1);
        spread[0] = SPREAD;
        vm.prank(address(timelock));
        triggers.arm(
            "live",
            IRollbackTriggers.Trigger({
                source: source,
                figure: "figure",
                crossing: IRollbackTriggers.Crossing.Below,
                line: 1_000_000,
                ageSecondsMax: 0,
                restSeconds: 0,
                action: IRollbackTriggers.Action.Tighten,
                tightened: spread
            })
        );
        shown.show(1_000_000);
        vm.expectPartialRevert(IRollbackTriggers.LineNotCrossed.selector);
        triggers.fire("live");
        shown.show(-1);
        triggers.fire("live");
        assertEq(economy.valueOf(SPREAD), 4_000);
    }

    function test_whatDoesNotAnswerWithOneWordIsNoFigure() public view {
        bytes32[6] memory names = [bytes32("long"), "huge", "endless", "nobody", "reverts", "never named"];
        for (uint256 i = 0; i < 6; ++i) {
            (bool isKnown,,) = source.figureOf(names[i]);
            assertFalse(isKnown);
        }
    }

    function test_LengthsDiffer() public {
        vm.expectRevert(abi.encodeWithSelector(IContractFigures.LengthsDiffer.selector, 2, 0));
        new ContractFigures(new bytes32[](2), new IContractFigures.Question[](0));
    }

    function test_FigureTwice() public {
        bytes32[] memory names = new bytes32[](2);
        names[0] = names[1] = "figure";
        IContractFigures.Question[] memory questions = new IContractFigures.Question[](2);
        questions[0].target = questions[1].target = stranger;
        vm.expectRevert(abi.encodeWithSelector(IContractFigures.FigureTwice.selector, bytes32("figure")));
        new ContractFigures(names, questions);
    }

    function test_ZeroAddress() public {
        vm.expectRevert(IContractFigures.ZeroAddress.selector);
        new ContractFigures(new bytes32[](2), new IContractFigures.Question[](2));
    }
}

contract RollbackTriggersTest is GovernanceFixture {
    bytes32 private constant COVERAGE = "coverage";
    bytes32 private constant CONSERVATION = "conservation-difference";
    bytes32 private constant FALSE_SLASHES = "false-slash-rate";

    function setUp() public override {
        super.setUp();
        bytes32[] memory spread = new bytes32[](1);
        spread[0] = SPREAD;
        arm(COVERAGE, IRollbackTriggers.Crossing.Below, 1_000_000, IRollbackTriggers.Action.Tighten, spread);
        arm(CONSERVATION, IRollbackTriggers.Crossing.NotEqual, 0, IRollbackTriggers.Action.Rollback, new bytes32[](0));
        arm(FALSE_SLASHES, IRollbackTriggers.Crossing.Above, 100, IRollbackTriggers.Action.Rollback, new bytes32[](0));
    }

    function arm(
        bytes32 name,
        IRollbackTriggers.Crossing crossing,
        int256 line,
        IRollbackTriggers.Action action,
        bytes32[] memory tightened
    ) private {
        vm.prank(address(timelock));
        triggers.arm(
            name, IRollbackTriggers.Trigger(figures, name, crossing, line, 12 hours, 1 days, action, tightened)
        );
    }

    function attest(uint256 who, bytes32 name, int192 value) private {
        address attestor = person("attestor", who);
        vm.prank(attestor);
        figures.attest(name, value, uint64(block.timestamp));
    }

    function attestAll(bytes32 name, int192 value) private {
        for (uint256 i = 0; i < 3; ++i) {
            attest(i, name, value);
        }
    }

    // ---- figures

    function test_theFigureIsTheMedianOfAQuorum() public {
        attest(0, COVERAGE, 7);
        attest(1, COVERAGE, -5);
        (bool isKnown,,) = figures.figureOf(COVERAGE);
        assertFalse(isKnown);
        attest(2, COVERAGE, 1_000_000);
        int256 value;
        uint64 asOf;
        (isKnown, value, asOf) = figures.figureOf(COVERAGE);
        assertTrue(isKnown);
        assertEq(value, 7);
        assertEq(asOf, block.timestamp);
        skip(1 days + 1);
        (isKnown,,) = figures.figureOf(COVERAGE);
        assertFalse(isKnown);
    }

    function testFuzz_aMinorityDoesNotMoveAFigureOutOfTheOthers(int192 lie, int192 other) public {
        attest(0, COVERAGE, 100);
        attest(1, COVERAGE, 110);
        attest(2, COVERAGE, 120);
        attest(3, COVERAGE, lie);
        attest(4, COVERAGE, other);
        (, int256 value,) = figures.figureOf(COVERAGE);
        assertGe(value, 100);
        assertLe(value, 120);
    }

    function test_NotAttestor() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.NotAttestor.selector, stranger));
        figures.attest(COVERAGE, 1, 1);
    }

    function test_ReportFromFutureAndReportNotNewer() public {
        uint64 time = uint64(block.timestamp);
        vm.startPrank(person("attestor", 0));
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.ReportFromFuture.selector, time + 1, time));
        figures.attest(COVERAGE, 1, time + 1);
        figures.attest(COVERAGE, 1, time);
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.ReportNotNewer.selector, time, time));
        figures.attest(COVERAGE, 2, time);
    }

    function test_AttestorsOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.AttestorsOutOfRange.selector, 0, 16));
        new AttestedFigures(new address[](0), 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.AttestorsOutOfRange.selector, 17, 16));
        new AttestedFigures(people("x", 17), 9, 1);
    }

    function test_QuorumOutOfRange() public {
        address[] memory four = people("x", 4);
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.QuorumOutOfRange.selector, 2, 4));
        new AttestedFigures(four, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.QuorumOutOfRange.selector, 5, 4));
        new AttestedFigures(four, 5, 1);
    }

    function test_ZeroDuration() public {
        vm.expectRevert(IAttestedFigures.ZeroDuration.selector);
        new AttestedFigures(people("x", 4), 3, 0);
    }

    function test_AttestorTwice() public {
        address[] memory four = people("x", 4);
        four[3] = four[0];
        vm.expectRevert(abi.encodeWithSelector(IAttestedFigures.AttestorTwice.selector, four[0]));
        new AttestedFigures(four, 3, 1);
    }

    // ---- triggers

    function test_lowCoverageTightensByOneStep() public {
        attestAll(COVERAGE, 999_999);
        vm.prank(stranger);
        triggers.fire(COVERAGE);
        assertEq(economy.valueOf(SPREAD), 4_000);
        assertEq(triggers.firedAt(COVERAGE), block.timestamp);
    }

    function test_aConservationDifferenceRollsBack() public {
        loosenNow(2, SPREAD, 2_000);
        attestAll(CONSERVATION, -1);
        triggers.fire(CONSERVATION);
        assertEq(economy.valueOf(SPREAD), 3_000);
        assertEq(economy.versionInForce(), 1);
    }

    function test_falseSlashesRollBack() public {
        loosenNow(2, SPREAD, 2_000);
        attestAll(FALSE_SLASHES, 101);
        triggers.fire(FALSE_SLASHES);
        assertEq(economy.versionInForce(), 1);
    }

    function test_LineNotCrossed() public {
        attestAll(COVERAGE, 1_000_000);
        vm.expectRevert(
            abi.encodeWithSelector(IRollbackTriggers.LineNotCrossed.selector, COVERAGE, 1_000_000, 1_000_000)
        );
        triggers.fire(COVERAGE);
        attestAll(CONSERVATION, 0);
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.LineNotCrossed.selector, CONSERVATION, 0, 0));
        triggers.fire(CONSERVATION);
        attestAll(FALSE_SLASHES, 100);
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.LineNotCrossed.selector, FALSE_SLASHES, 100, 100));
        triggers.fire(FALSE_SLASHES);
    }

    function test_FigureUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.FigureUnknown.selector, COVERAGE, COVERAGE));
        triggers.fire(COVERAGE);
    }

    function test_FigureStale() public {
        attestAll(COVERAGE, 1);
        uint64 asOf = uint64(block.timestamp);
        skip(12 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.FigureStale.selector, COVERAGE, asOf, asOf + 1));
        triggers.fire(COVERAGE);
    }

    function test_TriggerResting() public {
        attestAll(COVERAGE, 1);
        triggers.fire(COVERAGE);
        vm.expectRevert(
            abi.encodeWithSelector(IRollbackTriggers.TriggerResting.selector, COVERAGE, block.timestamp + 1 days)
        );
        triggers.fire(COVERAGE);
    }

    function test_NothingToTighten() public {
        tighten(SPREAD, 3_500);
        attestAll(COVERAGE, 1);
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.NothingToTighten.selector, COVERAGE));
        triggers.fire(COVERAGE);
    }

    function test_TriggerUnknown() public {
        vm.prank(address(timelock));
        triggers.disarm(COVERAGE);
        bytes memory reason = abi.encodeWithSelector(IRollbackTriggers.TriggerUnknown.selector, COVERAGE);
        vm.expectRevert(reason);
        triggers.fire(COVERAGE);
        vm.prank(address(timelock));
        vm.expectRevert(reason);
        triggers.disarm(COVERAGE);
    }

    function test_ActionMalformed() public {
        IRollbackTriggers.Trigger memory trigger = triggers.triggerOf(COVERAGE);
        vm.startPrank(address(timelock));
        trigger.action = IRollbackTriggers.Action.Rollback;
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.ActionMalformed.selector, COVERAGE));
        triggers.arm(COVERAGE, trigger);
        (trigger.action, trigger.tightened) = (IRollbackTriggers.Action.Tighten, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.ActionMalformed.selector, COVERAGE));
        triggers.arm(COVERAGE, trigger);
    }

    function test_TooManyParameters() public {
        IRollbackTriggers.Trigger memory trigger = triggers.triggerOf(COVERAGE);
        trigger.tightened = new bytes32[](17);
        vm.prank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IRollbackTriggers.TooManyParameters.selector, 17, 16));
        triggers.arm(COVERAGE, trigger);
    }

    function test_ZeroAddress() public {
        IRollbackTriggers.Trigger memory trigger = triggers.triggerOf(COVERAGE);
        trigger.source = IFigureSource(address(0));
        vm.prank(address(timelock));
        vm.expectRevert(IRollbackTriggers.ZeroAddress.selector);
        triggers.arm(COVERAGE, trigger);
        vm.expectRevert(IRollbackTriggers.ZeroAddress.selector);
        new RollbackTriggers(address(manager), IEconomyRegistry(address(0)));
        address[] memory four = people("x", 4);
        four[3] = address(0);
        vm.expectRevert(IAttestedFigures.ZeroAddress.selector);
        new AttestedFigures(four, 3, 1);
    }

    function test_onlyGovernanceArms() public {
        IRollbackTriggers.Trigger memory trigger = triggers.triggerOf(COVERAGE);
        vm.prank(address(guardian));
        vm.expectRevert(unauthorised(address(guardian)));
        triggers.arm(COVERAGE, trigger);
    }
}
