# mistake: O is divided by l + 1e-6 "for stability", so float64 results are off in the seventh digit | fails: float64_is_really_used | misconception: none
import numpy as np

EPS = 1e-6


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[-2:]
    O, L = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape[:-1])
    q_start = 0
    while q_start < N:
        q = Q[..., q_start : q_start + tile_size, :] / np.sqrt(D)
        n = q.shape[-2]
        m = np.full((*q.shape[:-1], 1), -np.inf)
        l, acc = np.zeros(m.shape), np.zeros(q.shape)
        k_start = 0
        while k_start < N and not (causal and k_start > q_start):
            s = q @ K[..., k_start : k_start + tile_size, :].swapaxes(-1, -2)
            if causal and k_start == q_start:
                s = np.where(np.tri(n, dtype=bool), s, -np.inf)
            m_new = np.maximum(m, s.max(-1, keepdims=True))
            p, c = np.exp(s - m_new), np.exp(m - m_new)
            l = l * c + p.sum(-1, keepdims=True)
            acc = acc * c + p @ V[..., k_start : k_start + tile_size, :]
            m = m_new
            k_start += tile_size
        O[..., q_start : q_start + n, :] = acc / (l + EPS)
        L[..., q_start : q_start + n] = (m + np.log(l))[..., 0]
        q_start += tile_size
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[-2:]
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for a in range(0, N, tile_size):
        rows = np.s_[:, :, a : a + tile_size]
        delta = (dO[rows] * O[rows]).sum(-1, keepdims=True)
        for z in range(0, a + 1 if causal else N, tile_size):
            cols = np.s_[:, :, z : z + tile_size]
            p = np.exp(Q[rows] @ K[cols].swapaxes(-1, -2) / np.sqrt(D) - L[rows][..., None])
            if causal and a == z:
                p = np.tril(p)
            ds = p * (dO[rows] @ V[cols].swapaxes(-1, -2) - delta) / np.sqrt(D)
            dQ[rows] += ds @ K[cols]
            dK[cols] += ds.swapaxes(-1, -2) @ Q[rows]
            dV[cols] += p.swapaxes(-1, -2) @ dO[rows]
    return dQ, dK, dV
