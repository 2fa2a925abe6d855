# mistake: hidden weights are set to zero after they have gone into the row sum | fails: mask_is_exact_at_the_diagonal | misconception: mask_after_the_sum
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    q_all = Q.reshape(B * H, N, D)
    k_all, v_all = K.reshape(B * H, N, D), V.reshape(B * H, N, D)
    out = np.zeros((B * H, N, D), Q.dtype)
    lse = np.zeros((B * H, N), Q.dtype)
    for i in range(0, N, tile_size):
        q = q_all[:, i : i + tile_size]
        n = q.shape[1]
        row_max = np.full((B * H, n), -np.inf, Q.dtype)
        row_sum = np.zeros((B * H, n), Q.dtype)
        weighted = np.zeros((B * H, n, D), Q.dtype)
        j = 0
        while j < N and not (causal and j > i):
            k, v = k_all[:, j : j + tile_size], v_all[:, j : j + tile_size]
            scores = q @ k.transpose(0, 2, 1) / D**0.5
            new_max = np.maximum(row_max, scores.max(axis=2))
            weights = np.exp(scores - new_max[:, :, None])
            decay = np.exp(row_max - new_max)
            row_sum = row_sum * decay + weights.sum(axis=2)
            if causal and j == i:
                weights = np.tril(weights)
            weighted = weighted * decay[:, :, None] + weights @ v
            row_max = new_max
            j += tile_size
        out[:, i : i + n] = weighted / row_sum[:, :, None]
        lse[:, i : i + n] = row_max + np.log(row_sum)
    O, L = out.reshape(B, H, N, D), lse.reshape(B, H, N)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    shape = cache["Q"].shape
    N, D = shape[2:]
    Q, K, V, O, G = (x.reshape(-1, N, D) for x in (*(cache[n] for n in "QKVO"), dO))
    L = cache["L"].reshape(-1, N)
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    for i in range(0, N, tile_size):
        q, g = Q[:, i : i + tile_size], G[:, i : i + tile_size]
        delta = (g * O[:, i : i + tile_size]).sum(2, keepdims=True)
        for j in range(0, i + 1 if causal else N, tile_size):
            k, v = K[:, j : j + tile_size], V[:, j : j + tile_size]
            s = q @ k.transpose(0, 2, 1) / D**0.5
            if causal and j == i:
                s = np.where(np.tri(s.shape[1], dtype=bool), s, -np.inf)
            p = np.exp(s - L[:, i : i + tile_size, None])
            ds = p * (g @ v.transpose(0, 2, 1) - delta) / D**0.5
            dQ[:, i : i + tile_size] += ds @ k
            dK[:, j : j + tile_size] += ds.transpose(0, 2, 1) @ q
            dV[:, j : j + tile_size] += p.transpose(0, 2, 1) @ g
    return dQ.reshape(shape), dK.reshape(shape), dV.reshape(shape)
