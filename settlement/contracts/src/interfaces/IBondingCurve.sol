// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A bootstrap market for the work token
/// @notice A curve of constant reserve ratio: price = reserve / (supply * ratio). It trades an inventory of work tokens
/// that it was given and never mints. Time is cut into batches, in turn for buying and for selling: orders of a batch
/// are executed together, at one price, so that the place of an order is nothing and nobody buys and sells in one block.
/// A batch moves the price by a bounded step, known before anybody orders. Every result rounds in the pool's favour:
/// what is bought and sold again never gains, alone or beside others in the same batch. Reserve amounts are in the asset's smallest units.
interface IBondingCurve {
    enum Side {
        Buy,
        Sell
    }

    /// @param supplyGrains Work tokens that the curve's price answers for: those outside its inventory.
    /// @param reserveUnits The asset behind them, all of it held here.
    /// @param inventoryGrains Work tokens for sale.
    /// @param taxUnits Entry tax that the treasury has not fetched yet.
    struct Pool {
        uint256 supplyGrains;
        uint256 reserveUnits;
        uint256 inventoryGrains;
        uint256 taxUnits;
    }

    /// @param paidIn All orders: asset in a buying batch, tokens in a selling one.
    /// @param paidOut What they came to; known once the batch is executed.
    struct Batch {
        uint256 paidIn;
        uint256 paidOut;
        bool executed;
    }

    event Opened(address indexed opener, uint256 reserveUnits);
    event Stocked(address indexed giver, uint256 grains, uint256 inventoryGrains);
    event Ordered(uint64 indexed batch, Side side, address indexed account, uint256 paid);
    event Executed(
        uint64 indexed batch,
        Side side,
        uint256 paidIn,
        uint256 paidOut,
        uint256 taxUnits,
        uint256 supplyGrains,
        uint256 reserveUnits
    );
    event Claimed(
        uint64 indexed batch, address indexed account, address indexed recipient, uint256 paid, uint256 received
    );
    event TaxPaid(address indexed treasury, uint256 units);

    error ZeroAddress();
    error ZeroAmount();
    error ZeroDuration();
    error RatioOutOfRange(uint256 ratioPpm, uint256 minPpm, uint256 maxPpm);
    error BatchShareOutOfRange(uint256 sharePpm, uint256 maxPpm);
    error TaxOutOfRange(uint256 taxPpm);
    /// @notice The entry tax must be at least half of a batch's step of the price, so that riding along gains nothing.
    error TaxBelowStep(uint256 taxPpm, uint256 minPpm);
    error SupplyOutOfRange(uint256 supplyGrains, uint256 reserveUnits);
    error AlreadyOpen();
    error NotOpen();
    /// @notice The asset kept a fee from the first payment.
    error OpenedShort(uint256 receivedUnits, uint256 reserveUnits);
    /// @notice Orders name their batch, so that none lands in one that its sender did not see.
    error WrongBatch(uint64 batch, uint64 currentBatch);
    error WrongSide(uint64 batch, Side side);
    error BatchFull(uint256 paidIn, uint256 mostIn);
    error InventoryShort(uint256 wantedGrains, uint256 inventoryGrains);
    error NotExecuted(uint64 batch);
    error NothingToClaim(uint64 batch, address account);

    /// @notice Pays the first reserve in (by the caller's allowance), for good. Errors: AlreadyOpen, OpenedShort, and the asset's own.
    function open() external;
    /// @notice Gives the curve work tokens to sell (by the caller's allowance), for good. Errors: ZeroAmount, and the token's own.
    function stock(uint256 grains) external;
    /// @notice Orders tokens for `units` of the asset (by allowance; what arrives counts) in a buying batch.
    /// @dev Errors: NotOpen, WrongBatch, WrongSide, ZeroAmount, BatchFull, InventoryShort, and the asset's own.
    function buy(uint64 batch, uint256 units) external;
    /// @notice Offers `grains` of the work token (by allowance) in a selling batch.
    /// @dev Errors: NotOpen, WrongBatch, WrongSide, ZeroAmount, BatchFull, and the token's own.
    function sell(uint64 batch, uint256 grains) external;
    /// @notice Executes a batch that is over, if it has orders. Every other door does this too.
    function execute() external;
    /// @notice Pays an account its part of an executed batch, rounded down. Anyone may.
    /// @dev Errors: NotExecuted, NothingToClaim, and the paying token's own.
    function claim(uint64 batch, address account) external returns (uint256 received);
    /// @notice Pays the caller's own part to somebody else. Errors: ZeroAddress, NotExecuted, NothingToClaim.
    function claimTo(uint64 batch, address recipient) external returns (uint256 received);
    /// @notice Pays the entry tax to the treasury. Anyone may. Errors: ZeroAmount.
    function payTax() external returns (uint256 units);

    function currentBatch() external view returns (uint64);
    function sideOf(uint64 batch) external pure returns (Side);
    function pool() external view returns (Pool memory);
    function batchOf(uint64 batch) external view returns (Batch memory);
    function orderOf(uint64 batch, address account) external view returns (uint256 paid);
    /// @notice Most that the current batch takes in: a share of the reserve, or of the supply.
    function mostIn(Side side) external view returns (uint256);
}
