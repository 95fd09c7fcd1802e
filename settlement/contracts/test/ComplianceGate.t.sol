// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ComplianceGate} from "../src/ComplianceGate.sol";
import {IComplianceGate} from "../src/interfaces/IComplianceGate.sol";
import {IPolicy} from "../src/interfaces/IPolicy.sol";

/// Blocks whom it is told to block.
contract BlockList is IPolicy {
    mapping(address account => bool) public isBlocked;

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function check(bytes32, address from, address to, address, uint256) external view returns (bool) {
        return !isBlocked[from] && !isBlocked[to];
    }
}

/// Answers in every way in which a policy must not be believed.
contract BadPolicy {
    enum Kind {
        Reverts,
        BurnsGas,
        SaysTwo,
        SaysNothing,
        SaysTooMuch,
        Reenters
    }

    Kind public kind;
    ComplianceGate public gate;

    constructor(Kind kind_, ComplianceGate gate_) {
        kind = kind_;
        gate = gate_;
    }

    fallback() external {
        if (kind == Kind.Reverts) revert("no");
        if (kind == Kind.BurnsGas) while (true) {}
        if (kind == Kind.SaysNothing) return;
        if (kind == Kind.Reenters) gate.release(1);
        uint256 size = kind == Kind.SaysTooMuch ? 0x40 : 0x20;
        uint256 word = kind == Kind.SaysTwo ? 2 : 1;
        assembly {
            mstore(0, word)
            mstore(0x20, word)
            return(0, size)
        }
    }
}

contract Cash is ERC20 {
    uint256 public feePpm;
    address public refused;
    ComplianceGate public reentered;

    constructor() ERC20("Cash", "CASH") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setFee(uint256 ppm) external {
        feePpm = ppm;
    }

    function refuse(address to) external {
        refused = to;
    }

    function reenter(ComplianceGate gate) external {
        reentered = gate;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(to == address(0) || to != refused, "refused");
        if (address(reentered) != address(0)) {
            ComplianceGate gate = reentered;
            reentered = ComplianceGate(address(0));
            gate.release(1);
        }
        uint256 fee = from == address(0) ? 0 : amount * feePpm / 1_000_000;
        if (fee > 0) super._update(from, address(0), fee);
        super._update(from, to, amount - fee);
    }
}

abstract contract GateFixture is Test {
    uint64 internal constant GOVERNANCE_ROLE = 1;
    bytes32 internal constant CLAIM = "claim";

    address internal immutable payer = makeAddr("payer");
    address internal immutable payee = makeAddr("payee");
    address internal immutable custodian = makeAddr("custodian");

    ComplianceGate internal gate;
    BlockList internal list;
    Cash internal cash;

    function setUp() public virtual {
        AccessManager manager = new AccessManager(address(this));
        gate = new ComplianceGate(address(manager));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = ComplianceGate.setPolicy.selector;
        manager.setTargetFunctionRole(address(gate), selectors, GOVERNANCE_ROLE);
        manager.grantRole(GOVERNANCE_ROLE, address(this), 0);
        list = new BlockList();
        cash = new Cash();
        cash.mint(address(this), type(uint128).max);
        cash.approve(address(gate), type(uint256).max);
    }

    function pay(uint128 amount) internal returns (uint256) {
        return gate.pay(CLAIM, payer, payee, address(cash), amount);
    }

    function block_(address account) internal {
        gate.setPolicy(list);
        list.setBlocked(account, true);
    }

    function held() internal returns (uint256 holdId) {
        block_(payee);
        return pay(100);
    }
}

contract ComplianceGateTest is GateFixture {
    function test_withoutAPolicyEverythingPasses() public {
        assertEq(pay(100), 0);
        assertEq(cash.balanceOf(payee), 100);
    }

    function test_whatAPolicyClearsPasses() public {
        gate.setPolicy(list);
        assertEq(pay(100), 0);
        assertEq(cash.balanceOf(payee), 100);
    }

    function test_whatIsBlockedIsHeldAndReleasedWhenCleared() public {
        uint256 holdId = held();
        assertEq(cash.balanceOf(payee), 0);
        assertEq(gate.heldOf(payee, address(cash)), 100);
        assertEq(gate.holdOf(holdId).from, payer);
        vm.expectRevert(abi.encodeWithSelector(IComplianceGate.StillBlocked.selector, holdId, payee));
        gate.release(holdId);
        list.setBlocked(payee, false);
        vm.prank(makeAddr("anyone"));
        gate.release(holdId);
        assertEq(cash.balanceOf(payee), 100);
        assertEq(gate.heldTotal(address(cash)), 0);
    }

    function test_whatIsHeldIsReleasedWhenThePolicyGoes() public {
        uint256 holdId = held();
        gate.setPolicy(IPolicy(address(0)));
        gate.release(holdId);
        assertEq(cash.balanceOf(payee), 100);
    }

    function test_thePayeeNamesALawfulPath() public {
        uint256 holdId = held();
        vm.prank(payee);
        gate.releaseTo(holdId, custodian);
        assertEq(cash.balanceOf(custodian), 100);
        assertEq(gate.heldOf(payee, address(cash)), 0);
    }

    function test_attack_anotherNamesThePath() public {
        uint256 holdId = held();
        vm.expectRevert(abi.encodeWithSelector(IComplianceGate.NotPayee.selector, holdId, address(this), payee));
        gate.releaseTo(holdId, address(this));
    }

    function test_attack_thePathIsBlockedToo() public {
        uint256 holdId = held();
        list.setBlocked(custodian, true);
        vm.prank(payee);
        vm.expectRevert(abi.encodeWithSelector(IComplianceGate.StillBlocked.selector, holdId, custodian));
        gate.releaseTo(holdId, custodian);
    }

    function test_attack_policiesThatMustNotBeBelieved() public {
        for (uint8 kind = 0; kind <= uint8(type(BadPolicy.Kind).max); ++kind) {
            gate.setPolicy(IPolicy(address(new BadPolicy(BadPolicy.Kind(kind), gate))));
            uint256 before = gasleft();
            assertGt(pay(100), 0, "held");
            assertLt(before - gasleft(), 500_000, "and not at any price");
        }
        assertEq(cash.balanceOf(payee), 0);
        gate.setPolicy(IPolicy(address(0)));
        for (uint256 holdId = 1; holdId <= gate.holdCount(); ++holdId) {
            gate.release(holdId);
        }
        assertEq(cash.balanceOf(payee), 600);
    }

    function test_attack_aCallerStarvesThePolicy() public {
        gate.setPolicy(list);
        vm.expectPartialRevert(IComplianceGate.GasTooLow.selector);
        gate.pay{gas: 150_000}(CLAIM, payer, payee, address(cash), 100);
    }

    function test_attack_theAssetReenters() public {
        uint256 holdId = held();
        cash.reenter(gate);
        vm.expectRevert();
        pay(100);
        list.setBlocked(payee, false);
        cash.reenter(gate);
        vm.expectRevert();
        gate.release(holdId);
        assertEq(gate.heldTotal(address(cash)), 100);
    }

    function test_anAssetThatRefusesThePayeeIsHeld() public {
        cash.refuse(payee);
        uint256 holdId = pay(100);
        assertGt(holdId, 0);
        vm.prank(payee);
        gate.releaseTo(holdId, custodian);
        assertEq(cash.balanceOf(custodian), 100);
    }

    function test_anAssetThatKeepsAFeeIsNotOverpaid() public {
        block_(payee);
        cash.setFee(10_000);
        pay(1_000);
        assertEq(gate.heldTotal(address(cash)), 990);
        assertEq(cash.balanceOf(address(gate)), 990);
    }

    function test_NotPayee() public {
        uint256 holdId = held();
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(IComplianceGate.NotPayee.selector, holdId, payer, payee));
        gate.releaseTo(holdId, payer);
    }

    function test_StillBlocked() public {
        uint256 holdId = held();
        vm.expectRevert(abi.encodeWithSelector(IComplianceGate.StillBlocked.selector, holdId, payee));
        gate.release(holdId);
    }

    /// How much was left is the compiler's matter; how much is needed is not.
    function test_GasTooLow() public {
        gate.setPolicy(list);
        try gate.clears{gas: 50_000}(CLAIM, payer, payee, address(cash), 100) {
            revert("it was answered");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IComplianceGate.GasTooLow.selector);
            (uint256 left, uint256 needed) = this.twoWords(reason);
            assertLt(left, 50_000);
            assertEq(needed, gate.POLICY_GAS() * 64 / 63 + 10_000);
        }
    }

    function twoWords(bytes calldata reason) external pure returns (uint256, uint256) {
        return abi.decode(reason[4:], (uint256, uint256));
    }

    function test_HoldUnknown() public {
        bytes memory reason = abi.encodeWithSelector(IComplianceGate.HoldUnknown.selector, 1);
        vm.expectRevert(reason);
        gate.release(1);
        vm.expectRevert(reason);
        gate.releaseTo(1, custodian);
        uint256 holdId = held();
        list.setBlocked(payee, false);
        gate.release(holdId);
        vm.expectRevert(reason);
        gate.release(holdId);
    }

    function test_ZeroAddress() public {
        vm.expectRevert(IComplianceGate.ZeroAddress.selector);
        gate.pay(CLAIM, payer, address(0), address(cash), 1);
        uint256 holdId = held();
        vm.prank(payee);
        vm.expectRevert(IComplianceGate.ZeroAddress.selector);
        gate.releaseTo(holdId, address(0));
        vm.expectRevert(IComplianceGate.ZeroAddress.selector);
        new ComplianceGate(address(0));
    }

    function test_ZeroAmount() public {
        vm.expectRevert(IComplianceGate.ZeroAmount.selector);
        pay(0);
    }

    function test_anAssetThatKeepsEverythingPaysNothing() public {
        cash.setFee(1_000_000);
        vm.expectRevert(IComplianceGate.ZeroAmount.selector);
        pay(100);
    }

    function test_PayeeIsGate() public {
        vm.expectRevert(IComplianceGate.PayeeIsGate.selector);
        gate.pay(CLAIM, payer, address(gate), address(cash), 1);
        uint256 holdId = held();
        vm.prank(payee);
        vm.expectRevert(IComplianceGate.PayeeIsGate.selector);
        gate.releaseTo(holdId, address(gate));
    }

    function test_PolicyWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(IComplianceGate.PolicyWithoutCode.selector, payee));
        gate.setPolicy(IPolicy(payee));
    }

    function test_onlyGovernanceSetsThePolicy() public {
        vm.prank(payee);
        vm.expectRevert();
        gate.setPolicy(list);
    }
}

contract GateHandler is Test {
    ComplianceGate private gate;
    BlockList private list;
    Cash private cash;
    uint256 public ghostPaid;
    uint256 public ghostHeld;

    constructor(ComplianceGate gate_, BlockList list_, Cash cash_) {
        (gate, list, cash) = (gate_, list_, cash_);
        cash.mint(address(this), type(uint128).max);
        cash.approve(address(gate), type(uint256).max);
    }

    function person(uint256 which) private pure returns (address) {
        return address(uint160(0x2001 + which % 3));
    }

    function pay(uint256 which, uint128 amount) external {
        amount = uint128(bound(amount, 1, 1e18));
        if (gate.pay("claim", address(this), person(which), address(cash), amount) == 0) ghostPaid += amount;
        else ghostHeld += amount;
    }

    function setBlocked(uint256 which, bool blocked) external {
        list.setBlocked(person(which), blocked);
    }

    function release(uint256 which) external {
        if (gate.holdCount() == 0) return;
        uint256 holdId = bound(which, 1, gate.holdCount());
        uint128 amount = gate.holdOf(holdId).amount;
        if (amount == 0 || list.isBlocked(gate.holdOf(holdId).to)) return;
        gate.release(holdId);
        (ghostHeld, ghostPaid) = (ghostHeld - amount, ghostPaid + amount);
    }

    function releaseTo(uint256 which, uint256 whom) external {
        if (gate.holdCount() == 0) return;
        uint256 holdId = bound(which, 1, gate.holdCount());
        IComplianceGate.Hold memory hold = gate.holdOf(holdId);
        if (hold.amount == 0 || list.isBlocked(person(whom))) return;
        vm.prank(hold.to);
        gate.releaseTo(holdId, person(whom));
        (ghostHeld, ghostPaid) = (ghostHeld - hold.amount, ghostPaid + hold.amount);
    }
}

contract ComplianceGateInvariantTest is GateFixture {
    GateHandler private handler;

    function setUp() public override {
        super.setUp();
        gate.setPolicy(list);
        handler = new GateHandler(gate, list, cash);
        targetContract(address(handler));
    }

    /// Gate 1: what is held is there, and nothing that was paid in is anywhere but held or paid.
    function invariant_whatIsHeldIsThere() public view {
        assertEq(gate.heldTotal(address(cash)), cash.balanceOf(address(gate)));
        assertEq(gate.heldTotal(address(cash)), handler.ghostHeld());
        uint256 out = 0;
        uint256 owed = 0;
        for (uint256 i = 0; i < 3; ++i) {
            out += cash.balanceOf(address(uint160(0x2001 + i)));
            owed += gate.heldOf(address(uint160(0x2001 + i)), address(cash));
        }
        assertEq(out, handler.ghostPaid());
        assertEq(owed, handler.ghostHeld());
    }
}
