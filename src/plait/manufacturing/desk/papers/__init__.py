"""Papers: quotations, confirmations, delivery notes, production papers and the weekly plan, on the firm's own letterhead."""
