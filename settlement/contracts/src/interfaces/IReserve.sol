// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What stands behind the credit
/// @notice Issues credits against a reserve asset and redeems them for it. Issuing can be slowed and halted; redeeming
/// never is: requests of one redemption era are priced together, each credit at min(1, coverage), so nobody gains by
/// being first. Work tokens may be posted on top: they count nothing in redeeming and nothing in coverage; a demanded
/// cover by them only makes issuing stricter. Amounts of the asset are in its own smallest units, everything else in
/// grains of credit; every conversion is exact or rounds against the claimant. Nobody can take the asset out but by
/// redeeming: the spread stays with those who hold credits.
interface IReserve {
    /// @notice Makes issuing rarer as coverage falls.
    /// @param warnPpm Coverage below which issuing slows down.
    /// @param haltPpm At and below it nothing is issued.
    /// @param stepPpm Each step of coverage below the warning line lengthens the wait.
    /// @param slowIssuePpm Below the warning line, one issue's most, as a share of the credits outstanding.
    /// @param waitSecondsMin Between two issues, above the line.
    struct Throttle {
        uint32 warnPpm;
        uint32 haltPpm;
        uint32 stepPpm;
        uint32 slowIssuePpm;
        uint32 waitSecondsMin;
    }

    /// @notice What the attestor says of the assets behind the reserve.
    /// @param assetsGrains Worth of what is held, in grains of credit.
    /// @param liabilitiesGrains Credits that it has to answer for.
    /// @param asOf The time that both were counted at.
    /// @param reportHash SHA-256 of the published report.
    struct Attestation {
        uint128 assetsGrains;
        uint128 liabilitiesGrains;
        uint64 asOf;
        bytes32 reportHash;
    }

    /// @notice The requests of one redemption era.
    /// @param requestedGrains Credits to be redeemed together.
    /// @param assetsGrains,outstandingGrains What they were priced at; outstanding is 0 until then.
    /// @param dueUnits Set aside for them.
    /// @param claimedGrains Requests that were paid.
    /// @param claimedUnits What they took of `dueUnits`.
    struct Batch {
        uint128 requestedGrains;
        uint128 assetsGrains;
        uint128 outstandingGrains;
        uint128 claimedGrains;
        uint256 dueUnits;
        uint256 claimedUnits;
    }

    event Issued(
        address indexed payer,
        address indexed to,
        uint256 units,
        uint256 creditGrains,
        uint256 assetsGrains,
        uint256 outstandingGrains
    );
    event RedemptionRequested(uint64 indexed era, address indexed account, uint128 grains);
    /// @param assetsGrains,outstandingGrains Before the batch: their ratio, at most 1, is what each credit gets.
    event RedemptionPriced(
        uint64 indexed era, uint128 requestedGrains, uint128 assetsGrains, uint128 outstandingGrains, uint256 dueUnits
    );
    event RedemptionPaid(
        uint64 indexed era, address indexed account, address indexed recipient, uint128 grains, uint256 units
    );
    event Attested(
        address indexed attestor, uint64 asOf, uint128 assetsGrains, uint128 liabilitiesGrains, bytes32 reportHash
    );
    event TokensPosted(address indexed account, uint128 grains, uint128 totalGrains);
    event TokensWithdrawn(address indexed account, uint128 grains, uint128 totalGrains);

    error ZeroAddress();
    error ZeroAmount();
    error ZeroDuration();
    error PpmTooLarge(uint256 ppm);
    /// @notice Steps must be above 0, the waits rise, and be some, at most 256; the halt is at or below the warning.
    error MalformedThrottle();
    /// @notice The credit must name this contract as its issuer.
    error NotTheIssuer(address issuer);
    /// @notice Credits and work tokens are no assets of their own reserve.
    error AssetRefused(address asset);
    error DecimalsTooMany(uint8 decimals);
    /// @notice A cover by tokens is demanded, but there is no token, or nobody to say its price.
    error TokensUnknown();
    error AttestationStale(uint64 asOf, uint64 ageSecondsMax);
    /// @notice By the attestor's own count the reserve is short.
    error AttestedShort(uint128 assetsGrains, uint128 liabilitiesGrains);
    error AttestationOld(uint64 asOf, uint64 lastAsOf);
    error AttestationFromFuture(uint64 asOf);
    error AttestationUnsigned(address attestor);
    error IssuePaused();
    /// @notice The policy of the gate does not let this payer, or this account, in.
    error IssueNotCleared(address from, address to);
    error IssueHalted(uint256 coveragePpm, uint256 haltPpm);
    error IssueTooEarly(uint256 secondsSinceIssue, uint256 waitSeconds);
    error IssueTooLarge(uint256 creditGrains, uint256 mostGrains);
    error IssueBelowMin(uint256 creditGrains, uint256 minGrains);
    error TokenCoverShort(uint256 valueGrains, uint256 outstandingGrains);
    error RedemptionNotPriced(uint64 era);
    error NothingToClaim(uint64 era, address account);
    error PostedTooLittle(address account, uint128 wantedGrains, uint128 postedGrains);

    /// @notice Takes `units` of the asset (by allowance) and issues what it received, less the spread, to `to`.
    /// @param creditGrainsMin The caller's least.
    /// @dev Errors: ZeroAmount, IssuePaused, IssueNotCleared, AttestationStale, AttestedShort, TokenCoverShort,
    /// IssueHalted, IssueTooEarly, IssueTooLarge, IssueBelowMin, and the gate's and the asset's own.
    function issue(address to, uint256 units, uint256 creditGrainsMin) external returns (uint256 creditGrains);
    /// @notice Queues the caller's credits (by allowance) in the current redemption era. Open in every state.
    /// @dev Errors: ZeroAmount, and the credit's own.
    function requestRedemption(uint128 grains) external returns (uint64 era);
    /// @notice Prices the requests of an era that is over, if there are any. Every other door does this too.
    function priceRedemptions() external;
    /// @notice Pays an account what its requests of an era came to. Anyone may. What the gate does not clear it holds for
    /// the account.
    /// @dev Errors: RedemptionNotPriced, NothingToClaim, and the gate's and the asset's own.
    function claimRedemption(uint64 era, address account) external returns (uint256 units);
    /// @notice Pays the caller's own to somebody else, for whom the asset's issuer lets it.
    /// @dev Errors: ZeroAddress, RedemptionNotPriced, NothingToClaim, and the asset's own.
    function claimRedemptionTo(uint64 era, address recipient) external returns (uint256 units);
    /// @notice Records a count of the assets, signed by the attestor (EIP-712; a contract by ERC-1271). Anyone may bring it.
    /// @dev Errors: AttestationOld, AttestationFromFuture, AttestationUnsigned.
    function attest(Attestation calldata attestation, bytes calldata signature) external;
    /// @notice Posts the caller's work tokens (by allowance) as a buffer. Errors: ZeroAmount, TokensUnknown.
    function postTokens(uint128 grains) external;
    /// @notice Takes the caller's posted tokens back, as long as issuing stays open without them.
    /// @dev Errors: ZeroAmount, PostedTooLittle, TokenCoverShort, IssueHalted.
    function withdrawTokens(uint128 grains) external;

    /// @notice What the reserve asset counts, in grains rounded down, without what is set aside for priced batches.
    function assetsGrains() external view returns (uint256);
    /// @notice Credits that may be redeemed: all there are.
    function outstandingGrains() external view returns (uint256);
    /// @notice Their ratio, rounded down; the largest number where nothing is outstanding.
    function coveragePpm() external view returns (uint256);
    /// @notice Set aside for priced batches, in units of the asset.
    function owedUnits() external view returns (uint256);
    /// @notice The redemption era of this moment.
    function currentEra() external view returns (uint64);
    function batchOf(uint64 era) external view returns (Batch memory);
    function requestedOf(uint64 era, address account) external view returns (uint128 grains);
    function postedOf(address account) external view returns (uint128 grains);
    function attestation() external view returns (Attestation memory);
    /// @notice What the attestor signs.
    function attestationDigest(Attestation calldata attestation) external view returns (bytes32);
}
