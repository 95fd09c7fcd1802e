// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Credit} from "../src/Credit.sol";
import {Reserve} from "../src/Reserve.sol";
import {ICredit} from "../src/interfaces/ICredit.sol";
import {IReserve} from "../src/interfaces/IReserve.sol";
import {ITokenPrice} from "../src/interfaces/ITokenPrice.sol";
import {ReserveFixture} from "./ReserveFixture.sol";
import {TestAsset} from "./TestAsset.sol";

contract ReserveTest is ReserveFixture {
    // ---- issuing

    function test_issuesWhatIsPaidLessTheSpread() public {
        vm.startPrank(alice);
        vm.expectEmit();
        emit IReserve.Issued(alice, bob, 1_000 * one, 999e6, 1_000e6, 999e6);
        assertEq(reserve.issue(bob, 1_000 * one, 999e6), 999e6);
        vm.stopPrank();
        vm.snapshotGasLastCall("Reserve", "issue");
        assertEq(credit.balanceOf(bob), 999e6);
        assertEq(reserve.coveragePpm(), 1_001_001);
    }

    function test_scalesExactlyAndAgainstTheClaimant() public {
        uint8[4] memory decimals = [0, 2, 6, 18];
        for (uint256 i = 0; i < decimals.length; ++i) {
            deploy(decimals[i], 0);
            assertEq(issueTo(alice, 1_000 * one), 999e6);
            uint64 era = requestAs(alice, 1_999_999);
            nextEra();
            uint256 paid = reserve.claimRedemption(era, alice);
            assertEq(paid, uint256(1_999_999) * one / 1e6, "rounded down to the asset's unit");
        }
    }

    function test_issuesForWhatArrivesOfAnAssetWithAFee() public {
        asset.setFeePpm(10_000);
        assertEq(issueTo(alice, 1_000 * one), 989_010_000);
        assertEq(reserve.assetsGrains(), 990e6);
    }

    function test_slowsDownBelowTheWarningLine() public {
        issueTo(alice, 1_000 * one);
        // Coverage 1,001,001: three steps of 5,000 below 1,020,000, beyond the list's last.
        skip(600);
        assertEq(issueTo(alice, 50 * one), 49_950_000);
        donate(10 * one);
        skip(120);
        issueTo(alice, 50 * one);
        donate(100 * one);
        issueTo(alice, 500 * one);
    }

    function test_RevertWhen_IssueTooEarly() public {
        issueTo(alice, 1_000 * one);
        skip(599);
        vm.expectRevert(abi.encodeWithSelector(IReserve.IssueTooEarly.selector, 599, 600));
        issueTo(alice, one);
    }

    function test_RevertWhen_IssueTooLarge() public {
        issueTo(alice, 1_000 * one);
        skip(600);
        vm.expectRevert(abi.encodeWithSelector(IReserve.IssueTooLarge.selector, 199_800_000, 99_900_000));
        issueTo(alice, 200 * one);
    }

    function test_RevertWhen_IssueHalted() public {
        issueTo(alice, 1_000 * one);
        asset.seize(address(reserve), 10 * one);
        vm.expectRevert(abi.encodeWithSelector(IReserve.IssueHalted.selector, 990_990, 1_000_000));
        issueTo(alice, one);
    }

    function test_RevertWhen_IssueBelowMin() public {
        vm.expectRevert(abi.encodeWithSelector(IReserve.IssueBelowMin.selector, 999e6, 999e6 + 1));
        vm.prank(alice);
        reserve.issue(alice, 1_000 * one, 999e6 + 1);
    }

    // ---- redeeming

    function test_redeemsOneForOneInTheEraAfter() public {
        issueTo(alice, 1_000 * one);
        uint64 era = requestAs(alice, 500e6);
        vm.snapshotGasLastCall("Reserve", "requestRedemption");
        nextEra();
        vm.expectEmit();
        emit IReserve.RedemptionPriced(era, 500e6, 1_000e6, 999e6, 500 * one);
        vm.expectEmit();
        emit IReserve.RedemptionPaid(era, alice, alice, 500e6, 500 * one);
        assertEq(reserve.claimRedemption(era, alice), 500 * one);
        vm.snapshotGasLastCall("Reserve", "claimRedemption, the first");
        assertEq(credit.totalSupply(), 499e6);
        assertEq(asset.balanceOf(alice), 1e9 * one - 500 * one);
    }

    function test_everybodyOfAnEraGetsTheSamePart() public {
        issueTo(alice, 1_000 * one);
        donate(100 * one);
        issueTo(bob, 1_000 * one);
        asset.seize(address(reserve), 1_050 * one);
        // 1,050 for 1,998: whoever asks first and whoever claims first gets no more.
        uint64 era = requestAs(alice, 999e6);
        skip(1 hours);
        assertEq(requestAs(bob, 999e6), era);
        nextEra();
        uint256 second = reserve.claimRedemption(era, bob);
        assertEq(reserve.claimRedemption(era, alice), second);
        assertEq(second, 525 * one);
    }

    function test_redemptionStaysOpenWhateverHalts() public {
        issueTo(alice, 1_000 * one);
        asset.seize(address(reserve), 1_000 * one);
        price.set(0, true);
        skip(365 days);
        uint64 era = requestAs(alice, 400e6);
        nextEra();
        assertEq(reserve.claimRedemption(era, alice), 0, "nothing is there, and the door is open");
        donate(1_000 * one);
        era = requestAs(alice, 599e6);
        nextEra();
        assertEq(reserve.claimRedemption(era, alice), 599 * one);
    }

    function test_aBlockedPayeeNamesSomebodyElseAndBlocksNobody() public {
        issueTo(alice, 1_000 * one);
        vm.prank(alice);
        credit.transfer(bob, 100e6);
        uint64 era = requestAs(alice, 100e6);
        requestAs(bob, 100e6);
        nextEra();
        asset.block_(alice, true);
        vm.expectRevert(abi.encodeWithSelector(TestAsset.Blocked.selector, alice));
        reserve.claimRedemption(era, alice);
        reserve.claimRedemption(era, bob);
        vm.prank(alice);
        assertEq(reserve.claimRedemptionTo(era, carol), 100 * one);
    }

    function test_anAssetTakenAfterPricingIsMissedByAllAlike() public {
        issueTo(alice, 1_000 * one);
        vm.prank(alice);
        credit.transfer(bob, 400e6);
        uint64 era = requestAs(alice, 400e6);
        requestAs(bob, 400e6);
        nextEra();
        reserve.priceRedemptions();
        asset.seize(address(reserve), 600 * one);
        assertEq(reserve.claimRedemption(era, alice), 200 * one);
        assertEq(reserve.claimRedemption(era, bob), 200 * one);
        assertEq(reserve.assetsGrains(), 0);
    }

    function test_whatRoundingLeavesGoesBackWithTheLastClaim() public {
        deploy(0, 0);
        issueTo(alice, 1_000);
        vm.prank(alice);
        credit.transfer(bob, 100e6);
        uint64 era = requestAs(alice, 1_600_000);
        requestAs(bob, 1_600_000);
        nextEra();
        assertEq(reserve.claimRedemption(era, alice), 1);
        assertEq(reserve.owedUnits(), 2);
        assertEq(reserve.claimRedemption(era, bob), 1);
        assertEq(reserve.owedUnits(), 0);
        assertEq(reserve.assetsGrains(), 998e6);
    }

    /// However an era's requests are cut and ordered, each gets its part of min(1, coverage), and no more in parts.
    function testFuzz_noFirstMover(uint128[4] memory parts, uint256 seized, bool turned) public {
        issueTo(alice, 1_000 * one);
        asset.seize(address(reserve), bound(seized, 0, 1_000 * one));
        uint256 assets = reserve.assetsGrains();
        address[4] memory accounts = [makeAddr("1"), makeAddr("2"), makeAddr("3"), makeAddr("4")];
        for (uint256 i = 0; i < 4; ++i) {
            parts[i] = uint128(bound(parts[i], 1, 249e6));
            vm.prank(alice);
            credit.transfer(accounts[i], parts[i]);
            vm.prank(accounts[i]);
            credit.approve(address(reserve), parts[i]);
            requestAs(accounts[i], parts[i]);
        }
        nextEra();
        for (uint256 i = 0; i < 4; ++i) {
            uint256 at = turned ? 3 - i : i;
            uint256 paid = reserve.claimRedemption(0, accounts[at]);
            uint256 rate = assets < 999e6 ? assets : 999e6;
            assertEq(paid, uint256(parts[at]) * rate / 999e6 * 1e12);
        }
        assertGe(reserve.coveragePpm(), assets * 1_000_000 / 999e6, "a batch never lowers the coverage");
    }

    function test_RevertWhen_ReentrancyGuardReentrantCall() public {
        issueTo(alice, 1_000 * one);
        uint64 era = requestAs(alice, 1e6);
        nextEra();
        asset.setHook(address(reserve), abi.encodeCall(reserve.claimRedemption, (era, alice)));
        vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        reserve.claimRedemption(era, alice);
    }

    function test_RevertWhen_RedemptionNotPriced() public {
        issueTo(alice, 1_000 * one);
        uint64 era = requestAs(alice, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IReserve.RedemptionNotPriced.selector, era));
        reserve.claimRedemption(era, alice);
    }

    function test_RevertWhen_NothingToClaim() public {
        issueTo(alice, 1_000 * one);
        uint64 era = requestAs(alice, 1e6);
        nextEra();
        reserve.claimRedemption(era, alice);
        vm.expectRevert(abi.encodeWithSelector(IReserve.NothingToClaim.selector, era, alice));
        reserve.claimRedemption(era, alice);
    }

    function test_RevertWhen_ZeroAmount() public {
        vm.expectRevert(IReserve.ZeroAmount.selector);
        reserve.requestRedemption(0);
        vm.expectRevert(IReserve.ZeroAmount.selector);
        issueTo(alice, 1e12 - 1);
        vm.expectRevert(IReserve.ZeroAmount.selector);
        reserve.postTokens(0);
        vm.expectRevert(IReserve.ZeroAmount.selector);
        reserve.withdrawTokens(0);
    }

    // ---- attestations

    function test_anAttestationIsBroughtByAnybody() public {
        skip(1);
        IReserve.Attestation memory count = IReserve.Attestation(5e6, 4e6, uint64(block.timestamp), keccak256("r"));
        bytes memory signature = signed(count, ATTESTOR_KEY);
        vm.expectEmit();
        emit IReserve.Attested(attestor, count.asOf, 5e6, 4e6, count.reportHash);
        vm.prank(carol);
        reserve.attest(count, signature);
        vm.snapshotGasLastCall("Reserve", "attest");
        assertEq(reserve.attestation().assetsGrains, 5e6);
    }

    function test_aContractMayAttest() public {
        credit = new Credit(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        Reserve.Settings memory all = settings(0);
        all.attestor = address(this);
        reserve = new Reserve(all);
        IReserve.Attestation memory count = IReserve.Attestation(1, 1, uint64(block.timestamp), 0);
        reserve.attest(count, "by contract");
        assertEq(reserve.attestation().asOf, block.timestamp);
    }

    function isValidSignature(bytes32, bytes calldata signature) external pure returns (bytes4) {
        return keccak256(signature) == keccak256("by contract") ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    function test_RevertWhen_AttestationStale() public {
        skip(ATTESTATION_MAX);
        issueTo(alice, one);
        skip(1);
        uint64 asOf = uint64(block.timestamp) - ATTESTATION_MAX - 1;
        vm.expectRevert(abi.encodeWithSelector(IReserve.AttestationStale.selector, asOf, ATTESTATION_MAX));
        issueTo(alice, one);
    }

    function test_RevertWhen_AttestedShort() public {
        skip(1);
        attest(9, 10);
        vm.expectRevert(abi.encodeWithSelector(IReserve.AttestedShort.selector, 9, 10));
        issueTo(alice, one);
    }

    function test_RevertWhen_AttestationOld() public {
        IReserve.Attestation memory count = IReserve.Attestation(1, 1, uint64(block.timestamp), 0);
        bytes memory signature = signed(count, ATTESTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(IReserve.AttestationOld.selector, block.timestamp, block.timestamp));
        reserve.attest(count, signature);
    }

    function test_RevertWhen_AttestationFromFuture() public {
        IReserve.Attestation memory count = IReserve.Attestation(1, 1, uint64(block.timestamp) + 1, 0);
        bytes memory signature = signed(count, ATTESTOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(IReserve.AttestationFromFuture.selector, block.timestamp + 1));
        reserve.attest(count, signature);
    }

    /// Nobody else's, none of another reserve, none with a field changed, no high s.
    function test_RevertWhen_AttestationUnsigned() public {
        skip(1);
        IReserve.Attestation memory count = IReserve.Attestation(1, 1, uint64(block.timestamp), 0);
        bytes memory unsigned = abi.encodeWithSelector(IReserve.AttestationUnsigned.selector, attestor);
        bytes memory signature = signed(count, 0xbad);
        vm.expectRevert(unsigned);
        reserve.attest(count, signature);
        signature = signed(count, ATTESTOR_KEY);
        count.assetsGrains = 2;
        vm.expectRevert(unsigned);
        reserve.attest(count, signature);
        count.assetsGrains = 1;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ATTESTOR_KEY, reserve.attestationDigest(count));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        signature = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(unsigned);
        reserve.attest(count, signature);
        signature = signed(count, ATTESTOR_KEY);
        deploy(18, 0);
        skip(1);
        count.asOf += 1;
        vm.expectRevert(unsigned);
        reserve.attest(count, signature);
    }

    // ---- tokens on top

    function test_postedTokensCountNothingInCoverageOrRedemption() public {
        deploy(6, 100_000);
        vm.prank(treasury);
        reserve.postTokens(200e6);
        issueTo(alice, 1_000 * one);
        asset.seize(address(reserve), 500 * one);
        assertEq(reserve.coveragePpm(), 500_500);
        uint64 era = requestAs(alice, 999e6);
        nextEra();
        assertEq(reserve.claimRedemption(era, alice), 500 * one);
    }

    function test_RevertWhen_TokenCoverShort() public {
        deploy(6, 100_000);
        vm.prank(treasury);
        reserve.postTokens(99e6);
        vm.expectRevert(abi.encodeWithSelector(IReserve.TokenCoverShort.selector, 99e6, 999e6));
        issueTo(alice, 1_000 * one);
        issueTo(alice, 990 * one);
        vm.expectRevert(abi.encodeWithSelector(IReserve.TokenCoverShort.selector, 98e6, 989_010_000));
        vm.prank(treasury);
        reserve.withdrawTokens(1e6);
        price.set(2_000_000, true);
        skip(600);
        vm.expectRevert(abi.encodeWithSelector(IReserve.TokenCoverShort.selector, 0, 990_009_000));
        issueTo(alice, one);
    }

    function test_tokensComeBackWhileIssuingIsOpenWithoutThem() public {
        vm.prank(treasury);
        reserve.postTokens(100e6);
        issueTo(alice, 1_000 * one);
        vm.expectRevert(abi.encodeWithSelector(IReserve.IssueHalted.selector, 1_001_001, 1_020_000));
        vm.prank(treasury);
        reserve.withdrawTokens(100e6);
        donate(100 * one);
        vm.prank(treasury);
        reserve.withdrawTokens(100e6);
        assertEq(workToken.balanceOf(treasury), 1_000_000e6);
    }

    function test_RevertWhen_PostedTooLittle() public {
        vm.prank(treasury);
        reserve.postTokens(1);
        vm.expectRevert(abi.encodeWithSelector(IReserve.PostedTooLittle.selector, alice, 1, 0));
        vm.prank(alice);
        reserve.withdrawTokens(1);
    }

    function test_RevertWhen_TokensUnknown() public {
        Reserve.Settings memory all = deployable(1);
        all.tokenPrice = ITokenPrice(address(0));
        vm.expectRevert(IReserve.TokensUnknown.selector);
        new Reserve(all);
        all = deployable(0);
        all.workToken = IERC20(address(0));
        reserve = new Reserve(all);
        vm.expectRevert(IReserve.TokensUnknown.selector);
        reserve.postTokens(1);
    }

    // ---- deployment

    function test_RevertWhen_ZeroAddress() public {
        Reserve.Settings memory all = deployable(0);
        all.attestor = address(0);
        vm.expectRevert(IReserve.ZeroAddress.selector);
        new Reserve(all);
        vm.expectRevert(IReserve.ZeroAddress.selector);
        reserve.claimRedemptionTo(0, address(0));
    }

    function test_RevertWhen_ZeroDuration() public {
        Reserve.Settings memory all = deployable(0);
        all.redemptionEraSeconds = 0;
        vm.expectRevert(IReserve.ZeroDuration.selector);
        new Reserve(all);
    }

    function test_RevertWhen_PpmTooLarge() public {
        Reserve.Settings memory all = deployable(0);
        all.spreadPpm = 1_000_000;
        vm.expectRevert(abi.encodeWithSelector(IReserve.PpmTooLarge.selector, 1_000_000));
        new Reserve(all);
    }

    function test_RevertWhen_MalformedThrottle() public {
        Reserve.Settings memory all = deployable(0);
        all.slowWaitSeconds[1] = 1;
        vm.expectRevert(IReserve.MalformedThrottle.selector);
        new Reserve(all);
        all = deployable(0);
        all.throttle.stepPpm = 0;
        vm.expectRevert(IReserve.MalformedThrottle.selector);
        new Reserve(all);
    }

    function test_RevertWhen_NotTheIssuer() public {
        Reserve.Settings memory all = settings(0);
        vm.expectRevert(abi.encodeWithSelector(IReserve.NotTheIssuer.selector, address(reserve)));
        new Reserve(all);
    }

    function test_RevertWhen_AssetRefused() public {
        Reserve.Settings memory all = deployable(0);
        all.asset = IERC20(address(workToken));
        vm.expectRevert(abi.encodeWithSelector(IReserve.AssetRefused.selector, address(workToken)));
        new Reserve(all);
    }

    function test_RevertWhen_DecimalsTooMany() public {
        Reserve.Settings memory all = deployable(0);
        all.asset = IERC20(address(new TestAsset(37)));
        all.credit =
            ICredit(address(new Credit(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1))));
        vm.expectRevert(abi.encodeWithSelector(IReserve.DecimalsTooMany.selector, 37));
        new Reserve(all);
    }

    /// Settings whose credit names the contract that is created next but one: creating the credit is the first.
    function deployable(uint32 tokenCoverPpmMin) private returns (Reserve.Settings memory all) {
        all = settings(tokenCoverPpmMin);
        all.credit = new Credit(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
    }
}
