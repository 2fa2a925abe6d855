# %% [markdown] role="statement"
# The greedy choice takes the likeliest token at each step and may run into a poor continuation.
# Beam search follows the best few beginnings at once. It looks for the sequence with the largest
# total log-probability
#
# $$ \log p(t_1, \dots, t_n) = \sum_{i=1}^{n} \log p(t_i \mid t_0, \dots, t_{i-1}) $$
#
# after the start token $t_0$. It does not look at everything, so it may miss the best sequence.
#
# ## What to write
#
# `beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token)` returns the tokens of the
# best hypothesis as a list of Python `int`s, which begins with `start_token`.
#
# - `log_prob_fn(tokens)` is the model. It takes **all tokens of one hypothesis so far**, the start
#   token included, as a list, a tuple or a tensor of one axis, and returns a tensor of shape `(V,)`
#   with the log-probability of each next token.
# - The search begins with one live hypothesis, `[start_token]`, of total 0. `start_token` is not
#   `eos_token`.
# - One step extends every live hypothesis by every token. Of all extensions together the
#   `beam_width` with the largest totals go on, whichever hypotheses they come from.
# - An extension that ends in `eos_token` is **finished**: it is kept with its total and never
#   extended. The others are the live hypotheses of the next step.
# - There are at most `max_len` steps, so that the result has at most `max_len + 1` tokens. The
#   search ends earlier when nothing is live, or when no live hypothesis can win any more: a
#   total can only fall.
# - In the end the largest total wins, **among finished and live hypotheses alike**. Totals are
#   compared as they are: they are not divided by the length. (Some libraries divide, stop at the
#   first finished hypotheses, or prefer any finished one to a live one. None of that is graded as
#   right here.)
# - Each step calls the model `beam_width` times at most. `beam_width=1` is the greedy choice.
#
# Books differ in whether a finished hypothesis takes up one of the `beam_width` places: for the
# step in which it ends, as above, from then on, or not at all. All three are accepted: the models
# of the tests give the same answer with each, and no two totals in them are equal. A `beam_width`
# that exceeds the number of extensions keeps them all; a strict test, without points, looks at it.

# %% role="setup"
import torch


# %% role="task" task="beam_search"
def beam_search(
    log_prob_fn, start_token: int, max_len: int, beam_width: int, eos_token: int
) -> list[int]:
    """The tokens of the hypothesis with the largest total log-probability that is found."""
    ### BEGIN SOLUTION
    live = [(0.0, [start_token])]
    finished = []
    for _ in range(max_len):
        extended = []
        for total, tokens in live:
            log_probs = log_prob_fn(tokens)
            for token, log_prob in enumerate(log_probs.tolist()):
                extended.append((total + log_prob, [*tokens, token]))
        extended.sort(key=lambda pair: pair[0], reverse=True)
        best = extended[:beam_width]
        finished += [pair for pair in best if pair[1][-1] == eos_token]
        live = [pair for pair in best if pair[1][-1] != eos_token]
        if not live:
            break
    return max(finished + live, key=lambda pair: pair[0])[1]
    ### END SOLUTION


# %% role="debug"
table = torch.log(
    torch.tensor(
        [
            [0.05, 0.05, 0.50, 0.40],  # after the start token 0: token 2 looks best
            [0.25, 0.25, 0.25, 0.25],
            [0.30, 0.30, 0.20, 0.20],  # after token 2 nothing is likely
            [0.02, 0.94, 0.02, 0.02],  # after token 3 the end, token 1, is nearly certain
        ]
    )
)


def model(tokens):
    return table[int(tokens[-1])]


print(beam_search(model, start_token=0, max_len=3, beam_width=1, eos_token=1))  # greedy
print(beam_search(model, start_token=0, max_len=3, beam_width=2, eos_token=1))  # [0, 3, 1]
