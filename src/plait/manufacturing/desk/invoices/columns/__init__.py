"""How bookkeeping programs want invoices as a table: data files, one a program; a firm's own lie in ``maps/invoices`` of its data folder."""
