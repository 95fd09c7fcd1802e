// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ComplianceGate} from "../src/ComplianceGate.sol";
import {EconomyRegistry} from "../src/EconomyRegistry.sol";
import {EmergencyPause} from "../src/EmergencyPause.sol";
import {IEconomyRegistry} from "../src/interfaces/IEconomyRegistry.sol";
import {IPolicy} from "../src/interfaces/IPolicy.sol";

/// Lets everybody pass but one.
contract BlockList is IPolicy {
    address public blocked;

    function setBlocked(address account) external {
        blocked = account;
    }

    function check(bytes32, address from, address to, address, uint256) external view returns (bool) {
        return from != blocked && to != blocked;
    }
}

/// A gate with a policy, and pauses, whose administrator the test is.
abstract contract Border {
    ComplianceGate internal gate;
    EmergencyPause internal pauses;
    BlockList internal policy = new BlockList();

    function raiseBorder() internal {
        AccessManager manager = new AccessManager(address(this));
        gate = new ComplianceGate(address(manager));
        pauses = new EmergencyPause(address(manager), economyOf(address(manager)));
        gate.setPolicy(policy);
    }

    function economyOf(address manager) private returns (EconomyRegistry) {
        IEconomyRegistry.Row[] memory rows = new IEconomyRegistry.Row[](1);
        rows[0] = IEconomyRegistry.Row(
            "governance.guardian.pauseMax", 1 days, 1, 7 days, 1, 0, 1, IEconomyRegistry.Direction.LowerIsTighter
        );
        bytes32 any = bytes32(uint256(1));
        return new EconomyRegistry(IEconomyRegistry.Settings(manager, 1, 1, 1, 1, any, any), rows);
    }
}
