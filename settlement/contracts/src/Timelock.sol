// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IEconomyRegistry} from "./interfaces/IEconomyRegistry.sol";

/// @title The wait between a decision and its effect
/// @notice OpenZeppelin's timelock, whose least delay is the economy's `governance.timelock`: so it moves in steps within
/// bounds like any other parameter, and no single vote can set it to nothing.
contract Timelock is TimelockController {
    bytes32 private constant TIMELOCK = "governance.timelock";

    IEconomyRegistry public immutable economy;

    error ZeroAddress();
    /// @notice The delay is changed in the economy, not here.
    error DelayIsEconomys(bytes32 name);

    /// @param executors The zero address: anyone.
    constructor(IEconomyRegistry economy_, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(0, proposers, executors, admin)
    {
        if (address(economy_) == address(0)) revert ZeroAddress();
        economy = economy_;
    }

    function getMinDelay() public view override returns (uint256) {
        return economy.valueOf(TIMELOCK);
    }

    function updateDelay(uint256) public pure override {
        revert DelayIsEconomys(TIMELOCK);
    }
}
