// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Settlement} from "../src/Settlement.sol";
import {IEraChallenges} from "../src/interfaces/IEraChallenges.sol";
import {IPolicy} from "../src/interfaces/IPolicy.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {RewardMath} from "../src/libraries/RewardMath.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Sums} from "../src/libraries/Sums.sol";
import {Border} from "./Border.sol";
import {EraFixture} from "./EraFixture.sol";

/// What transactions cost, calldata and the 21,000 of every transaction included: snapshots/Settlement.json, and the budget in
/// tools/gas.ts. Each call is a transaction of its own: nothing is warm; a gate without a policy is asked, as in a deployed
/// network. Of a tree of a million leaves only what is shown exists; the siblings are made up.
/// forge-config: default.isolate = true
contract SettlementGasTest is EraFixture, Border {
    uint32 private constant MILLION = 1 << 20;
    uint32 private constant THOUSAND = 1 << 10;
    address private constant PAYEE = address(0xabcdef0123456789);

    function setUp() public override {
        raiseBorder();
        gate.setPolicy(IPolicy(address(0)));
        super.setUp();
        // As on a running chain: somebody was paid before.
        ISettlement.EraHeader memory header;
        ISettlement.PayoutProof memory proof = deepPayout(header, consumer, 1e6, 1, 3);
        post(header);
        finalise(header);
        settlement.claim(header.payout, proof);
    }

    function settlementSettings(address challengesAddress)
        internal
        view
        override
        returns (Settlement.Settings memory settings)
    {
        settings = super.settlementSettings(challengesAddress);
        (settings.gate, settings.pauses) = (gate, pauses);
    }

    function snapshot(string memory name) private {
        vm.snapshotGasLastCall("Settlement", name);
    }

    function test_gasOfPosting() public {
        ISettlement.EraHeader memory header = nextHeader();
        deepPayout(header, PAYEE, 5e6, 5e6, MILLION);
        header.accrual = SumTree.Root(keccak256("accrual"), 5e6, 7e6, MILLION);
        header.params = SumTree.Root(keccak256("params"), 5e6, 9e6, 96);
        post(header);
        snapshot("post an era, any number of payees");
    }

    function test_gasOfClaimingAmongAThousand() public {
        claimTwice(THOUSAND, "2^10");
    }

    function test_gasOfClaimingAmongAMillion() public {
        claimTwice(MILLION, "2^20");
    }

    /// A payee of credits that never had any.
    function claimTwice(uint32 leafCount, string memory size) private {
        ISettlement.EraHeader memory header = nextHeader();
        ISettlement.PayoutProof memory proof = deepPayout(header, PAYEE, 5e6, 0, leafCount);
        post(header);
        finalise(header);
        settlement.claim(header.payout, proof);
        snapshot(string.concat("first claim, ", size, " payees"));
        ISettlement.PostedEra memory parent = settlement.eraOf(header.era);
        header = nextHeader();
        proof = deepPayout(header, PAYEE, 7e6, 0, leafCount);
        header.direct.credits = header.payout.credits - parent.totalCredits;
        header.direct.tokens = header.payout.tokens - parent.totalTokens;
        post(header);
        finalise(header);
        settlement.claim(header.payout, proof);
        snapshot(string.concat("later claim, ", size, " payees"));
    }

    function test_gasOfAWrongAccrual() public {
        Era memory era = firstEra();
        uint256 at = lastOf(era.leaves[0], stranger);
        bytes memory leaf = era.leaves[0][at];
        leaf[125] ^= 0x01; // another number of tokens
        IEraChallenges.ParamsProof memory rules;
        rules.params = era.rules[EPOCHS - 1];
        ISettlement.EraHeader memory header = nextHeader();
        SumTree.Span memory accrued;
        (header.accrual, accrued) = deepSpan(leaf, leaf, 700_001, 700_001, MILLION);
        (header.params, rules.span) = deepSpan(rulesLeaf(rules.params), "", 90, 90, 96);
        header.params.credits = header.accrual.credits;
        header.params.tokens = header.accrual.tokens;
        header.payout = SumTree.Root(keccak256("payout"), parentCredits(), parentTokens(), MILLION);
        post(header);
        challenges.challengeAccrual(header, accrued, era.inputs[at], rules);
        snapshot("challenge an accrual, 2^20 leaves");
    }

    function test_gasOfAWrongPayout() public {
        ISettlement.EraHeader[] memory headers = new ISettlement.EraHeader[](2);
        IEraChallenges.AccountProof memory proof;
        proof.account = PAYEE;
        headers[1] = nextHeader();
        (headers[1].payout, proof.parent) = deepSpan(accountLeaf(PAYEE, 5e6, 5e6), "", 400_000, 400_000, MILLION);
        headers[1].direct = SumTree.Root(
            keccak256("direct"),
            headers[1].payout.credits - parentCredits(),
            headers[1].payout.tokens - parentTokens(),
            MILLION
        );
        (headers[1].accrual, proof.accrual) =
            deepSpan(entry(EraLeaf.FIRST), entry(EraLeaf.LAST), 700_001, 700_024, MILLION);
        headers[1].params = SumTree.Root("params", headers[1].accrual.credits, headers[1].accrual.tokens, 96);
        post(headers[1]);
        headers[0] = nextHeader();
        (headers[0].payout, proof.payout) = deepSpan(accountLeaf(PAYEE, 9e6, 9e6), "", 400_100, 400_100, MILLION);
        (headers[0].voids, proof.voids) = deepSpan(entry(EraLeaf.FIRST | EraLeaf.LAST), "", 3_000, 3_000, THOUSAND * 4);
        (headers[0].direct, proof.direct) = deepSpan(accountLeaf(PAYEE, 1e6, 0), "", 50_000, 50_000, 1 << 16);
        addUp(headers);
        post(headers[0]);
        challenges.challengePayout(headers, proof);
        snapshot("challenge a payout, 2^20 leaves");
    }

    /// The totals of payouts that the door lets in; what the roots have is another matter.
    function addUp(ISettlement.EraHeader[] memory headers) private pure {
        ISettlement.EraHeader memory header = headers[0];
        (header.voids.credits, header.voids.tokens) = (1e6, 1e6);
        header.payout.credits =
            headers[1].payout.credits + headers[1].accrual.credits + header.direct.credits - header.voids.credits;
        header.payout.tokens =
            headers[1].payout.tokens + headers[1].accrual.tokens + header.direct.tokens - header.voids.tokens;
    }

    function nextHeader() private view returns (ISettlement.EraHeader memory header) {
        header.era = settlement.postedEras();
        header.parentHash = settlement.eraOf(header.era - 1).headerHash;
    }

    function parentCredits() private view returns (uint128) {
        return settlement.eraOf(settlement.postedEras() - 1).totalCredits;
    }

    function parentTokens() private view returns (uint128) {
        return settlement.eraOf(settlement.postedEras() - 1).totalTokens;
    }

    /// A payout tree with one account, all of it paid directly.
    function deepPayout(
        ISettlement.EraHeader memory header,
        address account,
        uint128 credits,
        uint128 tokens,
        uint32 leafCount
    ) private view returns (ISettlement.PayoutProof memory) {
        uint32 index = leafCount / 3;
        SumTree.Span memory span;
        (header.payout, span) = deepSpan(accountLeaf(account, credits, tokens), "", index, index, leafCount);
        (uint128 before, uint128 tokensBefore) =
            header.era == 0 ? (uint128(0), uint128(0)) : (parentCredits(), parentTokens());
        header.direct = SumTree.Root(
            keccak256("direct"), header.payout.credits - before, header.payout.tokens - tokensBefore, leafCount
        );
        return ISettlement.PayoutProof(account, credits, tokens, index, span.path);
    }

    function entry(uint256 edges) private pure returns (bytes memory) {
        return entryLeaf(Entry(PAYEE, keccak256("node"), 1, CLASS, keccak256("inputs"), 1e6, 1e6), edges);
    }

    struct Climb {
        bytes32 hash;
        uint256 sums;
        bytes32 lastHash;
        uint256 lastSums;
        uint32 first;
        uint32 last;
    }

    /// A root over the shown leaves and siblings that nobody has ever seen the leaves of.
    function deepSpan(bytes memory firstLeaf, bytes memory lastLeaf, uint32 first, uint32 last, uint32 leafCount)
        private
        pure
        returns (SumTree.Root memory root, SumTree.Span memory span)
    {
        span = SumTree.Span(first, last, firstLeaf, first == last ? bytes("") : lastLeaf, "");
        Climb memory at;
        (at.first, at.last) = (first, last);
        (at.hash, at.sums) = leafNodeOf(firstLeaf);
        if (first != last) (at.lastHash, at.lastSums) = leafNodeOf(lastLeaf);
        for (uint256 depth = SumTree.depthOf(leafCount); depth > 0; --depth) {
            rise(at, span, depth);
        }
        (uint128 credits, uint128 tokens) = Sums.unpack(at.sums);
        root = SumTree.Root(SumTree.hashRoot(at.hash, at.sums, leafCount), credits, tokens, leafCount);
    }

    function rise(Climb memory at, SumTree.Span memory span, uint256 level) private pure {
        bool apart = at.first != at.last;
        if (apart && at.first >> 1 == at.last >> 1) {
            (at.hash, at.sums) = SumTree.join(at.hash, at.sums, at.lastHash, at.lastSums);
        } else {
            (at.hash, at.sums) = joined(at.hash, at.sums, at.first & 1 == 1, span, level);
            if (apart) {
                (at.lastHash, at.lastSums) = joined(at.lastHash, at.lastSums, at.last & 1 == 1, span, level + 99);
            }
        }
        (at.first, at.last) = (at.first >> 1, at.last >> 1);
    }

    function joined(bytes32 hash, uint256 sums, bool isRight, SumTree.Span memory span, uint256 seed)
        private
        pure
        returns (bytes32, uint256)
    {
        bytes32 sibling = keccak256(abi.encode(seed));
        uint256 siblingSums = Sums.pack(1_234_567, 765_432);
        span.path = abi.encodePacked(span.path, sibling, siblingSums);
        return isRight ? SumTree.join(sibling, siblingSums, hash, sums) : SumTree.join(hash, sums, sibling, siblingSums);
    }

    function leafNodeOf(bytes memory leaf) private pure returns (bytes32 hash, uint256 sums) {
        hash = keccak256(abi.encodePacked(bytes1(0), leaf));
        assembly ("memory-safe") {
            sums := mload(add(leaf, mload(leaf)))
        }
    }
}
