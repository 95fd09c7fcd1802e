// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AttestedFigures} from "../src/AttestedFigures.sol";
import {ComplianceGate} from "../src/ComplianceGate.sol";
import {Council} from "../src/Council.sol";
import {EconomyRegistry} from "../src/EconomyRegistry.sol";
import {EmergencyPause} from "../src/EmergencyPause.sol";
import {RollbackTriggers} from "../src/RollbackTriggers.sol";
import {Timelock} from "../src/Timelock.sol";
import {TokenGovernor} from "../src/TokenGovernor.sol";
import {Treasury} from "../src/Treasury.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";

/// Governance as a network deploys it, by a deployer that keeps nothing.
abstract contract GovernanceFixture is Test {
    enum Mode {
        Token,
        Seats
    }

    /// Schedules versions, sets the policy, arms triggers, pays.
    uint64 internal constant GOVERNANCE_ROLE = 1;
    /// Pauses, and stops what loosens.
    uint64 internal constant GUARDIAN_ROLE = 2;
    /// Tightens and rolls back: the guardian, and the triggers.
    uint64 internal constant EMERGENCY_ROLE = 3;

    uint64 internal constant GENESIS_AT = 1_800_000_000;
    uint32 internal constant EPOCH = 1 hours;
    uint32 internal constant PROBATION = 7 days;
    uint32 internal constant DELAY = 48 hours;
    uint128 internal constant SUPPLY = 1_000_000e6;
    bytes32 internal constant SPREAD = "reserve.spread";
    bytes32 internal constant PRICE = "oracle.price";
    bytes32 internal constant PER_DAY = "governance.treasuryPerDay";
    bytes32 internal constant PAUSE_MAX = "governance.guardian.pauseMax";

    address internal immutable deployer = makeAddr("deployer");
    address internal immutable stranger = makeAddr("stranger");
    address internal immutable whale = makeAddr("whale");
    address internal immutable minnow = makeAddr("minnow");
    address internal immutable foe = makeAddr("foe");

    AccessManager internal manager;
    EconomyRegistry internal economy;
    Timelock internal timelock;
    Council internal guardian;
    Council internal committee;
    Treasury internal treasury;
    EmergencyPause internal pauses;
    ComplianceGate internal gate;
    RollbackTriggers internal triggers;
    AttestedFigures internal figures;
    TokenGovernor internal governor;
    WorkToken internal workToken;

    function setUp() public virtual {
        deployGovernance(Mode.Token);
    }

    function deployGovernance(Mode mode) internal {
        vm.warp(GENESIS_AT + 10 days);
        vm.startPrank(deployer);
        manager = new AccessManager(deployer);
        economy = new EconomyRegistry(registrySettings(), rows());
        timelock = new Timelock(economy, new address[](0), new address[](1), deployer);
        guardian = new Council(address(timelock), 3, 1 days, seats("guardian", 5, type(uint40).max));
        treasury = new Treasury(address(manager), economy);
        pauses = new EmergencyPause(address(manager), economy);
        gate = new ComplianceGate(address(manager));
        triggers = new RollbackTriggers(address(manager), economy);
        figures = new AttestedFigures(people("attestor", 5), 3, 1 days);
        workToken = new WorkToken(makeAddr("settlement"), SUPPLY, 1, genesis());
        address proposer;
        if (mode == Mode.Token) {
            governor = new TokenGovernor(governorSettings());
            proposer = address(governor);
        } else {
            committee =
                new Council(address(timelock), 4, 7 days, seats("member", 7, uint40(block.timestamp + 365 days)));
            proposer = address(committee);
        }
        timelock.grantRole(timelock.PROPOSER_ROLE(), proposer);
        timelock.grantRole(timelock.CANCELLER_ROLE(), proposer);
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), deployer);
        wire();
        vm.stopPrank();
        // Two snapshots' length passes: whoever has votes has had them.
        skip(2 days);
    }

    /// Which role may call what; the last two lines hand everything over.
    function wire() private {
        allow(address(economy), EconomyRegistry.scheduleTightening.selector, GOVERNANCE_ROLE);
        allow(address(economy), EconomyRegistry.scheduleLoosening.selector, GOVERNANCE_ROLE);
        allow(address(economy), EconomyRegistry.cancel.selector, GOVERNANCE_ROLE);
        allow(address(economy), EconomyRegistry.cancelLoosening.selector, GUARDIAN_ROLE);
        allow(address(economy), EconomyRegistry.tighten.selector, EMERGENCY_ROLE);
        allow(address(economy), EconomyRegistry.rollback.selector, EMERGENCY_ROLE);
        allow(address(gate), ComplianceGate.setPolicy.selector, GOVERNANCE_ROLE);
        allow(address(triggers), RollbackTriggers.arm.selector, GOVERNANCE_ROLE);
        allow(address(triggers), RollbackTriggers.disarm.selector, GOVERNANCE_ROLE);
        allow(address(treasury), Treasury.pay.selector, GOVERNANCE_ROLE);
        allow(address(pauses), EmergencyPause.pause.selector, GUARDIAN_ROLE);
        allow(address(pauses), EmergencyPause.resume.selector, GUARDIAN_ROLE);
        manager.grantRole(GOVERNANCE_ROLE, address(timelock), 0);
        manager.grantRole(GUARDIAN_ROLE, address(guardian), 0);
        manager.grantRole(EMERGENCY_ROLE, address(guardian), 0);
        manager.grantRole(EMERGENCY_ROLE, address(triggers), 0);
        manager.grantRole(manager.ADMIN_ROLE(), address(timelock), 0);
        manager.renounceRole(manager.ADMIN_ROLE(), deployer);
    }

    function allow(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
    }

    function registrySettings() internal view returns (IEconomyRegistry.Settings memory) {
        return IEconomyRegistry.Settings({
            authority: address(manager),
            genesisAt: GENESIS_AT,
            epochSeconds: EPOCH,
            probationSeconds: PROBATION,
            version: 1,
            economyHash: keccak256("economy 1"),
            gateReportHash: keccak256("report 1")
        });
    }

    function governorSettings() internal view returns (TokenGovernor.Settings memory) {
        return TokenGovernor.Settings({
            token: workToken,
            timelock: timelock,
            economy: economy,
            treasury: treasury,
            manager: manager,
            guardian: address(guardian),
            lateQuorumSeconds: 1 days,
            proposalThresholdGrains: 1_000e6
        });
    }

    /// The economy file's numbers (docs/reference/economy.md), with the directions of settlement/chain.
    function rows() internal pure returns (IEconomyRegistry.Row[] memory all) {
        IEconomyRegistry.Direction lower = IEconomyRegistry.Direction.LowerIsTighter;
        IEconomyRegistry.Direction higher = IEconomyRegistry.Direction.HigherIsTighter;
        IEconomyRegistry.Direction none = IEconomyRegistry.Direction.None;
        all = new IEconomyRegistry.Row[](10);
        all[0] = row(PAUSE_MAX, 72 hours, 1 hours, 14 days, 1 hours, lower);
        all[1] = row("governance.pass", 600_000, 10_000, 1_000_000, 10_000, none);
        all[2] = row("governance.passToLoosen", 667_000, 10_000, 1_000_000, 10_000, none);
        all[3] = row("governance.quorum", 150_000, 10_000, 1_000_000, 10_000, none);
        all[4] = row("governance.snapshot", 24 hours, 1 hours, 30 days, 1 hours, none);
        all[5] = row("governance.timelock", 48 hours, 1 hours, 30 days, 1 hours, none);
        all[6] = row(PER_DAY, 50_000, 0, 1_000_000, 10_000, lower);
        all[7] = row("governance.vote", 5 days, 1 days, 30 days, 1 hours, none);
        all[8] = row(PRICE, 1_000_000, 1, 1_000_000_000_000, 0, none);
        all[9] = row(SPREAD, 3_000, 0, 10_000, 1_000, higher);
    }

    function row(
        bytes32 name,
        uint96 value,
        uint96 min,
        uint96 max,
        uint96 stepUnits,
        IEconomyRegistry.Direction direction
    ) internal pure returns (IEconomyRegistry.Row memory) {
        return IEconomyRegistry.Row(name, value, min, max, stepUnits, 200_000, DELAY, direction);
    }

    function genesis() private view returns (IWorkToken.Allocation[] memory all) {
        all = new IWorkToken.Allocation[](4);
        all[0] = IWorkToken.Allocation(whale, SUPPLY / 2);
        all[1] = IWorkToken.Allocation(minnow, SUPPLY / 10);
        all[2] = IWorkToken.Allocation(address(treasury), SUPPLY / 10);
        all[3] = IWorkToken.Allocation(foe, SUPPLY * 3 / 10);
    }

    function seats(string memory kind, uint256 count, uint40 endsAt)
        internal
        returns (Council.Appointment[] memory all)
    {
        all = new Council.Appointment[](count);
        address[] memory holders = people(kind, count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = Council.Appointment(bytes32("a seat"), holders[i], endsAt);
        }
    }

    function people(string memory kind, uint256 count) internal returns (address[] memory all) {
        all = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = person(kind, i);
        }
    }

    function person(string memory kind, uint256 which) internal returns (address) {
        return makeAddr(string.concat(kind, " ", vm.toString(which)));
    }

    // ---- versions

    function change(bytes32 name, uint96 value) internal pure returns (IEconomyRegistry.Change[] memory all) {
        all = new IEconomyRegistry.Change[](1);
        all[0] = IEconomyRegistry.Change(name, value);
    }

    /// A version on the ground of the one in force, from the first epoch that is `notice` or more away.
    function versionWith(uint32 number, uint256 notice, IEconomyRegistry.Change[] memory changes)
        internal
        view
        returns (IEconomyRegistry.VersionChange memory)
    {
        return IEconomyRegistry.VersionChange({
            version: number,
            base: economy.versionInForce(),
            economyHash: keccak256(abi.encode("economy", number)),
            gateReportHash: keccak256(abi.encode("report", number)),
            fromEpoch: epochAfter(notice),
            changes: changes
        });
    }

    function epochAfter(uint256 notice) internal view returns (uint64) {
        return uint64((block.timestamp + notice - GENESIS_AT + EPOCH - 1) / EPOCH);
    }

    function loosen(uint32 number, bytes32 name, uint96 value) internal {
        IEconomyRegistry.VersionChange memory version = versionWith(number, DELAY, change(name, value));
        vm.prank(address(timelock));
        economy.scheduleLoosening(version);
    }

    /// Schedules and waits for the version to be in force.
    function loosenNow(uint32 number, bytes32 name, uint96 value) internal {
        loosen(number, name, value);
        vm.warp(GENESIS_AT + uint256(epochAfter(DELAY)) * EPOCH);
    }

    function tighten(bytes32 name, uint96 value) internal {
        vm.prank(address(guardian));
        economy.tighten(change(name, value));
    }

    function unauthorised(address caller) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }
}
