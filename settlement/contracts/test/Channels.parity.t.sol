// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Channels} from "../src/Channels.sol";
import {P256Sha256Verifier} from "../src/P256Sha256Verifier.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";

/// Channels, vouchers, charges and closes of the wire package: the same ids and digests here, and its signatures hold.
contract ChannelsParityTest is Test {
    string private vectors;
    Channels private channels;
    P256Sha256Verifier private verifier;
    bytes private key;
    address private account;

    function setUp() public {
        vectors = vm.readFile("../../test/vectors/voucher.json");
        verifier = new P256Sha256Verifier();
        vm.chainId(vm.parseJsonUint(vectors, ".domain.chainId"));
        channels = Channels(vm.parseJsonAddress(vectors, ".domain.contract"));
        deployCodeTo("Channels.sol:Channels", abi.encode(verifier, address(0)), address(channels));
        key = abi.encodePacked(hashAt(".p256Key.x"), hashAt(".p256Key.y"));
        account = vm.parseJsonAddress(vectors, ".ecdsaAddress");
    }

    function test_channelsHaveTheSameIds() public view {
        uint256 count = 0;
        for (string memory at = item("channels", 0); vm.keyExistsJson(vectors, at); at = item("channels", ++count)) {
            assertEq(channels.channelIdOf(configAt(at)), hashAt(string.concat(at, ".id")));
        }
        assertGt(count, 1);
    }

    function test_vouchersHaveTheSameDigestsAndTheirSignaturesHold() public view {
        uint256 count = 0;
        for (string memory at = item("vouchers", 0); vm.keyExistsJson(vectors, at); at = item("vouchers", ++count)) {
            IChannels.Voucher memory voucher = IChannels.Voucher({
                payee: vm.parseJsonAddress(vectors, string.concat(at, ".payee")),
                cumulativeGrains: uint128(numberAt(string.concat(at, ".cumulativeGrains"))),
                deadlineMs: uint64(numberAt(string.concat(at, ".deadlineMs"))),
                conditionHash: hashAt(string.concat(at, ".conditionHash"))
            });
            checkSigned(at, channels.voucherDigestOf(hashAt(string.concat(at, ".channelId")), voucher));
        }
        assertGt(count, 2);
    }

    function test_chargesHaveTheSameDigestsAndTheirSignaturesHold() public view {
        uint256 count = 0;
        for (string memory at = item("charges", 0); vm.keyExistsJson(vectors, at); at = item("charges", ++count)) {
            uint128 charged = uint128(numberAt(string.concat(at, ".chargedGrains")));
            checkSigned(at, channels.chargeDigestOf(hashAt(string.concat(at, ".voucherDigest")), charged));
        }
        assertGt(count, 2);
    }

    function test_closesHaveTheSameDigestsAndTheirSignaturesHold() public view {
        uint256 count = 0;
        for (string memory at = item("closes", 0); vm.keyExistsJson(vectors, at); at = item("closes", ++count)) {
            uint128 paid = uint128(numberAt(string.concat(at, ".paidGrains")));
            uint64 deadlineMs = uint64(numberAt(string.concat(at, ".deadlineMs")));
            checkSigned(at, channels.closeDigestOf(hashAt(string.concat(at, ".channelId")), paid, deadlineMs));
        }
        assertGt(count, 2);
    }

    function checkSigned(string memory at, bytes32 digest) private view {
        assertEq(digest, hashAt(string.concat(at, ".digest")));
        bytes memory signature = vm.parseJsonBytes(vectors, string.concat(at, ".p256Signature"));
        assertEq(verifier.verify(key, digest, signature), IERC7913SignatureVerifier.verify.selector);
        assertEq(ECDSA.recover(digest, vm.parseJsonBytes(vectors, string.concat(at, ".ecdsaSignature"))), account);
    }

    function configAt(string memory at) private view returns (IChannels.Config memory config) {
        config.payer = vm.parseJsonAddress(vectors, string.concat(at, ".payer"));
        config.payerSigner = vm.parseJsonBytes(vectors, string.concat(at, ".payerSigner"));
        config.salt = hashAt(string.concat(at, ".salt"));
        IChannels.Service memory service = config.service;
        service.payee = vm.parseJsonAddress(vectors, string.concat(at, ".payee"));
        service.payeeOperator = vm.parseJsonAddress(vectors, string.concat(at, ".payeeOperator"));
        service.token = vm.parseJsonAddress(vectors, string.concat(at, ".token"));
        service.exitDelaySeconds = uint64(numberAt(string.concat(at, ".exitDelaySeconds")));
        service.minConfirmations = uint32(numberAt(string.concat(at, ".minConfirmations")));
        service.policyHash = hashAt(string.concat(at, ".policyHash"));
    }

    function numberAt(string memory at) private view returns (uint256) {
        return vm.parseJsonUint(vectors, at);
    }

    function hashAt(string memory at) private view returns (bytes32) {
        return vm.parseJsonBytes32(vectors, at);
    }

    function item(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]");
    }
}
