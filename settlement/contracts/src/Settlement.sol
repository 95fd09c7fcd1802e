// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IComplianceGate} from "./interfaces/IComplianceGate.sol";
import {ICredit} from "./interfaces/ICredit.sol";
import {IEmergencyPause} from "./interfaces/IEmergencyPause.sol";
import {IEraChallenges} from "./interfaces/IEraChallenges.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IWorkToken} from "./interfaces/IWorkToken.sol";
import {EraLeaf} from "./libraries/EraLeaf.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Sums} from "./libraries/Sums.sol";

/// @title Implements ISettlement, which documents every function.
contract Settlement is ISettlement {
    using SafeCast for uint128;
    using SafeERC20 for IERC20;
    using SafeERC20 for ICredit;
    using SafeERC20 for IWorkToken;

    /// @param challenges The IEraChallenges that may void an era.
    /// @param posterBondGrains Work tokens that the poster must have bonded to post an era.
    /// @param holdbackEras Eras between what was earned and what it pays.
    /// @param receiptKeyX,receiptKeyY P-256 key that signs the receipts of batches.
    /// @param beaconTip Last link of the hash chain whose preimages open the epochs' beacons.
    /// @param gate Clears who pays in, and holds what is paid out to whom it does not clear; zero: nobody is asked.
    /// @param pauses May stop deposits, never claims; zero: nobody may.
    struct Settings {
        ICredit credit;
        IWorkToken workToken;
        address challenges;
        address poster;
        uint128 posterBondGrains;
        uint64 challengeWindowSeconds;
        uint64 holdbackEras;
        bytes32 receiptKeyX;
        bytes32 receiptKeyY;
        bytes32 beaconTip;
        IComplianceGate gate;
        IEmergencyPause pauses;
    }

    /// @dev Lifetime sums that an account was paid, and whether it named somebody else: one word, read at every claim.
    struct Account {
        uint120 credits;
        uint120 tokens;
        bool hasRecipient;
    }

    /// @notice Payouts to this account are destroyed.
    address public constant BURN_ACCOUNT = 0x000000000000000000000000000000000000dEaD;
    /// @notice Scope of the pause, and the gate's name for paying in.
    bytes32 public constant DEPOSIT = "settlement.deposit";
    /// @notice The gate's name for paying out.
    bytes32 public constant CLAIM = "settlement.claim";
    uint64 public constant CHALLENGE_WINDOW_SECONDS_MIN = 24 hours;
    /// @dev Only here, on a developer's own chain, may the window be shorter.
    uint256 private constant LOCAL_CHAIN_ID = 31337;
    uint128 private constant CHALLENGER_DIVISOR = 2;

    ICredit public immutable credit;
    IWorkToken public immutable workToken;
    address public immutable challenges;
    address public immutable poster;
    uint128 public immutable posterBondRequiredGrains;
    uint64 public immutable challengeWindowSeconds;
    uint64 public immutable holdbackEras;
    uint128 public immutable eraMintGrainsMax;
    /// @notice Most that eras can ever emit: the token's cap less what it was born with.
    uint128 public immutable emissionCapGrains;
    bytes32 public immutable receiptKeyX;
    bytes32 public immutable receiptKeyY;
    bytes32 public immutable beaconTip;
    IComplianceGate public immutable gate;
    IEmergencyPause public immutable pauses;

    /// @dev Alone in its slot: all that a claim reads of eras.
    bytes32 public payableHash;
    uint64 public postedEras;
    uint64 public finalisedEras;
    /// @notice The lowest epoch that may still be committed.
    uint64 public nextEpoch;
    uint128 public posterBondGrains;
    uint128 public slashedGrains;
    uint128 private _depositedCredits;
    uint64 private _postings;
    mapping(uint64 era => PostedEra) private _eras;
    mapping(uint64 epoch => bytes32) public batchesRootOf;
    mapping(address account => Account) private _accounts;
    mapping(address account => address) private _recipients;

    constructor(Settings memory settings) {
        if (
            address(settings.credit) == address(0) || address(settings.workToken) == address(0)
                || settings.challenges == address(0) || settings.poster == address(0)
        ) revert ZeroAddress();
        if (block.chainid != LOCAL_CHAIN_ID && settings.challengeWindowSeconds < CHALLENGE_WINDOW_SECONDS_MIN) {
            revert ChallengeWindowTooShort(settings.challengeWindowSeconds, CHALLENGE_WINDOW_SECONDS_MIN);
        }
        if (settings.holdbackEras == 0) revert ZeroHoldback();
        address minter = settings.workToken.settlement();
        if (minter != address(this)) revert NotTheMinter(minter);
        if (!P256.isValidPublicKey(settings.receiptKeyX, settings.receiptKeyY)) {
            revert ReceiptKeyInvalid(settings.receiptKeyX, settings.receiptKeyY);
        }
        if (settings.beaconTip == 0) revert ZeroRoot();
        credit = settings.credit;
        workToken = settings.workToken;
        challenges = settings.challenges;
        poster = settings.poster;
        posterBondRequiredGrains = settings.posterBondGrains;
        challengeWindowSeconds = settings.challengeWindowSeconds;
        holdbackEras = settings.holdbackEras;
        eraMintGrainsMax = settings.workToken.eraMintGrainsMax();
        emissionCapGrains = settings.workToken.capGrains() - settings.workToken.mintedGrains();
        receiptKeyX = settings.receiptKeyX;
        receiptKeyY = settings.receiptKeyY;
        beaconTip = settings.beaconTip;
        gate = settings.gate;
        pauses = settings.pauses;
    }

    modifier onlyPoster() {
        if (msg.sender != poster) revert NotPoster(msg.sender, poster);
        _;
    }

    // ---- money in

    function deposit(address account, uint128 grains) external {
        if (grains == 0) revert ZeroAmount();
        if (account == address(0)) revert ZeroAddress();
        _requireAdmitted(account, grains);
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
        SumTree.Root calldata payout = header.payout;
        SumTree.Root calldata accrual = header.accrual;
        _eras[header.era] = PostedEra(
            headerHash, payout.credits, payout.tokens, accrual.credits, accrual.tokens, finalisableAt, ++_postings
        );
        postedEras = header.era + 1;
        emit EraPosted(header.era, headerHash, header, finalisableAt);
    }

    function finaliseEra(EraHeader calldata header) external {
        bytes32 headerHash = _openHeader(header);
        uint64 era = header.era;
        if (era != finalisedEras) revert EraOutOfOrder(era, finalisedEras);
        PostedEra storage posted = _eras[era];
        if (block.timestamp < posted.finalisableAt) revert ChallengeWindowOpen(era, posted.finalisableAt);
        uint32 openAsks = IEraChallenges(challenges).openAsksOf(posted.posting);
        if (openAsks > 0) revert AsksOpen(era, openAsks);
        finalisedEras = era + 1;
        payableHash = SumTree.hashOf(header.payout);
        uint128 mintedTokens = header.payout.tokens - _totalTokensBefore(era);
        emit EraFinalised(era, headerHash, header.payout.credits, mintedTokens);
        if (mintedTokens > 0) workToken.mint(era, mintedTokens);
    }

    // ---- money out

    function claim(SumTree.Root calldata payout, PayoutProof calldata proof)
        public
        returns (uint128 credits, uint128 tokens)
    {
        _requireLastFinal(payout);
        uint256 owed = Sums.pack(proof.credits, proof.tokens);
        _requirePayout(payout, proof, owed);
        return _pay(proof.account, owed);
    }

    function claimMany(SumTree.Root calldata payout, PayoutProof[] calldata proofs) external {
        _requireLastFinal(payout);
        for (uint256 i = 0; i < proofs.length; ++i) {
            try this.claim(payout, proofs[i]) {}
            catch (bytes memory reason) {
                emit ClaimSkipped(proofs[i].account, proofs[i].index, reason);
            }
        }
    }

    function setRecipient(address recipient) external {
        if (recipient == address(this)) revert RecipientRefused(recipient);
        _recipients[msg.sender] = recipient;
        _accounts[msg.sender].hasRecipient = recipient != address(0);
        emit RecipientSet(msg.sender, recipient);
    }

    // ---- challenges

    function voidEra(uint64 era, address challenger, Ground ground) external {
        if (msg.sender != challenges) revert NotChallenges(msg.sender, challenges);
        _requireOpen(era);
        uint64 lastEra = postedEras - 1;
        postedEras = era;
        emit EraVoided(era, _eras[era].headerHash, challenger, lastEra, ground);
        uint128 reward = posterBondGrains / CHALLENGER_DIVISOR;
        uint128 burnt = posterBondGrains - reward;
        posterBondGrains = 0;
        slashedGrains += burnt;
        emit PosterSlashed(poster, challenger, reward, burnt);
        workToken.safeTransfer(challenger, reward);
    }

    function burnSlashed() external {
        uint128 grains = slashedGrains;
        if (grains == 0) revert ZeroAmount();
        slashedGrains = 0;
        emit SlashedBurnt(grains);
        workToken.burn(grains);
    }

    // ---- views

    function eraOf(uint64 era) external view returns (PostedEra memory) {
        if (era >= postedEras) revert EraNotPosted(era, postedEras);
        return _eras[era];
    }

    function openHeaderHash(uint64 era) external view returns (bytes32) {
        _requireOpen(era);
        return _eras[era].headerHash;
    }

    function headerHashAt(uint64 era) external view returns (bytes32) {
        if (era >= postedEras) revert EraNotPosted(era, postedEras);
        return _eras[era].headerHash;
    }

    function headerHashOf(EraHeader calldata header) public pure returns (bytes32) {
        return keccak256(abi.encode(header));
    }

    function claimedOf(address account) external view returns (Claimed memory) {
        return Claimed(_accounts[account].credits, _accounts[account].tokens);
    }

    function recipientOf(address account) public view returns (address) {
        address recipient = _recipients[account];
        return recipient == address(0) ? account : recipient;
    }

    function totals() external view returns (Totals memory) {
        uint128 mintedTokens = _totalTokensBefore(finalisedEras);
        return Totals(_depositedCredits, mintedTokens);
    }

    // ---- what the doors above rest on

    function _checkHeader(EraHeader calldata header) private view {
        uint64 era = header.era;
        if (era != postedEras) revert EraOutOfOrder(era, postedEras);
        bytes32 parentHash = era == 0 ? bytes32(0) : _eras[era - 1].headerHash;
        if (header.parentHash != parentHash) revert ParentMismatch(header.parentHash, parentHash);
        SumTree.Root calldata payout = header.payout;
        if (payout.leafCount == 0) revert SumTree.EmptyTree();
        for (uint8 tree = 0; tree <= uint8(type(EraLeaf.Tree).max); ++tree) {
            SumTree.Root calldata root = _treeOf(header, EraLeaf.Tree(tree));
            bool isZero = root.root == 0 && root.credits == 0 && root.tokens == 0;
            if (root.leafCount == 0 && !isZero) revert EmptyTreeNotZero(EraLeaf.Tree(tree));
        }
        _checkTotals(header);
        if (payout.credits > _depositedCredits) revert CreditsNotFunded(payout.credits, _depositedCredits);
        uint128 emission = payout.tokens - _totalTokensBefore(era);
        if (emission > eraMintGrainsMax) revert EmissionAboveEraLimit(emission, eraMintGrainsMax);
        if (payout.tokens > emissionCapGrains) revert EmissionAboveCap(payout.tokens, emissionCapGrains);
    }

    /// @dev The equation of every account's payout holds for all of them together.
    function _checkTotals(EraHeader calldata header) private view {
        uint64 era = header.era;
        (uint128 accruedCredits, uint128 accruedTokens) = (0, 0);
        if (era >= holdbackEras) {
            PostedEra storage earned = _eras[era - holdbackEras];
            (accruedCredits, accruedTokens) = (earned.accruedCredits, earned.accruedTokens);
        }
        SumTree.Root calldata voids = header.voids;
        if (voids.credits > accruedCredits || voids.tokens > accruedTokens) {
            revert VoidsAboveAccrual(voids.credits, voids.tokens, accruedCredits, accruedTokens);
        }
        uint256 credits = uint256(header.direct.credits) + accruedCredits - voids.credits;
        uint256 tokens = uint256(header.direct.tokens) + accruedTokens - voids.tokens;
        if (era > 0) {
            credits += _eras[era - 1].totalCredits;
            tokens += _eras[era - 1].totalTokens;
        }
        if (header.payout.credits != credits || header.payout.tokens != tokens) {
            revert TotalsDoNotAddUp(header.payout.credits, header.payout.tokens, credits, tokens);
        }
        if (header.accrual.credits != header.params.credits) {
            revert AccrualNotCharged(header.accrual.credits, header.params.credits);
        }
        if (header.accrual.tokens > header.params.tokens) {
            revert AccrualAboveEmission(header.accrual.tokens, header.params.tokens);
        }
    }

    /// @dev Of all eras below `era`.
    function _totalTokensBefore(uint64 era) private view returns (uint128) {
        return era == 0 ? 0 : _eras[era - 1].totalTokens;
    }

    function _treeOf(EraHeader calldata header, EraLeaf.Tree tree) private pure returns (SumTree.Root calldata) {
        if (tree == EraLeaf.Tree.Accrual) return header.accrual;
        if (tree == EraLeaf.Tree.Void) return header.voids;
        if (tree == EraLeaf.Tree.Direct) return header.direct;
        return tree == EraLeaf.Tree.Payout ? header.payout : header.params;
    }

    /// @dev A challenge stays possible after the window until somebody finalises: later is safer, never wrong.
    function _requireOpen(uint64 era) private view {
        if (era >= postedEras) revert EraNotPosted(era, postedEras);
        if (era < finalisedEras) revert EraIsFinal(era);
    }

    function _openHeader(EraHeader calldata header) private view returns (bytes32 headerHash) {
        _requireOpen(header.era);
        headerHash = headerHashOf(header);
        bytes32 expected = _eras[header.era].headerHash;
        if (headerHash != expected) revert HeaderMismatch(headerHash, expected);
    }

    function _requireLastFinal(SumTree.Root calldata payout) private view {
        bytes32 expected = payableHash;
        if (expected == 0) revert NothingFinalised();
        bytes32 payoutHash = SumTree.hashOf(payout);
        if (payoutHash != expected) revert RootNotLastFinal(payoutHash, expected);
    }

    /// @dev One leaf needs less than SumTree's spans: this is what payees pay for.
    function _requirePayout(SumTree.Root calldata payout, PayoutProof calldata proof, uint256 owed) private pure {
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0), proof.account, owed));
        (uint128 credits, uint128 tokens) = SumTree.climbLeaf(payout, leaf, owed, proof.index, proof.path);
        if (credits != payout.credits || tokens != payout.tokens) {
            revert TotalsMismatch(credits, tokens, payout.credits, payout.tokens);
        }
    }

    /// @param owed Lifetime sums of both assets, packed.
    function _pay(address account, uint256 owed) private returns (uint128 credits, uint128 tokens) {
        (uint128 allCredits, uint128 allTokens) = Sums.unpack(owed);
        Account memory had = _accounts[account];
        if (allCredits > had.credits) (credits, had.credits) = (allCredits - had.credits, allCredits.toUint120());
        if (allTokens > had.tokens) (tokens, had.tokens) = (allTokens - had.tokens, allTokens.toUint120());
        if (credits == 0 && tokens == 0) revert NothingToClaim(account);
        _accounts[account] = had;
        address recipient = had.hasRecipient ? _recipients[account] : account;
        emit ClaimPaid(account, recipient, credits, tokens);
        if (account == BURN_ACCOUNT) {
            if (credits > 0) credit.burn(credits);
            if (tokens > 0) workToken.burn(tokens);
        } else {
            if (credits > 0) _payOut(credit, account, recipient, credits);
            if (tokens > 0) _payOut(workToken, account, recipient, tokens);
        }
    }

    /// @dev What the gate does not clear it holds for the recipient: claims are open, and nothing is forfeited.
    function _payOut(IERC20 asset, address account, address recipient, uint128 grains) private {
        if (_clears(CLAIM, account, recipient, asset, grains)) {
            asset.safeTransfer(recipient, grains);
            return;
        }
        asset.forceApprove(address(gate), grains);
        gate.pay(CLAIM, account, recipient, address(asset), grains);
    }

    function _requireAdmitted(address account, uint128 grains) private view {
        if (address(pauses) != address(0) && pauses.isPaused(DEPOSIT)) revert DepositPaused();
        if (!_clears(DEPOSIT, msg.sender, account, credit, grains)) revert DepositNotCleared(msg.sender, account);
    }

    /// @dev Whether there is a policy is the shorter question.
    function _clears(bytes32 op, address from, address to, IERC20 asset, uint128 grains) private view returns (bool) {
        if (address(gate) == address(0) || address(gate.policy()) == address(0)) return true;
        return gate.clears(op, from, to, address(asset), grains);
    }
}
