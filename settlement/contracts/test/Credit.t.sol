// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {Credit} from "../src/Credit.sol";
import {ICredit} from "../src/interfaces/ICredit.sol";
import {Fixture} from "./Fixture.sol";

contract CreditTest is Fixture {
    uint256 private constant PAYER_KEY = 0xfaced;
    address private immutable payer = vm.addr(PAYER_KEY);

    function test_issuerMintsAndHolderBurns() public {
        vm.prank(issuer);
        credit.mint(consumer, 10);
        vm.prank(consumer);
        credit.burn(4);
        assertEq(credit.balanceOf(consumer), 6);
        assertEq(credit.totalSupply(), 6);
        assertEq(credit.decimals(), 6);
    }

    function test_RevertWhen_NotIssuer() public {
        vm.expectRevert(abi.encodeWithSelector(ICredit.NotIssuer.selector, stranger, issuer));
        vm.prank(stranger);
        credit.mint(stranger, 1);
    }

    function test_RevertWhen_ZeroAddress() public {
        vm.expectRevert(ICredit.ZeroAddress.selector);
        new Credit(address(0));
    }

    // ---- transfers that a signature authorises

    function test_anAuthorisedTransferIsBroughtByAnybodyInAnyOrder() public {
        fundPayer();
        authorised(2, 3, "second");
        authorised(1, 4, "first");
        assertEq(credit.balanceOf(consumer), 7);
        assertTrue(credit.authorizationState(payer, "first"));
    }

    function test_RevertWhen_ERC3009UsedAuthorization() public {
        fundPayer();
        authorised(1, 4, "once");
        bytes memory used = abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, payer, bytes32("once"));
        (uint8 v, bytes32 r, bytes32 s) = sign(4, "once");
        vm.expectRevert(used);
        credit.transferWithAuthorization(payer, consumer, 4, 0, type(uint48).max, "once", v, r, s);
    }

    function test_anAuthorisationIsRevoked() public {
        fundPayer();
        bytes32 typeHash = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(PAYER_KEY, digestOf(keccak256(abi.encode(typeHash, payer, bytes32("revoked")))));
        credit.cancelAuthorization(payer, "revoked", v, r, s);
        (v, r, s) = sign(4, "revoked");
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, payer, bytes32("revoked")));
        credit.transferWithAuthorization(payer, consumer, 4, 0, type(uint48).max, "revoked", v, r, s);
    }

    /// Another amount, another payee: the signature is of none.
    function test_RevertWhen_ERC3009InvalidSignature() public {
        fundPayer();
        (uint8 v, bytes32 r, bytes32 s) = sign(4, "nonce");
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        credit.transferWithAuthorization(payer, consumer, 5, 0, type(uint48).max, "nonce", v, r, s);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        credit.transferWithAuthorization(payer, stranger, 4, 0, type(uint48).max, "nonce", v, r, s);
    }

    function fundPayer() private {
        vm.prank(issuer);
        credit.mint(payer, 10);
    }

    function authorised(uint256 sender, uint256 grains, bytes32 nonce) private {
        (uint8 v, bytes32 r, bytes32 s) = sign(grains, nonce);
        vm.prank(address(uint160(sender)));
        credit.transferWithAuthorization(payer, consumer, grains, 0, type(uint48).max, nonce, v, r, s);
    }

    function sign(uint256 grains, bytes32 nonce) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash = keccak256(
            "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 structHash =
            keccak256(abi.encode(typeHash, payer, consumer, grains, 0, uint256(type(uint48).max), nonce));
        return vm.sign(PAYER_KEY, digestOf(structHash));
    }

    function digestOf(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", credit.DOMAIN_SEPARATOR(), structHash));
    }
}
