# mistake: exp2 stands for exp, and the scores are not multiplied by log2(e) | fails: output_equals_full_softmax_attention | misconception: none
import numpy as np

# exp2 is faster than exp on a GPU, so take it here as well


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[-2:]
    T = tile_size
    O = np.empty(Q.shape, dtype=Q.dtype)
    L = np.empty(Q.shape[:3], dtype=Q.dtype)
    for i in range((N + T - 1) // T):
        q = Q[..., i * T : (i + 1) * T, :] * D**-0.5
        m, l, acc = -np.inf, 0.0, 0.0
        for j in range(i + 1 if causal else (N + T - 1) // T):
            x = q @ K[..., j * T : (j + 1) * T, :].swapaxes(2, 3)
            if causal and i == j:
                x += np.triu(np.full(x.shape[2:], -np.inf, x.dtype), 1)
            top = np.maximum(m, x.max(3, keepdims=True))
            p, c = np.exp2(x - top), np.exp2(m - top)
            l = l * c + p.sum(3, keepdims=True)
            acc = acc * c + p @ V[..., j * T : (j + 1) * T, :]
            m = top
        O[..., i * T : (i + 1) * T, :] = acc / l
        L[..., i * T : (i + 1) * T] = (m + np.log2(l))[..., 0] * np.log(2)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = map(cache.get, ["Q", "K", "V", "O", "L"])
    N, D = Q.shape[-2:]
    T = tile_size
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in "QKV")
    for i in range((N + T - 1) // T):
        r = slice(i * T, (i + 1) * T)
        q, do = Q[..., r, :] * D**-0.5, dO[..., r, :]
        delta = np.sum(do * O[..., r, :], axis=-1, keepdims=True)
        for j in range(i + 1 if causal else (N + T - 1) // T):
            c = slice(j * T, (j + 1) * T)
            x = q @ K[..., c, :].swapaxes(2, 3) - L[..., r, None]
            if causal and i == j:
                x += np.triu(np.full(x.shape[2:], -np.inf, x.dtype), 1)
            p = np.exp(x)
            ds = p * (do @ V[..., c, :].swapaxes(2, 3) - delta)
            dV[..., c, :] += p.swapaxes(2, 3) @ do
            dK[..., c, :] += ds.swapaxes(2, 3) @ q
            dQ[..., r, :] += ds @ K[..., c, :] * D**-0.5
    return dQ, dK, dV
