# mistake: the forward lets query i see key i + 1 as well | fails: mask_is_exact_at_the_diagonal | misconception: mask_off_by_one
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    scale = 1 / np.sqrt(D)
    O = np.zeros(Q.shape, Q.dtype)
    L = np.zeros((B, H, N))
    pos = np.arange(N)
    for b, h in np.ndindex(B, H):
        start = 0
        while start < N:
            end = min(start + tile_size, N)
            m = np.full((end - start, 1), -np.inf)
            l = np.zeros((end - start, 1))
            acc = np.zeros((end - start, D))
            for ks in range(0, end if causal else N, tile_size):
                ke = min(ks + tile_size, N)
                s = Q[b, h, start:end] @ K[b, h, ks:ke].T * scale
                if causal:
                    # the diagonal itself has to stay visible, hence the + 1
                    s = np.where(pos[ks:ke] <= pos[start:end, None] + 1, s, -np.inf)
                m_new = np.maximum(m, np.max(s, axis=1, keepdims=True))
                p = np.exp(s - m_new)
                l = np.exp(m - m_new) * l + p.sum(axis=1, keepdims=True)
                acc = np.exp(m - m_new) * acc + p @ V[b, h, ks:ke]
                m = m_new
            O[b, h, start:end] = acc / l
            L[b, h, start:end] = np.ravel(m + np.log(l))
            start = end
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = cache["O"], cache["L"], cache["Q"], cache["K"], cache["V"]
    B, H, N, D = Q.shape
    scale = 1 / np.sqrt(D)
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    pos = np.arange(N)
    for b, h in np.ndindex(B, H):
        for start in range(0, N, tile_size):
            end = min(start + tile_size, N)
            q, do = Q[b, h, start:end], dO[b, h, start:end]
            delta = (do * O[b, h, start:end]).sum(1, keepdims=True)
            for ks in range(0, end if causal else N, tile_size):
                ke = min(ks + tile_size, N)
                s = q @ K[b, h, ks:ke].T * scale
                if causal:
                    s = np.where(pos[ks:ke] <= pos[start:end, None], s, -np.inf)
                p = np.exp(s - L[b, h, start:end, None])
                ds = p * (do @ V[b, h, ks:ke].T - delta) * scale
                dQ[b, h, start:end] += ds @ K[b, h, ks:ke]
                dK[b, h, ks:ke] += ds.T @ q
                dV[b, h, ks:ke] += p.T @ do
    return dQ, dK, dV
