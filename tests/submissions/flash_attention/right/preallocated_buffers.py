# style: work buffers made once per call, ufuncs and matmul with out=
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    T = min(tile_size, N)
    work = np.float64
    O = np.empty((B, H, N, D), Q.dtype)
    L = np.empty((B, H, N), work)
    q_buf, pv_buf, acc_buf = (np.empty((T, D), work) for _ in range(3))
    s_buf = np.empty((T, T), work)
    m_buf, new_buf, l_buf, c_buf = (np.empty((T, 1), work) for _ in range(4))
    above = np.triu(np.ones((T, T), dtype=bool), 1)

    for b in range(B):
        for h in range(H):
            for i in range(0, N, T):
                tq = min(T, N - i)
                q, pv, acc = q_buf[:tq], pv_buf[:tq], acc_buf[:tq]
                m, new, l, c = m_buf[:tq], new_buf[:tq], l_buf[:tq], c_buf[:tq]
                np.multiply(Q[b, h, i : i + tq], 1 / np.sqrt(D), out=q)
                m.fill(-np.inf)
                l.fill(0)
                acc.fill(0)
                for j in range(0, i + 1 if causal else N, T):
                    tk = min(T, N - j)
                    s = s_buf[:tq, :tk]
                    np.matmul(q, K[b, h, j : j + tk].T, out=s)
                    if causal and i == j:
                        np.copyto(s, -np.inf, where=above[:tq, :tk])
                    s.max(axis=1, keepdims=True, out=new)
                    np.maximum(m, new, out=new)
                    np.subtract(m, new, out=c)
                    np.exp(c, out=c)
                    np.subtract(s, new, out=s)
                    np.exp(s, out=s)
                    l *= c
                    l += s.sum(axis=1, keepdims=True)
                    np.matmul(s, V[b, h, j : j + tk], out=pv)
                    acc *= c
                    acc += pv
                    m[:] = new
                O[b, h, i : i + tq] = acc / l
                L[b, h, i : i + tq] = (m + np.log(l))[:, 0]

    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[key] for key in ("Q", "K", "V", "O", "L"))
    B, H, N, D = Q.shape
    T = min(tile_size, N)
    scale = 1 / np.sqrt(D)
    grads = [np.zeros((B, H, N, D), Q.dtype) for _ in range(3)]
    p_buf, ds_buf = np.empty((T, T)), np.empty((T, T))
    td_buf = np.empty((T, D))
    below = np.tri(T)

    for b in range(B):
        for h in range(H):
            dq_all, dk_all, dv_all = (g[b, h] for g in grads)
            for i in range(0, N, T):
                tq = min(T, N - i)
                q, do = Q[b, h, i : i + tq], dO[b, h, i : i + tq]
                delta = np.einsum("td,td->t", do, O[b, h, i : i + tq])[:, None]
                lse = L[b, h, i : i + tq, None]
                for j in range(0, i + 1 if causal else N, T):
                    tk = min(T, N - j)
                    p, ds = p_buf[:tq, :tk], ds_buf[:tq, :tk]
                    k, v = K[b, h, j : j + tk], V[b, h, j : j + tk]
                    np.matmul(q, k.T, out=p)
                    p *= scale
                    p -= lse
                    if causal and i == j:
                        np.minimum(p, 0, out=p)  # no overflow where the mask follows
                    np.exp(p, out=p)
                    if causal and i == j:
                        p *= below[:tq, :tk]
                    np.matmul(do, v.T, out=ds)
                    ds -= delta
                    ds *= p
                    ds *= scale
                    dv_all[j : j + tk] += np.matmul(p.T, do, out=td_buf[:tk])
                    dk_all[j : j + tk] += np.matmul(ds.T, q, out=td_buf[:tk])
                    dq_all[i : i + tq] += np.matmul(ds, k, out=td_buf[:tq])
    return tuple(grads)
