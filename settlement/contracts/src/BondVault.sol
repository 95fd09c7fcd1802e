// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {IWorkToken} from "./interfaces/IWorkToken.sol";

/// @title Implements IBondVault, which documents every function.
contract BondVault is IBondVault {
    using SafeERC20 for IWorkToken;

    /// @param arbiter Proposes and reverses slashes.
    /// @param insurance Receives the insurance share.
    struct Settings {
        IWorkToken workToken;
        INodeRegistry nodeRegistry;
        address arbiter;
        address insurance;
        uint64 activationSeconds;
        uint64 unbondingSeconds;
        uint64 appealSeconds;
        uint32 challengerPpm;
        uint32 insurancePpm;
        uint32 burnPpm;
    }

    uint256 private constant PPM = 1_000_000;
    /// @notice Most amounts of one node on their way in, and most on their way out, that its operator can make.
    uint256 public constant LOTS_MAX = 16;

    IWorkToken public immutable workToken;
    INodeRegistry public immutable nodeRegistry;
    address public immutable arbiter;
    address public immutable insurance;
    uint64 public immutable activationSeconds;
    uint64 public immutable unbondingSeconds;
    uint64 public immutable appealSeconds;
    uint32 public immutable challengerPpm;
    uint32 public immutable insurancePpm;

    Totals private _totals;
    /// @notice Slashes ever proposed; the latest one's id.
    uint64 public slashCount;
    mapping(bytes32 nodeId => Bond) private _bonds;
    mapping(uint64 slashId => Slash) private _slashes;
    mapping(bytes32 offenceKey => uint64 slashId) private _slashIds;

    constructor(Settings memory settings) {
        if (
            address(settings.workToken) == address(0) || address(settings.nodeRegistry) == address(0)
                || settings.arbiter == address(0) || settings.insurance == address(0)
        ) revert ZeroAddress();
        uint256 sumPpm = uint256(settings.challengerPpm) + settings.insurancePpm + settings.burnPpm;
        if (sumPpm != PPM) revert SharesDoNotSum(sumPpm);
        if (settings.unbondingSeconds < settings.appealSeconds) {
            revert UnbondingShorterThanAppeal(settings.unbondingSeconds, settings.appealSeconds);
        }
        workToken = settings.workToken;
        nodeRegistry = settings.nodeRegistry;
        arbiter = settings.arbiter;
        insurance = settings.insurance;
        activationSeconds = settings.activationSeconds;
        unbondingSeconds = settings.unbondingSeconds;
        appealSeconds = settings.appealSeconds;
        challengerPpm = settings.challengerPpm;
        insurancePpm = settings.insurancePpm;
    }

    modifier onlyOperator(bytes32 nodeId) {
        address operator = nodeRegistry.operatorOf(nodeId);
        if (msg.sender != operator) revert NotOperator(nodeId, msg.sender, operator);
        _;
    }

    modifier onlyArbiter() {
        if (msg.sender != arbiter) revert NotArbiter(msg.sender, arbiter);
        _;
    }

    function deposit(bytes32 nodeId, uint128 grains) external onlyOperator(nodeId) {
        if (grains == 0) revert ZeroAmount();
        Bond storage bond = _bonds[nodeId];
        _activateDue(bond);
        if (bond.activating.length >= LOTS_MAX) revert TooManyLots(nodeId, LOTS_MAX);
        uint64 activeAt = uint64(block.timestamp) + activationSeconds;
        bond.activating.push(Lot(grains, activeAt));
        _totals.depositedGrains += grains;
        emit BondDeposited(nodeId, msg.sender, grains, activeAt);
        _emitPosition(nodeId, bond);
        workToken.safeTransferFrom(msg.sender, address(this), grains);
    }

    function requestUnbond(bytes32 nodeId, uint128 grains) external onlyOperator(nodeId) {
        if (grains == 0) revert ZeroAmount();
        Bond storage bond = _bonds[nodeId];
        _activateDue(bond);
        if (grains > bond.active) revert BondTooSmall(nodeId, grains, bond.active);
        if (bond.unbonding.length >= LOTS_MAX) revert TooManyLots(nodeId, LOTS_MAX);
        uint64 withdrawableAt = uint64(block.timestamp) + unbondingSeconds;
        bond.active -= grains;
        bond.unbonding.push(Lot(grains, withdrawableAt));
        emit UnbondRequested(nodeId, msg.sender, grains, withdrawableAt);
        _emitPosition(nodeId, bond);
    }

    function withdraw(bytes32 nodeId) external onlyOperator(nodeId) returns (uint128 grains) {
        Bond storage bond = _bonds[nodeId];
        grains = _removeDue(bond.unbonding);
        if (grains == 0) revert NothingToWithdraw(nodeId);
        _totals.withdrawnGrains += grains;
        emit BondWithdrawn(nodeId, msg.sender, grains);
        _emitPosition(nodeId, bond);
        workToken.safeTransfer(msg.sender, grains);
    }

    function proposeSlash(bytes32 nodeId, uint128 grains, bytes32 offence, bytes32 evidenceHash, address challenger)
        external
        onlyArbiter
        returns (uint64 slashId)
    {
        if (grains == 0) revert ZeroAmount();
        if (challenger == address(0)) revert ZeroAddress();
        bytes32 key = _offenceKey(nodeId, offence, evidenceHash);
        uint64 known = _slashIds[key];
        if (known != 0 && _slashes[known].status != SlashStatus.Reversed) revert SlashAlreadyProposed(known);
        slashId = ++slashCount;
        _slashIds[key] = slashId;
        Slash storage slash = _slashes[slashId];
        slash.nodeId = nodeId;
        slash.offence = offence;
        slash.evidenceHash = evidenceHash;
        slash.challenger = challenger;
        slash.finalisableAt = uint64(block.timestamp) + appealSeconds;
        slash.status = SlashStatus.Held;
        uint128 held = _hold(_bonds[nodeId], slash, grains);
        if (held == 0) revert NothingToSlash(nodeId);
        emit SlashProposed(slashId, nodeId, challenger, held, offence, evidenceHash, slash.finalisableAt);
        _emitPosition(nodeId, _bonds[nodeId]);
    }

    function finaliseSlash(uint64 slashId) external {
        Slash storage slash = _heldSlash(slashId);
        if (block.timestamp < slash.finalisableAt) revert AppealStillOpen(slashId, slash.finalisableAt);
        slash.status = SlashStatus.Final;
        uint128 grains = slash.grains;
        _totals.heldGrains -= grains;
        _totals.slashedGrains += grains;
        uint128 toChallenger = _shareDown(grains, challengerPpm);
        uint128 toInsurance = _shareDown(grains, insurancePpm);
        uint128 burnt = grains - toChallenger - toInsurance;
        emit SlashFinalised(slashId, slash.nodeId, slash.challenger, toChallenger, toInsurance, burnt);
        workToken.safeTransfer(slash.challenger, toChallenger);
        workToken.safeTransfer(insurance, toInsurance);
        workToken.burn(burnt);
    }

    function reverseSlash(uint64 slashId) external onlyArbiter {
        Slash storage slash = _heldSlash(slashId);
        if (block.timestamp >= slash.finalisableAt) revert AppealOver(slashId, slash.finalisableAt);
        slash.status = SlashStatus.Reversed;
        _totals.heldGrains -= slash.grains;
        Bond storage bond = _bonds[slash.nodeId];
        bond.active += slash.fromActive;
        _putBack(slash.fromActivating, bond.activating);
        _putBack(slash.fromUnbonding, bond.unbonding);
        _activateDue(bond);
        emit SlashReversed(slashId, slash.nodeId, slash.grains);
        _emitPosition(slash.nodeId, bond);
    }

    function bondOf(bytes32 nodeId) external view returns (uint128 grains) {
        Bond storage bond = _bonds[nodeId];
        grains = bond.active;
        for (uint256 i = 0; i < bond.activating.length; ++i) {
            if (bond.activating[i].at <= block.timestamp) grains += bond.activating[i].grains;
        }
    }

    function slashableOf(bytes32 nodeId) external view returns (uint128) {
        Bond storage bond = _bonds[nodeId];
        return bond.active + _sumOf(bond.activating) + _sumOf(bond.unbonding);
    }

    function positionOf(bytes32 nodeId) external view returns (Bond memory) {
        return _bonds[nodeId];
    }

    function slashOf(uint64 slashId) external view returns (Slash memory) {
        return _slashes[slashId];
    }

    function slashIdOf(bytes32 nodeId, bytes32 offence, bytes32 evidenceHash) external view returns (uint64) {
        return _slashIds[_offenceKey(nodeId, offence, evidenceHash)];
    }

    function totals() external view returns (Totals memory) {
        return _totals;
    }

    /// @dev Moves up to `grains` into the slash, remembering where each part came from.
    function _hold(Bond storage bond, Slash storage slash, uint128 grains) private returns (uint128 held) {
        _activateDue(bond);
        held = uint128(Math.min(grains, bond.active));
        slash.fromActive = held;
        bond.active -= held;
        held += _takeLots(bond.unbonding, slash.fromUnbonding, grains - held);
        held += _takeLots(bond.activating, slash.fromActivating, grains - held);
        slash.grains = held;
        _totals.heldGrains += held;
    }

    /// @dev Takes up to `grains` out of `lots`, first lot first, and lists what it took in `taken`.
    function _takeLots(Lot[] storage lots, Lot[] storage taken, uint128 grains) private returns (uint128 sum) {
        uint256 kept = 0;
        uint256 count = lots.length;
        for (uint256 i = 0; i < count; ++i) {
            Lot memory lot = lots[i];
            uint128 part = uint128(Math.min(lot.grains, grains - sum));
            if (part > 0) taken.push(Lot(part, lot.at));
            sum += part;
            lot.grains -= part;
            if (lot.grains > 0) lots[kept++] = lot;
        }
        _truncate(lots, kept);
    }

    function _activateDue(Bond storage bond) private {
        uint128 due = _removeDue(bond.activating);
        if (due > 0) bond.active += due;
    }

    function _removeDue(Lot[] storage lots) private returns (uint128 due) {
        uint256 kept = 0;
        uint256 count = lots.length;
        for (uint256 i = 0; i < count; ++i) {
            Lot memory lot = lots[i];
            if (lot.at <= block.timestamp) due += lot.grains;
            else if (kept++ != i) lots[kept - 1] = lot;
        }
        _truncate(lots, kept);
    }

    function _truncate(Lot[] storage lots, uint256 length) private {
        while (lots.length > length) lots.pop();
    }

    /// @dev Adds `from` to `to`; what is due at the same second becomes one lot again, as before it was split.
    function _putBack(Lot[] storage from, Lot[] storage to) private {
        for (uint256 i = 0; i < from.length; ++i) {
            Lot memory lot = from[i];
            uint256 place = 0;
            while (place < to.length && to[place].at != lot.at) ++place;
            if (place == to.length) to.push(lot);
            else to[place].grains += lot.grains;
        }
    }

    function _emitPosition(bytes32 nodeId, Bond storage bond) private {
        emit BondChanged(nodeId, bond.active, bond.activating, bond.unbonding);
    }

    function _heldSlash(uint64 slashId) private view returns (Slash storage slash) {
        slash = _slashes[slashId];
        if (slash.status != SlashStatus.Held) revert SlashNotHeld(slashId, slash.status);
    }

    function _sumOf(Lot[] storage lots) private view returns (uint128 sum) {
        for (uint256 i = 0; i < lots.length; ++i) {
            sum += lots[i].grains;
        }
    }

    function _shareDown(uint128 grains, uint32 ppm) private pure returns (uint128) {
        return uint128(uint256(grains) * ppm / PPM);
    }

    function _offenceKey(bytes32 nodeId, bytes32 offence, bytes32 evidenceHash) private pure returns (bytes32) {
        return keccak256(abi.encode(nodeId, offence, evidenceHash));
    }
}
