# %% [markdown] role="statement"
# # Flash attention, forward and backward
#
# Attention compares every query with every key. Written down directly, that makes a matrix of
# $N \times N$ scores, and for long sequences this matrix is the problem: not the arithmetic, the
# memory. Flash attention computes exactly the same numbers and never makes the matrix.
#
# You will write it twice, in NumPy:
#
# | task | function | points |
# |---|---|---|
# | forward | `flash_attention_fwd(Q, K, V, tile_size, causal=True)` returns `(O, cache)` | 50 |
# | backward | `flash_attention_bwd(dO, cache, tile_size, causal=True)` returns `(dQ, dK, dV)` | 50 |
#
# The two are graded apart. The backward gets a cache made by the judge in most of its tests. Only
# the tests of your own cache, and those that go through your own forward, need that to be right.
#
# ## What attention computes
#
# `Q`, `K` and `V` have the shape `(B, H, N, D)`: a batch of `B` sequences, `H` heads, `N`
# positions, and `D` numbers for each. Every pair (sequence, head) is a problem of its own; below
# we look at one of them, where $Q$, $K$ and $V$ are $N \times D$ matrices.
#
# $$ S = \frac{Q K^\top}{\sqrt D}, \qquad
#    P_{ij} = \frac{e^{S_{ij}}}{\sum_{t} e^{S_{it}}}, \qquad
#    O = P V $$
#
# Row $i$ of $P$ says how much query $i$ attends to each key, and $O_i$ is that mixture of the
# rows of $V$. With `causal=True` query $i$ sees key $j$ only if $j \le i$: hidden scores count as
# $-\infty$, so their weight is $0$.
#
# ## Why the $N \times N$ matrix is the problem
#
# At `(2, 8, 4096, 64)` in float64, `Q`, `K`, `V` and `O` take 34 MB each. The scores of **one**
# head take $4096^2 \cdot 8$ bytes = 134 MB, those of all sixteen 2.1 GB. Twice the length needs
# four times that. Even a boolean mask of one head is 17 MB. On a GPU it is worse: a matrix
# multiplication is fast, moving its result to main memory and back is slow, and $S$ and $P$ make
# that way several times.
#
# So we work in **tiles**: a block of `tile_size` queries against a block of `tile_size` keys. One
# tile of scores is all that exists at a time.
#
# ```text
#       keys   0-3    4-7    8-11  12-13      N = 14, tile_size = 4, causal
#  queries
#    0-3      [diag]   skip   skip   skip     full  every query sees every key: no mask
#    4-7      [full] [diag]   skip   skip     diag  cut by the diagonal: needs the mask
#    8-11     [full] [full] [diag]   skip     skip  nothing is visible: not computed at all
#   12-13     [full] [full] [full] [diag]     the last tiles are shorter, here 2 long
# ```
#
# The trouble is the softmax. It divides by a sum over the **whole** row, and to be safe from
# overflow it subtracts the largest score of the **whole** row. A tile has only a piece of the
# row.

# %% [markdown] role="statement"
# ## The online softmax
#
# Take one query and let its scores $s_1, s_2, \dots$ arrive in pieces. Keep three things about
# all scores seen so far:
#
# $$ m = \max_t s_t, \qquad l = \sum_t e^{s_t - m}, \qquad acc = \sum_t e^{s_t - m}\, v_t $$
#
# Were the scores over now, the answer would be $acc / l$. Now a new tile arrives with scores
# $s'_t$ and values $v'_t$. The maximum may grow:
#
# $$ m_{new} = \max\left(m,\ \max_t s'_t\right) $$
#
# Everything summed so far was measured from the old $m$. Since
# $e^{s - m_{new}} = e^{s - m} \cdot e^{m - m_{new}}$, one factor moves it all to the new one:
#
# $$ c = e^{m - m_{new}}, \qquad
#    l \leftarrow l\,c + \sum_t e^{s'_t - m_{new}}, \qquad
#    acc \leftarrow acc\,c + \sum_t e^{s'_t - m_{new}}\, v'_t, \qquad
#    m \leftarrow m_{new} $$
#
# $c$ is never above 1 and no exponent is ever positive, so nothing overflows. Start with
# $m = -\infty$, $l = 0$, $acc = 0$: the first tile then gives $c = e^{-\infty} = 0$. At the end
#
# $$ O = \frac{acc}{l}, \qquad L = m + \ln l $$
#
# $L$ is the natural logarithm of $\sum_t e^{s_t}$, the **logsumexp** of the row: one number that
# holds $m$ and $l$ together. The backward needs it.
#
# ### By hand
#
# One query, scores $(1, 3)$ and then $(4, 2)$, values $(10, 20)$ and then $(30, 40)$:
#
# | | $m$ | $c$ | $l$ | $acc$ |
# |---|---|---|---|---|
# | start | $-\infty$ | | 0 | 0 |
# | tile (1, 3) | 3 | 0 | $e^{-2} + e^{0} = 1.1353$ | $10\,e^{-2} + 20\,e^{0} = 21.3534$ |
# | tile (4, 2) | 4 | $e^{-1} = 0.3679$ | $1.1353\,c + e^{0} + e^{-2} = 1.5530$ | $21.3534\,c + 30\,e^{0} + 40\,e^{-2} = 43.2689$ |
#
# $O = 43.2689 / 1.5530 = 27.862$ and $L = 4 + \ln 1.5530 = 4.4402$. The softmax of all four
# scores at once gives the same. Leave $c$ out and you get $25.00$: wrong, but not obviously so.
# Small random inputs often hide such a mistake, because the largest score of a row tends to lie
# in an early tile and $c$ stays near 1.
#
# In code each row of a tile has its own $m$, $l$ and row of $acc$.

# %% role="setup"
import math

import numpy as np

# %% [markdown] role="statement"
# ## Task 1: the forward (50 points)
#
# `flash_attention_fwd(Q, K, V, tile_size, causal=True)`
#
# - `Q`, `K`, `V`: `(B, H, N, D)`, all float32 or all float64. Not always contiguous in memory.
# - `tile_size`: an int of at least 1, for queries and for keys. `N` need not be a multiple of it,
#   and it may be larger than `N`.
# - Returns `(O, cache)`. `O` is `(B, H, N, D)` in the dtype of the inputs. `cache` is a dict with
#   at least the keys `"O"`, `"L"`, `"Q"`, `"K"`, `"V"`, where `L` is `(B, H, N)`, the logsumexp
#   of the scaled, masked scores. Small things of your own may be in it too.
# - Returning `O` alone is accepted for this task. The tests of the cache belong to the backward.
#
# ### What is graded
#
# Errors are measured as $\max|got - expected| \,/\, \max|expected|$, over the whole array.
#
# | aspect | what is asked |
# |---|---|
# | shapes | any B, H, N, D and `tile_size`, 1 included; heads and batches apart; error below 1e-4 |
# | values at length | still right at N near 2000 |
# | running maximum | it grows over many tiles, shrinks, sits in the last tile, differs by thousands within a tile |
# | stability | logits near +20000 and -20000 (1e-4 in float64, 5e-2 in float32); logits spread over 60 and over 10000; 1e-9 for float64 while logits stay below 100, so compute in it and leave no small weight out |
# | masking | key j is visible to query i exactly if j <= i; `causal=False` sees all; `causal` is True if left out |
# | tiling | rows before a tile border stay right when K and V are NaN after it: tiles above the diagonal are not touched. `tile_size` changes nothing |
# | memory | see below |
# | hygiene | inputs are not written to; a later call does not change an earlier result; output dtype; any memory layout; NumPy's global random state is left alone; no import beyond NumPy and the standard library |
#
# Memory: nothing of $N \times N$ elements is made, not even booleans, and no strip of `tile_size`
# $\times N$ either.
#
# | shape, `tile_size` | limit |
# |---|---|
# | `(2, 8, 4096, 64)`, 128 | 160 MB for the process, above NumPy itself and the inputs |
# | `(1, 1, 4096, 64)`, 128 | 20 % of N * N * 8 bytes, which is 26.8 MB, and 24 MiB above a lean solution for the process |
# | `(1, 1, 4096, 8)`, 256 | 8 MB above a lean solution for the process |
# | `(1, 1, 4096, 2)`, 64 | 1.5 MB allocated |
# | D = 8, from N to 2N | what is used on the way grows at most 2.5 times (below 1 MB it may do what it likes) |
#
# A trap of NumPy: `1 / np.sqrt(D)` is a float64, and with it float32 arrays can become float64.
# `math.sqrt` gives a plain Python float, which leaves the dtype alone.
#
# ### Two questions
#
# Answer both in a few words, as comments in the function. A person reads them; the judge does
# not.
#
# 1. Why is the factor $e^{m_{old} - m_{new}}$ and not its inverse? What would the inverse do to
#    $O$?
# 2. Suppose the first tile a row meets is masked completely. What are $m$ and $l$ after it, and
#    why is that a hazard? Can it happen in your loop?


# %% role="task" task="forward"
def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    """Attention, tile by tile.

    Q, K, V: (B, H, N, D), float32 or float64. Returns (O, cache): O (B, H, N, D) in the dtype of
    Q; cache a dict with O, L, Q, K, V, where L (B, H, N) is the natural logsumexp of each row of
    scores.
    """
    ### BEGIN SOLUTION
    # 1. l and acc are sums of exp(s - m_old). Times exp(m_old - m_new) they become sums of
    #    exp(s - m_new), the scale of the tile to be added. The inverse gives the old tiles too
    #    much weight, by exp(2 (m_new - m_old)); it does not cancel in acc / l, because the new
    #    tile is not scaled with them.
    # 2. m stays -inf and l stays 0. exp(m - m_new) = exp(-inf + inf) is NaN and stays in the row
    #    for good. It cannot happen here: key tiles come in order, and every row sees key 0.
    N, D = Q.shape[-2:]
    scale = 1 / math.sqrt(D)
    O = np.empty(Q.shape, Q.dtype)
    L = np.empty(Q.shape[:-1], Q.dtype)
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] * scale
        rows = np.arange(i, i + q.shape[2])
        m = np.full((*q.shape[:3], 1), -np.inf, Q.dtype)
        l = np.zeros_like(m)
        acc = np.zeros_like(q)
        end = i + 1 if causal else N  # key tiles that start after i are above the diagonal
        for j in range(0, end, tile_size):
            k = K[:, :, j : j + tile_size]
            v = V[:, :, j : j + tile_size]
            S = q @ k.swapaxes(-1, -2)
            if causal and j == i:
                cols = np.arange(j, j + k.shape[2])
                np.copyto(S, -np.inf, where=cols > rows[:, None])
            m_new = np.maximum(m, S.max(axis=-1, keepdims=True))
            correction = np.exp(m - m_new)
            S -= m_new
            P = np.exp(S, out=S)  # in place: the scores are not needed again
            l = l * correction + P.sum(axis=-1, keepdims=True)
            acc = acc * correction + P @ v
            m = m_new
        O[:, :, i : i + tile_size] = acc / l
        L[:, :, i : i + tile_size] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}
    ### END SOLUTION


# %% [markdown] role="statement"
# ## Task 2: the backward (50 points)
#
# A loss depends on $O$, and $dO$ is its gradient there:
# $dO_{ic} = \partial\, loss / \partial O_{ic}$. Wanted are $dQ$, $dK$ and $dV$. Ordinary
# attention would keep $P$ from the forward. We do not have it, and we do not want it: $P$ is
# **computed again**, tile by tile, and thanks to $L$ in one step and without a running maximum:
#
# $$ P_{ij} = e^{S_{ij} - L_i} $$
#
# Now backwards through the three steps. From $O = P V$:
#
# $$ dV = P^\top dO, \qquad dP = dO\, V^\top $$
#
# From the softmax of a row, where
# $\partial P_{ij} / \partial S_{ik} = P_{ij} (\delta_{jk} - P_{ik})$:
#
# $$ dS_{ij} = P_{ij} \left( dP_{ij} - \Delta_i \right), \qquad \Delta_i = \sum_k P_{ik}\, dP_{ik} $$
#
# The sum runs over the **whole** row, all tiles of it. That looks like a second pass, but it is
# known before the first tile, because with $dP_{ik} = \sum_c dO_{ic} V_{kc}$
#
# $$ \Delta_i = \sum_k P_{ik} \sum_c dO_{ic} V_{kc} = \sum_c dO_{ic} \sum_k P_{ik} V_{kc} = \sum_c dO_{ic}\, O_{ic} $$
#
# So `delta = (dO * O).sum(-1)`. (A sum of `P * dP` over one tile alone is a different number and
# wrong.) From $S = Q K^\top / \sqrt D$ at last:
#
# $$ dQ = \frac{dS\, K}{\sqrt D}, \qquad dK = \frac{dS^\top Q}{\sqrt D} $$
#
# Both carry the factor $1 / \sqrt D$. Each query tile meets many key tiles and the other way
# round, so all three are sums over tiles.
#
# `flash_attention_bwd(dO, cache, tile_size, causal=True)`
#
# - `dO`: `(B, H, N, D)`. `cache`: what the forward returned.
# - **The judge may hand you a cache of its own, a dict with exactly the five keys `O`, `L`, `Q`,
#   `K`, `V`.** Use no others.
# - `tile_size` need not be the one the forward had.
# - Returns `(dQ, dK, dV)`, each `(B, H, N, D)` in the dtype of the inputs.
#
# ### What is graded
#
# Errors as above, below 1e-4. Some gradients are zero in theory (with N = 1 there is nothing to
# choose between), so an error is never divided by less than a hundredth of the natural size of
# that gradient.
#
# | aspect | what is asked |
# |---|---|
# | backward alone | on the judge's cache: equal to the naive backward; on your own cache, also after another forward; twice on one cache, with two different `dO` |
# | shapes, values at length | as in the forward |
# | stability | sharp rows and logits near 20000, hidden ones too: finite, and right in float64; 1e-9 there while logits stay below 100 |
# | masking | `causal=False`, and True if left out |
# | tiling | NaN keys leave the dQ of earlier tiles right, NaN in dO leaves the dK and dV of later tiles right; `tile_size` changes nothing |
# | gradients | central differences through your own forward, step 1e-4, tolerance 1e-5 |
# | cache | a dict with the five keys; L the natural logsumexp, within 1e-3; nothing of N x N elements in it, however cut up: at `(1, 1, 512, 2)` no more than three times the bytes of `O` and the five entries |
# | memory | `(1, 1, 4096, 64)`, tile 128: 20 % of N * N * 8 bytes, and 24 MiB above a lean solution for the process; growth from N to 2N as above |
# | hygiene | `dO` and the cache are not written to; a later call does not change an earlier result; dtype; any memory layout |
# | cost | at N = 48, D = 8 one backward takes less time than 200 of your forwards: no finite differences |
#
# If you returned a bare `O` from the forward, the tests of the cache count as not attempted.


# %% role="task" task="backward"
def flash_attention_bwd(dO, cache, tile_size, causal=True):
    """The gradients of attention, tile by tile.

    dO: (B, H, N, D). cache: a dict with O, L, Q, K, V. Returns (dQ, dK, dV), each (B, H, N, D).
    """
    ### BEGIN SOLUTION
    O, L, Q, K, V = (cache[name] for name in ("O", "L", "Q", "K", "V"))
    N, D = Q.shape[-2:]
    scale = 1 / math.sqrt(D)
    dQ = np.zeros(Q.shape, Q.dtype)
    dK = np.zeros(Q.shape, Q.dtype)
    dV = np.zeros(Q.shape, Q.dtype)
    delta = np.einsum("bhnd,bhnd->bhn", dO, O)  # the whole rows' sums of P * dP
    for j in range(0, N, tile_size):
        keys = slice(j, j + tile_size)
        k, v = K[:, :, keys], V[:, :, keys]
        start = j if causal else 0  # query tiles before this one see none of these keys
        for i in range(start, N, tile_size):
            queries = slice(i, i + tile_size)
            q, do = Q[:, :, queries], dO[:, :, queries]
            S = q @ k.swapaxes(-1, -2) * scale
            if causal and i == j:
                hidden = ~np.tri(q.shape[2], dtype=bool)
                np.copyto(S, -np.inf, where=hidden)  # before exp: a hidden score may be huge
            P = np.exp(S - L[:, :, queries, None])
            dP = do @ v.swapaxes(-1, -2)
            dS = P * (dP - delta[:, :, queries, None])
            dV[:, :, keys] += P.swapaxes(-1, -2) @ do
            dQ[:, :, queries] += dS @ k * scale
            dK[:, :, keys] += dS.swapaxes(-1, -2) @ q * scale
    return dQ, dK, dV
    ### END SOLUTION


# %% [markdown] role="statement"
# ## Look for yourself
#
# The next cell compares your functions with attention written the $N \times N$ way, on small
# shapes, and prints the first row that is wrong. It uses a cache of its own for the backward.
# Change the shapes as you need; for a first look, one head, `N` = 8 and `tile_size` = 4 are small
# enough to print everything.


# %% role="debug"
def full_attention(Q, K, V, causal):
    """The N x N way, for small N only. Returns O, L and the whole P."""
    N, D = Q.shape[-2:]
    S = np.einsum("bhid,bhjd->bhij", Q, K) / math.sqrt(D)
    if causal:
        S[:, :, np.triu_indices(N, 1)[0], np.triu_indices(N, 1)[1]] = -np.inf
    top = S.max(axis=-1)
    L = top + np.log(np.exp(S - top[..., None]).sum(axis=-1))
    P = np.exp(S - L[..., None])
    return np.einsum("bhij,bhjd->bhid", P, V), L, P


def full_gradients(dO, Q, K, V, causal):
    """The gradients by the same N x N matrices."""
    P = full_attention(Q, K, V, causal)[2]
    dP = np.einsum("bhid,bhjd->bhij", dO, V)
    dS = P * (dP - (P * dP).sum(axis=-1, keepdims=True)) / math.sqrt(Q.shape[-1])
    dQ = np.einsum("bhij,bhjd->bhid", dS, K)
    dK = np.einsum("bhij,bhid->bhjd", dS, Q)
    return dQ, dK, np.einsum("bhij,bhid->bhjd", P, dO)


def compare(name, got, want):
    """Print whether `got` is `want`, and if not the first row where they differ."""
    if np.shape(got) != want.shape:
        print(f"  {name}: shape {np.shape(got)}, expected {want.shape}")
        return
    right = np.abs(got - want) <= 1e-6 * max(1.0, np.abs(want).max())
    if right.all():
        print(f"  {name}: right")
        return
    b, h, row = np.argwhere(~right.all(axis=-1))[0]
    print(f"  {name}: {(~right).mean():.0%} is wrong; first at batch {b}, head {h}, row {row}")
    print(f"    got      {np.asarray(got)[b, h, row][:6]}")
    print(f"    expected {want[b, h, row][:6]}")


def look(B, H, N, D, tile_size, causal):
    """Compare both functions with the N x N way on one random input."""
    print(f"(B, H, N, D) = {(B, H, N, D)}, tile_size = {tile_size}, causal = {causal}")
    Q, K, V, dO = 2 * np.random.default_rng(N).standard_normal((4, B, H, N, D))
    O, L, _ = full_attention(Q, K, V, causal)
    try:
        result = flash_attention_fwd(Q, K, V, tile_size, causal)
        compare("O", result[0] if isinstance(result, tuple) else result, O)
        if isinstance(result, tuple):
            compare("L", result[1]["L"][..., None], L[..., None])
        gradients = flash_attention_bwd(
            dO, {"O": O, "L": L, "Q": Q, "K": K, "V": V}, tile_size, causal
        )
        for name, got, want in zip(
            "QKV", gradients, full_gradients(dO, Q, K, V, causal), strict=True
        ):
            compare("d" + name, got, want)
    except NotImplementedError as stub:
        print(f"  not written yet: {stub}")


look(1, 1, 8, 4, tile_size=4, causal=False)
look(1, 1, 8, 4, tile_size=4, causal=True)
look(2, 3, 13, 5, tile_size=4, causal=True)

# %% [markdown] role="statement"
# ## Sources
#
# - M. Milakov, N. Gimelshein: *Online normalizer calculation for softmax*, 2018,
#   arXiv:1805.02867. The running maximum and sum.
# - T. Dao, D. Y. Fu, S. Ermon, A. Rudra, C. Ré: *FlashAttention: Fast and Memory-Efficient Exact
#   Attention with IO-Awareness*, 2022, arXiv:2205.14135. Tiles, and the backward by
#   recomputation.
# - T. Dao: *FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning*,
#   2023, arXiv:2307.08691. Division at the end, logsumexp instead of $m$ and $l$, skipped tiles.
