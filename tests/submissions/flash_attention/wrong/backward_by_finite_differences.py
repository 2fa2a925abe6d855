# mistake: the backward runs the forward twice for every number in Q, K and V | fails: gradients_equal_the_naive_backward | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros(Q.shape, Q.dtype), np.zeros((B, H, N))
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] / np.sqrt(D)
        n = q.shape[2]
        m, l, acc = np.full((B, H, n, 1), -np.inf), np.zeros((B, H, n, 1)), np.zeros((B, H, n, D))
        for j in range(0, i + 1 if causal else N, tile_size):
            s = q @ np.swapaxes(K[:, :, j : j + tile_size], 2, 3)
            if causal and i == j:
                s = np.where(np.tri(n, dtype=bool), s, -np.inf)
            m_new = np.maximum(m, s.max(axis=3, keepdims=True))
            c, p = np.exp(m - m_new), np.exp(s - m_new)
            l = c * l + p.sum(axis=3, keepdims=True)
            acc = c * acc + p @ V[:, :, j : j + tile_size]
            m = m_new
        O[:, :, i : i + n] = acc / l
        L[:, :, i : i + n] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    h = 1e-5
    inputs = [cache[name].astype(np.float64) for name in ("Q", "K", "V")]

    def loss():
        return np.sum(dO * flash_attention_fwd(*inputs, tile_size, causal)[0])

    grads = []
    for x in inputs:
        grad = np.zeros(x.shape)
        for at in np.ndindex(x.shape):
            kept = x[at]
            x[at] = kept + h
            up = loss()
            x[at] = kept - h
            down = loss()
            x[at] = kept
            grad[at] = (up - down) / (2 * h)
        grads.append(grad.astype(cache["Q"].dtype))
    return tuple(grads)
