"""What needs me now: things to do by urgency, five figures, and the steps of a first start."""
