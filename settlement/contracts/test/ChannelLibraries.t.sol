// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IChannels} from "../src/interfaces/IChannels.sol";
import {ChannelTypes} from "../src/libraries/ChannelTypes.sol";
import {Ending, EndingFields} from "../src/libraries/Ending.sol";
import {Purse, PurseFields} from "../src/libraries/Purse.sol";
import {RowFields} from "../src/libraries/RowFields.sol";
import {SignerCheck} from "../src/libraries/SignerCheck.sol";
import {Wallet} from "./ChannelFixture.sol";

/// The libraries that read and hash by hand, where a test can call them.
contract LibraryDoor {
    using RowFields for IChannels.Batch[];
    using RowFields for IChannels.Row[];
    using RowFields for IChannels.Row;
    using RowFields for IChannels.Service;

    /// A row as the library reads it, put together again.
    function rowAt(IChannels.Batch[] calldata batches, uint256 i, uint256 j)
        external
        pure
        returns (IChannels.Row memory read, bool hasExtra)
    {
        (, IChannels.Row[] calldata rows) = batches.at(i);
        IChannels.Row calldata row = rows.at(j);
        row.requireTyped();
        read.payer = row.payerOf();
        read.payerSigner = row.signerOf();
        read.salt = row.saltOf();
        read.voucher.payee = row.payeeOf();
        read.voucher.cumulativeGrains = uint128(row.ceilingOf());
        read.voucher.deadlineMs = uint64(row.deadlineOf() * 1000);
        read.voucher.conditionHash = row.conditionHashOf();
        read.chargedGrains = uint128(row.chargedOf());
        read.signature = row.signatureOf();
        hasExtra = row.hasExtra();
    }

    function serviceAt(IChannels.Batch[] calldata batches, uint256 i)
        external
        pure
        returns (address payee, address token, uint256 rows)
    {
        (IChannels.Service calldata service, IChannels.Row[] calldata all) = batches.at(i);
        return (service.payeeOf(), service.tokenOf(), all.length);
    }

    function requireTyped(IChannels.Row calldata row) external pure {
        row.requireTyped();
    }

    function answer(IChannels.Skip[] memory skips) external pure returns (IChannels.Skip[] memory) {
        RowFields.answer(skips);
    }

    function isSignedByKey(address account, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return SignerCheck.isSignedByKey(account, digest, signature);
    }

    function isSignedByCode(address account, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return SignerCheck.isSignedByCode(account, digest, signature);
    }
}

/// The same row read by the compiler.
contract CompilerDoor {
    function requireTyped(IChannels.Row calldata row) external pure {
        row.payer;
        row.chargedGrains;
        IChannels.Voucher memory voucher = row.voucher;
        voucher;
    }
}

/// What is read, hashed or recovered by hand is what the compiler, or OpenZeppelin, makes of the same.
contract ChannelLibrariesTest is Test {
    LibraryDoor private door;
    CompilerDoor private compiler;

    function setUp() public {
        door = new LibraryDoor();
        compiler = new CompilerDoor();
    }

    /// Two batches of two rows, the drawn one in every place.
    function testFuzz_aRowIsReadAsTheCompilerReadsIt(
        IChannels.Service memory service,
        IChannels.Row memory row,
        bool hasExtra,
        uint8 place
    ) public view {
        row.extras = new IChannels.Extra[](hasExtra ? 1 : 0);
        IChannels.Batch[] memory batches = new IChannels.Batch[](2);
        for (uint256 i = 0; i < 2; ++i) {
            batches[i].rows = new IChannels.Row[](2);
        }
        (uint256 batch, uint256 nth) = (place >> 1 & 1, place & 1);
        batches[batch].service = service;
        batches[batch].rows[nth] = row;
        (address payee, address token, uint256 rows) = door.serviceAt(batches, batch);
        assertEq(payee, service.payee);
        assertEq(token, service.token);
        assertEq(rows, 2);
        (IChannels.Row memory read, bool extra) = door.rowAt(batches, batch, nth);
        assertEq(extra, hasExtra);
        row.voucher.deadlineMs -= row.voucher.deadlineMs % 1000;
        row.extras = read.extras;
        assertEq(abi.encode(read), abi.encode(row));
    }

    /// Ten words, any bit of which may be one that its type does not have.
    function testFuzz_whatTheCompilerRefusesIsRefused(IChannels.Row memory row, uint8 word, uint8 bit) public view {
        row.extras = new IChannels.Extra[](0);
        bytes memory input = abi.encodeCall(LibraryDoor.requireTyped, (row));
        // Words that hold values; flipping an offset moves what follows, which neither reads.
        uint8[6] memory values = [0, 3, 4, 5, 6, 7];
        input[4 + 32 + uint256(values[word % 6]) * 32 + bit / 8] ^= bytes1(uint8(1) << (bit % 8));
        (bool isTaken,) = address(door).staticcall(input);
        (bool isTyped,) = address(compiler).staticcall(input);
        assertEq(isTaken, isTyped);
    }

    function testFuzz_anAnswerIsWhatTheCompilerReturns(uint8[] memory reasons) public view {
        IChannels.Skip[] memory skips = new IChannels.Skip[](reasons.length);
        for (uint256 i = 0; i < reasons.length; ++i) {
            skips[i] = IChannels.Skip(reasons[i] % 12);
        }
        (, bytes memory answered) = address(door).staticcall(abi.encodeCall(door.answer, (skips)));
        assertEq(answered, abi.encode(skips));
    }

    function testFuzz_aDigestIsTheStandards(bytes32 domain, bytes32 hash) public pure {
        assertEq(ChannelTypes.digestOf(domain, hash), MessageHashUtils.toTypedDataHash(domain, hash));
    }

    function testFuzz_aKeySignsAsOpenZeppelinHasIt(uint256 key, bytes32 digest, bytes memory noise, uint16 flip)
        public
        view
    {
        key = boundPrivateKey(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        assertTrue(door.isSignedByKey(vm.addr(key), digest, signature));
        checkAsOpenZeppelin(vm.addr(key), digest, signature);
        checkAsOpenZeppelin(address(0), digest, signature);
        checkAsOpenZeppelin(vm.addr(key), digest, noise);
        signature[flip / 8 % 65] ^= bytes1(uint8(1) << (flip % 8));
        checkAsOpenZeppelin(vm.addr(key), digest, signature);
        checkAsOpenZeppelin(address(0), digest, signature);
    }

    function checkAsOpenZeppelin(address account, bytes32 digest, bytes memory signature) private view {
        (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature);
        bool isSigned = fault == ECDSA.RecoverError.NoError && recovered == account;
        assertEq(door.isSignedByKey(account, digest, signature), isSigned);
    }

    function testFuzz_aWalletIsAskedAsOpenZeppelinAsks(uint256 key, bytes32 digest, bytes memory noise) public {
        key = boundPrivateKey(key);
        address wallet = address(new Wallet(vm.addr(key)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        assertTrue(door.isSignedByCode(wallet, digest, signature));
        assertFalse(door.isSignedByCode(wallet, ~digest, signature));
        assertFalse(door.isSignedByCode(vm.addr(key), digest, signature), "an account without code answers nothing");
        // Whatever is signed, the wallet hears the same question.
        vm.mockCall(
            wallet,
            abi.encodeWithSignature("isValidSignature(bytes32,bytes)", digest, noise),
            abi.encode(bytes4(0x1626ba7e))
        );
        assertTrue(SignatureChecker.isValidERC1271SignatureNow(wallet, digest, noise));
        assertTrue(door.isSignedByCode(wallet, digest, noise));
    }

    function testFuzz_aPursesFieldsDoNotTouch(uint112 deposited, uint112 claimed, bool isContract) public pure {
        Purse purse = PurseFields.openedWith(0, isContract);
        assertTrue(purse.isThere());
        purse = purse.withDeposited(~deposited).withClaimed(~claimed).withDeposited(deposited).withClaimed(claimed);
        assertFalse(purse.isClosed());
        assertFalse(purse.isSignerRevoked());
        purse = purse.closed().signerRevoked();
        assertEq(purse.depositedGrains(), deposited);
        assertEq(purse.claimedGrains(), claimed);
        assertEq(purse.leftGrains(), deposited > claimed ? deposited - claimed : 0);
        assertTrue(purse.isClosed());
        assertTrue(purse.isSignerRevoked());
        assertEq(purse.isSignerContract(), isContract);
    }

    function testFuzz_anEndingsFieldsDoNotTouch(uint112 grains, uint40 exit, uint40 signer, uint48 opened) public pure {
        Ending ending = EndingFields.openedAt(opened);
        ending = ending.withCommitted(~grains).withExit(~exit).withSigner(~signer);
        assertFalse(ending.isExitExtended());
        ending = ending.withCommitted(grains).withExit(exit).withSigner(signer).extended();
        assertEq(ending.committedGrains(), grains);
        assertEq(ending.exitEndsAt(), exit);
        assertEq(ending.signerEndsAt(), signer);
        assertEq(ending.openedAtBlock(), opened);
        assertTrue(ending.isExitExtended());
    }
}
