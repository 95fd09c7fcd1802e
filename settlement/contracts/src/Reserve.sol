// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IComplianceGate} from "./interfaces/IComplianceGate.sol";
import {ICredit} from "./interfaces/ICredit.sol";
import {IEmergencyPause} from "./interfaces/IEmergencyPause.sol";
import {IReserve} from "./interfaces/IReserve.sol";
import {ITokenPrice} from "./interfaces/ITokenPrice.sol";
import {ReserveMath} from "./libraries/ReserveMath.sol";

/// @title Implements IReserve, which documents every function.
contract Reserve is IReserve, EIP712, ReentrancyGuard {
    using SafeERC20 for IERC20;
    using SafeERC20 for ICredit;

    /// @param workToken,tokenPrice Zero where no buffer of tokens is kept.
    /// @param attestor Signs the counts of what is held.
    /// @param tokenCoverPpmMin Least value of posted tokens over credits outstanding; 0 where none is demanded.
    /// @param slowWaitSeconds The wait between issues after 0, 1, 2 … steps below the warning line; the last holds on.
    /// @param gate Clears who pays in, and holds what is paid out to whom it does not clear; zero: nobody is asked.
    /// @param pauses May stop issuing, never redeeming; zero: nobody may.
    struct Settings {
        ICredit credit;
        IERC20 asset;
        IERC20 workToken;
        ITokenPrice tokenPrice;
        address attestor;
        uint64 attestationSecondsMax;
        uint64 redemptionEraSeconds;
        uint32 spreadPpm;
        uint32 tokenHaircutPpm;
        uint32 tokenCoverPpmMin;
        Throttle throttle;
        uint32[] slowWaitSeconds;
        IComplianceGate gate;
        IEmergencyPause pauses;
    }

    bytes32 public constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(uint128 assetsGrains,uint128 liabilitiesGrains,uint64 asOf,bytes32 reportHash)");
    /// @notice Scope of the pause, and the gate's name for paying in.
    bytes32 public constant ISSUE = "credit.issue";
    bytes32 public constant REDEEM = "credit.redeem";
    uint256 private constant SLOW_WAITS_MAX = 256;
    uint8 private constant DECIMALS_MAX = 36;

    ICredit public immutable credit;
    IERC20 public immutable asset;
    IERC20 public immutable workToken;
    ITokenPrice public immutable tokenPrice;
    IComplianceGate public immutable gate;
    IEmergencyPause public immutable pauses;
    address public immutable attestor;
    uint64 public immutable attestationSecondsMax;
    uint64 public immutable redemptionEraSeconds;
    uint64 public immutable startedAt;
    uint32 public immutable spreadPpm;
    uint32 public immutable tokenHaircutPpm;
    uint32 public immutable tokenCoverPpmMin;
    /// @dev One of the two is 1.
    uint256 private immutable _unitsPerGrain;
    uint256 private immutable _grainsPerUnit;

    Throttle private _throttle;
    uint32[] private _slowWaitSeconds;
    Attestation private _attestation;
    uint256 public owedUnits;
    uint128 public postedTokens;
    uint64 public lastIssueAt;
    /// @notice The only era that may have unpriced requests.
    uint64 public openEra;
    mapping(uint64 era => Batch) private _batches;
    mapping(uint64 era => mapping(address account => uint128)) public requestedOf;
    mapping(address account => uint128) public postedOf;

    constructor(Settings memory settings) EIP712("Stannary Reserve", "1") {
        _checkSettings(settings);
        address issuer = settings.credit.issuer();
        if (issuer != address(this)) revert NotTheIssuer(issuer);
        credit = settings.credit;
        asset = settings.asset;
        workToken = settings.workToken;
        tokenPrice = settings.tokenPrice;
        gate = settings.gate;
        pauses = settings.pauses;
        attestor = settings.attestor;
        attestationSecondsMax = settings.attestationSecondsMax;
        redemptionEraSeconds = settings.redemptionEraSeconds;
        startedAt = uint64(block.timestamp);
        spreadPpm = settings.spreadPpm;
        tokenHaircutPpm = settings.tokenHaircutPpm;
        tokenCoverPpmMin = settings.tokenCoverPpmMin;
        _throttle = settings.throttle;
        _slowWaitSeconds = settings.slowWaitSeconds;
        uint8 assetDecimals = _decimalsOf(address(settings.asset));
        uint8 creditDecimals = _decimalsOf(address(settings.credit));
        _unitsPerGrain = assetDecimals > creditDecimals ? 10 ** (assetDecimals - creditDecimals) : 1;
        _grainsPerUnit = creditDecimals > assetDecimals ? 10 ** (creditDecimals - assetDecimals) : 1;
    }

    // ---- whoever wants credits

    function issue(address to, uint256 units, uint256 creditGrainsMin)
        external
        nonReentrant
        returns (uint256 creditGrains)
    {
        _priceDue();
        _requireAdmitted(to, units);
        _requireAttested();
        uint256 outstanding = outstandingGrains();
        uint256 coverage = coveragePpm();
        // What came, not what was sent: some assets keep a fee.
        uint256 before = asset.balanceOf(address(this));
        asset.safeTransferFrom(msg.sender, address(this), units);
        uint256 received = asset.balanceOf(address(this)) - before;
        creditGrains = ReserveMath.creditsDown(_grainsDown(received), spreadPpm);
        if (creditGrains == 0) revert ZeroAmount();
        if (creditGrains < creditGrainsMin) revert IssueBelowMin(creditGrains, creditGrainsMin);
        _requireTokenCover(postedTokens, SafeCast.toUint128(outstanding + creditGrains));
        _requirePace(coverage, outstanding, creditGrains);
        lastIssueAt = uint64(block.timestamp);
        emit Issued(msg.sender, to, received, creditGrains, assetsGrains(), outstanding + creditGrains);
        credit.mint(to, creditGrains);
    }

    // ---- whoever wants the asset back

    function requestRedemption(uint128 grains) external nonReentrant returns (uint64 era) {
        if (grains == 0) revert ZeroAmount();
        _priceDue();
        era = currentEra();
        openEra = era;
        _batches[era].requestedGrains += grains;
        requestedOf[era][msg.sender] += grains;
        emit RedemptionRequested(era, msg.sender, grains);
        credit.safeTransferFrom(msg.sender, address(this), grains);
    }

    function priceRedemptions() external nonReentrant {
        _priceDue();
    }

    function claimRedemption(uint64 era, address account) external nonReentrant returns (uint256 units) {
        return _claim(era, account, account);
    }

    function claimRedemptionTo(uint64 era, address recipient) external nonReentrant returns (uint256 units) {
        if (recipient == address(0)) revert ZeroAddress();
        return _claim(era, msg.sender, recipient);
    }

    // ---- the attestor

    function attest(Attestation calldata count, bytes calldata signature) external {
        if (count.asOf <= _attestation.asOf) revert AttestationOld(count.asOf, _attestation.asOf);
        if (count.asOf > block.timestamp) revert AttestationFromFuture(count.asOf);
        if (!SignatureChecker.isValidSignatureNowCalldata(attestor, attestationDigest(count), signature)) {
            revert AttestationUnsigned(attestor);
        }
        _attestation = count;
        emit Attested(attestor, count.asOf, count.assetsGrains, count.liabilitiesGrains, count.reportHash);
    }

    // ---- whoever posts tokens on top

    function postTokens(uint128 grains) external nonReentrant {
        if (address(workToken) == address(0)) revert TokensUnknown();
        if (grains == 0) revert ZeroAmount();
        postedTokens += grains;
        postedOf[msg.sender] += grains;
        emit TokensPosted(msg.sender, grains, postedTokens);
        workToken.safeTransferFrom(msg.sender, address(this), grains);
    }

    function withdrawTokens(uint128 grains) external nonReentrant {
        _priceDue();
        if (grains == 0) revert ZeroAmount();
        if (grains > postedOf[msg.sender]) revert PostedTooLittle(msg.sender, grains, postedOf[msg.sender]);
        uint256 coverage = coveragePpm();
        _requireTokenCover(postedTokens - grains, SafeCast.toUint128(outstandingGrains()));
        if (coverage < _throttle.warnPpm) revert IssueHalted(coverage, _throttle.warnPpm);
        postedTokens -= grains;
        postedOf[msg.sender] -= grains;
        emit TokensWithdrawn(msg.sender, grains, postedTokens);
        workToken.safeTransfer(msg.sender, grains);
    }

    // ---- views

    function assetsGrains() public view returns (uint256) {
        return _grainsDown(Math.saturatingSub(asset.balanceOf(address(this)), owedUnits));
    }

    function outstandingGrains() public view returns (uint256) {
        return credit.totalSupply();
    }

    function coveragePpm() public view returns (uint256) {
        return ReserveMath.coveragePpm(assetsGrains(), outstandingGrains());
    }

    function currentEra() public view returns (uint64) {
        return (uint64(block.timestamp) - startedAt) / redemptionEraSeconds;
    }

    function batchOf(uint64 era) external view returns (Batch memory) {
        return _batches[era];
    }

    function attestation() external view returns (Attestation memory) {
        return _attestation;
    }

    function throttle() external view returns (Throttle memory) {
        return _throttle;
    }

    function slowWaitSeconds() external view returns (uint32[] memory) {
        return _slowWaitSeconds;
    }

    function attestationDigest(Attestation calldata count) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    ATTESTATION_TYPEHASH, count.assetsGrains, count.liabilitiesGrains, count.asOf, count.reportHash
                )
            )
        );
    }

    // ---- what the doors above rest on

    /// @dev Prices the open era if it is over: before anything else changes what a credit gets.
    function _priceDue() private {
        uint64 era = openEra;
        Batch storage batch = _batches[era];
        uint128 requested = batch.requestedGrains;
        if (era >= currentEra() || requested == 0 || batch.outstandingGrains != 0) return;
        uint128 outstanding = SafeCast.toUint128(outstandingGrains());
        uint128 assets = uint128(Math.min(assetsGrains(), type(uint128).max));
        uint256 dueUnits = _unitsDown(ReserveMath.redeemedDown(requested, assets, outstanding));
        batch.assetsGrains = assets;
        batch.outstandingGrains = outstanding;
        batch.dueUnits = dueUnits;
        owedUnits += dueUnits;
        emit RedemptionPriced(era, requested, assets, outstanding, dueUnits);
        credit.burn(requested);
    }

    function _claim(uint64 era, address account, address recipient) private returns (uint256 units) {
        _priceDue();
        Batch storage batch = _batches[era];
        if (batch.outstandingGrains == 0) revert RedemptionNotPriced(era);
        uint128 grains = requestedOf[era][account];
        if (grains == 0) revert NothingToClaim(era, account);
        requestedOf[era][account] = 0;
        uint256 due = _unitsDown(ReserveMath.redeemedDown(grains, batch.assetsGrains, batch.outstandingGrains));
        batch.claimedGrains += grains;
        batch.claimedUnits += due;
        uint256 owed = owedUnits;
        // Should the asset itself have lost some of what was set aside, everybody still waiting loses the same part.
        uint256 held = Math.min(asset.balanceOf(address(this)), owed);
        units = owed == 0 ? 0 : Math.mulDiv(due, held, owed);
        // What rounding left over goes back to those who hold credits, with the last claim.
        bool isLast = batch.claimedGrains == batch.requestedGrains;
        owedUnits = owed - due - (isLast ? batch.dueUnits - batch.claimedUnits : 0);
        emit RedemptionPaid(era, account, recipient, grains, units);
        if (units > 0) _payOut(account, recipient, units);
    }

    /// @dev What the gate does not clear it holds for the recipient: redemption is open, and nothing is forfeited.
    function _payOut(address account, address recipient, uint256 units) private {
        if (_clears(REDEEM, account, recipient, units)) {
            asset.safeTransfer(recipient, units);
            return;
        }
        asset.forceApprove(address(gate), units);
        gate.pay(REDEEM, account, recipient, address(asset), SafeCast.toUint128(units));
    }

    function _clears(bytes32 op, address from, address to, uint256 units) private view returns (bool) {
        return address(gate) == address(0) || gate.clears(op, from, to, address(asset), units);
    }

    function _requireAdmitted(address to, uint256 units) private view {
        if (address(pauses) != address(0) && pauses.isPaused(ISSUE)) revert IssuePaused();
        if (!_clears(ISSUE, msg.sender, to, units)) revert IssueNotCleared(msg.sender, to);
    }

    function _requireAttested() private view {
        Attestation storage last = _attestation;
        if (block.timestamp - last.asOf > attestationSecondsMax) {
            revert AttestationStale(last.asOf, attestationSecondsMax);
        }
        if (last.assetsGrains < last.liabilitiesGrains) {
            revert AttestedShort(last.assetsGrains, last.liabilitiesGrains);
        }
    }

    function _requireTokenCover(uint128 tokens, uint128 outstanding) private view {
        if (tokenCoverPpmMin == 0) return;
        uint256 value = ReserveMath.haircutDown(tokens, _price(), tokenHaircutPpm);
        if (value * ReserveMath.PPM < uint256(outstanding) * tokenCoverPpmMin) {
            revert TokenCoverShort(value, outstanding);
        }
    }

    /// @dev An oracle that fails is a halted one: its tokens count nothing.
    function _price() private view returns (uint128) {
        try tokenPrice.tokenPriceMicrograins() returns (uint128 price) {
            return price;
        } catch {
            return 0;
        }
    }

    function _requirePace(uint256 coverage, uint256 outstanding, uint256 creditGrains) private view {
        Throttle memory rule = _throttle;
        (ReserveMath.Pace pace, uint256 steps) = ReserveMath.paceOf(coverage, rule.warnPpm, rule.haltPpm, rule.stepPpm);
        // Whoever paid a whole unit into a reserve that pays less would lose at once.
        if (pace == ReserveMath.Pace.Halted || coverage < ReserveMath.PPM) revert IssueHalted(coverage, rule.haltPpm);
        bool slow = pace == ReserveMath.Pace.Slow;
        uint256 wait = slow ? _slowWaitSeconds[Math.min(steps, _slowWaitSeconds.length - 1)] : rule.waitSecondsMin;
        uint256 since = block.timestamp - lastIssueAt;
        if (since < wait) revert IssueTooEarly(since, wait);
        uint256 most = Math.mulDiv(outstanding, rule.slowIssuePpm, ReserveMath.PPM);
        if (slow && creditGrains > most) revert IssueTooLarge(creditGrains, most);
    }

    function _grainsDown(uint256 units) private view returns (uint256) {
        return units * _grainsPerUnit / _unitsPerGrain;
    }

    function _unitsDown(uint256 grains) private view returns (uint256) {
        return grains * _unitsPerGrain / _grainsPerUnit;
    }

    function _decimalsOf(address token) private view returns (uint8 decimals) {
        decimals = IERC20Metadata(token).decimals();
        if (decimals > DECIMALS_MAX) revert DecimalsTooMany(decimals);
    }

    function _checkSettings(Settings memory settings) private pure {
        if (
            address(settings.credit) == address(0) || address(settings.asset) == address(0)
                || settings.attestor == address(0)
        ) revert ZeroAddress();
        address asset_ = address(settings.asset);
        if (asset_ == address(settings.credit) || asset_ == address(settings.workToken)) revert AssetRefused(asset_);
        if (settings.attestationSecondsMax == 0 || settings.redemptionEraSeconds == 0) revert ZeroDuration();
        if (settings.spreadPpm >= ReserveMath.PPM) revert PpmTooLarge(settings.spreadPpm);
        if (settings.tokenHaircutPpm > ReserveMath.PPM) revert PpmTooLarge(settings.tokenHaircutPpm);
        bool hasTokens = address(settings.workToken) != address(0) && address(settings.tokenPrice) != address(0);
        if (settings.tokenCoverPpmMin > 0 && !hasTokens) revert TokensUnknown();
        uint32[] memory waits = settings.slowWaitSeconds;
        Throttle memory rule = settings.throttle;
        if (rule.stepPpm == 0 || rule.haltPpm > rule.warnPpm || waits.length == 0 || waits.length > SLOW_WAITS_MAX) {
            revert MalformedThrottle();
        }
        for (uint256 i = 1; i < waits.length; ++i) {
            if (waits[i] < waits[i - 1]) revert MalformedThrottle();
        }
    }
}
