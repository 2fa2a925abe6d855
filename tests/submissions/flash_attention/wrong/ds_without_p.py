# mistake: dS is dP - delta, the factor P of the softmax derivative is missing | fails: gradients_equal_the_naive_backward | misconception: ds_without_p
import numpy as np


def forward_rows(q, k, v, i, tile_size, causal):
    m, l, o = -np.inf, 0, 0
    for j in range(0, len(k), tile_size):
        if causal and j >= i + len(q):
            break
        s = q @ k[j : j + tile_size].T
        if causal and j == i:
            s = np.where(np.tri(*s.shape, dtype=bool), s, -np.inf)
        m, before = np.maximum(m, s.max(axis=1, keepdims=True)), m
        w = np.exp(s - m)
        l = l * np.exp(before - m) + w.sum(axis=1, keepdims=True)
        o = o * np.exp(before - m) + w @ v[j : j + tile_size]
    return o / l, (m + np.log(l))[:, 0]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:3])
    for bh in np.ndindex(Q.shape[:2]):
        for i in range(0, Q.shape[2], tile_size):
            rows = slice(i, i + tile_size)
            q = Q[bh][rows] / np.sqrt(Q.shape[3])
            O[bh][rows], L[bh][rows] = forward_rows(q, K[bh], V[bh], i, tile_size, causal)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in ("Q", "K", "V", "O", "L"))
    N, D = Q.shape[2:]
    root = np.sqrt(D)
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for bh in np.ndindex(Q.shape[:2]):
        for i in range(0, N, tile_size):
            rows = slice(i, i + tile_size)
            delta = np.sum(dO[bh][rows] * O[bh][rows], axis=1, keepdims=True)
            for j in range(0, i + 1 if causal else N, tile_size):
                cols = slice(j, j + tile_size)
                S = Q[bh][rows] @ K[bh][cols].T / root
                if causal and i == j:
                    S = np.where(np.tri(*S.shape, dtype=bool), S, -np.inf)
                P = np.exp(S - L[bh][rows][:, None])
                dV[bh][cols] += P.T @ dO[bh][rows]
                dP = dO[bh][rows] @ V[bh][cols].T
                dS = dP - delta
                dQ[bh][rows] += dS @ K[bh][cols] / root
                dK[bh][cols] += dS.T @ Q[bh][rows] / root
    return dQ, dK, dV
