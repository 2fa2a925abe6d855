# mistake: O comes back as float64 also for float32 inputs | fails: output_keeps_the_input_dtype | misconception: none
import numpy as np


class FlashForward:
    def __init__(self, Q, K, V, tile_size, causal):
        self.Q, self.K, self.V = Q, K, V
        self.tile, self.causal = tile_size, causal
        self.N, self.D = Q.shape[2:]

    def row_tile(self, i0, i1):
        q = self.Q[:, :, i0:i1] / np.sqrt(self.D)
        m = np.full(q.shape[:3], -np.inf)
        l = np.zeros(q.shape[:3])
        acc = np.zeros(q.shape)
        for j0 in range(0, i1 if self.causal else self.N, self.tile):
            j1 = min(j0 + self.tile, self.N)
            s = q @ self.K[:, :, j0:j1].swapaxes(2, 3)
            if self.causal and j1 > i0 + 1:
                s = np.where(np.arange(i0, i1)[:, None] < np.arange(j0, j1), -np.inf, s)
            m_new = np.maximum(m, s.max(3))
            p = np.exp(s - m_new[..., None])
            c = np.exp(m - m_new)
            l = c * l + p.sum(3)
            acc = c[..., None] * acc + p @ self.V[:, :, j0:j1]
            m = m_new
        return acc / l[..., None], m + np.log(l)

    def run(self):
        O, L = np.zeros(self.Q.shape), np.zeros(self.Q.shape[:3])
        for i0 in range(0, self.N, self.tile):
            i1 = min(i0 + self.tile, self.N)
            O[:, :, i0:i1], L[:, :, i0:i1] = self.row_tile(i0, i1)
        return O, L


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    O, L = FlashForward(Q, K, V, tile_size, causal).run()
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(Q.shape), np.zeros(Q.shape)
    for i0 in range(0, N, tile_size):
        i = np.s_[:, :, i0 : min(i0 + tile_size, N)]
        delta = (dO[i] * O[i]).sum(3, keepdims=True)
        for j0 in range(0, i0 + 1 if causal else N, tile_size):
            j = np.s_[:, :, j0 : min(j0 + tile_size, N)]
            p = np.exp(Q[i] @ K[j].swapaxes(2, 3) / np.sqrt(D) - L[i][..., None])
            if causal and i0 == j0:
                p = np.tril(p)
            ds = p * (dO[i] @ V[j].swapaxes(2, 3) - delta) / np.sqrt(D)
            dQ[i] += ds @ K[j]
            dK[j] += ds.swapaxes(2, 3) @ Q[i]
            dV[j] += p.swapaxes(2, 3) @ dO[i]
    return tuple(g.astype(Q.dtype) for g in (dQ, dK, dV))
