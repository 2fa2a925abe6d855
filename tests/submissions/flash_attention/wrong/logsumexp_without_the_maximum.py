# mistake: the cache gets L = log(l), the running maximum is forgotten | fails: logsumexp_is_natural_and_exact | misconception: logsumexp_without_max
import numpy as np


def attend_tile(q, head_k, head_v, keys, tile_size, hide):
    m = np.full(len(q), -np.inf)
    l = np.zeros(len(q))
    o = np.zeros((len(q), head_v.shape[1]))
    for j in keys:
        s = hide(q @ head_k[j : j + tile_size].T, j)
        m_new = np.maximum(m, s.max(axis=1))
        w = np.exp(s - m_new[:, None])
        shrink = np.exp(m - m_new)
        l = l * shrink + w.sum(axis=1)
        o = o * shrink[:, None] + w @ head_v[j : j + tile_size]
        m = m_new
    return o / l[:, None], np.log(l)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size] / np.sqrt(D)

                def hide(s, j, i=i):
                    if causal and j == i:
                        s[np.arange(len(s))[:, None] < np.arange(s.shape[1])] = -np.inf
                    return s

                keys = range(0, i + 1 if causal else N, tile_size)
                o, lse = attend_tile(q, K[b, h], V[b, h], keys, tile_size, hide)
                O[b, h, i : i + tile_size] = o
                L[b, h, i : i + tile_size] = lse
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in ("Q", "K", "V", "O", "L"))
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    for b in range(B):
        for h in range(H):
            q_, k_, v_, do_ = Q[b, h] / np.sqrt(D), K[b, h], V[b, h], dO[b, h]
            delta = np.einsum("nd,nd->n", do_, O[b, h])
            for i in range(0, N, tile_size):
                r = slice(i, min(i + tile_size, N))
                for j in range(0, i + 1 if causal else N, tile_size):
                    c = slice(j, min(j + tile_size, N))
                    s = q_[r] @ k_[c].T
                    if causal and i == j:
                        s[np.arange(len(s))[:, None] < np.arange(s.shape[1])] = -np.inf
                    p = np.exp(s - L[b, h, r, None])
                    ds = p * (do_[r] @ v_[c].T - delta[r, None])
                    dV[b, h, c] += p.T @ do_[r]
                    dK[b, h, c] += ds.T @ q_[r]
                    dQ[b, h, r] += ds @ k_[c] / np.sqrt(D)
    return dQ, dK, dV
