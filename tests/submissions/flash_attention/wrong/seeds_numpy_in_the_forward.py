# mistake: the forward calls np.random.seed, left over from a self-check | fails: random_state_stays_untouched | misconception: none
import numpy as np


def softmax_row(q, k, v):
    s = k @ q
    w = np.exp(s - s.max())
    return w @ v / w.sum()


def spot_check(O, Q, K, V, causal):
    """Compare one random row with plain softmax attention."""
    np.random.seed(0)
    B, H, N, D = Q.shape
    b, h, n = np.random.randint(B), np.random.randint(H), np.random.randint(N)
    end = n + 1 if causal else N
    want = softmax_row(Q[b, h, n] / np.sqrt(D), K[b, h, :end], V[b, h, :end])
    if not np.allclose(O[b, h, n], want, atol=1e-2, equal_nan=True):
        print("row", n, "looks wrong")


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[b, h, i : i + tile_size] / np.sqrt(D)
            m = np.full((len(q), 1), -np.inf)
            l, acc = np.zeros((len(q), 1)), np.zeros((len(q), D))
            for j in range(0, i + len(q) if causal else N, tile_size):
                s = q @ K[b, h, j : j + tile_size].T
                if causal and i == j:
                    s = np.where(np.tri(len(q), dtype=bool), s, -np.inf)
                m_new = np.maximum(m, s.max(axis=1, keepdims=True))
                p = np.exp(s - m_new)
                l = np.exp(m - m_new) * l + p.sum(axis=1, keepdims=True)
                acc = np.exp(m - m_new) * acc + p @ V[b, h, j : j + tile_size]
                m = m_new
            O[b, h, i : i + tile_size] = acc / l
            L[b, h, i : i + tile_size] = (m + np.log(l))[:, 0]
    spot_check(O, Q, K, V, causal)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            r = slice(i, min(i + tile_size, N))
            delta = (dO[b, h, r] * O[b, h, r]).sum(axis=1, keepdims=True)
            for j in range(0, r.stop if causal else N, tile_size):
                c = slice(j, min(j + tile_size, N))
                s = Q[b, h, r] @ K[b, h, c].T / np.sqrt(D)
                if causal and i == j:
                    s = np.where(np.tri(len(s), dtype=bool), s, -np.inf)
                p = np.exp(s - L[b, h, r, None])
                ds = p * (dO[b, h, r] @ V[b, h, c].T - delta) / np.sqrt(D)
                dQ[b, h, r] += ds @ K[b, h, c]
                dK[b, h, c] += ds.T @ Q[b, h, r]
                dV[b, h, c] += p.T @ dO[b, h, r]
    return dQ, dK, dV
