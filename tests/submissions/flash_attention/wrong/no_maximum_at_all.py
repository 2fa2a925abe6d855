# mistake: exp is taken of the raw scores, no maximum is subtracted | fails: large_offsets_stay_finite | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    numerator = np.zeros((B, H, N, D))
    denominator = np.zeros((B, H, N))
    for j in range(0, N, tile_size):
        k_t, v = K[:, :, j : j + tile_size].swapaxes(2, 3), V[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            w = np.exp(Q[:, :, i : i + tile_size] @ k_t / np.sqrt(D))
            if causal and i == j:
                w = np.tril(w)
            numerator[:, :, i : i + tile_size] += w @ v
            denominator[:, :, i : i + tile_size] += w.sum(axis=3)
    numerator /= denominator[..., None]
    O = numerator.astype(Q.dtype, copy=False)
    L = np.log(denominator)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    delta = (dO * O).sum(axis=3)
    for j in range(0, N, tile_size):
        k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            q, do = Q[:, :, i : i + tile_size], dO[:, :, i : i + tile_size]
            p = np.exp(q @ k.swapaxes(2, 3) / np.sqrt(D) - L[:, :, i : i + tile_size, None])
            if causal and i == j:
                p = np.tril(p)
            ds = p * (do @ v.swapaxes(2, 3) - delta[:, :, i : i + tile_size, None]) / np.sqrt(D)
            dV[:, :, j : j + tile_size] += p.swapaxes(2, 3) @ do
            dK[:, :, j : j + tile_size] += ds.swapaxes(2, 3) @ q
            dQ[:, :, i : i + tile_size] += ds @ k
    return dQ, dK, dV
