# mistake: dQ of a query tile is what its last key tile gives, the others are overwritten | fails: gradients_equal_the_naive_backward | misconception: dq_overwritten
import numpy as np


class Head:
    """One head of one sequence."""

    def __init__(self, q, k, v, tile_size, causal):
        self.q, self.k, self.v = q, k, v
        self.N, self.D = q.shape
        self.T, self.causal = tile_size, causal

    def pairs(self):
        for i in range(0, self.N, self.T):
            for j in range(0, self.N, self.T):
                if not self.causal or j <= i:
                    yield slice(i, i + self.T), slice(j, j + self.T)

    def scores(self, r, c):
        s = self.q[r] @ self.k[c].T / self.D**0.5
        if self.causal and r.start == c.start:
            s = s + np.triu(np.full_like(s, -np.inf), 1)
        return s

    def forward(self):
        m = np.full((self.N, 1), -np.inf, self.q.dtype)
        l, acc = np.zeros_like(m), np.zeros_like(self.q)
        for r, c in self.pairs():
            s = self.scores(r, c)
            top = np.maximum(m[r], s.max(1, keepdims=True))
            e = np.exp(s - top)
            c_old = np.exp(m[r] - top)
            l[r] = l[r] * c_old + e.sum(1, keepdims=True)
            acc[r] = acc[r] * c_old + e @ self.v[c]
            m[r] = top
        return acc / l, (m + np.log(l))[:, 0]

    def backward(self, g, o, lse):
        dq, dk, dv = np.zeros_like(self.q), np.zeros_like(self.k), np.zeros_like(self.v)
        delta = (g * o).sum(1, keepdims=True)
        for r, c in self.pairs():
            p = np.exp(self.scores(r, c) - lse[r, None])
            ds = p * (g[r] @ self.v[c].T - delta[r]) / self.D**0.5
            dq[r] = ds @ self.k[c]
            dk[c] += ds.T @ self.q[r]
            dv[c] += p.T @ g[r]
        return dq, dk, dv


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    O, L = np.empty_like(Q), np.empty(Q.shape[:3], Q.dtype)
    for at in np.ndindex(Q.shape[:2]):
        O[at], L[at] = Head(Q[at], K[at], V[at], tile_size, causal).forward()
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in ("Q", "K", "V", "O", "L"))
    dQ, dK, dV = np.empty_like(Q), np.empty_like(K), np.empty_like(V)
    for at in np.ndindex(Q.shape[:2]):
        head = Head(Q[at], K[at], V[at], tile_size, causal)
        dQ[at], dK[at], dV[at] = head.backward(dO[at], O[at], L[at])
    return dQ, dK, dV
