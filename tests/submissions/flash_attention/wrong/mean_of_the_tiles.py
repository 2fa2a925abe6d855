# mistake: each key tile gets a softmax of its own, and O is the plain mean of what the tiles give | fails: output_equals_full_softmax_attention | misconception: none
import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def logsumexp(s):
    top = s.max(axis=-1)
    return top + np.log(np.exp(s - top[..., None]).sum(axis=-1))


def masked_scores(q, k, on_diagonal):
    s = np.matmul(q, np.moveaxis(k, -1, -2)) / q.shape[-1] ** 0.5
    return np.where(np.tri(*s.shape[-2:], dtype=bool), s, -np.inf) if on_diagonal else s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N = Q.shape[2]
    O = np.zeros(Q.shape, Q.dtype)
    L = np.full(Q.shape[:3], -np.inf, Q.dtype)
    for i in range(0, N, tile_size):
        rows = np.s_[:, :, i : i + tile_size]
        count = 0
        for j in range(0, i + 1 if causal else N, tile_size):
            cols = np.s_[:, :, j : j + tile_size]
            s = masked_scores(Q[rows], K[cols], causal and i == j)
            count += 1
            # Welford: the mean moves by a share of the difference
            O[rows] += (softmax(s) @ V[cols] - O[rows]) / count
            L[rows] = np.logaddexp(L[rows], logsumexp(s))
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    out = [np.zeros(Q.shape, Q.dtype) for _ in range(3)]
    delta = (dO * O).sum(axis=-1, keepdims=True)
    for i in range(0, N, tile_size):
        rows = np.s_[:, :, i : i + tile_size]
        for j in range(0, i + 1 if causal else N, tile_size):
            cols = np.s_[:, :, j : j + tile_size]
            p = np.exp(masked_scores(Q[rows], K[cols], causal and i == j) - L[rows][..., None])
            ds = p * (dO[rows] @ np.moveaxis(V[cols], -1, -2) - delta[rows]) / D**0.5
            out[0][rows] += ds @ K[cols]
            out[1][cols] += np.moveaxis(ds, -1, -2) @ Q[rows]
            out[2][cols] += np.moveaxis(p, -1, -2) @ dO[rows]
    return tuple(out)
