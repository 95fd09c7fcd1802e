// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Credit} from "../src/Credit.sol";
import {Reserve} from "../src/Reserve.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IReserve} from "../src/interfaces/IReserve.sol";
import {ITokenPrice} from "../src/interfaces/ITokenPrice.sol";
import {IWorkToken} from "../src/interfaces/IWorkToken.sol";
import {TestAsset} from "./TestAsset.sol";

/// An oracle that says what it is told, 0 while halted, and can fail.
contract TestPrice is ITokenPrice {
    uint128 private _price = 2_000_000;
    bool private _fails;

    function set(uint128 price, bool fails) external {
        _price = price;
        _fails = fails;
    }

    function tokenPriceMicrograins() external view returns (uint128) {
        require(!_fails, "no price");
        return _price;
    }
}

/// A credit with its reserve, an attestation of today, and people with the asset.
abstract contract ReserveFixture is Test {
    uint64 internal constant ERA = 1 days;
    uint64 internal constant ATTESTATION_MAX = 7 days;
    uint32 internal constant SPREAD_PPM = 1_000;
    uint256 internal constant ATTESTOR_KEY = 0xa77e57;

    address internal immutable attestor = vm.addr(ATTESTOR_KEY);
    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");
    address internal immutable carol = makeAddr("carol");
    address internal immutable treasury = makeAddr("treasury");

    Credit internal credit;
    Reserve internal reserve;
    TestAsset internal asset;
    TestPrice internal price;
    WorkToken internal workToken;
    /// Units of the asset in one unit of credit.
    uint256 internal one;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        IWorkToken.Allocation[] memory genesis = new IWorkToken.Allocation[](1);
        genesis[0] = IWorkToken.Allocation(treasury, 1_000_000e6);
        workToken = new WorkToken(makeAddr("settlement"), 10_000_000e6, 1e6, genesis);
        price = new TestPrice();
        deploy(18, 0);
    }

    function deploy(uint8 decimals, uint32 tokenCoverPpmMin) internal {
        asset = new TestAsset(decimals);
        one = 10 ** decimals;
        credit = new Credit(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        reserve = new Reserve(settings(tokenCoverPpmMin));
        attest(1, 1);
        address[3] memory people = [alice, bob, carol];
        for (uint256 i = 0; i < people.length; ++i) {
            asset.mint(people[i], 1e9 * one);
            vm.startPrank(people[i]);
            asset.approve(address(reserve), type(uint256).max);
            credit.approve(address(reserve), type(uint256).max);
            vm.stopPrank();
        }
        vm.prank(treasury);
        workToken.approve(address(reserve), type(uint256).max);
    }

    function settings(uint32 tokenCoverPpmMin) internal view virtual returns (Reserve.Settings memory all) {
        all.credit = credit;
        all.asset = IERC20(asset);
        all.workToken = IERC20(address(workToken));
        all.tokenPrice = price;
        all.attestor = attestor;
        all.attestationSecondsMax = ATTESTATION_MAX;
        all.redemptionEraSeconds = ERA;
        all.spreadPpm = SPREAD_PPM;
        all.tokenHaircutPpm = 500_000;
        all.tokenCoverPpmMin = tokenCoverPpmMin;
        all.throttle = IReserve.Throttle({
            warnPpm: 1_020_000, haltPpm: 1_000_000, stepPpm: 5_000, slowIssuePpm: 100_000, waitSecondsMin: 0
        });
        all.slowWaitSeconds = new uint32[](3);
        all.slowWaitSeconds[0] = 60;
        all.slowWaitSeconds[1] = 120;
        all.slowWaitSeconds[2] = 600;
    }

    function attest(uint128 assets, uint128 liabilities) internal {
        IReserve.Attestation memory count =
            IReserve.Attestation(assets, liabilities, uint64(block.timestamp), keccak256("report"));
        reserve.attest(count, signed(count, ATTESTOR_KEY));
    }

    function signed(IReserve.Attestation memory count, uint256 key) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, reserve.attestationDigest(count));
        return abi.encodePacked(r, s, v);
    }

    /// Enough above one that issuing is open: whoever gives this buys nothing for it.
    function donate(uint256 units) internal {
        asset.mint(address(reserve), units);
    }

    function issueTo(address account, uint256 units) internal returns (uint256) {
        vm.prank(account);
        return reserve.issue(account, units, 0);
    }

    function requestAs(address account, uint128 grains) internal returns (uint64) {
        vm.prank(account);
        return reserve.requestRedemption(grains);
    }

    function nextEra() internal {
        vm.warp(block.timestamp + ERA);
    }
}
