# style: the cache carries small extras (m, l, scale, shape, notes), used when present only
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = shape = Q.shape
    cache = {
        "Q": np.array(Q, copy=True),
        "K": np.array(K, copy=True),
        "V": np.array(V, copy=True),
        "O": np.empty(shape, Q.dtype),
        "L": np.empty(shape[:3]),
        "m": np.empty(shape[:3]),
        "l": np.empty(shape[:3]),
        "scale": float(D**-0.5),
        "shape": shape,
        "tile_size": tile_size,
        "causal": bool(causal),
        "note": "P is recomputed in the backward",
    }
    for b in range(B):
        for h in range(H):
            for row in range(0, N, tile_size):
                _forward_tile(cache, (b, h), slice(row, min(row + tile_size, N)))
    return cache["O"], cache


def _forward_tile(cache, head, rows):
    Q, K, V = cache["Q"][head], cache["K"][head], cache["V"][head]
    q = cache["scale"] * Q[rows]
    m = np.full(len(q), -np.inf)
    l = np.zeros(len(q))
    acc = np.zeros(q.shape)
    end = rows.stop if cache["causal"] else len(K)
    for col in range(0, end, cache["tile_size"]):
        cols = slice(col, min(col + cache["tile_size"], len(K)))
        s = _hide(q @ K[cols].T, rows, cols) if cache["causal"] else q @ K[cols].T
        m_new = np.fmax(m, s.max(axis=1))
        p = np.exp(s - m_new[:, None])
        c = np.exp(m - m_new)
        l = c * l + p.sum(axis=1)
        acc = c[:, None] * acc + p @ V[cols]
        m = m_new
    cache["O"][head][rows] = acc / l[:, None]
    cache["L"][head][rows] = m + np.log(l)
    cache["m"][head][rows] = m
    cache["l"][head][rows] = l


def _hide(s, rows, cols):
    if cols.stop - 1 <= rows.start:
        return s
    i, j = np.ogrid[rows, cols]
    return np.where(i >= j, s, -np.inf)


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V = cache["Q"], cache["K"], cache["V"]
    B, H, N, D = cache.get("shape", Q.shape)
    scale = cache.get("scale", D**-0.5)
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for head in np.ndindex(B, H):
        for row in range(0, N, tile_size):
            rows = slice(row, min(row + tile_size, N))
            q, do = Q[head][rows], dO[head][rows]
            delta = np.sum(do * cache["O"][head][rows], axis=1, keepdims=True)
            for col in range(0, rows.stop if causal else N, tile_size):
                cols = slice(col, min(col + tile_size, N))
                s = q @ K[head][cols].T * scale
                if causal:
                    s = _hide(s, rows, cols)
                p = np.exp(s - cache["L"][head][rows][:, None])
                ds = scale * p * (do @ V[head][cols].T - delta)
                dQ[head][rows] += ds @ K[head][cols]
                dK[head][cols] += ds.T @ q
                dV[head][cols] += p.T @ do
    return dQ, dK, dV
