# mistake: the forward hides the diagonal, query i sees only the keys before it | fails: mask_is_exact_at_the_diagonal | misconception: none
import numpy as np


def safe(m):
    """A row that has seen nothing yet has m = -inf; subtract 0 there, not -inf."""
    return np.where(np.isneginf(m), 0.0, m)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros(Q.shape, Q.dtype), np.zeros((B, H, N))
    for b in range(B):
        for h in range(H):
            for r in range(0, N, tile_size):
                q = Q[b, h, r : r + tile_size] / np.sqrt(D)
                m, l = np.full((len(q), 1), -np.inf), np.zeros((len(q), 1))
                acc = np.zeros((len(q), D))
                for c in range(0, r + 1 if causal else N, tile_size):
                    s = q @ K[b, h, c : c + tile_size].T
                    if causal and c == r:
                        s = np.where(np.tri(len(q), k=-1, dtype=bool), s, -np.inf)
                    m_new = np.maximum(m, s.max(axis=1, keepdims=True))
                    p = np.exp(s - safe(m_new))
                    shrink = np.exp(m - safe(m_new))
                    l = l * shrink + p.sum(axis=1, keepdims=True)
                    acc = acc * shrink + p @ V[b, h, c : c + tile_size]
                    m = m_new
                l = np.where(l == 0, 1.0, l)
                O[b, h, r : r + tile_size] = acc / l
                L[b, h, r : r + tile_size] = (safe(m) + np.log(l))[:, 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b in range(B):
        for h in range(H):
            for r in range(0, N, tile_size):
                rows = slice(r, r + tile_size)
                delta = (dO[b, h, rows] * O[b, h, rows]).sum(axis=1, keepdims=True)
                for c in range(0, r + 1 if causal else N, tile_size):
                    cols = slice(c, c + tile_size)
                    s = Q[b, h, rows] @ K[b, h, cols].T / np.sqrt(D)
                    if causal and c == r:
                        s = np.where(np.tri(len(s), dtype=bool), s, -np.inf)
                    p = np.exp(s - L[b, h, rows, None])
                    ds = p * (dO[b, h, rows] @ V[b, h, cols].T - delta) / np.sqrt(D)
                    dQ[b, h, rows] += ds @ K[b, h, cols]
                    dK[b, h, cols] += ds.T @ Q[b, h, rows]
                    dV[b, h, cols] += p.T @ dO[b, h, rows]
    return dQ, dK, dV
