# mistake: the backward skips tiles above the diagonal but does not mask inside the diagonal tile | fails: gradients_equal_the_naive_backward | misconception: mask_missing_in_backward
from typing import NamedTuple

import numpy as np


class Span(NamedTuple):
    a: int
    b: int


def spans(n, t):
    return [Span(a, min(a + t, n)) for a in range(0, n, t)]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for bh in np.ndindex(B, H):
        for r in spans(N, tile_size):
            m, l = np.full(r.b - r.a, -np.inf), np.zeros(r.b - r.a)
            acc = np.zeros((r.b - r.a, D))
            for c in spans(N, tile_size):
                if causal and c.a >= r.b:
                    break
                s = Q[bh][r.a : r.b] @ K[bh][c.a : c.b].T / np.sqrt(D)
                if causal:
                    s[np.arange(*r)[:, None] < np.arange(*c)[None, :]] = -np.inf
                m_new = np.maximum(m, s.max(axis=1))
                p = np.exp(s - m_new[:, None])
                l = l * np.exp(m - m_new) + p.sum(axis=1)
                acc = acc * np.exp(m - m_new)[:, None] + p @ V[bh][c.a : c.b]
                m = m_new
            O[bh][r.a : r.b] = acc / l[:, None]
            L[bh][r.a : r.b] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(Q), np.zeros_like(Q)
    for bh in np.ndindex(B, H):
        for r in spans(N, tile_size):
            q, do = Q[bh][r.a : r.b], dO[bh][r.a : r.b]
            delta = (do * O[bh][r.a : r.b]).sum(axis=1)
            for c in spans(N, tile_size):
                if causal and c.a >= r.b:
                    break
                k, v = K[bh][c.a : c.b], V[bh][c.a : c.b]
                # L was computed from the masked scores, so the mask is already in it
                p = np.exp(q @ k.T / np.sqrt(D) - L[bh][r.a : r.b, None])
                ds = p * (do @ v.T - delta[:, None]) / np.sqrt(D)
                dQ[bh][r.a : r.b] += ds @ k
                dK[bh][c.a : c.b] += ds.T @ q
                dV[bh][c.a : c.b] += p.T @ do
    return dQ, dK, dV
