# mistake: O is written into a buffer of the module that the next call with the same shape uses again | fails: results_survive_the_next_call | misconception: none
import numpy as np

_buffers = {}


def buffer(name, shape, dtype):
    key = (name, shape, np.dtype(dtype).name)
    if key not in _buffers:
        _buffers[key] = np.empty(shape, dtype)
    return _buffers[key]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = buffer("O", Q.shape, Q.dtype)
    L = np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[bh][i : i + tile_size] / np.sqrt(D)
            t = len(q)
            m, l, acc = np.full((t, 1), -np.inf), np.zeros((t, 1)), np.zeros((t, D))
            for j in range(0, i + t if causal else N, tile_size):
                s = q @ K[bh][j : j + tile_size].T
                if causal and j == i:
                    s = np.where(np.tri(t, dtype=bool), s, -np.inf)
                m_new = np.maximum(m, s.max(axis=1, keepdims=True))
                p = np.exp(s - m_new)
                l = np.exp(m - m_new) * l + p.sum(axis=1, keepdims=True)
                acc = np.exp(m - m_new) * acc + p @ V[bh][j : j + tile_size]
                m = m_new
            np.divide(acc, l, out=O[bh][i : i + t], casting="same_kind")
            L[bh][i : i + t] = (m + np.log(l)).ravel()
    return O, {"O": O.copy(), "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V = cache["Q"], cache["K"], cache["V"]
    B, H, N, D = Q.shape
    delta = np.sum(dO * cache["O"], axis=-1, keepdims=True)
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            r = slice(i, min(i + tile_size, N))
            for j in range(0, r.stop if causal else N, tile_size):
                c = slice(j, min(j + tile_size, N))
                s = Q[bh][r] @ K[bh][c].T / np.sqrt(D)
                if causal and j == i:
                    s = np.where(np.tri(len(s), dtype=bool), s, -np.inf)
                p = np.exp(s - cache["L"][bh][r, None])
                ds = p * (dO[bh][r] @ V[bh][c].T - delta[bh][r]) / np.sqrt(D)
                dQ[bh][r] += ds @ K[bh][c]
                dK[bh][c] += ds.T @ Q[bh][r]
                dV[bh][c] += p.T @ dO[bh][r]
    return dQ, dK, dV
