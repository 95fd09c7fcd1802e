// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Where a network's contracts come from
/// @notice Creates contracts at addresses that are known before any of them is there: the n-th is at this contract's n-th
/// address. So contracts can be told of each other for good, and a deployment that was interrupted goes on where it
/// stopped. It has no power over anything that it created.
contract Deployer {
    /// @notice Alone may create: a stranger's contract would move all that follow.
    address public immutable owner;
    /// @notice Hash of everything that is going to be created here.
    bytes32 public immutable planHash;

    error NotOwner(address caller, address owner);
    /// @notice A constructor refused without saying why.
    error CreationFailed(uint256 index);

    constructor(address owner_, bytes32 planHash_) {
        (owner, planHash) = (owner_, planHash_);
    }

    /// @notice Creates contracts in order, all or none; a constructor's error is this call's.
    /// @dev Errors: NotOwner, CreationFailed, and the constructors' own.
    function create(bytes[] calldata creationCodes) external {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
        for (uint256 i = 0; i < creationCodes.length; ++i) {
            bytes memory code = creationCodes[i];
            address created;
            assembly ("memory-safe") {
                created := create(0, add(code, 0x20), mload(code))
                if and(iszero(created), gt(returndatasize(), 0)) {
                    let reason := mload(0x40)
                    returndatacopy(reason, 0, returndatasize())
                    revert(reason, returndatasize())
                }
            }
            if (created == address(0)) revert CreationFailed(i);
        }
    }
}
