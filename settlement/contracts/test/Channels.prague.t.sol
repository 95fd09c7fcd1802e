// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelsHistoryTest} from "./Channels.history.t.sol";
import {ChannelsTest} from "./Channels.t.sol";
import {ChannelFixture} from "./ChannelFixture.sol";

/// Newer than the interface that forge-std has.
interface EvmVersions {
    function setEvmVersion(string calldata name) external;
}

/// The chain before P-256 had a precompile.
abstract contract Prague is ChannelFixture {
    function setUp() public virtual override {
        EvmVersions(address(vm)).setEvmVersion("prague");
        super.setUp();
    }

    function test_thereIsNoPrecompile() public view {
        assertFalse(verifier.usesPrecompile());
    }
}

/// Every test of channels, on a chain that verifies P-256 in contract code.
contract ChannelsPragueTest is ChannelsTest, Prague {
    function setUp() public override(ChannelFixture, Prague) {
        super.setUp();
    }
}

/// As above.
contract ChannelsHistoryPragueTest is ChannelsHistoryTest, Prague {
    function setUp() public override(ChannelFixture, Prague) {
        super.setUp();
    }
}
