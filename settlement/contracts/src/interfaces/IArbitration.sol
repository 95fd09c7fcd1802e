// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Arbitration by committees drawn by lot
/// @notice For what no contract can recompute. Whoever charges a node pays a deposit and the committee's fees; a
/// committee is drawn from the bonded arbiters by a preimage that only the poster knows when the case is opened and by
/// the hash of a block that nobody knows then; its members commit to a verdict and reveal it. A guilty verdict holds the
/// node's bond; one appeal goes to a larger committee without the first one's members, and may take the hold back.
/// Members who do not reveal lose part of their bond; among the cases are canaries, whose answer was fixed beforehand,
/// and whoever fails one loses more. Amounts are work tokens in grains.
interface IArbitration {
    enum Verdict {
        None,
        Guilty,
        NotGuilty
    }

    enum Status {
        None,
        Drawing,
        Voting,
        Decided,
        Closed
    }

    /// @notice A committee's seats, and how many of them convict.
    struct Size {
        uint8 seats;
        uint8 threshold;
    }

    /// @param evidenceHash SHA-256 of the published evidence.
    /// @param slashPpm Share of its bond that the node is to lose. A share and no amount: so nobody can make a right charge
    /// wrong by moving the bond before it arrives, and arbiters need not know the bond.
    struct Charge {
        bytes32 nodeId;
        bytes32 offence;
        bytes32 evidenceHash;
        uint32 slashPpm;
    }

    /// @param grains What the node is to lose: the share of all that the vault could take when the case was opened, rounded up.
    /// @param instance 0 for the first committee, 1 for the appeal.
    /// @param level Size of the first committee: 0 routine, 1 high value, where the pool had as many seats when it was opened.
    /// @param slashId Of the vault; 0 while nothing is held.
    /// @param reversibleUntil Until then the vault takes the slash back.
    struct Case {
        Charge charge;
        address challenger;
        uint64 openedAt;
        uint64 decidedAt;
        Status status;
        Verdict verdict;
        uint8 instance;
        uint8 level;
        bool canary;
        uint128 grains;
        uint64 slashId;
        uint64 reversibleUntil;
    }

    /// @param payer Paid the fees and the deposit.
    /// @param epoch Whose beacon preimage goes into the draw.
    /// @param entropyBlock Whose hash does.
    /// @param committed,revealed,guilty,paid Bit s stands for seat s.
    /// @param shareGrains Fee of each seat that agreed with the final verdict.
    struct Panel {
        address payer;
        uint64 openedAt;
        uint64 epoch;
        uint64 entropyBlock;
        uint64 drawnAt;
        bytes32 entropy;
        uint64 committed;
        uint64 revealed;
        uint64 guilty;
        uint64 paid;
        uint128 shareGrains;
        uint32[] arbiterIds;
    }

    /// @param seated In the pool that committees are drawn from.
    /// @param leftAt When it left the pool; its bond answers for `unbondingSeconds` more.
    struct Arbiter {
        address account;
        bool seated;
        uint32 position;
        uint64 leftAt;
        uint128 bondGrains;
        uint32 canariesSeen;
        uint32 canariesFailed;
    }

    enum Failing {
        NotRevealed,
        Canary
    }

    event ArbiterJoined(uint32 indexed arbiterId, address indexed account, uint128 bondGrains);
    event ArbiterLeft(uint32 indexed arbiterId, address indexed account);
    event ArbiterPaidOut(uint32 indexed arbiterId, address indexed account, uint128 grains);
    event ArbiterPenalised(uint32 indexed arbiterId, uint64 indexed caseId, Failing failing, uint128 grains);
    event CaseOpened(
        uint64 indexed caseId,
        address indexed challenger,
        bytes32 indexed nodeId,
        Charge charge,
        uint128 grains,
        uint8 level
    );
    event DrawAwaited(uint64 indexed caseId, uint8 instance, uint64 epoch, uint64 entropyBlock);
    /// @param withPreimage False where the poster withheld it too long.
    event CommitteeDrawn(uint64 indexed caseId, uint8 instance, bytes32 seed, bool withPreimage, uint32[] arbiterIds);
    event Committed(uint64 indexed caseId, uint8 instance, uint8 seat, bytes32 commitment);
    event Revealed(uint64 indexed caseId, uint8 instance, uint8 seat, Verdict verdict);
    event Decided(uint64 indexed caseId, uint8 instance, Verdict verdict, uint256 guiltyVotes, uint256 revealedVotes);
    event Appealed(uint64 indexed caseId, address indexed appellant);
    event SlashRequested(uint64 indexed caseId, uint64 indexed slashId);
    /// @notice The vault refused; anyone may ask it again.
    event SlashRefused(uint64 indexed caseId, bytes reason);
    event CanaryPlanted(bytes32 indexed commitment);
    event CanaryExposed(uint64 indexed caseId, Verdict answer, uint256 failed);
    event CaseClosed(uint64 indexed caseId, Verdict verdict);
    event Lapsed(uint64 indexed caseId, uint8 instance);
    event BeaconAdvanced(uint64 indexed epoch, bytes32 preimage);
    event Credited(address indexed account, uint128 grains);
    event Withdrawn(address indexed account, uint128 grains);

    error ZeroAddress();
    error ZeroAmount();
    error ZeroDuration();
    /// @notice Thresholds are a majority of their seats, seats rise with each size and are at most 63.
    error MalformedSizes();
    /// @notice The vault's window must outlast an appeal.
    error VaultWindowTooShort(uint64 vaultSeconds, uint64 neededSeconds);
    /// @notice A bond must outlast every case that its arbiter may be drawn for.
    error UnbondingTooShort(uint64 unbondingSeconds, uint64 neededSeconds);
    error AlreadySeated(uint32 arbiterId);
    error NotSeated(uint32 arbiterId);
    error BondStillLocked(uint32 arbiterId, uint64 freeAt);
    error BondWhole(uint32 arbiterId, uint128 bondGrains);
    error NothingToWithdraw(address account);
    error PoolTooSmall(uint256 poolSize, uint256 needed);
    error CasePending(uint64 caseId);
    error WrongStatus(uint64 caseId, Status status);
    error EntropyNotYet(uint64 entropyBlock);
    error EntropyLost(uint64 entropyBlock);
    error EntropyKnown(uint64 caseId);
    error BeaconNotYet(uint64 epoch);
    error BeaconNotAhead(uint64 epoch, uint64 nextLink);
    error BeaconTooFar(uint64 epoch, uint64 nextLink);
    error BeaconMismatch(uint64 epoch, bytes32 preimage);
    error DrawOver(uint64 caseId, uint64 until);
    error DrawStillOpen(uint64 caseId, uint64 until);
    error NotOnSeat(uint64 caseId, uint8 seat, address caller);
    error CommitOver(uint64 caseId, uint64 until);
    error AlreadyCommitted(uint64 caseId, uint8 seat);
    error RevealNotOpen(uint64 caseId, uint64 from, uint64 until);
    error NoVerdict();
    error AlreadyRevealed(uint64 caseId, uint8 seat);
    error CommitmentMismatch(bytes32 commitment, bytes32 expected);
    error VotingOpen(uint64 caseId, uint64 until);
    error AppealOver(uint64 caseId, uint64 until);
    error AppealOpen(uint64 caseId, uint64 until);
    error NothingToSlash(uint64 caseId);
    error NotCanaryKeeper(address caller, address keeper);
    error CanaryPlantedAlready(bytes32 commitment);
    error CanaryUnknown(bytes32 commitment);
    error NoFee(uint64 caseId, uint8 instance, uint8 seat);

    /// @notice Bonds the caller (by allowance: what its bond lacks) and seats it; committees of cases that are opened from
    /// `activationSeconds` later on may be drawn from it. Errors: AlreadySeated, and the token's own.
    function join() external returns (uint32 arbiterId);
    /// @notice Leaves the pool; the bond answers for `unbondingSeconds` more. Errors: NotSeated.
    function leave() external;
    /// @notice Takes an arbiter out of the pool whose bond penalties have eaten into. Errors: NotSeated, BondWhole.
    function evict(uint32 arbiterId) external;
    /// @notice Pays the caller's bond out. Errors: AlreadySeated, NothingToWithdraw, BondStillLocked.
    function withdrawBond() external returns (uint128 grains);
    /// @notice Pays what fees, deposits and penalties came to for the caller. Errors: NothingToWithdraw.
    function withdraw() external returns (uint128 grains);

    /// @notice Charges a node. The caller pays (by allowance) the deposit and the committee's fees. Others may have charged
    /// it with the same; the caller itself not before a first committee did not convict, or the case is closed.
    /// @dev Errors: ZeroAmount (the share of its bond is nothing), CasePending, PoolTooSmall, and the token's own.
    function openCase(Charge calldata charge) external returns (uint64 caseId);
    /// @notice Keeps the hash of the case's block while the chain still knows it; where it was missed, names a new block.
    /// @dev Errors: WrongStatus, EntropyNotYet, EntropyKnown.
    function recordEntropy(uint64 caseId) external;
    /// @notice Brings in a revealed preimage of the poster's chain: at most 4096 epochs after the last one.
    /// @dev Errors: BeaconNotAhead, BeaconTooFar, BeaconMismatch.
    function advanceBeacon(uint64 epoch, bytes32 preimage) external;
    /// @notice Draws the committee. Half of the drawing time the preimage is waited for, then the block's hash is enough.
    /// @dev Errors: WrongStatus, DrawOver, EntropyNotYet, EntropyLost, BeaconNotYet, BeaconTooFar.
    function draw(uint64 caseId) external;
    /// @notice A case without a committee at the end of the drawing time: a first one ends, an appeal acquits. Payers get
    /// everything back. Errors: WrongStatus, DrawStillOpen.
    function lapse(uint64 caseId) external;

    /// @notice The caller, on its seat, commits to a verdict: `commitmentOf` says how.
    /// @dev Errors: WrongStatus, NotOnSeat, CommitOver, AlreadyCommitted.
    function commitVerdict(uint64 caseId, uint8 seat, bytes32 commitment) external;
    /// @notice Reveals it. Errors: WrongStatus, NotOnSeat, RevealNotOpen, NoVerdict, AlreadyRevealed, CommitmentMismatch.
    function revealVerdict(uint64 caseId, uint8 seat, Verdict verdict, bytes32 salt) external;
    /// @notice Counts, once everybody has revealed or the time is over. Errors: WrongStatus, VotingOpen.
    function tally(uint64 caseId) external;
    /// @notice Asks for a larger committee. The caller pays (by allowance) a deposit and its fees.
    /// @dev Errors: WrongStatus, AppealOver, PoolTooSmall, and the token's own.
    function appeal(uint64 caseId) external;
    /// @notice Ends a case that nobody appealed. Errors: WrongStatus, AppealOpen.
    function close(uint64 caseId) external;
    /// @notice Asks the vault again for the slash of a guilty verdict. Errors: NothingToSlash, and the vault's own.
    function requestSlash(uint64 caseId) external;
    /// @notice Credits the fee of a seat that agreed with the final verdict to its arbiter. Errors: NoFee.
    function collectFee(uint64 caseId, uint8 instance, uint8 seat) external;

    /// @notice The keeper fixes the answer of a case that is yet to come: `canaryCommitmentOf` says how.
    /// @dev Errors: NotCanaryKeeper, CanaryPlantedAlready.
    function plantCanary(bytes32 commitment) external;
    /// @notice Shows, while a decided case can still be appealed, that it was a canary: nothing comes of its verdict, its
    /// opener gets the deposit back, and whoever answered wrong loses the canary penalty.
    /// @dev Errors: WrongStatus, AppealOver, NoVerdict, CanaryUnknown.
    function exposeCanary(uint64 caseId, Verdict answer, bytes32 salt) external;

    function caseOf(uint64 caseId) external view returns (Case memory);
    function panelOf(uint64 caseId, uint8 instance) external view returns (Panel memory);
    function arbiterOf(uint32 arbiterId) external view returns (Arbiter memory);
    function arbiterIdOf(address account) external view returns (uint32);
    /// @notice Seated arbiters at the end of a past second.
    function poolSizeAt(uint64 timestamp) external view returns (uint256);
    function sizeOf(uint8 level) external view returns (Size memory);
    /// @notice keccak256 of (this contract, case, instance, account, verdict, salt), ABI-encoded.
    function commitmentOf(uint64 caseId, uint8 instance, address account, Verdict verdict, bytes32 salt)
        external
        view
        returns (bytes32);
    /// @notice keccak256 of (charge, answer, salt), ABI-encoded.
    function canaryCommitmentOf(Charge calldata charge, Verdict answer, bytes32 salt) external pure returns (bytes32);
}
