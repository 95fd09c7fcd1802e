// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {EconomyRegistry} from "../src/EconomyRegistry.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IRollbackTriggers} from "../src/interfaces/IRollbackTriggers.sol";
import {BlockList, Cash} from "./ComplianceGate.t.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// Lets everybody do everything: the roles are not what is measured.
contract OpenAuthority {
    function canCall(address, address, bytes4) external pure returns (bool) {
        return true;
    }
}

/// What the main operations cost as transactions; snapshots/Governance.json and snapshots/ComplianceGate.json.
/// forge-config: default.isolate = true
contract GovernanceGasTest is GovernanceFixture {
    uint256 private constant TRANSACTION_GAS_MAX = 16_777_216;

    function measure(string memory what) private returns (uint256) {
        return vm.snapshotGasLastCall("Governance", what);
    }

    function test_gas_registry() public {
        IEconomyRegistry.VersionChange memory version = versionWith(2, DELAY, change(PRICE, 1_200_000));
        vm.prank(address(timelock));
        economy.scheduleLoosening(version);
        measure("schedule a version of one change");
        economy.valueOf(PRICE);
        measure("read a value while a version is scheduled");
        skip(DELAY + EPOCH);
        economy.activate();
        measure("activate a version of one change");
        vm.prank(address(guardian));
        economy.tighten(change(SPREAD, 4_000));
        measure("tighten one parameter");
        vm.prank(address(guardian));
        economy.rollback();
        measure("roll back a version of one change, of ten parameters");
    }

    /// The most there can be: 64 parameters, all changed by one version, and every one of them rolled back.
    function test_gas_theLargestVersionFitsATransaction() public {
        IEconomyRegistry.Row[] memory many = new IEconomyRegistry.Row[](64);
        IEconomyRegistry.Change[] memory changes = new IEconomyRegistry.Change[](64);
        for (uint256 i = 0; i < 64; ++i) {
            many[i] = row(bytes32((i + 1) << 240), 100, 0, 1_000, 50, IEconomyRegistry.Direction.None);
            changes[i] = IEconomyRegistry.Change(many[i].name, 150);
        }
        IEconomyRegistry.Settings memory settings = registrySettings();
        settings.authority = address(new OpenAuthority());
        EconomyRegistry large = new EconomyRegistry(settings, many);
        assertLt(measure("deploy the registry with 64 parameters"), TRANSACTION_GAS_MAX);
        large.scheduleLoosening(versionWith(2, DELAY, changes));
        assertLt(measure("schedule a version of 64 changes"), TRANSACTION_GAS_MAX);
        skip(DELAY + EPOCH);
        large.activate();
        assertLt(measure("activate a version of 64 changes"), TRANSACTION_GAS_MAX);
        large.rollback();
        assertLt(measure("roll back 64 parameters"), TRANSACTION_GAS_MAX);
        assertEq(large.valueOf(many[63].name), 100);
    }

    function test_gas_votes() public {
        vm.prank(whale);
        workToken.delegate(whale);
        skip(25 hours);
        IEconomyRegistry.VersionChange memory version = versionWith(2, 10 days, change(SPREAD, 4_000));
        (address[] memory targets, uint256[] memory values, bytes[] memory data) =
            (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], data[0]) = (address(economy), abi.encodeCall(economy.scheduleTightening, (version)));
        vm.prank(whale);
        uint256 id = governor.propose(targets, values, data, "why");
        measure("propose");
        skip(1);
        vm.prank(whale);
        governor.castVote(id, 1);
        measure("vote");
        skip(5 days);
        governor.queue(targets, values, data, keccak256("why"));
        measure("queue");
        skip(48 hours);
        governor.execute(targets, values, data, keccak256("why"));
        measure("execute a version of one change");
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Executed));
    }

    function test_gas_guardian() public {
        bytes memory data = abi.encodeCall(pauses.pause, (bytes32("settlement"), 1 hours, bytes32(0)));
        address first = person("guardian", 0);
        vm.prank(first);
        uint32 id = guardian.put(address(pauses), 0, data, 0);
        measure("put a motion");
        for (uint256 i = 1; i < 3; ++i) {
            address next = person("guardian", i);
            vm.prank(next);
            guardian.answer(id, true);
        }
        measure("answer a motion");
        guardian.execute(id, address(pauses), 0, data);
        measure("execute a pause");
    }

    function test_gas_triggersAndTreasury() public {
        bytes32[] memory spread = new bytes32[](1);
        spread[0] = SPREAD;
        IRollbackTriggers.Crossing below = IRollbackTriggers.Crossing.Below;
        IRollbackTriggers.Action action = IRollbackTriggers.Action.Tighten;
        vm.prank(address(timelock));
        triggers.arm("coverage", IRollbackTriggers.Trigger(figures, "coverage", below, 1, 1 days, 1, action, spread));
        measure("arm a trigger");
        for (uint256 i = 0; i < 3; ++i) {
            address attestor = person("attestor", i);
            vm.prank(attestor);
            figures.attest("coverage", 0, uint64(block.timestamp));
        }
        measure("attest a figure");
        triggers.fire("coverage");
        measure("fire a trigger that tightens one parameter");
        vm.prank(address(timelock));
        treasury.pay(address(workToken), stranger, 1);
        measure("pay from the treasury");
    }

    function test_gas_gate() public {
        Cash cash = new Cash();
        BlockList list = new BlockList();
        cash.mint(address(this), 1_000);
        cash.approve(address(gate), 1_000);
        cash.mint(stranger, 1);
        gate.pay("claim", whale, stranger, address(cash), 100);
        vm.snapshotGasLastCall("ComplianceGate", "pay without a policy");
        vm.prank(address(timelock));
        gate.setPolicy(list);
        gate.pay("claim", whale, stranger, address(cash), 100);
        vm.snapshotGasLastCall("ComplianceGate", "pay past a policy");
        list.setBlocked(stranger, true);
        gate.pay("claim", whale, stranger, address(cash), 100);
        vm.snapshotGasLastCall("ComplianceGate", "hold");
        list.setBlocked(stranger, false);
        gate.release(1);
        vm.snapshotGasLastCall("ComplianceGate", "release");
    }
}
