// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChannels} from "../src/interfaces/IChannels.sol";
import {ChannelFixture} from "./ChannelFixture.sol";

/// Payers, payees, strangers, a guardian and time, in any order, and books of their own. Two plain channels and a task
/// wallet with two providers; vouchers of any size. A call that the contract must take never reverts.
contract ChannelsHandler is ChannelFixture {
    struct Ghost {
        uint256 deposited;
        uint256 refunded;
        uint256 collected;
    }

    IChannels.Config[] private configs;
    bytes32[] public ids;
    Ghost[] public ghosts;
    address[] private providers;
    /// Highest ceiling that the payer signed, and highest charge, by channel and payee.
    mapping(bytes32 => mapping(address => uint256)) public signedGrains;
    mapping(bytes32 => mapping(address => uint256)) public collectedGrains;
    mapping(bytes32 => mapping(address => uint256)) private seenClaimed;
    mapping(bytes32 => mapping(address => uint256)) private seenCommitted;
    uint256 public settled;

    function setUp() public override {
        super.setUp();
        providers = [payee, operator];
        for (uint256 i = 0; i < 2; ++i) {
            IChannels.Config memory config = plainConfig();
            config.salt = bytes32(i);
            add(config);
        }
        add(walletConfig());
        give(stranger);
    }

    function add(IChannels.Config memory config) private {
        configs.push(config);
        ids.push(open(config, DEPOSIT));
        ghosts.push(Ghost(DEPOSIT, 0, 0));
    }

    function claimVoucher(uint256 which, uint256 who, uint128 grains, uint128 charged) external {
        (uint256 at, address to, IChannels.Row memory row) = draw(which, who, grains);
        row.chargedGrains = uint128(bound(charged, 0, row.voucher.cumulativeGrains));
        uint256 before = dueOf(to);
        if (isPaused()) return;
        claim(configs[at], row);
        uint256 paid_ = dueOf(to) - before;
        ghosts[at].collected += paid_;
        collectedGrains[ids[at]][to] += paid_;
        checkRises(at, to);
    }

    function commitVoucher(uint256 which, uint256 who, uint128 grains) external {
        (uint256 at, address to, IChannels.Row memory row) = draw(which, who, grains);
        if (isPaused()) return;
        commit(configs[at], row);
        checkRises(at, to);
    }

    function topUp(uint256 which, uint128 grains) external {
        uint256 at = which % ids.length;
        if (isPaused() || isClosed(at)) return;
        IChannels.State memory before = channels.stateOf(ids[at]);
        grains = uint128(bound(grains, 1, 100e6));
        vm.prank(stranger);
        channels.topUp(configs[at], grains);
        ghosts[at].deposited += grains;
        IChannels.State memory state = channels.stateOf(ids[at]);
        assertEq(state.exitEndsAt, before.exitEndsAt, "nobody else changes an exit");
        assertEq(uint8(state.phase), uint8(before.phase));
    }

    function allot(uint256 who, uint128 grains, uint64 duration) external {
        if (channels.phaseOf(ids[2]) != IChannels.Phase.Open) return;
        uint256 left = channels.stateOf(ids[2]).depositedGrains - wallets.allottedOf(ids[2]);
        if (left == 0) return;
        address to = providers[who % 2];
        uint64 earliestAt = uint64(block.timestamp) + 1;
        if (wallets.partOf(ids[2], to).endsAt > earliestAt) earliestAt = wallets.partOf(ids[2], to).endsAt;
        vm.prank(payer);
        wallets.allot(configs[2], to, uint128(bound(grains, 1, left)), earliestAt + duration % 3 days);
    }

    function releasePart(uint256 who) external {
        vm.prank(stranger);
        try wallets.release(configs[2], providers[who % 2]) {} catch {}
    }

    function withdrawFree() external {
        vm.prank(payer);
        try channels.withdrawFree(configs[2]) returns (uint128 grains) {
            ghosts[2].refunded += grains;
        } catch {}
    }

    function exit(uint256 which, uint256 pick) external {
        if (pick % 4 != 0) return;
        uint256 at = which % ids.length;
        if (channels.phaseOf(ids[at]) == IChannels.Phase.Open) startExit(configs[at]);
    }

    /// A payer always exits: past the end, and whatever pauses there were, nothing reverts.
    function finish(uint256 which) external {
        uint256 at = which % ids.length;
        if (channels.phaseOf(ids[at]) != IChannels.Phase.Exiting) return;
        if (channels.activeNow() < channels.stateOf(ids[at]).exitEndsAt) return;
        ghosts[at].refunded += finishExit(configs[at]);
    }

    function closeTogether(uint256 which, uint256 pick, uint128 grains) external {
        uint256 at = which % 2;
        IChannels.State memory state = channels.stateOf(ids[at]);
        bool isDone = state.phase == IChannels.Phase.Closed && state.committedGrains <= state.claimedGrains;
        if (pick % 8 != 0 || isDone) return;
        grains = uint128(bound(grains, state.claimedGrains, state.depositedGrains));
        bytes memory signature = ecdsa(PAYEE_KEY, channels.closeDigestOf(ids[at], grains, NEVER_MS));
        vm.prank(payer);
        ghosts[at].refunded += channels.close(configs[at], grains, NEVER_MS, "", signature);
        ghosts[at].collected += grains - state.claimedGrains;
        collectedGrains[ids[at]][payee] += grains - state.claimedGrains;
        if (grains > signedGrains[ids[at]][payee]) signedGrains[ids[at]][payee] = grains;
    }

    function settle(uint256 who) external {
        address to = providers[who % 2];
        uint256 before = token.balanceOf(to);
        vm.prank(stranger);
        channels.settleMany(providers, address(token));
        assertGe(token.balanceOf(to), before);
        settled = token.balanceOf(payee) + token.balanceOf(operator);
    }

    function pause(uint64 duration) external {
        vm.prank(guardian);
        try channels.pause(duration % 7 days) {} catch {}
    }

    function strangersTry(uint256 which) external {
        uint256 at = which % ids.length;
        bytes32 state = keccak256(abi.encode(channels.stateOf(ids[at])));
        vm.startPrank(stranger);
        try channels.startExit(configs[at]) {} catch {}
        try channels.finishExit(configs[at]) {} catch {}
        try channels.revokeSigner(configs[at]) {} catch {}
        try channels.close(configs[at], 0, NEVER_MS, "", "") {} catch {}
        vm.stopPrank();
        assertEq(keccak256(abi.encode(channels.stateOf(ids[at]))), state, "nobody else changes an exit");
    }

    function wait(uint256 duration) external {
        vm.warp(block.timestamp + bound(duration, 1, 12 hours));
    }

    // ---- what the laws are held against

    function count() external view returns (uint256) {
        return ids.length;
    }

    function ghostOf(uint256 at) external view returns (Ghost memory) {
        return ghosts[at];
    }

    function stateAt(uint256 at) external view returns (IChannels.State memory) {
        return channels.stateOf(ids[at]);
    }

    function balance() external view returns (uint256) {
        return token.balanceOf(address(channels));
    }

    function provider(uint256 at) external view returns (address) {
        return providers[at];
    }

    function allotted() external view returns (uint256) {
        return wallets.allottedOf(ids[2]);
    }

    /// The payee acts within the exit delay: what its best voucher would bring, before and after the end of the exit.
    function bestVoucherHolds(uint256 which, uint256 pick, uint128 grains) external {
        uint256 at = which % 2;
        if (pick % 8 != 0 || channels.phaseOf(ids[at]) != IChannels.Phase.Open || isPaused()) return;
        startExit(configs[at]);
        uint128 before = uint128(collectedGrains[ids[at]][payee]);
        vm.warp(block.timestamp + DELAY - 1);
        IChannels.State memory state = channels.stateOf(ids[at]);
        grains = uint128(bound(grains, 1, 2 * DEPOSIT));
        if (grains > signedGrains[ids[at]][payee]) signedGrains[ids[at]][payee] = grains;
        commit(configs[at], rowOf(configs[at], grains));
        vm.warp(block.timestamp + 30 days);
        ghosts[at].refunded += finishExit(configs[at]);
        claim(configs[at], rowOf(configs[at], grains));
        uint128 best = grains < state.depositedGrains ? grains : state.depositedGrains;
        uint128 after_ = channels.stateOf(ids[at]).claimedGrains;
        assertGe(after_, best > before ? best : before, "the best voucher is paid");
        ghosts[at].collected += after_ - before;
        collectedGrains[ids[at]][payee] = after_;
    }

    function draw(uint256 which, uint256 who, uint128 grains)
        private
        returns (uint256 at, address to, IChannels.Row memory row)
    {
        at = which % ids.length;
        to = at == 2 ? providers[who % 2] : payee;
        row = rowOf(configs[at], uint128(bound(grains, 0, 2 * DEPOSIT)));
        row.voucher.payee = to;
        sign(configs[at], row, PAYER_KEY);
        uint256 highest = signedGrains[ids[at]][to];
        if (row.voucher.cumulativeGrains > highest) signedGrains[ids[at]][to] = row.voucher.cumulativeGrains;
    }

    function checkRises(uint256 at, address to) private {
        (uint256 claimed, uint256 committed) = channels.streamOf(ids[at], to);
        if (at != 2) {
            IChannels.State memory state = channels.stateOf(ids[at]);
            (claimed, committed) = (state.claimedGrains, state.committedGrains);
        }
        assertGe(claimed, seenClaimed[ids[at]][to], "claimed only rises");
        if (!isClosed(at)) assertGe(committed, seenCommitted[ids[at]][to], "committed only rises");
        (seenClaimed[ids[at]][to], seenCommitted[ids[at]][to]) = (claimed, committed);
    }

    function dueOf(address to) private view returns (uint256 collected) {
        (collected,) = channels.dueOf(to, address(token));
    }

    function isClosed(uint256 at) private view returns (bool) {
        return channels.phaseOf(ids[at]) == IChannels.Phase.Closed;
    }

    function isPaused() private returns (bool paused) {
        uint256 state = vm.snapshotState();
        vm.prank(stranger);
        try channels.claim(new IChannels.Batch[](0)) {}
        catch {
            paused = true;
        }
        vm.revertToState(state);
    }
}

contract ChannelsInvariantTest is ChannelFixture {
    ChannelsHandler private handler;

    function setUp() public override {
        handler = new ChannelsHandler();
        handler.setUp();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = handler.claimVoucher.selector;
        selectors[1] = handler.commitVoucher.selector;
        selectors[2] = handler.topUp.selector;
        selectors[3] = handler.allot.selector;
        selectors[4] = handler.releasePart.selector;
        selectors[5] = handler.withdrawFree.selector;
        selectors[6] = handler.exit.selector;
        selectors[7] = handler.finish.selector;
        selectors[8] = handler.closeTogether.selector;
        selectors[9] = handler.settle.selector;
        selectors[10] = handler.pause.selector;
        selectors[11] = handler.wait.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        bytes4[] memory more = new bytes4[](2);
        more[0] = handler.strangersTry.selector;
        more[1] = handler.bestVoucherHolds.selector;
        targetSelector(FuzzSelector(address(handler), more));
    }

    /// Channels 1: what was deposited is there, collected or refunded, channel by channel, and the balance is the sum.
    function invariant_everyGrainIsSomewhere() public view {
        uint256 owed = 0;
        uint256 collected = 0;
        for (uint256 i = 0; i < handler.count(); ++i) {
            ChannelsHandler.Ghost memory ghost = handler.ghostOf(i);
            IChannels.State memory state = handler.stateAt(i);
            assertEq(state.claimedGrains, ghost.collected);
            assertEq(state.depositedGrains + ghost.refunded, ghost.deposited);
            owed += ghost.deposited - ghost.refunded;
            collected += ghost.collected;
        }
        assertEq(handler.balance() + handler.settled(), owed);
        assertGe(collected, handler.settled());
    }

    /// Channels 2: claimed is at most what was signed, and at most what was deposited; so is what was committed.
    function invariant_claimedIsSignedAndDeposited() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            IChannels.State memory state = handler.stateAt(i);
            assertLe(state.claimedGrains, state.depositedGrains);
            assertLe(state.committedGrains, state.depositedGrains);
            for (uint256 j = 0; j < 2; ++j) {
                bytes32 id = handler.ids(i);
                address to = handler.provider(j);
                assertLe(handler.collectedGrains(id, to), handler.signedGrains(id, to));
            }
        }
    }

    /// Channels 3: no grain of a task wallet is promised to two.
    function invariant_partsAreFunded() public view {
        IChannels.State memory state = handler.stateAt(2);
        if (state.phase != IChannels.Phase.Closed) assertLe(handler.allotted(), state.depositedGrains);
        assertLe(state.claimedGrains, state.committedGrains, "the watermark covers what was claimed");
    }
}
