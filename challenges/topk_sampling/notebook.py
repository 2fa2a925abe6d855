# %% [markdown] role="statement"
# A language model gives a logit to every token of its vocabulary. Drawing from the softmax of all
# of them sometimes takes a token from the long tail of nonsense; always taking the best repeats
# itself. Two filters cut the tail off before the draw: top-k keeps a fixed number of tokens, top-p
# keeps as many as are needed for a given share of the probability.
#
# ## What to write
#
# `sample_top_k_top_p(logits, top_k=0, top_p=1.0, temperature=1.0)` draws one token and returns its
# index in `logits` as a Python `int`. The steps come in this order:
#
# 1. **Temperature**: divide the logits by it. Above 1 makes the draw more even, below 1 sharper.
# 2. **Top-k**: keep the `top_k` tokens of the largest logits. 0 keeps all.
# 3. **Top-p**: take the softmax of what is left, so that its probabilities add up to one again.
#    Keep the smallest set of most likely tokens whose mass reaches `top_p`. 1.0 keeps all.
# 4. **Draw** from what is left, in proportion to its probabilities.
#
# The token with which the mass reaches `top_p` **belongs to the set**. With the probabilities
# 0.5, 0.3, 0.2 and `top_p=0.6` the set is the first two, with `top_p=0.4` it is the first alone.
# Some texts remove every token at which the running mass exceeds `top_p`, so that the crossing
# token goes as well and the set may be empty. That reading is not graded as right here.
#
# - `logits` has the shape `(V,)`, with V of 1 or more, in float32 or float64, in any order and of
#   any size: 1000 and more must not overflow. An entry may be `-inf`: that token is never drawn. At
#   least one entry is finite. `logits` stays as it is.
# - `top_k` is a whole number of 0 or more, `top_p` lies above 0 and is at most 1, `temperature` is
#   above 0.
# - Two cases are looked at by strict tests only, which carry no points. `top_k` may exceed V: it
#   then keeps all. Among equal logits the lower index counts as the likelier, so that `top_k=2`
#   keeps two tokens and no more.
# - The case where the mass equals `top_p` exactly hangs on rounding and is not tested.
# - Draw with the global generator of torch or Python, and leave its seed alone.

# %% role="setup"
import torch


# %% role="task" task="topk_sampling"
def sample_top_k_top_p(
    logits: torch.Tensor, top_k: int = 0, top_p: float = 1.0, temperature: float = 1.0
) -> int:
    """One token drawn from the softmax of logits, cut to top_k tokens and to the nucleus top_p."""
    ### BEGIN SOLUTION
    scaled = logits / temperature
    order = torch.argsort(scaled, descending=True, stable=True)
    kept = order[:top_k] if top_k > 0 else order
    p = torch.softmax(scaled[kept], dim=-1)
    if top_p < 1.0:
        before = p.cumsum(-1) - p
        p = p[before < top_p]
    place = torch.multinomial(p, 1)
    return int(kept[place])
    ### END SOLUTION


# %% role="debug"
logits = torch.log(torch.tensor([0.2, 0.5, 0.3]))
for asked in ({}, {"top_k": 1}, {"top_p": 0.6}, {"temperature": 100.0}):
    drawn = [sample_top_k_top_p(logits, **asked) for _ in range(1000)]
    print(asked, [drawn.count(token) / 1000 for token in range(3)])
# about 0.2 0.5 0.3; then 0 1 0; then 0 5/8 3/8; then a third each
