# mistake: the mask counts rows and keys from 0 in each tile, so tiles below the diagonal lose half of their keys | fails: output_equals_full_softmax_attention | misconception: mask_in_every_tile
import math

import numpy as np


def tile_scores(q, k, scale, causal):
    s = np.einsum("bhqd,bhkd->bhqk", q, k) * scale
    if causal:
        rows = np.arange(q.shape[2]).reshape(-1, 1)
        cols = np.arange(k.shape[2]).reshape(1, -1)
        s = np.where(cols <= rows, s, -np.inf)
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    scale = 1.0 / math.sqrt(D)
    pieces, logs = [], []
    for start in range(0, N, tile_size):
        q = Q[:, :, start : start + tile_size]
        m = np.full(q.shape[:3], -np.inf, dtype=Q.dtype)
        l = np.zeros(q.shape[:3], dtype=Q.dtype)
        acc = np.zeros(q.shape, dtype=Q.dtype)
        stop = min(start + tile_size, N) if causal else N
        for key in range(0, stop, tile_size):
            s = tile_scores(q, K[:, :, key : key + tile_size], scale, causal)
            m_new = np.maximum(m, s.max(-1))
            p = np.exp(s - m_new[..., None])
            shrink = np.exp(m - m_new)
            l = shrink * l + p.sum(-1)
            acc = shrink[..., None] * acc
            acc += np.einsum("bhqk,bhkd->bhqd", p, V[:, :, key : key + tile_size])
            m = m_new
        pieces.append(acc / l[..., None])
        logs.append(m + np.log(l))
    O, L = np.concatenate(pieces, axis=2), np.concatenate(logs, axis=2)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[n] for n in ("Q", "K", "V", "O", "L"))
    N, D = Q.shape[2:]
    scale = 1.0 / math.sqrt(D)
    delta = (dO * O).sum(-1)
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for start in range(0, N, tile_size):
        r = np.s_[:, :, start : start + tile_size]
        for key in range(0, start + 1 if causal else N, tile_size):
            c = np.s_[:, :, key : key + tile_size]
            s = tile_scores(Q[r], K[c], scale, causal and key == start)
            p = np.exp(s - L[r][..., None])
            dp = np.einsum("bhqd,bhkd->bhqk", dO[r], V[c])
            ds = p * (dp - delta[r][..., None]) * scale
            dQ[r] += np.einsum("bhqk,bhkd->bhqd", ds, K[c])
            dK[c] += np.einsum("bhqk,bhqd->bhkd", ds, Q[r])
            dV[c] += np.einsum("bhqk,bhqd->bhkd", p, dO[r])
    return dQ, dK, dV
