// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICondition} from "./ICondition.sol";

/// @title Payment channels
/// @notice A payer deposits for a payee and signs vouchers off chain. A voucher is a ceiling: all that the payee may
/// have charged so far. The payee charges at most that, and it alone says how much. Nothing of a voucher is ever used
/// up: what it pays is its charge less what was paid before, so it may be shown again, late, or when more money is
/// there. Nobody but payer and payee has a way to a channel's money; the guardian can only pause showing for a while,
/// and clocks of exits stand still meanwhile.
/// @dev A channel is named by the EIP-712 hash of its config, which every call brings along; the contract keeps two
/// slots of numbers. Tokens that take a fee or rebase are not for channels: the first are refused.
interface IChannels {
    /// @notice What a payee offers to all of its payers.
    /// @param payee Who is paid; the task wallets' address for a wallet that pays many.
    /// @param payeeOperator May countersign charges for the payee; it never receives. Zero: nobody.
    /// @param exitDelaySeconds From the start of an exit to its end.
    /// @param minConfirmations Blocks over a deposit before the payee counts it.
    /// @param policyHash What the channel may be charged for.
    struct Service {
        address payee;
        address payeeOperator;
        address token;
        uint64 exitDelaySeconds;
        uint32 minConfirmations;
        bytes32 policyHash;
    }

    /// @notice What both sides agree to.
    /// @param payerSigner ERC-7913: the 20 bytes of an account, or the P-256 verifier's followed by x and y. Empty: the
    /// payer's own account.
    struct Config {
        Service service;
        address payer;
        bytes payerSigner;
        bytes32 salt;
    }

    /// @notice What the payer signs, together with the channel's id.
    /// @param payee The channel's, or one of a task wallet's providers.
    /// @param deadlineMs Last moment at which it can be shown.
    /// @param conditionHash Zero, or what must have come true: see `conditionHashOf`.
    struct Voucher {
        address payee;
        uint128 cumulativeGrains;
        uint64 deadlineMs;
        bytes32 conditionHash;
    }

    /// @notice Opens a conditionHash. All empty where the voucher has none.
    struct Condition {
        ICondition resolver;
        bytes terms;
        bytes evidence;
    }

    /// @notice What most rows do not need.
    /// @param sessionKey Empty if the config's signer signed; else the session key, x and y.
    /// @param countersignature The payee's, or its operator's, of the charge. Not looked at if one of them calls.
    struct Extra {
        bytes sessionKey;
        bytes countersignature;
        Condition condition;
    }

    /// @param chargedGrains All that the payee charged so far; a commit does not look at it.
    /// @param signature The payer's of the voucher.
    /// @param extras One, or none.
    struct Row {
        address payer;
        bytes payerSigner;
        bytes32 salt;
        Voucher voucher;
        uint128 chargedGrains;
        bytes signature;
        Extra[] extras;
    }

    /// @notice Rows of channels that share their service.
    struct Batch {
        Service service;
        Row[] rows;
    }

    /// @notice Why a row was skipped.
    enum Skip {
        None,
        /// There is no such channel.
        Channel,
        Payee,
        /// More than the voucher's ceiling.
        Charge,
        /// Neither called nor signed by the payee or its operator.
        Countersignature,
        /// Closed, and nothing more was committed.
        Phase,
        /// Past its deadline, and nothing more was committed.
        Expired,
        /// Above the provider's part of the task wallet.
        Allotment,
        NothingDue,
        /// Nothing of the deposit is left; the voucher stays good for a top-up.
        Unfunded,
        Conditional,
        Signature
    }

    enum Phase {
        Unknown,
        Open,
        Exiting,
        Closed
    }

    /// @notice Grains; each only rises until the close.
    /// @param depositedGrains Once closed: what was kept for the payee.
    /// @param committedGrains The watermark; of a task wallet the sum over its providers.
    /// @param exitEndsAt On the active clock; zero unless exiting.
    /// @param signerEndsAt On the active clock; zero unless the signer was revoked.
    struct State {
        Phase phase;
        uint128 depositedGrains;
        uint128 claimedGrains;
        uint128 committedGrains;
        uint64 exitEndsAt;
        bool isExitExtended;
        uint64 signerEndsAt;
        uint64 openedAtBlock;
    }

    event ChannelOpened(
        bytes32 indexed id, address indexed payer, address indexed payee, uint128 grains, Config config
    );
    event ToppedUp(bytes32 indexed id, address indexed from, uint128 grains, uint128 depositedGrains);
    event Claimed(bytes32 indexed id, address indexed payee, uint128 paidGrains, uint128 claimedGrains);
    event Committed(bytes32 indexed id, address indexed payee, uint128 committedGrains);
    /// @notice Row `index`, counted over all batches of a call, did nothing.
    event RowSkipped(bytes32 indexed id, uint256 index, Skip reason);
    event Settled(address indexed payee, address indexed token, uint128 grains);
    /// @notice The token does not let the payee have it; it stays due.
    event SettlementBlocked(address indexed payee, address indexed token, uint128 grains);
    event ExitStarted(bytes32 indexed id, uint64 endsAt);
    event ExitExtended(bytes32 indexed id, uint64 endsAt);
    event ChannelClosed(bytes32 indexed id, uint128 refundedGrains, uint128 keptGrains);
    /// @notice Money of a task wallet that no provider has a part in went back to the payer.
    event FreeWithdrawn(bytes32 indexed id, uint128 grains, uint128 depositedGrains);
    event SessionAuthorised(address indexed payer, bytes32 indexed keyHash, bytes key, uint64 endsAt);
    /// @param revokedAt On the active clock.
    event SessionRevoked(address indexed payer, bytes32 indexed keyHash, uint64 revokedAt);
    event SignerRevoked(bytes32 indexed id, uint64 endsAt);
    event Paused(uint64 startedAt, uint64 endsAt);

    error ZeroAddress();
    error ZeroAmount();
    error NotPayer(address caller, address payer);
    error NotGuardian(address caller, address guardian);
    /// @notice Neither an account other than zero nor a key on P-256 under this contract's verifier.
    error SignerRefused(bytes signer);
    error SessionKeyRefused(bytes key);
    error ExitDelayOutOfBounds(uint64 givenSeconds, uint64 minSeconds, uint64 maxSeconds);
    error DepositTooLarge(uint256 grains, uint256 maxGrains);
    /// @notice Another amount arrived than was sent: a token with a fee, or one that rebases.
    error AmountNotReceived(uint256 sentGrains, uint256 receivedGrains);
    error WrongPhase(bytes32 id, Phase phase, Phase expected);
    error ExitNotOver(bytes32 id, uint64 endsAt, uint64 now_);
    error SignerAlreadyRevoked(bytes32 id);
    /// @notice Task wallets end by exit: their providers cannot all sign.
    error IsTaskWallet(bytes32 id);
    error NotTaskWallet(bytes32 id);
    error CloseOutOfBounds(uint128 grains, uint128 claimedGrains, uint128 depositedGrains);
    error CloseNotSigned(address party);
    error CloseExpired(uint64 deadlineMs);
    error NothingFree(bytes32 id);
    error NothingToSettle(address payee, address token);
    error IsPaused(uint64 endsAt);
    error PauseTooLong(uint64 givenSeconds, uint64 maxSeconds);
    error PauseChained(uint64 earliestAt);
    error NotPaused();

    // ---- the payer

    /// @notice Opens a channel with the caller's deposit. Only the payer, and never again once closed: another salt is
    /// another channel.
    /// @dev Errors: NotPayer, ZeroAddress, ZeroAmount, SignerRefused, ExitDelayOutOfBounds, DepositTooLarge, WrongPhase,
    /// AmountNotReceived, IsPaused.
    function open(Config calldata config, uint128 grains) external returns (bytes32 id);
    /// @notice Anybody's money for the payee. Never changes an exit.
    /// @dev Errors: ZeroAmount, WrongPhase, DepositTooLarge, AmountNotReceived, IsPaused.
    function topUp(Config calldata config, uint128 grains) external;
    /// @notice Lets a P-256 key sign vouchers for all of the caller's channels until `endsAt`.
    /// @dev A later call for the same key replaces `endsAt`, and never brings it nearer: that is `revokeSession`.
    /// Error: SessionKeyRefused.
    function authoriseSession(bytes calldata key, uint64 endsAt) external;
    /// @notice The key's vouchers count for one more exit delay of their channel, so that payees can show what they
    /// accepted, then never again. Error: SessionKeyRefused if the key is not authorised, or revoked already.
    function revokeSession(bytes calldata key) external;
    /// @notice The config's signer signs for one more exit delay, then never again.
    /// @dev Errors: NotPayer, WrongPhase, SignerAlreadyRevoked.
    function revokeSigner(Config calldata config) external;
    /// @notice Errors: NotPayer, WrongPhase.
    function startExit(Config calldata config) external;
    /// @notice Pays deposited − max(claimed, committed) back to the payer; what was committed stays claimable.
    /// @dev Errors: NotPayer, WrongPhase, ExitNotOver.
    function finishExit(Config calldata config) external returns (uint128 refundedGrains);
    /// @notice Takes out what no provider of a task wallet has a part in, at once.
    /// @dev Errors: NotPayer, NotTaskWallet, WrongPhase, NothingFree.
    function withdrawFree(Config calldata config) external returns (uint128 grains);

    // ---- the payee, and whoever acts for it

    /// @notice Accounts for charges; moves no money. Skips bad rows with the reason. Anyone may bring a countersigned one.
    /// @dev Error: IsPaused.
    function claim(Batch[] calldata batches) external returns (Skip[] memory skips);
    /// @notice Raises the watermark that an exit leaves behind, up to the voucher's ceiling. Needs the payer's signature
    /// only. In the last quarter of an exit it extends it by a quarter, once.
    /// @dev Error: IsPaused.
    function commit(Batch[] calldata batches) external returns (Skip[] memory skips);
    /// @notice Sends what was claimed and not sent yet. Errors: NothingToSettle, and the token's own.
    function settle(address payee, address token) external returns (uint128 grains);
    /// @notice As `settle`, and a payee that the token blocks, or that has nothing due, holds up nobody.
    function settleMany(address[] calldata payees, address token) external;

    // ---- both

    /// @notice Ends the channel at once: the payee has what both agree to, the payer the rest. Payer and payee call, or have
    /// signed; their session keys and operators as well. Of a channel closed by exit it gives back what was committed and
    /// not charged.
    /// @dev Errors: IsTaskWallet, WrongPhase, CloseExpired, CloseOutOfBounds, CloseNotSigned.
    function close(
        Config calldata config,
        uint128 paidGrains,
        uint64 deadlineMs,
        bytes calldata payerSignature,
        bytes calldata payeeSignature
    ) external returns (uint128 refundedGrains);

    // ---- the guardian

    /// @notice Stops deposits, claims and commits for a while; exits' clocks stand still. Never two without 30 days between.
    /// @dev Errors: NotGuardian, PauseTooLong, PauseChained.
    function pause(uint64 durationSeconds) external;
    /// @notice Ends a pause before its time. Errors: NotGuardian, NotPaused.
    function unpause() external;

    // ---- views

    function channelIdOf(Config calldata config) external view returns (bytes32);
    function voucherDigestOf(bytes32 id, Voucher calldata voucher) external view returns (bytes32);
    /// @notice What a payee or its operator signs to charge through somebody else.
    function chargeDigestOf(bytes32 voucherDigest, uint128 chargedGrains) external view returns (bytes32);
    function closeDigestOf(bytes32 id, uint128 paidGrains, uint64 deadlineMs) external view returns (bytes32);
    /// @notice keccak256(resolver || terms).
    function conditionHashOf(ICondition resolver, bytes calldata terms) external pure returns (bytes32);
    function phaseOf(bytes32 id) external view returns (Phase);
    function stateOf(bytes32 id) external view returns (State memory);
    /// @notice A task wallet's provider: claimed, and the watermark.
    function streamOf(bytes32 id, address provider)
        external
        view
        returns (uint128 claimedGrains, uint128 committedGrains);
    /// @notice Claimed in all channels, and sent.
    function dueOf(address payee, address token) external view returns (uint128 collectedGrains, uint128 sentGrains);
    /// @return endsAt Zero for a key that was never authorised.
    /// @return revokedAt On the active clock; zero for a key that was not revoked.
    function sessionOf(address payer, bytes calldata key) external view returns (uint64 endsAt, uint64 revokedAt);
    /// @notice Seconds that were not paused: the clock of exits and revocations.
    function activeNow() external view returns (uint64);
    /// @notice Whether an end of a voucher or of a part has passed. What had not ended when a pause began ends no earlier than
    /// a grace after it.
    function hasPassed(uint256 endsAt) external view returns (bool);
    function taskWallets() external view returns (address);
}
