# mistake: the forward never divides the scores by sqrt(D) | fails: output_equals_full_softmax_attention | misconception: no_scaling
from math import ceil, sqrt

import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    q_all, k_all, v_all = (np.array(x, order="C").reshape(B * H, N, D) for x in (Q, K, V))
    O, L = np.zeros((B * H, N, D), Q.dtype), np.zeros((B * H, N))
    for g in range(B * H):
        for i in range(ceil(N / tile_size)):
            lo, hi = i * tile_size, min((i + 1) * tile_size, N)
            m, l = np.full(hi - lo, -np.inf), np.zeros(hi - lo)
            acc = np.zeros((hi - lo, D))
            for j in range(i + 1 if causal else ceil(N / tile_size)):
                start, end = j * tile_size, min((j + 1) * tile_size, N)
                s = q_all[g, lo:hi] @ k_all[g, start:end].T
                if causal and i == j:
                    s[np.triu_indices_from(s, 1)] = -np.inf
                m_new = np.maximum(m, s.max(1))
                c, p = np.exp(m - m_new), np.exp(s - m_new[:, None])
                l, m = c * l + p.sum(1), m_new
                acc = c[:, None] * acc + p @ v_all[g, start:end]
            O[g, lo:hi], L[g, lo:hi] = acc / l[:, None], m + np.log(l)
    shape = (B, H, N, D)
    O = O.reshape(shape)
    cache = {"Q": q_all.reshape(shape), "K": k_all.reshape(shape), "V": v_all.reshape(shape)}
    return O, cache | {"O": O, "L": L.reshape(B, H, N)}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    B, H, N, D = dO.shape
    Q, K, V, O, do = (
        x.reshape(B * H, N, D) for x in (cache["Q"], cache["K"], cache["V"], cache["O"], dO)
    )
    L = cache["L"].reshape(B * H, N)
    dQ, dK, dV = np.zeros((3, B * H, N, D))
    for g in range(B * H):
        for i in range(ceil(N / tile_size)):
            r = slice(i * tile_size, min((i + 1) * tile_size, N))
            delta = (do[g, r] * O[g, r]).sum(1)
            for j in range(i + 1 if causal else ceil(N / tile_size)):
                c = slice(j * tile_size, min((j + 1) * tile_size, N))
                p = np.exp(Q[g, r] @ K[g, c].T / sqrt(D) - L[g, r, None])
                if causal and i == j:
                    p[np.triu_indices_from(p, 1)] = 0
                ds = p * (do[g, r] @ V[g, c].T - delta[:, None])
                dV[g, c] += p.T @ do[g, r]
                dQ[g, r] += ds @ K[g, c] / sqrt(D)
                dK[g, c] += ds.T @ Q[g, r] / sqrt(D)
    return tuple(x.reshape(B, H, N, D).astype(dO.dtype) for x in (dQ, dK, dV))
