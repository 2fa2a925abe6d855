# mistake: dS is used for dQ and dK as it is, neither of them is divided by sqrt(D) | fails: gradients_equal_the_naive_backward | misconception: scale_missing_in_dq_and_dk
import math

import numpy as np


def _tiles(n, size):
    return zip(range(0, n, size), [*range(size, n, size), n])


def _tile(q, k, i, j, causal, scale):
    """Scores of the queries from i on and the keys from j on."""
    s = np.dot(q, k.T) * scale
    if causal:
        for row in range(max(0, j - i), min(len(q), j + len(k) - i)):
            s[row, i + row + 1 - j :] = -np.inf
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros_like(Q), np.zeros((B, H, N), Q.dtype)
    for b, h in ((b, h) for b in range(B) for h in range(H)):
        q, k, v = Q[b, h], K[b, h], V[b, h]
        for i, i_end in _tiles(N, tile_size):
            m = np.full(i_end - i, -math.inf, Q.dtype)
            l = np.zeros(i_end - i, Q.dtype)
            acc = np.zeros((D, i_end - i), Q.dtype)
            for j, j_end in _tiles(i_end if causal else N, tile_size):
                s = _tile(q[i:i_end], k[j:j_end], i, j, causal, D**-0.5)
                top = np.maximum(m, s.max(axis=1))
                e = np.exp(s - top[:, None])
                m, factor = top, np.exp(m - top)
                l = l * factor + e.sum(axis=1)
                acc = acc * factor + v[j:j_end].T @ e.T
            O[b, h, i:i_end] = (acc / l).T
            L[b, h, i:i_end] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b, h in ((b, h) for b in range(B) for h in range(H)):
        q, k, v, g = Q[b, h], K[b, h], V[b, h], dO[b, h]
        delta = (g * O[b, h]).sum(axis=1)
        for i, i_end in _tiles(N, tile_size):
            for j, j_end in _tiles(i_end if causal else N, tile_size):
                s = _tile(q[i:i_end], k[j:j_end], i, j, causal, D**-0.5)
                p = np.exp(s - L[b, h, i:i_end, None])
                ds = p * (g[i:i_end] @ v[j:j_end].T - delta[i:i_end, None])
                dV[b, h, j:j_end] += p.T @ g[i:i_end]
                dQ[b, h, i:i_end] += ds @ k[j:j_end]
                dK[b, h, j:j_end] += ds.T @ q[i:i_end]
    return dQ, dK, dV
