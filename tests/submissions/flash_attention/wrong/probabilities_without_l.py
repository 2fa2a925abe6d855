# mistake: the backward takes P = exp(S), the logsumexp is not subtracted | fails: gradients_equal_the_naive_backward | misconception: forgets_l
import numpy as np


def masked_scores(q, k, i, j, causal):
    s = q @ k.T / np.sqrt(q.shape[1])
    if causal:
        row, col = np.indices(s.shape, sparse=True)
        s = np.where(col + j > row + i, -np.inf, s)
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size].astype(np.float64)
                m = np.full((len(q), 1), -np.inf)
                ol = np.zeros((len(q), D + 1))
                for j in range(0, i + len(q) if causal else N, tile_size):
                    s = masked_scores(q, K[b, h, j : j + tile_size], i, j, causal)
                    v = V[b, h, j : j + tile_size]
                    # a column of ones next to V makes l one more column of the output
                    v1 = np.concatenate([v, np.ones((len(v), 1))], axis=1)
                    m_new = np.maximum(m, s.max(axis=1, keepdims=True))
                    ol = ol * np.exp(m - m_new) + np.exp(s - m_new) @ v1
                    m = m_new
                O[b, h, i : i + tile_size] = ol[:, :D] / ol[:, D:]
                L[b, h, i : i + tile_size] = m[:, 0] + np.log(ol[:, D])
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O = cache["Q"], cache["K"], cache["V"], cache["O"]
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q, do = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
                delta = np.sum(do * O[b, h, i : i + tile_size], axis=1, keepdims=True)
                for j in range(0, i + len(q) if causal else N, tile_size):
                    k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                    p = np.exp(masked_scores(q, k, i, j, causal))
                    ds = p * (do @ v.T - delta) / np.sqrt(D)
                    dQ[b, h, i : i + tile_size] += ds @ k
                    dK[b, h, j : j + tile_size] += ds.T @ q
                    dV[b, h, j : j + tile_size] += p.T @ do
    return dQ, dK, dV
