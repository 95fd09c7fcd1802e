// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Credit} from "../src/Credit.sol";
import {EraChallenges} from "../src/EraChallenges.sol";
import {Settlement} from "../src/Settlement.sol";
import {WorkToken} from "../src/WorkToken.sol";
import {IEraChallenges} from "../src/interfaces/IEraChallenges.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Fixture} from "./Fixture.sol";
import {LeafTree} from "./LeafTree.sol";

/// Lives through eras: consumers deposit, an honest poster posts, a dishonest one is challenged, leaves are asked for and
/// shown or not, payees claim.
contract SettlementHandler is Fixture {
    uint256 private constant ACCOUNTS = 6;
    /// Posted and neither final nor void, oldest first.
    Payee[][] private openPayees;
    ISettlement.EraHeader[] private openHeaders;
    Payee[] private finalPayees;
    ISettlement.EraHeader private finalHeader;
    bytes32[] public finalHashes;

    uint256 public ghostDeposited;
    uint256 public ghostClaimedCredits;
    uint256 public ghostClaimedTokens;
    uint256 public ghostSlashed;
    uint256 public ghostBurnt;

    constructor(Credit credit_, WorkToken workToken_, Settlement settlement_, EraChallenges challenges_) {
        (credit, workToken, settlement, challenges) = (credit_, workToken_, settlement_, challenges_);
    }

    function setUp() public override {}

    function deposit(uint128 grains) external {
        grains = uint128(bound(grains, 1, 1_000e6));
        fund(grains);
        ghostDeposited += grains;
    }

    function postHonest(uint256 seed) external {
        if (!canPost()) return;
        postPayees(grown(seed));
    }

    /// Posts a duplicate account and has it voided at once; whatever else is open stays.
    function postDuplicateAndChallenge(uint256 seed) external {
        if (!canPost()) return;
        Payee[] memory payees = grown(seed);
        uint32 index = uint32(seed % (ACCOUNTS - 1));
        payees[index + 1].account = payees[index].account;
        ISettlement.EraHeader memory header = headerOf(settlement.postedEras(), lastHash(), payees);
        post(header);
        SumTree.Span memory span = LeafTree.spanOf(payeeLeaves(payees), index, index + 1);
        vm.prank(stranger);
        challenges.challengeOrder(header, EraLeaf.Tree.Payout, span);
        ghostSlashed += POSTER_BOND / 2;
    }

    /// Posts a root of which nobody has the leaves; it is asked for one and void when none is shown.
    function postUnknownAndAsk(uint256 seed) external {
        if (!canPost()) return;
        ISettlement.EraHeader memory header = headerOf(settlement.postedEras(), lastHash(), grown(seed));
        (header.direct.root, header.payout.root) = (bytes32(seed), bytes32(seed));
        post(header);
        askAs(stranger, header, uint32(seed % ACCOUNTS));
        vm.warp(block.timestamp + ANSWER);
        vm.prank(stranger);
        challenges.challengeWithheld(header, EraLeaf.Tree.Payout, uint32(seed % ACCOUNTS));
        ghostSlashed += POSTER_BOND / 2;
    }

    /// Whatever is shown of an honest era, it stands; what is asked for is shown.
    function challengeHonest(uint256 which, uint32 index) external {
        if (openHeaders.length == 0) return;
        which %= openHeaders.length;
        index %= uint32(ACCOUNTS - 1);
        ISettlement.EraHeader memory header = openHeaders[which];
        bytes[] memory leaves = payeeLeaves(openPayees[which]);
        SumTree.Span memory span = LeafTree.spanOf(leaves, index, index + 1);
        vm.expectRevert(abi.encodeWithSelector(IEraChallenges.Unproven.selector, ISettlement.Ground.LeavesOutOfOrder));
        challenges.challengeOrder(header, EraLeaf.Tree.Payout, span);
        if (block.timestamp >= settlement.eraOf(header.era).finalisableAt) return;
        askAs(stranger, header, index);
        span = LeafTree.spanOf(leaves, index);
        vm.prank(poster);
        challenges.reveal(header, EraLeaf.Tree.Payout, span);
    }

    function burnSlashed() external {
        if (settlement.slashedGrains() == 0) return;
        ghostBurnt += settlement.slashedGrains();
        settlement.burnSlashed();
    }

    function finaliseOldest() external {
        if (openHeaders.length == 0) return;
        ISettlement.EraHeader memory header = openHeaders[0];
        if (block.timestamp < settlement.eraOf(header.era).finalisableAt) vm.warp(block.timestamp + WINDOW);
        settlement.finaliseEra(header);
        finalHashes.push(settlement.headerHashOf(header));
        finalHeader = header;
        delete finalPayees;
        for (uint256 i = 0; i < openPayees[0].length; ++i) {
            finalPayees.push(openPayees[0][i]);
        }
        dropOldest();
    }

    function claim(uint32 index) external {
        if (finalPayees.length == 0) return;
        ISettlement.PayoutProof memory proof = payoutProof(finalPayees, index % uint32(ACCOUNTS));
        try settlement.claim(finalHeader.payout, proof) returns (uint128 credits, uint128 tokens) {
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
        return (finalHeader.payout.credits, finalHeader.payout.tokens);
    }

    function finalCount() external view returns (uint256) {
        return finalHashes.length;
    }

    function askAs(address asker, ISettlement.EraHeader memory header, uint32 index) private {
        vm.prank(operator);
        assertTrue(workToken.transfer(asker, ASK_FEE));
        vm.startPrank(asker);
        workToken.approve(address(challenges), ASK_FEE);
        challenges.ask(header, EraLeaf.Tree.Payout, index);
        vm.stopPrank();
    }

    /// The poster keeps its bond up as long as it has tokens for it.
    function canPost() private returns (bool) {
        if (settlement.posterBondGrains() >= POSTER_BOND) return true;
        if (workToken.balanceOf(poster) < POSTER_BOND) return false;
        bondPoster();
        return true;
    }

    function postPayees(Payee[] memory payees) private {
        ISettlement.EraHeader memory header = headerOf(settlement.postedEras(), lastHash(), payees);
        post(header);
        openHeaders.push(header);
        openPayees.push();
        for (uint256 i = 0; i < payees.length; ++i) {
            openPayees[openPayees.length - 1].push(payees[i]);
        }
    }

    function lastHash() private view returns (bytes32) {
        uint64 posted = settlement.postedEras();
        return posted == 0 ? bytes32(0) : settlement.eraOf(posted - 1).headerHash;
    }

    /// The last posted payouts, one account richer by what deposits and the limiter allow.
    function grown(uint256 seed) private view returns (Payee[] memory payees) {
        if (openPayees.length > 0) payees = openPayees[openPayees.length - 1];
        else if (finalPayees.length > 0) payees = finalPayees;
        else payees = evenLeaves(ACCOUNTS, 0, 0);
        SumTree.Root memory root = LeafTree.rootOf(payeeLeaves(payees));
        Payee memory richer = payees[seed % ACCOUNTS];
        richer.credits += uint128((seed >> 8) % (ghostDeposited - root.credits + 1));
        richer.tokens += uint128((seed >> 64) % ERA_MINT_MAX);
    }

    function dropOldest() private {
        for (uint256 i = 1; i < openHeaders.length; ++i) {
            openHeaders[i - 1] = openHeaders[i];
            openPayees[i - 1] = openPayees[i];
        }
        openHeaders.pop();
        openPayees.pop();
    }
}

contract SettlementInvariantTest is Fixture {
    SettlementHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new SettlementHandler(credit, workToken, settlement, challenges);
        bytes4[] memory actions = new bytes4[](9);
        actions[0] = SettlementHandler.deposit.selector;
        actions[1] = SettlementHandler.postHonest.selector;
        actions[2] = SettlementHandler.postDuplicateAndChallenge.selector;
        actions[3] = SettlementHandler.challengeHonest.selector;
        actions[4] = SettlementHandler.finaliseOldest.selector;
        actions[5] = SettlementHandler.claim.selector;
        actions[6] = SettlementHandler.wait.selector;
        actions[7] = SettlementHandler.postUnknownAndAsk.selector;
        actions[8] = SettlementHandler.burnSlashed.selector;
        targetSelector(FuzzSelector(address(handler), actions));
        targetContract(address(handler));
    }

    /// Eras 1: what was claimed ≤ what is final ≤ what was deposited, and emission ≤ its cap.
    function invariant_claimsAreFinalAndFunded() public view {
        (uint128 credits, uint128 tokens) = handler.finalTotals();
        assertLe(handler.ghostClaimedCredits(), credits);
        assertLe(credits, settlement.totals().depositedCredits);
        assertLe(handler.ghostClaimedTokens(), tokens);
        assertLe(workToken.mintedGrains(), CAP);
    }

    /// Eras 2: every credit that came in and was not claimed is there.
    function invariant_creditsAreThere() public view {
        assertEq(credit.balanceOf(address(settlement)), handler.ghostDeposited() - handler.ghostClaimedCredits());
    }

    /// Eras 3: so is the poster's bond, what was slashed of it and not burnt, and every minted token not claimed.
    function invariant_tokensAreThere() public view {
        uint256 unclaimed = settlement.totals().mintedTokens - handler.ghostClaimedTokens();
        uint256 slashed = handler.ghostSlashed() - handler.ghostBurnt();
        assertEq(settlement.slashedGrains(), slashed);
        assertEq(workToken.balanceOf(address(settlement)), settlement.posterBondGrains() + slashed + unclaimed);
    }

    /// Eras 4: final is final.
    function invariant_finalErasStand() public view {
        assertEq(settlement.finalisedEras(), handler.finalCount());
        for (uint64 era = 0; era < handler.finalCount(); ++era) {
            assertEq(settlement.eraOf(era).headerHash, handler.finalHashes(era));
        }
    }

    /// Eras 5: an era that was asked for nothing, or answered, owes no fee; the fees are paid out.
    function invariant_feesAreReturnedOrEarned() public view {
        assertEq(workToken.balanceOf(address(challenges)), 0);
        assertEq(settlement.totals().depositedCredits, handler.ghostDeposited());
    }
}
