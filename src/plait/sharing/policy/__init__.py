"""What a contract may demand of whoever uses data: one kind of policy and its ODRL form."""
