# mistake: the backward works on K Q^T and masks it with the lower triangle, which belongs to Q K^T | fails: gradients_equal_the_naive_backward | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    """Key tiles outside: all query tiles carry their sums along."""
    N, D = Q.shape[2:]
    m = np.full((*Q.shape[:3], 1), -np.inf, Q.dtype)
    l = np.zeros_like(m)
    acc = np.zeros(Q.shape, Q.dtype)
    for j in range(0, N, tile_size):
        k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            at = np.s_[:, :, i : i + tile_size]
            s = Q[at] @ k.swapaxes(-1, -2) / D**0.5
            if causal and i == j:
                s = np.where(np.tri(s.shape[-1], dtype=bool), s, -np.inf)
            top = np.maximum(m[at], s.max(-1, keepdims=True))
            p = np.exp(s - top)
            shrink = np.exp(m[at] - top)
            l[at] = l[at] * shrink + p.sum(-1, keepdims=True)
            acc[at] = acc[at] * shrink + p @ v
            m[at] = top
    O, L = acc / l, (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in ("Q", "K", "V", "O", "L"))
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    delta = np.sum(dO * O, axis=-1)
    for j in range(0, N, tile_size):
        k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            at = np.s_[:, :, i : i + tile_size]
            turned = k @ Q[at].swapaxes(-1, -2) / D**0.5  # keys down, queries across
            if causal and i == j:
                turned = np.where(np.tri(turned.shape[-1], dtype=bool), turned, -np.inf)
            P_t = np.exp(turned - L[at][:, :, None, :])
            dS_t = P_t * (v @ dO[at].swapaxes(-1, -2) - delta[at][:, :, None, :]) / D**0.5
            dV[:, :, j : j + tile_size] += P_t @ dO[at]
            dK[:, :, j : j + tile_size] += dS_t @ Q[at]
            dQ[at] += dS_t.swapaxes(-1, -2) @ k
    return dQ, dK, dV
