# mistake: l is rescaled when the maximum grows, the output accumulator is not | fails: running_sums_follow_a_growing_maximum | misconception: accumulator_not_rescaled
import numpy as np


class State:
    def __init__(self, t, d):
        self.m = np.full(t, -np.inf)
        self.l = np.zeros(t)
        self.acc = np.zeros((t, d))

    def add(self, s, v):
        m_new = np.maximum(self.m, s.max(axis=-1))
        p = np.exp(s - m_new[:, None])
        self.l = np.exp(self.m - m_new) * self.l + p.sum(axis=-1)
        self.acc += p @ v
        self.m = m_new


def causal_mask(s, i, j):
    rows = i + np.arange(s.shape[0])[:, None]
    cols = j + np.arange(s.shape[1])[None, :]
    return np.where(rows >= cols, s, -np.inf)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    out, lse = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[bh][i : i + tile_size]
            state = State(len(q), D)
            for j in range(0, N, tile_size):
                if causal and j >= i + tile_size:
                    break
                s = q @ K[bh][j : j + tile_size].T * D**-0.5
                state.add(causal_mask(s, i, j) if causal else s, V[bh][j : j + tile_size])
            out[bh][i : i + tile_size] = state.acc / state.l[:, None]
            lse[bh][i : i + tile_size] = state.m + np.log(state.l)
    return out, dict(O=out, L=lse, Q=Q.copy(), K=K.copy(), V=V.copy())


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, L = cache["Q"], cache["K"], cache["V"], cache["L"]
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    delta = (dO * cache["O"]).sum(-1)
    for bh in np.ndindex(B, H):
        for j in range(0, N, tile_size):
            k, v = K[bh][j : j + tile_size], V[bh][j : j + tile_size]
            for i in range(j if causal else 0, N, tile_size):
                q, do = Q[bh][i : i + tile_size], dO[bh][i : i + tile_size]
                s = q @ k.T * D**-0.5
                if causal:
                    s = causal_mask(s, i, j)
                p = np.exp(s - L[bh][i : i + tile_size, None])
                ds = p * (do @ v.T - delta[bh][i : i + tile_size, None]) * D**-0.5
                dV[bh][j : j + tile_size] += p.T @ do
                dK[bh][j : j + tile_size] += ds.T @ q
                dQ[bh][i : i + tile_size] += ds @ k
    return dQ, dK, dV
