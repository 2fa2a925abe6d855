# mistake: dK is not divided by sqrt(D) | fails: gradients_equal_the_naive_backward | misconception: scale_missing_in_dk
import numpy as np

NEG = -np.inf


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.empty(Q.shape, dtype=Q.dtype)
    L = np.empty((B, H, N), dtype=np.float64)
    for b in range(B):
        for h in range(H):
            Qh, Kh, Vh = Q[b, h], K[b, h], V[b, h]
            for r in range(0, N, tile_size):
                Qt = Qh[r : r + tile_size] * (1.0 / np.sqrt(D))
                rows = len(Qt)
                mx, den, num = np.full(rows, NEG), np.zeros(rows), np.zeros((rows, D))
                for c in range(0, N, tile_size):
                    if causal and c > r:
                        break
                    sc = Qt @ Kh[c : c + tile_size].T
                    if causal and c == r:
                        sc[~np.tri(rows, dtype=bool)] = NEG
                    new = np.maximum(mx, sc.max(axis=1))
                    e = np.exp(sc - new[:, None])
                    f = np.exp(mx - new)
                    den = den * f + e.sum(axis=1)
                    num = num * f[:, None] + e @ Vh[c : c + tile_size]
                    mx = new
                O[b, h, r : r + rows] = num / den[:, None]
                L[b, h, r : r + rows] = mx + np.log(den)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V = cache["Q"], cache["K"], cache["V"]
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(K.shape, K.dtype), np.zeros(V.shape, V.dtype)
    delta = np.sum(dO * cache["O"], axis=3)
    for b in range(B):
        for h in range(H):
            for r in range(0, N, tile_size):
                rr = slice(r, r + tile_size)
                dOt = dO[b, h, rr]
                for c in range(0, N, tile_size):
                    if causal and c > r:
                        break
                    cc = slice(c, c + tile_size)
                    sc = Q[b, h, rr] @ K[b, h, cc].T / np.sqrt(D)
                    if causal and c == r:
                        sc[~np.tri(len(sc), dtype=bool)] = NEG
                    p = np.exp(sc - cache["L"][b, h, rr, None])
                    ds = p * (dOt @ V[b, h, cc].T - delta[b, h, rr, None])
                    dQ[b, h, rr] += (ds @ K[b, h, cc]) / np.sqrt(D)
                    dK[b, h, cc] += ds.T @ Q[b, h, rr]
                    dV[b, h, cc] += p.T @ dOt
    return dQ, dK, dV
