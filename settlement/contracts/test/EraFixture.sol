// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IEraChallenges} from "../src/interfaces/IEraChallenges.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Cose} from "../src/libraries/Cose.sol";
import {EraLeaf} from "../src/libraries/EraLeaf.sol";
import {RewardMath} from "../src/libraries/RewardMath.sol";
import {SignedMessage} from "../src/libraries/SignedMessage.sol";
import {SumTree} from "../src/libraries/SumTree.sol";
import {Fixture} from "./Fixture.sol";
import {LeafTree} from "./LeafTree.sol";
import {RewardDoor} from "./RewardDoor.sol";

/// Two whole eras of three nodes, as an honest poster makes them, and what it takes to make them wrong.
abstract contract EraFixture is Fixture {
    uint256 internal constant NODES = 3;
    uint8 internal constant CLASS = 1;
    uint64 internal constant PRICE = 50e6 * 1e6;
    uint64 internal constant EMISSION = 90e6;
    bytes32 internal constant ECONOMY = keccak256("economy");

    struct Node {
        uint256 key;
        bytes32 nodeId;
        address account;
        bytes32 x;
        bytes32 y;
    }

    /// An era's leaves by tree, and what is behind them: inputs and batches of each accrual leaf, rules of each params leaf.
    struct Era {
        uint64 number;
        bytes32 parentHash;
        bytes[][5] leaves;
        RewardMath.AccrualInputs[] inputs;
        SignedMessage.Message[] batches;
        RewardMath.ClassParams[] rules;
    }

    struct Entry {
        address account;
        bytes32 nodeId;
        uint64 epoch;
        uint8 class;
        bytes32 inputs;
        uint128 credits;
        uint128 tokens;
    }

    RewardDoor internal rewards;
    Node[] internal nodes;

    function setUp() public virtual override {
        super.setUp();
        rewards = new RewardDoor();
        fund(100_000e6);
        bondPoster();
        vm.startPrank(operator);
        assertTrue(workToken.transfer(stranger, 100e6));
        vm.stopPrank();
        addNode(0xd01, operator);
        addNode(0xd02, operator);
        addNode(0xd03, stranger);
    }

    function addNode(uint256 key, address account) private {
        bytes32 nodeId = registerNode(key, account);
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        nodes.push(Node(key, nodeId, account, bytes32(x), bytes32(y)));
    }

    function nodeOf(bytes32 nodeId) internal view returns (Node memory) {
        for (uint256 i = 0; i < NODES; ++i) {
            if (nodes[i].nodeId == nodeId) return nodes[i];
        }
        revert("no such node");
    }

    // ---- eras

    /// Nothing has vested yet: the treasury's leaf of zero.
    function firstEra() internal view returns (Era memory era) {
        return unvestedEra(0, 0);
    }

    function unvestedEra(uint64 number, bytes32 parentHash) internal view returns (Era memory era) {
        accrue(era, number);
        era.parentHash = parentHash;
        era.leaves[uint256(EraLeaf.Tree.Payout)] = one(accountLeaf(insurance, 0, 0));
    }

    function secondEra(Era memory first) internal view returns (Era memory era) {
        return vestingEra(1, keccak256(abi.encode(headerOf(first))), first);
    }

    /// The first era's accruals vest, but for what one node had in its last epoch; a consumer withdraws.
    function vestingEra(uint64 number, bytes32 parentHash, Era memory first) internal view returns (Era memory era) {
        accrue(era, number);
        era.parentHash = parentHash;
        bytes[] memory accrued = first.leaves[0];
        uint256 voided = lastOf(accrued, stranger);
        era.leaves[uint256(EraLeaf.Tree.Void)] = one(edged(accrued[voided], EraLeaf.FIRST | EraLeaf.LAST));
        era.leaves[uint256(EraLeaf.Tree.Direct)] = one(accountLeaf(consumer, 7e6, 0));
        address[5] memory accounts = [operator, stranger, consumer, insurance, BURN];
        bytes[] memory payouts = new bytes[](5);
        for (uint256 i = 0; i < 5; ++i) {
            (uint128 credits, uint128 tokens) = sumOf(accrued, accounts[i]);
            if (accounts[i] == stranger) {
                SumTree.Node memory taken = LeafTree.leafNode(accrued[voided]);
                (credits, tokens) = (credits - taken.credits, tokens - taken.tokens);
            }
            if (accounts[i] == consumer) credits += 7e6;
            payouts[i] = accountLeaf(accounts[i], credits, tokens);
        }
        sort(payouts, 20);
        era.leaves[uint256(EraLeaf.Tree.Payout)] = payouts;
    }

    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    function accrue(Era memory era, uint64 number) private view {
        era.number = number;
        era.rules = new RewardMath.ClassParams[](EPOCHS);
        for (uint64 i = 0; i < EPOCHS; ++i) {
            era.rules[i] = rulesOf(number * EPOCHS + i);
        }
        fillAccruals(era);
        bytes[] memory params = new bytes[](EPOCHS);
        for (uint64 i = 0; i < EPOCHS; ++i) {
            params[i] = rulesLeaf(era.rules[i]);
        }
        era.leaves[uint256(EraLeaf.Tree.Params)] = params;
    }

    function fillAccruals(Era memory era) private view {
        uint256 count = NODES * EPOCHS + 2;
        Entry[] memory entries = new Entry[](count);
        era.inputs = new RewardMath.AccrualInputs[](count);
        era.batches = new SignedMessage.Message[](count);
        for (uint256 i = 0; i < NODES * EPOCHS; ++i) {
            RewardMath.ClassParams memory rules = era.rules[i % EPOCHS];
            (era.inputs[i], era.batches[i]) = inputsOf(nodes[i / EPOCHS], rules.epoch);
            entries[i] = entryOf(nodes[i / EPOCHS], rules, era.inputs[i]);
            rules.chargedGrains += uint64(entries[i].credits);
        }
        uint64 last = (era.number + 1) * EPOCHS - 1;
        entries[count - 2] = Entry(insurance, EraLeaf.TAKE_NODE, last, EraLeaf.TAKE_CLASS, 0, 3e6, 0);
        entries[count - 1] = Entry(BURN, EraLeaf.TAKE_NODE, last, EraLeaf.TAKE_CLASS, 0, 5e6, 0);
        era.rules[EPOCHS - 1].chargedGrains += 8e6;
        sortEntries(era, entries);
        era.leaves[0] = encode(entries);
    }

    function rulesOf(uint64 epoch) internal pure returns (RewardMath.ClassParams memory rules) {
        rules.epoch = epoch;
        rules.classIndex = CLASS;
        rules.className = CLASS_NAME;
        rules.economyHash = ECONOMY;
        rules.emissionGrains = EMISSION;
        rules.weight = 4_000;
        rules.operatorCapPpm = 600_000;
        rules.takePpm = 100_000;
        rules.curve.kind = RewardMath.CurveKind.Perspective;
        rules.curve.kappaNumerator = 1;
        rules.curve.kappaDenominator = 1_000;
        rules.curve.untilPpm = new uint64[](2);
        (rules.curve.untilPpm[0], rules.curve.untilPpm[1]) = (1_000_000, RewardMath.NOWHERE);
        rules.curve.slopePpm = new uint64[](2);
        (rules.curve.slopePpm[0], rules.curve.slopePpm[1]) = (1_000_000, 500_000);
    }

    function inputsOf(Node memory node, uint64 epoch)
        private
        view
        returns (RewardMath.AccrualInputs memory inputs, SignedMessage.Message memory batch)
    {
        inputs.auditNcuMs = 100;
        inputs.bondGrains = 1e6;
        inputs.operatorWeight = node.account == operator ? 2_600 : 1_300;
        inputs.lastSeq = epoch + 1;
        inputs.lines = new RewardMath.ChargeLine[](2);
        inputs.lines[0] = RewardMath.ChargeLine(900, PRICE, 0, 0);
        inputs.lines[1] = RewardMath.ChargeLine(300, 2 * PRICE, 300, PRICE / 2);
        batch = batchOf(node, epoch, inputs.lastSeq);
        inputs.batchId = idOf(batch);
        (inputs.r, inputs.s) = signed(node.key, inputs.batchId);
    }

    function entryOf(Node memory node, RewardMath.ClassParams memory rules, RewardMath.AccrualInputs memory inputs)
        internal
        view
        returns (Entry memory)
    {
        (uint256 credits, uint256 tokens,) = rewards.accrual(rules, inputs);
        bytes32 inputsHash = keccak256(abi.encode(inputs));
        return
            Entry(
                node.account, node.nodeId, rules.epoch, rules.classIndex, inputsHash, uint128(credits), uint128(tokens)
            );
    }

    function headerOf(Era memory era) internal pure returns (ISettlement.EraHeader memory header) {
        header.era = era.number;
        header.parentHash = era.parentHash;
        header.accrual = LeafTree.rootOf(era.leaves[0]);
        header.voids = LeafTree.rootOf(era.leaves[1]);
        header.direct = LeafTree.rootOf(era.leaves[2]);
        header.payout = LeafTree.rootOf(era.leaves[3]);
        header.params = LeafTree.rootOf(era.leaves[4]);
        // Of an era made wrong, what the door looks at: totals that the root does not have are another challenge's.
        header.params.credits = header.accrual.credits;
    }

    // ---- messages

    function batchOf(Node memory node, uint64 epoch, uint64 seq)
        internal
        view
        returns (SignedMessage.Message memory batch)
    {
        batch.aad = aad();
        bytes memory head = abi.encodePacked(hex"a8015820", node.nodeId, hex"02", cborOf(epoch), hex"03", cborOf(seq));
        bytes memory rest = abi.encodePacked(hex"045820", bytes32(0), hex"050106a1010107", hex"5820", bytes32(0));
        batch.payload = abi.encodePacked(head, rest, hex"081b00000190a1b2c3d4");
    }

    function receiptOf(bytes32 batchId, uint64 seq, uint64 code)
        internal
        view
        returns (IEraChallenges.Receipt memory receipt)
    {
        receipt.message.aad = aad();
        receipt.message.payload = abi.encodePacked(hex"a3015820", batchId, hex"02", cborOf(seq), hex"03", cborOf(code));
        (receipt.r, receipt.s) = signed(RECEIPT_KEY, idOf(receipt.message));
    }

    function aad() internal view returns (bytes memory) {
        string memory chain = string.concat("eip155:", vm.toString(block.chainid));
        bytes memory head = abi.encodePacked(hex"83", uint8(0x60 + bytes(chain).length), chain);
        return abi.encodePacked(head, hex"54", address(settlement), hex"5820", ECONOMY);
    }

    function cborOf(uint64 value) internal pure returns (bytes memory) {
        if (value < 24) return abi.encodePacked(uint8(value));
        if (value < 256) return abi.encodePacked(hex"18", uint8(value));
        return abi.encodePacked(hex"1b", value);
    }

    function idOf(SignedMessage.Message memory message) internal pure returns (bytes32) {
        return sha256(Cose.toBeSigned(message.aad, message.payload));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes32 r, bytes32 s) {
        (r, s) = vm.signP256(key, digest);
        if (uint256(s) > P256.N / 2) s = bytes32(P256.N - uint256(s));
    }

    // ---- leaves

    function accountLeaf(address account, uint128 credits, uint128 tokens) internal pure returns (bytes memory) {
        return abi.encodePacked(account, credits, tokens);
    }

    function rulesLeaf(RewardMath.ClassParams memory rules) internal pure returns (bytes memory) {
        bytes32 hash = keccak256(abi.encode(rules));
        (uint128 credits, uint128 tokens) = (rules.chargedGrains, rules.emissionGrains);
        return abi.encodePacked(rules.epoch, rules.classIndex, hash, credits, tokens);
    }

    function entryLeaf(Entry memory entry, uint256 edges) internal pure returns (bytes memory) {
        bytes memory key = abi.encodePacked(entry.account, entry.nodeId, entry.epoch, entry.class);
        return abi.encodePacked(key, uint8(edges), entry.inputs, entry.credits, entry.tokens);
    }

    function encode(Entry[] memory entries) private pure returns (bytes[] memory leaves) {
        leaves = new bytes[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            bool isFirst = i == 0 || entries[i - 1].account != entries[i].account;
            bool isLast = i == entries.length - 1 || entries[i + 1].account != entries[i].account;
            leaves[i] = entryLeaf(entries[i], (isFirst ? EraLeaf.FIRST : 0) | (isLast ? EraLeaf.LAST : 0));
        }
    }

    function edged(bytes memory leaf, uint256 edges) internal pure returns (bytes memory changed) {
        changed = bytes.concat(leaf);
        changed[61] = bytes1(uint8(edges));
    }

    function accountLeaves(uint256 count) internal pure returns (bytes[] memory leaves) {
        leaves = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = accountLeaf(address(uint160(0x1001 + i)), 5e6, 0);
        }
    }

    function one(bytes memory leaf) internal pure returns (bytes[] memory leaves) {
        leaves = new bytes[](1);
        leaves[0] = leaf;
    }

    function accountOf(bytes memory leaf) internal pure returns (address account) {
        assembly ("memory-safe") {
            account := shr(96, mload(add(leaf, 32)))
        }
    }

    function sumOf(bytes[] memory leaves, address account) internal pure returns (uint128 credits, uint128 tokens) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (accountOf(leaves[i]) != account) continue;
            SumTree.Node memory leaf = LeafTree.leafNode(leaves[i]);
            (credits, tokens) = (credits + leaf.credits, tokens + leaf.tokens);
        }
    }

    function lastOf(bytes[] memory leaves, address account) internal pure returns (uint256 at) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (accountOf(leaves[i]) == account) at = i;
        }
    }

    /// The leaves of an account, or those around the place where it has none.
    function rangeOf(bytes[] memory leaves, address account) internal pure returns (SumTree.Span memory span) {
        if (leaves.length == 0) return span;
        uint32 first = 0;
        while (first < leaves.length && accountOf(leaves[first]) < account) ++first;
        uint32 last = first;
        while (last < leaves.length && accountOf(leaves[last]) == account) ++last;
        if (last > first) return LeafTree.spanOf(leaves, first, last - 1);
        if (first == 0) return LeafTree.spanOf(leaves, 0);
        if (first == leaves.length) return LeafTree.spanOf(leaves, first - 1);
        return LeafTree.spanOf(leaves, first - 1, first);
    }

    function sort(bytes[] memory leaves, uint256 keyBytes) internal pure {
        for (uint256 i = 1; i < leaves.length; ++i) {
            for (uint256 j = i; j > 0 && isBelow(leaves[j], leaves[j - 1], keyBytes); --j) {
                (leaves[j], leaves[j - 1]) = (leaves[j - 1], leaves[j]);
            }
        }
    }

    function sortEntries(Era memory era, Entry[] memory entries) private pure {
        for (uint256 i = 1; i < entries.length; ++i) {
            for (uint256 j = i; j > 0 && isBelow(entryLeaf(entries[j], 0), entryLeaf(entries[j - 1], 0), 61); --j) {
                (entries[j], entries[j - 1]) = (entries[j - 1], entries[j]);
                (era.inputs[j], era.inputs[j - 1]) = (era.inputs[j - 1], era.inputs[j]);
                (era.batches[j], era.batches[j - 1]) = (era.batches[j - 1], era.batches[j]);
            }
        }
    }

    function isBelow(bytes memory a, bytes memory b, uint256 length) private pure returns (bool) {
        for (uint256 i = 0; i < length; ++i) {
            if (a[i] != b[i]) return a[i] < b[i];
        }
        return false;
    }
}
