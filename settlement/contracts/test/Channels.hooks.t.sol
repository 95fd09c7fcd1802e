// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";
import {ChannelFixture} from "./ChannelFixture.sol";

/// A token that calls both sides of a transfer, as ERC-777 does.
contract HookedToken is ERC20 {
    constructor() ERC20("Hooked", "H") {}

    function mint(address to, uint256 grains) external {
        _mint(to, grains);
    }

    function _update(address from, address to, uint256 grains) internal override {
        if (from.code.length > 0) _tell(from);
        super._update(from, to, grains);
        if (to.code.length > 0) _tell(to);
    }

    /// Whoever has no hook is not asked.
    function _tell(address party) private {
        (bool heard,) = party.call(abi.encodeCall(Party.onTransfer, ()));
        heard;
    }
}

/// A payer or a payee that does something else in the middle of what it does.
contract Party {
    address private immutable _channels;
    bytes private _inside;
    bool public hasActed;
    bool public insideSucceeded;

    constructor(address channels_, HookedToken token) {
        _channels = channels_;
        token.approve(channels_, type(uint256).max);
    }

    function act(bytes calldata outside, bytes calldata inside) external {
        (_inside, hasActed) = (inside, false);
        (bool succeeded, bytes memory reason) = _channels.call(outside);
        if (succeeded) return;
        assembly {
            revert(add(reason, 32), mload(reason))
        }
    }

    function onTransfer() external {
        if (hasActed || _inside.length == 0) return;
        hasActed = true;
        (insideSucceeded,) = _channels.call(_inside);
    }
}

/// Tokens that call their holders in the middle of a transfer: nothing is credited or paid twice.
contract ChannelsHooksTest is ChannelFixture {
    HookedToken private hooked;
    Party private party;

    function setUp() public override {
        super.setUp();
        hooked = new HookedToken();
        party = new Party(address(channels), hooked);
        hooked.mint(address(party), 2 * DEPOSIT);
    }

    /// The party is the payer.
    function paying(bytes32 salt) private view returns (IChannels.Config memory config) {
        config = plainConfig();
        (config.payer, config.service.token, config.salt) = (address(party), address(hooked), salt);
    }

    function opening(IChannels.Config memory config) private pure returns (bytes memory) {
        return abi.encodeCall(IChannels.open, (config, DEPOSIT));
    }

    function test_aDepositWithinADepositIsNotCreditedTwice() public {
        IChannels.Config memory config = paying("a");
        bytes memory topUp = abi.encodeCall(IChannels.topUp, (config, 100e6));
        vm.expectRevert(abi.encodeWithSelector(IChannels.AmountNotReceived.selector, DEPOSIT, DEPOSIT + 100e6));
        party.act(opening(config), topUp);
        vm.expectRevert(abi.encodeWithSelector(IChannels.AmountNotReceived.selector, DEPOSIT, 2 * DEPOSIT));
        party.act(opening(config), opening(paying("b")));
        assertEq(hooked.balanceOf(address(channels)), 0);
    }

    function test_aRefundWithinADepositIsNotPaidByIt() public {
        IChannels.Config memory leaving = paying("a");
        party.act(opening(leaving), "");
        party.act(abi.encodeCall(IChannels.startExit, (leaving)), "");
        vm.warp(block.timestamp + DELAY);
        bytes memory finish = abi.encodeCall(IChannels.finishExit, (leaving));
        vm.expectRevert(abi.encodeWithSelector(IChannels.AmountNotReceived.selector, DEPOSIT, 0));
        party.act(opening(paying("b")), finish);
        assertEq(hooked.balanceOf(address(channels)), DEPOSIT);
    }

    function test_anExitWithinAnExitIsRefundedOnce() public {
        IChannels.Config memory config = paying("a");
        party.act(opening(config), "");
        party.act(opening(paying("b")), "");
        party.act(abi.encodeCall(IChannels.startExit, (config)), "");
        vm.warp(block.timestamp + DELAY);
        bytes memory finish = abi.encodeCall(IChannels.finishExit, (config));
        party.act(finish, finish);
        assertTrue(party.hasActed() && !party.insideSucceeded());
        assertEq(hooked.balanceOf(address(party)), DEPOSIT);
    }

    function testFuzz_aPayeeThatIsCalledIsSentNoMoreThanItCollected(uint128 charged, bool many) public {
        charged = uint128(bound(charged, 1, DEPOSIT));
        hooked.mint(payer, DEPOSIT);
        vm.startPrank(payer);
        hooked.approve(address(channels), DEPOSIT);
        IChannels.Config memory config = plainConfig();
        (config.service.payee, config.service.token) = (address(party), address(hooked));
        channels.open(config, DEPOSIT);
        vm.stopPrank();
        uint256 before = hooked.balanceOf(address(party));
        party.act(abi.encodeCall(IChannels.claim, (batchOf(config, rowOf(config, charged)))), "");
        bytes memory settle = abi.encodeCall(IChannels.settle, (address(party), address(hooked)));
        address[] memory payees = new address[](2);
        (payees[0], payees[1]) = (address(party), address(party));
        bytes memory settleMany = abi.encodeCall(IChannels.settleMany, (payees, address(hooked)));
        party.act(many ? settleMany : settle, many ? settle : settleMany);
        assertTrue(party.hasActed());
        assertEq(hooked.balanceOf(address(party)) - before, charged);
        assertEq(hooked.balanceOf(address(channels)), DEPOSIT - charged);
    }
}
