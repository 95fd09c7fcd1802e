// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBondingCurve} from "./interfaces/IBondingCurve.sol";
import {CurveMath} from "./libraries/CurveMath.sol";

/// @title Implements IBondingCurve, which documents every function.
contract BondingCurve is IBondingCurve, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @param treasury Gets the entry tax.
    /// @param ratioPpm Reserve over market value.
    /// @param taxPpm Of what is paid in to buy.
    /// @param batchSharePpm Most that one batch takes in, of the reserve or of the supply: bounds the step of the price.
    /// @param supplyGrains,reserveUnits Where the curve begins.
    struct Settings {
        IERC20 workToken;
        IERC20 asset;
        address treasury;
        uint64 batchSeconds;
        uint32 ratioPpm;
        uint32 taxPpm;
        uint32 batchSharePpm;
        uint128 supplyGrains;
        uint128 reserveUnits;
    }

    uint256 private constant PPM = 1_000_000;
    /// @dev With half of the supply sold at 2 %, 2^50 is the power: it fits.
    uint256 public constant RATIO_PPM_MIN = 20_000;
    uint256 public constant BATCH_SHARE_PPM_MAX = 500_000;
    /// @dev Beyond it a deposit would no longer fit the powers' range of amounts.
    uint256 private constant AMOUNT_MAX = type(uint128).max;

    IERC20 public immutable workToken;
    IERC20 public immutable asset;
    address public immutable treasury;
    uint64 public immutable batchSeconds;
    uint64 public immutable startedAt;
    uint32 public immutable ratioPpm;
    uint32 public immutable taxPpm;
    uint32 public immutable batchSharePpm;

    bool public isOpen;
    /// @notice The only batch that may have orders and not be executed.
    uint64 public openBatch;
    Pool private _pool;
    mapping(uint64 batch => Batch) private _batches;
    mapping(uint64 batch => mapping(address account => uint256)) public orderOf;

    constructor(Settings memory settings) {
        if (
            address(settings.workToken) == address(0) || address(settings.asset) == address(0)
                || settings.treasury == address(0)
        ) revert ZeroAddress();
        if (settings.batchSeconds == 0) revert ZeroDuration();
        if (settings.ratioPpm < RATIO_PPM_MIN || settings.ratioPpm > PPM) {
            revert RatioOutOfRange(settings.ratioPpm, RATIO_PPM_MIN, PPM);
        }
        if (settings.taxPpm >= PPM) revert TaxOutOfRange(settings.taxPpm);
        if (settings.batchSharePpm == 0 || settings.batchSharePpm > BATCH_SHARE_PPM_MAX) {
            revert BatchShareOutOfRange(settings.batchSharePpm, BATCH_SHARE_PPM_MAX);
        }
        // A full batch ends above its own average price by less than share (1 - ratio) / 2: the tax must eat what somebody
        // who rides along in it and sells at its end would gain from the others.
        uint256 taxMin = Math.ceilDiv(uint256(settings.batchSharePpm) * (PPM - settings.ratioPpm), 2 * PPM);
        if (settings.taxPpm < taxMin) revert TaxBelowStep(settings.taxPpm, taxMin);
        if (settings.supplyGrains == 0 || settings.reserveUnits == 0) {
            revert SupplyOutOfRange(settings.supplyGrains, settings.reserveUnits);
        }
        workToken = settings.workToken;
        asset = settings.asset;
        treasury = settings.treasury;
        batchSeconds = settings.batchSeconds;
        startedAt = uint64(block.timestamp);
        ratioPpm = settings.ratioPpm;
        taxPpm = settings.taxPpm;
        batchSharePpm = settings.batchSharePpm;
        _pool.supplyGrains = settings.supplyGrains;
        _pool.reserveUnits = settings.reserveUnits;
    }

    // ---- whoever gives

    function open() external nonReentrant {
        if (isOpen) revert AlreadyOpen();
        isOpen = true;
        uint256 reserveUnits = _pool.reserveUnits;
        emit Opened(msg.sender, reserveUnits);
        uint256 received = _pull(asset, reserveUnits);
        if (received < reserveUnits) revert OpenedShort(received, reserveUnits);
    }

    function stock(uint256 grains) external nonReentrant {
        if (grains == 0) revert ZeroAmount();
        _pool.inventoryGrains += _pull(workToken, grains);
        emit Stocked(msg.sender, grains, _pool.inventoryGrains);
    }

    // ---- whoever trades

    function buy(uint64 batch, uint256 units) external nonReentrant {
        _checkOrder(batch, Side.Buy);
        uint256 paidIn = _order(batch, Side.Buy, _pull(asset, units));
        (uint256 grains,) = _bought(paidIn);
        if (grains > _pool.inventoryGrains) revert InventoryShort(grains, _pool.inventoryGrains);
    }

    function sell(uint64 batch, uint256 grains) external nonReentrant {
        _checkOrder(batch, Side.Sell);
        _order(batch, Side.Sell, _pull(workToken, grains));
    }

    function execute() external nonReentrant {
        _executeDue();
    }

    function claim(uint64 batch, address account) external nonReentrant returns (uint256 received) {
        return _claim(batch, account, account);
    }

    function claimTo(uint64 batch, address recipient) external nonReentrant returns (uint256 received) {
        if (recipient == address(0)) revert ZeroAddress();
        return _claim(batch, msg.sender, recipient);
    }

    function payTax() external nonReentrant returns (uint256 units) {
        _executeDue();
        units = _pool.taxUnits;
        if (units == 0) revert ZeroAmount();
        _pool.taxUnits = 0;
        emit TaxPaid(treasury, units);
        asset.safeTransfer(treasury, units);
    }

    // ---- views

    function currentBatch() public view returns (uint64) {
        return (uint64(block.timestamp) - startedAt) / batchSeconds;
    }

    function sideOf(uint64 batch) public pure returns (Side) {
        return batch % 2 == 0 ? Side.Buy : Side.Sell;
    }

    function pool() external view returns (Pool memory) {
        return _pool;
    }

    function batchOf(uint64 batch) external view returns (Batch memory) {
        return _batches[batch];
    }

    function mostIn(Side side) public view returns (uint256) {
        uint256 whole = side == Side.Buy ? _pool.reserveUnits : _pool.supplyGrains;
        uint256 room = side == Side.Buy ? Math.saturatingSub(AMOUNT_MAX, whole) : whole;
        return Math.min(whole * batchSharePpm / PPM, room);
    }

    // ---- what the doors above rest on

    function _checkOrder(uint64 batch, Side side) private {
        if (!isOpen) revert NotOpen();
        uint64 current = currentBatch();
        if (batch != current) revert WrongBatch(batch, current);
        if (sideOf(batch) != side) revert WrongSide(batch, sideOf(batch));
        _executeDue();
        openBatch = batch;
    }

    function _order(uint64 batch, Side side, uint256 paid) private returns (uint256 paidIn) {
        if (paid == 0) revert ZeroAmount();
        paidIn = _batches[batch].paidIn + paid;
        uint256 most = mostIn(side);
        if (paidIn > most) revert BatchFull(paidIn, most);
        _batches[batch].paidIn = paidIn;
        orderOf[batch][msg.sender] += paid;
        emit Ordered(batch, side, msg.sender, paid);
    }

    /// @dev The pool does not change while a batch is open, so this is the price that its orders were checked against.
    function _executeDue() private {
        uint64 index = openBatch;
        Batch storage batch = _batches[index];
        uint256 paidIn = batch.paidIn;
        if (index >= currentBatch() || paidIn == 0 || batch.executed) return;
        batch.executed = true;
        Side side = sideOf(index);
        uint256 paidOut;
        uint256 tax = 0;
        if (side == Side.Buy) {
            (paidOut, tax) = _bought(paidIn);
            _pool.supplyGrains += paidOut;
            _pool.inventoryGrains -= paidOut;
            _pool.reserveUnits += paidIn - tax;
            _pool.taxUnits += tax;
        } else {
            paidOut = CurveMath.soldDown(ratioPpm, _pool.supplyGrains, _pool.reserveUnits, paidIn);
            _pool.supplyGrains -= paidIn;
            _pool.inventoryGrains += paidIn;
            _pool.reserveUnits -= paidOut;
        }
        batch.paidOut = paidOut;
        emit Executed(index, side, paidIn, paidOut, tax, _pool.supplyGrains, _pool.reserveUnits);
    }

    function _bought(uint256 paidIn) private view returns (uint256 grains, uint256 tax) {
        tax = CurveMath.taxUp(paidIn, taxPpm);
        grains = CurveMath.boughtDown(ratioPpm, _pool.supplyGrains, _pool.reserveUnits, paidIn - tax);
    }

    function _claim(uint64 index, address account, address recipient) private returns (uint256 received) {
        _executeDue();
        Batch storage batch = _batches[index];
        if (!batch.executed) revert NotExecuted(index);
        uint256 paid = orderOf[index][account];
        if (paid == 0) revert NothingToClaim(index, account);
        orderOf[index][account] = 0;
        received = Math.mulDiv(batch.paidOut, paid, batch.paidIn);
        emit Claimed(index, account, recipient, paid, received);
        IERC20 token = sideOf(index) == Side.Buy ? workToken : asset;
        if (received > 0) token.safeTransfer(recipient, received);
    }

    /// @dev What came, not what was sent: some assets keep a fee.
    function _pull(IERC20 token, uint256 amount) private returns (uint256 received) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
    }
}
