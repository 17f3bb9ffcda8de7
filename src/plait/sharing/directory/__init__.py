"""The firms this node knows: signed cards, pinned keys, stated memberships."""
