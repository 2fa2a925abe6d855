# mistake: the forward makes N // tile_size tiles, so a shorter last tile is never visited | fails: every_shape_and_tile_size_works | misconception: last_tile_dropped
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    num_tiles = N // tile_size
    O = np.zeros((B, H, N, D), dtype=Q.dtype)
    L = np.zeros((B, H, N))
    mask = np.triu(np.full((tile_size, tile_size), -np.inf), k=1)
    for i in range(num_tiles):
        Qi = Q[:, :, i * tile_size : (i + 1) * tile_size]
        mi = np.full((B, H, tile_size), -np.inf)
        li = np.zeros((B, H, tile_size))
        Oi = np.zeros((B, H, tile_size, D))
        for j in range(num_tiles):
            if causal and j > i:
                break
            Kj = K[:, :, j * tile_size : (j + 1) * tile_size]
            Vj = V[:, :, j * tile_size : (j + 1) * tile_size]
            Sij = np.matmul(Qi, np.transpose(Kj, (0, 1, 3, 2))) / np.sqrt(D)
            if causal and i == j:
                Sij = Sij + mask
            mij = np.maximum(mi, np.max(Sij, axis=-1))
            Pij = np.exp(Sij - mij[..., None])
            li = np.exp(mi - mij) * li + np.sum(Pij, axis=-1)
            Oi = np.exp(mi - mij)[..., None] * Oi + np.matmul(Pij, Vj)
            mi = mij
        O[:, :, i * tile_size : (i + 1) * tile_size] = Oi / li[..., None]
        L[:, :, i * tile_size : (i + 1) * tile_size] = mi + np.log(li)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = cache["O"], cache["L"], cache["Q"], cache["K"], cache["V"]
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for i0 in range(0, N, tile_size):
        i1 = min(i0 + tile_size, N)
        Qi, dOi = Q[:, :, i0:i1], dO[:, :, i0:i1]
        Di = np.sum(dOi * O[:, :, i0:i1], axis=-1, keepdims=True)
        for j0 in range(0, N, tile_size):
            if causal and j0 > i0:
                break
            j1 = min(j0 + tile_size, N)
            Kj, Vj = K[:, :, j0:j1], V[:, :, j0:j1]
            Pij = np.exp(Qi @ Kj.swapaxes(2, 3) / np.sqrt(D) - L[:, :, i0:i1, None])
            if causal and i0 == j0:
                Pij = np.tril(Pij)
            dSij = Pij * (dOi @ Vj.swapaxes(2, 3) - Di)
            dV[:, :, j0:j1] += Pij.swapaxes(2, 3) @ dOi
            dQ[:, :, i0:i1] += dSij @ Kj / np.sqrt(D)
            dK[:, :, j0:j1] += dSij.swapaxes(2, 3) @ Qi / np.sqrt(D)
    return dQ, dK, dV
