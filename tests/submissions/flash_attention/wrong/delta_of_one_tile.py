# mistake: delta is the row sum of P * dP over the current tile only, not over the whole row | fails: gradients_equal_the_naive_backward | misconception: rowsum_per_tile
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size]
        n = q.shape[2]
        m, l, acc = np.full((B, H, n, 1), -np.inf), np.zeros((B, H, n, 1)), np.zeros((B, H, n, D))
        for j in range(0, min(i + n, N) if causal else N, tile_size):
            s = q @ K[:, :, j : j + tile_size].transpose(0, 1, 3, 2) / D**0.5
            if causal and i == j:
                s = np.where(np.tril(np.ones((n, n), bool)), s, -np.inf)
            new = np.maximum(m, s.max(3, keepdims=True))
            p, c = np.exp(s - new), np.exp(m - new)
            l, acc, m = (
                l * c + p.sum(3, keepdims=True),
                acc * c + p @ V[:, :, j : j + tile_size],
                new,
            )
        O[:, :, i : i + tile_size] = acc / l
        L[:, :, i : i + tile_size] = (m + np.log(l))[:, :, :, 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def softmax_backward(P, dP):
    """dS of a softmax with output P."""
    return P * (dP - np.sum(P * dP, axis=-1, keepdims=True))


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, L = cache["Q"], cache["K"], cache["V"], cache["L"]
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for i in range(0, N, tile_size):
        q, do = Q[:, :, i : i + tile_size], dO[:, :, i : i + tile_size]
        n = q.shape[2]
        for j in range(0, min(i + n, N) if causal else N, tile_size):
            k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
            s = q @ k.transpose(0, 1, 3, 2) / D**0.5
            if causal and i == j:
                s = np.where(np.tril(np.ones((n, n), bool)), s, -np.inf)
            P = np.exp(s - L[:, :, i : i + tile_size, None])
            dS = softmax_backward(P, do @ v.transpose(0, 1, 3, 2)) / D**0.5
            dV[:, :, j : j + tile_size] += P.transpose(0, 1, 3, 2) @ do
            dQ[:, :, i : i + tile_size] += dS @ k
            dK[:, :, j : j + tile_size] += dS.transpose(0, 1, 3, 2) @ q
    return dQ, dK, dV
