// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {ICredit} from "./interfaces/ICredit.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IWorkToken} from "./interfaces/IWorkToken.sol";
import {SumTree} from "./libraries/SumTree.sol";

/// @title Implements ISettlement, which documents every function.
contract Settlement is ISettlement {
    using SafeERC20 for ICredit;
    using SafeERC20 for IWorkToken;

    /// @param posterBondGrains Work tokens that the poster must have bonded to post an era.
    /// @param receiptKeyX,receiptKeyY P-256 key that signs the receipts of batches.
    /// @param beaconTip Last link of the hash chain whose preimages open the epochs' beacons.
    struct Settings {
        ICredit credit;
        IWorkToken workToken;
        address poster;
        uint128 posterBondGrains;
        uint64 challengeWindowSeconds;
        bytes32 receiptKeyX;
        bytes32 receiptKeyY;
        bytes32 beaconTip;
    }

    /// @notice Payouts to this account are destroyed.
    address public constant BURN_ACCOUNT = 0x000000000000000000000000000000000000dEaD;
    uint64 public constant CHALLENGE_WINDOW_SECONDS_MIN = 24 hours;
    /// @dev Only here, on a developer's own chain, may the window be shorter.
    uint256 private constant LOCAL_CHAIN_ID = 31337;
    uint128 private constant CHALLENGER_DIVISOR = 2;

    ICredit public immutable credit;
    IWorkToken public immutable workToken;
    address public immutable poster;
    uint128 public immutable posterBondRequiredGrains;
    uint64 public immutable challengeWindowSeconds;
    uint128 public immutable eraMintGrainsMax;
    /// @notice Most that eras can ever emit: the token's cap less what it was born with.
    uint128 public immutable emissionCapGrains;
    bytes32 public immutable receiptKeyX;
    bytes32 public immutable receiptKeyY;
    bytes32 public immutable beaconTip;

    uint64 public postedEras;
    uint64 public finalisedEras;
    /// @notice The lowest epoch that may still be committed.
    uint64 public nextEpoch;
    uint128 public posterBondGrains;
    uint128 private _depositedCredits;
    uint128 private _claimedCredits;
    uint128 private _claimedTokens;
    mapping(uint64 era => PostedEra) private _eras;
    mapping(uint64 epoch => bytes32) public batchesRootOf;
    mapping(address account => Claimed) private _claimed;
    mapping(address account => address) private _recipients;

    constructor(Settings memory settings) {
        if (
            address(settings.credit) == address(0) || address(settings.workToken) == address(0)
                || settings.poster == address(0)
        ) revert ZeroAddress();
        if (block.chainid != LOCAL_CHAIN_ID && settings.challengeWindowSeconds < CHALLENGE_WINDOW_SECONDS_MIN) {
            revert ChallengeWindowTooShort(settings.challengeWindowSeconds, CHALLENGE_WINDOW_SECONDS_MIN);
        }
        address minter = settings.workToken.settlement();
        if (minter != address(this)) revert NotTheMinter(minter);
        if (!P256.isValidPublicKey(settings.receiptKeyX, settings.receiptKeyY)) {
            revert ReceiptKeyInvalid(settings.receiptKeyX, settings.receiptKeyY);
        }
        if (settings.beaconTip == 0) revert ZeroRoot();
        credit = settings.credit;
        workToken = settings.workToken;
        poster = settings.poster;
        posterBondRequiredGrains = settings.posterBondGrains;
        challengeWindowSeconds = settings.challengeWindowSeconds;
        eraMintGrainsMax = settings.workToken.eraMintGrainsMax();
        emissionCapGrains = settings.workToken.capGrains() - settings.workToken.mintedGrains();
        receiptKeyX = settings.receiptKeyX;
        receiptKeyY = settings.receiptKeyY;
        beaconTip = settings.beaconTip;
    }

    modifier onlyPoster() {
        if (msg.sender != poster) revert NotPoster(msg.sender, poster);
        _;
    }

    // ---- money in

    function deposit(address account, uint128 grains) external {
        if (grains == 0) revert ZeroAmount();
        if (account == address(0)) revert ZeroAddress();
        _depositedCredits += grains;
        emit Deposited(account, msg.sender, grains);
        credit.safeTransferFrom(msg.sender, address(this), grains);
    }

    function postPosterBond(uint128 grains) external onlyPoster {
        if (grains == 0) revert ZeroAmount();
        posterBondGrains += grains;
        emit PosterBonded(msg.sender, grains, posterBondGrains);
        workToken.safeTransferFrom(msg.sender, address(this), grains);
    }

    function withdrawPosterBond(uint128 grains) external onlyPoster {
        if (grains == 0) revert ZeroAmount();
        if (postedEras != finalisedEras) revert ErasPending(postedEras, finalisedEras);
        if (grains > posterBondGrains) revert PosterBondTooSmall(posterBondGrains, grains);
        posterBondGrains -= grains;
        emit PosterUnbonded(msg.sender, grains, posterBondGrains);
        workToken.safeTransfer(msg.sender, grains);
    }

    // ---- claims about the network

    function commitEpoch(uint64 epoch, bytes32 batchesRoot) external onlyPoster {
        if (batchesRoot == 0) revert ZeroRoot();
        if (epoch < nextEpoch) revert EpochNotAfterLast(epoch, nextEpoch);
        nextEpoch = epoch + 1;
        batchesRootOf[epoch] = batchesRoot;
        emit EpochCommitted(epoch, batchesRoot);
    }

    function postEra(EraHeader calldata header) external onlyPoster {
        if (posterBondGrains < posterBondRequiredGrains) {
            revert PosterBondTooSmall(posterBondGrains, posterBondRequiredGrains);
        }
        _checkHeader(header);
        bytes32 headerHash = headerHashOf(header);
        uint64 finalisableAt = uint64(block.timestamp) + challengeWindowSeconds;
        _eras[header.era] = PostedEra(headerHash, header.totalCredits, header.totalTokens, finalisableAt);
        postedEras = header.era + 1;
        emit EraPosted(header.era, headerHash, header, finalisableAt);
    }

    function finaliseEra(EraHeader calldata header) external {
        bytes32 headerHash = _openHeader(header);
        uint64 era = header.era;
        if (era != finalisedEras) revert EraOutOfOrder(era, finalisedEras);
        uint64 finalisableAt = _eras[era].finalisableAt;
        if (block.timestamp < finalisableAt) revert ChallengeWindowOpen(era, finalisableAt);
        finalisedEras = era + 1;
        uint128 mintedTokens = header.totalTokens - _parentOf(era).totalTokens;
        emit EraFinalised(era, headerHash, header.totalCredits, mintedTokens);
        if (mintedTokens > 0) workToken.mint(era, mintedTokens);
    }

    // ---- money out

    function claim(EraHeader calldata header, SumTree.LeafProof calldata proof)
        public
        returns (uint128 credits, uint128 tokens)
    {
        _requireLastFinal(header);
        (uint128 totalCredits, uint128 totalTokens) = _climb(header, proof);
        if (totalCredits != header.totalCredits || totalTokens != header.totalTokens) {
            revert TotalsMismatch(totalCredits, totalTokens, header.totalCredits, header.totalTokens);
        }
        return _pay(header.era, proof.leaf);
    }

    function claimMany(EraHeader calldata header, SumTree.LeafProof[] calldata proofs) external {
        _requireLastFinal(header);
        for (uint256 i = 0; i < proofs.length; ++i) {
            try this.claim(header, proofs[i]) {}
            catch (bytes memory reason) {
                emit ClaimSkipped(proofs[i].leaf.account, proofs[i].index, reason);
            }
        }
    }

    function setRecipient(address recipient) external {
        if (recipient == address(this)) revert RecipientRefused(recipient);
        _recipients[msg.sender] = recipient;
        emit RecipientSet(msg.sender, recipient);
    }

    // ---- challenges

    function challengeOrder(
        EraHeader calldata header,
        SumTree.LeafProof calldata proofA,
        SumTree.LeafProof calldata proofB
    ) external {
        _openHeader(header);
        if (uint256(proofA.index) + 1 != proofB.index) revert NotAdjacent(proofA.index, proofB.index);
        _climb(header, proofA);
        _climb(header, proofB);
        if (proofA.leaf.account < proofB.leaf.account) revert LeavesInOrder(proofA.leaf.account, proofB.leaf.account);
        _void(header.era, Ground.LeavesOutOfOrder);
    }

    function challengeDecrease(
        EraHeader calldata parentHeader,
        EraHeader calldata header,
        SumTree.LeafProof calldata inParent,
        SumTree.LeafProof calldata inHeader
    ) external {
        _openHeader(header);
        bytes32 parentHash = headerHashOf(parentHeader);
        if (parentHash != header.parentHash) revert ParentMismatch(parentHash, header.parentHash);
        SumTree.Leaf calldata before = inParent.leaf;
        SumTree.Leaf calldata later = inHeader.leaf;
        if (before.account != later.account) revert AccountsDiffer(before.account, later.account);
        _climb(parentHeader, inParent);
        _climb(header, inHeader);
        if (later.credits >= before.credits && later.tokens >= before.tokens) {
            revert PayoutDidNotDecrease(later.account);
        }
        _void(header.era, Ground.PayoutDecreased);
    }

    function challengeTotals(EraHeader calldata header, SumTree.Node calldata top, uint32 leafCount) external {
        _openHeader(header);
        bytes32 root = SumTree.rootOf(top, leafCount);
        if (root != header.payoutRoot) revert PayoutRootMismatch(root, header.payoutRoot);
        if (top.credits == header.totalCredits && top.tokens == header.totalTokens && leafCount == header.leafCount) {
            revert TotalsAgree();
        }
        _void(header.era, Ground.TotalsDiffer);
    }

    // ---- views

    function eraOf(uint64 era) external view returns (PostedEra memory) {
        if (era >= postedEras) revert EraNotPosted(era, postedEras);
        return _eras[era];
    }

    function headerHashOf(EraHeader calldata header) public pure returns (bytes32) {
        return keccak256(abi.encode(header));
    }

    function claimedOf(address account) external view returns (Claimed memory) {
        return _claimed[account];
    }

    function recipientOf(address account) public view returns (address) {
        address recipient = _recipients[account];
        return recipient == address(0) ? account : recipient;
    }

    function totals() external view returns (Totals memory) {
        uint128 mintedTokens = finalisedEras == 0 ? 0 : _eras[finalisedEras - 1].totalTokens;
        return Totals(_depositedCredits, _claimedCredits, _claimedTokens, mintedTokens);
    }

    // ---- what the doors above rest on

    function _checkHeader(EraHeader calldata header) private view {
        if (header.era != postedEras) revert EraOutOfOrder(header.era, postedEras);
        PostedEra memory parent = _parentOf(header.era);
        if (header.parentHash != parent.headerHash) revert ParentMismatch(header.parentHash, parent.headerHash);
        uint8 depth = SumTree.depthOf(header.leafCount);
        if (header.depth != depth) revert DepthMismatch(header.depth, depth);
        if (header.totalCredits < parent.totalCredits || header.totalTokens < parent.totalTokens) {
            revert TotalsFell(header.totalCredits, header.totalTokens, parent.totalCredits, parent.totalTokens);
        }
        if (header.totalCredits > _depositedCredits) revert CreditsNotFunded(header.totalCredits, _depositedCredits);
        uint128 emission = header.totalTokens - parent.totalTokens;
        if (emission > eraMintGrainsMax) revert EmissionAboveEraLimit(emission, eraMintGrainsMax);
        if (header.totalTokens > emissionCapGrains) revert EmissionAboveCap(header.totalTokens, emissionCapGrains);
    }

    /// @dev The era before; all zero for the first.
    function _parentOf(uint64 era) private view returns (PostedEra memory parent) {
        if (era > 0) parent = _eras[era - 1];
    }

    /// @dev A challenge stays possible after the window until somebody finalises: later is safer, never wrong.
    function _openHeader(EraHeader calldata header) private view returns (bytes32 headerHash) {
        if (header.era >= postedEras) revert EraNotPosted(header.era, postedEras);
        if (header.era < finalisedEras) revert EraIsFinal(header.era);
        headerHash = headerHashOf(header);
        bytes32 expected = _eras[header.era].headerHash;
        if (headerHash != expected) revert HeaderMismatch(headerHash, expected);
    }

    function _requireLastFinal(EraHeader calldata header) private view {
        if (finalisedEras == 0) revert NothingFinalised();
        bytes32 headerHash = headerHashOf(header);
        bytes32 expected = _eras[finalisedEras - 1].headerHash;
        if (headerHash != expected) revert HeaderNotLastFinal(headerHash, expected);
    }

    function _climb(EraHeader calldata header, SumTree.LeafProof calldata proof)
        private
        pure
        returns (uint128 totalCredits, uint128 totalTokens)
    {
        bytes32 root;
        (root, totalCredits, totalTokens) = SumTree.climb(proof, header.leafCount);
        if (root != header.payoutRoot) revert PayoutRootMismatch(root, header.payoutRoot);
    }

    function _pay(uint64 era, SumTree.Leaf calldata leaf) private returns (uint128 credits, uint128 tokens) {
        Claimed memory had = _claimed[leaf.account];
        if (leaf.credits > had.credits) credits = leaf.credits - had.credits;
        if (leaf.tokens > had.tokens) tokens = leaf.tokens - had.tokens;
        if (credits == 0 && tokens == 0) revert NothingToClaim(leaf.account);
        _claimed[leaf.account] = Claimed(had.credits + credits, had.tokens + tokens);
        _claimedCredits += credits;
        _claimedTokens += tokens;
        address recipient = recipientOf(leaf.account);
        emit ClaimPaid(leaf.account, recipient, era, credits, tokens);
        if (leaf.account == BURN_ACCOUNT) {
            if (credits > 0) credit.burn(credits);
            if (tokens > 0) workToken.burn(tokens);
        } else {
            if (credits > 0) credit.safeTransfer(recipient, credits);
            if (tokens > 0) workToken.safeTransfer(recipient, tokens);
        }
    }

    function _void(uint64 era, Ground ground) private {
        uint64 lastEra = postedEras - 1;
        postedEras = era;
        emit EraVoided(era, _eras[era].headerHash, msg.sender, lastEra, ground);
        uint128 reward = posterBondGrains / CHALLENGER_DIVISOR;
        uint128 burnt = posterBondGrains - reward;
        posterBondGrains = 0;
        emit PosterSlashed(poster, msg.sender, reward, burnt);
        workToken.safeTransfer(msg.sender, reward);
        workToken.burn(burnt);
    }
}
