# mistake: dK takes dS where it needs its transpose | fails: gradients_equal_the_naive_backward | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    T = tile_size
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(-(-N // T)):
                q = Q[b, h, i * T : (i + 1) * T]
                m, l, a = np.full(len(q), -np.inf), np.zeros(len(q)), np.zeros((len(q), D))
                for j in range(i + 1 if causal else -(-N // T)):
                    s = np.inner(q, K[b, h, j * T : (j + 1) * T]) / np.sqrt(D)
                    if causal and i == j:
                        s = np.where(np.tri(len(q)) > 0, s, -np.inf)
                    m2 = np.maximum(m, np.amax(s, 1))
                    w = np.exp(s - m2[:, None])
                    l = l * np.exp(m - m2) + np.sum(w, 1)
                    a = a * np.exp(m - m2)[:, None] + np.dot(w, V[b, h, j * T : (j + 1) * T])
                    m = m2
                O[b, h, i * T : (i + 1) * T] = a / l[:, None]
                L[b, h, i * T : (i + 1) * T] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    B, H, N, D = Q.shape
    T = tile_size
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b in range(B):
        for h in range(H):
            for j in range(-(-N // T)):
                k, v = K[b, h, j * T : (j + 1) * T], V[b, h, j * T : (j + 1) * T]
                for i in range(j if causal else 0, -(-N // T)):
                    q, do = Q[b, h, i * T : (i + 1) * T], dO[b, h, i * T : (i + 1) * T]
                    p = np.exp(np.inner(q, k) / np.sqrt(D) - L[b, h, i * T : (i + 1) * T, None])
                    if causal and i == j:
                        p = np.tril(p)
                    delta = np.sum(do * O[b, h, i * T : (i + 1) * T], 1)
                    ds = p * (np.inner(do, v) - delta[:, None]) / np.sqrt(D)
                    dV[b, h, j * T : (j + 1) * T] += np.dot(p.T, do)
                    dK[b, h, j * T : (j + 1) * T] += np.dot(ds, q)
                    dQ[b, h, i * T : (i + 1) * T] += np.dot(ds, k)
    return dQ, dK, dV
