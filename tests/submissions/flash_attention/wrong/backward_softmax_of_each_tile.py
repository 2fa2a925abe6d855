# mistake: the backward takes the softmax of each tile of scores again instead of exp(S - L) | fails: gradients_equal_the_naive_backward | misconception: divides_by_rowsum
import numpy as np


def softmax(x):
    x = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return x / np.sum(x, axis=-1, keepdims=True)


def scores(Q, K, rows, cols, causal):
    s = np.einsum("bhid,bhjd->bhij", Q[:, :, rows], K[:, :, cols]) / np.sqrt(Q.shape[-1])
    if causal and rows == cols:
        i, j = np.triu_indices(s.shape[-1], 1)
        s[:, :, i, j] = -np.inf
    return s


def tiles(N, tile_size):
    return [slice(n, n + tile_size) for n in range(0, N, tile_size)]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    dtype = Q.dtype
    Q, K, V = Q.astype(float), K.astype(float), V.astype(float)
    O, L = np.zeros(Q.shape), np.zeros(Q.shape[:3])
    for rows in tiles(Q.shape[2], tile_size):
        m, l, acc = -np.inf, 0, 0
        for cols in tiles(Q.shape[2], tile_size):
            if causal and cols.start > rows.start:
                break
            s = scores(Q, K, rows, cols, causal)
            old, m = m, np.maximum(m, s.max(-1, keepdims=True))
            e = np.exp(s - m)
            l = l * np.exp(old - m) + e.sum(-1, keepdims=True)
            acc = acc * np.exp(old - m) + e @ V[:, :, cols]
        O[:, :, rows] = acc / l
        L[:, :, rows] = (m + np.log(l))[..., 0]
    O, L = O.astype(dtype), L.astype(dtype)
    return O, {"O": O, "L": L, "Q": Q.astype(dtype), "K": K.astype(dtype), "V": V.astype(dtype)}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O = cache["Q"], cache["K"], cache["V"], cache["O"]
    D = Q.shape[-1]
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for rows in tiles(Q.shape[2], tile_size):
        delta = np.einsum("bhid,bhid->bhi", dO[:, :, rows], O[:, :, rows])[..., None]
        for cols in tiles(Q.shape[2], tile_size):
            if causal and cols.start > rows.start:
                break
            P = softmax(scores(Q, K, rows, cols, causal))
            dP = np.einsum("bhid,bhjd->bhij", dO[:, :, rows], V[:, :, cols])
            dS = P * (dP - delta) / np.sqrt(D)
            dV[:, :, cols] += np.einsum("bhij,bhid->bhjd", P, dO[:, :, rows])
            dK[:, :, cols] += np.einsum("bhij,bhid->bhjd", dS, Q[:, :, rows])
            dQ[:, :, rows] += np.einsum("bhij,bhjd->bhid", dS, K[:, :, cols])
    return dQ, dK, dV
