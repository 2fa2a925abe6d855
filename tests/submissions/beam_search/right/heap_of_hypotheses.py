# style: heapq, hypotheses as linked pairs, an early end once no live one can win
import heapq


def beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token):
    def unroll(node):
        tokens = []
        while node is not None:
            node, token = node
            tokens.append(token)
        return tokens[::-1]

    live = [(0.0, (None, start_token))]
    best = (float("-inf"), None)
    for _ in range(max_len):
        children = (
            (total + float(value), (node, token))
            for total, node in live
            for token, value in enumerate(log_prob_fn(unroll(node)))
        )
        going = heapq.nlargest(beam_width, children, key=lambda child: child[0])
        for child in going:
            if child[1][1] == eos_token and child[0] > best[0]:
                best = child
        live = [child for child in going if child[1][1] != eos_token]
        if not live or live[0][0] < best[0]:
            break
    return unroll(max([best, *live], key=lambda child: child[0])[1])
