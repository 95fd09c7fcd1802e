// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The bonds of nodes
/// @notice Work tokens that stand behind a node's honesty: deposited by its operator, active after a delay, slashable
/// from the deposit until the withdrawal, and taken only by a proposal that stays open to appeal.
/// At every moment, in grains: active + activating + unbonding + held + slashed + withdrawn = deposited.
interface IBondVault {
    /// @notice An amount and the second from which it is due: active, or free to withdraw.
    struct Lot {
        uint128 grains;
        uint64 at;
    }

    /// @param active Counts as bond now, as far as the last change of this node's bond knew.
    /// @param activating Counts from each lot's time on.
    /// @param unbonding Counts no more, still slashable, free from each lot's time on.
    struct Bond {
        uint128 active;
        Lot[] activating;
        Lot[] unbonding;
    }

    enum SlashStatus {
        None,
        Held,
        Final,
        Reversed
    }

    /// @param finalisableAt The appeal ends here: reversed strictly before, final from then on.
    /// @param fromActive What was taken from where, so that a reversal restores exactly.
    struct Slash {
        bytes32 nodeId;
        bytes32 offence;
        bytes32 evidenceHash;
        address challenger;
        uint64 finalisableAt;
        SlashStatus status;
        uint128 grains;
        uint128 fromActive;
        Lot[] fromActivating;
        Lot[] fromUnbonding;
    }

    /// @notice Lifetime sums over all nodes; `heldGrains` is what open slashes hold now.
    struct Totals {
        uint128 depositedGrains;
        uint128 withdrawnGrains;
        uint128 heldGrains;
        uint128 slashedGrains;
    }

    event BondDeposited(bytes32 indexed nodeId, address indexed operator, uint128 grains, uint64 activeAt);
    event UnbondRequested(bytes32 indexed nodeId, address indexed operator, uint128 grains, uint64 withdrawableAt);
    event BondWithdrawn(bytes32 indexed nodeId, address indexed operator, uint128 grains);
    event SlashProposed(
        uint64 indexed slashId,
        bytes32 indexed nodeId,
        address indexed challenger,
        uint128 grains,
        bytes32 offence,
        bytes32 evidenceHash,
        uint64 finalisableAt
    );
    event SlashFinalised(
        uint64 indexed slashId,
        bytes32 indexed nodeId,
        address indexed challenger,
        uint128 challengerGrains,
        uint128 insuranceGrains,
        uint128 burntGrains
    );
    event SlashReversed(uint64 indexed slashId, bytes32 indexed nodeId, uint128 grains);
    /// @notice A node's whole position after a change. With these alone a reader knows every node's bond at the time
    /// of any past block, without asking an archive for old state.
    event BondChanged(bytes32 indexed nodeId, uint128 active, Lot[] activating, Lot[] unbonding);

    error ZeroAddress();
    error ZeroAmount();
    /// @notice The three shares of a slash make 1,000,000 ppm.
    error SharesDoNotSum(uint256 sumPpm);
    /// @notice An offence must not outlive the bond that answers for it.
    error UnbondingShorterThanAppeal(uint64 unbondingSeconds, uint64 appealSeconds);
    error NotOperator(bytes32 nodeId, address caller, address operator);
    error NotArbiter(address caller, address arbiter);
    /// @notice Amounts on their way in or out are bounded, so that no loop over them can outgrow a block.
    error TooManyLots(bytes32 nodeId, uint256 max);
    error BondTooSmall(bytes32 nodeId, uint128 wantedGrains, uint128 activeGrains);
    error NothingToWithdraw(bytes32 nodeId);
    error NothingToSlash(bytes32 nodeId);
    error SlashAlreadyProposed(uint64 slashId);
    error SlashNotHeld(uint64 slashId, SlashStatus status);
    error AppealStillOpen(uint64 slashId, uint64 finalisableAt);
    error AppealOver(uint64 slashId, uint64 finalisableAt);

    /// @notice Bonds `grains` of the caller's work tokens (by allowance) for its node, active after the delay.
    /// @dev Errors: NotOperator, ZeroAmount, TooManyLots, and the token's own.
    function deposit(bytes32 nodeId, uint128 grains) external;
    /// @notice Takes active bond out of force; it can be withdrawn after the unbonding time and slashed until then.
    /// @dev Errors: NotOperator, ZeroAmount, BondTooSmall, TooManyLots.
    function requestUnbond(bytes32 nodeId, uint128 grains) external;
    /// @notice Pays out every unbonded amount that is due. Errors: NotOperator, NothingToWithdraw.
    function withdraw(bytes32 nodeId) external returns (uint128 grains);

    /// @notice Holds up to `grains` of a node's bond for an offence: active first, since it stood behind the work, then
    /// unbonding, since it did, then activating. Never more than there is.
    /// @param evidenceHash SHA-256 of the published evidence; an offence is proposed once for each piece of evidence,
    /// and again where that was reversed.
    /// @param challenger Whoever exposed it and gets the challenger's share.
    /// @dev Errors: NotArbiter, ZeroAmount, ZeroAddress, SlashAlreadyProposed, NothingToSlash.
    function proposeSlash(bytes32 nodeId, uint128 grains, bytes32 offence, bytes32 evidenceHash, address challenger)
        external
        returns (uint64 slashId);
    /// @notice After the appeal anyone may make a slash final: shares rounded down, the rest burnt.
    /// @dev Errors: SlashNotHeld, AppealStillOpen.
    function finaliseSlash(uint64 slashId) external;
    /// @notice Before the appeal's end the arbiter may take a slash back; everything returns to where it was.
    /// @dev Errors: NotArbiter, SlashNotHeld, AppealOver.
    function reverseSlash(uint64 slashId) external;

    /// @notice What counts as bond at this moment.
    function bondOf(bytes32 nodeId) external view returns (uint128 grains);
    /// @notice What a slash could take at this moment.
    function slashableOf(bytes32 nodeId) external view returns (uint128 grains);
    /// @notice The position as last written; lots that fell due since are still in their lists.
    function positionOf(bytes32 nodeId) external view returns (Bond memory);
    function slashOf(uint64 slashId) external view returns (Slash memory);
    /// @notice The latest; zero if it was never proposed.
    function slashIdOf(bytes32 nodeId, bytes32 offence, bytes32 evidenceHash) external view returns (uint64);
    function totals() external view returns (Totals memory);
}
