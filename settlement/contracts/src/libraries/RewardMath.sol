// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What a node earned in an epoch
/// @notice The kernel's arithmetic of one node and epoch: charges up, everything else down.
/// @dev Twin of the kernel's `settleColumns`, `curveWeight`, `operatorCap` and `cappedWeight`, equal on
/// test/vectors/rewards.json. Amounts are grains, work is NCU·ms, shares are millionths; every input is at most
/// 2^64 - 1, so no product leaves 256 bits (sums of as many charges as a transaction can carry are below 2^96): the arithmetic is
/// unchecked, and none of the functions reverts, whatever a poster wrote.
library RewardMath {
    enum CurveKind {
        /// min(w, kappa b).
        LinearCapped,
        /// b phi(w/b), phi piecewise linear.
        Perspective,
        /// A curve that is not computed here: its tokens are taken as posted.
        Other
    }

    /// @param kappaNumerator,kappaDenominator NCU·ms that a bonded grain covers.
    /// @param untilPpm Where each piece ends, as a share of the work that the bond covers; `NOWHERE`: nowhere.
    /// @param slopePpm Weight of a unit of work on each piece.
    struct Curve {
        CurveKind kind;
        uint64 kappaNumerator;
        uint64 kappaDenominator;
        uint64[] untilPpm;
        uint64[] slopePpm;
    }

    /// @notice The rules and sums of one class in one epoch.
    /// @param className As in the node registry.
    /// @param economyHash The economy file in force.
    /// @param emissionGrains What the class divides.
    /// @param chargedGrains What its nodes charged, take included.
    /// @param weight What its shares are divided by: the sum of its nodes' curve weights.
    /// @param operatorCapPpm Most of the weight that one operator may have.
    /// @param takePpm The network's part of every charge.
    struct ClassParams {
        uint64 epoch;
        uint8 classIndex;
        bytes32 className;
        bytes32 economyHash;
        uint64 emissionGrains;
        uint64 chargedGrains;
        uint64 weight;
        uint64 operatorCapPpm;
        uint64 takePpm;
        Curve curve;
    }

    /// @notice One charge: up(ncuMs * price + coveredNcuMs * coveredPrice), prices in micrograins per NCU·s.
    /// @param coveredNcuMs Work that an entitlement pays for, at a price of its own.
    struct ChargeLine {
        uint64 ncuMs;
        uint64 price;
        uint64 coveredNcuMs;
        uint64 coveredPrice;
    }

    /// @notice All that a node's result of an epoch follows from, beside the rules of its class.
    /// @param auditNcuMs Work of blind replicas, which weighs and is charged to nobody.
    /// @param reservedNcuMs Reserved capacity that was used.
    /// @param reservedGrains Pay of reserved capacity, as its contracts divide it.
    /// @param operatorWeight Curve weights of all of the operator's nodes in the class.
    /// @param lastSeq Sequence number of the node's last batch that was settled by then; 0: it never sent one.
    /// @param batchId That batch.
    /// @param r,s The device's signature of it.
    struct AccrualInputs {
        uint64 auditNcuMs;
        uint64 reservedNcuMs;
        uint64 reservedGrains;
        uint64 bondGrains;
        uint64 operatorWeight;
        uint64 lastSeq;
        bytes32 batchId;
        bytes32 r;
        bytes32 s;
        ChargeLine[] lines;
    }

    uint64 internal constant NOWHERE = type(uint64).max;
    uint256 private constant MILLION = 1_000_000;
    uint256 private constant NCU_MS_MICROGRAINS_PER_GRAIN = 1_000_000_000;
    uint256 private constant PIECES_MAX = 8;

    /// @notice What the node earned. `areTokensKnown` is false under a curve that is not computed here.
    function accrual(ClassParams calldata params, AccrualInputs calldata inputs)
        internal
        pure
        returns (uint256 credits, uint256 tokens, bool areTokensKnown)
    {
        unchecked {
            uint256 work = uint256(inputs.auditNcuMs) + inputs.reservedNcuMs;
            credits = inputs.reservedGrains;
            for (uint256 i = 0; i < inputs.lines.length; ++i) {
                ChargeLine calldata line = inputs.lines[i];
                work += uint256(line.ncuMs) + line.coveredNcuMs;
                credits += earned(charge(line), params.takePpm);
            }
            if (params.curve.kind == CurveKind.Other) return (credits, 0, false);
            uint256 own = curveWeight(params.curve, work, inputs.bondGrains);
            uint256 cap = operatorCap(params.operatorCapPpm, params.weight);
            tokens = share(params.emissionGrains, cappedWeight(own, inputs.operatorWeight, cap), params.weight);
            return (credits, tokens, true);
        }
    }

    /// @notice A curve that can be computed: a positive divisor, pieces of rising ends, few of them.
    function isWellFormed(Curve calldata curve) internal pure returns (bool) {
        if (curve.kind == CurveKind.Other) return true;
        if (curve.kappaDenominator == 0 || curve.untilPpm.length != curve.slopePpm.length) return false;
        if (curve.untilPpm.length > PIECES_MAX) return false;
        for (uint256 i = 1; i < curve.untilPpm.length; ++i) {
            if (curve.untilPpm[i] <= curve.untilPpm[i - 1]) return false;
        }
        return true;
    }

    function charge(ChargeLine calldata line) internal pure returns (uint256) {
        unchecked {
            uint256 micrograins = uint256(line.ncuMs) * line.price + uint256(line.coveredNcuMs) * line.coveredPrice;
            return _divideUp(micrograins, NCU_MS_MICROGRAINS_PER_GRAIN);
        }
    }

    /// @notice A charge less the take, which is rounded up.
    function earned(uint256 chargeGrains, uint256 takePpm) internal pure returns (uint256) {
        unchecked {
            uint256 take = _divideUp(chargeGrains * takePpm, MILLION);
            return take > chargeGrains ? 0 : chargeGrains - take;
        }
    }

    function curveWeight(Curve calldata curve, uint256 work, uint256 bond) internal pure returns (uint256) {
        unchecked {
            if (curve.kappaDenominator == 0) return 0;
            uint256 covered = bond * curve.kappaNumerator / curve.kappaDenominator;
            if (curve.kind == CurveKind.LinearCapped) return Math.min(work, covered);
            return _perspectiveWeight(curve, work, covered);
        }
    }

    /// @notice An operator's largest weight in a class.
    function operatorCap(uint256 operatorCapPpm, uint256 classWeight) internal pure returns (uint256) {
        unchecked {
            return classWeight * operatorCapPpm / MILLION;
        }
    }

    /// @notice A node's weight after its operator's cap, of which the excess is carried.
    function cappedWeight(uint256 weight, uint256 operatorWeight, uint256 cap) internal pure returns (uint256) {
        unchecked {
            return operatorWeight <= cap ? weight : weight * cap / operatorWeight;
        }
    }

    /// @notice A weight's part of the emission.
    function share(uint256 emission, uint256 weight, uint256 classWeight) internal pure returns (uint256) {
        unchecked {
            return classWeight == 0 ? 0 : emission * weight / classWeight;
        }
    }

    /// @dev Sum of slope * (part of the work on the piece), rounded down once.
    function _perspectiveWeight(Curve calldata curve, uint256 work, uint256 covered) private pure returns (uint256) {
        unchecked {
            uint256 from = 0;
            uint256 weighed = 0;
            uint256 pieces = Math.min(curve.untilPpm.length, curve.slopePpm.length);
            for (uint256 i = 0; i < pieces && from < work; ++i) {
                uint64 untilPpm = curve.untilPpm[i];
                uint256 until = untilPpm == NOWHERE ? work : Math.min(work, covered * untilPpm / MILLION);
                if (until <= from) continue;
                weighed += (until - from) * curve.slopePpm[i];
                from = until;
            }
            return weighed / MILLION;
        }
    }

    function _divideUp(uint256 product, uint256 divisor) private pure returns (uint256) {
        unchecked {
            return (product + divisor - 1) / divisor;
        }
    }
}
