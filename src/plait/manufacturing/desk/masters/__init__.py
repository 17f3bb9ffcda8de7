"""Parts, routings, materials, stock, prices and calendars from tables; estimates where a shop has no times, and corrections by what was measured."""
