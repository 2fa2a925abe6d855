# style: einsum for every product, the subscripts are the documentation
from functools import partial

import numpy as np

# optimize lets two-operand products go to BLAS
es = partial(np.einsum, optimize=True)


def hidden_keys(i, j, tq, tk):
    return np.less.outer(np.arange(i, i + tq), np.arange(j, j + tk))


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros_like(Q, order="C"), np.zeros((B, H, N))
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[b, h, i : i + tile_size]
            t = len(q)
            m = np.full(t, -np.inf)
            l = np.zeros(t)
            o = np.zeros((t, D))
            for j in range(0, i + t if causal else N, tile_size):
                k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                s = es("qd,kd->qk", q, k) / np.sqrt(D)
                if causal and j == i:
                    s[hidden_keys(i, j, t, len(k))] = -np.inf
                m_new = np.maximum(m, s.max(axis=1))
                p = np.exp(s - m_new[:, None])
                c = np.exp(m - m_new)
                l = es("q,q->q", l, c) + es("qk->q", p)
                o = es("qd,q->qd", o, c) + es("qk,kd->qd", p, v)
                m = m_new
            O[b, h, i : i + t] = es("qd,q->qd", o, 1 / l)
            L[b, h, i : i + t] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[x] for x in ("Q", "K", "V", "O", "L"))
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros((3, B, H, N, D))
    delta = np.einsum("bhnd,bhnd->bhn", dO, O)
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q, do = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
            t = len(q)
            lse, row = L[b, h, i : i + t], delta[b, h, i : i + t]
            for j in range(0, i + t if causal else N, tile_size):
                k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                s = es("qd,kd->qk", q, k) / np.sqrt(D)
                if causal and j == i:
                    s[hidden_keys(i, j, t, len(k))] = -np.inf
                p = np.exp(s - lse[:, None])
                dp = es("qd,kd->qk", do, v)
                ds = es("qk,qk->qk", p, dp - row[:, None]) / np.sqrt(D)
                dV[b, h, j : j + tile_size] += es("qk,qd->kd", p, do)
                dK[b, h, j : j + tile_size] += es("qk,qd->kd", ds, q)
                dQ[b, h, i : i + t] += es("qk,kd->qd", ds, k)
    return dQ.astype(Q.dtype), dK.astype(Q.dtype), dV.astype(Q.dtype)
