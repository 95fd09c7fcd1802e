// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IArbitration} from "./interfaces/IArbitration.sol";
import {IBeaconChain} from "./interfaces/IBeaconChain.sol";
import {ISlashVault} from "./interfaces/ISlashVault.sol";
import {CommitteeDraw} from "./libraries/CommitteeDraw.sol";

/// @title Implements IArbitration, which documents every function.
contract Arbitration is IArbitration {
    using SafeERC20 for IERC20;
    using Checkpoints for Checkpoints.Trace160;

    /// @param insurance Gets penalties, lost deposits and what rounding leaves of fees.
    /// @param highValueGrains Charges from here on go to the second size at once.
    /// @param sizes Routine, high value, and the appeal of high value. The appeal of each is the next.
    /// @param activationSeconds How long an arbiter must have been seated when a case is opened.
    /// @param entropyDelayBlocks From the opening to the block whose hash is drawn with.
    /// @param appealSeconds From a verdict; the draw, the vote and an hour more must fit the vault's own window.
    struct Settings {
        IERC20 workToken;
        ISlashVault vault;
        IBeaconChain beacon;
        address insurance;
        address canaryKeeper;
        uint128 arbiterBondGrains;
        uint128 seatFeeGrains;
        uint128 depositGrains;
        uint128 absencePenaltyGrains;
        uint128 canaryPenaltyGrains;
        uint128 highValueGrains;
        Size[3] sizes;
        uint64 activationSeconds;
        uint64 entropyDelayBlocks;
        uint64 drawSeconds;
        uint64 commitSeconds;
        uint64 revealSeconds;
        uint64 appealSeconds;
        uint64 unbondingSeconds;
    }

    uint256 private constant PPM = 1_000_000;
    /// @dev One word of bits for a committee.
    uint8 private constant SEATS_MAX = 63;
    uint64 private constant BEACON_STEPS_MAX = 4096;
    /// @dev For the tally itself, between the end of an appeal and the end of the vault's window.
    uint64 private constant MARGIN_SECONDS = 1 hours;
    /// @dev Only here, on a developer's own chain, may there be less.
    uint256 private constant LOCAL_CHAIN_ID = 31337;

    IERC20 public immutable workToken;
    ISlashVault public immutable vault;
    IBeaconChain public immutable beacon;
    address public immutable insurance;
    address public immutable canaryKeeper;
    uint128 public immutable arbiterBondGrains;
    uint128 public immutable seatFeeGrains;
    uint128 public immutable depositGrains;
    uint128 public immutable absencePenaltyGrains;
    uint128 public immutable canaryPenaltyGrains;
    uint128 public immutable highValueGrains;
    uint64 public immutable activationSeconds;
    uint64 public immutable entropyDelayBlocks;
    uint64 public immutable drawSeconds;
    uint64 public immutable commitSeconds;
    uint64 public immutable revealSeconds;
    uint64 public immutable appealSeconds;
    uint64 public immutable unbondingSeconds;

    Size[3] private _sizes;
    uint32 public arbiterCount;
    uint64 public caseCount;
    /// @notice Links of the poster's chain that are known here: the next epoch to reveal.
    uint64 public nextLink;
    /// @dev The preimage of epoch `nextLink - 1`; the tip before the first.
    bytes32 private _link;
    /// @notice All bonds, all balances that wait to be withdrawn, all deposits and fees of cases.
    uint128 public bondedGrains;
    uint128 public creditedGrains;
    uint128 public escrowGrains;
    mapping(uint32 arbiterId => Arbiter) private _arbiters;
    mapping(address account => uint32) public arbiterIdOf;
    mapping(address account => uint128) public balanceOf;
    /// @dev The pool as it was at every second: how many, and who at which position.
    Checkpoints.Trace160 private _poolSizes;
    mapping(uint256 position => Checkpoints.Trace160) private _poolSeats;
    mapping(uint64 caseId => Case) private _cases;
    mapping(uint64 caseId => mapping(uint8 instance => Panel)) private _panels;
    mapping(uint64 caseId => mapping(uint8 instance => mapping(uint8 seat => bytes32))) private _commitments;
    mapping(bytes32 offenceKey => uint64) private _pendingCase;
    mapping(bytes32 commitment => uint64) public canaryPlantedAt;

    constructor(Settings memory settings) {
        _checkSettings(settings);
        workToken = settings.workToken;
        vault = settings.vault;
        beacon = settings.beacon;
        insurance = settings.insurance;
        canaryKeeper = settings.canaryKeeper;
        arbiterBondGrains = settings.arbiterBondGrains;
        seatFeeGrains = settings.seatFeeGrains;
        depositGrains = settings.depositGrains;
        absencePenaltyGrains = settings.absencePenaltyGrains;
        canaryPenaltyGrains = settings.canaryPenaltyGrains;
        highValueGrains = settings.highValueGrains;
        activationSeconds = settings.activationSeconds;
        entropyDelayBlocks = settings.entropyDelayBlocks;
        drawSeconds = settings.drawSeconds;
        commitSeconds = settings.commitSeconds;
        revealSeconds = settings.revealSeconds;
        appealSeconds = settings.appealSeconds;
        unbondingSeconds = settings.unbondingSeconds;
        for (uint256 i = 0; i < 3; ++i) {
            _sizes[i] = settings.sizes[i];
        }
        _link = settings.beacon.beaconTip();
    }

    // ---- arbiters

    function join() external returns (uint32 arbiterId) {
        arbiterId = arbiterIdOf[msg.sender];
        if (arbiterId == 0) {
            arbiterId = ++arbiterCount;
            arbiterIdOf[msg.sender] = arbiterId;
            _arbiters[arbiterId].account = msg.sender;
        }
        Arbiter storage arbiter = _arbiters[arbiterId];
        if (arbiter.seated) revert AlreadySeated(arbiterId);
        uint128 lacking = arbiterBondGrains - arbiter.bondGrains;
        arbiter.bondGrains = arbiterBondGrains;
        arbiter.leftAt = 0;
        arbiter.seated = true;
        bondedGrains += lacking;
        uint256 size = _poolSizes.latest();
        arbiter.position = uint32(size);
        _poolSeats[size].push(uint96(block.timestamp), arbiterId);
        _poolSizes.push(uint96(block.timestamp), uint160(size + 1));
        emit ArbiterJoined(arbiterId, msg.sender, arbiterBondGrains);
        workToken.safeTransferFrom(msg.sender, address(this), lacking);
    }

    function leave() external {
        _unseat(arbiterIdOf[msg.sender]);
    }

    function evict(uint32 arbiterId) external {
        uint128 bondGrains = _arbiters[arbiterId].bondGrains;
        if (bondGrains >= arbiterBondGrains) revert BondWhole(arbiterId, bondGrains);
        _unseat(arbiterId);
    }

    function withdrawBond() external returns (uint128 grains) {
        uint32 arbiterId = arbiterIdOf[msg.sender];
        Arbiter storage arbiter = _arbiters[arbiterId];
        if (arbiter.seated) revert AlreadySeated(arbiterId);
        grains = arbiter.bondGrains;
        if (grains == 0) revert NothingToWithdraw(msg.sender);
        uint64 freeAt = arbiter.leftAt + unbondingSeconds;
        if (block.timestamp < freeAt) revert BondStillLocked(arbiterId, freeAt);
        arbiter.bondGrains = 0;
        bondedGrains -= grains;
        emit ArbiterPaidOut(arbiterId, msg.sender, grains);
        workToken.safeTransfer(msg.sender, grains);
    }

    function withdraw() external returns (uint128 grains) {
        grains = balanceOf[msg.sender];
        if (grains == 0) revert NothingToWithdraw(msg.sender);
        balanceOf[msg.sender] = 0;
        creditedGrains -= grains;
        emit Withdrawn(msg.sender, grains);
        workToken.safeTransfer(msg.sender, grains);
    }

    // ---- from a charge to a committee

    function openCase(Charge calldata charge) external returns (uint64 caseId) {
        uint128 grains = _shareUp(vault.slashableOf(charge.nodeId), charge.slashPpm);
        if (grains == 0) revert ZeroAmount();
        bytes32 key = _offenceKey(charge, msg.sender);
        if (_pendingCase[key] != 0) revert CasePending(_pendingCase[key]);
        caseId = ++caseCount;
        _pendingCase[key] = caseId;
        Case storage opened = _cases[caseId];
        opened.charge = charge;
        opened.challenger = msg.sender;
        opened.openedAt = uint64(block.timestamp);
        opened.grains = grains;
        // Where the pool is too small for the larger committee, whoever bonds more must not go free for it.
        bool hasLarge = grains >= highValueGrains && _eligible() >= _sizes[1].seats;
        opened.level = hasLarge ? 1 : 0;
        emit CaseOpened(caseId, msg.sender, charge.nodeId, charge, grains, opened.level);
        _openPanel(caseId, 0, _sizes[opened.level].seats);
    }

    function recordEntropy(uint64 caseId) external {
        Case storage open = _withStatus(caseId, Status.Drawing);
        Panel storage panel = _panels[caseId][open.instance];
        if (panel.entropy != 0) revert EntropyKnown(caseId);
        if (block.number <= panel.entropyBlock) revert EntropyNotYet(panel.entropyBlock);
        panel.entropy = Blockhash.blockHash(panel.entropyBlock);
        if (panel.entropy != 0) return;
        panel.entropyBlock = uint64(block.number) + entropyDelayBlocks;
        emit DrawAwaited(caseId, open.instance, panel.epoch, panel.entropyBlock);
    }

    function advanceBeacon(uint64 epoch, bytes32 preimage) external {
        uint64 known = nextLink;
        if (epoch < known) revert BeaconNotAhead(epoch, known);
        if (epoch - known >= BEACON_STEPS_MAX) revert BeaconTooFar(epoch, known);
        if (_hashed(preimage, epoch + 1 - known) != _link) revert BeaconMismatch(epoch, preimage);
        nextLink = epoch + 1;
        _link = preimage;
        emit BeaconAdvanced(epoch, preimage);
    }

    function draw(uint64 caseId) external {
        Case storage open = _withStatus(caseId, Status.Drawing);
        uint8 instance = open.instance;
        Panel storage panel = _panels[caseId][instance];
        uint64 until = panel.openedAt + drawSeconds;
        if (block.timestamp >= until) revert DrawOver(caseId, until);
        (bytes32 seed, bool withPreimage) = _seedOf(caseId, instance, panel);
        uint256 seats = _sizes[open.level + instance].seats;
        uint32[] memory excluded = instance == 0 ? new uint32[](0) : _panels[caseId][0].arbiterIds;
        uint32[] memory drawn = _drawFrom(panel.openedAt - activationSeconds, seed, seats, excluded);
        panel.arbiterIds = drawn;
        panel.drawnAt = uint64(block.timestamp);
        open.status = Status.Voting;
        emit CommitteeDrawn(caseId, instance, seed, withPreimage, drawn);
    }

    function lapse(uint64 caseId) external {
        Case storage open = _withStatus(caseId, Status.Drawing);
        Panel storage panel = _panels[caseId][open.instance];
        uint64 until = panel.openedAt + drawSeconds;
        if (block.timestamp < until) revert DrawStillOpen(caseId, until);
        emit Lapsed(caseId, open.instance);
        _release(panel.payer, depositGrains + _potOf(open, open.instance));
        if (open.instance == 0) {
            _end(caseId, Verdict.None);
        } else {
            _acquit(caseId, open);
            _settleFirst(caseId, Verdict.NotGuilty);
            _end(caseId, Verdict.NotGuilty);
        }
    }

    // ---- from a committee to a verdict

    function commitVerdict(uint64 caseId, uint8 seat, bytes32 commitment) external {
        (uint8 instance, Panel storage panel) = _onSeat(caseId, seat);
        uint64 until = panel.drawnAt + commitSeconds;
        if (block.timestamp >= until) revert CommitOver(caseId, until);
        uint64 bit = uint64(1) << seat;
        if (panel.committed & bit != 0) revert AlreadyCommitted(caseId, seat);
        panel.committed |= bit;
        _commitments[caseId][instance][seat] = commitment;
        emit Committed(caseId, instance, seat, commitment);
    }

    function revealVerdict(uint64 caseId, uint8 seat, Verdict verdict, bytes32 salt) external {
        (uint8 instance, Panel storage panel) = _onSeat(caseId, seat);
        uint64 from = panel.drawnAt + commitSeconds;
        if (block.timestamp < from || block.timestamp >= from + revealSeconds) {
            revert RevealNotOpen(caseId, from, from + revealSeconds);
        }
        if (verdict == Verdict.None) revert NoVerdict();
        uint64 bit = uint64(1) << seat;
        if (panel.revealed & bit != 0) revert AlreadyRevealed(caseId, seat);
        bytes32 expected = _commitments[caseId][instance][seat];
        bytes32 commitment = commitmentOf(caseId, instance, msg.sender, verdict, salt);
        if (commitment != expected) revert CommitmentMismatch(commitment, expected);
        panel.revealed |= bit;
        if (verdict == Verdict.Guilty) panel.guilty |= bit;
        emit Revealed(caseId, instance, seat, verdict);
    }

    function tally(uint64 caseId) external {
        Case storage open = _withStatus(caseId, Status.Voting);
        uint8 instance = open.instance;
        Panel storage panel = _panels[caseId][instance];
        Size memory size = _sizes[open.level + instance];
        uint64 until = panel.drawnAt + commitSeconds + revealSeconds;
        uint64 revealed = panel.revealed;
        uint64 all = (uint64(1) << size.seats) - 1;
        if (block.timestamp < until && revealed != all) revert VotingOpen(caseId, until);
        _penaliseSeats(caseId, panel, all & ~revealed, Failing.NotRevealed);
        uint256 guiltyVotes = _bitsIn(panel.guilty);
        Verdict verdict = guiltyVotes >= size.threshold ? Verdict.Guilty : Verdict.NotGuilty;
        emit Decided(caseId, instance, verdict, guiltyVotes, _bitsIn(revealed));
        if (instance == 0) _decideFirst(caseId, open, verdict);
        else _decideAppeal(caseId, open, verdict);
    }

    function appeal(uint64 caseId) external {
        Case storage open = _withStatus(caseId, Status.Decided);
        uint64 until = open.decidedAt + appealSeconds;
        if (block.timestamp >= until) revert AppealOver(caseId, until);
        open.instance = 1;
        emit Appealed(caseId, msg.sender);
        _openPanel(caseId, 1, uint256(_sizes[open.level + 1].seats) + _sizes[open.level].seats);
    }

    function close(uint64 caseId) external {
        Case storage open = _withStatus(caseId, Status.Decided);
        uint64 until = open.decidedAt + appealSeconds;
        if (block.timestamp < until) revert AppealOpen(caseId, until);
        Verdict verdict = open.verdict;
        _settleFirst(caseId, verdict);
        _end(caseId, verdict);
    }

    function requestSlash(uint64 caseId) external {
        Case storage open = _cases[caseId];
        bool stands = open.status == Status.Decided || open.status == Status.Closed;
        if (!stands || open.verdict != Verdict.Guilty || open.canary || open.slashId != 0) {
            revert NothingToSlash(caseId);
        }
        Charge memory charge = open.charge;
        _heldAs(
            caseId,
            open,
            vault.proposeSlash(charge.nodeId, open.grains, charge.offence, charge.evidenceHash, open.challenger)
        );
    }

    function collectFee(uint64 caseId, uint8 instance, uint8 seat) external {
        Case storage open = _cases[caseId];
        Panel storage panel = _panels[caseId][instance];
        uint64 bit = seat < SEATS_MAX ? uint64(1) << seat : 0;
        uint64 entitled = open.status == Status.Closed && panel.shareGrains > 0 ? _agreeing(panel, open.verdict) : 0;
        if (entitled & bit & ~panel.paid == 0) revert NoFee(caseId, instance, seat);
        panel.paid |= bit;
        _release(_arbiters[panel.arbiterIds[seat]].account, panel.shareGrains);
    }

    // ---- canaries

    function plantCanary(bytes32 commitment) external {
        if (msg.sender != canaryKeeper) revert NotCanaryKeeper(msg.sender, canaryKeeper);
        if (canaryPlantedAt[commitment] != 0) revert CanaryPlantedAlready(commitment);
        canaryPlantedAt[commitment] = uint64(block.timestamp);
        emit CanaryPlanted(commitment);
    }

    function exposeCanary(uint64 caseId, Verdict answer, bytes32 salt) external {
        Case storage open = _withStatus(caseId, Status.Decided);
        uint64 until = open.decidedAt + appealSeconds;
        if (block.timestamp >= until) revert AppealOver(caseId, until);
        if (answer == Verdict.None) revert NoVerdict();
        bytes32 commitment = _canaryCommitment(open.charge, answer, salt);
        uint64 plantedAt = canaryPlantedAt[commitment];
        if (plantedAt == 0 || plantedAt >= open.openedAt) revert CanaryUnknown(commitment);
        open.canary = true;
        Panel storage panel = _panels[caseId][0];
        uint64 right = _agreeing(panel, answer);
        uint64 wrong = panel.revealed & ~right;
        _countCanary(panel);
        _penaliseSeats(caseId, panel, wrong, Failing.Canary);
        emit CanaryExposed(caseId, answer, _bitsIn(wrong));
        _acquit(caseId, open);
        _release(panel.payer, depositGrains);
        _settleFees(panel, answer, _potOf(open, 0));
        _end(caseId, answer);
    }

    // ---- views

    function caseOf(uint64 caseId) external view returns (Case memory) {
        return _cases[caseId];
    }

    function panelOf(uint64 caseId, uint8 instance) external view returns (Panel memory) {
        return _panels[caseId][instance];
    }

    function arbiterOf(uint32 arbiterId) external view returns (Arbiter memory) {
        return _arbiters[arbiterId];
    }

    function poolSizeAt(uint64 timestamp) public view returns (uint256) {
        return _poolSizes.upperLookupRecent(timestamp);
    }

    function sizeOf(uint8 level) external view returns (Size memory) {
        return _sizes[level];
    }

    function commitmentOf(uint64 caseId, uint8 instance, address account, Verdict verdict, bytes32 salt)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(address(this), caseId, instance, account, verdict, salt));
    }

    function canaryCommitmentOf(Charge calldata charge, Verdict answer, bytes32 salt) external pure returns (bytes32) {
        return _canaryCommitment(charge, answer, salt);
    }

    // ---- what drawing rests on

    function _eligible() private view returns (uint256) {
        return poolSizeAt(uint64(block.timestamp) - activationSeconds);
    }

    function _openPanel(uint64 caseId, uint8 instance, uint256 poolNeeded) private {
        Case storage open = _cases[caseId];
        uint256 poolSize = _eligible();
        if (poolSize < poolNeeded) revert PoolTooSmall(poolSize, poolNeeded);
        open.status = Status.Drawing;
        Panel storage panel = _panels[caseId][instance];
        panel.payer = msg.sender;
        panel.openedAt = uint64(block.timestamp);
        // Nobody but the poster knows this epoch's preimage yet, and nobody at all that block's hash.
        panel.epoch = beacon.nextEpoch();
        panel.entropyBlock = uint64(block.number) + entropyDelayBlocks;
        uint128 grains = depositGrains + _potOf(open, instance);
        escrowGrains += grains;
        emit DrawAwaited(caseId, instance, panel.epoch, panel.entropyBlock);
        workToken.safeTransferFrom(msg.sender, address(this), grains);
    }

    function _seedOf(uint64 caseId, uint8 instance, Panel storage panel)
        private
        returns (bytes32 seed, bool withPreimage)
    {
        bytes32 entropy = panel.entropy;
        if (entropy == 0) {
            if (block.number <= panel.entropyBlock) revert EntropyNotYet(panel.entropyBlock);
            entropy = Blockhash.blockHash(panel.entropyBlock);
            if (entropy == 0) revert EntropyLost(panel.entropyBlock);
            panel.entropy = entropy;
        }
        uint64 epoch = panel.epoch;
        withPreimage = nextLink > epoch && beacon.nextEpoch() > epoch;
        if (!withPreimage && block.timestamp < panel.openedAt + drawSeconds / 2) revert BeaconNotYet(epoch);
        bytes32 preimage = withPreimage ? _preimageOf(epoch) : bytes32(0);
        seed = sha256(
            abi.encodePacked("stannary committee", block.chainid, address(this), caseId, instance, preimage, entropy)
        );
    }

    /// @dev Of a known epoch: the last known preimage, hashed back to it.
    function _preimageOf(uint64 epoch) private view returns (bytes32) {
        uint64 steps = nextLink - 1 - epoch;
        if (steps > BEACON_STEPS_MAX) revert BeaconTooFar(epoch, nextLink);
        return _hashed(_link, steps);
    }

    function _hashed(bytes32 value, uint64 times) private pure returns (bytes32) {
        for (uint64 i = 0; i < times; ++i) {
            value = sha256(abi.encodePacked(value));
        }
        return value;
    }

    /// @dev From the pool as it was at `timestamp`. The pool is large enough for the seats and the excluded together.
    function _drawFrom(uint64 timestamp, bytes32 seed, uint256 seats, uint32[] memory excluded)
        private
        view
        returns (uint32[] memory drawn)
    {
        CommitteeDraw.Walk memory walk = CommitteeDraw.start(seed, poolSizeAt(timestamp), seats + excluded.length);
        drawn = new uint32[](seats);
        for (uint256 taken = 0; taken < seats;) {
            uint32 arbiterId = uint32(_poolSeats[CommitteeDraw.next(walk)].upperLookupRecent(timestamp));
            if (!_isIn(excluded, arbiterId)) drawn[taken++] = arbiterId;
        }
    }

    function _isIn(uint32[] memory arbiterIds, uint32 arbiterId) private pure returns (bool) {
        for (uint256 i = 0; i < arbiterIds.length; ++i) {
            if (arbiterIds[i] == arbiterId) return true;
        }
        return false;
    }

    /// @dev The last of the pool takes the free position.
    function _unseat(uint32 arbiterId) private {
        Arbiter storage arbiter = _arbiters[arbiterId];
        if (!arbiter.seated) revert NotSeated(arbiterId);
        arbiter.seated = false;
        arbiter.leftAt = uint64(block.timestamp);
        uint256 last = _poolSizes.latest() - 1;
        uint32 position = arbiter.position;
        if (position != last) {
            uint32 moved = uint32(_poolSeats[last].latest());
            _poolSeats[position].push(uint96(block.timestamp), moved);
            _arbiters[moved].position = position;
        }
        _poolSizes.push(uint96(block.timestamp), uint160(last));
        emit ArbiterLeft(arbiterId, arbiter.account);
    }

    // ---- what verdicts rest on

    function _decideFirst(uint64 caseId, Case storage open, Verdict verdict) private {
        open.verdict = verdict;
        open.status = Status.Decided;
        open.decidedAt = uint64(block.timestamp);
        if (verdict == Verdict.Guilty) _trySlash(caseId, open);
        else _forget(caseId, open);
    }

    function _decideAppeal(uint64 caseId, Case storage open, Verdict verdict) private {
        bool changed = verdict != open.verdict;
        if (changed && verdict == Verdict.NotGuilty) _acquit(caseId, open);
        open.verdict = verdict;
        if (changed && verdict == Verdict.Guilty) _trySlash(caseId, open);
        Panel storage panel = _panels[caseId][1];
        _release(changed ? panel.payer : insurance, depositGrains);
        _settleFees(panel, verdict, _potOf(open, 1));
        _settleFirst(caseId, verdict);
        _end(caseId, verdict);
    }

    /// @dev A node without bond must not keep its committee from its fees; and a caller with too little gas must not keep
    /// a node from its slash: `requestSlash` asks again.
    function _trySlash(uint64 caseId, Case storage open) private {
        Charge memory charge = open.charge;
        try vault.proposeSlash(
            charge.nodeId, open.grains, charge.offence, charge.evidenceHash, open.challenger
        ) returns (
            uint64 slashId
        ) {
            _heldAs(caseId, open, slashId);
        } catch (bytes memory reason) {
            emit SlashRefused(caseId, reason);
        }
    }

    function _heldAs(uint64 caseId, Case storage open, uint64 slashId) private {
        open.slashId = slashId;
        open.reversibleUntil = uint64(block.timestamp) + vault.appealSeconds();
        emit SlashRequested(caseId, slashId);
    }

    /// @dev Gives the node its bond back, if it was held and the vault still can.
    function _acquit(uint64 caseId, Case storage open) private {
        open.verdict = Verdict.NotGuilty;
        uint64 slashId = open.slashId;
        if (slashId == 0 || block.timestamp >= open.reversibleUntil) return;
        open.slashId = 0;
        emit SlashRequested(caseId, 0);
        vault.reverseSlash(slashId);
    }

    /// @dev The challenger's deposit and the first committee's fees, by the final verdict.
    function _settleFirst(uint64 caseId, Verdict verdict) private {
        Panel storage panel = _panels[caseId][0];
        _release(verdict == Verdict.Guilty ? panel.payer : insurance, depositGrains);
        _settleFees(panel, verdict, _potOf(_cases[caseId], 0));
    }

    /// @dev To equal parts for the seats that agreed with the final verdict, rounded down; the rest to insurance.
    function _settleFees(Panel storage panel, Verdict verdict, uint128 pot) private {
        uint128 agreeing = uint128(_bitsIn(_agreeing(panel, verdict)));
        uint128 share = agreeing == 0 ? 0 : pot / agreeing;
        panel.shareGrains = share;
        _release(insurance, pot - share * agreeing);
    }

    function _end(uint64 caseId, Verdict verdict) private {
        Case storage open = _cases[caseId];
        open.verdict = verdict;
        open.status = Status.Closed;
        _forget(caseId, open);
        emit CaseClosed(caseId, verdict);
    }

    /// @dev Whoever charged may do so again. It may have done so already, where the first committee did not convict.
    function _forget(uint64 caseId, Case storage open) private {
        bytes32 key = _offenceKey(open.charge, open.challenger);
        if (_pendingCase[key] == caseId) delete _pendingCase[key];
    }

    function _agreeing(Panel storage panel, Verdict verdict) private view returns (uint64) {
        if (verdict == Verdict.Guilty) return panel.guilty;
        return verdict == Verdict.NotGuilty ? panel.revealed & ~panel.guilty : 0;
    }

    function _penaliseSeats(uint64 caseId, Panel storage panel, uint64 seats, Failing failing) private {
        uint128 most = failing == Failing.Canary ? canaryPenaltyGrains : absencePenaltyGrains;
        uint128 sum = 0;
        for (uint256 seat = 0; seats >> seat != 0; ++seat) {
            if (seats >> seat & 1 == 0) continue;
            uint32 arbiterId = panel.arbiterIds[seat];
            Arbiter storage arbiter = _arbiters[arbiterId];
            uint128 taken = uint128(Math.min(most, arbiter.bondGrains));
            arbiter.bondGrains -= taken;
            if (failing == Failing.Canary) ++arbiter.canariesFailed;
            sum += taken;
            emit ArbiterPenalised(arbiterId, caseId, failing, taken);
        }
        bondedGrains -= sum;
        _credit(insurance, sum);
    }

    function _countCanary(Panel storage panel) private {
        uint64 revealed = panel.revealed;
        for (uint256 seat = 0; revealed >> seat != 0; ++seat) {
            if (revealed >> seat & 1 != 0) ++_arbiters[panel.arbiterIds[seat]].canariesSeen;
        }
    }

    /// @dev From what cases hold to what an account may withdraw.
    function _release(address account, uint128 grains) private {
        escrowGrains -= grains;
        _credit(account, grains);
    }

    function _credit(address account, uint128 grains) private {
        if (grains == 0) return;
        creditedGrains += grains;
        balanceOf[account] += grains;
        emit Credited(account, grains);
    }

    function _potOf(Case storage open, uint8 instance) private view returns (uint128) {
        return uint128(_sizes[open.level + instance].seats) * seatFeeGrains;
    }

    function _withStatus(uint64 caseId, Status status) private view returns (Case storage open) {
        open = _cases[caseId];
        if (open.status != status) revert WrongStatus(caseId, open.status);
    }

    function _onSeat(uint64 caseId, uint8 seat) private view returns (uint8 instance, Panel storage panel) {
        instance = _withStatus(caseId, Status.Voting).instance;
        panel = _panels[caseId][instance];
        bool isThere = seat < panel.arbiterIds.length;
        if (!isThere || _arbiters[panel.arbiterIds[seat]].account != msg.sender) {
            revert NotOnSeat(caseId, seat, msg.sender);
        }
    }

    /// @dev Of each challenger its own: nobody stands in another's way.
    function _offenceKey(Charge memory charge, address challenger) private pure returns (bytes32) {
        return keccak256(abi.encode(charge.nodeId, charge.offence, charge.evidenceHash, challenger));
    }

    function _canaryCommitment(Charge memory charge, Verdict answer, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(charge, answer, salt));
    }

    /// @dev Never more than all of it.
    function _shareUp(uint128 grains, uint32 ppm) private pure returns (uint128) {
        return uint128(Math.min(grains, Math.ceilDiv(uint256(grains) * ppm, PPM)));
    }

    function _bitsIn(uint64 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) {
            ++count;
        }
    }

    function _checkSettings(Settings memory settings) private view {
        if (
            address(settings.workToken) == address(0) || address(settings.vault) == address(0)
                || address(settings.beacon) == address(0) || settings.insurance == address(0)
                || settings.canaryKeeper == address(0)
        ) revert ZeroAddress();
        if (
            settings.arbiterBondGrains == 0 || settings.seatFeeGrains == 0 || settings.canaryPenaltyGrains == 0
                || settings.absencePenaltyGrains == 0
        ) revert ZeroAmount();
        if (
            settings.activationSeconds == 0 || settings.entropyDelayBlocks == 0 || settings.drawSeconds == 0
                || settings.commitSeconds == 0 || settings.revealSeconds == 0 || settings.appealSeconds == 0
        ) revert ZeroDuration();
        uint8 seatsBefore = 0;
        for (uint256 i = 0; i < 3; ++i) {
            Size memory size = settings.sizes[i];
            bool majority = size.threshold <= size.seats && 2 * uint256(size.threshold) > size.seats;
            if (!majority || size.seats <= seatsBefore || size.seats > SEATS_MAX) revert MalformedSizes();
            seatsBefore = size.seats;
        }
        uint64 instanceSeconds = settings.drawSeconds + settings.commitSeconds + settings.revealSeconds;
        uint64 marginSeconds = block.chainid == LOCAL_CHAIN_ID ? 0 : MARGIN_SECONDS;
        uint64 vaultNeeded = settings.appealSeconds + instanceSeconds + marginSeconds;
        uint64 vaultSeconds = settings.vault.appealSeconds();
        if (vaultSeconds < vaultNeeded) revert VaultWindowTooShort(vaultSeconds, vaultNeeded);
        uint64 bondNeeded = settings.activationSeconds + instanceSeconds + vaultNeeded;
        if (settings.unbondingSeconds < bondNeeded) revert UnbondingTooShort(settings.unbondingSeconds, bondNeeded);
    }
}
