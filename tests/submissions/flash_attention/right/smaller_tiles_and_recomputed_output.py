# style: dataclass with methods, key tiles of half the size, float64 inside, delta from P and dP
from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass(slots=True)
class Rows:
    """The running state of one tile of queries, in float64."""

    q: np.ndarray
    first: int
    m: np.ndarray = field(init=False)
    l: np.ndarray = field(init=False)
    acc: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.m = np.full((*self.q.shape[:-1], 1), -np.inf)
        self.l = np.zeros_like(self.m)
        self.acc = np.zeros(self.q.shape)

    def scores(self, k: np.ndarray, at: int, causal: bool) -> np.ndarray:
        s = np.matmul(self.q, k.swapaxes(-1, -2), dtype=np.float64) / math.sqrt(k.shape[-1])
        if causal and at + k.shape[-2] - 1 > self.first:
            ahead = np.subtract.outer(np.arange(s.shape[-2]), np.arange(s.shape[-1]))
            np.putmask(s, np.broadcast_to(ahead < at - self.first, s.shape), -np.inf)
        return s

    def take(self, k: np.ndarray, v: np.ndarray, at: int, causal: bool) -> None:
        s = self.scores(k, at, causal)
        m = np.maximum(self.m, s.max(-1, keepdims=True))
        # In a half tile right of the diagonal some rows see nothing. They have seen key 0 before,
        # so m is finite; with m = -inf and l = 0 the next line would make NaN of -inf - -inf.
        old = np.exp(self.m - m)  # at most 1: from the scale of the old m to that of the new
        p = np.exp(s - m)
        self.l = self.l * old + p.sum(-1, keepdims=True)
        self.acc = self.acc * old + p @ v
        self.m = m


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    n = Q.shape[2]
    half = max(1, tile_size // 2)
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:-1], Q.dtype)
    for i in range(0, n, tile_size):
        state = Rows(Q[:, :, i : i + tile_size], i)
        end = min(i + tile_size, n) if causal else n
        for j in range(0, end, half):
            stop = min(j + half, end)
            state.take(K[:, :, j:stop], V[:, :, j:stop], j, causal)
        O[:, :, i : i + tile_size] = state.acc / state.l
        L[:, :, i : i + tile_size] = (state.m + np.log(state.l)).squeeze(-1)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, L = cache["Q"], cache["K"], cache["V"], cache["L"]
    n, half, root = Q.shape[2], max(1, tile_size // 2), math.sqrt(Q.shape[3])
    dQ, dK, dV = (np.zeros(Q.shape) for _ in range(3))
    for i in range(0, n, tile_size):
        here = np.s_[:, :, i : i + tile_size]
        state, do = Rows(Q[here], i), dO[here].astype(np.float64)
        lse = L[here].astype(np.float64)[..., None]
        end = min(i + tile_size, n) if causal else n
        keys = [np.s_[:, :, j : min(j + half, end)] for j in range(0, end, half)]
        delta = np.zeros(lse.shape)
        for at in keys:  # the whole rows first, without O
            p = np.exp(state.scores(K[at], at[2].start, causal) - lse)
            delta += (p * (do @ V[at].swapaxes(2, 3))).sum(-1, keepdims=True)
        for at in keys:
            p = np.exp(state.scores(K[at], at[2].start, causal) - lse)
            ds = p * (do @ V[at].swapaxes(2, 3) - delta) / root
            dQ[here] += ds @ K[at]
            dK[at] += ds.swapaxes(2, 3) @ Q[here]
            dV[at] += p.swapaxes(2, 3) @ do
    return tuple(g.astype(Q.dtype) for g in (dQ, dK, dV))
