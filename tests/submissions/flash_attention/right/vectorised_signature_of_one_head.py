# style: np.vectorize with a signature over functions of one head, rows of a tile one by one
import math

import numpy as np


def tiles(n, t):
    return [(i, min(i + t, n)) for i in range(0, n, t)]


def one_head_forward(t, causal):
    def forward(q, k, v):
        n, d = q.shape
        out, lse = np.empty((n, d), q.dtype), np.empty(n, q.dtype)
        for i, ie in tiles(n, t):
            m = np.full(ie - i, -np.inf, q.dtype)
            l = np.zeros(ie - i, q.dtype)
            acc = np.zeros((ie - i, d), q.dtype)
            for j, je in tiles(n, t):
                if causal and j >= ie:
                    break
                s = q[i:ie] @ k[j:je].T / math.sqrt(d)
                if causal and je > i + 1:
                    for r in range(ie - i):  # row i + r sees the keys up to i + r
                        s[r, max(i + r + 1 - j, 0) :] = -math.inf
                new = np.maximum(m, s.max(axis=1))
                # 1. old sums are multiples of exp(-m); exp(m - new) makes them multiples of
                #    exp(-new). 2. m = -inf and l = 0: NaN. It does not occur: key 0 comes first.
                c = np.exp(m - new)
                p = np.exp(s - new[:, np.newaxis])
                l = c * l + p.sum(axis=1)
                acc = c[:, np.newaxis] * acc + p @ v[j:je]
                m = new
            out[i:ie] = acc / l[:, np.newaxis]
            lse[i:ie] = m + np.log(l)
        return out, lse

    return forward


def one_head_backward(t, causal):
    def backward(do, o, lse, q, k, v):
        n, d = q.shape
        dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
        for i, ie in tiles(n, t):
            delta = np.einsum("nd,nd->n", do[i:ie], o[i:ie])
            for j, je in tiles(n, t):
                if causal and j >= ie:
                    break
                s = q[i:ie] @ k[j:je].T / math.sqrt(d) - lse[i:ie, np.newaxis]
                if causal and je > i + 1:
                    for r in range(ie - i):
                        s[r, max(i + r + 1 - j, 0) :] = -math.inf
                p = np.exp(s)
                ds = p * (do[i:ie] @ v[j:je].T - delta[:, np.newaxis]) / math.sqrt(d)
                dq[i:ie] += ds @ k[j:je]
                dk[j:je] += ds.T @ q[i:ie]
                dv[j:je] += p.T @ do[i:ie]
        return dq, dk, dv

    return backward


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    over_heads = np.vectorize(
        one_head_forward(tile_size, causal), signature="(n,d),(n,d),(n,d)->(n,d),(n)"
    )
    O, L = over_heads(Q, K, V)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    over_heads = np.vectorize(
        one_head_backward(tile_size, causal),
        signature="(n,d),(n,d),(n),(n,d),(n,d),(n,d)->(n,d),(n,d),(n,d)",
    )
    return over_heads(dO, cache["O"], cache["L"], cache["Q"], cache["K"], cache["V"])
