// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {TaskWallets} from "./TaskWallets.sol";
import {IChannels} from "./interfaces/IChannels.sol";
import {ICondition} from "./interfaces/ICondition.sol";
import {IMessageVerifier} from "./interfaces/IMessageVerifier.sol";
import {ChannelTypes} from "./libraries/ChannelTypes.sol";
import {Ending, EndingFields} from "./libraries/Ending.sol";
import {Purse, PurseFields} from "./libraries/Purse.sol";
import {RowFields} from "./libraries/RowFields.sol";
import {SignerCheck} from "./libraries/SignerCheck.sol";

/// @title Implements IChannels, which documents every function.
contract Channels is IChannels, EIP712 {
    using SafeERC20 for IERC20;
    using RowFields for Row;
    using RowFields for Row[];
    using RowFields for Batch[];
    using RowFields for Service;

    /// @dev What one provider of a task wallet has of its term.
    struct Stream {
        uint112 claimedGrains;
        uint112 committedGrains;
    }

    struct Due {
        uint128 collectedGrains;
        uint128 sentGrains;
    }

    struct Session {
        uint64 endsAt;
        uint64 revokedAt;
    }

    struct Pauses {
        uint64 startedAt;
        uint64 endsAt;
        uint64 secondsBefore;
    }

    /// @dev What a call carries from row to row, and what one voucher can still be paid, before its signature is looked at.
    struct Room {
        bytes32 domain;
        /// Of the batch: its payee, and what was claimed for `dueTo` in `dueToken` and is not written yet.
        address owner;
        address dueTo;
        address dueToken;
        uint256 dueGrains;
        /// Of the row.
        bytes32 id;
        Purse purse;
        /// Read only where it matters.
        Ending ending;
        bool isRouted;
        uint256 claimedGrains;
        uint256 committedGrains;
        uint256 capGrains;
    }

    uint64 public constant EXIT_DELAY_SECONDS_MIN = 1 hours;
    uint64 public constant EXIT_DELAY_SECONDS_MAX = 30 days;
    uint64 public constant PAUSE_SECONDS_MAX = 7 days;
    /// @notice From the end of a pause to the start of the next: a longest exit fits between.
    uint64 public constant PAUSE_GAP_SECONDS = 30 days;
    /// @notice What ran when a pause began can be shown for this long after it, at least.
    uint64 public constant PAUSE_GRACE_SECONDS = 1 days;
    /// @dev Where an exit may be as short as a second, to be looked at.
    uint256 private constant LOCAL_CHAIN_ID = 31337;
    uint256 private constant DEPOSIT_GRAINS_MAX = type(uint112).max;
    /// @dev A condition that needs more is not met: it must not take a batch along.
    uint256 private constant CONDITION_GAS_MAX = 500_000;

    /// @notice Verifies keys of `payerSigner` and sessions; no other verifier is believed.
    IMessageVerifier public immutable p256Verifier;
    /// @notice May pause; zero: nobody.
    address public immutable guardian;
    TaskWallets private immutable _taskWallets;

    /// @dev A channel has two slots. A claim reads and writes its purse alone.
    mapping(bytes32 id => Purse) private _purses;
    mapping(bytes32 id => Ending) private _endings;
    mapping(bytes32 id => mapping(address provider => Stream)) private _streams;
    mapping(address payee => mapping(address token => Due)) private _dues;
    mapping(address payer => mapping(bytes32 keyHash => Session)) private _sessions;
    Pauses private _pauses;

    constructor(IMessageVerifier p256Verifier_, address guardian_) EIP712("Stannary Channels", "1") {
        if (address(p256Verifier_) == address(0)) revert ZeroAddress();
        p256Verifier = p256Verifier_;
        guardian = guardian_;
        _taskWallets = new TaskWallets(this);
    }

    modifier whenNotPaused() {
        if (block.timestamp < _pauses.endsAt) revert IsPaused(_pauses.endsAt);
        _;
    }

    // ---- the payer

    function open(Config calldata config, uint128 grains) external whenNotPaused returns (bytes32 id) {
        _requirePayer(config);
        _checkConfig(config);
        id = channelIdOf(config);
        if (_purses[id].isThere()) revert WrongPhase(id, phaseOf(id), Phase.Unknown);
        _purses[id] = PurseFields.openedWith(_depositOf(0, grains), _isSignerContract(config));
        _endings[id] = EndingFields.openedAt(block.number);
        emit ChannelOpened(id, config.payer, config.service.payee, grains, config);
        _pull(config.service.token, grains);
    }

    function topUp(Config calldata config, uint128 grains) external whenNotPaused {
        bytes32 id = channelIdOf(config);
        Purse purse = _livingPurse(id);
        uint112 deposited = _depositOf(purse.depositedGrains(), grains);
        _purses[id] = purse.withDeposited(deposited);
        emit ToppedUp(id, msg.sender, grains, deposited);
        _pull(config.service.token, grains);
    }

    function authoriseSession(bytes calldata key, uint64 endsAt) external {
        if (!_isKey(key) || endsAt <= block.timestamp) revert SessionKeyRefused(key);
        bytes32 keyHash = keccak256(key);
        Session storage session = _sessions[msg.sender][keyHash];
        if (endsAt < session.endsAt) revert SessionKeyRefused(key);
        _sessions[msg.sender][keyHash] = Session(endsAt, 0);
        emit SessionAuthorised(msg.sender, keyHash, key, endsAt);
    }

    function revokeSession(bytes calldata key) external {
        bytes32 keyHash = keccak256(key);
        Session storage session = _sessions[msg.sender][keyHash];
        if (session.endsAt == 0 || session.revokedAt != 0) revert SessionKeyRefused(key);
        session.revokedAt = activeNow();
        emit SessionRevoked(msg.sender, keyHash, session.revokedAt);
    }

    function revokeSigner(Config calldata config) external {
        _requirePayer(config);
        bytes32 id = channelIdOf(config);
        Purse purse = _livingPurse(id);
        if (purse.isSignerRevoked()) revert SignerAlreadyRevoked(id);
        _purses[id] = purse.signerRevoked();
        uint40 endsAt = uint40(activeNow() + config.service.exitDelaySeconds);
        _endings[id] = _endings[id].withSigner(endsAt);
        emit SignerRevoked(id, endsAt);
    }

    function startExit(Config calldata config) external {
        _requirePayer(config);
        bytes32 id = channelIdOf(config);
        _livingPurse(id);
        Ending ending = _endings[id];
        if (ending.exitEndsAt() != 0) revert WrongPhase(id, Phase.Exiting, Phase.Open);
        uint40 endsAt = uint40(activeNow() + config.service.exitDelaySeconds);
        _endings[id] = ending.withExit(endsAt);
        emit ExitStarted(id, endsAt);
    }

    function finishExit(Config calldata config) external returns (uint128 refundedGrains) {
        _requirePayer(config);
        bytes32 id = channelIdOf(config);
        Purse purse = _purses[id];
        Ending ending = _endings[id];
        uint40 endsAt = ending.exitEndsAt();
        if (endsAt == 0) revert WrongPhase(id, phaseOf(id), Phase.Exiting);
        uint64 now_ = activeNow();
        if (now_ < endsAt) revert ExitNotOver(id, endsAt, now_);
        refundedGrains = _end(id, purse, ending, purse.claimedGrains());
        _send(config.service.token, config.payer, refundedGrains);
    }

    function withdrawFree(Config calldata config) external returns (uint128 grains) {
        _requirePayer(config);
        bytes32 id = channelIdOf(config);
        if (config.service.payee != address(_taskWallets)) revert NotTaskWallet(id);
        Purse purse = _livingPurse(id);
        uint112 allotted = uint112(_taskWallets.allottedOf(id));
        grains = purse.depositedGrains() - allotted;
        if (grains == 0) revert NothingFree(id);
        _purses[id] = purse.withDeposited(allotted);
        emit FreeWithdrawn(id, grains, allotted);
        _send(config.service.token, config.payer, grains);
    }

    // ---- the payee, and whoever acts for it

    function claim(Batch[] calldata batches) external whenNotPaused returns (Skip[] memory) {
        RowFields.answer(_eachRow(batches, _claimRow));
    }

    function commit(Batch[] calldata batches) external whenNotPaused returns (Skip[] memory) {
        RowFields.answer(_eachRow(batches, _commitRow));
    }

    function settle(address payee, address token) external returns (uint128 grains) {
        grains = _takeDue(payee, token);
        if (grains == 0) revert NothingToSettle(payee, token);
        emit Settled(payee, token, grains);
        IERC20(token).safeTransfer(payee, grains);
    }

    function settleMany(address[] calldata payees, address token) external {
        for (uint256 i = 0; i < payees.length; ++i) {
            address payee = payees[i];
            uint128 grains = _takeDue(payee, token);
            if (grains == 0) continue;
            if (IERC20(token).trySafeTransfer(payee, grains)) {
                emit Settled(payee, token, grains);
            } else {
                _dues[payee][token].sentGrains -= grains;
                emit SettlementBlocked(payee, token, grains);
            }
        }
    }

    // ---- both

    function close(
        Config calldata config,
        uint128 paidGrains,
        uint64 deadlineMs,
        bytes calldata payerSignature,
        bytes calldata payeeSignature
    ) external returns (uint128 refundedGrains) {
        bytes32 id = channelIdOf(config);
        if (config.service.payee == address(_taskWallets)) revert IsTaskWallet(id);
        if (block.timestamp > deadlineMs / 1000) revert CloseExpired(deadlineMs);
        Purse purse = _purses[id];
        uint112 claimed = purse.claimedGrains();
        if (!purse.isThere() || (purse.isClosed() && _endings[id].committedGrains() <= claimed)) {
            revert WrongPhase(id, phaseOf(id), Phase.Open);
        }
        if (paidGrains < claimed || paidGrains > purse.depositedGrains()) {
            revert CloseOutOfBounds(paidGrains, claimed, purse.depositedGrains());
        }
        _requireBoth(purse, config, closeDigestOf(id, paidGrains, deadlineMs), payerSignature, payeeSignature);
        uint112 paid = uint112(paidGrains);
        if (paid > claimed) {
            _dues[config.service.payee][config.service.token].collectedGrains += paid - claimed;
            emit Claimed(id, config.service.payee, paid - claimed, paid);
        }
        refundedGrains = _end(id, purse, Ending.wrap(0), paid);
        _send(config.service.token, config.payer, refundedGrains);
    }

    // ---- the guardian

    function pause(uint64 durationSeconds) external {
        _requireGuardian();
        if (durationSeconds > PAUSE_SECONDS_MAX) revert PauseTooLong(durationSeconds, PAUSE_SECONDS_MAX);
        Pauses memory before = _pauses;
        uint64 now_ = uint64(block.timestamp);
        if (before.startedAt != 0 && now_ < before.endsAt + PAUSE_GAP_SECONDS) {
            revert PauseChained(before.endsAt + PAUSE_GAP_SECONDS);
        }
        uint64 secondsBefore = before.secondsBefore + (before.endsAt - before.startedAt);
        _pauses = Pauses(now_, now_ + durationSeconds, secondsBefore);
        emit Paused(now_, now_ + durationSeconds);
    }

    function unpause() external {
        _requireGuardian();
        if (block.timestamp >= _pauses.endsAt) revert NotPaused();
        _pauses.endsAt = uint64(block.timestamp);
        emit Paused(_pauses.startedAt, _pauses.endsAt);
    }

    // ---- views

    function channelIdOf(Config calldata config) public view returns (bytes32) {
        return _hashTypedDataV4(ChannelTypes.hashOf(config.service, config.payer, config.payerSigner, config.salt));
    }

    function voucherDigestOf(bytes32 id, Voucher calldata voucher) public view returns (bytes32) {
        return _hashTypedDataV4(ChannelTypes.hashOf(id, voucher));
    }

    function chargeDigestOf(bytes32 voucherDigest, uint128 chargedGrains) public view returns (bytes32) {
        return _hashTypedDataV4(ChannelTypes.hashOfCharge(voucherDigest, chargedGrains));
    }

    function closeDigestOf(bytes32 id, uint128 paidGrains, uint64 deadlineMs) public view returns (bytes32) {
        return _hashTypedDataV4(ChannelTypes.hashOfClose(id, paidGrains, deadlineMs));
    }

    function conditionHashOf(ICondition resolver, bytes calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(address(resolver), terms));
    }

    function stateOf(bytes32 id) external view returns (State memory) {
        Purse purse = _purses[id];
        Ending ending = _endings[id];
        return State({
            phase: phaseOf(id),
            depositedGrains: purse.depositedGrains(),
            claimedGrains: purse.claimedGrains(),
            committedGrains: ending.committedGrains(),
            exitEndsAt: ending.exitEndsAt(),
            isExitExtended: ending.isExitExtended(),
            signerEndsAt: ending.signerEndsAt(),
            openedAtBlock: ending.openedAtBlock()
        });
    }

    function phaseOf(bytes32 id) public view returns (Phase) {
        Purse purse = _purses[id];
        if (!purse.isThere()) return Phase.Unknown;
        if (purse.isClosed()) return Phase.Closed;
        return _endings[id].exitEndsAt() == 0 ? Phase.Open : Phase.Exiting;
    }

    function streamOf(bytes32 id, address provider) external view returns (uint128, uint128) {
        Stream storage stream = _streams[id][provider];
        return (stream.claimedGrains, stream.committedGrains);
    }

    function dueOf(address payee, address token) external view returns (uint128, uint128) {
        Due storage due = _dues[payee][token];
        return (due.collectedGrains, due.sentGrains);
    }

    function sessionOf(address payer, bytes calldata key) external view returns (uint64, uint64) {
        Session storage session = _sessions[payer][keccak256(key)];
        return (session.endsAt, session.revokedAt);
    }

    function activeNow() public view returns (uint64) {
        Pauses memory pauses = _pauses;
        uint64 now_ = uint64(block.timestamp);
        uint64 inLast = uint64(Math.min(now_, pauses.endsAt)) - pauses.startedAt;
        return now_ - pauses.secondsBefore - inLast;
    }

    function hasPassed(uint256 endsAt) external view returns (bool) {
        return _isPast(endsAt);
    }

    function taskWallets() external view returns (address) {
        return address(_taskWallets);
    }

    // ---- rows

    function _eachRow(
        Batch[] calldata batches,
        function(Room memory, Service calldata, Row calldata) returns (Skip) take
    ) private returns (Skip[] memory skips) {
        skips = new Skip[](_countOf(batches));
        Room memory room;
        room.domain = _domainSeparatorV4();
        uint256 index = 0;
        for (uint256 i = 0; i < batches.length; ++i) {
            (Service calldata service, Row[] calldata rows) = batches.at(i);
            room.owner = service.payeeOf();
            for (uint256 j = 0; j < rows.length; ++j) {
                Skip skip = _takeRow(room, service, rows.at(j), take);
                if (skip != Skip.None) {
                    skips[index] = skip;
                    emit RowSkipped(room.id, index, skip);
                }
                unchecked {
                    ++index;
                }
            }
        }
        _writeDue(room);
    }

    function _countOf(Batch[] calldata batches) private pure returns (uint256 count) {
        for (uint256 i = 0; i < batches.length; ++i) {
            (, Row[] calldata rows) = batches.at(i);
            count += rows.length;
        }
    }

    function _takeRow(
        Room memory room,
        Service calldata service,
        Row calldata row,
        function(Room memory, Service calldata, Row calldata) returns (Skip) take
    ) private returns (Skip) {
        row.requireTyped();
        bytes32 hash = ChannelTypes.hashOf(service, row.payerOf(), row.signerOf(), row.saltOf());
        bytes32 id = ChannelTypes.digestOf(room.domain, hash);
        Purse purse = _purses[id];
        room.id = id;
        room.purse = purse;
        return purse.isThere() ? take(room, service, row) : Skip.Channel;
    }

    function _claimRow(Room memory room, Service calldata service, Row calldata row) private returns (Skip) {
        Skip over = _measure(room, row, false);
        if (over == Skip.Payee) return over;
        uint256 ceiling = row.chargedOf();
        if (ceiling > row.ceilingOf()) return Skip.Charge;
        if (!_isCharged(room, service, row)) return Skip.Countersignature;
        if (ceiling > room.capGrains) ceiling = room.capGrains;
        if (over != Skip.None && ceiling > room.committedGrains) ceiling = room.committedGrains;
        uint256 claimed = room.claimedGrains;
        if (ceiling <= claimed) return _whyNothing(room, over, row.chargedOf(), claimed);
        uint256 available = room.purse.leftGrains();
        if (available == 0) return Skip.Unfunded;
        Skip skip = _proofSkip(room, service, row);
        if (skip != Skip.None) return skip;
        unchecked {
            uint256 due = ceiling - claimed;
            _pay(room, service, row, due < available ? due : available);
        }
        return Skip.None;
    }

    function _commitRow(Room memory room, Service calldata service, Row calldata row) private returns (Skip) {
        Skip over = _measure(room, row, true);
        if (over != Skip.None) return over;
        uint256 highest = Math.max(room.claimedGrains, room.committedGrains);
        uint256 ceiling = Math.min(row.ceilingOf(), room.capGrains);
        ceiling = Math.min(ceiling, room.purse.depositedGrains());
        if (ceiling <= highest) return _whyNothing(room, over, row.ceilingOf(), highest);
        Skip skip = _proofSkip(room, service, row);
        if (skip == Skip.None) _raise(room, service, row, uint112(ceiling), uint112(highest));
        return skip;
    }

    /// @dev Everything about a voucher that costs little to check; signature and condition come last. The second slot of a
    /// channel is read only where it matters.
    /// @return over Closed, or past the voucher's deadline: nothing but what was committed counts.
    function _measure(Room memory room, Row calldata row, bool isCommit) private view returns (Skip over) {
        if (room.purse.isClosed()) over = Skip.Phase;
        else if (_isPast(row.deadlineOf())) over = Skip.Expired;
        if (isCommit || over != Skip.None) {
            Ending ending = _endings[room.id];
            room.ending = ending;
            room.committedGrains = ending.committedGrains();
        }
        address payee = row.payeeOf();
        address owner = room.owner;
        room.isRouted = owner == address(_taskWallets);
        if (room.isRouted) {
            Stream memory stream = _streams[room.id][payee];
            room.claimedGrains = stream.claimedGrains;
            room.committedGrains = stream.committedGrains;
            room.capGrains = _taskWallets.partOf(room.id, payee).capGrains;
            if (room.capGrains == 0) over = Skip.Payee;
        } else {
            room.claimedGrains = room.purse.claimedGrains();
            room.capGrains = type(uint256).max;
            if (payee != owner) over = Skip.Payee;
        }
    }

    function _whyNothing(Room memory room, Skip over, uint256 wanted, uint256 had) private pure returns (Skip) {
        if (over != Skip.None) return over;
        return room.isRouted && wanted > had && room.capGrains <= had ? Skip.Allotment : Skip.NothingDue;
    }

    /// @dev `paid` is at most what is left in the purse.
    function _pay(Room memory room, Service calldata service, Row calldata row, uint256 paid) private {
        address payee = row.payeeOf();
        uint256 claimed;
        unchecked {
            claimed = room.claimedGrains + paid;
            _purses[room.id] = room.purse.withClaimed(uint112(room.purse.claimedGrains() + paid));
        }
        if (room.isRouted) _payRouted(room, payee, claimed);
        address token = service.tokenOf();
        if (payee != room.dueTo || token != room.dueToken) {
            _writeDue(room);
            room.dueTo = payee;
            room.dueToken = token;
        }
        unchecked {
            room.dueGrains += paid;
        }
        emit Claimed(room.id, payee, uint128(paid), uint128(claimed));
    }

    function _payRouted(Room memory room, address provider, uint256 claimed) private {
        _streams[room.id][provider].claimedGrains = uint112(claimed);
        // The wallet's watermark is the sum over its providers of the higher of the two.
        if (claimed > room.committedGrains) {
            uint256 highest = Math.max(room.claimedGrains, room.committedGrains);
            Ending ending = _endings[room.id];
            _endings[room.id] = ending.withCommitted(ending.committedGrains() + uint112(claimed - highest));
        }
    }

    /// @dev Rows of one payee have one entry written once.
    function _writeDue(Room memory room) private {
        if (room.dueGrains == 0) return;
        _dues[room.dueTo][room.dueToken].collectedGrains += uint128(room.dueGrains);
        room.dueGrains = 0;
    }

    function _raise(Room memory room, Service calldata service, Row calldata row, uint112 ceiling, uint112 highest)
        private
    {
        Ending ending = room.ending;
        if (room.isRouted) {
            _streams[room.id][row.payeeOf()].committedGrains = ceiling;
            ending = ending.withCommitted(ending.committedGrains() + ceiling - highest);
        } else {
            ending = ending.withCommitted(ceiling);
        }
        emit Committed(room.id, row.payeeOf(), ceiling);
        uint40 endsAt = ending.exitEndsAt();
        if (endsAt != 0 && !ending.isExitExtended()) {
            uint40 quarter = uint40(Math.ceilDiv(service.exitDelaySeconds, 4));
            if (activeNow() >= endsAt - quarter) {
                ending = ending.withExit(endsAt + quarter).extended();
                emit ExitExtended(room.id, endsAt + quarter);
            }
        }
        _endings[room.id] = ending;
    }

    // ---- signatures and conditions

    function _proofSkip(Room memory room, Service calldata service, Row calldata row) private view returns (Skip) {
        bytes32 conditionHash = row.conditionHashOf();
        if (conditionHash != 0 && (!row.hasExtra() || !_isMet(conditionHash, row.extras[0].condition))) {
            return Skip.Conditional;
        }
        return _isPayerSigned(room, service, row) ? Skip.None : Skip.Signature;
    }

    function _isMet(bytes32 conditionHash, Condition calldata condition) private view returns (bool) {
        if (conditionHashOf(condition.resolver, condition.terms) != conditionHash) return false;
        bytes memory question = abi.encodeCall(ICondition.outcomeOf, (condition.terms, condition.evidence));
        (bool isAnswered, uint256 answer) =
            SignerCheck.boundedWord(address(condition.resolver), question, CONDITION_GAS_MAX);
        return isAnswered && answer == uint256(ICondition.Outcome.Met);
    }

    function _isPayerSigned(Room memory room, Service calldata service, Row calldata row) private view returns (bool) {
        bytes32 digest = _voucherDigestOf(room, row);
        if (row.hasExtra() && row.extras[0].sessionKey.length > 0) {
            bytes calldata key = row.extras[0].sessionKey;
            return
                _isInSession(row.payerOf(), service.exitDelaySeconds, key)
                    && _isKeySigned(key, digest, row.signatureOf());
        }
        Purse purse = room.purse;
        if (purse.isSignerRevoked() && activeNow() >= _endings[room.id].signerEndsAt()) return false;
        return _isSignerSigned(purse, row.payerOf(), row.signerOf(), digest, row.signatureOf());
    }

    function _voucherDigestOf(Room memory room, Row calldata row) private pure returns (bytes32) {
        return ChannelTypes.digestOf(room.domain, ChannelTypes.hashOf(room.id, row.voucher));
    }

    /// @dev A contract is asked first, for the key that it does not have costs 3,000 gas to rule out.
    function _isSignerSigned(
        Purse purse,
        address payer,
        bytes calldata signer,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool) {
        if (signer.length == 84) return _isKeySigned(signer[20:], digest, signature);
        address account = signer.length == 0 ? payer : address(bytes20(signer));
        if (purse.isSignerContract() && SignerCheck.isSignedByCode(account, digest, signature)) return true;
        return SignerCheck.isSignedBy(account, digest, signature);
    }

    function _isKeySigned(bytes calldata key, bytes32 digest, bytes calldata signature) private view returns (bool) {
        return p256Verifier.verify(key, digest, signature) == IERC7913SignatureVerifier.verify.selector;
    }

    function _isInSession(address payer, uint64 exitDelaySeconds, bytes calldata key) private view returns (bool) {
        Session memory session = _sessions[payer][keccak256(key)];
        if (session.endsAt == 0 || _isPast(session.endsAt)) return false;
        return session.revokedAt == 0 || activeNow() < session.revokedAt + exitDelaySeconds;
    }

    function _isCharged(Room memory room, Service calldata service, Row calldata row) private view returns (bool) {
        address payee = row.payeeOf();
        if (msg.sender == payee) return true;
        address operator = room.isRouted ? address(0) : service.payeeOperator;
        if (msg.sender == operator) return true;
        if (!row.hasExtra()) return false;
        bytes32 hash = ChannelTypes.hashOfCharge(_voucherDigestOf(room, row), uint128(row.chargedOf()));
        bytes32 digest = ChannelTypes.digestOf(room.domain, hash);
        return _isPayeeSigned(payee, operator, digest, row.extras[0].countersignature);
    }

    function _isPayeeSigned(address payee, address operator, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool)
    {
        if (SignerCheck.isSignedBy(payee, digest, signature)) return true;
        return operator != address(0) && SignerCheck.isSignedBy(operator, digest, signature);
    }

    function _requireBoth(
        Purse purse,
        Config calldata config,
        bytes32 digest,
        bytes calldata payerSignature,
        bytes calldata payeeSignature
    ) private view {
        bool isPayers = msg.sender == config.payer
            || (!purse.isSignerRevoked()
                && _isSignerSigned(purse, config.payer, config.payerSigner, digest, payerSignature))
            || SignerCheck.isSignedBy(config.payer, digest, payerSignature);
        if (!isPayers) revert CloseNotSigned(config.payer);
        address payee = config.service.payee;
        address operator = config.service.payeeOperator;
        bool isPayees =
            msg.sender == payee || msg.sender == operator || _isPayeeSigned(payee, operator, digest, payeeSignature);
        if (!isPayees) revert CloseNotSigned(payee);
    }

    // ---- what the doors above rest on

    function _checkConfig(Config calldata config) private view {
        if (config.service.payee == address(0) || config.service.token == address(0)) revert ZeroAddress();
        uint64 delay = config.service.exitDelaySeconds;
        uint64 least = block.chainid == LOCAL_CHAIN_ID ? 1 : EXIT_DELAY_SECONDS_MIN;
        if (delay < least || delay > EXIT_DELAY_SECONDS_MAX) {
            revert ExitDelayOutOfBounds(delay, least, EXIT_DELAY_SECONDS_MAX);
        }
        bytes calldata signer = config.payerSigner;
        if (signer.length == 0) return;
        bool isAccount = signer.length == 20 && address(bytes20(signer)) != address(0);
        bool isKey = signer.length == 84 && address(bytes20(signer)) == address(p256Verifier) && _isKey(signer[20:]);
        if (!isAccount && !isKey) revert SignerRefused(signer);
    }

    /// @dev Only the order in which a signer's two ways to sign are tried. 23 bytes are a delegation (EIP-7702): such an
    /// account has its key.
    function _isSignerContract(Config calldata config) private view returns (bool) {
        bytes calldata signer = config.payerSigner;
        if (signer.length == 84) return false;
        address account = signer.length == 0 ? config.payer : address(bytes20(signer));
        return account.code.length > 23;
    }

    function _isKey(bytes calldata key) private pure returns (bool) {
        return key.length == 64 && P256.isValidPublicKey(bytes32(key[:32]), bytes32(key[32:]));
    }

    function _livingPurse(bytes32 id) private view returns (Purse purse) {
        purse = _purses[id];
        if (!purse.isThere() || purse.isClosed()) revert WrongPhase(id, phaseOf(id), Phase.Open);
    }

    function _depositOf(uint112 before, uint128 grains) private pure returns (uint112) {
        if (grains == 0) revert ZeroAmount();
        uint256 deposited = uint256(before) + grains;
        if (deposited > DEPOSIT_GRAINS_MAX) revert DepositTooLarge(deposited, DEPOSIT_GRAINS_MAX);
        return uint112(deposited);
    }

    /// @dev What is kept for the payee stays; the rest is the payer's. A watermark that says nothing more is cleared.
    function _end(bytes32 id, Purse purse, Ending ending, uint112 claimed) private returns (uint128 refunded) {
        uint112 committed = ending.committedGrains();
        uint112 kept = uint112(Math.max(claimed, committed));
        refunded = purse.depositedGrains() - kept;
        _purses[id] = purse.withDeposited(kept).withClaimed(claimed).closed();
        _endings[id] = committed > claimed ? ending.withExit(0) : Ending.wrap(0);
        emit ChannelClosed(id, refunded, kept);
    }

    function _takeDue(address payee, address token) private returns (uint128 grains) {
        Due storage due = _dues[payee][token];
        grains = due.collectedGrains - due.sentGrains;
        if (grains > 0) due.sentGrains += grains;
    }

    function _pull(address token, uint256 grains) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), grains);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != grains) revert AmountNotReceived(grains, received);
    }

    function _send(address token, address to, uint128 grains) private {
        if (grains > 0) IERC20(token).safeTransfer(to, grains);
    }

    function _isPast(uint256 endsAt) private view returns (bool) {
        return block.timestamp > endsAt && block.timestamp > _withGrace(endsAt);
    }

    /// @dev What had not ended when a pause began ends no earlier than a grace after it.
    function _withGrace(uint256 endsAt) private view returns (uint256) {
        uint64 pauseStartedAt = _pauses.startedAt;
        if (pauseStartedAt == 0 || endsAt < pauseStartedAt) return endsAt;
        return Math.max(endsAt, uint256(_pauses.endsAt) + PAUSE_GRACE_SECONDS);
    }

    function _requirePayer(Config calldata config) private view {
        if (msg.sender != config.payer) revert NotPayer(msg.sender, config.payer);
    }

    function _requireGuardian() private view {
        if (msg.sender != guardian || guardian == address(0)) revert NotGuardian(msg.sender, guardian);
    }
}
