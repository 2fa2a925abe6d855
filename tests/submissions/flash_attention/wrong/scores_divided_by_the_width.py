# mistake: the forward divides the scores by D instead of by the root of D | fails: output_equals_full_softmax_attention | misconception: divided_by_d
import numpy as np


def blocks(N, size):
    """Pairs (first, past the last) of the blocks."""
    first = 0
    while first < N:
        yield first, min(first + size, N)
        first += size


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    dtype = Q.dtype
    n_batch, n_heads, N, D = Q.shape
    O = np.zeros((n_batch, n_heads, N, D), dtype)
    L = np.zeros((n_batch, n_heads, N), dtype)
    for b, h in np.ndindex(n_batch, n_heads):
        for a, z in blocks(N, tile_size):
            m = np.full((z - a, 1), -np.inf, dtype)
            l = np.zeros((z - a, 1), dtype)
            o = np.zeros((z - a, D), dtype)
            for c, e in blocks(N, tile_size):
                if causal and c >= z:
                    continue
                s = (Q[b, h, a:z] @ K[b, h, c:e].T) / D
                if causal:
                    s[np.arange(c, e) > np.arange(a, z)[:, None]] = -np.inf
                m_next = np.maximum(m, np.max(s, axis=1, keepdims=True))
                s = np.exp(s - m_next)
                factor = np.exp(m - m_next)
                l = factor * l + np.sum(s, axis=1, keepdims=True)
                o = factor * o + s @ V[b, h, c:e]
                m = m_next
            O[b, h, a:z] = o / l
            L[b, h, a:z] = np.ravel(m + np.log(l))
    return O, {"Q": Q, "K": K, "V": V, "O": O, "L": L}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = cache["Q"], cache["K"], cache["V"], cache["O"], cache["L"]
    n_batch, n_heads, N, D = Q.shape
    root = float(D) ** 0.5
    grads = {name: np.zeros(Q.shape, Q.dtype) for name in ("dQ", "dK", "dV")}
    for b, h in np.ndindex(n_batch, n_heads):
        dQ, dK, dV = (g[b, h] for g in grads.values())
        delta = np.sum(dO[b, h] * O[b, h], axis=1)
        for c, e in blocks(N, tile_size):
            for a, z in blocks(N, tile_size):
                if causal and c >= z:
                    continue
                s = Q[b, h, a:z] @ K[b, h, c:e].T / root
                if causal:
                    s[np.arange(c, e) > np.arange(a, z)[:, None]] = -np.inf
                p = np.exp(s - L[b, h, a:z, None])
                ds = p * (dO[b, h, a:z] @ V[b, h, c:e].T - delta[a:z, None]) / root
                dV[c:e] += p.T @ dO[b, h, a:z]
                dQ[a:z] += ds @ K[b, h, c:e]
                dK[c:e] += ds.T @ Q[b, h, a:z]
    return grads["dQ"], grads["dK"], grads["dV"]
