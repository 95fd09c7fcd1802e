// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IComplianceGate} from "./interfaces/IComplianceGate.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";

/// @title Implements IComplianceGate, which documents every function.
contract ComplianceGate is IComplianceGate, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice What a policy may spend on an answer. One that wants more says no.
    uint256 public constant POLICY_GAS = 100_000;
    /// @dev A call gets at most 63/64 of what is left (EIP-150); the rest is for what follows the answer.
    uint256 private constant GAS_NEEDED = POLICY_GAS * 64 / 63 + 10_000;

    IPolicy public policy;
    uint256 public holdCount;
    mapping(uint256 holdId => Hold) private _holds;
    mapping(address to => mapping(address asset => uint256)) public heldOf;
    mapping(address asset => uint256) public heldTotal;

    constructor(address authority) AccessManaged(authority) {
        if (authority == address(0)) revert ZeroAddress();
    }

    function setPolicy(IPolicy policy_) external restricted {
        if (address(policy_) != address(0) && address(policy_).code.length == 0) {
            revert PolicyWithoutCode(address(policy_));
        }
        policy = policy_;
        emit PolicySet(address(policy_));
    }

    function pay(bytes32 op, address from, address to, address asset, uint128 amount)
        external
        nonReentrant
        returns (uint256 holdId)
    {
        if (to == address(0) || asset == address(0)) revert ZeroAddress();
        if (to == address(this)) revert PayeeIsGate();
        if (amount == 0) revert ZeroAmount();
        uint256 before = IERC20(asset).balanceOf(address(this));
        IERC20(asset).safeTransferFrom(msg.sender, address(this), amount);
        // No more than was asked for, should the asset add to its balances in between.
        uint256 received = IERC20(asset).balanceOf(address(this)) - before;
        if (received < amount) amount = uint128(received);
        if (amount == 0) revert ZeroAmount();
        if (clears(op, from, to, asset, amount) && IERC20(asset).trySafeTransfer(to, amount)) {
            emit Passed(op, from, to, asset, amount);
            return 0;
        }
        holdId = ++holdCount;
        _holds[holdId] = Hold(op, from, to, asset, amount, uint64(block.timestamp));
        heldOf[to][asset] += amount;
        heldTotal[asset] += amount;
        emit Held(holdId, op, to, from, asset, amount);
    }

    function release(uint256 holdId) external {
        _release(holdId, _holds[holdId].to);
    }

    function releaseTo(uint256 holdId, address to) external {
        Hold storage hold = _holds[holdId];
        if (hold.to == address(0)) revert HoldUnknown(holdId);
        if (msg.sender != hold.to) revert NotPayee(holdId, msg.sender, hold.to);
        if (to == address(0)) revert ZeroAddress();
        if (to == address(this)) revert PayeeIsGate();
        _release(holdId, to);
    }

    function _release(uint256 holdId, address to) private nonReentrant {
        Hold memory hold = _holds[holdId];
        if (hold.to == address(0)) revert HoldUnknown(holdId);
        if (!clears(hold.op, hold.from, to, hold.asset, hold.amount)) revert StillBlocked(holdId, to);
        delete _holds[holdId];
        heldOf[hold.to][hold.asset] -= hold.amount;
        heldTotal[hold.asset] -= hold.amount;
        emit Released(holdId, to, hold.asset, hold.amount);
        IERC20(hold.asset).safeTransfer(to, hold.amount);
    }

    function clears(bytes32 op, address from, address to, address asset, uint256 amount) public view returns (bool) {
        address asked = address(policy);
        if (asked == address(0)) return true;
        if (gasleft() < GAS_NEEDED) revert GasTooLow(gasleft(), GAS_NEEDED);
        bytes memory question = abi.encodeCall(IPolicy.check, (op, from, to, asset, amount));
        uint256 answer = 0;
        bool answered;
        // One word of the answer is copied, however long it is: no policy makes this contract pay for its memory.
        assembly ("memory-safe") {
            answered := staticcall(POLICY_GAS, asked, add(question, 0x20), mload(question), 0x00, 0x20)
            answered := and(answered, eq(returndatasize(), 0x20))
            answer := mload(0x00)
        }
        return answered && answer == 1;
    }

    function holdOf(uint256 holdId) external view returns (Hold memory) {
        return _holds[holdId];
    }
}
