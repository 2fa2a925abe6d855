# mistake: the forward keeps every tile of P in a list in the cache, together (N, N) | fails: cache_holds_no_square_array | misconception: none
import numpy as np


def score_tile(q, k, i, j, causal):
    s = q @ k.T / np.sqrt(q.shape[1])
    if causal and i == j:
        s = np.where(np.tri(len(q), dtype=bool), s, -np.inf)
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros(Q.shape, Q.dtype), np.zeros((B, H, N))
    tiles = []
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[b, h, i : i + tile_size]
            m, l, acc = np.full((len(q), 1), -np.inf), np.zeros((len(q), 1)), np.zeros((len(q), D))
            row = []
            for j in range(0, i + 1 if causal else N, tile_size):
                s = score_tile(q, K[b, h, j : j + tile_size], i, j, causal)
                m_new = np.maximum(m, s.max(axis=1, keepdims=True))
                p, c = np.exp(s - m_new), np.exp(m - m_new)
                l, acc = (
                    c * l + p.sum(axis=1, keepdims=True),
                    c * acc + p @ V[b, h, j : j + len(p[0])],
                )
                row.append((b, h, i, j, p, m_new))
                m = m_new
            O[b, h, i : i + tile_size] = acc / l
            L[b, h, i : i + tile_size] = (m + np.log(l))[:, 0]
            # bring every tile to the final maximum and sum, the backward can take them as they are
            tiles += [(b, h, i, j, p * np.exp(mj - m) / l) for b, h, i, j, p, mj in row]
    cache = {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy(), "tiles": tiles}
    return O, cache


def recompute_tiles(Q, K, L, tile_size, causal):
    B, H, N, _ = Q.shape
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            for j in range(0, i + 1 if causal else N, tile_size):
                s = score_tile(Q[b, h, i : i + tile_size], K[b, h, j : j + tile_size], i, j, causal)
                yield b, h, i, j, np.exp(s - L[b, h, i : i + tile_size, None])


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    delta = (dO * O).sum(-1)
    tiles = cache.get("tiles") or recompute_tiles(Q, K, L, tile_size, causal)
    for b, h, i, j, p in tiles:
        rows, cols = slice(i, i + p.shape[0]), slice(j, j + p.shape[1])
        ds = p * (dO[b, h, rows] @ V[b, h, cols].T - delta[b, h, rows, None]) / np.sqrt(Q.shape[3])
        dV[b, h, cols] += p.T @ dO[b, h, rows]
        dQ[b, h, rows] += ds @ K[b, h, cols]
        dK[b, h, cols] += ds.T @ Q[b, h, rows]
    return dQ, dK, dV
