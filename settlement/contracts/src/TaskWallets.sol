// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IChannels} from "./interfaces/IChannels.sol";
import {ITaskWallets} from "./interfaces/ITaskWallets.sol";

/// @title Implements ITaskWallets, which documents every function.
/// @dev Deployed by the channels that it routes for, so neither can be told of another. It holds no money.
contract TaskWallets is ITaskWallets {
    IChannels public immutable channels;

    mapping(bytes32 id => uint128) private _allotted;
    mapping(bytes32 id => mapping(address provider => Part)) private _parts;

    constructor(IChannels channels_) {
        channels = channels_;
    }

    function allot(IChannels.Config calldata config, address provider, uint128 grains, uint64 endsAt) external {
        if (msg.sender != config.payer) revert NotPayer(msg.sender, config.payer);
        if (config.service.payee != address(this)) revert NotOfThisRouter(config.service.payee);
        if (provider == address(0)) revert ZeroAddress();
        if (grains == 0) revert ZeroAmount();
        bytes32 id = channels.channelIdOf(config);
        IChannels.State memory state = channels.stateOf(id);
        if (state.phase != IChannels.Phase.Open) revert WrongPhase(id, state.phase);
        Part storage part = _parts[id][provider];
        uint64 earliestAt = uint64(Math.max(block.timestamp + 1, part.endsAt));
        if (endsAt < earliestAt) revert EndTooEarly(endsAt, earliestAt);
        uint256 allotted = uint256(_allotted[id]) + grains;
        if (allotted > state.depositedGrains) revert NotFunded(allotted, state.depositedGrains);
        _allotted[id] = uint128(allotted);
        part.capGrains += grains;
        part.endsAt = endsAt;
        emit Allotted(id, provider, part.capGrains, endsAt);
    }

    function release(IChannels.Config calldata config, address provider) external returns (uint128 freedGrains) {
        bytes32 id = channels.channelIdOf(config);
        Part storage part = _parts[id][provider];
        if (!channels.hasPassed(part.endsAt)) revert PartNotOver(id, provider, part.endsAt);
        (uint128 claimed, uint128 committed) = channels.streamOf(id, provider);
        uint128 kept = uint128(Math.max(claimed, committed));
        freedGrains = part.capGrains - kept;
        if (freedGrains == 0) revert NothingToRelease(id, provider);
        part.capGrains = kept;
        _allotted[id] -= freedGrains;
        emit Released(id, provider, freedGrains);
    }

    function partOf(bytes32 id, address provider) external view returns (Part memory) {
        return _parts[id][provider];
    }

    function allottedOf(bytes32 id) external view returns (uint128) {
        return _allotted[id];
    }
}
