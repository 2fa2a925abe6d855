# mistake: L is stored with shape (B, H, N, 1) | fails: cache_has_what_the_backward_needs | misconception: none
import numpy as np


def edges(n, t):
    return zip(range(0, n, t), [*range(t, n, t), n])


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros(Q.shape, Q.dtype)
    L = np.zeros((B, H, N, 1))
    for a, z in edges(N, tile_size):
        m = np.full((B, H, z - a, 1), -np.inf)
        l = np.zeros((B, H, z - a, 1))
        acc = np.zeros((B, H, z - a, D))
        for s, e in edges(N, tile_size):
            if causal and s >= z:
                break
            S = Q[:, :, a:z] @ K[:, :, s:e].swapaxes(2, 3) / np.sqrt(D)
            if causal and s == a:
                S[:, :, *np.triu_indices(z - a, 1)] = -np.inf
            m_new = np.maximum(m, S.max(3, keepdims=True))
            P = np.exp(S - m_new)
            l = l * np.exp(m - m_new) + P.sum(3, keepdims=True)
            acc = acc * np.exp(m - m_new) + P @ V[:, :, s:e]
            m = m_new
        O[:, :, a:z] = acc / l
        L[:, :, a:z] = m + np.log(l)  # keeps its last axis, handy for broadcasting
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O = cache["Q"], cache["K"], cache["V"], cache["O"]
    B, H, N, D = Q.shape
    L = cache["L"].reshape(B, H, N, 1)
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    for a, z in edges(N, tile_size):
        delta = (dO[:, :, a:z] * O[:, :, a:z]).sum(3, keepdims=True)
        for s, e in edges(N, tile_size):
            if causal and s >= z:
                break
            S = Q[:, :, a:z] @ K[:, :, s:e].swapaxes(2, 3) / np.sqrt(D)
            if causal and s == a:
                S[:, :, *np.triu_indices(z - a, 1)] = -np.inf
            P = np.exp(S - L[:, :, a:z])
            dS = P * (dO[:, :, a:z] @ V[:, :, s:e].swapaxes(2, 3) - delta) / np.sqrt(D)
            dV[:, :, s:e] += P.swapaxes(2, 3) @ dO[:, :, a:z]
            dQ[:, :, a:z] += dS @ K[:, :, s:e]
            dK[:, :, s:e] += dS.swapaxes(2, 3) @ Q[:, :, a:z]
    return dQ, dK, dV
