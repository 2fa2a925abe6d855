# style: classes, an OnlineSoftmax object per query tile and a Tiling object that knows the mask
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Tiling:
    n: int
    size: int
    causal: bool

    def all(self):
        return [(a, min(a + self.size, self.n)) for a in range(0, self.n, self.size)]

    def seen_from(self, tile):
        return [t for t in self.all() if not self.causal or t[0] < tile[1]]

    def hide(self, scores, q_tile, k_tile):
        if self.causal and k_tile[1] - 1 > q_tile[0]:
            i = np.arange(*q_tile).reshape(-1, 1)
            j = np.arange(*k_tile).reshape(1, -1)
            return np.where(j <= i, scores, -np.inf)
        return scores


@dataclass
class OnlineSoftmax:
    rows: int
    width: int
    m: np.ndarray = field(init=False)
    l: np.ndarray = field(init=False)
    acc: np.ndarray = field(init=False)

    def __post_init__(self):
        self.m = np.full((self.rows, 1), -np.inf)
        self.l = np.zeros((self.rows, 1))
        self.acc = np.zeros((self.rows, self.width))

    def update(self, scores, values):
        m_old, self.m = self.m, np.maximum(self.m, scores.max(axis=-1, keepdims=True))
        # everything summed so far was measured against m_old, the larger m makes it smaller
        correction = np.exp(m_old - self.m)
        weights = np.exp(scores - self.m)
        self.l = self.l * correction + weights.sum(axis=-1, keepdims=True)
        self.acc = self.acc * correction + weights @ values

    @property
    def output(self):
        return self.acc / self.l

    @property
    def logsumexp(self):
        return (self.m + np.log(self.l)).ravel()


class FlashAttention:
    def __init__(self, tile_size, causal):
        self.tile_size = tile_size
        self.causal = causal

    def forward(self, Q, K, V):
        B, H, N, D = Q.shape
        tiling = Tiling(N, self.tile_size, self.causal)
        O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
        for b in range(B):
            for h in range(H):
                for q0, q1 in tiling.all():
                    state = OnlineSoftmax(q1 - q0, D)
                    q = Q[b, h, q0:q1] / np.sqrt(D)
                    for k0, k1 in tiling.seen_from((q0, q1)):
                        s = tiling.hide(q @ K[b, h, k0:k1].T, (q0, q1), (k0, k1))
                        state.update(s, V[b, h, k0:k1])
                    O[b, h, q0:q1] = state.output
                    L[b, h, q0:q1] = state.logsumexp
        return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}

    def backward(self, dO, O, L, Q, K, V):
        B, H, N, D = Q.shape
        tiling = Tiling(N, self.tile_size, self.causal)
        dQ, dK, dV = np.zeros(Q.shape), np.zeros(Q.shape), np.zeros(Q.shape)
        for b in range(B):
            for h in range(H):
                for q0, q1 in tiling.all():
                    q, g = Q[b, h, q0:q1] / np.sqrt(D), dO[b, h, q0:q1]
                    delta = (g * O[b, h, q0:q1]).sum(-1, keepdims=True)
                    for k0, k1 in tiling.seen_from((q0, q1)):
                        k, v = K[b, h, k0:k1], V[b, h, k0:k1]
                        s = tiling.hide(q @ k.T, (q0, q1), (k0, k1))
                        p = np.exp(s - L[b, h, q0:q1].reshape(-1, 1))
                        ds = p * (g @ v.T - delta)
                        dV[b, h, k0:k1] += p.T @ g
                        dK[b, h, k0:k1] += ds.T @ q  # q carries the scale already
                        dQ[b, h, q0:q1] += ds @ k / np.sqrt(D)
        return tuple(x.astype(Q.dtype, copy=False) for x in (dQ, dK, dV))


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    return FlashAttention(tile_size, causal).forward(Q, K, V)


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    kept = {name: cache[name] for name in ("O", "L", "Q", "K", "V")}
    return FlashAttention(tile_size, causal).backward(dO, **kept)
