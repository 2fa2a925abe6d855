# style: four plain nested loops, two-dimensional tiles, nothing clever
import math

import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    n_batch, n_heads, seq_len, d = Q.shape
    out = np.zeros(Q.shape, dtype=Q.dtype)
    lse = np.zeros((n_batch, n_heads, seq_len), dtype=Q.dtype)
    n_tiles = math.ceil(seq_len / tile_size)

    for b in range(n_batch):
        for h in range(n_heads):
            for i in range(n_tiles):
                rows = slice(i * tile_size, min((i + 1) * tile_size, seq_len))
                q = Q[b, h, rows].astype(np.float64) / math.sqrt(d)
                n_rows = q.shape[0]
                m = np.full(n_rows, -np.inf)
                l = np.zeros(n_rows)
                acc = np.zeros((n_rows, d))
                last = i + 1 if causal else n_tiles
                for j in range(last):
                    cols = slice(j * tile_size, min((j + 1) * tile_size, seq_len))
                    s = q @ K[b, h, cols].astype(np.float64).T
                    if causal and i == j:
                        # both tiles start at the same place, so a local triangle is enough
                        s[np.triu_indices(n_rows, k=1)] = -np.inf
                    m_new = np.maximum(m, s.max(axis=1))
                    p = np.exp(s - m_new[:, None])
                    rescale = np.exp(m - m_new)
                    l = l * rescale + p.sum(axis=1)
                    acc = acc * rescale[:, None] + p @ V[b, h, cols]
                    m = m_new
                out[b, h, rows] = acc / l[:, None]
                lse[b, h, rows] = m + np.log(l)

    cache = dict(O=out, L=lse, Q=np.array(Q), K=np.array(K), V=np.array(V))
    return out, cache


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = cache["Q"], cache["K"], cache["V"], cache["O"], cache["L"]
    n_batch, n_heads, seq_len, d = Q.shape
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(K.shape, K.dtype), np.zeros(V.shape, V.dtype)
    n_tiles = math.ceil(seq_len / tile_size)

    for b in range(n_batch):
        for h in range(n_heads):
            for j in range(n_tiles):
                cols = slice(j * tile_size, min((j + 1) * tile_size, seq_len))
                k, v = K[b, h, cols], V[b, h, cols]
                dk = np.zeros(k.shape)
                dv = np.zeros(v.shape)
                first = j if causal else 0
                for i in range(first, n_tiles):
                    rows = slice(i * tile_size, min((i + 1) * tile_size, seq_len))
                    q, do = Q[b, h, rows], dO[b, h, rows]
                    s = (q @ k.T) / math.sqrt(d)
                    p = np.exp(s - L[b, h, rows][:, None])
                    if causal and i == j:
                        p = np.tril(p)
                    delta = np.sum(do * O[b, h, rows], axis=1)
                    ds = p * (do @ v.T - delta[:, None]) / math.sqrt(d)
                    dv += p.T @ do
                    dk += ds.T @ q
                    dQ[b, h, rows] += ds @ k
                dK[b, h, cols] = dk
                dV[b, h, cols] = dv
    return dQ, dK, dV
