// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {P256Sha256Verifier} from "../src/P256Sha256Verifier.sol";

/// The curve itself, for vectors that begin with the digest.
contract CurveDoor {
    function native(bytes32[5] calldata words) external view returns (bool) {
        return P256.verifyNative(words[0], words[1], words[2], words[3], words[4]);
    }

    function solidity(bytes32[5] calldata words) external view returns (bool) {
        return P256.verifySolidity(words[0], words[1], words[2], words[3], words[4]);
    }
}

/// Both ways of verifying, against each other and against public vectors.
contract P256Sha256VerifierTest is Test {
    struct EipVector {
        string input;
        string expected;
    }

    struct WycheproofVector {
        string message;
        string signature;
        string result;
    }

    string private constant WYCHEPROOF_TYPE = "Wycheproof(string msg,string sig,string result)";
    address private constant PRECOMPILE = address(0x100);
    uint256 private constant KEY = 0xde71ce;

    P256Sha256Verifier private native;
    P256Sha256Verifier private fallback_;

    function setUp() public {
        native = new P256Sha256Verifier();
        fallback_ = onChainThatAnswers("");
    }

    /// A verifier from a chain on which 0x100 says the same to everything.
    function onChainThatAnswers(bytes memory answer) private returns (P256Sha256Verifier made) {
        vm.mockCall(PRECOMPILE, bytes(""), answer);
        made = new P256Sha256Verifier();
        vm.clearMockedCalls();
    }

    function test_choosesOnceWhatTheChainHas() public {
        assertTrue(native.usesPrecompile());
        assertFalse(fallback_.usesPrecompile());
        assertFalse(onChainThatAnswers(abi.encode(1)).usesPrecompile(), "yes to everything is no answer");
    }

    function testFuzz_bothWaysAgree(bytes32 hash, bytes32 other, uint8 flip) public view {
        bytes memory key = keyOf(KEY);
        bytes memory signature = signatureOf(KEY, sha256(abi.encodePacked(hash)));
        checkBoth(key, hash, signature, true);
        if (other != hash) checkBoth(key, other, signature, false);
        signature[flip % 64] ^= 0x01;
        checkBoth(key, hash, signature, false);
    }

    function test_aMessageIsHashedOnce() public view {
        bytes memory message = "longer than a hash, or shorter: whatever a device is asked to sign";
        bytes memory signature = signatureOf(KEY, sha256(message));
        assertTrue(native.verifyMessage(keyOf(KEY), message, signature));
        assertTrue(fallback_.verifyMessage(keyOf(KEY), message, signature));
    }

    function test_refusesTheUpperS() public view {
        bytes32 hash = keccak256("hash");
        (bytes32 r, bytes32 s) = vm.signP256(KEY, sha256(abi.encodePacked(hash)));
        uint256 upper = uint256(s) > P256.N / 2 ? uint256(s) : P256.N - uint256(s);
        checkBoth(keyOf(KEY), hash, abi.encodePacked(r, upper), false);
        checkBoth(keyOf(KEY), hash, abi.encodePacked(r, P256.N - upper), true);
    }

    function test_refusesOtherLengthsAndWhatIsNoPoint() public view {
        bytes32 hash = keccak256("hash");
        bytes memory signature = signatureOf(KEY, sha256(abi.encodePacked(hash)));
        bytes memory key = keyOf(KEY);
        checkBoth(key, hash, abi.encodePacked(signature, bytes1(0)), false);
        checkBoth(abi.encodePacked(key, bytes1(0)), hash, signature, false);
        checkBoth("", hash, signature, false);
        checkBoth(key, hash, "", false);
        checkBoth(new bytes(64), hash, signature, false);
        checkBoth(key, hash, new bytes(64), false);
    }

    /// Every vector of EIP-7951; of the valid ones the lower s, which alone is for us.
    function test_eip7951() public {
        string memory json = vm.readFile(vectorFile("eip-7951/test-vectors.json"));
        bytes memory parsed = vm.parseJsonTypeArray(json, "$", "Eip(string Input,string Expected)");
        EipVector[] memory eips = abi.decode(parsed, (EipVector[]));
        CurveDoor door = new CurveDoor();
        assertGt(eips.length, 700);
        for (uint256 i = 0; i < eips.length; ++i) {
            bytes32[5] memory words = abi.decode(bytesOf(eips[i].input), (bytes32[5]));
            bool isValid = bytes(eips[i].expected).length > 0;
            (, bytes memory answer) = PRECOMPILE.staticcall(abi.encode(words));
            assertEq(answer.length == 32, isValid, "the chain's own");
            if (isValid && uint256(words[2]) > P256.N / 2) words[2] = bytes32(P256.N - uint256(words[2]));
            assertEq(door.native(words), isValid);
            assertEq(door.solidity(words), isValid);
        }
    }

    /// Every signature of Wycheproof over whole messages.
    function test_wycheproof() public {
        string memory json = vm.readFile(vectorFile("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json"));
        uint256 checked = 0;
        for (uint256 group = 0;; ++group) {
            string memory key = string.concat("$.testGroups[", vm.toString(group), "]");
            if (!vm.keyExistsJson(json, key)) break;
            bytes memory point = bytesOf(vm.parseJsonString(json, string.concat(key, ".publicKey.uncompressed")));
            bytes memory parsed = vm.parseJsonTypeArray(json, string.concat(key, ".tests"), WYCHEPROOF_TYPE);
            WycheproofVector[] memory tests = abi.decode(parsed, (WycheproofVector[]));
            for (uint256 i = 0; i < tests.length; ++i) {
                bool isValid = keccak256(bytes(tests[i].result)) == keccak256("valid");
                bytes memory signature = bytesOf(tests[i].signature);
                if (isValid) signature = lowered(signature);
                checkMessage(withoutHead(point), bytesOf(tests[i].message), signature, isValid);
                ++checked;
            }
        }
        assertEq(checked, vm.parseJsonUint(json, "$.numberOfTests"));
    }

    function checkMessage(bytes memory key, bytes memory message, bytes memory signature, bool isValid) private view {
        assertEq(native.verifyMessage(key, message, signature), isValid);
        assertEq(fallback_.verifyMessage(key, message, signature), isValid);
    }

    function checkBoth(bytes memory key, bytes32 hash, bytes memory signature, bool isValid) private view {
        bytes4 expected = isValid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
        assertEq(native.verify(key, hash, signature), expected);
        assertEq(fallback_.verify(key, hash, signature), expected);
    }

    function signatureOf(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(key, digest);
        return lowered(abi.encodePacked(r, s));
    }

    function lowered(bytes memory signature) private pure returns (bytes memory) {
        (uint256 r, uint256 s) = abi.decode(signature, (uint256, uint256));
        return abi.encodePacked(r, s > P256.N / 2 ? P256.N - s : s);
    }

    function keyOf(uint256 key) private pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        return abi.encodePacked(x, y);
    }

    function withoutHead(bytes memory point) private pure returns (bytes memory key) {
        key = new bytes(64);
        for (uint256 i = 0; i < 64; ++i) {
            key[i] = point[i + 1];
        }
    }

    function bytesOf(string memory hexText) private pure returns (bytes memory) {
        return vm.parseBytes(string.concat("0x", hexText));
    }

    /// Public vectors, as forge.test.ts puts them; without them the test is skipped, but in CI.
    function vectorFile(string memory name) private returns (string memory path) {
        path = string.concat(vm.envOr("STANNARY_VECTORS", string("cache/vectors")), "/", name);
        if (vm.isFile(path)) return path;
        require(!vm.envOr("CI", false), "no public vectors");
        vm.skip(true);
    }
}
