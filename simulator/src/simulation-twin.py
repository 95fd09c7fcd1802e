"""The bench's floating-point twin in NumPy: prints node-epochs a second. Arguments: nodes, epochs."""

import sys
import time

import numpy as np

HOLDBACK_ERAS = 7
EPOCHS_PER_ERA = 24


def run(nodes: int, epochs: int) -> float:
    rng = np.random.default_rng(0)
    capacity = np.full(nodes, 360_000.0)
    weight = 600.0 + (np.arange(nodes) % 7) * 10
    covered = weight * 750
    held_credits = np.zeros((HOLDBACK_ERAS + 1, nodes))
    held_tokens = np.zeros((HOLDBACK_ERAS + 1, nodes))
    paid = np.zeros(nodes)
    price, charged = 2.8, 0.0
    start = time.process_time()
    for epoch in range(epochs):
        willing = np.where(rng.random(nodes) < 0.995, weight, 0.0)
        demanded = 0.7 * 360_000 * nodes * 2.8 / price
        work = np.minimum(willing * (demanded / willing.sum()), capacity)
        charge = work * price
        curve = np.minimum(work, covered)
        charged += charge.sum()
        price *= 1 + 0.0625 * (work.sum() / (360_000 * nodes) - 0.7) / 0.7
        era = epoch // EPOCHS_PER_ERA
        slot = era % (HOLDBACK_ERAS + 1)
        held_credits[slot] += charge * 0.9
        held_tokens[slot] += curve * (0.028 * charged / (epoch + 1) / curve.sum())
        if (epoch + 1) % EPOCHS_PER_ERA == 0:
            due = (era + 1) % (HOLDBACK_ERAS + 1)
            paid += held_credits[due] + held_tokens[due]
            held_credits[due] = 0
            held_tokens[due] = 0
    return nodes * epochs / (time.process_time() - start)


print(run(int(sys.argv[1]), int(sys.argv[2])))
