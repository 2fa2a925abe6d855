# mistake: exp is replaced by (1 + x / 1024) ** 1024 by repeated squaring, which is near only for small x | fails: output_equals_full_softmax_attention | misconception: none
import numpy as np


def fast_exp(x):
    """Ten squarings instead of a transcendental function."""
    y = np.maximum(1 + x / 1024, 0)
    for _ in range(10):
        y = y * y
    return y


def visible(i, j, rows, cols):
    return np.add.outer(np.arange(i, i + rows), -np.arange(j, j + cols)) >= 0


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.empty((B, H, N, D), Q.dtype)
    L = np.empty((B, H, N), Q.dtype)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size] * Q.dtype.type(D**-0.5)
                top = np.full((len(q), 1), -1e30, Q.dtype)
                both = np.zeros((len(q), D + 1), Q.dtype)  # acc, and l as one more column
                for j in range(0, N, tile_size):
                    if causal and j > i + len(q) - 1:
                        break
                    k = K[b, h, j : j + tile_size]
                    v = np.hstack([V[b, h, j : j + tile_size], np.ones((len(k), 1), Q.dtype)])
                    s = q @ k.T
                    if causal:
                        s = np.where(visible(i, j, len(q), len(k)), s, -1e30).astype(Q.dtype)
                    new = np.maximum(top, s.max(1, keepdims=True))
                    both = both * fast_exp(top - new) + fast_exp(s - new) @ v
                    top = new
                O[b, h, i : i + tile_size] = both[:, :D] / both[:, D:]
                L[b, h, i : i + tile_size] = top[:, 0] + np.log(both[:, D])
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q, g = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
                delta = (g * O[b, h, i : i + tile_size]).sum(1, keepdims=True)
                for j in range(0, N, tile_size):
                    if causal and j > i + len(q) - 1:
                        break
                    k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                    s = q @ k.T * D**-0.5
                    if causal:
                        s = np.where(visible(i, j, len(q), len(k)), s, -np.inf)
                    p = np.exp(s - L[b, h, i : i + tile_size, None])
                    ds = p * (g @ v.T - delta) * D**-0.5
                    dQ[b, h, i : i + tile_size] += ds @ k
                    dK[b, h, j : j + tile_size] += ds.T @ q
                    dV[b, h, j : j + tile_size] += p.T @ g
    return dQ, dK, dV
