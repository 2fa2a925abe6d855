# mistake: every key tile assigns the row sum anew instead of adding to the rescaled old one | fails: output_equals_full_softmax_attention | misconception: sum_overwritten
from dataclasses import dataclass

import numpy as np


@dataclass
class Running:
    top: np.ndarray
    total: np.ndarray
    mix: np.ndarray

    def take(self, scores, values):
        top = np.maximum(self.top, scores.max(axis=-1))
        old = np.exp(self.top - top)
        weights = np.exp(scores - top[:, None])
        self.total = weights.sum(axis=-1)
        self.mix = self.mix * old[:, None] + weights @ values
        self.top = top


def starts(N, tile_size):
    return range(0, N, tile_size)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty_like(Q), np.empty((B, H, N), dtype=Q.dtype)
    for b in range(B):
        for h in range(H):
            for i in starts(N, tile_size):
                q = Q[b, h, i : i + tile_size] / D**0.5
                rows = len(q)
                run = Running(
                    np.full(rows, -np.inf, Q.dtype), np.zeros(rows, Q.dtype), np.zeros_like(q)
                )
                for j in starts(N, tile_size):
                    if causal and j > i:
                        break
                    s = q @ K[b, h, j : j + tile_size].T
                    if causal and i == j:
                        s[np.triu_indices(rows, 1)] = -np.inf
                    run.take(s, V[b, h, j : j + tile_size])
                O[b, h, i : i + rows] = run.mix / run.total[:, None]
                L[b, h, i : i + rows] = run.top + np.log(run.total)
    return O, dict(O=O, L=L, Q=Q, K=K, V=V)


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = [cache[c] for c in "QKVOL"]
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b in range(B):
        for h in range(H):
            for i in starts(N, tile_size):
                r = slice(i, i + tile_size)
                delta = (dO[b, h, r] * O[b, h, r]).sum(-1)
                for j in starts(N, tile_size):
                    if causal and j > i:
                        break
                    c = slice(j, j + tile_size)
                    s = Q[b, h, r] @ K[b, h, c].T / D**0.5
                    if causal and i == j:
                        s[np.triu_indices(len(s), 1)] = -np.inf
                    p = np.exp(s - L[b, h, r][:, None])
                    ds = p * (dO[b, h, r] @ V[b, h, c].T - delta[:, None]) / D**0.5
                    dV[b, h, c] += p.T @ dO[b, h, r]
                    dQ[b, h, r] += ds @ K[b, h, c]
                    dK[b, h, c] += ds.T @ Q[b, h, r]
    return dQ, dK, dV
