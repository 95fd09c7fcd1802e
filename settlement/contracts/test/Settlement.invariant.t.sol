// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Credit} from "../src/Credit.sol";
import {Settlement} from "../src/Settlement.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Fixture} from "./Fixture.sol";
import {PayoutTree} from "./PayoutTree.sol";

/// Lives through eras: consumers deposit, an honest poster posts, a dishonest one is challenged, payees claim.
contract SettlementHandler is Fixture {
    uint256 private constant ACCOUNTS = 6;
    /// Posted and neither final nor void, oldest first.
    SumTree.Leaf[][] private openLeaves;
    ISettlement.EraHeader[] private openHeaders;
    SumTree.Leaf[] private finalLeaves;
    ISettlement.EraHeader private finalHeader;
    bytes32[] public finalHashes;

    uint256 public ghostDeposited;
    uint256 public ghostClaimedCredits;
    uint256 public ghostClaimedTokens;

    constructor(Credit credit_, WorkToken workToken_, Settlement settlement_) {
        credit = credit_;
        workToken = workToken_;
        settlement = settlement_;
    }

    function setUp() public override {}

    function deposit(uint128 grains) external {
        grains = uint128(bound(grains, 1, 1_000e6));
        fund(grains);
        ghostDeposited += grains;
    }

    function postHonest(uint256 seed) external {
        if (!canPost()) return;
        postLeaves(grown(seed));
    }

    /// Posts a duplicate account and has it voided at once; whatever else is open stays.
    function postDuplicateAndChallenge(uint256 seed) external {
        if (!canPost()) return;
        SumTree.Leaf[] memory leaves = grown(seed);
        uint32 index = uint32(seed % (ACCOUNTS - 1));
        leaves[index + 1].account = leaves[index].account;
        ISettlement.EraHeader memory header = headerOf(settlement.postedEras(), lastHash(), leaves);
        post(header);
        vm.prank(stranger);
        settlement.challengeOrder(header, PayoutTree.proofOf(leaves, index), PayoutTree.proofOf(leaves, index + 1));
    }

    function challengeHonest(uint256 which, uint32 index) external {
        if (openHeaders.length == 0) return;
        which %= openHeaders.length;
        index %= uint32(ACCOUNTS - 1);
        ISettlement.EraHeader memory header = openHeaders[which];
        SumTree.LeafProof memory a = PayoutTree.proofOf(openLeaves[which], index);
        SumTree.LeafProof memory b = PayoutTree.proofOf(openLeaves[which], index + 1);
        vm.expectPartialRevert(ISettlement.LeavesInOrder.selector);
        settlement.challengeOrder(header, a, b);
    }

    function finaliseOldest() external {
        if (openHeaders.length == 0) return;
        ISettlement.EraHeader memory header = openHeaders[0];
        if (block.timestamp < settlement.eraOf(header.era).finalisableAt) vm.warp(block.timestamp + WINDOW);
        settlement.finaliseEra(header);
        finalHashes.push(settlement.headerHashOf(header));
        finalHeader = header;
        delete finalLeaves;
        for (uint256 i = 0; i < openLeaves[0].length; ++i) {
            finalLeaves.push(openLeaves[0][i]);
        }
        dropOldest();
    }

    function claim(uint32 index) external {
        if (finalLeaves.length == 0) return;
        SumTree.LeafProof memory proof = PayoutTree.proofOf(finalLeaves, index % uint32(ACCOUNTS));
        try settlement.claim(finalHeader, proof) returns (uint128 credits, uint128 tokens) {
            ghostClaimedCredits += credits;
            ghostClaimedTokens += tokens;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ISettlement.NothingToClaim.selector, "an honest leaf is refused only when paid");
        }
    }

    function wait(uint256 duration) external {
        vm.warp(block.timestamp + bound(duration, 1, WINDOW));
    }

    function finalTotals() external view returns (uint128 credits, uint128 tokens) {
        return (finalHeader.totalCredits, finalHeader.totalTokens);
    }

    function finalCount() external view returns (uint256) {
        return finalHashes.length;
    }

    /// The poster keeps its bond up as long as it has tokens for it.
    function canPost() private returns (bool) {
        if (settlement.posterBondGrains() >= POSTER_BOND) return true;
        if (workToken.balanceOf(poster) < POSTER_BOND) return false;
        bondPoster();
        return true;
    }

    function postLeaves(SumTree.Leaf[] memory leaves) private {
        ISettlement.EraHeader memory header = headerOf(settlement.postedEras(), lastHash(), leaves);
        post(header);
        openHeaders.push(header);
        openLeaves.push();
        for (uint256 i = 0; i < leaves.length; ++i) {
            openLeaves[openLeaves.length - 1].push(leaves[i]);
        }
    }

    function lastHash() private view returns (bytes32) {
        uint64 posted = settlement.postedEras();
        return posted == 0 ? bytes32(0) : settlement.eraOf(posted - 1).headerHash;
    }

    /// The last posted payouts, one account richer by what deposits and the limiter allow.
    function grown(uint256 seed) private view returns (SumTree.Leaf[] memory leaves) {
        if (openLeaves.length > 0) leaves = openLeaves[openLeaves.length - 1];
        else if (finalLeaves.length > 0) leaves = finalLeaves;
        else leaves = evenLeaves(ACCOUNTS, 0, 0);
        SumTree.Node memory top = PayoutTree.topOf(leaves);
        SumTree.Leaf memory richer = leaves[seed % ACCOUNTS];
        richer.credits += uint128((seed >> 8) % (ghostDeposited - top.credits + 1));
        richer.tokens += uint128((seed >> 64) % ERA_MINT_MAX);
    }

    function dropOldest() private {
        for (uint256 i = 1; i < openHeaders.length; ++i) {
            openHeaders[i - 1] = openHeaders[i];
            openLeaves[i - 1] = openLeaves[i];
        }
        openHeaders.pop();
        openLeaves.pop();
    }
}

contract SettlementInvariantTest is Fixture {
    SettlementHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new SettlementHandler(credit, workToken, settlement);
        bytes4[] memory actions = new bytes4[](7);
        actions[0] = SettlementHandler.deposit.selector;
        actions[1] = SettlementHandler.postHonest.selector;
        actions[2] = SettlementHandler.postDuplicateAndChallenge.selector;
        actions[3] = SettlementHandler.challengeHonest.selector;
        actions[4] = SettlementHandler.finaliseOldest.selector;
        actions[5] = SettlementHandler.claim.selector;
        actions[6] = SettlementHandler.wait.selector;
        targetSelector(FuzzSelector(address(handler), actions));
        targetContract(address(handler));
    }

    /// Eras 1: what was claimed ≤ what is final ≤ what was deposited, and emission ≤ its cap.
    function invariant_claimsAreFinalAndFunded() public view {
        (uint128 credits, uint128 tokens) = handler.finalTotals();
        ISettlement.Totals memory totals = settlement.totals();
        assertLe(totals.claimedCredits, credits);
        assertLe(credits, totals.depositedCredits);
        assertLe(totals.claimedTokens, tokens);
        assertLe(workToken.mintedGrains(), CAP);
    }

    /// Eras 2: every credit that came in and was not claimed is there.
    function invariant_creditsAreThere() public view {
        assertEq(credit.balanceOf(address(settlement)), handler.ghostDeposited() - handler.ghostClaimedCredits());
    }

    /// Eras 3: so is the poster's bond and every minted token that was not claimed.
    function invariant_tokensAreThere() public view {
        uint256 unclaimed = settlement.totals().mintedTokens - handler.ghostClaimedTokens();
        assertEq(workToken.balanceOf(address(settlement)), settlement.posterBondGrains() + unclaimed);
    }

    /// Eras 4: final is final.
    function invariant_finalErasStand() public view {
        assertEq(settlement.finalisedEras(), handler.finalCount());
        for (uint64 era = 0; era < handler.finalCount(); ++era) {
            assertEq(settlement.eraOf(era).headerHash, handler.finalHashes(era));
        }
    }

    /// Eras 5: the contract's books are the ones that an observer keeps.
    function invariant_totalsAreTheGhosts() public view {
        ISettlement.Totals memory totals = settlement.totals();
        assertEq(totals.depositedCredits, handler.ghostDeposited());
        assertEq(totals.claimedCredits, handler.ghostClaimedCredits());
        assertEq(totals.claimedTokens, handler.ghostClaimedTokens());
    }
}
