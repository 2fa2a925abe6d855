# style: backward in two sweeps, the first adds up rowsum(P * dP) over the whole row without O
import numpy as np


def _probabilities(q, k, lse, scale, i, j, causal):
    s = (q @ k.T) * scale
    if causal and i == j:
        s = np.where(np.tri(*s.shape, dtype=bool), s, -np.inf)
    return np.exp(s - lse)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N), Q.dtype)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size].astype(float)
                # the first tile sets m, l and acc, so no -inf is ever subtracted
                m = l = acc = None
                for j in range(0, i + 1 if causal else N, tile_size):
                    s = q @ K[b, h, j : j + tile_size].T.astype(float) / np.sqrt(D)
                    v = V[b, h, j : j + tile_size]
                    if causal and i == j:
                        s = np.where(np.tri(*s.shape, dtype=bool), s, -np.inf)
                    top = s.max(axis=1, keepdims=True)
                    if m is None:
                        m, p = top, np.exp(s - top)
                        l, acc = p.sum(axis=1, keepdims=True), p @ v
                        continue
                    m_new = np.maximum(m, top)
                    p = np.exp(s - m_new)
                    l = l * np.exp(m - m_new) + p.sum(axis=1, keepdims=True)
                    acc = acc * np.exp(m - m_new) + p @ v
                    m = m_new
                O[b, h, i : i + tile_size] = acc / l
                L[b, h, i : i + tile_size] = (m + np.log(l)).reshape(-1)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, L = cache["Q"], cache["K"], cache["V"], cache["L"]
    B, H, N, D = Q.shape
    scale = 1 / np.sqrt(D)
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                rows = slice(i, min(i + tile_size, N))
                q, do, lse = Q[b, h, rows], dO[b, h, rows], L[b, h, rows][:, None]
                seen = range(0, i + 1 if causal else N, tile_size)
                delta = np.zeros((len(q), 1))
                for j in seen:
                    p = _probabilities(q, K[b, h, j : j + tile_size], lse, scale, i, j, causal)
                    dp = do @ V[b, h, j : j + tile_size].T
                    delta += (p * dp).sum(axis=1, keepdims=True)
                for j in seen:
                    cols = slice(j, min(j + tile_size, N))
                    p = _probabilities(q, K[b, h, cols], lse, scale, i, j, causal)
                    ds = p * (do @ V[b, h, cols].T - delta)
                    dQ[b, h, rows] += scale * ds @ K[b, h, cols]
                    dK[b, h, cols] += scale * ds.T @ q
                    dV[b, h, cols] += p.T @ do
    return dQ.astype(Q.dtype), dK.astype(Q.dtype), dV.astype(Q.dtype)
