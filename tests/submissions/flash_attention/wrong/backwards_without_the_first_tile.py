# mistake: key tiles are walked from the last one down to 0, and range(last, 0, -T) ends before tile 0 unless it is the only one | fails: output_equals_full_softmax_attention | misconception: none
import numpy as np


def key_starts(i, N, T, causal):
    last = i if causal else (N - 1) // T * T
    return range(last, 0, -T) if last > 0 else [0]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.empty((B, H, N, D), Q.dtype)
    L = np.empty((B, H, N), Q.dtype)
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] / np.sqrt(D).astype(Q.dtype)
        m = np.full((B, H, q.shape[2], 1), -np.inf, Q.dtype)
        l = np.zeros_like(m)
        acc = np.zeros(q.shape, Q.dtype)
        for j in key_starts(i, N, tile_size, causal):
            s = q @ K[:, :, j : j + tile_size].swapaxes(-1, -2)
            if causal and i == j:
                s = np.where(np.tri(q.shape[2], dtype=bool), s, -np.inf)
            before, m = m, np.maximum(m, s.max(-1, keepdims=True))
            p = np.exp(s - m)
            l = l * np.exp(before - m) + p.sum(-1, keepdims=True)
            acc = acc * np.exp(before - m) + p @ V[:, :, j : j + tile_size]
        O[:, :, i : i + tile_size] = acc / l
        L[:, :, i : i + tile_size] = (m + np.log(l)).squeeze(-1)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = cache["Q"], cache["K"], cache["V"], cache["O"], cache["L"]
    N, D = Q.shape[2:]
    scale = D**-0.5
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for i in range(0, N, tile_size):
        rows = slice(i, i + tile_size)
        delta = (dO[:, :, rows] * O[:, :, rows]).sum(-1, keepdims=True)
        for j in range(0, i + 1 if causal else N, tile_size):
            cols = slice(j, j + tile_size)
            s = Q[:, :, rows] @ K[:, :, cols].swapaxes(-1, -2) * scale
            if causal and i == j:
                s = np.where(np.tri(s.shape[2], dtype=bool), s, -np.inf)
            p = np.exp(s - L[:, :, rows, None])
            ds = p * (dO[:, :, rows] @ V[:, :, cols].swapaxes(-1, -2) - delta) * scale
            dQ[:, :, rows] += ds @ K[:, :, cols]
            dK[:, :, cols] += ds.swapaxes(-1, -2) @ Q[:, :, rows]
            dV[:, :, cols] += p.swapaxes(-1, -2) @ dO[:, :, rows]
    return dQ, dK, dV
