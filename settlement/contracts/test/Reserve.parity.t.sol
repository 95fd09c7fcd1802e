// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Credit} from "../src/Credit.sol";
import {Reserve} from "../src/Reserve.sol";
import {IReserve} from "../src/interfaces/IReserve.sol";
import {CommitteeDraw} from "../src/libraries/CommitteeDraw.sol";
import {CurveMath} from "../src/libraries/CurveMath.sol";
import {ReserveMath} from "../src/libraries/ReserveMath.sol";
import {TestPrice} from "./ReserveFixture.sol";
import {TestAsset} from "./TestAsset.sol";

/// What the kernel made of random reserves, curves and pools: the contracts make the same of them. The deep profile reads
/// the cases that `node settlement/contracts/tools/write-vectors.ts 10000` writes.
contract ReserveParityTest is Test {
    uint256 private constant WAITS = 9;
    /// Words of a row of `issue` that the throttle takes.
    uint256 private constant THROTTLE_AT = 3;
    uint256 private constant ATTESTOR_KEY = 0xa77e57;

    address private immutable holder = makeAddr("holder");
    TestAsset private asset;
    TestAsset private token;
    TestPrice private price;
    /// Read once: thousands are created.
    bytes private reserveCode;
    bytes private creditCode;

    function setUp() public {
        (asset, token, price) = (new TestAsset(6), new TestAsset(6), new TestPrice());
        (reserveCode, creditCode) = (vm.getCode("Reserve.sol:Reserve"), vm.getCode("Credit.sol:Credit"));
    }

    function create(bytes memory code) private returns (address created) {
        assembly {
            created := create(0, add(code, 32), mload(code))
        }
        assertNotEq(created, address(0));
    }

    function rowsOf(string memory key) private view returns (string[] memory rows) {
        bool deep = keccak256(bytes(vm.envOr("FOUNDRY_PROFILE", string("default")))) == keccak256("deep");
        string memory file = deep ? "cache/reserve-deep.json" : "../../test/vectors/reserve.json";
        rows = vm.parseJsonStringArray(vm.readFile(file), key);
        assertGe(rows.length, deep ? 10_000 : 200);
    }

    function wordsOf(string memory row) private pure returns (uint256[] memory words) {
        bytes memory text = bytes(row);
        words = new uint256[](32);
        uint256 count = 0;
        for (uint256 i = 0; i < text.length; ++i) {
            if (text[i] == " ") ++count;
            else words[count] = words[count] * 10 + uint8(text[i]) - 48;
        }
    }

    /// The contract itself, in the state of the row.
    function test_issuesWhatTheKernelMints() public {
        string[] memory rows = rowsOf(".issue");
        bytes4[5] memory refusals = [
            bytes4(0),
            IReserve.IssueHalted.selector,
            IReserve.IssueTooEarly.selector,
            IReserve.IssueTooLarge.selector,
            IReserve.TokenCoverShort.selector
        ];
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            uint256[] memory rest = new uint256[](8);
            for (uint256 at = 0; at < 8; ++at) {
                rest[at] = words[THROTTLE_AT + 5 + WAITS + at];
            }
            Reserve reserve = reserveOf(words, rest);
            vm.prank(holder);
            try reserve.issue(holder, rest[4], 0) returns (uint256 creditGrains) {
                assertEq(rest[6], 0, rows[i]);
                assertEq(creditGrains, rest[7], rows[i]);
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), refusals[rest[6]], rows[i]);
            }
        }
    }

    /// @param rest stable, tokens, outstanding, price, paid, seconds since the last issue, outcome, credits
    function reserveOf(uint256[] memory words, uint256[] memory rest) private returns (Reserve reserve) {
        vm.warp(rest[5]);
        price.set(uint128(rest[3]), false);
        Reserve.Settings memory all;
        address reserveAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        all.credit = Credit(create(abi.encodePacked(creditCode, abi.encode(reserveAt))));
        all.asset = IERC20(address(asset));
        all.workToken = IERC20(address(token));
        all.tokenPrice = price;
        all.attestor = vm.addr(ATTESTOR_KEY);
        (all.attestationSecondsMax, all.redemptionEraSeconds) = (1, 1);
        (all.spreadPpm, all.tokenHaircutPpm, all.tokenCoverPpmMin) =
        (uint32(words[0]), uint32(words[1]), uint32(words[2]));
        all.throttle = throttleOf(words, THROTTLE_AT);
        all.slowWaitSeconds = waitsOf(words, THROTTLE_AT + 5);
        reserve = Reserve(create(abi.encodePacked(reserveCode, abi.encode(all))));
        attestTo(reserve);
        vm.prank(address(reserve));
        all.credit.mint(holder, rest[2]);
        asset.mint(address(reserve), rest[0]);
        asset.mint(holder, rest[4]);
        token.mint(holder, rest[1]);
        vm.startPrank(holder);
        asset.approve(address(reserve), rest[4]);
        token.approve(address(reserve), rest[1]);
        if (rest[1] > 0) reserve.postTokens(uint128(rest[1]));
        vm.stopPrank();
    }

    function attestTo(Reserve reserve) private {
        IReserve.Attestation memory count = IReserve.Attestation(1, 1, uint64(block.timestamp), 0);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ATTESTOR_KEY, reserve.attestationDigest(count));
        reserve.attest(count, abi.encodePacked(r, s, v));
    }

    function throttleOf(uint256[] memory words, uint256 at) private pure returns (IReserve.Throttle memory) {
        return IReserve.Throttle({
            warnPpm: uint32(words[at]),
            haltPpm: uint32(words[at + 1]),
            stepPpm: uint32(words[at + 2]),
            slowIssuePpm: uint32(words[at + 3]),
            waitSecondsMin: uint32(words[at + 4])
        });
    }

    function waitsOf(uint256[] memory words, uint256 at) private pure returns (uint32[] memory waits) {
        waits = new uint32[](WAITS);
        for (uint256 i = 0; i < WAITS; ++i) {
            waits[i] = uint32(words[at + i]);
        }
    }

    function test_redeemsWhatTheKernelRedeems() public view {
        string[] memory rows = rowsOf(".redeem");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            assertEq(ReserveMath.redeemedDown(words[2], words[0], words[1]), words[3], rows[i]);
        }
    }

    function test_keepsTheKernelsPace() public view {
        string[] memory rows = rowsOf(".pace");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            (ReserveMath.Pace pace, uint256 steps) = ReserveMath.paceOf(words[14], words[0], words[1], words[2]);
            assertEq(uint256(pace), words[15], rows[i]);
            uint256 wait = pace == ReserveMath.Pace.Slow ? words[5 + (steps < WAITS ? steps : WAITS - 1)] : words[4];
            if (pace != ReserveMath.Pace.Halted) assertEq(wait, words[16], rows[i]);
        }
    }

    function test_buysWhatTheKernelBuys() public view {
        string[] memory rows = rowsOf(".buy");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            uint256 tax = CurveMath.taxUp(words[4], words[1]);
            assertEq(tax, words[6], rows[i]);
            assertEq(CurveMath.boughtDown(words[0], words[2], words[3], words[4] - tax), words[5], rows[i]);
        }
    }

    function test_sellsWhatTheKernelSells() public view {
        string[] memory rows = rowsOf(".sell");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            assertEq(CurveMath.soldDown(words[0], words[1], words[2], words[3]), words[4], rows[i]);
        }
    }

    function test_drawsWhomArbitrationDraws() public view {
        string[] memory rows = rowsOf(".draw");
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256[] memory words = wordsOf(rows[i]);
            CommitteeDraw.Walk memory walk = CommitteeDraw.start(bytes32(words[0]), words[1], 12);
            for (uint256 at = 0; at < 12; ++at) {
                assertEq(CommitteeDraw.next(walk), words[2 + at], rows[i]);
            }
        }
    }
}
